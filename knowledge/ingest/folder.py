"""Reading a shop that is written as a folder; docs/shop-folder.md describes the format."""

import json
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from knowledge.documents import DocumentError, decode, encode
from knowledge.ingest.report import IngestError, Refusal
from knowledge.model import Customer, Faq, Order, Policy, Product, Promotion, Shop
from knowledge.writing import settled

T = TypeVar("T", Product, Promotion, Policy, Faq, Customer, Order)
_PICTURES = {".webp", ".png", ".jpg", ".jpeg"}
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "threshold": ("threshold", "minus"),
    "per_amount": ("threshold", "minus"),
    "percent": ("percent_off",),
    "nth_percent": ("buy", "percent_off"),
    "buy_x_get_y": ("buy", "get"),
    "coupon": ("minus",),
    "member_price": ("percent_off", "member_levels"),
    "cross_shop": ("threshold", "minus"),
    "deposit": ("deposit", "worth", "tail_from", "products"),
    "free_shipping": (),
    "gift": ("gift",),
}


@dataclass
class ShopFolder:
    """What a folder holds. Rows that make no sense stand in `refused`, the others are usable without them."""

    shop: Shop
    replace: bool = False
    products: list[Product] = field(default_factory=list)
    promotions: list[Promotion] = field(default_factory=list)
    policies: list[Policy] = field(default_factory=list)
    faqs: list[Faq] = field(default_factory=list)
    customers: list[Customer] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    warnings: list[Refusal] = field(default_factory=list)

    @property
    def rows(self) -> int:
        shelf = len(self.products) + len(self.promotions) + len(self.policies) + len(self.faqs)
        return shelf + len(self.customers) + len(self.orders)


def is_shop_folder(path: Path) -> bool:
    return (path / "shop.yaml").is_file()


def load_shop_folder(
    path: Path,
    *,
    now: datetime | None = None,
    known_products: Mapping[str, Product] | None = None,
    known_customers: Callable[[str], Customer | None] = lambda _id: None,
) -> ShopFolder:
    """Read a folder; relative times count from `now`. Orders and promotions may name products and customers that the
    shop has already. Raises `IngestError` when `shop.yaml` is missing or no YAML."""
    document = _yaml(path / "shop.yaml")
    if not isinstance(document, dict):
        raise IngestError(f"{path / 'shop.yaml'} must hold fields such as id and name; see docs/shop-folder.md")
    replace = document.pop("replace", False)
    try:
        shop = decode(Shop, document, where="shop")
    except DocumentError as error:
        raise IngestError(f"shop.yaml: {error}") from error
    folder = ShopFolder(shop, replace is True)
    reader = _Reader(path, folder, (now or datetime.now(UTC)).astimezone(_zone(shop)))
    rows = reader.rows(Product, "products.jsonl", _check_product, {"currency": shop.currency})
    folder.products = [settled(product) for product in rows]
    products = dict(known_products or {}) | {product.id: product for product in folder.products}
    folder.promotions = reader.rows(
        Promotion, "promotions.yaml", lambda found: check_promotion(found, products), prepare=with_last_day
    )
    folder.policies = reader.rows(Policy, "policies.yaml", lambda policy: _unique_attributes(policy.attributes))
    folder.faqs = reader.rows(Faq, "faq.yaml", lambda faq: _known(faq.products, products, "product"))
    folder.customers = reader.rows(Customer, "customers.jsonl", lambda customer: None)
    customers = {customer.id for customer in folder.customers}

    def check_order(order: Order) -> str | None:
        if order.customer_id not in customers and known_customers(order.customer_id) is None:
            return f"there is no customer {order.customer_id!r}"
        return _check_order(order, products)

    folder.orders = reader.rows(Order, "orders.jsonl", check_order, prepare=lambda row: _with_titles(row, products))
    _warn(folder, products, path / "pictures")
    return folder


def _zone(shop: Shop) -> ZoneInfo:
    try:
        return ZoneInfo(shop.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise IngestError(f"shop.yaml: timezone is a name such as Asia/Shanghai, got {shop.timezone!r}") from error


def with_last_day(row: dict[str, Any]) -> dict[str, Any]:
    """An offer that ends on a day, without a time, holds through that day."""
    ends = row.get("ends")
    if isinstance(ends, str):
        try:
            ends = date.fromisoformat(ends.strip())
        except ValueError:
            return row  # a moment, or nothing that is a time: then that is said
    if type(ends) is not date:
        return row
    return row | {"ends": (ends + timedelta(days=1)).isoformat()}


def copy_pictures(path: Path, media: Path) -> int:
    """Copy a shop folder's pictures below `media`; those already there unchanged are left. Returns how many are new."""
    copied = 0
    for picture in sorted((path / "pictures").glob("*")):
        if picture.suffix.lower() not in _PICTURES or not picture.is_file():
            continue
        target = media / picture.name
        if target.is_file() and target.read_bytes() == picture.read_bytes():
            continue
        media.mkdir(parents=True, exist_ok=True)
        part = target.with_name(target.name + ".part")
        shutil.copyfile(picture, part)
        part.replace(target)  # whoever serves the old picture right now gets it whole
        copied += 1
    return copied


class _Reader:
    def __init__(self, path: Path, folder: ShopFolder, now: datetime) -> None:
        self._path = path
        self._folder = folder
        self._now = now

    def rows(
        self,
        kind: type[T],
        name: str,
        check: Callable[[T], str | None],
        defaults: Mapping[str, Any] | None = None,
        *,
        prepare: Callable[[dict[str, Any]], dict[str, Any]] = lambda row: row,
    ) -> list[T]:
        """The rows of one file that are right; the others go to `refused`."""
        rows: list[T] = []
        seen: set[str] = set()
        for line, document in self._documents(name):
            where = f"{name}:{line}"
            try:
                if not isinstance(document, dict):
                    raise DocumentError(f"expected fields in braces, got {str(document)[:60]!r}")
                value = decode(kind, prepare({**(defaults or {}), **document}), now=self._now)
            except DocumentError as error:
                self._folder.refused.append(Refusal(where, str(error)))
                continue
            reason = f"the id {value.id!r} stands twice in this file" if value.id in seen else check(value)
            if not value.id:
                reason = "the id is empty"
            if reason:
                self._folder.refused.append(Refusal(where, reason))
                continue
            seen.add(value.id)
            rows.append(value)
        return rows

    def _documents(self, name: str) -> Iterator[tuple[int, Any]]:
        path = self._path / name
        if not path.is_file():
            return
        if path.suffix == ".yaml":
            yield from _yaml_list(path)
            return
        for line, text in enumerate(_read(path).split("\n"), 1):
            if not text.strip():
                continue
            try:
                document = json.loads(text, parse_float=Decimal)
            except ValueError as error:
                self._folder.refused.append(Refusal(f"{name}:{line}", f"this line is not JSON: {error}"))
                continue
            if name == "products.jsonl" and isinstance(document, dict):
                document.setdefault("source", f"{name}:{line}")
            yield line, document


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise IngestError(f"{path} is missing") from error
    except UnicodeDecodeError as error:
        raise IngestError(f"{path} is not UTF-8 text; save it as UTF-8") from error


def _yaml(path: Path) -> Any:
    try:
        return yaml.safe_load(_read(path))
    except yaml.YAMLError as error:
        raise IngestError(f"{path} is not YAML: {' '.join(str(error).split())}") from error


def _yaml_list(path: Path) -> Iterator[tuple[int, Any]]:
    documents = _yaml(path)
    if documents is None:
        return
    node = yaml.compose(_read(path), Loader=yaml.SafeLoader)
    if not isinstance(documents, list) or not isinstance(node, yaml.SequenceNode):
        raise IngestError(f"{path} must be a list: every entry begins with '- '")
    for document, entry in zip(documents, node.value, strict=True):
        yield entry.start_mark.line + 1, document


def _unique_attributes(attributes: Any) -> str | None:
    names = [attribute.name("zh") for attribute in attributes]
    twice = next((name for name in names if names.count(name) > 1), None)
    return None if twice is None else f"the attribute {twice!r} stands twice"


def _check_product(product: Product) -> str | None:
    if not product.title:
        return "the title is empty"
    ids = [variant.id for variant in product.variants]
    twice = next((name for name in ids if ids.count(name) > 1), None)
    if twice is not None:
        return f"the variant id {twice!r} stands twice"
    amounts = [product.price, product.list_price, *(variant.price for variant in product.variants)]
    if any(amount is not None and amount < 0 for amount in amounts):
        return "a price is below zero"
    return _unique_attributes(product.attributes)


def check_promotion(promotion: Promotion, products: Collection[str]) -> str | None:
    for name in _NEEDS[promotion.kind]:
        if getattr(promotion, name) in (None, "", ()):
            return f"a promotion of kind {promotion.kind} needs {name}"
    if promotion.percent_off is not None and not 0 < promotion.percent_off <= 100:
        return f"percent_off must be above 0 and at most 100 (20 means 八折), got {promotion.percent_off}"
    if promotion.starts and promotion.ends and promotion.starts >= promotion.ends:
        return "it ends before it starts"
    if reason := _figures(promotion):
        return reason
    named = promotion.products + ((promotion.gift,) if promotion.gift else ())
    return _known(named, products, "product")


def _figures(promotion: Promotion) -> str | None:
    """What is wrong with the amounts and counts of a promotion."""
    amounts = {name: getattr(promotion, name) for name in ("threshold", "minus", "cap", "deposit", "worth")}
    if name := next((name for name, amount in amounts.items() if amount is not None and amount <= 0), ""):
        return f"{name} must be above 0, got {amounts[name]}"
    counts = {name: getattr(promotion, name) for name in ("buy", "get", "max_times", "per_customer")}
    if name := next((name for name, count in counts.items() if count is not None and count < 1), ""):
        return f"{name} must be 1 or more, got {counts[name]}"
    if promotion.threshold and promotion.minus and promotion.minus > promotion.threshold:
        return f"it takes off more ({promotion.minus}) than its threshold ({promotion.threshold})"
    if promotion.deposit is not None and promotion.worth is not None and promotion.worth < promotion.deposit:
        return f"the deposit ({promotion.deposit}) counts for less than itself ({promotion.worth})"
    return None


def _check_order(order: Order, products: Mapping[str, Product]) -> str | None:
    if not order.items:
        return "the order has no items"
    for item in order.items:
        product = products.get(item.product_id)
        if product is None:
            return f"there is no product {item.product_id!r}"
        if item.variant_id and item.variant_id not in {variant.id for variant in product.variants}:
            return f"the product {product.id!r} has no variant {item.variant_id!r}"
        if item.quantity < 1:
            return "a quantity is below one"
    return None


def _known(ids: Collection[str], known: Collection[str], what: str) -> str | None:
    missing = next((name for name in ids if name not in known), None)
    return None if missing is None else f"there is no {what} {missing!r}"


def _with_titles(document: dict[str, Any], products: Mapping[str, Product]) -> dict[str, Any]:
    items = document.get("items")
    if not isinstance(items, list):
        return document
    filled = []
    for item in items:
        if isinstance(item, dict) and "title" not in item:
            product = products.get(str(item.get("product_id")))
            item = item | {"title": encode(product.title) if product else ""}
        if isinstance(item, dict):
            item = {"variant_id": ""} | item
        filled.append(item)
    return document | {"items": filled}


def _warn(folder: ShopFolder, products: Mapping[str, Product], pictures: Path) -> None:
    """What is odd but no reason to refuse a row."""
    categories = {name for product in products.values() for name in (product.category.zh, product.category.en)}
    for promotion in folder.promotions:
        for name in promotion.categories:
            if name not in categories:
                folder.warnings.append(Refusal(f"promotions.yaml: {promotion.id}", f"no product is in {name!r}"))
    for product in folder.products:
        if product.price is None and all(variant.price is None for variant in product.variants):
            folder.warnings.append(Refusal(product.source, f"{product.id} has no price, so it is not offered by price"))
        for name in product.pictures:
            if "://" not in name and not (pictures / name).is_file():
                folder.warnings.append(Refusal(product.source, f"the picture pictures/{name} is missing"))
    for order in folder.orders:
        due = sum((item.price * item.quantity for item in order.items), order.shipping_fee - order.discount)
        if due != order.total:
            reason = f"total is {order.total}, but its items, shipping fee and discount make {due}"
            folder.warnings.append(Refusal(f"orders.jsonl: {order.id}", reason))

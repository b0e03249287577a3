"""Products and questions that saved web pages describe in JSON-LD.

schema.org: https://schema.org/Product, /ProductGroup, /Offer, /AggregateOffer, /FAQPage.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from knowledge.ingest.readers.delimited import SAMPLE, encoding_of
from knowledge.ingest.readers.rows import Row, Table

_COMMENT = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*;?\s*$|;\s*$")
_CHARSET = re.compile(rb"charset=[\"']?([\w-]+)", re.I)
_OPTIONS = ("color", "size", "material", "pattern")
_NOT_SHOWN = frozenset(
    "@context @type @id offers name sku productid productgroupid mpn brand description image category hasvariant url "
    "isvariantof additionalproperty review aggregaterating variesby mainentityofpage inproductgroupwithid".split()
)


def page_table(name: str, pages: Sequence[Path]) -> Table:
    """The products of saved pages, as one table."""
    return Table(name, lambda: _rows(pages))


def has_products(path: Path) -> bool:
    return any(_products(_blocks(path)))


def page_questions(path: Path) -> list[tuple[str, str]]:
    """(question, answer) of the FAQPage that a page describes."""
    found: list[tuple[str, str]] = []
    for node in _nodes(_blocks(path)):
        if "Question" in _types(node):
            question, answer = _text(node.get("name")), _text(_first(node.get("acceptedAnswer")), "text")
            if question and answer:
                found.append((question, answer))
    return found


def _rows(pages: Sequence[Path]) -> Iterator[Row]:
    for page in pages:
        products = list(_products(_blocks(page)))
        for number, node in enumerate(products, 1):
            where = page.name if len(products) == 1 else f"{page.name}: product {number}"
            fields = _row(node)
            if len(products) == 1:
                fields.setdefault("id", page.stem)
            yield Row(where, fields)


def _blocks(path: Path) -> Iterator[Any]:
    """What the page's scripts of type application/ld+json hold; those that are no JSON are passed over."""
    data = path.read_bytes()
    named = _CHARSET.search(data[:4096])
    try:
        text = data.decode(named[1].decode() if named else encoding_of(path, data[:SAMPLE]), "replace")
    except LookupError:
        text = data.decode("utf-8", "replace")
    reader = _Scripts()
    reader.feed(text)
    reader.close()
    for script in reader.found:
        bare = _COMMENT.sub("", _COMMENT.sub("", script.strip()))
        try:
            yield json.loads(bare, strict=False)
        except (ValueError, RecursionError):
            continue


def _nodes(documents: Iterator[Any]) -> Iterator[Mapping[str, Any]]:
    stack = list(documents)[::-1]
    while stack:
        node = stack.pop()
        if isinstance(node, list):
            stack += reversed(node)
        elif isinstance(node, Mapping):
            yield node
            if not _types(node) & {"Product", "ProductGroup"}:
                stack += [value for value in list(node.values())[::-1] if isinstance(value, list | Mapping)]


def _products(documents: Iterator[Any]) -> Iterator[Mapping[str, Any]]:
    """Products and groups, each once; variants stay inside their group, and a page that lists them beside it is
    understood as well."""
    nodes = [node for node in _nodes(documents) if _types(node) & {"Product", "ProductGroup"}]
    groups = {key: dict(node) for node in nodes if "ProductGroup" in _types(node) and (key := _group_key(node))}
    alone: list[Mapping[str, Any]] = []
    for node in nodes:
        key = _member_of(node)
        if "ProductGroup" not in _types(node) and key in groups:
            groups[key]["hasVariant"] = [*_list(groups[key].get("hasVariant")), node]
        elif _group_key(node) not in groups or "ProductGroup" not in _types(node):
            alone.append(node)
    seen: set[str] = set()
    for node in [*groups.values(), *alone]:
        name = json.dumps(node, sort_keys=True, ensure_ascii=False, default=str)
        if name not in seen:
            seen.add(name)
            yield node


def _row(node: Mapping[str, Any]) -> dict[str, Any]:
    offers = _offers(node)
    row: dict[str, Any] = {
        "id": _product_id(node),
        "name": _text(node.get("name")),
        "brand": _text(node.get("brand"), "name"),
        "category": _text(node.get("category"), "name"),
        "description": _text(node.get("description")),
        "image": [
            url for image in _list(node.get("image")) if (url := _text(image, "url") or _text(image, "contentUrl"))
        ],
        **(offers[0] if offers else {}),
    }
    pairs = [[key, _text(value, "value")] for key, value in node.items() if key.lower() not in _NOT_SHOWN]
    for part in _list(node.get("additionalProperty")):
        if isinstance(part, Mapping):
            unit = _text(part.get("unitText")) or _text(part.get("unitCode"))
            pairs.append([_text(part.get("name")), f"{_text(part.get('value'))}{unit}"])
    row["attributes"] = [pair for pair in pairs if all(pair)]
    variants = [_variant(part) for part in _list(node.get("hasVariant")) if isinstance(part, Mapping)]
    if not variants and len(offers) > 1:
        variants = [offer | {"options": offer.get("options") or {}} for offer in offers]
    if variants:
        row["variants"] = variants
        row.setdefault("currency", next((part["currency"] for part in variants if part.get("currency")), None))
    return {key: value for key, value in row.items() if value not in (None, "", [])}


def _variant(node: Mapping[str, Any]) -> dict[str, Any]:
    offer = next(iter(_offers(node)), {})
    options = {name: text for name in _OPTIONS if (text := _text(node.get(name), "name"))}
    for part in _list(node.get("additionalProperty")):
        if isinstance(part, Mapping) and not options:
            options[_text(part.get("name"))] = _text(part.get("value"))
    return {
        "sku": _product_id(node) or _text(node.get("name")),
        "options": options or {"款式": _text(node.get("name"))},
        **offer,
    }


def _offers(node: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for offer in _list(node.get("offers")):
        if not isinstance(offer, Mapping):
            continue
        inner = [part for part in _list(offer.get("offers")) if isinstance(part, Mapping)]
        if inner and "AggregateOffer" in _types(offer):
            found += [part for each in inner for part in _offers({"offers": each})]
            continue
        found.append(_offer(offer))
    return found


def _offer(offer: Mapping[str, Any]) -> dict[str, Any]:
    specifications = [part for part in _list(offer.get("priceSpecification")) if isinstance(part, Mapping)]
    listed = next(
        (part for part in specifications if re.search(r"ListPrice|Strikethrough|SRP", str(part.get("priceType")))), {}
    )
    selling = next((part for part in specifications if part is not listed), {})
    price = offer.get("price", offer.get("lowPrice", selling.get("price")))
    found = {
        "price": price,
        "currency": offer.get("priceCurrency") or selling.get("priceCurrency"),
        "original price": listed.get("price"),
        "stock": _stock(offer),
    }
    item = offer.get("itemOffered")
    if isinstance(item, Mapping):
        found["options"] = {name: text for name in _OPTIONS if (text := _text(item.get(name), "name"))}
    if sku := _text(offer.get("sku")):
        found["sku"] = sku
    return {key: value for key, value in found.items() if value not in (None, "", {})}


def _stock(offer: Mapping[str, Any]) -> Any:
    level = _first(offer.get("inventoryLevel"))
    if isinstance(level, Mapping) and level.get("value") is not None:
        return level["value"]
    state = str(offer.get("availability") or "").rpartition("/")[2].lower()
    return 0 if state in ("outofstock", "soldout", "discontinued") else None


def _product_id(node: Mapping[str, Any]) -> str:
    named = (_text(node.get(key)) for key in ("productGroupID", "productID", "sku", "mpn", "gtin13", "gtin"))
    return (
        next((text for text in named if text), "") or str(node.get("@id") or "").rpartition("/")[2].rpartition("#")[2]
    )


def _group_key(node: Mapping[str, Any]) -> str:
    return _text(node.get("productGroupID")) or str(node.get("@id") or "")


def _member_of(node: Mapping[str, Any]) -> str:
    group = _first(node.get("isVariantOf"))
    if isinstance(group, Mapping):
        return _group_key(group)
    return _text(node.get("inProductGroupWithID"))


def _types(node: Mapping[str, Any]) -> set[str]:
    return {str(kind).rpartition("/")[2] for kind in _list(node.get("@type"))}


def _text(value: Any, key: str = "") -> str:
    value = _first(value)
    if isinstance(value, Mapping):
        value = _first(value.get(key) if key else value.get("@value", value.get("name")))
    return "" if value is None or isinstance(value, Mapping | list) else str(value).strip()


def _first(value: Any) -> Any:
    return next(iter(value), None) if isinstance(value, list) else value


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


class _Scripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = (dict(attrs).get("type") or "").split(";")[0].strip().lower()
        self._inside = tag == "script" and kind == "application/ld+json"
        if self._inside:
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found[-1] += data

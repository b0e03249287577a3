"""Product cards and stored events: what a page is sent, filled from the catalogue and never from a model."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

from assistant.events import (
    BasketCard,
    Cards,
    Comparison,
    Event,
    FormCard,
    Handoff,
    OrderCard,
    Progress,
    QuickReplies,
    Sentence,
)
from assistant.shown import Shown
from knowledge.catalog import Catalog
from knowledge.model import Lang, Product, Promotion


def plain(amount: Decimal) -> str:
    """199.00 → "199", 9.90 → "9.90": cents only where there are some."""
    return str(int(amount)) if amount == amount.to_integral_value() else f"{amount:.2f}"


def card(product: Product, lang: Lang, shown: Shown) -> dict[str, Any]:
    """What a page draws a product from; prices are strings or None."""
    picture = product.pictures[0] if product.pictures else ""
    return {
        "id": product.id,
        "title": shown.title(product, lang),
        "price": None if product.price is None else f"{product.price:.2f}",
        "list_price": None if product.list_price is None else f"{product.list_price:.2f}",
        "currency": product.currency,
        "picture": picture if not picture or "://" in picture else f"/media/{picture}",
        "stock": product.stock,
        "url": f"/product/{product.id}",
        "brief": shown.text(product, product.brief(lang), lang),
        "badges": list(_badges(product, lang)),
    }


def _badges(product: Product, lang: Lang) -> list[str]:
    badges = []
    if product.stock == 0:
        badges.append("暂时缺货" if lang == "zh" else "Out of stock")
    if product.price is not None and product.list_price is not None and product.list_price > product.price:
        saved = plain(product.list_price - product.price)
        badges.append(f"省{saved}" if lang == "zh" else f"Save {saved}")
    return badges


def stored(
    event: Event, message_id: str, catalog: Catalog, shown: Shown, lang: Lang
) -> tuple[str, Mapping[str, Any]] | None:
    """The (type, data) under which a page is told of `event`; None for those that have another way of being told."""
    match event:
        case Progress(tool=tool, label=label):
            return "progress", {"id": message_id, "tool": tool, "label": label}
        case Sentence(text=text, verdict=verdict):
            return "sentence", {"id": message_id, "text": text, "changed": verdict.changed}
        case Cards(product_ids=ids):
            return "cards", {"id": message_id, "products": _cards(ids, catalog, shown, lang)}
        case Comparison(product_ids=ids, rows=rows):
            products = [catalog.product(product_id) for product_id in ids]
            table = [
                {"name": name, "values": [_value(*pair, shown, lang) for pair in zip(products, values, strict=True)]}
                for name, values in rows
            ]
            return "comparison", {"id": message_id, "products": _cards(ids, catalog, shown, lang), "rows": table}
        case OrderCard(order=order):
            return "order", {"id": message_id, "order": dict(order)}
        case BasketCard(basket=basket):
            plan = _renamed(basket, _shown_names(basket, catalog, shown, lang))
            return "basket", {"id": message_id, "basket": plan, "stand": plan_stand(basket, catalog)}
        case FormCard(form=form):
            return "form", {"id": message_id, "form": form.json()}
        case QuickReplies(options=options):
            return "quick_replies", {"id": message_id, "options": list(options)}
        case Handoff():
            return None  # the state machine stores it as a status
    return None


def _cards(ids: tuple[str, ...], catalog: Catalog, shown: Shown, lang: Lang) -> list[dict[str, Any]]:
    found = (catalog.product(product_id) for product_id in ids)
    return [card(product, lang, shown) for product in found if product is not None]


class Shelf(Protocol):
    def product(self, product_id: str, /) -> Product | None: ...
    def promotions(self) -> Sequence[Promotion]: ...


def plan_stand(basket: Mapping[str, Any], shelf: Shelf) -> str:
    """A name for what a plan's sums rest on: another one when one of its products or a running offer has changed."""
    ids = dict.fromkeys(str(item["product_id"]) for order in basket["orders"] for item in order["items"])
    goods = (f"{one.id}:{one.version}" for each in ids if (one := shelf.product(each)) is not None)
    return "/".join((*goods, *(one.id for one in shelf.promotions())))


def _shown_names(basket: Mapping[str, Any], catalog: Catalog, shown: Shown, lang: Lang) -> dict[str, str]:
    """What to call the products of a plan whose own titles may not be shown as they are."""
    items = [item for order in basket["orders"] for item in order["items"]]
    found = [product for item in items if (product := catalog.product(item["product_id"])) is not None]
    names = {product.title(lang): shown.title(product, lang) for product in found}
    return {title: name for title, name in names.items() if title != name}


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for title, name in names.items():
            value = value.replace(title, name)
        return value
    if isinstance(value, Mapping):
        return {key: _renamed(one, names) for key, one in value.items()}
    return [_renamed(one, names) for one in value] if isinstance(value, list) else value


def _value(product: Product | None, value: str, shown: Shown, lang: Lang) -> str:
    return value if product is None else shown.text(product, value, lang) or "—"

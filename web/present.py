"""Values as pages get them: JSON-ready, prices as strings, texts in one language and past the guard."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from assistant.cards import card, plan_stand
from assistant.guard.verdict import Span, Verdict
from assistant.shown import Shown
from knowledge.facts import Fact, Facts
from knowledge.factsheet import money as amount
from knowledge.model import LANGS, Attribute, Lang, Policy, Product, Promotion, Shop, Text, Variant

BADGES = 3
PRICE = Text("价格", "Price")  # the first row of a comparison
REPRICED = Text("价格已更新", "Price updated")
OUTDATED = Text("当时的算法", "As it was then")
ASK_AGAIN = Text(
    "这张单子算好以后，价格或优惠有变化。再问我一次，我重新算。",
    "Prices or offers have changed since this was worked out. Ask again and I will work it out anew.",
)
GONE = Text("已下架", "No longer sold")


class Shelf(Protocol):
    """What of the catalogue is shown on pages."""

    @property
    def shop(self) -> Shop: ...
    def product(self, product_id: str, /) -> Product | None: ...
    def facts(self, product_id: str, /) -> Facts: ...
    def promotions(self, product_id: str | None = None, at: datetime | None = None) -> tuple[Promotion, ...]: ...


def money(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.2f}"


def plain(value: Any) -> Any:
    """`value` with decimals, times and texts made JSON-ready."""
    match value:
        case Decimal():
            return money(value)
        case datetime() | date():
            return value.isoformat()
        case Text():
            return {"zh": value.zh, "en": value.en}
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(item) for item in value]
        case _:
            return value


class Presenter:
    """Cards and product pages; what merchants wrote is shown as far as it may be said."""

    def __init__(self, shelf: Shelf, shown: Shown) -> None:
        self._shelf = shelf
        self._shown = shown

    def card(self, product: Product, lang: Lang) -> dict[str, Any]:
        own = card(product, lang, self._shown)
        offers = [promotion.name(lang) for promotion in self._own_promotions(product.id)]
        return {**own, "badges": [*own["badges"], *offers][:BADGES]}

    def cards(self, product_ids: Iterable[str], lang: Lang) -> list[dict[str, Any]]:
        """Cards of those that still exist, in the order given."""
        found = (self._shelf.product(product_id) for product_id in product_ids)
        return [self.card(product, lang) for product in found if product is not None]

    def renewed(self, event: Mapping[str, Any], lang: Lang) -> Mapping[str, Any]:
        """An event of a conversation whose cards and comparisons show today's prices and stock; others as they are."""
        if event["type"] == "quick_replies":
            return {**event, "options": self._still_offered(event)}
        if event["type"] == "basket" and event.get("stand") != plan_stand(event["basket"], self._shelf):
            return {**event, "basket": {**event["basket"], "badge": OUTDATED(lang), "proof": ASK_AGAIN(lang)}}
        if event["type"] not in ("cards", "comparison"):
            return event
        fresh = {**event, "products": [self._renewed_card(each, lang) for each in event["products"]]}
        for row in event.get("rows", ()):
            if row["name"] in (PRICE.zh, PRICE.en):
                prices = self._prices(event["products"], "zh" if row["name"] == PRICE.zh else "en")
                fresh["rows"] = [{**each, "values": prices} if each is row else each for each in event["rows"]]
        return fresh

    def _still_offered(self, event: Mapping[str, Any]) -> list[str]:
        """Short answers to tap; when an offer has ended since, none that names one or has a figure that may be its."""
        running = {promotion.id for promotion in self._shelf.promotions()}
        then = self._shelf.promotions(at=datetime.fromisoformat(event["at"]))
        ended = [name for one in then if one.id not in running for name in (one.name.zh, one.name.en) if name]
        if not ended:
            return list(event["options"])
        return [each for each in event["options"] if not re.search(r"\d", each) and not any(n in each for n in ended)]

    def _renewed_card(self, then: Mapping[str, Any], lang: Lang) -> dict[str, Any]:
        product = self._shelf.product(then["id"])
        if product is None:
            return {**then, "price": None, "list_price": None, "stock": None, "url": "", "badges": [GONE(lang)]}
        lang = next((each for each in LANGS if self._shown.title(product, each) == then["title"]), lang)
        now = card(product, lang, self._shown)
        if now["price"] != then["price"]:
            now["badges"] = [REPRICED(lang), *now["badges"]][:BADGES]
        return now

    def _prices(self, cards: Iterable[Mapping[str, Any]], lang: Lang) -> list[str]:
        found = (self._shelf.product(each["id"]) for each in cards)
        return ["—" if p is None or p.price is None else amount(p.price, p.currency, lang) for p in found]

    def product(self, product: Product, lang: Lang) -> dict[str, Any]:
        return {
            **self.card(product, lang),
            "category": product.category(lang),
            "brand": product.brand,
            "description": self._shown.text(product, product.description(lang), lang),
            "attributes": [self._attribute(product, each, lang) for each in product.attributes],
            "variants": [variant_json(each, lang) for each in product.variants],
            "pictures": [picture_url(each) for each in product.pictures],
            "promotions": [promotion_json(each, lang) for each in self._shelf.promotions(product.id)],
            "lang": lang,
            "version": product.version,
        }

    def _attribute(self, product: Product, attribute: Attribute, lang: Lang) -> dict[str, str]:
        told = attribute_json(attribute, lang)
        return {**told, "value": self._shown.text(product, told["value"], lang) or "—"}

    def _own_promotions(self, product_id: str) -> list[Promotion]:
        """Those for this product before those for everything: a badge should tell products apart."""
        running = self._shelf.promotions(product_id)
        return sorted(running, key=lambda each: (not each.products, not each.categories, each.kind == "free_shipping"))


def picture_url(picture: str) -> str:
    return picture if picture.startswith(("https://", "http://", "/")) else f"/media/{picture}"


def attribute_json(attribute: Attribute, lang: Lang) -> dict[str, str]:
    return {"name": attribute.name(lang), "value": attribute.value(lang)}


def variant_json(variant: Variant, lang: Lang) -> dict[str, Any]:
    return {
        "id": variant.id,
        "options": [attribute_json(option, lang) for option in variant.options],
        "label": variant.label(lang),
        "price": money(variant.price),
        "list_price": money(variant.list_price),
        "stock": variant.stock,
    }


def promotion_json(promotion: Promotion, lang: Lang) -> dict[str, Any]:
    return {
        "id": promotion.id,
        "name": promotion.name(lang),
        "text": promotion.text(lang),
        "kind": promotion.kind,
        "code": promotion.code,
        "ends": plain(promotion.ends),
    }


def policy_json(policy: Policy, lang: Lang) -> dict[str, str]:
    return {"id": policy.id, "title": policy.title(lang), "text": policy.text(lang)}


def shop_json(shop: Shop) -> dict[str, Any]:
    return {
        "id": shop.id,
        "name": plain(shop.name),
        "slogan": plain(shop.slogan),
        "currency": shop.currency,
        "langs": list(shop.langs),
        "hours": plain(shop.hours),
        "contact": dict(shop.contact),
    }


def fact_json(fact: Fact) -> dict[str, Any]:
    return {
        "id": fact.id,
        "subject": fact.subject,
        "attribute": fact.attribute,
        "value": fact.value,
        "kind": fact.kind,
        "variant": fact.variant,
        "source": fact.source,
        "version": fact.version,
    }


def span_json(span: Span) -> dict[str, Any]:
    return {
        "start": span.start,
        "end": span.end,
        "label": span.label,
        "reason": span.reason,
        "field": span.field,
        "rule": span.rule,
        "replacement": span.replacement,
        "evidence": [fact_json(fact) for fact in span.evidence],
    }


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "label": verdict.label,
        "original": verdict.original,
        "text": verdict.text,
        "changed": verdict.changed,
        "spans": [span_json(span) for span in verdict.spans],
        "evidence": [fact_json(fact) for fact in verdict.evidence],
        "remarks": [span_json(span) for span in verdict.remarks],
    }


def with_articles(verdict: dict[str, Any], articles: Mapping[str, str]) -> dict[str, Any]:
    """The verdict with the article of law beside every rule that a span or a remark names."""
    for span in (*verdict["spans"], *verdict["remarks"]):
        if article := articles.get(span["rule"]):
            span["article"] = article
    return verdict

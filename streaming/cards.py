"""A product as its card shows it: every figure straight from the catalogue."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from knowledge.model import Policy, Product, Promotion
from streaming.freshness import Review
from streaming.phrases import LABELS
from streaming.settings import Lang, RoomSettings
from streaming.view import Card, Coupon

_SIGNS = {
    "CNY": "¥",
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "JPY": "¥",
    "HKD": "HK$",
    "TWD": "NT$",
    "SGD": "S$",
    "AUD": "A$",
}

_TERMS = 8


def money(amount: Decimal) -> str:
    """129.00 → "129", 9.90 → "9.9", 1299 → "1299"."""
    text = f"{amount:.2f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def card_of(product: Product, promotions: Sequence[Promotion], settings: RoomSettings) -> Card:
    lang = settings.lang
    words = LABELS[lang]
    currency = _SIGNS.get(product.currency, product.currency + " ")
    price = "" if product.price is None else money(product.price)
    reduced = product.price is not None and product.list_price is not None and product.list_price > product.price
    badge = ""
    if product.stock == 0:
        badge = words["out"]
    elif offer := _offer(promotions, lang):
        badge = offer
    elif reduced and product.list_price is not None and product.price is not None:
        badge = words["save"].format(amount=currency + money(product.list_price - product.price))
    return Card(
        product_id=product.id,
        title=product.title(lang),
        price=price,
        list_price=money(product.list_price) if reduced and product.list_price is not None else "",
        currency=currency,
        badge=badge,
        points=_points(product, lang),
        picture=_picture(product, settings.media),
        coupon=None if product.stock == 0 else _coupon(promotions, currency, lang),
    )


def passed(card: Card, review: Review) -> Card:
    """`card` with what the guard lets through: merchants write superlatives into titles and attributes too."""

    def said(text: str) -> str:
        return review(text, (card.product_id,)).text.strip() if text else ""

    points = tuple(point for point in card.points if said(point) == point)
    badge = card.badge if said(card.badge) == card.badge else ""
    coupon = card.coupon
    if coupon is not None and said(coupon.condition) != coupon.condition:
        coupon = None
    return replace(card, title=said(card.title) or card.product_id, points=points, badge=badge, coupon=coupon)


def terms(policies: Sequence[Policy], promotions: Sequence[Promotion], lang: Lang, review: Review) -> tuple[str, ...]:
    """What the ticker shows: offers for the whole shop and the shop's terms, each as the guard lets it through."""
    longest = 18 if lang == "zh" else 34
    offers = [each.name(lang) for each in promotions if not each.products and not each.categories]
    rules = [
        f"{attribute.name(lang)} {attribute.value(lang)}" for policy in policies for attribute in policy.attributes[:2]
    ]
    fitting = [text for text in (*offers, *rules) if text and len(text) <= longest]
    return tuple([text for text in dict.fromkeys(fitting) if review(text, ()).text.strip() == text][:_TERMS])


def _coupon(promotions: Sequence[Promotion], currency: str, lang: Lang) -> Coupon | None:
    """The first coupon that takes a sum off."""
    words = LABELS[lang]
    for each in promotions:
        if each.kind == "coupon" and each.minus is not None:
            condition = words["from"].format(amount=money(each.threshold)) if each.threshold else words["any"]
            if lang == "en" and each.threshold:
                condition = words["from"].format(amount=currency + money(each.threshold))
            return Coupon(currency + money(each.minus), condition, each.code[:12])
    return None


def _offer(promotions: Sequence[Promotion], lang: Lang) -> str:
    """The name of the first offer that is for this product and short enough for a badge."""
    longest = 14 if lang == "zh" else 20
    names = (each.name(lang) for each in promotions if each.products or each.categories)
    return next((name for name in names if len(name) <= longest), "")


def _points(product: Product, lang: Lang) -> tuple[str, ...]:
    """The first three attributes that are short enough to be read at a glance."""
    longest = 13 if lang == "zh" else 24
    written = (f"{each.name(lang)} {each.value(lang)}" for each in product.attributes)
    return tuple([text for text in written if len(text) <= longest][:3])


def _picture(product: Product, media: Path | None) -> Path | None:
    """The first picture that lies in the media folder; a path that leads out of it is not followed."""
    if media is None:
        return None
    root = media.resolve()
    for name in product.pictures:
        if "://" in name:
            continue
        path = (root / name).resolve()
        if path.is_relative_to(root) and path.is_file():
            return path
    return None

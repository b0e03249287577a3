"""Why a product was found, and why another was not: each reason bound to what the catalogue says."""

from dataclasses import dataclass, replace

from knowledge.factsheet import money
from knowledge.matching import Sheet, Wish
from knowledge.measures import Limit, amounts, measure_of, met
from knowledge.model import Attribute, Lang, Product, Text
from knowledge.relax import Missed
from knowledge.thesaurus import Scene, Thesaurus, language_of
from knowledge.understand import Filters, Need


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in the shopper's language, and the fact it rests on: an attribute's name and value in the catalogue's
    wording, with the fact's id; all empty when title or summary say it."""

    text: str
    attribute: str = ""
    value: str = ""
    fact_id: str = ""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A near miss, and what kept it out."""

    product: Product
    why: tuple[Reason, ...]


def reasons_for(sheet: Sheet, need: Need, wanted: Filters, thesaurus: Thesaurus) -> tuple[Reason, ...]:
    """What speaks for a product: the wishes it meets, the most telling first."""
    product, lang = sheet.product, need.lang
    found: list[Reason] = []
    for limit in wanted.limits:
        if (attribute := met(product, limit)) is not None:
            found.append(_stated(product, attribute, lang))
    for leaning in (*([need.by] if need.by else []), *need.prefers):
        for attribute, _ in amounts(product, measure_of(leaning.measure))[:1]:
            found.append(_stated(product, attribute, lang))
    for word in (one for one in wanted.options if not thesaurus.is_colour(one)):
        if (chosen := sheet.choice(word)) is not None:
            found.append(_stated(product, chosen, lang))
    for word in wanted.features:
        if (bound := sheet.binding(word)) is not None:
            found.append(_bound(product, _named(word, thesaurus, lang), bound[1], lang))
    colours = [word for word in wanted.options if thesaurus.is_colour(word)]
    if (option := sheet.colour(colours)) is not None:
        found.append(_stated(product, option, lang))
    found += _price(product, wanted, lang)
    for word, scene in need.scenes:
        met_by = next((bound for want in scene.wants if (bound := sheet.binding(want)) is not None), None)
        if met_by is not None:
            name = met_by[0] if language_of(met_by[0]) == lang else _named(met_by[0], thesaurus, lang)
            reason = _bound(product, name, met_by[1], lang)
            text = f"{word}：{reason.text}" if lang == "zh" else f"{word}: {reason.text}"
            text = reason.text if scene.whom else text
            found.append(Reason(text, reason.attribute, reason.value, reason.fact_id))
    for group in dict.fromkeys(group for mention in need.mentions for group in mention.groups):
        if group.section in ("materials", "qualities") or (found and group.section == "goods"):
            continue  # properties are told above, with their facts; that it is a shoe says nothing next to the rest
        if sheet.says(group.words) and not any(group.name(lang) in reason.text for reason in found):
            found.append(Reason(group.name(lang)))
    mark = "：" if lang == "zh" else ": "
    repeated = {rest for reason in found for _, sign, rest in [reason.text.partition(mark)] if sign}
    return tuple(dict.fromkeys(reason for reason in found if reason.text not in repeated))


def why_left_out(sheet: Sheet, missed: Missed, need: Need, wanted: Filters, thesaurus: Thesaurus) -> tuple[Reason, ...]:
    """What a product fails of, gravest wishes last."""
    product, lang = sheet.product, need.lang
    found = [_unmet(sheet, wish, wanted, lang, thesaurus) for wish in sorted(missed.wishes, key=lambda w: w.kind)]
    if missed.price and product.price is not None:
        found.insert(0, _off_price(product, wanted, lang))
    elif missed.price:
        found.insert(0, Reason("没有标价" if lang == "zh" else "no price is stated"))
    return tuple(found)


def _price(product: Product, wanted: Filters, lang: Lang) -> list[Reason]:
    if product.price is None:
        return []
    name = "价格" if lang == "zh" else "price"
    price = money(product.price, product.currency, lang)
    if wanted.price_max is not None and product.price <= wanted.price_max:
        limit = money(wanted.price_max, product.currency, lang)
        text = f"{price}，不超过{limit}" if lang == "zh" else f"{price}, within {limit}"
        return [Reason(text, name, price, f"{product.id}/price")]
    return []


def _off_price(product: Product, wanted: Filters, lang: Lang) -> Reason:
    assert product.price is not None
    price = money(product.price, product.currency, lang)
    over = wanted.price_max is not None and product.price > wanted.price_max
    bound = wanted.price_max if over else wanted.price_min
    limit = money(bound, product.currency, lang) if bound is not None else ""
    zh = f"{price}，{'高' if over else '低'}于{limit}"
    en = f"{price}, {'above' if over else 'below'} {limit}"
    return Reason(Text(zh, en)(lang), "价格" if lang == "zh" else "price", price, f"{product.id}/price")


def _unmet(sheet: Sheet, wish: Wish, wanted: Filters, lang: Lang, thesaurus: Thesaurus) -> Reason:
    product, value = sheet.product, wish.value
    if isinstance(value, Limit):
        return _off_limit(product, value, lang)
    if isinstance(value, Scene):
        return _not_for(sheet, value, lang)
    if isinstance(value, str):
        return _unmet_word(sheet, wish, value, lang, thesaurus)
    colours = "、".join(_named(word, thesaurus, lang) for word in wanted.options if thesaurus.is_colour(word))
    brands = ("、" if lang == "zh" else ", ").join(wanted.brands)
    return Reason(
        {
            "in_stock": Text("暂时没货", "out of stock"),
            "brands": Text(f"不是{brands}", f"not by {brands}"),
            "audiences": Text("是给别的人群的", "made for somebody else"),
            "colours": Text(f"没有{colours}", f"not in {colours.replace('、', ', ')}"),
            "categories": Text("是另一类商品", "another category"),
        }[wish.kind](lang)
    )


def _not_for(sheet: Sheet, scene: Scene, lang: Lang) -> Reason:
    word = sheet.avoided(scene) or ""
    stated = next((one for one in sheet.product.attributes if word in one.value(lang).lower()), None)
    if stated is not None:
        return _stated(sheet.product, stated, lang)
    return Reason("更适合别的场合" if lang == "zh" else "better for another occasion")


def _unmet_word(sheet: Sheet, wish: Wish, value: str, lang: Lang, thesaurus: Thesaurus) -> Reason:
    word = _named(value, thesaurus, lang)
    if wish.kind == "options":
        return Reason(f"没有{word}" if lang == "zh" else f"not in {word}")
    attribute = sheet.shown_by(value) if wish.kind == "without" else sheet.denied_by(value)
    if attribute is None:
        is_it = wish.kind == "without"
        return Reason(Text(f"{'就' if is_it else '不'}是{word}", f"it is {'' if is_it else 'not '}{word}")(lang))
    stated = _stated(sheet.product, attribute, lang)
    if wish.kind == "without" and thesaurus.is_colour(value):
        return replace(stated, text=f"只有{word}" if lang == "zh" else f"only in {word}")
    return stated


def _off_limit(product: Product, limit: Limit, lang: Lang) -> Reason:
    """What it states instead, or that it states nothing."""
    if limit.measure:
        measure = measure_of(limit.measure)
        stated = amounts(product, measure, limit.dimension)
        if stated:
            return _stated(product, stated[0][0], lang)
        return Reason(f"没有注明{measure.name.zh}" if lang == "zh" else f"no {measure.name.en} is stated")
    return Reason(f"没有{limit.text}的" if lang == "zh" else f"not in {limit.text}")


def _stated(product: Product, attribute: Attribute, lang: Lang) -> Reason:
    name, value = attribute.name(lang), attribute.value(lang)
    return Reason(f"{name} {value}", name, value, _fact_id(product, attribute))


def _bound(product: Product, name: str, attribute: Attribute | None, lang: Lang) -> Reason:
    if attribute is None:
        return Reason(name)
    stated = _stated(product, attribute, lang)
    if name.lower() in stated.value.lower():
        return stated  # 防滑 5mm防滑纹路 says it once
    said = stated.value if name.lower() in stated.attribute.lower() else stated.text
    text = f"{name}（{said}）" if lang == "zh" else f"{name} ({said})"
    return Reason(text, stated.attribute, stated.value, stated.fact_id)


def _fact_id(product: Product, attribute: Attribute) -> str:
    """As `factsheet` makes it; of a choice, the first variant that has it."""
    if attribute in product.attributes:
        return f"{product.id}/{attribute.name('zh')}"
    variant = next((one for one in product.variants if attribute in one.options), None)
    return f"{product.id}#{variant.id}/{attribute.name('zh')}" if variant else f"{product.id}/title"


def _named(word: str, thesaurus: Thesaurus, lang: Lang) -> str:
    return word if language_of(word) == lang else thesaurus.name(word)(lang)

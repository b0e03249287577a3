"""Finding, describing and comparing products."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

from pydantic import Field

from assistant.arithmetic import total as total_facts
from assistant.attributes import asked_values, choosable, of_another_kind, telling_sentences
from assistant.cards import plain
from assistant.guide.clarify import Find, is_broad, questions
from assistant.guide.explain import asked, grounds
from assistant.guide.tradeoffs import trade_offs
from assistant.manuals import manual_answers
from assistant.measures import Wish, wish
from assistant.tools.base import Arguments, ToolContext, ToolResult
from knowledge.catalog import Catalog
from knowledge.facts import Facts
from knowledge.factsheet import money
from knowledge.measures import measure_of, ordered, reading
from knowledge.model import Attribute, Lang, Product, Promotion
from knowledge.search import Filters, Hit, LeftOut, Reason, SearchResult

LONGEST_TEXT = 600  # characters of a description that a model is given
_BARE = re.compile(r"[\d.,\s]+")
_CLOSE = 0.55  # of the best score: what is worse is about something else
_LOOKED_THROUGH = 1000  # products; of a larger catalogue the first ones tell enough


class SearchArguments(Arguments):
    query: str = Field(description="The need in the shopper's own words, with limits; empty: what kinds there are")
    min_price: float | None = Field(None, ge=0)
    max_price: float | None = Field(None, ge=0)
    order: Literal["best", "cheapest", "dearest"] = "best"
    exclude: list[str] = Field(default_factory=list, max_length=30, description="Product ids not to show again")
    among: list[str] = Field(default_factory=list, max_length=30, description="Only these product ids")
    never: list[str] = Field(default_factory=list, max_length=10, description="What they must not have: an allergy")
    limit: int = Field(3, ge=1, le=8)


def search_products(arguments: SearchArguments, context: ToolContext) -> ToolResult:
    catalog, lang = context.catalog, context.lang
    if not arguments.query.strip():
        return ToolResult({"products": [], "found": 0, "categories": categories(catalog, lang)})
    wanted = wish(arguments.query)
    filters = Filters(
        price_min=_exact(arguments.min_price), price_max=_exact(arguments.max_price), products=tuple(arguments.among)
    )
    skip = set(arguments.exclude)
    measured = bool(wanted.limits) or wanted.measure is not None
    result = catalog.search(arguments.query, limit=(40 if measured else 12) + len(skip), lang=lang, filters=filters)
    best = max((hit.score for hit in result.hits), default=0.0)
    hits = [hit for hit in result.hits if hit.product.id not in skip]
    never = arguments.never
    safe = [hit for hit in hits if not (never and catalog.shows(hit.product.id, never))]
    unsafe, hits = len(hits) - len(safe), safe
    if arguments.order != "best":
        close = [hit for hit in hits if hit.score >= 0.5 * best]
        hits = sorted(close, key=lambda hit: hit.product.price or Decimal(0), reverse=arguments.order == "dearest")
    elif not measured and not result.parts:
        hits = [hit for hit in hits if hit.score >= _CLOSE * best]
    hits, order = _in_order(hits, wanted, lang)
    shown = hits[: arguments.limit]
    several = _several(result, [hit.product.id for hit in hits]) if len(result.parts) > 1 else []
    if several:
        shown = [hit for hit in hits if any(hit.product.id in ids for _, ids in several)]
    bounded = filters.price_min is not None or filters.price_max is not None  # by us, not in the shopper's words
    left_out = [] if bounded else [one for one in result.left_out if one.product.id not in skip][:2]
    products = [
        brief(hit.product, lang)
        | {"reasons": reason_data(hit.reasons)[:3], "score": round(hit.score, 3)}
        | {"measured": _stated(hit.product, wanted, lang)}
        for hit in shown
    ]
    ids = tuple(hit.product.id for hit in shown)
    answers, quoted = ([], Facts()) if arguments.among else frequent(catalog, arguments.query, lang)
    data = {
        "products": products,
        "found": len(hits),
        "sure": result.sure,
        "relaxed": [str(step) for step in result.relaxed],
        "left_out": [_left_out(one, lang) for one in left_out],
        "answers": answers,
    }
    if result.need is not None and result.need.goods is not None:
        data["goods"] = result.need.goods.word
    if unsafe:
        data["unsafe"] = unsafe
    if several:
        data["several"] = [{"goods": goods, "ids": ids} for goods, ids in several]
    else:
        wide = is_broad(arguments.query)  # then what fits less well is still a direction to go
        data["questions"] = _questions(safe if wide else hits, arguments.query, result.filters, lang, broad=wide)
        data["trade_offs"] = trade_off_data([hit.product for hit in shown], lang, arguments.query)
    if not result.sure:
        data["categories"] = categories(catalog, lang)
    facts = [fact for one in left_out for fact in grounds(catalog, one.product, one.why)]
    limits = asked(result.filters, catalog.shop.currency)
    return ToolResult(data | order, quoted | Facts.of(facts) | limits, product_ids=ids, cards=ids, found=bool(ids))


def _several(result: SearchResult, allowed: Sequence[str]) -> list[tuple[str, list[str]]]:
    """For each of several needs what it is called, and its best two products."""
    found: list[tuple[str, list[str]]] = []
    for part in result.parts:
        ids = [hit.product.id for hit in part.hits if part.sure and hit.product.id in allowed][:2]
        name = part.need.goods.word if part.need is not None and part.need.goods is not None else ""
        found.append((name, ids))
    return found


def _in_order(hits: list[Hit], wanted: Wish, lang: Lang) -> tuple[list[Hit], dict[str, Any]]:
    """The hits that state what they are to be put in order by, and how they were ordered."""
    measure = wanted.measure
    if measure is None:
        return hits, {}
    by_id = {hit.product.id: hit for hit in hits}
    pairs = ordered([hit.product for hit in hits], measure, wanted.order)
    if not pairs:
        return hits, {"order": {"unknown": True}}
    names = {found.attribute.name(lang) for _, found in pairs if found is not None}
    name = "" if len(names) > 1 else next(iter(names), measure.name(lang))
    told = {"order": {"measure": measure.id, "name": name, "order": wanted.order}}
    return [by_id[product.id] for product, _ in pairs], told


def _stated(product: Product, wanted: Wish, lang: Lang) -> list[list[str]]:
    """[[name, value], …] of what the wish was about, in the catalogue's words."""
    found = [(limit.measure, limit.dimension) for limit in wanted.limits]
    if wanted.measure is not None:
        found.insert(0, (wanted.measure.id, ""))
    readings = (reading(product, measure_of(measure), dimension) for measure, dimension in found)
    pairs = {one.attribute.name(lang): one.attribute.value(lang) for one in readings if one is not None}
    return [[name, value] for name, value in pairs.items()]


def _questions(hits: Sequence[Hit], query: str, filters: Filters, lang: Lang, *, broad: bool) -> list[dict[str, Any]]:
    """What to ask back, the most telling first."""
    finds = [Find(hit.product, hit.score) for hit in hits]
    priced = filters.price_max is not None or filters.price_min is not None
    asked = questions(finds, lang, settled=query, broad=broad, priced=priced)
    return [{"name": one.name, "values": list(one.values)} for one in asked]


def trade_off_data(products: Sequence[Product], lang: Lang, wanted: str) -> list[dict[str, Any]]:
    """Which of these products is ahead in what."""
    titles = {product.id: product.title(lang) for product in products}
    return [
        {"title": titles[one.product_id], "wins": [[win.wish, win.name, win.value] for win in one.wins]}
        for one in trade_offs(products, lang, wanted=wanted)
    ]


def reason_data(reasons: Sequence[Reason]) -> list[list[str]]:
    """[[in words, attribute, value], …]; attribute and value are empty where title or summary say it."""
    return [[reason.text, reason.attribute, reason.value] for reason in reasons]


def _left_out(one: LeftOut, lang: Lang) -> dict[str, Any]:
    """A near miss, for "why not that one?"."""
    why = ("；" if lang == "zh" else "; ").join(str(reason) for reason in one.why)
    return {"id": one.product.id, "title": one.product.title(lang), "price": _amount(one.product.price), "why": why}


class DetailsArguments(Arguments):
    product: str = Field(description="A product id, or its name")
    question: str = Field("", description="What the shopper wants to know about it, in their own words")
    quantity: int = Field(1, ge=1, le=999, description="How many pieces, for the total price")


def product_details(arguments: DetailsArguments, context: ToolContext) -> ToolResult:
    product, others = resolve(context.catalog, arguments.product, context.lang)
    if product is None:
        near = [brief(hit.product, context.lang) | {"score": round(hit.score, 3)} for hit in others[:3]]
        data = {"found": False, "similar": near}
        ids = tuple(hit.product.id for hit in others[:3])
        return ToolResult(data, product_ids=ids, cards=ids, found=False)
    lang = context.lang
    facts = Facts()
    data = describe(product, lang) | {
        "promotions": [_promotion(one, lang) for one in context.catalog.promotions(product.id)],
    }
    found = True
    if arguments.question:
        values = asked_values(arguments.question, product, lang)
        manual = context.catalog.passages(product.id)
        prose = () if values else telling_sentences(arguments.question, product, lang, manual)
        found = bool(values or prose)
        data["asked"] = {
            "question": arguments.question,
            "values": [[one.name(lang), one.value(lang)] for one in values],
            "text": list(prose),
            "silent": not found,
            "foreign": of_another_kind(arguments.question, product, context.catalog.products()[:_LOOKED_THROUGH]),
        }
    if arguments.quantity > 1 and product.price is not None:
        total = product.price * arguments.quantity
        data["total"] = {"quantity": arguments.quantity, "price": plain(total)}
        facts = total_facts(product, arguments.quantity)
    return ToolResult(data, facts=facts, product_ids=(product.id,), cards=(product.id,), found=found)


class CompareArguments(Arguments):
    products: list[str] = Field(min_length=2, max_length=4, description="Product ids or names")


def compare_products(arguments: CompareArguments, context: ToolContext) -> ToolResult:
    lang = context.lang
    found: dict[str, Product] = {}
    for name in arguments.products:
        product, others = resolve(context.catalog, name, lang)
        if product is None:  # a kind ("绿茶") stands for the first of its kind
            product = next((hit.product for hit in others if _may_be(name, hit.product)), None)
        if product is not None:
            found[product.id] = product
    if len(found) < 2:
        data = {"found": False, "products": [brief(product, lang) for product in found.values()]}
        ids = tuple(found)
        return ToolResult(data, product_ids=ids, cards=ids, found=False)
    products = list(found.values())
    rows = comparison_rows(products, lang)
    data = {
        "products": [brief(product, lang) for product in products],
        "rows": [{"name": name, "values": list(values)} for name, values in rows],
        "trade_offs": trade_off_data(products, lang, ""),
    }
    ids = tuple(found)
    return ToolResult(data, product_ids=ids, comparison=(ids, rows))


def comparison_rows(products: Sequence[Product], lang: Lang) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Price first, then attributes that at least two of them have, those that differ before those that agree, and among
    these the ones that shoppers choose by."""
    names: Counter[str] = Counter()
    values: list[dict[str, str]] = []
    for product in products:
        mine = {one.name(lang): " ".join(one.value(lang).split()) for one in product.attributes}
        mine |= {name: "、".join(found) if lang == "zh" else ", ".join(found) for name, found in options(product, lang)}
        names.update(mine.keys())
        values.append(mine)
    price = tuple(
        "—" if product.price is None else money(product.price, product.currency, lang) for product in products
    )
    shared = [name for name, count in names.items() if count >= 2]
    rows = [(name, tuple(_short(mine.get(name, "—"), 60) for mine in values)) for name in shared]
    rows.sort(key=lambda row: (len(set(row[1])) == 1, not choosable(row[0])))
    return (("价格" if lang == "zh" else "Price", price), *rows[:10])


def resolve(catalog: Catalog, name: str, lang: Lang) -> tuple[Product | None, tuple[Hit, ...]]:
    """The product with this id or (nearly) this name; else None and what a search for the name finds."""
    name = name.strip()
    if (product := catalog.product(name)) is not None:
        return product, ()
    hits = catalog.search(name, limit=4, lang=lang).hits
    meant = [hit for hit in hits if names_product(name, hit.product)]
    if not meant:  # "the feather bottle in mint": named together with one of its own choices
        meant = [hit for hit in hits if names_product(_without_choices(name, hit.product), hit.product)]
    if meant:
        return meant[0].product, tuple(meant[1:])
    return None, hits


def _without_choices(name: str, product: Product) -> str:
    for option in _option_attributes(product):
        for value in (option.value.zh, option.value.en):
            if len(value) > 1:
                name = re.sub(re.escape(value), " ", name, flags=re.I)
    return name


def names_product(text: str, product: Product) -> bool:
    """Whether `text` is so close to the product's title that it can only mean this one (or its nearest kin)."""
    return any(likeness(text, title) >= 0.75 for title in (product.title.zh, product.title.en) if title)


def frequent(catalog: Catalog, question: str, lang: Lang, product: str = "") -> tuple[list[dict[str, Any]], Facts]:
    """The shop's own answers to questions like this one and those of manuals, best first, and the facts that quoting
    them rests on. `product`: only what may be about it."""
    hits = [hit for hit in catalog.search_faq(question, limit=5) if hit.score >= 0.45]
    if product:  # what is asked about another product answers nothing
        hits = [hit for hit in hits if not hit.faq.products or product in hit.faq.products]
    answers = [
        {"question": hit.faq.question(lang), "answer": hit.faq.answer(lang), "score": round(hit.score, 3)}
        for hit in hits[:3]
    ]
    told, quoted = manual_answers(catalog, question, lang, product)
    answers = sorted([*answers, *told], key=lambda answer: -answer["score"])[:3]
    return answers, Facts.of(fact for hit in hits[:3] for fact in catalog.faq_facts(hit.faq)) | quoted


def _may_be(name: str, product: Product) -> bool:
    """Whether a name for one of two to compare, a kind or half a title, can mean this product."""
    titles = (product.title.zh, product.title.en)
    return any(name.strip().lower() in title.lower() or likeness(name, title) >= 0.5 for title in titles if title)


def likeness(text: str, title: str) -> float:
    """How much of `text` (without spaces, any case) is found in `title`, 0..1, by pairs of characters or by words."""
    wanted = pieces(text)
    if not wanted:
        return 0.0
    present = pieces(title)
    covered = len(wanted & present) / len(wanted)
    # Two characters of a long title ("杯子") are a kind of thing, not a name.
    return covered if len(wanted) >= 3 or covered * len(wanted) >= 0.5 * len(present) else covered * 0.5


_WORD = re.compile(r"[a-z0-9]+(?:[.'’-][a-z0-9]+)*|[\u3400-\u9fff]+")


@lru_cache(maxsize=8192)
def pieces(text: str) -> frozenset[str]:
    """Pairs of Chinese characters, and words of other scripts."""
    found: set[str] = set()
    for word in _WORD.findall(text.lower()):
        if word[0] >= "\u3400":
            found |= {word[index : index + 2] for index in range(len(word) - 1)} or {word}
        else:
            found.add(word)
    return frozenset(found)


def brief(product: Product, lang: Lang) -> dict[str, Any]:
    """What a model needs to speak of a product among others."""
    return {
        "id": product.id,
        "title": product.title(lang),
        "category": product.category(lang),
        "price": _amount(product.price),
        "list_price": _amount(product.list_price),
        "currency": product.currency,
        "stock": product.stock,
        "brief": _short(product.brief(lang) or product.description(lang), 120),
        "attributes": [
            [one.name(lang), _short(one.value(lang), 60)] for one in product.attributes if len(one.value(lang)) <= 60
        ][:8],
    }


def describe(product: Product, lang: Lang) -> dict[str, Any]:
    """Everything a model needs to answer about one product."""
    return brief(product, lang) | {
        "found": True,
        "brand": product.brand,
        "description": _short(product.description(lang), LONGEST_TEXT),
        "attributes": [[one.name(lang), _short(one.value(lang), 200)] for one in product.attributes],
        "options": dict(options(product, lang)),
        "variants": [
            {
                "options": [one.value(lang) for one in variant.options],
                "price": _amount(variant.price if variant.price is not None else product.price),
                "stock": variant.stock,
            }
            for variant in product.variants[:30]
        ],
    }


def options(product: Product, lang: Lang) -> list[tuple[str, list[str]]]:
    """What can be chosen: [(颜色, [白色, 黑色]), …] in the order of the variants."""
    found: dict[str, dict[str, None]] = {}
    for variant in product.variants:
        for option in variant.options:
            found.setdefault(option.name(lang), {})[option.value(lang)] = None
    return [(name, list(values)) for name, values in found.items()]


def categories(catalog: Catalog, lang: Lang) -> list[str]:
    """The shop's categories, the largest first, at most eight."""
    counts = Counter(product.category(lang) for product in catalog.products() if product.category)
    return [name.replace("-", " ") if name.isascii() else name for name, _ in counts.most_common(8)]


def _option_attributes(product: Product) -> list[Attribute]:
    return [option for variant in product.variants for option in variant.options]


def _promotion(promotion: Promotion, lang: Lang) -> dict[str, Any]:
    return {"id": promotion.id, "name": promotion.name(lang), "text": promotion.text(lang), "code": promotion.code}


def promotion_data(promotions: Sequence[Promotion], lang: Lang) -> list[Mapping[str, Any]]:
    return [_promotion(one, lang) for one in promotions]


def _exact(amount: float | None) -> Decimal | None:
    return None if amount is None else Decimal(str(amount))


def _amount(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def _short(text: str, limit: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"

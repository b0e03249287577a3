"""Why this one, and why not that one: a product held against a shopper's need, wish by wish."""

from dataclasses import dataclass

from knowledge.catalog import Catalog
from knowledge.facts import Fact, Facts
from knowledge.factsheet import money
from knowledge.model import LANGS, Lang, Product
from knowledge.reasons import Reason
from knowledge.search import Filters


@dataclass(frozen=True, slots=True)
class Explanation:
    """What of a need a product meets and misses, in the shopper's language, and the facts that these points rest on."""

    meets: tuple[Reason, ...] = ()
    misses: tuple[Reason, ...] = ()
    other: bool = False  # another kind of goods than was asked for
    facts: Facts = Facts()


def explain(catalog: Catalog, product: Product, need: str, lang: Lang) -> Explanation:
    """Only points that a fact carries count as met: that it is a thermos is no reason for a thermos."""
    weighed = catalog.weigh(need, product.id, lang=lang) if need else None
    if weighed is None:
        return Explanation()
    meets = tuple(reason for reason in weighed.meets if reason.fact_id)
    facts = grounds(catalog, product, (*meets, *weighed.misses)) | asked(weighed.wanted, product.currency)
    return Explanation(meets, weighed.misses, weighed.other, facts)


def asked(wanted: Filters, currency: str) -> Facts:
    """The shopper's own price limits, so that they may be repeated to them: 不超过300元."""
    limits = (("最低", "at least", wanted.price_min), ("预算", "budget", wanted.price_max))
    return Facts.of(
        Fact(f"need/{en}", "shopper:need", name, money(amount, currency, lang), "computed")
        for zh, en, amount in limits
        if amount is not None
        for lang, name in zip(LANGS, (zh, en), strict=True)
    )


def grounds(catalog: Catalog, product: Product, reasons: tuple[Reason, ...]) -> Facts:
    """The facts of a product that naming it and giving these reasons rests on."""
    used = {reason.fact_id for reason in reasons}
    return Facts.of(one for one in catalog.facts(product.id) if one.kind in ("title", "price") or one.id in used)

"""One sum for several things: "200元预算，一个保温杯和一双拖鞋" is a plan, one of each, not a search under a price."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from itertools import product

from assistant.data import load
from assistant.models.grounded import speech, till
from assistant.models.grounded.desk import Call, Desk
from assistant.models.grounded.dialogue import Goods
from knowledge.model import Lang

_MOST_KINDS, _CHOICES = 3, 5  # each kind is one search


@cache
def _budget(lang: Lang) -> re.Pattern[str]:
    return re.compile(load("till.yaml")["budget"][lang], re.I)


def plan(desk: Desk) -> str | None:
    """What to take of each kind so that all together stays within the sum; None when the message names no sum for
    several things."""
    d = desk.d
    said = _budget(d.lang).search(d.text)
    if said is None or d.live:
        return None
    limit = Decimal(next(group for group in said.groups() if group))
    kinds = till.kinds_of(_budget(d.lang).sub("，", d.text), d.lang)
    if not 2 <= len(kinds) <= _MOST_KINDS:
        return None
    calls: list[Call] = [("search_products", {"query": name, "limit": _CHOICES}) for name, _ in kinds]
    desk.all_of(calls)
    found = [_priced(desk.ask(name, **arguments).get("products", ())) for name, arguments in calls]
    if not all(found):
        return None
    counts = [count for _, count in kinds]
    chosen, fits = _chosen(found, counts, limit)
    items = [{"product": str(goods["id"]), "quantity": count} for goods, count in zip(chosen, counts, strict=True)]
    words: Mapping[str, Mapping[Lang, str]] = load("till.yaml")["say"]
    told = till.plan_of(desk, items)
    lines = [speech.bullet(f"{goods['title']} × {count}", d.lang) for goods, count in zip(chosen, counts, strict=True)]
    return "\n".join((words["within" if fits else "beyond"][d.lang], *lines, told))


def _priced(goods: Sequence[Goods]) -> list[Goods]:
    return [one for one in goods if one.get("price")]


def _chosen(found: Sequence[Sequence[Goods]], counts: Sequence[int], limit: Decimal) -> tuple[tuple[Goods, ...], bool]:
    """Of each kind one: those that fit best within the limit; the cheapest where nothing does."""

    def cost(choice: Sequence[Goods]) -> Decimal:
        return sum((Decimal(one["price"]) * count for one, count in zip(choice, counts, strict=True)), Decimal(0))

    def rank(choice: Sequence[Goods]) -> int:
        return sum(list(every).index(one) for every, one in zip(found, choice, strict=True))

    choices = list(product(*found))
    within = [choice for choice in choices if cost(choice) <= limit]
    return (min(within, key=lambda one: (rank(one), cost(one))), True) if within else (min(choices, key=cost), False)

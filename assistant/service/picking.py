"""Which product is meant among several: by number, size, model, or the words that tell it from the others."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from typing import Any, TypeVar, cast

from assistant.service.model import Goods, Substitute
from knowledge.parsing import parsed

_UNITS = {
    "升": "volume",
    "l": "volume",
    "套": "sets",
    "寸": "inches",
    "英寸": "inches",
    "kg": "weight",
    "公斤": "weight",
}
_UNITS |= {"w": "power", "瓦": "power", "毫升": "millilitres", "ml": "millilitres"}
_SIZE = re.compile(
    r"(?<![\d.A-Za-z])(?P<n>\d{1,5}(?:\.\d+)?)\s*(?P<unit>升|ml|毫升|[lL](?![A-Za-z])|套|寸|英寸|kg|公斤|瓦|[wW](?![A-Za-z]))",
    re.IGNORECASE,
)
_MODEL = re.compile(r"[A-Za-z]+[A-Za-z0-9]*(?:[ -]?(?:Pro|Max|Ultra|Plus|mini))?|\d+[A-Za-z]+", re.IGNORECASE)


One = TypeVar("One", Substitute, Goods)


@lru_cache(maxsize=1)
def _words() -> dict[str, re.Pattern[str]]:
    text = (resources.files("assistant.service") / "lexicon" / "picking.yaml").read_text(encoding="utf-8")
    return {name: re.compile(said, re.IGNORECASE) for name, said in cast(dict[str, Any], parsed(text)).items()}


@dataclass(frozen=True, slots=True)
class Picked:
    meant: Substitute | None
    said_something: bool  # about what it should be
    unavailable: tuple[Substitute, ...] = ()  # what would have been meant


Size = tuple[str, Decimal]  # what is measured, how much


def sizes_of(text: str) -> list[Size]:
    """The sizes a text tells, in its order."""
    return [(_UNITS[match["unit"].lower()], Decimal(match["n"])) for match in _SIZE.finditer(text)]


def size_of(text: str, unit: str = "") -> Decimal | None:
    """The size that a name tells first, of any unit but power unless one is asked for."""
    found = [amount for kind, amount in sizes_of(text) if kind == unit or (not unit and kind != "power")]
    return found[0] if found else None


def substitute(goods: Goods, wanted: str) -> Picked:
    """What `goods` is to be exchanged for; None where nothing, or more than one thing, is meant."""
    every = goods.substitutes
    by_number = [one for one in every if re.search(rf"(?<!\d){re.escape(one.id)}(?!\d)", wanted)]
    if by_number:
        return _of(by_number)
    target = _target(wanted)
    sizes = _said_sizes(target, goods.name) or _said_sizes(wanted, goods.name)
    unit = "power" if _words()["power"].search(target) else ""
    own = size_of(goods.name, unit)
    if sizes:
        fitting = [one for one in every if sizes[-1] in sizes_of(one.name)]
        if any(one.available for one in fitting) or not _words()["any"].search(wanted):
            return _of(_telling(fitting, target)) if fitting else Picked(None, True)
    if not sizes and (bare := _words()["bare"].search(target)):  # "换16的"
        fitting = [one for one in every if any(amount == Decimal(bare["n"]) for _, amount in sizes_of(one.name))]
        if fitting:
            return _of(_telling(fitting, target))
    larger, smaller = _words()["larger"].search(target), _words()["smaller"].search(target)
    if own is not None and (larger or smaller):
        sized = [(size, one) for one in every if (size := size_of(one.name, unit)) is not None]
        better = [(size, one) for size, one in sized if (size > own if larger else size < own)]
        there = [(size, one) for size, one in better if one.available] or better
        if not there:
            return Picked(None, True)
        utmost = _words()["most"].search(target) is not None
        order = sorted(there, key=lambda pair: abs(pair[0] - own), reverse=utmost)
        return _of([one for size, one in order if size == order[0][0]])
    telling = _telling(every, target)
    if len(telling) < len(every):
        return _of(telling)
    if _words()["any"].search(wanted):
        return _of([one for one in every if one.available])
    return Picked(None, False)


def _of(found: Sequence[Substitute]) -> Picked:
    there = [one for one in found if one.available]
    if len(there) == 1:
        return Picked(there[0], True)
    return Picked(None, not there, tuple(one for one in found if not one.available))


def _target(wanted: str) -> str:
    """What is said of the thing wanted, without what is said of the one to be replaced."""
    parts = _words()["target"].split(wanted)
    said = " ".join(part for part in parts[1:] if part) if len(parts) > 1 else ""
    return said if said.strip() else wanted


def _said_sizes(text: str, own: str = "") -> list[Size]:
    """The sizes a text wants: not those it wants no more, nor the one somebody has when it names another."""
    found: list[Size] = []
    for match in _SIZE.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        if not (_words()["not_this"].search(before) or _words()["no_more"].match(after)):
            found.append((_UNITS[match["unit"].lower()], Decimal(match["n"])))
    return [one for one in found if one not in sizes_of(own)] or found


def _telling(every: Sequence[One], text: str) -> list[One]:
    """Those that share most with a text of what they don't all share."""
    scored = [(_shared(one.name, text, [other.name for other in every]), one) for one in every]
    best = max((score for score, _ in scored), default=0)
    return [one for score, one in scored if score == best] if best else list(every)


def _shared(name: str, text: str, names: Sequence[str]) -> int:
    common = {word for word in _MODEL.findall(name.lower()) if all(word in other.lower() for other in names)}
    models = {word for word in _MODEL.findall(text.lower()) if len(word) > 1} - common
    score = sum(3 for word in models if re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", name.lower()))
    chinese = re.findall("[一-龥]+", text)
    pairs = {run[at : at + 2] for run in chinese for at in range(len(run) - 1)}
    return score + sum(1 for pair in pairs if pair in name and not all(pair in other for other in names))


# --- among products spoken of ---------------------------------------------------------------------------------------


def picked(known: Sequence[Goods], text: str) -> Goods | None:
    """The one of several products that a text means; the only one where there is one."""
    if len(known) < 2:
        return known[0] if known else None
    if (place := _words()["place"].search(text)) is not None:
        number = "一二三四五六七八九".find(place["zh"]) if place["zh"] else int(place["n"] or 0) - 1
        if place["last"]:
            number = len(known) - 1
        return known[number] if 0 <= number < len(known) else None
    ways: tuple[tuple[str, Callable[[Goods], Decimal | None], bool], ...] = (
        ("cheapest", lambda goods: goods.price, False),
        ("dearest", lambda goods: goods.price, True),
        ("largest", lambda goods: size_of(goods.name), True),
        ("smallest", lambda goods: size_of(goods.name), False),
    )
    for word, value, most in ways:
        if _words()[word].search(text):
            valued = [(one, goods) for goods in known if (one := value(goods)) is not None]
            if not valued:
                return None
            best = (max if most else min)(one for one, _ in valued)
            found = [goods for one, goods in valued if one == best]
            return found[0] if len(found) == 1 else None
    sizes = _said_sizes(text)
    sized = [goods for goods in known if sizes and sizes[-1] in sizes_of(goods.name)]
    if len(sized) == 1:
        return sized[0]
    told = _telling(known, text)
    if len(told) == 1:
        return told[0]
    about = [replace_name(goods) for goods in told]
    deeper = _telling(about, text)
    return next((goods for goods in told if goods.id == deeper[0].id), None) if len(deeper) == 1 else None


def replace_name(goods: Goods) -> Goods:
    """The product with what the shop says about it for a name, to be told apart by that."""
    return Goods(goods.id, f"{goods.name} {goods.about}", goods.variants, goods.price)

"""Which variant somebody means: options of a product found in words, compared, and chosen from what is there."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, lru_cache
from importlib import resources
from typing import Any, cast

from assistant.service.model import Goods, Line, Variant
from knowledge.parsing import parsed

_MEASURED = re.compile(r"(\d+(?:\.\d+)?)[ -]?([a-z%]+)?(.*)")
_YES, _NO = frozenset({"yes", "true", "是", "有"}), frozenset({"no", "false", "none", "否", "无"})
_SIZES = ("xxs", "xs", "s", "m", "l", "xl", "xxl", "xxxl")
_PLAIN = frozenset(
    "color colour type size material features feature level settings setting set mechanism family".split()
)


@lru_cache(maxsize=1)
def lexicon() -> Mapping[str, Any]:
    """The words of `lexicon/options.yaml`."""
    text = (resources.files("assistant.service") / "lexicon" / "options.yaml").read_text(encoding="utf-8")
    return cast(Mapping[str, Any], parsed(text))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of a product: values by option, the likelier first; and how it compares with what one has."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    compared: tuple[tuple[str, int, Decimal | None], ...] = ()  # option, -1 or 1, by how much; 2 and -2: the utmost
    cheapest: bool = False
    same_rest: bool = False
    at_most: Decimal | None = None  # a price

    @property
    def says_nothing(self) -> bool:
        return not (self.values or self.compared or self.cheapest or self.same_rest)


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    option: str
    value: str


def values_in(goods: Goods, text: str) -> dict[str, tuple[str, ...]]:
    """The options of `goods` that `text` speaks of, each with the values named, in their order."""
    found: dict[str, dict[str, None]] = {}
    for hit in _hits(goods, text):
        found.setdefault(hit.option, {})[hit.value] = None
    return {option: tuple(values) for option, values in found.items()}


def _hits(goods: Goods, text: str) -> list[_Hit]:
    every: list[_Hit] = []
    for option, values in goods.options.items():
        for value in values:
            for pattern in _patterns(option.lower(), value, _is_lonely(goods, option)):
                every += [
                    _Hit(m.start(), m.end(), option, value) for m in pattern.finditer(text) if m.end() > m.start()
                ]
    by_place: dict[tuple[int, int], list[_Hit]] = {}
    for hit in every:
        by_place.setdefault((hit.start, hit.end), []).append(hit)
    kept: list[_Hit] = []
    for place in sorted(by_place, key=lambda span: (span[0] - span[1], span[0])):
        if not any(hit.start < place[1] and place[0] < hit.end for hit in kept):
            kept.append(_meant(by_place[place], text))
    return sorted(kept, key=lambda hit: hit.start)


def _is_lonely(goods: Goods, option: str) -> bool:
    """Whether bare letters or numbers can only be of this option."""
    return sum(all(_is_bare(v) for v in values) for values in goods.options.values()) == 1 and all(
        _is_bare(value) for value in goods.options[option]
    )


def _is_bare(value: str) -> bool:
    return value.lower() in _SIZES or value.replace(".", "").isdigit()


def _meant(hits: Sequence[_Hit], text: str) -> _Hit:
    """Of a value that several options have the one whose name stands beside it: "brown lenses"."""
    if len(hits) == 1:
        return hits[0]

    def distance(hit: _Hit) -> tuple[int, int]:
        nearest = 99
        for cue in _cues(hit.option.lower()):
            for match in re.finditer(rf"\b{re.escape(cue[:5])}\w*", text, re.IGNORECASE):
                gap = match.start() - hit.end if match.start() >= hit.end else (hit.start - match.end()) * 2
                between = text[hit.end : match.start()] if match.start() >= hit.end else text[match.end() : hit.start]
                if not re.search(r",|\band\b|\bwith\b", between):
                    nearest = min(nearest, gap)
        return nearest, len(_cues(hit.option.lower()))

    return min(hits, key=distance)


def _cues(option: str) -> tuple[str, ...]:
    return tuple(lexicon()["cues"].get(option, ())) or tuple(
        word for word in re.findall(r"[a-z\u4e00-\u9fff]+", option) if word not in _PLAIN
    )


@lru_cache(maxsize=2048)
def _patterns(option: str, value: str, lonely: bool) -> tuple[re.Pattern[str], ...]:
    low, units, called = value.lower(), lexicon()["units"], lexicon()["values"]
    name = re.escape(option).replace(r"\ ", "[- ]?")
    name = lexicon()["flags"].get(option, name)
    if low in _NO or low.startswith("not "):
        cue = name if low == "no" or low.startswith("not ") else "|".join(f"{cue}s?" for cue in _cues(option)) or name
        own = f"|{re.escape(low)}" if low.startswith("not ") else rf"|(?:{cue})[: ]+{low}"
        said = rf"(?:non|not|no|without)(?: any| an?)?[- ]+(?:{cue})|(?:isn['’]t|aren['’]t) (?:{cue}){own}"
        return (re.compile(rf"\b(?:{said})\b", re.IGNORECASE),)
    if low in _YES:
        return (re.compile(rf"(?<!non-)(?<!non )(?<!not )(?<!no )(?<!n['’]t )\b(?:{name})\b", re.IGNORECASE),)
    if low in _SIZES:
        word = lexicon()["sizes"].get(low)
        found = [
            re.compile(rf"\bsize[ -]?{low}\b|\b{low}[- ]size\b" + (rf"|\b{word}\b" if word else ""), re.IGNORECASE)
        ]
        return (*found, re.compile(rf"(?<![\w'’]){value}(?![\w'’])")) if lonely or len(low) > 1 else tuple(found)
    if low.replace(".", "").isdigit():
        unit = option if option in units else ""
        said = rf"\b{low}[ -]?{units[unit]}" if unit else rf"\bsize[ -]?{re.escape(low)}\b"
        return (
            re.compile(said, re.IGNORECASE),
            *((re.compile(rf"(?<![\w.#$-]){re.escape(low)}(?:s\b)?(?![\w.%-])"),) if lonely else ()),
        )
    measured = _MEASURED.fullmatch(low)
    if measured and not low.startswith("100w"):
        number, unit, rest = measured.groups()
        tail = re.escape(rest.strip(" -")).replace(r"\ ", "[- ]?")
        said = rf"(?<![\d.]){re.escape(number)}[ -]?{units.get(unit or '', re.escape(unit or ''))}"
        return (re.compile(said + (rf"[- ]?(?:{tail})?" if tail else r"(?![a-z])"), re.IGNORECASE),)
    said = called.get(low) or re.escape(low).replace(r"\ ", "[- ]?").replace(r"\-", "[- ]?")
    if low.endswith("s") and low not in called and len(low) > 4:
        said = said[:-1] + "s?"
    return (re.compile(rf"(?<![a-z0-9])(?:{said})(?![a-z0-9])", re.IGNORECASE),)


# --- comparing ------------------------------------------------------------------------------------------------------

_BRIGHT = re.compile(r"bright|dim", re.IGNORECASE)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(lexicon()[name], re.IGNORECASE)


@lru_cache(maxsize=1)
def _comparison() -> re.Pattern[str]:
    ways = "|".join(f"(?P<{way}>{lexicon()[way]})" for way in ("most", "least", "more", "less"))
    return re.compile(rf"\b(?:(?P<by>\d+(?:\.\d+)?) )?(?:{ways})\b", re.IGNORECASE)


def wanted_in(goods: Goods, text: str) -> Wanted:
    """What `text` asks of another variant of `goods`."""
    values = values_in(goods, _comparison().sub(" ", text))
    cheapest = bool(_pattern("cheapest").search(text))
    compared: list[tuple[str, int, Decimal | None]] = []
    for match in _comparison().finditer(_pattern("cheapest").sub("", text)):
        option = _compared_option(goods, text, match)
        if option and option not in values:
            way = 2 if match["most"] else -2 if match["least"] else 1 if match["more"] else -1
            compared.append((option, way, Decimal(match["by"]) if match["by"] else None))
    most = _pattern("at_most").search(text)
    return Wanted(
        values, tuple(compared), cheapest, bool(_pattern("same_rest").search(text)), Decimal(most[1]) if most else None
    )


def _compared_option(goods: Goods, text: str, match: re.Match[str]) -> str:
    near = text[max(0, match.start() - 16) : match.end() + 24].lower()
    ordered = [
        option for option, values in goods.options.items() if all(rank_of(value) is not None for value in values)
    ]
    for option in ordered:
        if any(cue[:5] in near for cue in _cues(option.lower())) or (
            option == "brightness" and _BRIGHT.search(match[0])
        ):
            return option
    for option in ordered:
        if any(word in option.lower() for word in ("size", "capacity", "pieces", "diameter", "length", "height")):
            return option
    return ordered[0] if len(ordered) == 1 else ""


def rank_of(value: str) -> Decimal | None:
    """Where a value stands among its like; None for those without an order."""
    low = value.lower()
    if low in _SIZES:
        return Decimal(_SIZES.index(low))
    for grades in lexicon()["grades"]:
        if low in grades:
            return Decimal(grades.index(low))
    if low in lexicon()["whole"]:
        return Decimal(100)
    number = re.match(r"\d+(?:\.\d+)?", low)
    if number is None:
        return None
    amount = Decimal(number[0])
    return amount * 1000 if re.search(r"\d ?(?:l\b|liter|tb\b)", low) else amount


def fitting(goods: Goods, wanted: Wanted, old: Mapping[str, str]) -> list[Variant]:
    """The variants, sold out or not, that are as wanted, `old` being the options of what is to be replaced."""
    found = [v for v in goods.variants if all(v.options.get(o) in values for o, values in wanted.values.items())]
    for option, way, by in wanted.compared:
        own = rank_of(old.get(option, ""))
        ranked = [(rank, v) for v in found if (rank := rank_of(v.options.get(option, ""))) is not None]
        if not ranked:
            return []
        if abs(way) == 2:
            utmost = max(r for r, _ in ranked) if way > 0 else min(r for r, _ in ranked)
            found = [v for rank, v in ranked if rank == utmost]
        elif own is not None:
            better = [(rank, v) for rank, v in ranked if (rank > own if way > 0 else rank < own)]
            if by is not None:
                better = [(rank, v) for rank, v in better if abs(rank - own) == by]
            nearest = min((abs(rank - own) for rank, _ in better), default=Decimal(0))
            found = [v for rank, v in better if abs(rank - own) == nearest]
    if wanted.at_most is not None:
        found = [v for v in found if v.price < wanted.at_most]
    return found


def choose(
    goods: Goods, line: Line, wanted: Wanted, prefer: Sequence[tuple[str, str]] = ()
) -> tuple[Variant | None, list[Variant]]:
    """(the variant meant, all that would do); None with an empty list: there is none; with some: one must be chosen.

    What is not said stays as it is where that can be had; `prefer` decides between what is left.
    """
    found = [v for v in fitting(goods, wanted, line.options) if v.available and v.id != line.item_id]
    if wanted.cheapest and found:
        return min(found, key=lambda v: v.price), found
    said = {*wanted.values, *(option for option, _, _ in wanted.compared)}
    if len(found) > 1:
        for option in dict.fromkeys(option for option, _ in prefer):
            first = next(
                (value for o, value in prefer if o == option and any(v.options[o] == value for v in found)), None
            )
            if first is not None:
                found, said = [v for v in found if v.options[option] == first], said | {option}
    alike = [v for v in found if all(v.options.get(o) == value for o, value in line.options.items() if o not in said)]
    if wanted.same_rest:
        return (alike[0] if alike else None), alike
    if len(found) == 1:
        return found[0], found
    return (alike[0] if len(alike) == 1 else None), found

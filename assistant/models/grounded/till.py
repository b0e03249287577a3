"""At the till: what a message wants how many of, and what to say about the plan. The till adds up, nobody else."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from assistant.data import load
from assistant.models.grounded.desk import Desk
from assistant.models.grounded.dialogue import Goods
from assistant.models.grounded.understand import Reading, colour_pattern
from knowledge.model import Lang

_NUMBERS = {
    char: number for number, chars in enumerate("零 一 二两俩 三仨 四 五 六 七 八 九 十".split()) for char in chars
}
_WORDS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10, "dozen": 12}


@dataclass(frozen=True, slots=True)
class _Patterns:
    """How one language asks at the till; assistant/data/till.yaml."""

    ask: re.Pattern[str]  # words that name nothing to buy
    split: re.Pattern[str]
    these: re.Pattern[str]
    this: re.Pattern[str]
    each: re.Pattern[str]
    ordinal: tuple[tuple[re.Pattern[str], int], ...]
    before: re.Pattern[str]  # a number in front of the thing
    after: re.Pattern[str]
    only: re.Pattern[str]
    more: re.Pattern[str]
    one_order: re.Pattern[str]
    returning: re.Pattern[str]
    remote: re.Pattern[str]
    another: re.Pattern[str]


@cache
def _patterns(lang: Lang) -> _Patterns:
    data: dict[str, Any] = dict(load("till.yaml")[lang])
    ordinal = tuple((re.compile(one, re.I), number) for one, number in data.pop("ordinal"))
    return _Patterns(ordinal=ordinal, **{name: re.compile(one, re.I) for name, one in data.items()})


@cache
def _words(lang: Lang) -> Mapping[str, str]:
    return {name: texts[lang] for name, texts in load("till.yaml")["say"].items()}


def basket(desk: Desk, reading: Reading) -> str:
    """Answer to "how do I buy these for less": the plan for what the message names, or what it lacks."""
    items: Sequence[Mapping[str, Any]] = _items(desk)
    if not items and (last := _last(desk)) is not None:
        items = last[1]  # "and in one order?"
    return _plan(desk, items, _terms(desk))


def again(desk: Desk) -> str | None:
    """The last plan under other terms, or with something more in it; None when the message asks for neither."""
    last = _last(desk)
    if last is None:
        return None
    words, text = _patterns(desk.d.lang), desk.d.text
    terms = _terms(desk)
    before, items = last
    if words.another.search(text):
        items = [*items, *_items(desk, words.another.sub(" ", text))]
    if not terms and items is last[1]:
        return None
    kept = {name: value for name, value in before.items() if name != "items"}
    return _plan(desk, items, kept | terms)


def plan_of(desk: Desk, items: Sequence[Mapping[str, Any]]) -> str:
    """The plan for these: [{product, quantity}]."""
    return _plan(desk, items, _terms(desk))


def kinds_of(text: str, lang: Lang) -> list[tuple[str, int]]:
    """The things a message names and how many of each, where it says of all how many."""
    words = _patterns(lang)
    counted = [one for one in _parts(words, text) if words.before.search(one) or words.after.search(one)]
    return [(name, _count(part, lang)) for part in counted if len(name := _name(words, part)) > 1]


def _last(desk: Desk) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]] | None:
    """Under which terms the last plan was asked for and what it was for, when the message before this one asked."""
    found = desk.d.past[-1].result("best_basket") if desk.d.past else None
    return (found.arguments, list(found.data["items"])) if found is not None and found.data.get("say") else None


def _terms(desk: Desk) -> dict[str, Any]:
    words, text = _patterns(desk.d.lang), desk.d.text
    terms: dict[str, Any] = {}
    if words.only.search(text):
        terms["extras"] = False
    if words.more.search(text):
        terms["more"] = True
    if words.one_order.search(text):
        terms["orders"] = 1
    if words.returning.search(text):
        terms["returning"] = True
    if words.remote.search(text):
        terms["remote"] = True
    return terms


def _plan(desk: Desk, items: Sequence[Mapping[str, Any]], terms: Mapping[str, Any]) -> str:
    d = desk.d
    words = _words(d.lang)
    if d.live:
        return words["live"]
    if not items:
        return words["what"]
    data = desk.ask("best_basket", items=list(items), **terms)
    if data.get("unknown"):
        return _unknown(desk, data["unknown"])
    if not data.get("say"):
        return words["nothing"]
    why = [one for one in data.get("unused", ()) if re.search(r"差|short", one)][:1]
    rest = [*data.get("notes", ()), *data.get("more", ())[:1], *why, words["list"]]
    options = [words["single"]] if data.get("orders", 1) > 1 else []
    options += [words["without"]] if data.get("added") else []
    options += [words["returning"]] if data.get("notes") and "returning" not in terms else []
    options += [words["more"]] if "more" not in terms else []
    if options:
        desk.ask("offer_replies", options=options[:3])
    joint = "" if d.lang == "zh" else " "
    return "\n".join(joint.join(lines) for lines in (data.get("assumed", ()), data["say"], rest) if lines)


def _unknown(desk: Desk, missing: Sequence[Mapping[str, Any]]) -> str:
    """Which of the things the shop does not have under that name, and what comes near."""
    words = _words(desk.d.lang)
    said = []
    for one in missing[:2]:
        near = [str(goods["title"]) for goods in one.get("similar", ())][:2]
        key = "unknown_near" if near else "unknown"
        said.append(words[key].format(said=one["said"][:24], near=words["or"].join(near)))
    return ("" if desk.d.lang == "zh" else " ").join(said)


# What is to be bought


def _items(desk: Desk, text: str = "") -> list[dict[str, Any]]:
    """[{product, quantity, options}] of the message: counted off, pointed at, or named."""
    d = desk.d
    words = _patterns(d.lang)
    text = text or d.text
    shown = list(d.listed) or list(d.focus)
    counted = [
        _item(shown[number - 1], _count(part, d.lang))
        for part in _parts(words, text)
        for pattern, number in words.ordinal
        if pattern.search(part) and number <= len(shown)
    ]
    if counted:
        return _merged(counted)
    found: list[dict[str, Any]] = []
    open_counts: list[dict[str, Any]] = []  # named without a count, until "two of each" gives them one
    for part in _parts(words, text):
        said = words.these.search(part)
        each = words.each.search(part)
        counted_here = bool(words.after.search(part) or words.before.search(part))
        count, name = _count(part, d.lang), _name(words, part)
        at_hand = d.page or next(iter(d.focus), None)
        here: list[dict[str, Any]] = []
        if said and shown:
            here = [_item(one, count if each else 1) for one in shown[: _number(said, len(shown))]]
        elif len(name) > 1:
            here = [_named(part, name, desk._known(name), count)]
        elif each and shown and not found:
            here = [_item(one, count) for one in shown]
        elif words.this.search(part) and at_hand is not None:
            here = [_item(at_hand, count)]
        if each and counted_here:
            for item in open_counts:
                item["quantity"] = count
        open_counts = [*open_counts, *here] if here and not counted_here else [] if counted_here else open_counts
        found += here
    if not found and (at_hand := (d.page or next(iter(d.focus), None))) is not None and _count(text, d.lang) > 1:
        found.append(_item(at_hand, _count(text, d.lang)))
    return _merged(found)


def _parts(words: _Patterns, text: str) -> list[str]:
    return [part for part in words.split.split(text) if part and part.strip()]


def _item(goods: Goods, quantity: int) -> dict[str, Any]:
    return {"product": str(goods["id"]), "quantity": quantity}


def _named(part: str, name: str, known: Goods | None, quantity: int) -> dict[str, Any]:
    colours = [match.group() for match in colour_pattern().finditer(part) if len(match.group()) > 1]
    bare = name
    for colour in colours:
        bare = bare.replace(colour, " ").strip(" 的")
    item = {"product": str(known["id"]) if known else bare or name, "quantity": quantity}
    return item | ({"options": " ".join(colours)} if colours else {})


def _merged(items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same thing twice is said once, with both counts."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for item in items:
        key = item["product"], item.get("options", "")
        found[key] = item | {"quantity": min(99, item["quantity"] + (found[key]["quantity"] if key in found else 0))}
    return list(found.values())[:30]


def _name(words: _Patterns, part: str) -> str:
    """What a part of the message calls the thing: without asking words and counts."""
    bare = words.ask.sub(" ", part)
    bare = words.before.sub(" ", words.after.sub(" ", bare))
    bare = words.these.sub(" ", words.this.sub(" ", words.each.sub(" ", bare)))
    return re.sub(r"(?<=[一-龥])\s*[买要拿]$", "", " ".join(bare.split()).strip("，,。.？?！!、的 "))


def _count(part: str, lang: Lang) -> int:
    words = _patterns(lang)
    for pattern, _ in words.ordinal:
        part = pattern.sub(" ", part)
    match = words.after.search(part) or words.before.search(part)
    return max(1, _number(match, 1))


def _number(match: re.Match[str] | None, otherwise: int) -> int:
    said = next((one for one in match.groups() if one), "") if match is not None else ""
    if said.isdigit():
        return min(99, int(said))
    if said[:1] == "十" and len(said) == 2:
        return 10 + _NUMBERS.get(said[1], 0)
    return _NUMBERS.get(said) or _WORDS.get(said.lower()) or otherwise

"""One clause of a Chinese message: what it asks to be done or to be told, and what that hangs on."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from assistant.service.asks import Condition, Kind, Topic, Wish
from assistant.service.understand import chinese_words as w

_MAIN = re.compile(r"^(?P<if>.{1,16}?)(?:的话)?(?:那就|就|再)(?P<then>.+)$|^(?P<if2>.{1,16}?)的话(?P<then2>.+)$")
_NO_WORDS = re.compile(r"[^一-龥A-Za-z0-9]")
_LEAVES_WORDS = 8  # a clause that only says that something can't be done is no longer
# What tells whether something that was asked for has been done.
_STANDS: Mapping[Kind, Topic] = {
    "cancel": "state",
    "return": "refund",
    "swap": "state",
    "address": "state",
    "urge": "urged",
    "invoice": "invoice",
    "visit": "visit",
    "cashback": "cashback",
}


@dataclass(frozen=True, slots=True)
class Clause:
    marked: str  # with ⟦o⟧ and ⟦p⟧ for numbers
    raw: str
    orders: tuple[str, ...]
    goods: tuple[Wish, ...]
    asks: bool  # ends with a question mark


@dataclass(frozen=True, slots=True)
class Read:
    """What one clause says."""

    kind: Kind = "nothing"
    topics: tuple[Topic, ...] = ()
    when: Condition = ""
    condition_only: bool = False
    tentative: bool = False
    explicit: bool = True
    later: bool = False
    leaves: bool = False


def read_clause(clause: Clause) -> Read:
    text = clause.marked
    when, rest, only = _condition(text)
    if only:
        return Read(when=when, condition_only=True)
    if w.WEIGHED.search(text):
        return Read(later=True)
    if w.LATER.search(text):
        return Read(later=True, leaves=bool(w.LEAVE.search(text)))
    kind = kind_of(rest)
    asks = clause.asks or w.ASKS.search(_plain(rest)) is not None
    topics = topics_in(rest) if kind == "nothing" or _only_asked(kind, rest, asks) else ()
    if kind in w.ACHIEVED and w.HOW_TO.search(rest) and not w.IN_GENERAL.search(text):
        return Read(kind, when=when, tentative=True, explicit=_explicit(kind, rest))
    if kind != "nothing" and _only_asked(kind, rest, asks):
        if not topics and w.DONE_YET.search(_plain(rest)) and kind in _STANDS:
            topics = (_STANDS[kind],)
        kind = "lookup" if topics else "nothing"
    if kind != "nothing" and kind != "lookup":
        tentative = kind != "handoff" and asks and not w.REQUEST.search(rest) and bool(w.CAN.search(_plain(rest)))
        if kind == "cancel" and when == "failed" and not w.EXPLICIT["cancel"].search(rest):
            return Read(leaves=True)  # "没有就不要了"
        return Read(kind, when=when, tentative=tentative, explicit=_explicit(kind, rest))
    if w.LEAVE.search(rest):
        return Read(when=when, leaves=not when)
    if topics:
        return Read("lookup", topics, when)
    if not when and w.CANNOT.search(text) and len(_NO_WORDS.sub("", text)) <= _LEAVES_WORDS:
        return Read(when="failed", condition_only=True)
    return Read()


def _explicit(kind: Kind, text: str) -> bool:
    return kind not in w.EXPLICIT or bool(w.EXPLICIT[kind].search(text))


def _plain(text: str) -> str:
    return w.SET_ASIDE.sub(" ", w.POLITE.sub("能", text))


def kind_of(text: str) -> Kind:
    """What a clause asks to be done."""
    plain = _plain(text)
    said = w.CANNOT.sub(" ", w.NEGATED.sub(" ", plain))
    for kind, pattern in w.ACTS:
        if not pattern.search(said):
            continue
        if kind == "buy" and not pattern.search(w.BOUGHT.sub(" ", said)):
            continue
        if kind == "swap" and (w.PLACE.search(said) or w.PHONE.search(said)):  # "改成花城大道8号", "换成138…"
            return "address"
        return "nothing" if kind == "cancel_other" else cast(Kind, kind)
    return "nothing"


def _only_asked(kind: Kind, text: str, asks: bool) -> bool:
    """Whether a clause asks about doing something and does not ask for it to be done."""
    if kind in ("nothing", "handoff"):
        return False
    plain = _plain(text)
    if w.DONE_YET.search(plain):
        return True
    about = {"return": "refund", "buy": "balance"}.get(kind)  # "钱退了吗", "余额够买这个吗"
    if about and (asks or w.ASKED_AFTER.search(plain)) and w.TOPICS[cast(Topic, about)].search(plain):
        return True
    if kind == "swap" and w.TOPICS["instead"].search(plain) and not re.search("帮我|给我|替我", plain):
        return True
    if kind == "visit" and w.NEEDED.search(plain):  # "要人上门装吗"
        return True
    if kind == "address" and asks and not (w.REQUEST.search(plain) or w.CAN_CHANGE.search(plain)):
        return True
    asked = asks or w.ASKED_AFTER.search(plain) is not None
    if kind == "cashback" and w.TOPICS["cashback"].search(plain) and asked and not re.search("帮我|给我", plain):
        return True
    return bool(w.HOW.search(plain)) and not re.search("帮我|给我|替我|麻烦", plain)


def topics_in(text: str) -> tuple[Topic, ...]:
    plain = w.POLITE.sub("有没有" if "有没有" in text else "能", text)
    return tuple(topic for topic, pattern in w.TOPICS.items() if pattern.search(plain))


def _condition(text: str) -> tuple[Condition, str, bool]:
    """(what it hangs on, what then is asked, whether nothing follows in this clause)."""
    match = _MAIN.match(text)
    if match is not None:
        condition, then = match["if"] or match["if2"], match["then"] or match["then2"]
        if when := _when(condition):
            return when, then, False
    if w.IF_END.search(text) or (w.IF_WORD.match(text) and kind_of(text) == "nothing"):
        return _when(text), "", True
    return "", text, False


def _when(condition: str) -> Condition:
    if w.FAILED_IF.search(condition) and not re.search("没(?:有)?(?:发|签|到|收)", condition):
        return "failed"
    return "found" if w.FOUND_IF.match(condition) else ""

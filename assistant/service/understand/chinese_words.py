"""The words of `lexicon/chinese.yaml`, compiled once."""

import re
from collections.abc import Mapping
from importlib import resources
from typing import Any, cast

from assistant.service.asks import Kind, Topic
from knowledge.parsing import parsed

_TEXT = (resources.files("assistant.service") / "lexicon" / "chinese.yaml").read_text(encoding="utf-8")
_WORDS = cast(Mapping[str, Any], parsed(_TEXT))


def _joined(said: str) -> str:
    """A pattern folded over lines is one pattern: blanks mean nothing in it."""
    return said.replace(" ", "")


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_joined(_WORDS[name]), re.IGNORECASE)


CLAUSE_END = _pattern("clause_end")
SET_ASIDE = _pattern("set_aside")
POLITE = _pattern("polite")
NEGATED = _pattern("negated")
CANNOT = _pattern("cannot")
FAILED_IF = _pattern("failed_if")
FOUND_IF = _pattern("found_if")
IF_WORD = _pattern("if_word")
IF_END = _pattern("if_end")
LATER = _pattern("later")
LEAVE = _pattern("leave")
CLOSING = _pattern("closing")
YES = _pattern("yes")
YES_WORD = _pattern("yes_word")
NO = _pattern("no")
BOUGHT = _pattern("bought")
ORDERED_WRONG = _pattern("ordered_wrong")
ASKED_AFTER = _pattern("asked_after")
HOW = _pattern("how")
PAPER = _pattern("paper")
MAKE_ONE = _pattern("make_one")
WHERE_IS_IT = _pattern("where_is_it")
JUST_ASKING = _pattern("just_asking")
CHEAPER = _pattern("cheaper")
SAID_TO_SWAP = _pattern("said_to_swap")
CAN_CHANGE = _pattern("can_change")
CAN = _pattern("can")
REQUEST = _pattern("request")
ASKS = _pattern("asks")
DONE_YET = _pattern("done_yet")
COMPLAINT = _pattern("complaint")
DAY = _pattern("day")
PHONE = _pattern("phone")
TAIL = _pattern("tail")
NAMED = _pattern("named")
BARE_NAME = _pattern("bare_name")
TITLE = _pattern("title")
NO_COMPANY = _pattern("no_company")
COMPANY = _pattern("company")
ADDRESS_TO = _pattern("address_to")
ADDRESS_PLAIN = _pattern("address_plain")
ADDRESS_MEANT = _pattern("address_meant")
PLACE_WORD = _pattern("place_word")
NO_PLACE = _pattern("no_place")
NEEDED = _pattern("needed")
HOW_TO = _pattern("how_to")
IN_GENERAL = _pattern("in_general")
NOT_BOUGHT = _pattern("not_bought")
BARE_KIND = _pattern("bare_kind")
ADDRESS_END = _pattern("address_end")
PHONE_NEW = _pattern("phone_new")
QUANTITY = _pattern("quantity")
SAME = _pattern("same")
OTHER = _pattern("other")
LATEST = _pattern("latest")
EVERY = _pattern("every")
ACHIEVED = ("cancel", "return", "swap", "address", "invoice", "price_protect", "cashback")
EXPLICIT: Mapping[str, re.Pattern[str]] = {kind: _pattern(f"explicit_{kind}") for kind in ("cancel", "return")}
TARGET = _pattern("target")
PLACE = _pattern("place")
EVERYTHING = _pattern("everything")
TELLING = _pattern("telling")
KEPT = _pattern("kept")
AMOUNT = _pattern("amount")
SPOKEN_AMOUNT = _pattern("spoken_amount")
SAID_AMOUNT = _pattern("said_amount")
PAID_WITH = _pattern("paid_with")
PAPER_NOTE = _pattern("paper_note")
THINGS = _pattern("things")
TO_ANOTHER = _pattern("to_another")
SINGLE = _pattern("single")
WITHOUT = _pattern("without")
DEARER = _pattern("dearer")
CHEAPER_ONE = _pattern("cheaper_one")
CORRECTS = _pattern("corrects")
TAKEN_BACK = _pattern("taken_back")
DROPS = _pattern("drops")
ONLY = _pattern("only")
WEIGHED = _pattern("weighed")
SYMPTOM = _pattern("symptom")


def _states(name: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((states, re.compile(_joined(said))) for states, said in _WORDS[name].items())


STATES = _states("states")
HINTS = _states("hints")

SURNAMES = frozenset(_WORDS["surnames"])
ACTS: tuple[tuple[Kind | str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(_joined(said), re.IGNORECASE)) for kind, said in _WORDS["acts"]
)
TOPICS: Mapping[Topic, re.Pattern[str]] = {
    topic: re.compile(_joined(said), re.IGNORECASE) for topic, said in _WORDS["topics"].items()
}
SORTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (sort, re.compile(said)) for sort, said in _WORDS["sorts"].items()
)
NOUNS: tuple[tuple[str, ...], ...] = tuple(tuple(group) for group in _WORDS["nouns"])
NUMBERS = {char: number for number, char in enumerate("零一二三四五六七八九十")} | {"两": 2, "俩": 2, "仨": 3}

"""Who answers a conversation: an explicit state machine, and what makes a person necessary."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Literal

from assistant.data import load
from assistant.events import HandoffReason
from assistant.service.understand.chinese_spelling import spelled_out as chinese
from assistant.service.understand.english_spelling import spelled_out as english
from knowledge.model import Lang

_SHORT = 40  # characters of a message that may be nothing but a wish for a person, typed in a hurry

State = Literal["bot", "waiting", "human", "closed"]

ALLOWED: Mapping[State, frozenset[State]] = {
    "bot": frozenset({"waiting", "human", "closed"}),  # human: somebody takes over without being asked
    "waiting": frozenset({"human", "bot", "closed"}),  # bot: the shopper no longer wants to wait
    "human": frozenset({"bot", "waiting", "closed"}),  # waiting: passed on to a colleague
    "closed": frozenset({"bot"}),  # the shopper writes again
}


class HandoffError(Exception):
    """This step is not possible now; `state` and `agent` say how the conversation stands."""

    def __init__(self, message: str, *, state: State, agent: str = "") -> None:
        super().__init__(message)
        self.state = state
        self.agent = agent


def check(before: State, after: State, *, agent: str = "") -> None:
    """Raise HandoffError when a conversation can't go from `before` to `after`; `agent` is who holds it now."""
    if after not in ALLOWED[before]:
        who = f" with {agent}" if agent else ""
        raise HandoffError(f"a conversation that is {before}{who} can't become {after}", state=before, agent=agent)


@cache
def _triggers() -> tuple[tuple[HandoffReason, re.Pattern[str]], ...]:
    # In the file's order: a sentence that is both angry and a threat to sue is the latter.
    return tuple(
        (reason, re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.I))
        for reason, patterns in load("triggers.yaml")["reasons"].items()
    )


@cache
def _withdrawals() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in load("triggers.yaml")["withdraw"]), re.I)


@cache
def _vexations() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in load("triggers.yaml")["vexed"]), re.I)


@lru_cache(maxsize=2000)  # many shoppers say the same
def trigger(text: str) -> HandoffReason | None:
    """Why a person should take over after this message, whatever model is answering."""
    for reason, pattern in _triggers():
        if pattern.search(text):
            return reason
    meant = chinese(english(text)) if len(text) <= _SHORT else text  # "rg", "human pls"
    return "asked" if meant != text and dict(_triggers())["asked"].search(meant) else None


def vexed(text: str) -> bool:
    """Whether somebody is put out, but may be helped yet."""
    return _vexations().search(text) is not None


def only_vexed(text: str) -> bool:
    """Whether somebody says that they are put out and asks for nothing."""
    return len(text) <= _SHORT and vexed(text) and re.search(load("triggers.yaml")["vexed_asks"], text) is None


def withdraws(text: str) -> bool:
    """Whether a waiting shopper would rather go on with the bot."""
    return _withdrawals().search(text) is not None


def words(reason: HandoffReason, lang: Lang) -> str:
    """What the shopper is told when handed over."""
    said: Mapping[str, str] = load("triggers.yaml")["words"].get(reason) or load("triggers.yaml")["words"]["asked"]
    return said[lang]

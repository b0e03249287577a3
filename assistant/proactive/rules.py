"""When which reminder is sent and how it is worded: data, in `reminders.yaml`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args

from knowledge.model import Text
from knowledge.parsing import parsed

Kind = Literal["delayed_parcel", "unpaid_order", "expiring_coupon", "back_in_stock"]
Wish = Literal["stop", "watch", "want"]


@dataclass(frozen=True, slots=True)
class Rule:
    """`after` is counted from the moment a kind has (promised delivery, order placed), `before` ahead of it."""

    kind: Kind
    text: Text
    states: frozenset[str]
    after: timedelta
    before: timedelta
    expires: timedelta
    again: timedelta  # between two of this kind to one shopper
    advertises: bool  # only for those who asked


@dataclass(frozen=True, slots=True)
class Rules:
    rules: Mapping[Kind, Rule]
    apart: timedelta
    not_amid: timedelta
    remembered: timedelta
    footer: Text
    stop_reply: Text
    watch_reply: Text
    sold_out: re.Pattern[str]
    answers: Mapping[str, Text]
    wishes: Mapping[Wish, re.Pattern[str]]

    def wish(self, text: str) -> Wish | None:
        """What a message wants of reminders."""
        return next((name for name, pattern in self.wishes.items() if pattern.search(text)), None)


@cache
def load_rules() -> Rules:
    data = parsed((resources.files("assistant.proactive") / "reminders.yaml").read_text(encoding="utf-8"))
    wishes: tuple[Wish, ...] = get_args(Wish)
    kinds: tuple[Kind, ...] = get_args(Kind)
    return Rules(
        rules={kind: _rule(kind, data["reminders"][kind]) for kind in kinds},
        apart=timedelta(hours=data["apart_h"]),
        not_amid=timedelta(minutes=data["not_amid_min"]),
        remembered=timedelta(days=data["remembered_days"]),
        footer=Text(**data["footer"]),
        stop_reply=Text(**data["stop_reply"]),
        watch_reply=Text(**data["watch_reply"]),
        sold_out=re.compile(data["sold_out"], re.I),
        answers={name: Text(**said) for name, said in data["answers"].items()},
        wishes={name: re.compile("|".join(f"(?:{one})" for one in data["wishes"][name]), re.I) for name in wishes},
    )


def _rule(kind: Kind, entry: Mapping[str, Any]) -> Rule:
    def hours(name: str) -> timedelta:
        return timedelta(hours=entry.get(name, 0))

    return Rule(
        kind=kind,
        text=Text(entry["zh"], entry["en"]),
        states=frozenset(entry.get("states", ())),
        after=hours("after_h"),
        before=hours("before_h"),
        expires=hours("expires_h"),
        again=hours("again_h"),
        advertises=bool(entry.get("advertises")),
    )

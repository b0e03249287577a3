"""What a shop allows, as data: which order may be cancelled when, what a return needs, where money goes back to.

A policy is a YAML file; `docs/service.md` describes it. Nothing of any one shop is in code.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from knowledge.parsing import parsed


class PolicyError(Exception):
    """A policy file can't be used; the message names the place."""


@dataclass(frozen=True, slots=True)
class Effect:
    """A write that has to follow another one: money that moves in a ledger of the shop's own."""

    write: str
    paid_with: frozenset[str]  # kinds of payment for which it is due; empty: all
    each: bool = False  # one for each product of a new order; otherwise one with the order's amount


@dataclass(frozen=True, slots=True)
class Rule:
    """When one action is allowed and what it needs."""

    action: str
    states: frozenset[str]  # of the order; empty: any
    needs: tuple[str, ...] = ()  # payment, reason, items, address
    reasons: Mapping[str, re.Pattern[str]] = field(default_factory=dict)  # accepted ones, with what shoppers say
    refund_to: tuple[str, ...] = ()  # "original", or kinds of payment
    once: bool = False  # one call for all items of an order
    whole: bool = False  # not for single items of an order
    same_goods: bool = True  # only another variant of the same product
    write: str = ""  # the shop's name for it where that is another
    paid_with: frozenset[str] = frozenset()  # only for orders paid with these
    kinds: Mapping[str, re.Pattern[str]] = field(default_factory=dict)  # of invoice or visit, with their words
    proof: bool = False  # only with a picture, which a person looks at
    whole_address: bool = False  # the address in one line
    effects: tuple[Effect, ...] = ()

    @property
    def writes(self) -> str:
        return self.write or self.action


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules by action, in the order in which they are carried out on one order."""

    identity: tuple[frozenset[str], ...]  # sets of what proves who somebody is: {"email"}, {"name", "zip"}
    order_number: re.Pattern[str]
    number_format: str  # how the shop writes one, e.g. "#{}"
    currency: str
    rules: Mapping[str, Rule]
    must_cover: frozenset[str]  # kinds of payment whose balance has to cover what they pay
    state_words: Mapping[str, Mapping[str, str]]  # state, or kind of invoice → language → how it is told
    product_number: re.Pattern[str] | None = None
    payments: Mapping[str, re.Pattern[str]] = field(default_factory=dict)  # kinds of payment, with their words
    must_exceed: frozenset[str] = frozenset()  # of these the balance has to be more than what they pay

    def rank(self, action: str) -> int:
        return list(self.rules).index(action)

    def says(self, state: str, lang: str) -> str:
        return self.state_words.get(state, {}).get(lang, state)


def load_policy(file: Path) -> Policy:
    """Raises PolicyError when the file is not as it has to be."""
    try:
        data = parsed(file.read_text(encoding="utf-8"))
        rules = {name: _rule(name, entry or {}) for name, entry in data["actions"].items()}
        return Policy(
            identity=tuple(frozenset(way.split()) for way in data["identity"]),
            order_number=re.compile(data["order_number"], re.IGNORECASE),
            number_format=data.get("number_format", "{}"),
            currency=data.get("currency", ""),
            rules=rules,
            must_cover=frozenset(data.get("must_cover", ())),
            state_words=data.get("states", {}) | data.get("words", {}),
            product_number=re.compile(data["product_number"]) if "product_number" in data else None,
            payments=_patterns(data.get("payments", {})),
            must_exceed=frozenset(data.get("must_exceed", ())),
        )
    except (OSError, KeyError, TypeError, AttributeError, re.error, yaml.YAMLError) as error:
        raise PolicyError(f"the policy {file} can't be used: {type(error).__name__}: {error}") from error


def _rule(name: str, entry: Mapping[str, Any]) -> Rule:
    return Rule(
        action=name,
        states=frozenset(entry.get("states", ())),
        needs=tuple(entry.get("needs", ())),
        reasons=_patterns(entry.get("reasons", {})),
        refund_to=tuple(entry.get("refund_to", ())),
        once=bool(entry.get("once")),
        whole=bool(entry.get("whole")),
        same_goods=bool(entry.get("same_goods", True)),
        write=entry.get("write", ""),
        paid_with=frozenset(entry.get("paid_with", ())),
        kinds=_patterns(entry.get("kinds", {})),
        proof=bool(entry.get("proof")),
        whole_address=bool(entry.get("whole_address")),
        effects=tuple(
            Effect(one["write"], frozenset(one.get("paid_with", ())), bool(one.get("each")))
            for one in entry.get("effects", ())
        ),
    )


def _patterns(entries: Mapping[str, str]) -> dict[str, re.Pattern[str]]:
    return {name: re.compile(words.replace("| ", "|"), re.IGNORECASE) for name, words in entries.items()}

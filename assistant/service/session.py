"""All that a conversation about orders has come to, and one reply of it."""

from dataclasses import dataclass, field
from decimal import Decimal

from assistant.service.asks import Ask, Item
from assistant.service.model import Outcome, Write
from assistant.service.steps import Proposal, Spoken, Told


@dataclass(frozen=True, slots=True)
class Bound:
    """An ask with the order it is about, when that is known."""

    ask: Ask
    order_id: str = ""


@dataclass(slots=True)
class Session:
    """All that a conversation has come to; written down after every turn."""

    client_id: str = ""
    emails: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    zips: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()  # of orders, as they were named
    tails: tuple[str, ...] = ()  # of phone numbers
    wrong_guesses: int = 0
    waiting: tuple[Bound, ...] = ()  # asked, not yet put to the customer
    pending: Proposal | None = None  # waits for a yes
    pending_ask: Bound | None = None
    unclear: Bound | None = None  # waits for what was missing
    slot: str = ""
    refused: Bound | None = None  # what could not be done last: it may be asked another way
    why: Bound | None = None  # the last refusal, for "why?"
    found: bool | None = None  # what was asked last: is it so
    did: str = ""  # what was done in the last turn
    mentioned: tuple[Item, ...] = ()  # things spoken of last
    spoken: Spoken = Spoken()
    done: int = 0  # writes so far: part of each one's key
    differences: tuple[Decimal, ...] = ()  # paid or given back by the writes so far
    unsure: bool = False  # the shop's answer to what is pending was lost: what came of it must be found out first
    following: tuple[tuple[str, Write], ...] = ()  # writes that a write brings along, still to be done, by their keys

    def drop(self) -> None:
        """What waits for a yes waits no longer."""
        self.pending = self.pending_ask = None


@dataclass(slots=True)
class Turn:
    """One reply: what is said, and what was done for it."""

    told: list[Told] = field(default_factory=list)
    writes: list[tuple[str, Write, Outcome]] = field(default_factory=list)  # each under its key
    reads: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    handoff: bool = False
    asks_confirmation: bool = False
    asks_question: bool = False
    offers_person: bool = False  # the shop's own system is of no help
    understood: bool = True  # False: nothing in the message was about orders

    @property
    def answers(self) -> bool:
        """Whether anything is said besides that the account was found."""
        return any(told.key != "welcome" for told in self.told)

"""What a host says about a product: lines bound to facts, in many wordings, each past the guard."""

import threading
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from assistant.agent import Reviewer
from assistant.hostwords import HostWords
from assistant.points import PointBook
from assistant.script_desk import Desk, Interest, Slot, spoken_title
from assistant.script_lines import KINDS, Line, LineKind
from assistant.script_words import Wordings
from knowledge.catalog import Catalog
from knowledge.model import Lang, Shop

__all__ = ["KINDS", "Interest", "Line", "LineKind", "ScriptWriter", "spoken_title", "zone_of"]

_DAYPARTS = ((5, "morning"), (11, "noon"), (14, "afternoon"), (18, "evening"), (23, "night"))


class ScriptWriter:
    """Writes a product's lines anew at each call, from what the catalogue says at that moment.

    No line comes twice in the same words within two hours; where no wording is left, the line is left out. The same
    seed gives the same sequence. Safe to call from several threads.
    """

    def __init__(
        self,
        catalog: Catalog,
        guard: Reviewer,
        *,
        seed: str = "",
        wordings: Wordings | None = None,
        interest: Interest | None = None,
    ) -> None:
        self._catalog = catalog
        self._guard = guard
        self._words = HostWords(catalog.store)
        self._wordings = wordings or Wordings(seed=seed)
        self._interest = interest
        self._points = PointBook(catalog.store)
        self._passes: dict[tuple[str, Lang], int] = {}
        self._lock = threading.Lock()

    def lines(self, product_id: str, lang: Lang, persona: str = "warm") -> tuple[Line, ...]:
        """Opening, pain, points, demo, offer, objections, question, call, closing; what may not be said is left out.

        The first pass has every part, later ones leave some out in turn. Empty when there is no such product.
        """
        with self._lock:
            desk = self._desk(product_id, lang, persona)
            if desk is None:
                return ()
            self._passes[product_id, lang] = self._passes.get((product_id, lang), 0) + 1
            return tuple(line for slot in desk.pass_() if (line := slot.write()) is not None)

    def renewed(self, lines: Sequence[Line], lang: Lang, persona: str = "warm") -> tuple[Line, ...]:
        """A script after the catalogue changed: only lines that cite what has changed are written anew.

        Lines about what is no more, such as an offer that ended, are left out; new offers for the product come in.
        """
        if not lines:
            return ()
        with self._lock:
            desk = self._desk(lines[0].product_id, lang, persona, everything=True)
            if desk is None:
                return ()
            return tuple(_renewed(lines, desk))

    def _desk(self, product_id: str, lang: Lang, persona: str, *, everything: bool = False) -> Desk | None:
        product = self._catalog.product(product_id)
        if product is None:
            return None
        return Desk(
            self._catalog,
            self._guard,
            self._wordings,
            product,
            lang,
            self._words.persona(persona),
            own=self._words.lines(product_id, lang),
            learnt=self._words.learnt(product_id, lang),
            daypart=self._daypart(),
            asked=self._interest.asked(product_id) if self._interest is not None else (),
            best=self._points.best(product_id),
            turn=self._passes.get((product_id, lang), 0),
            everything=everything,
        )

    def _daypart(self) -> str:
        """Of the shop's clock."""
        hour = datetime.fromtimestamp(self._wordings.now, zone_of(self._catalog.shop)).hour
        return next((name for since, name in reversed(_DAYPARTS) if hour >= since), "night")


def zone_of(shop: Shop) -> ZoneInfo:
    """The shop's time zone; UTC when its name means nothing on this machine."""
    try:
        return ZoneInfo(shop.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def _renewed(lines: Sequence[Line], desk: Desk) -> list[Line]:
    slots = {slot.key: slot for slot in desk.slots()}
    standing = desk.standing
    kept: list[Line] = []
    told = {line.slot for line in lines}
    fresh = [slot for key, slot in slots.items() if _is_news(slot, told)]
    for line in lines:
        if standing.holds(line):
            kept.append(line)
        elif line.slot in slots and (written := slots[line.slot].write()) is not None:
            kept.append(written)
    return _with_news(kept, fresh)


def _is_news(slot: Slot, told: set[str]) -> bool:
    """An offer for this very product, or its last pieces, that the script doesn't know yet."""
    return slot.kind == "offer" and slot.often >= 1.0 and slot.key not in told


def _with_news(kept: list[Line], fresh: Sequence[Slot]) -> list[Line]:
    """New offers stand behind the others, or before what comes after the offers."""
    news = [line for slot in fresh if (line := slot.write()) is not None]
    after = [at for at, line in enumerate(kept) if KINDS.index(line.kind) <= KINDS.index("offer")]
    place = after[-1] + 1 if after else 0
    return [*kept[:place], *news, *kept[place:]]

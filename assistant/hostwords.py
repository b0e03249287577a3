"""What merchants put into a host's mouth: personas, and lines of their own about a product."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from assistant.data import load
from assistant.tables import PERSONAS, SCRIPT_LINES, SCRIPT_WORDINGS
from knowledge.documents import DocumentError, decode, encode
from knowledge.model import Lang, Text
from knowledge.store import Store

PERSONA_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
SLOTS = frozenset({"title", "category", "all", "ah"})
_BRACES = re.compile(r"\{[^{}]*\}|[{}]")
MOST_LINES = 8  # of one kind for one product
LONGEST_LINE = 300
PACES, PITCHES = (80, 130), 20


@dataclass(frozen=True, slots=True)
class Persona:
    """A host's manner as data. `opening` and `closing` may hold {title}, {category}, {all} and {ah}."""

    id: str
    name: Text
    everyone: Text  # how viewers are addressed: 大家, folks
    lead: Text = Text()  # how a point is led in: 来，
    opening: Text = Text()  # one more besides the wordings all hosts share
    closing: Text = Text()
    voice: str = ""  # "espeak:female"; empty: the configured one
    look: str = ""
    leads: tuple[Text, ...] = ()  # other ways this host begins a line: 来来来，
    never: tuple[str, ...] = ()  # words this host does not use
    pace: int = 100  # per cent of the voice's own
    pitch: int = 0  # of the embedded voice, above (or below) its speaker's, in steps of about 1 %

    def manner(self, lang: Lang) -> dict[str, str]:
        return {"all": self.everyone(lang), "ah": _led(self.lead(lang), lang)}

    def heads(self, lang: Lang) -> tuple[str, ...]:
        return tuple(_led(said, lang) for lead in self.leads if (said := getattr(lead, lang)))

    def refuses(self, text: str) -> bool:
        """Whether a line is not in this host's manner."""
        return any(word.lower() in text.lower() for word in self.never)

    def wordings(self, kind: str, lang: Lang) -> tuple[str, ...]:
        own: Mapping[str, Text] = {"opening": self.opening, "closing": self.closing}
        said = getattr(own[kind], lang) if kind in own else ""
        return (said,) if said else ()


def _led(lead: str, lang: Lang) -> str:
    """What leads a line in, as it stands before the line: in English a space follows, which people do not type."""
    return f"{lead} " if lead and lang == "en" and not lead[-1].isspace() else lead


class HostWords:
    """Synchronous; safe to share between threads. Read anew at each call: a change is heard with the next product."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def personas(self) -> tuple[Persona, ...]:
        """Those that come along, then the shop's own; one of the shop's may take the place of one that comes along."""
        with self._store.read() as connection:
            documents = connection.scalars(sa.select(PERSONAS.c.document).order_by(PERSONAS.c.at)).all()
        stored = {persona.id: persona for persona in map(_decoded, documents) if persona is not None}
        known = {persona.id: stored.pop(persona.id, persona) for persona in came_along()}
        return (*known.values(), *stored.values())

    def persona(self, persona_id: str) -> Persona:
        """The one with this id; the first when there is none."""
        found = self.personas()
        return next((persona for persona in found if persona.id == persona_id), found[0])

    def save(self, persona: Persona) -> None:
        """Raises ValueError when the id cannot be used or a text has a slot that is not filled."""
        if not PERSONA_ID.fullmatch(persona.id):
            raise ValueError("an id is made of a-z, 0-9 and -, 40 characters at most")
        if not persona.name or not persona.everyone:
            raise ValueError("a persona needs a name and a word for the viewers")
        if not (PACES[0] <= persona.pace <= PACES[1] and -PITCHES <= persona.pitch <= PITCHES):
            raise ValueError(f"the pace is {PACES[0]} to {PACES[1]} per cent, the pitch -{PITCHES} to {PITCHES}")
        for text in (persona.opening, persona.closing):
            # Exactly the slots, and no brace besides: a format may also reach into objects or ask for a terabyte.
            if wrong := [each for each in _BRACES.findall(f"{text.zh} {text.en}") if each.strip("{}") not in SLOTS]:
                raise ValueError(f"{wrong[0]} is not filled; there are {', '.join(sorted(SLOTS))}")
        row = {"id": persona.id, "document": encode(persona), "at": datetime.now(UTC)}
        with self._store.write() as connection:
            connection.execute(sa.delete(PERSONAS).where(PERSONAS.c.id == persona.id))
            connection.execute(sa.insert(PERSONAS), row)

    def remove(self, persona_id: str) -> None:
        """One that came along is as it was again."""
        with self._store.write() as connection:
            connection.execute(sa.delete(PERSONAS).where(PERSONAS.c.id == persona_id))

    def lines(self, product_id: str, lang: Lang) -> dict[str, tuple[str, ...]]:
        """The shop's own lines about a product, by kind, in their order."""
        mine = SCRIPT_LINES.c
        query = sa.select(mine.kind, mine.text).where(mine.product_id == product_id, mine.lang == lang)
        found: dict[str, list[str]] = {}
        with self._store.read() as connection:
            for kind, text in connection.execute(query.order_by(mine.kind, mine.position)):
                found.setdefault(kind, []).append(text)
        return {kind: tuple(texts) for kind, texts in found.items()}

    def learnt(self, product_id: str, lang: Lang) -> dict[str, tuple[str, ...]]:
        """Lines with slots that a model wrote about a product, by kind."""
        mine = SCRIPT_WORDINGS.c
        query = sa.select(mine.kind, mine.text).where(mine.product_id == product_id, mine.lang == lang)
        found: dict[str, list[str]] = {}
        with self._store.read() as connection:
            for kind, text in connection.execute(query.order_by(mine.at, mine.id)):
                found.setdefault(kind, []).append(text)
        return {kind: tuple(texts) for kind, texts in found.items()}

    def set_lines(self, product_id: str, lang: Lang, kind: str, texts: Sequence[str]) -> None:
        """Say these instead of the written ones; none: the written ones again."""
        mine = SCRIPT_LINES.c
        kept = [text.strip()[:LONGEST_LINE] for text in texts if text.strip()][:MOST_LINES]
        rows = [
            {"product_id": product_id, "lang": lang, "kind": kind, "position": place, "text": text}
            for place, text in enumerate(kept)
        ]
        same = sa.and_(mine.product_id == product_id, mine.lang == lang, mine.kind == kind)
        with self._store.write() as connection:
            connection.execute(sa.delete(SCRIPT_LINES).where(same))
            if rows:
                connection.execute(sa.insert(SCRIPT_LINES), rows)


def came_along() -> tuple[Persona, ...]:
    people: Mapping[str, Mapping[str, Any]] = load("script.yaml")["personas"]
    return tuple(
        Persona(
            persona_id,
            Text(**said["name"]),
            Text(said["zh"]["all"], said["en"]["all"]),
            Text(said["zh"]["ah"], said["en"]["ah"]),
            leads=tuple(Text(**lead) for lead in said.get("leads", ())),
            never=tuple(said.get("never", ())),
            pace=said.get("pace", 100),
            pitch=said.get("pitch", 0),
        )
        for persona_id, said in people.items()
    )


def _decoded(document: Any) -> Persona | None:
    try:
        return decode(Persona, document)
    except DocumentError:  # of a newer version
        return None

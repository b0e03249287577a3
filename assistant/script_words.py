"""How a host words things: lines are put together from parts, and what was heard lately is not said again."""

import random
import re
import threading
import time
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from assistant.data import load
from assistant.guard.sentences import sentences
from knowledge.model import Lang

WINDOW_S = 2 * 3600.0  # nothing is said in the same words within this time
MARGIN_S = 900.0  # a line is said up to so much later than it is written
TOO_ALIKE = 0.8  # share of common shingles from which two lines about the same thing count as one
DRAWS = 40  # tries to put a line together
SHOWN = 6  # of them are put forward, the most different from what was heard first
LEAD, TRAIL = 0.4, 0.4  # how many lines get a head, and a tail

_NOT_WORDS = re.compile(r"[\W_]+")
_CJK = re.compile(r"[\u3400-\u9fff]")
_HEAD_ENDS = re.compile(r"[。.]\s*$")
_ENDS = re.compile(r"[。！？.!?]$")


def shingles(text: str) -> frozenset[str]:
    """Three characters at a time of Chinese, two words at a time of anything else."""
    plain = _NOT_WORDS.sub(" ", text.lower()).strip()
    if _CJK.search(plain):
        packed = plain.replace(" ", "")
        return frozenset(packed[at : at + 3] for at in range(max(1, len(packed) - 2)))
    words = plain.split()
    return frozenset(" ".join(words[at : at + 2]) for at in range(max(1, len(words) - 1)))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """0: nothing in common, 1: the same shingles."""
    common = len(one & other)
    return common / (len(one) + len(other) - common) if common else 0.0


def _common(mine: frozenset[int], other: "array[int]") -> float:
    """`likeness` of hashed shingles."""
    common = len(mine.intersection(other))
    return common / (len(mine) + len(other) - common) if common else 0.0


def key(text: str) -> str:
    """The same for texts that sound the same."""
    return _NOT_WORDS.sub("", text.lower())


class Heard:
    """What was said within the last two hours. `clock` gives seconds; not thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self._said: dict[str, float] = {}  # sentence → when it was said last
        # By what they are about: when, and hashes of the shingles. As sets of strings two hours took some 9 MB.
        self._lines: dict[str, deque[tuple[float, array[int]]]] = {}

    def add(self, text: str, topic: str = "", at: float | None = None) -> None:
        now = self.clock() if at is None else at
        for sentence in sentences(text):
            said = key(sentence)
            self._said[said] = max(now, self._said.pop(said, now))  # taken out first: the order is that of time
        self._lines.setdefault(topic, deque()).append((now, array("q", map(hash, shingles(text)))))
        self._forget()

    def remember(self, said: Iterable[tuple[float, str]]) -> None:
        """What an earlier process said: (when, sentence), oldest first."""
        for at, text in said:
            self.add(text, at=at)

    def lately(self, text: str) -> bool:
        """Whether a sentence of `text` was said, in these words, within the last two hours."""
        since = self.clock() - WINDOW_S - MARGIN_S
        return any(self._said.get(key(sentence), -1e18) > since for sentence in sentences(text))

    def alike(self, text: str, topic: str) -> float:
        """How much `text` resembles the most similar line about the same thing."""
        mine = frozenset(map(hash, shingles(text)))
        return max((_common(mine, other) for _, other in self._lines.get(topic, ())), default=0.0)

    def _forget(self) -> None:
        since = self.clock() - WINDOW_S - MARGIN_S
        while self._said and next(iter(self._said.values())) <= since:
            self._said.pop(next(iter(self._said)))
        for topic in list(self._lines):
            lines = self._lines[topic]
            while lines and lines[0][0] <= since:
                lines.popleft()
            if not lines:
                self._lines.pop(topic)


@dataclass(frozen=True, slots=True)
class Parts:
    """What lines of one kind are put together from."""

    frames: tuple[str, ...]
    heads: tuple[str, ...] = ()
    tails: tuple[str, ...] = ()
    must_lead: bool = False  # every line gets one of the heads
    personal: bool = False  # takes this host's own heads besides


@dataclass(frozen=True, slots=True)
class Wording:
    """A line as it may be said, and the frame it was made from: "zh/opening/3"."""

    text: str
    frame: str


class Wordings:
    """Puts lines together. Frames go round: one that was used comes back after the others. Safe to call from several
    threads."""

    def __init__(self, *, seed: str = "", heard: Heard | None = None) -> None:
        self._heard = heard or Heard()
        self._lock = threading.Lock()
        self._chance = random.Random(seed)
        self._used: dict[str, int] = {}
        self._turn = 0

    @property
    def now(self) -> float:
        return self._heard.clock()

    def lately(self, text: str) -> bool:
        """Whether a sentence of `text` was said, in these words, within the last two hours."""
        with self._lock:
            return self._heard.lately(text)

    def remember(self, said: Iterable[tuple[float, str]]) -> None:
        """What an earlier process said: (seconds since 1970, sentence), oldest first."""
        with self._lock:
            self._heard.remember(said)

    def told(self, text: str) -> None:
        """A text was told as a part of a line: `lately` knows it from now on."""
        with self._lock:
            self._heard.add(text, "told")

    def offered(
        self, group: str, lang: Lang, slots: Mapping[str, str], *, topic: str = "", parts: Parts | None = None
    ) -> list[Wording]:
        """Lines that were not said lately, the most different from what was first; empty when none is left.

        A frame that needs a slot which is missing or empty is passed over.
        """
        given = parts or parts_of(group, lang)
        place = f"{lang}/{group}"
        usable = [index for index, frame in enumerate(given.frames) if _fits(frame, slots)]
        if not usable:
            return []
        with self._lock:
            made = self._drawn(given, place, lang, slots, usable, topic or place)
            fresh = {wording.frame: wording.frame not in self._used for _, wording in made}
        # Frames that were never used come first, then the line that resembles the others least.
        return [wording for _, wording in sorted(made, key=lambda each: (not fresh[each[1].frame], each[0]))]

    def used(self, wording: Wording, topic: str = "") -> None:
        """It is going to be said."""
        with self._lock:
            self._turn += 1
            self._used[wording.frame] = self._turn
            self._heard.add(wording.text, topic or wording.frame.rpartition("/")[0])

    def _drawn(
        self,
        given: Parts,
        place: str,
        lang: Lang,
        slots: Mapping[str, str],
        usable: Sequence[int],
        topic: str,
    ) -> list[tuple[float, Wording]]:
        rested = sorted(usable, key=lambda index: self._used.get(f"{place}/{index}", -1))
        made: dict[str, tuple[float, Wording]] = {}
        for draw in range(DRAWS):
            index = self._frame(rested, draw)
            text = self._line(given, given.frames[index], lang, slots)
            if text in made or self._heard.lately(text):
                continue
            alike = self._heard.alike(text, topic)
            if alike < TOO_ALIKE:
                made[text] = alike, Wording(text, f"{place}/{index}")
            if len(made) == SHOWN:
                break
        return list(made.values())

    def _frame(self, rested: Sequence[int], draw: int) -> int:
        """Any of the half that rested longest; when that does not yield enough, any at all."""
        among = rested[: max(1, (len(rested) + 1) // 2)] if draw < DRAWS // 2 else rested
        return self._chance.choice(among)

    def _line(self, parts: Parts, frame: str, lang: Lang, slots: Mapping[str, str]) -> str:
        heads = [head for head in parts.heads if _fits(head, slots)]
        tails = [tail for tail in parts.tails if _fits(tail, slots)]
        leads = parts.must_lead or self._chance.random() < LEAD
        head = self._chance.choice(heads) if heads and leads else ""
        tail = self._chance.choice(tails) if tails and self._chance.random() < TRAIL else ""
        if lang == "en" and head:
            frame = _lower(frame)
        return joined(*(part.format_map(slots) for part in (head, frame, tail)), lang=lang)


def _fits(part: str, slots: Mapping[str, str]) -> bool:
    return all(slots.get(name) for name in _slots(part))


@cache
def _slots(part: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\{(\w+)\}", part))


def joined(head: str, frame: str, tail: str, *, lang: Lang) -> str:
    """Head, frame and tail as one sentence, as one says them in one go."""
    comma = "，" if lang == "zh" else ", "
    if head:
        head = _HEAD_ENDS.sub(comma, head)
        if lang == "en":
            head = head[:1].upper() + head[1:]
    if tail and _ENDS.search(frame):
        # A question is let fall: what follows asks for the answer.
        frame = frame[:-1] + (comma if lang == "zh" or frame.endswith("?") else "; ")
        tail = tail if lang == "zh" else _lower(tail)
    elif lang == "en" and tail:
        frame += " "
    whole = head + frame + tail
    return whole[:1].upper() + whole[1:] if lang == "en" else whole


def _lower(text: str) -> str:
    """The first letter small, but "I", "I'm" and names in capitals stay."""
    first = text.split(" ", 1)[0]
    return text if first == "I" or first.startswith("I'") or first.isupper() else text[:1].lower() + text[1:]


@cache
def words(lang: Lang) -> Mapping[str, Any]:
    """host_zh.yaml or host_en.yaml."""
    data: Mapping[str, Any] = load(f"host_{lang}.yaml")
    return data


@cache
def parts_of(group: str, lang: Lang) -> Parts:
    """The parts of a group, "opening" or "between/back"; lines of a kind without heads of its own get the general
    ones."""
    data = words(lang)
    section, _, name = group.rpartition("/")
    entry = data[section][name] if section else data[name]
    own = entry.get("heads")
    heads = data["heads"] if own is None else own
    return Parts(
        tuple(entry["frames"]), tuple(filter(None, heads)), tuple(entry.get("tails", ())), personal=own is None
    )

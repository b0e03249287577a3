"""What makes a voice of mere sound: mouth and word times, phrases kept."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from avatar.alignment import Reference, Timed, align, by_loudness
from avatar.media import AudioChunk, Speech, Viseme, Word
from avatar.voice import Lang, VoiceError
from avatar.voices.espeak import EspeakVoice

Pcm = NDArray[np.int16]

_HELD_S = 0.2  # sound that waits for what follows, so that it is known what it is the beginning of
_FIRST_S, _GROWTH = 0.25, 0.3  # sound passed on at once: at first, and as a share of what came before
_SECONDS_A_LETTER, _SECONDS_MORE = 0.8, 4.0  # more than that is not the text that was asked for
_LONG = 60  # characters from which a sentence is cut at commas
_SENTENCE = re.compile(r".+?(?:[。！？；!?;\n]+|(?<=\w)\.(?=\s)|$)", re.DOTALL)
_CLAUSE = re.compile(r".{20,}?(?:[,，、:：]|$)|.+$", re.DOTALL)
_LETTER = re.compile(r"\w")
_KEPT_BYTES = 24_000_000  # of phrases: some eight minutes at 24 kHz
_KEPT_LETTERS = 40  # longer ones hardly come twice


class Source(Protocol):
    def sound(self, text: str, lang: Lang) -> AsyncGenerator[tuple[Pcm, int], None]:
        """`text`, a sentence or less, as (mono samples, rate in Hz), as soon as some are made; closing stops it.
        Raises VoiceError."""
        ...

    async def close(self) -> None: ...


def sentences(text: str) -> list[tuple[int, str]]:
    """`text` by sentences, long ones by clauses, each with its offset: what is asked for at once. Pieces without a
    letter or digit have no sound and are left out."""
    cut: list[tuple[int, str]] = []
    for match in _SENTENCE.finditer(text):
        if len(match[0]) <= _LONG:
            cut.append((match.start(), match[0]))
        else:
            cut += [(match.start() + part.start(), part[0]) for part in _CLAUSE.finditer(match[0])]
    return [(start, piece) for start, piece in cut if _LETTER.search(piece)]


class TimedVoice:
    """A voice from a source of sound. The mouth moves as espeak says the same text, warped onto what is heard; a text
    that espeak cannot say opens it by loudness."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._known = EspeakVoice()
        self._pace: dict[Lang, float] = {"zh": 1.0, "en": 1.0}
        self._phrases = _Phrases()
        self._asked: set[asyncio.Task[Reference | None]] = set()  # short, and not worth interrupting

    async def speak(self, text: str, lang: Lang) -> AsyncGenerator[Speech, None]:
        pts = 0
        for offset, piece in sentences(text):
            async with aclosing(self._say(piece, lang)) as speeches:
                begin = pts
                async for speech in speeches:
                    pts = begin + speech.audio.pts + len(speech.audio.pcm)
                    yield _moved(speech, begin, offset)

    async def close(self) -> None:
        await self._source.close()
        await asyncio.gather(*self._asked)
        await self._known.close()

    async def _say(self, text: str, lang: Lang) -> AsyncGenerator[Speech, None]:
        """One piece, timed from its start."""
        if kept := self._phrases.get((text, lang)):
            for speech in kept:
                yield speech
            return
        known = asyncio.create_task(self._reference(text, lang))  # made while the first sound is waited for
        self._asked.add(known)
        known.add_done_callback(self._asked.discard)
        made: list[Speech] = []
        async with aclosing(self._source.sound(text, lang)) as chunks:
            piece = _Piece(len(text), self._pace[lang])
            async for pcm, rate in chunks:
                if piece.add(pcm, rate):
                    made.append(await asyncio.to_thread(piece.take, await asyncio.shield(known)))
                    yield made[-1]
        if not piece.length:
            raise VoiceError("the voice made no sound", retryable=True)
        made.append(await asyncio.to_thread(piece.take, await asyncio.shield(known), last=True))
        yield made[-1]
        self._pace[lang] += 0.3 * (piece.pace(await asyncio.shield(known)) - self._pace[lang])
        if len(text) <= _KEPT_LETTERS:
            self._phrases.keep((text, lang), made)

    async def _reference(self, text: str, lang: Lang) -> Reference | None:
        try:
            return Reference.of([speech async for speech in self._known.speak(text, lang)])
        except (VoiceError, ValueError):
            return None


class _Piece:
    """Sound of one piece as it comes in, and how much of it was passed on."""

    def __init__(self, letters: int, expected_pace: float) -> None:
        self._letters, self._expected_pace = letters, expected_pace
        self._rate = 0
        self._fresh: list[Pcm] = []  # came in and not yet looked at
        self._pcm: Pcm = np.zeros(0, np.int16)
        self._given = 0  # samples passed on
        self._words = 0  # the same
        self.length = 0

    def add(self, pcm: Pcm, rate: int) -> bool:
        """Whether enough came in to pass some on."""
        if self._rate and rate != self._rate:
            raise VoiceError(f"the voice changed from {self._rate} to {rate} Hz within a sentence", retryable=True)
        if not 8_000 <= rate <= 192_000:
            raise VoiceError(f"the voice says that its sound has {rate} Hz; set voice_rate", retryable=False)
        self._rate = rate
        self._fresh.append(pcm)
        self.length += len(pcm)
        if self.length > (self._letters * _SECONDS_A_LETTER + _SECONDS_MORE) * rate:
            raise VoiceError("the voice goes on and on; it was stopped", retryable=True)
        waiting = self.length - self._given - round(_HELD_S * rate)
        return waiting >= max(_FIRST_S * rate, _GROWTH * self._given)

    def take(self, known: Reference | None, *, last: bool = False) -> Speech:
        """What can be said for sure by now, with all that came in when it is the `last`. Takes some milliseconds."""
        if self._fresh:
            self._pcm, self._fresh = np.concatenate([self._pcm, *self._fresh]), []
        until = len(self._pcm) if last else len(self._pcm) - round(_HELD_S * self._rate)
        from_s, until_s = self._given / self._rate, until / self._rate
        timed = self._timed(known, last)
        visemes = tuple(
            Viseme(each.name, max(each.start_s, from_s), min(each.end_s, until_s))
            for each in timed.visemes
            if each.end_s > from_s and each.start_s < until_s
        )
        sure = [word for word in timed.words if last or word.start_s < until_s]
        words = tuple(replace(word, start_s=max(word.start_s, from_s)) for word in sure[self._words :])
        self._words = max(self._words, len(sure))
        speech = Speech(AudioChunk(self._pcm[self._given : until], self._rate, self._given), visemes, words)
        self._given = until
        return speech

    def pace(self, known: Reference | None) -> float:
        """How many times as long as the reference it took."""
        if known is None:
            return 1.0
        return float(np.clip(self.length / self._rate / (len(known.pcm) / known.rate), 0.4, 2.5))

    def _timed(self, known: Reference | None, last: bool) -> Timed:
        if known is None:
            return by_loudness(self._pcm, self._rate)
        return align(known, self._pcm, self._rate, whole=last, pace=self._expected_pace)


class _Phrases:
    """What was said lately, bounded by its bytes: greetings and calls come again and again."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, Lang], list[Speech]] = OrderedDict()
        self._bytes = 0

    def get(self, key: tuple[str, Lang]) -> list[Speech] | None:
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def keep(self, key: tuple[str, Lang], speeches: list[Speech]) -> None:
        self._bytes -= _size(self._kept.pop(key, []))
        # Copies: a slice would keep alive the whole sound it was cut from.
        self._kept[key] = [replace(one, audio=replace(one.audio, pcm=one.audio.pcm.copy())) for one in speeches]
        self._bytes += _size(speeches)
        while self._bytes > _KEPT_BYTES:
            self._bytes -= _size(self._kept.popitem(last=False)[1])


def _size(speeches: list[Speech]) -> int:
    return sum(speech.audio.pcm.nbytes for speech in speeches)


def _moved(speech: Speech, begin: int, offset: int) -> Speech:
    """`speech` of a piece that begins `begin` samples into the utterance and `offset` characters into its text."""
    late = begin / speech.audio.rate
    return Speech(
        replace(speech.audio, pts=begin + speech.audio.pts),
        tuple(Viseme(each.name, each.start_s + late, each.end_s + late) for each in speech.visemes),
        tuple(Word(offset + each.start, offset + each.end, each.start_s + late) for each in speech.words),
    )

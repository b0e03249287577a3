"""The embedded voice: espeak-ng 1.52 from PyPI in a process of its own, with phoneme and word times."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from avatar.media import AudioChunk, Speech, Viseme, Word
from avatar.visemes import visemes_from_phonemes
from avatar.voice import Lang, VoiceError
from avatar.voices.espeak_prosody import Marked, marked
from avatar.voices.espeak_tone import Tone
from avatar.voices.espeak_worker import HEADER

_ANSWER_WITHIN_S = 10.0  # 200 characters take about 20 ms; more means the process hangs
_LONGEST = 200  # characters given to the library at once, so that the first sound never waits for a long text
_SENTENCE = re.compile(r".+?(?:[。！？；!?;\n]|[,，、](?=.{60})|(?<=\w)\.(?=\s)|$)", re.DOTALL)
_HAN = re.compile(r"[㐀-鿿]")


@dataclass(frozen=True, slots=True)
class Speaker:
    """espeak-ng settings: voice names by language, words a minute, pitch and its range 0..99; an equaliser's curve.

    `zh_gain_db`, `en_gain_db` bring the voice to -16 LUFS; measured with ffmpeg's ebur128 on a minute of sales talk.
    """

    zh: str
    en: str
    rate: int
    pitch: int
    range: int
    curve: str
    zh_gain_db: float
    en_gain_db: float


SPEAKERS: dict[str, Speaker] = {
    "female": Speaker(
        zh="cmn+f3", en="en-us+f3", rate=170, pitch=52, range=62, curve="female", zh_gain_db=2.4, en_gain_db=2.7
    ),
    "female-bright": Speaker(
        zh="cmn+f2", en="en-us+f2", rate=182, pitch=60, range=72, curve="female", zh_gain_db=0.1, en_gain_db=1.2
    ),
    "male": Speaker(
        zh="cmn+m3", en="en-us+m3", rate=168, pitch=42, range=58, curve="male", zh_gain_db=2.3, en_gain_db=4.0
    ),
    "male-deep": Speaker(
        zh="cmn+m1", en="en-us+m1", rate=160, pitch=34, range=52, curve="male", zh_gain_db=3.9, en_gain_db=5.6
    ),
}


def pieces(text: str) -> list[tuple[int, str]]:
    """`text` cut at sentence ends and long clauses, each piece with its offset; none longer than `_LONGEST`."""
    cut = []
    for match in _SENTENCE.finditer(text):
        for start in range(match.start(), match.end(), _LONGEST):
            piece = text[start : min(start + _LONGEST, match.end())]
            if piece.strip():
                cut.append((start, piece))
    return cut


class EspeakVoice:
    """`speaker`: one of SPEAKERS. `speed`: 1.0 is the speaker's own pace. `pitch`: above or below the speaker's own."""

    def __init__(self, *, speaker: str = "female", speed: float = 1.0, pitch: int = 0) -> None:
        if speaker not in SPEAKERS:
            raise VoiceError(f"espeak has no speaker {speaker!r}; choose from {sorted(SPEAKERS)}", retryable=False)
        if not 0.5 <= speed <= 2.0:
            raise VoiceError(f"speed must be 0.5..2.0, got {speed}", retryable=False)
        self._speaker, self._speed = SPEAKERS[speaker], speed
        self._pitch = max(0, min(99, self._speaker.pitch + pitch))
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._request = 0
        self._received = bytearray()

    async def speak(self, text: str, lang: Lang) -> AsyncGenerator[Speech, None]:
        pts = 0
        tone: Tone | None = None
        for offset, piece in pieces(text):
            for run_offset, run, run_lang in _runs(piece, lang):
                told = marked(run, run_lang)
                head, pcm = await self._synthesise(told.ssml, run_lang)
                gain_db = self._speaker.zh_gain_db if run_lang == "zh" else self._speaker.en_gain_db
                tone = tone or Tone(self._speaker.curve, head["rate"])
                samples = tone.shape(np.frombuffer(pcm, np.int16), gain_db)
                speech = _speech(head, told, samples, pts, offset + run_offset)
                pts += len(speech.audio.pcm)
                yield speech

    async def close(self) -> None:
        """End the process; speaking again starts another."""
        process, self._process = self._process, None
        self._received.clear()
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _synthesise(self, text: str, lang: Lang) -> tuple[dict[str, Any], bytes]:
        speaker = self._speaker
        voice = speaker.zh if lang == "zh" else speaker.en
        settings = {
            "voice": voice,
            "rate": round(speaker.rate * self._speed),
            "pitch": self._pitch,
            "range": speaker.range,
        }
        async with self._turn:
            for attempt in (1, 2):
                try:
                    async with asyncio.timeout(_ANSWER_WITHIN_S):
                        head, pcm = await self._ask({"text": text, **settings})
                    break
                except (OSError, EOFError, TimeoutError) as error:
                    await self.close()  # it crashed or hangs: a fresh process gets one more try
                    if attempt == 2:
                        raise VoiceError("the espeak voice does not answer", retryable=True) from error
        if "error" in head:
            raise VoiceError(head["error"], retryable=False)
        return head, pcm

    async def _ask(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "avatar.voices.espeak_worker",
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,  # a Ctrl-C is for us; the host says goodbye first
            )  # fmt: skip
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None and answers is not None  # both were asked for
        self._request = (self._request + 1) % 2**32
        line = json.dumps({"id": self._request, **request}, ensure_ascii=False)
        requests.write(line.encode() + b"\n")
        await requests.drain()
        while True:
            if (answer := self._take()) is not None:
                number, head, pcm = answer
                if number == self._request:  # an older answer belongs to a call that was cancelled
                    return head, pcm
                continue
            # Between this read and the buffer nothing can be cancelled, so half an answer is never lost.
            chunk = await answers.read(1 << 16)
            if not chunk:
                raise EOFError("the espeak process ended")
            self._received += chunk

    def _take(self) -> tuple[int, dict[str, Any], bytes] | None:
        """The next whole answer of what was received."""
        if len(self._received) < HEADER.size:
            return None
        number, body, sound = HEADER.unpack_from(self._received)
        end = HEADER.size + body + sound
        if len(self._received) < end:
            return None
        head: dict[str, Any] = json.loads(self._received[HEADER.size : HEADER.size + body])
        pcm = bytes(self._received[HEADER.size + body : end])
        del self._received[:end]
        return number, head, pcm


def _runs(text: str, lang: Lang) -> list[tuple[int, str, Lang]]:
    """The Chinese voice reads English words by itself; the English one spells Chinese, so it is cut up."""
    if lang == "zh" or not _HAN.search(text):
        return [(0, text, lang)]
    runs: list[tuple[int, str, Lang]] = []
    for match in re.finditer(r"[㐀-鿿][㐀-鿿，。！？、；：]*|[^㐀-鿿]+", text):
        run_lang: Literal["zh", "en"] = "zh" if _HAN.match(match[0]) else "en"
        if match[0].strip():
            runs.append((match.start(), match[0], run_lang))
    return runs


def _speech(head: dict[str, Any], told: Marked, samples: NDArray[np.int16], pts: int, offset: int) -> Speech:
    rate: int = head["rate"]
    begin_s = pts / rate
    phonemes = [(begin_s + sample / rate, name) for kind, sample, name, _ in head["events"] if kind == "phoneme"]
    visemes: tuple[Viseme, ...] = visemes_from_phonemes(phonemes, begin_s + len(samples) / rate)
    words = tuple(
        Word(offset + told.at(start), offset + told.at(start + max(1, length) - 1) + 1, begin_s + sample / rate)
        for kind, sample, start, length in head["events"]
        if kind == "word"
    )
    return Speech(AudioChunk(samples, rate, pts), visemes, words)

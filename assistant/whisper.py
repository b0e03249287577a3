"""Ears of this process: faster-whisper, from a folder or the hub. Its import and its model wait for the first sound."""

import asyncio
import importlib.util
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

from assistant.hearing import MOST_HEARD, HearingError
from knowledge.model import LANGS, Lang

HEAR_S = 30.0
_RATE = 16_000
_LONGEST_S = 120  # of a voice message that are written down
_WAITING = 8  # sounds that may wait their turn; more would be answered too late
_SURE = 2.0  # how many times likelier the other language must be than the one that is expected
_INSTALL = "pip install 'zhibo[whisper]'"
# A model goes on in the manner of what it was given: simplified characters and punctuation.
_MANNER: dict[Lang, str] = {"zh": "以下是普通话的句子，简体中文，有标点。", "en": "Hello, I have a question."}


class WhisperEars:
    """`model`: a folder of a converted Whisper, or a name on the hub such as "small". `words`: names that are likely
    to be said (brands, models), separated by spaces. One sound is written down at a time, in a thread of its own."""

    def __init__(
        self,
        model: str,
        *,
        words: Callable[[Lang], str] = lambda lang: "",
        device: str = "auto",
        threads: int = 0,
        hear_s: float = HEAR_S,
    ) -> None:
        if importlib.util.find_spec("faster_whisper") is None:
            raise HearingError(f"the ears 'whisper' need: {_INSTALL}")
        folder = Path(model).expanduser()
        if not model or (os.sep in model and model.startswith((os.sep, ".", "~")) and not folder.is_dir()):
            raise HearingError(f"there is no speech model at {model or 'whisper:'}; name a folder or a size like small")
        self._name = str(folder) if folder.is_dir() else model
        self._local = folder.is_dir()
        self._words, self._device, self._threads, self._hear_s = words, device, threads, hear_s
        self._model: Any = None
        self._waiting = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ears")

    async def hear(self, sound: bytes, kind: str, lang: Lang) -> str:
        if self._waiting >= _WAITING:
            raise HearingError("too many voice messages at once")
        stopped = threading.Event()
        self._waiting += 1
        try:
            async with asyncio.timeout(self._hear_s):
                return await asyncio.get_running_loop().run_in_executor(self._thread, self._hear, sound, lang, stopped)
        except TimeoutError as error:
            raise HearingError(f"writing it down took longer than {self._hear_s:g} s") from error
        finally:
            stopped.set()  # nobody waits any more: the thread goes on to the next sound
            self._waiting -= 1

    async def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _hear(self, sound: bytes, lang: Lang, stopped: threading.Event) -> str:
        if stopped.is_set():
            return ""
        model = self._loaded()
        from faster_whisper import decode_audio

        try:
            audio = decode_audio(BytesIO(sound), sampling_rate=_RATE)[: _LONGEST_S * _RATE]
        except Exception as error:  # FFmpeg's many, and IndexError where there is no sound in the file
            raise HearingError("the sound can't be read") from error
        if len(audio) < _RATE // 10:
            return ""
        spoken = self._language(model, audio, lang)
        segments, _ = model.transcribe(
            audio, language=spoken, vad_filter=True, hotwords=self._words(spoken) or None,
            initial_prompt=_MANNER[spoken], condition_on_previous_text=False,
        )  # fmt: skip
        heard: list[str] = []
        for segment in segments:  # each is made when it is asked for
            if stopped.is_set():
                return ""
            heard.append(segment.text)
        return " ".join("".join(heard).split())[:MOST_HEARD]

    def _language(self, model: Any, audio: Any, expected: Lang) -> Lang:
        if not model.model.is_multilingual:
            return "en"
        _, _, likely = model.detect_language(audio=audio, vad_filter=True)
        return chosen(dict(likely), expected)

    def _loaded(self) -> Any:
        if self._model is None:
            from faster_whisper import WhisperModel

            try:
                self._model = WhisperModel(
                    self._name, device=self._device, compute_type="default" if self._device == "cuda" else "auto",
                    cpu_threads=self._threads, local_files_only=self._local,
                )  # fmt: skip
            except (OSError, RuntimeError, ValueError) as error:
                first = (str(error).splitlines() or [type(error).__name__])[0]
                raise HearingError(f"cannot load the speech model {self._name!r}: {first}") from error
        return self._model


def chosen(likely: dict[str, float], expected: Lang) -> Lang:
    """Which of our languages was spoken: the expected one unless another is clearly likelier."""
    (other,) = (lang for lang in LANGS if lang != expected)
    return other if likely.get(other, 0.0) > _SURE * likely.get(expected, 0.0) else expected

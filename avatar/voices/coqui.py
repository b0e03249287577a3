"""Voices of Coqui TTS (the maintained fork coqui-tts): VITS and its kin, XTTS streamed; in a process of its own."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import suppress
from pathlib import Path

import numpy as np

from avatar.voice import Lang, VoiceError
from avatar.voices.coqui_worker import END, ERROR, FRAME, READY, SOUND
from avatar.voices.sample import VoiceSample
from avatar.voices.timed import Pcm, TimedVoice

_WORKER = Path(__file__).with_name("coqui_worker.py")
_LOAD_S = 180.0  # XTTS from a slow disk; meanwhile the voice that stands by speaks
_SILENT_S = 30.0  # between two pieces of sound: more means that the process hangs


class CoquiSound:
    """`model`: a folder, or a name as coqui-tts lists it. `python`: the interpreter that has coqui-tts."""

    def __init__(
        self, model: str, *, speaker: str = "", sample: VoiceSample | None = None, python: str = sys.executable
    ) -> None:
        self._command = [python, str(_WORKER), "--model", model, "--speaker", speaker]
        if sample is not None:
            self._command += ["--sample", str(sample.sound)]
        self._process: asyncio.subprocess.Process | None = None
        self._loading: asyncio.Task[int] | None = None
        self._turn = asyncio.Lock()
        self._request = 0
        self._received = bytearray()

    async def sound(self, text: str, lang: Lang) -> AsyncGenerator[tuple[Pcm, int], None]:
        async with self._turn:
            rate = await self._ready()
            process = self._process
            assert process is not None and process.stdin is not None
            self._request = (self._request + 1) % 2**32
            try:
                line = json.dumps({"id": self._request, "text": text, "lang": lang}, ensure_ascii=False)
                process.stdin.write(line.encode() + b"\n")
                await process.stdin.drain()
                while (body := await self._answer(process)) is not None:
                    if len(body):
                        yield np.frombuffer(body, np.dtype("<i2")).astype(np.int16), rate
            except (OSError, EOFError, TimeoutError) as error:
                await self._stop()  # the next sentence starts another
                raise VoiceError("the coqui voice does not answer; it is started anew", retryable=True) from error

    async def close(self) -> None:
        await self._stop()

    async def _ready(self) -> int:
        """The rate of the loaded model. Loading goes on when nobody waits for it any more."""
        if self._loading is None or (self._loading.done() and self._process is None):
            self._loading = asyncio.create_task(self._load(), name="coqui")
        try:
            return await asyncio.shield(self._loading)
        except VoiceError:
            self._loading = None
            raise

    async def _load(self) -> int:
        try:
            self._process = process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,  # a Ctrl-C is for us; the host says goodbye first
            )  # fmt: skip
        except OSError as error:
            raise VoiceError(
                f"there is no Python at {self._command[0]}: check voice_python", retryable=False
            ) from error
        try:
            async with asyncio.timeout(_LOAD_S):
                kind, body = await self._frame(process, 0)
        except (OSError, EOFError, TimeoutError) as error:
            await self._end()
            raise VoiceError("the coqui voice cannot be started", retryable=True) from error
        if kind != READY:
            await self._end()
            raise VoiceError(f"the coqui voice: {body.decode(errors='replace')}", retryable=False)
        return int(json.loads(body)["rate"])

    async def _answer(self, process: asyncio.subprocess.Process) -> bytes | None:
        """The next sound; None at its end."""
        async with asyncio.timeout(_SILENT_S):
            kind, body = await self._frame(process, self._request)
        if kind == ERROR:
            raise VoiceError(f"the coqui voice: {body.decode(errors='replace')}", retryable=True)
        return None if kind == END else body

    async def _frame(self, process: asyncio.subprocess.Process, request: int) -> tuple[int, bytes]:
        """The next frame that answers `request`; what belongs to one that was given up is dropped."""
        assert process.stdout is not None
        while True:
            if len(self._received) >= FRAME.size:
                number, kind, size = FRAME.unpack_from(self._received)
                if len(self._received) >= FRAME.size + size:
                    body = bytes(self._received[FRAME.size : FRAME.size + size])
                    del self._received[: FRAME.size + size]
                    if number == request and kind in (SOUND, END, ERROR, READY):
                        return kind, body
                    continue
            # Between this read and the buffer nothing can be cancelled, so half a frame is never lost.
            chunk = await process.stdout.read(1 << 16)
            if not chunk:
                raise EOFError("the coqui process ended")
            self._received += chunk

    async def _stop(self) -> None:
        loading, self._loading = self._loading, None
        if loading is not None and not loading.done():
            loading.cancel()
            with suppress(asyncio.CancelledError, VoiceError):
                await loading
        await self._end()

    async def _end(self) -> None:
        process, self._process = self._process, None
        self._received.clear()
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def open_voice(
    *, model: str = "", speaker: str = "", sample: Path | None = None, python: Path | None = None
) -> TimedVoice:
    """`sample`: the folder of a consented sample. Raises VoiceError."""
    if not model:
        raise VoiceError(
            "the voice 'coqui' needs voice_model: a folder, or a name as coqui-tts lists it", retryable=False
        )
    copied = VoiceSample.read(sample) if sample else None
    return TimedVoice(CoquiSound(model, speaker=speaker, sample=copied, python=str(python or sys.executable)))

"""A voice on a server that speaks OpenAI's audio/speech: CosyVoice, Qwen3-TTS, GPT-SoVITS, Kokoro, hosted ones."""

import asyncio
import base64
import re
from collections.abc import AsyncGenerator, Awaitable, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from avatar.voice import Lang, VoiceError
from avatar.voices.pcm import PcmReader, SoundError
from avatar.voices.sample import VoiceSample
from avatar.voices.timed import Pcm, TimedVoice

_SILENT_S = 4.5  # without sound; the room waits 5 s for a voice
_CONNECT_S = 2.0
_PASSING = (408, 409, 425, 429)  # besides 5xx: the same request may succeed later
_COPIES = re.compile(r"ref|prompt_(audio|wav|speech)|speaker_wav|clone|sample")  # fields that name a voice to copy
_T = TypeVar("_T")


class RemoteSound:
    """`speaker`, `model`: as the server calls them; without a model the first one it lists. `rate`: of raw PCM, where
    the server does not say. `more`: further fields of each request. `sample`: whose voice is copied."""

    def __init__(
        self,
        url: str,
        *,
        model: str = "",
        speaker: str = "",
        key: str = "",
        rate: int = 24_000,
        more: Mapping[str, Any] | None = None,
        sample: VoiceSample | None = None,
        silent_s: float = _SILENT_S,
    ) -> None:
        self._model, self._speaker, self._rate, self._silent_s = model, speaker, rate, silent_s
        self._asked_for_model = bool(model)
        self._more = dict(more or {})
        if copied := sorted(name for name in self._more if _COPIES.search(name)):
            raise VoiceError(
                f"voice_fields may not hold {copied[0]!r}: a voice is copied with voice_sample and its consent",
                retryable=False,
            )
        if sample is not None:
            sound = base64.b64encode(sample.sound.read_bytes()).decode()
            self._more |= {"ref_audio": f"data:audio/wav;base64,{sound}", "ref_text": sample.text}
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        timeout = httpx2.Timeout(silent_s, connect=min(_CONNECT_S, silent_s))
        self._client = httpx2.AsyncClient(base_url=url.rstrip("/") + "/", headers=headers, timeout=timeout)

    async def sound(self, text: str, lang: Lang) -> AsyncGenerator[tuple[Pcm, int], None]:
        """What fails before the first sound is tried once more, within the same time."""
        until = asyncio.get_running_loop().time() + self._silent_s
        for attempt in (1, 2):
            begun = False
            try:
                async with aclosing(self._once(text, until)) as chunks:
                    async for chunk in chunks:
                        begun = True
                        yield chunk
                return
            except VoiceError as error:
                if begun or attempt == 2 or not error.retryable:
                    raise

    async def close(self) -> None:
        await self._client.aclose()

    async def _once(self, text: str, until: float) -> AsyncGenerator[tuple[Pcm, int], None]:
        loop = asyncio.get_running_loop()
        try:
            request = self._client.build_request("POST", "audio/speech", json=await self._body(text, until))
            response = await self._by(until, self._client.send(request, stream=True))
            try:
                if response.status_code != 200:
                    raise _refused(response.status_code)
                reader = PcmReader(_rate_of(response.headers) or self._rate)
                pieces = response.aiter_bytes()
                while (piece := await self._by(until, _next(pieces))) is not None:
                    pcm = reader.read(piece)
                    if len(pcm):
                        yield pcm, reader.rate
                        until = loop.time() + self._silent_s
            finally:
                await response.aclose()  # stops the server's work too
        except httpx2.ConnectError as error:
            raise VoiceError("the voice server can't be reached: check voice_url", retryable=True) from error
        except httpx2.HTTPError as error:
            raise VoiceError("the voice server broke off", retryable=True) from error
        except SoundError as error:
            raise VoiceError(f"the voice server sent {error}; it must offer pcm or wav", retryable=False) from error

    async def _body(self, text: str, until: float) -> dict[str, Any]:
        if not self._asked_for_model:
            response = await self._by(until, self._client.get("models"))
            self._asked_for_model = True  # a server without a list has one model
            if response.status_code == 200:
                self._model = _first_model(response)
        body = {"input": text, "response_format": "pcm", "stream": True}
        named = {"model": self._model, "voice": self._speaker}
        return body | {name: value for name, value in named.items() if value} | self._more

    async def _by(self, until: float, step: Awaitable[_T]) -> _T:
        try:
            async with asyncio.timeout_at(until):
                return await step
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise VoiceError(f"the voice server was silent for {self._silent_s:g} s", retryable=True) from error


def open_voice(
    *,
    url: str = "",
    model: str = "",
    speaker: str = "",
    key: str = "",
    rate: int = 24_000,
    fields: Mapping[str, Any] | None = None,
    sample: Path | None = None,
) -> TimedVoice:
    """`sample`: the folder of a consented sample. Raises VoiceError."""
    if not url:
        raise VoiceError("the voice 'openai' needs voice_url, e.g. http://127.0.0.1:8091/v1", retryable=False)
    copied = VoiceSample.read(sample) if sample else None
    return TimedVoice(RemoteSound(url, model=model, speaker=speaker, key=key, rate=rate, more=fields, sample=copied))


async def _next(pieces: Any) -> bytes | None:
    return await anext(pieces, None)


def _first_model(response: httpx2.Response) -> str:
    try:
        return str(response.json()["data"][0]["id"])
    except (ValueError, KeyError, IndexError, TypeError):
        return ""


def _rate_of(headers: Mapping[str, str]) -> int:
    """What the answer says of its rate, in either of the usual places; 0 when it does not."""
    found = re.search(r"rate=(\d{4,6})", headers.get("content-type", ""))
    told = found[1] if found else headers.get("x-sample-rate", "")
    return int(told) if told.isdecimal() else 0


def _refused(status: int) -> VoiceError:
    if status in (401, 403):
        return VoiceError("the voice server refuses the key: check voice_key", retryable=False)
    if status == 404:
        return VoiceError("the voice server has no audio/speech there: check voice_url, voice_model", retryable=False)
    if status in (400, 422):
        return VoiceError(
            "the voice server does not take the request: check the voice's name, voice_model, voice_fields",
            retryable=False,
        )
    return VoiceError(f"the voice server answered {status}", retryable=status >= 500 or status in _PASSING)

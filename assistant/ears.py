"""Ears on a server that speaks OpenAI's audio transcriptions: faster-whisper behind speaches, vLLM, hosted ones."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2
import openai

from assistant.hearing import MOST_HEARD, HearingError
from knowledge.model import Lang

HEAR_S = 30.0
AT_ONCE = 4  # sounds that are being written down; others wait their turn


class RemoteEars:
    def __init__(
        self, base_url: str, *, model: str = "", api_key: str = "", words: Callable[[Lang], str] = lambda lang: ""
    ) -> None:
        """`model`: its name there; empty: the first one the server lists. `words`: names that are likely to be said."""
        self._model, self._words = model, words
        self._turn = asyncio.Semaphore(AT_ONCE)
        timeout = httpx2.Timeout(HEAR_S, connect=3.0)
        self._client = openai.AsyncOpenAI(base_url=base_url, api_key=api_key or "none", timeout=timeout, max_retries=0)

    async def hear(self, sound: bytes, kind: str, lang: Lang) -> str:
        words = self._words(lang)
        more: dict[str, Any] = {"prompt": words} if words else {}
        try:
            async with self._turn, asyncio.timeout(HEAR_S):
                heard = await self._client.audio.transcriptions.create(
                    file=(f"voice.{kind}", sound), model=await self._name(), language=lang, response_format="json",
                    **more,
                )  # fmt: skip
        except TimeoutError as error:
            raise HearingError(f"the speech server took longer than {HEAR_S:g} s") from error
        except (openai.APIError, httpx2.HTTPError) as error:
            raise HearingError(f"the speech server failed: {type(error).__name__}") from error
        except (ValueError, AttributeError, TypeError) as error:  # the client parses what the server sends
            raise HearingError("the speech server sent something that is not a transcript") from error
        text: object = getattr(heard, "text", None)  # the client does not check what it parsed
        if not isinstance(text, str):
            raise HearingError("the speech server sent no text")
        return " ".join(text.split())[:MOST_HEARD]

    async def _name(self) -> str:
        if not self._model:
            listed = await self._client.models.list()
            if not listed.data:
                raise HearingError("the speech server offers no model; set ears_model")
            self._model = listed.data[0].id
        return self._model

    async def close(self) -> None:
        await self._client.close()

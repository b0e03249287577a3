"""The server at the other end: connecting, asking, trying again, hanging up."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from importlib import import_module
from itertools import count
from typing import Any

import httpx2

from assistant.messages import ModelError
from assistant.models.openai.patience import Phases, Retries, ServerError, Watch, retry_after_s
from assistant.models.openai.stream import broken_off, choices, chunks, garbled, parse

# The client would load it with the first request: 60 ms of a shopper's first answer, or of a second opinion's budget.
import_module("anyio._backends._asyncio")

_PASSING = (408, 409, 425, 429)  # besides 5xx: the same request may succeed later
_BUSY = (429, 502, 503, 504)  # may succeed in a moment
_MOST_BODY = 1 << 20  # bytes of an answer that is not streamed
_OPTIONAL = ("response_format", "stream_options")  # that a server may not know


class Server:
    """`model`: its name there; empty: the first one the server lists, once it has been asked."""

    def __init__(self, base_url: str, model: str, api_key: str, phases: Phases, retries: int) -> None:
        self.model = model
        self.refused: set[str] = set()  # optional parts of a request that it does not take
        self._retries = Retries(retries)
        self._base = base_url.rstrip("/")
        self._client = httpx2.AsyncClient(
            headers={"Authorization": f"Bearer {api_key}"} if api_key else {},
            timeout=httpx2.Timeout(phases.answer_s, connect=phases.connect_s),
            verify=not base_url.startswith("http://"),  # reading the authorities takes 0.16 s
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=20),
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def stream(
        self, body: dict[str, Any], watch: Watch, tried: Callable[[], None]
    ) -> AsyncGenerator[dict[str, Any], None]:
        """The chunks of one answer. A call that fails before its first words or tool calls may be made again; `tried`
        hears of each that the server took."""
        body = {"model": await self.named(watch), **body, "stream_options": {"include_usage": True}}
        for number in count():
            used = False
            try:
                async with aclosing(self._once(body, tried)) as answer:
                    while (chunk := await watch.within(anext(answer, None))) is not None:
                        if not used and any(_says(choice) for choice in choices(chunk)):
                            used = True
                            watch.begun()
                        yield chunk
                self._retries.succeeded()
                return
            except ServerError as error:
                wait = None if used else self._retries.wait_s(error, number, watch.left_s)
                if wait is None:
                    raise
            await asyncio.sleep(wait)

    async def _once(self, body: dict[str, Any], tried: Callable[[], None]) -> AsyncGenerator[dict[str, Any], None]:
        try:
            response = await self._opened(body)
        except asyncio.CancelledError:
            tried()  # we hang up while the server reads
            raise
        tried()
        try:
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind == "application/json":
                yield parse(await _whole(response))
                return
            if kind != "text/event-stream":
                raise garbled()
            async with aclosing(chunks(response.aiter_bytes())) as answer:
                async for chunk in answer:
                    yield chunk
        except httpx2.HTTPError as error:
            raise broken_off() from error
        finally:
            await response.aclose()  # an unfinished answer: hangs up, which stops the server's work

    async def _opened(self, body: dict[str, Any]) -> httpx2.Response:
        while True:
            told = {key: value for key, value in body.items() if key not in self.refused}
            request = self._client.build_request("POST", f"{self._base}/chat/completions", json=told)
            try:
                response = await self._client.send(request, stream=True)
                if response.status_code == 200:
                    return response
                said = (await _whole(response)).decode("utf-8", "replace")
                await response.aclose()
            except (httpx2.HTTPError, httpx2.InvalidURL) as error:
                raise ServerError("the model server can't be reached", retryable=True, again=True) from error
            unknown = [name for name in _OPTIONAL if name in told and name in said]
            if response.status_code not in (400, 422) or not unknown:
                raise _refused(response)
            self.refused.update(unknown)

    async def named(self, watch: Watch) -> str:
        if not self.model:
            listed = await self._get(f"{self._base}/models", watch)
            entries = listed.get("data")
            if not isinstance(entries, list) or not entries or not isinstance(entries[0], dict):
                raise ModelError("the model server offers no model; set model_name", retryable=False)
            self.model = str(entries[0].get("id", ""))
        return self.model

    async def context_tokens(self, watch: Watch) -> int:
        """How many tokens a prompt and its answer may have together; 0 when the server does not say."""
        try:
            name = await self.named(watch)
            listed = (await self._get(f"{self._base}/models", watch)).get("data")
            entries = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
            mine = entries if len(entries) == 1 else [one for one in entries if one.get("id") == name]
            if mine and isinstance(mine[0].get("max_model_len"), int):
                return int(mine[0]["max_model_len"])  # vLLM
            told = (await self._get(f"{self._root}/props", watch)).get("default_generation_settings")
            found = told.get("n_ctx") if isinstance(told, dict) else 0  # llama.cpp
            return found if isinstance(found, int) else 0
        except ModelError:
            return 0

    async def count(self, text: str, watch: Watch) -> int:
        """Tokens of `text` as the server counts them; 0 when it does not count."""
        body = {"model": self.model, "prompt": text, "content": text}  # vLLM reads one, llama.cpp the other
        try:
            response = await watch.within(self._client.post(f"{self._root}/tokenize", json=body))
            told = parse(response.content) if response.status_code == 200 else {}
        except (httpx2.HTTPError, ModelError):
            return 0
        tokens = told.get("tokens")
        return len(tokens) if isinstance(tokens, list) else 0

    @property
    def _root(self) -> str:
        return self._base.removesuffix("/v1")

    async def _get(self, url: str, watch: Watch) -> dict[str, Any]:
        try:
            response = await watch.within(self._client.get(url))
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise ServerError("the model server can't be reached", retryable=True, again=True) from error
        if response.status_code != 200:
            raise _refused(response)
        return parse(response.content)


async def _whole(response: httpx2.Response) -> bytes:
    body = b""
    async for block in response.aiter_bytes():
        body += block
        if len(body) > _MOST_BODY:
            raise garbled()
    return body


def _says(choice: dict[str, Any]) -> bool:
    """Whether a chunk carries anything that an answer may already have used."""
    delta = choice.get("delta") or choice.get("message") or {}
    return isinstance(delta, dict) and bool(delta.get("content") or delta.get("tool_calls"))


def _refused(response: httpx2.Response) -> ServerError:
    status = response.status_code
    if status in (401, 403):
        return ServerError("the model server refuses the key: check model_key", retryable=False)
    if status == 404:
        return ServerError(
            "the model server doesn't know this address or model: check model_url and model_name", retryable=False
        )
    return ServerError(
        f"the model server answered {status}",
        retryable=status >= 500 or status in _PASSING,
        again=status in _BUSY,
        after_s=retry_after_s(response.headers.get("retry-after")),
    )

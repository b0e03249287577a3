"""Signed requests to a merchant's shop: with a time limit, repeated where that is safe, not at all while it is down."""

import json
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2
import structlog

from assistant.service.shop import ShopError, ShopUnsure
from assistant.service.shops.circuit import Circuit
from assistant.service.shops.signing import signed_headers
from knowledge.model import Lang

log = structlog.get_logger("shop")

TRIES = 3
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 2.0
LARGEST = 4 << 20  # bytes of an answer
LATER = frozenset({409, 425, 429, 500, 502, 503, 504})  # 409: the same key is still at work there
NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds. A whole call, with its repetitions, takes no longer than `read_all_s` or `write_all_s` and one try."""

    connect_s: float = 2.0
    read_s: float = 4.0
    read_all_s: float = 8.0
    write_s: float = 10.0
    write_all_s: float = 20.0


class _Failed(Exception):
    """One try came to nothing. `sent`: the shop may have acted on it."""

    def __init__(self, why: str, *, again: bool, sent: bool, wait_s: float = 0.0, down: bool = True) -> None:
        super().__init__(why)
        self.again = again
        self.sent = sent
        self.wait_s = wait_s
        self.down = down


class ShopLine:
    """One shop's address and secret. Blocking; may be used from several threads."""

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        patience: Patience | None = None,
        circuit: Circuit | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base = urlsplit(url).path.rstrip("/")
        self._secret = secret
        self._patience = patience or Patience()
        self._circuit = circuit or Circuit()
        self._pause = pause
        # Redirects are not followed: a signature is for one address.
        self._client = httpx2.Client(base_url=url.removesuffix(self._base), trust_env=False, follow_redirects=False)

    def close(self) -> None:
        self._client.close()

    def read(self, path: str, lang: Lang, *parts: str, told: Mapping[str, str] | None = None) -> Any:
        """What the shop says of `path`, whose `{}` are filled with `parts`; None when it knows no such thing.

        `told` makes it a POST: what must not stand in an address. Raises ShopError.
        """
        return self._ask("POST" if told is not None else "GET", path, lang, parts, told, "")

    def write(self, path: str, lang: Lang, told: Mapping[str, Any], key: str) -> Any:
        """Have something done, once however often it is asked under this key. Raises ShopError when nothing has been
        done, ShopUnsure when that is not known."""
        return self._ask("POST", path, lang, (), told, key)

    def _ask(
        self, method: str, path: str, lang: Lang, parts: tuple[str, ...], told: Mapping[str, Any] | None, key: str
    ) -> Any:
        target = self._base + path.format(*(quote(part, safe="") for part in parts))
        body = b"" if told is None else json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        patience = self._patience
        until = time.monotonic() + (patience.write_all_s if key else patience.read_all_s)
        sent = False
        for number in range(1, TRIES + 1):
            if not self._circuit.lets_through():
                raise _error(sent, key, "the shop's system has not answered for a while and is given a rest")
            try:
                answer = self._once(method, target, lang, body, key)
            except _Failed as failure:
                sent = sent or failure.sent
                if failure.down:
                    self._circuit.failed()
                else:
                    self._circuit.succeeded()
                # The path's pattern only: what fills it is somebody's.
                log.warning("the shop did not answer", method=method, path=path, attempt=number, why=str(failure))
                wait_s = max(failure.wait_s, _pause_s(number))
                if not failure.again or number == TRIES or time.monotonic() + wait_s >= until:
                    raise _error(sent, key, f"the shop's system did not answer {method} {path}: {failure}") from failure
                self._pause(wait_s)
            else:
                self._circuit.succeeded()
                return answer
        raise AssertionError("the last try returns or raises")

    def _once(self, method: str, target: str, lang: Lang, body: bytes, key: str) -> Any:
        one_s = self._patience.write_s if key else self._patience.read_s
        headers = dict(signed_headers(self._secret, method, target, body, key)) | {"Accept-Language": lang}
        if body:
            headers["Content-Type"] = "application/json"
        timeout = httpx2.Timeout(one_s, connect=self._patience.connect_s)
        until = time.monotonic() + one_s
        try:
            with self._client.stream(method, target, content=body, headers=headers, timeout=timeout) as answer:
                _check(answer)
                if answer.status_code == 404:
                    return None
                raw = b""
                for piece in answer.iter_bytes():
                    raw += piece
                    if len(raw) > LARGEST:
                        raise _Failed("its answer is too large", again=False, sent=True, down=False)
                    if time.monotonic() > until:
                        raise _Failed("its answer takes too long", again=True, sent=True)
        except NOT_SENT as error:
            raise _Failed(type(error).__name__, again=True, sent=False) from error
        except httpx2.HTTPError as error:
            raise _Failed(type(error).__name__, again=True, sent=True) from error
        try:
            return json.loads(raw)
        except ValueError as error:
            raise _Failed("its answer is not JSON", again=True, sent=True) from error


def _check(answer: httpx2.Response) -> None:
    status = answer.status_code
    if status in (200, 404):
        return
    if status in LATER:
        after = answer.headers.get("retry-after", "")
        wait_s = min(float(after), LONGEST_PAUSE_S) if after.isdecimal() else 0.0
        raise _Failed(f"it said {status}", again=True, sent=status != 429, wait_s=wait_s, down=status >= 500)
    hint = "; check shop_secret and both clocks" if status in (401, 403) else ""
    raise _Failed(f"it said {status}{hint}", again=False, sent=False, down=False)


def _pause_s(number: int) -> float:
    """Longer each time, and never the same for two who were turned away together."""
    return random.uniform(0.5, 1.0) * min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** (number - 1))


def _error(sent: bool, key: str, why: str) -> ShopError:
    return ShopUnsure(why) if sent and key else ShopError(why)

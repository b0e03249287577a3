"""How much one visitor, one address and everybody together may ask for."""

import ipaddress
import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from web.errors import Refusal

REMEMBERED = 20_000  # buckets kept; the longest unused goes first


class RateLimit:
    """A token bucket per key: bursts up to `per_minute`, refilled evenly."""

    def __init__(self, per_minute: int, now: Callable[[], float] = time.monotonic) -> None:
        self._size = float(per_minute)
        self._per_second = per_minute / 60
        self._now = now
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # key → tokens left, at

    def take(self, key: str) -> None:
        """Use one token of `key`; raises a Refusal that says how long to wait when none is left."""
        now = self._now()
        tokens, at = self._buckets.pop(key, (self._size, now))
        tokens = min(self._size, tokens + (now - at) * self._per_second)
        allowed = tokens >= 1
        self._buckets[key] = (tokens - 1 if allowed else tokens, now)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        if not allowed:
            raise too_fast(math.ceil((1 - tokens) / self._per_second))


class Streams:
    """Counts open event streams, so that nobody can hold more than a fair share of them."""

    def __init__(self, per_address: int, in_all: int) -> None:
        self._per_address = per_address
        self._in_all = in_all
        self._open: Counter[str] = Counter()

    @property
    def open(self) -> int:
        return self._open.total()

    def admit(self, address: str) -> AbstractContextManager[None]:
        """What holds the stream's place while it is open; raises a Refusal when it would be one too many."""
        if self._open[address] >= self._per_address:
            raise Refusal(
                "too_fast",
                "同一网络打开的页面太多了，请先关掉几个。",
                "Too many pages are open from your network; please close some first.",
                retry_after_s=10,
            )
        if self.open >= self._in_all:
            en = "Too many visitors right now; please try again soon."
            raise Refusal("unavailable", "现在来访的人太多，请稍后再试。", en, retry_after_s=10)

        return self._hold(address)

    @contextmanager
    def _hold(self, address: str) -> Iterator[None]:
        self._open[address] += 1
        try:
            yield
        finally:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]


def too_fast(wait_s: int) -> Refusal:
    en = f"That was too fast; please try again in {wait_s} s."
    return Refusal("too_fast", f"您发得太快了，请 {wait_s} 秒后再试。", en, retry_after_s=wait_s)


class Failures:
    """Counts what went wrong by key: too much of it within `window_s` and the key has to wait."""

    def __init__(self, most: int, window_s: float, now: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._window_s = window_s
        self._now = now
        self._seen: OrderedDict[str, list[float]] = OrderedDict()

    def check(self, key: str) -> None:
        """Raises a Refusal that says how long to wait when `key` failed too often."""
        recent = self._recent(key)
        if len(recent) >= self._most:
            raise too_fast(math.ceil(recent[0] + self._window_s - self._now()))

    def note(self, key: str) -> None:
        recent = self._recent(key)
        self._seen.pop(key, None)
        self._seen[key] = [*recent, self._now()][-self._most :]
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)

    def _recent(self, key: str) -> list[float]:
        since = self._now() - self._window_s
        return [at for at in self._seen.get(key, ()) if at > since]


def neighbourhood(host: str) -> str:
    """What counts as one address: of IPv6 the /64 that a subscriber is given."""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return host

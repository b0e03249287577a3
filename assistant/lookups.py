"""What tools returned lately: many shoppers ask one thing, and the shop's books say the same to each of them."""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from assistant.tools.base import ToolContext, ToolResult

MOST = 2000
FRESH_S = 60.0  # a search may do better once the vectors of new products are there

Found = tuple[ToolResult, str]  # with its data as the model is sent it


class Lookups:
    """Results of the tools that are `shared`, known by tool, arguments, language and how the catalogue stands."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: OrderedDict[tuple[str, ...], tuple[float, Found]] = OrderedDict()
        self._lock = Lock()

    @staticmethod
    def key(name: str, arguments: str, context: ToolContext, stand: str) -> tuple[str, ...]:
        return name, arguments, context.lang, stand

    def find(self, key: tuple[str, ...]) -> Found | None:
        with self._lock:
            kept = self._kept.get(key)
            return kept[1] if kept is not None and self._clock() - kept[0] <= FRESH_S else None

    def keep(self, key: tuple[str, ...], found: Found) -> None:
        now = self._clock()
        with self._lock:
            self._kept[key] = now, found
            self._kept.move_to_end(key)
            while len(self._kept) > MOST or now - next(iter(self._kept.values()))[0] > FRESH_S:  # the oldest is first
                self._kept.popitem(last=False)  # with the facts it brought, and all that was judged on them

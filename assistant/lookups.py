"""What tools returned lately: many shoppers ask one thing, and the shop's books say the same to each of them."""

import time
from collections import OrderedDict
from threading import Lock

from assistant.tools.base import ToolContext, ToolResult

MOST = 2000
FRESH_S = 60.0  # a search may do better once the vectors of new products are there

Found = tuple[ToolResult, str]  # with its data as the model is sent it


class Lookups:
    """Results of the tools that are `shared`, known by tool, arguments, language and how the catalogue stands."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, ...], tuple[float, Found]] = OrderedDict()
        self._lock = Lock()

    @staticmethod
    def key(name: str, arguments: str, context: ToolContext, stand: str) -> tuple[str, ...]:
        return name, arguments, context.lang, stand

    def find(self, key: tuple[str, ...]) -> Found | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or time.monotonic() - kept[0] > FRESH_S:
                return None
            self._kept.move_to_end(key)
            return kept[1]

    def keep(self, key: tuple[str, ...], found: Found) -> None:
        with self._lock:
            self._kept[key] = time.monotonic(), found
            self._kept.move_to_end(key)
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)

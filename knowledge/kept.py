"""What was worked out lately, for whoever asks the same again."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar
from weakref import ref

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
V = TypeVar("V")


class Beside(Generic[T, V]):
    """Works something out of an object once, and keeps it as long as the object lives.

    Known by identity: the object needs no hash, only room for weak references (`weakref_slot=True` of a dataclass).
    """

    def __init__(self, work: Callable[[T], V]) -> None:
        self._work = work
        self._kept: dict[int, tuple[ref[T], V]] = {}

    def __call__(self, of: T) -> V:
        place, kept = id(of), self._kept
        if (found := kept.get(place)) is not None:
            return found[1]
        value = self._work(of)
        kept[place] = ref(of, lambda _: kept.pop(place, None)), value  # gone before anything else can lie there
        return value

    def __len__(self) -> int:
        return len(self._kept)


class Kept(Generic[K, V]):
    """At most so many values by their keys; those not asked for longest go first. Safe to share between threads.

    `most` may be changed at any time; it holds from the next value on.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._values: OrderedDict[K, V] = OrderedDict()
        self._lock = Lock()

    def find(self, key: K) -> V | None:
        with self._lock:
            found = self._values.get(key)
            if found is not None:
                self._values.move_to_end(key)
            return found

    def keep(self, key: K, value: V) -> V:
        """The value that is kept from now on: another thread's, if it was faster."""
        with self._lock:
            kept = self._values.setdefault(key, value)
            self._values.move_to_end(key)
            self._forget()
            return kept

    def renew(self, key: K, value: V) -> None:
        """Keep the value whatever was kept before."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            self._forget()

    def _forget(self) -> None:
        while len(self._values) > self.most:
            self._values.popitem(last=False)

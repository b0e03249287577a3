"""How much the picture may take: less while the network cannot keep up, more again when it can."""

from collections.abc import Sequence

from streaming.packets import SinkStatus

BEHIND_S = 1.5  # an output further behind than this does not get through what it is given
_DOWN, _UP = 0.7, 1.12
_HOLD_S = 4.0  # after a step down, before the next: what is queued must drain first
_CALM_S = 20.0  # without trouble before a step up
_NETWORK = "network"


class Bitrate:
    """Kilobits a second for the one encoder that all outputs share.

    It gives way only when more than half of the RTMP outputs lag: then it is our own uplink. A single slow server among
    several loses pictures by itself (its queue drops to the next key frame), and nobody else pays for it.
    """

    def __init__(self, full: int, least: int = 0) -> None:
        self._full = full
        self._least = min(full, least or full * 2 // 5)
        self.kbps = full
        self._changed_at = self._trouble_at = float("-inf")
        self._before: dict[str, SinkStatus] = {}

    @property
    def trouble(self) -> str:
        """One sentence for the status while the picture takes less than it should; empty otherwise."""
        if self.kbps >= self._full:
            return ""
        return f"the network is slow: the picture takes {self.kbps} kbit/s instead of {self._full}"

    def look(self, outputs: Sequence[SinkStatus], now: float) -> int:
        """How the outputs stand at `now` (seconds, rising); call it about once a second. Returns what to aim at."""
        lagging, watched = 0, 0
        for number, each in enumerate(outputs):
            if each.kind != _NETWORK:
                continue
            key = f"{number} {each.name}"
            before, self._before[key] = self._before.get(key, each), each
            if each.state == "up":
                lost = before.state == "up" and each.dropped > before.dropped
                watched += 1
                lagging += each.lag_s > BEHIND_S or lost
        if lagging * 2 > watched:
            self._trouble_at = now
            if now - self._changed_at >= _HOLD_S:
                self._set(max(self._least, round(self.kbps * _DOWN)), now)
        elif watched and now - max(self._trouble_at, self._changed_at) >= _CALM_S:
            self._set(min(self._full, round(self.kbps * _UP) + 1), now)
        return self.kbps

    def _set(self, kbps: int, now: float) -> None:
        if kbps != self.kbps:
            self.kbps, self._changed_at = kbps, now

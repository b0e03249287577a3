"""What leaves the encoder and enters the sinks."""

from collections import deque
from dataclasses import dataclass, replace
from fractions import Fraction
from threading import Condition
from typing import Literal, Protocol

SinkState = Literal["connecting", "up", "down", "closed"]


@dataclass(frozen=True, slots=True)
class Packet:
    """One encoded frame. Video is H.264 in Annex B with its headers in front of every key frame, audio is raw AAC."""

    video: bool
    data: bytes
    pts: int  # in `time_base`, from the start of the room; never negative
    dts: int
    time_base: Fraction
    key: bool  # a video frame that a viewer can start from

    @property
    def dts_ms(self) -> int:
        return _ms(self.dts, self.time_base)

    def since(self, base_ms: int) -> "Packet":
        """The same packet with timestamps that count from `base_ms`."""
        shift = round(base_ms / 1000 / self.time_base)
        return replace(self, pts=self.pts - shift, dts=self.dts - shift) if shift else self

    @property
    def pts_ms(self) -> int:
        return _ms(self.pts, self.time_base)


def _ms(ticks: int, time_base: Fraction) -> int:
    """In whole numbers: each packet is asked several times for each output, and fractions are made in Python."""
    whole = time_base.denominator
    return (ticks * time_base.numerator * 1000 + whole // 2) // whole


@dataclass(frozen=True, slots=True)
class StreamFormat:
    """What a muxer must know before the first packet."""

    width: int
    height: int
    fps: int
    rate: int
    audio_config: bytes  # AAC AudioSpecificConfig
    metadata: tuple[tuple[str, str], ...] = ()  # container tags, the AIGC mark among them


@dataclass(frozen=True, slots=True)
class SinkStatus:
    name: str  # safe to show: stream keys are redacted
    state: SinkState
    reason: str = ""  # why it is down, in a sentence
    packets: int = 0
    bytes: int = 0
    dropped: int = 0  # packets given up so that the room goes on
    reconnects: int = 0
    kind: str = ""  # network, file, rolling, hls, preview
    kbps: float = 0.0  # over the last seconds
    lag_s: float = 0.0  # how far what is written lies behind the room
    file: str = ""  # the one being written


class Sink(Protocol):
    """Takes packets in the order they were made. It may lose some; it never holds the room up."""

    @property
    def wants_key(self) -> bool:
        """True while the sink can only go on from a key frame that it has not seen yet."""
        ...

    def offer(self, packet: Packet) -> None:
        """Take a packet, or drop it; returns at once and never raises."""
        ...

    def status(self) -> SinkStatus: ...

    def close(self, within_s: float) -> None:
        """Write out what is queued and finish; give up after `within_s`."""
        ...


class PacketQueue:
    """A bounded queue between the encoder and one slow writer. When full it empties and waits for a key frame."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._packets: deque[Packet] = deque()
        self._changed = Condition()
        self._needs_key = True
        self._closed = False
        self.dropped = 0

    @property
    def needs_key(self) -> bool:
        return self._needs_key

    def __len__(self) -> int:
        return len(self._packets)

    def restart(self) -> None:
        """Forget what is queued; the next packet taken is a key frame."""
        with self._changed:
            self._drop()

    def put(self, packet: Packet) -> None:
        with self._changed:
            if self._closed:
                return
            if len(self._packets) >= self._limit:
                self._drop()
            if self._needs_key:
                if not (packet.video and packet.key):
                    self.dropped += 1
                    return
                self._needs_key = False
            self._packets.append(packet)
            self._changed.notify()

    def take(self, timeout_s: float) -> Packet | None:
        """The oldest packet, or None when none came in time or the queue is closed and empty."""
        with self._changed:
            if not self._packets and not self._closed:
                self._changed.wait(timeout_s)
            return self._packets.popleft() if self._packets else None

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def finished(self) -> bool:
        return self._closed and not self._packets

    def _drop(self) -> None:
        self.dropped += len(self._packets)
        self._packets.clear()
        self._needs_key = True

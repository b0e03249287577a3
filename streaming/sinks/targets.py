"""What a writing process can be told to write. Each is plain values: they go down a pipe."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from streaming.sinks.address import redact
from streaming.sinks.wire import FILE, HLS, NETWORK, ROLLING

DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterSettings:
    """How patient a sink is with its writing process."""

    connect_s: float = 10.0  # to dial, shake hands and be accepted, or to open the first file
    stall_s: float = 4.0  # without a byte taken before the target counts as dead
    first_wait_s: float = 0.5
    longest_wait_s: float = 20.0
    queue: int = 350  # packets: about five seconds
    patient: bool = False  # keep what comes while there is no process: late is better than never on a disk
    longest_stream_ms: int = 2_000_000_000  # FLV counts to 2^31 milliseconds, 24.8 days; before that, anew from 0


DISK = WriterSettings(
    stall_s=15.0, first_wait_s=1.0, longest_wait_s=30.0, queue=1400, patient=True, longest_stream_ms=2**62
)


class Target(Protocol):
    """Where one sink writes to."""

    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str:
        """Safe to show."""
        ...

    @property
    def place(self) -> str:
        """What answers, or does not, in a sentence."""
        ...

    def order(self) -> Mapping[str, Any]: ...
    def explain(self, reason: str) -> str:
        """The system's words for what went wrong, as a sentence for people."""
        ...


_NETWORK_REASONS = {
    "Connection refused": "nothing answers at that address",
    "Input/output error": "the server refused the stream; check the address and the stream key",
    "Broken pipe": "the server closed the connection",
    "Connection reset by peer": "the server closed the connection",
    "Connection timed out": "the server does not answer",
    "No route to host": "there is no route to that host",
}


@dataclass(frozen=True, slots=True)
class NetworkTarget:
    """An RTMP(S) server."""

    url: str
    kind: str = NETWORK
    place: str = "the server"

    @property
    def name(self) -> str:
        return redact(self.url)

    def order(self) -> Mapping[str, Any]:
        return asdict(self)

    def explain(self, reason: str) -> str:
        return _NETWORK_REASONS.get(reason, reason)


@dataclass(frozen=True, slots=True)
class FileTarget:
    """One recording that somebody asked for by name; an earlier one is never written over."""

    path: Path
    kind: str = FILE
    place: str = "the recording's disk"

    @property
    def name(self) -> str:
        return str(self.path)

    def order(self) -> Mapping[str, Any]:
        return {"kind": self.kind, "path": str(self.path)}

    def explain(self, reason: str) -> str:
        return f"{self.path}: {reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RollingTarget:
    """The room's own recording: a folder of pieces, each whole by itself, kept for `keep_days`."""

    folder: Path
    run: str  # which start of the room, in the pieces' names
    keep_days: int = 1100
    piece_s: float = 600.0
    spare_bytes: int = 1 << 30  # left free on the disk; below that recording pauses
    kind: str = ROLLING
    place: str = "the recording's disk"

    @property
    def name(self) -> str:
        return "recording"

    def order(self) -> Mapping[str, Any]:
        return {**asdict(self), "folder": str(self.folder), "keep_s": self.keep_days * DAY_S}

    def explain(self, reason: str) -> str:
        return f"the recording cannot be written: {reason}"


@dataclass(frozen=True, slots=True)
class HlsTarget:
    """`live.m3u8` and its segments in a folder, about three seconds behind."""

    folder: Path
    kind: str = HLS
    place: str = "the HLS preview's disk"

    @property
    def name(self) -> str:
        return "hls"

    def order(self) -> Mapping[str, Any]:
        return {"kind": self.kind, "folder": str(self.folder)}

    def explain(self, reason: str) -> str:
        return f"the HLS preview cannot be written: {reason}"

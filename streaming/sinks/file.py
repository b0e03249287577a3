"""A recording on disk that a crash cannot spoil: fragments or self-contained blocks, never an index at the end."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from streaming.mux import Mux
from streaming.packets import Packet, PacketQueue, SinkState, SinkStatus, StreamFormat
from streaming.sinks.address import CONTAINERS

log = structlog.get_logger(__name__)

_OPTIONS = {
    # A fragment a key frame: what was written before a crash plays. use_metadata_tags keeps the AIGC mark.
    "mp4": {"movflags": "frag_keyframe+empty_moov+default_base_moof+use_metadata_tags", "flush_packets": "1"},
    "matroska": {"cluster_time_limit": "2000", "flush_packets": "1"},
    "flv": {"flvflags": "no_duration_filesize", "flush_packets": "1"},
    "mpegts": {"flush_packets": "1"},
}
_QUEUE = 700  # packets: ten seconds, a disk may be busy
_RETRY_S = 5.0


def free_name(path: Path) -> Path:
    """`path`, or `name-2.mp4`, `name-3.mp4`, … : an earlier recording is never written over."""
    taken, number = path, 1
    while taken.exists():
        number += 1
        taken = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return taken


class FileSink:
    """Writes in a thread of its own. When the disk fails it says so once and begins a new file as soon as it can."""

    def __init__(
        self, path: Path, stream_format: StreamFormat, on_change: Callable[[SinkStatus], None] | None = None
    ) -> None:
        self._wanted, self._format, self._on_change = path, stream_format, on_change
        self.path = path  # the file being written
        self._queue = PacketQueue(_QUEUE)
        self._closing = threading.Event()
        self._state: SinkState = "connecting"
        self._reason = ""
        self._packets = self._bytes = self._files = 0
        self._deadline = float("inf")
        self._thread = threading.Thread(target=self._run, name=f"recording {path.name}", daemon=True)
        self._thread.start()

    @property
    def wants_key(self) -> bool:
        return self._state in ("connecting", "up") and self._queue.needs_key

    def offer(self, packet: Packet) -> None:
        if self._state != "down":
            self._queue.put(packet)

    def status(self) -> SinkStatus:
        return SinkStatus(
            name=str(self.path),
            state=self._state,
            reason=self._reason,
            packets=self._packets,
            bytes=self._bytes,
            dropped=self._queue.dropped,
            reconnects=max(0, self._files - 1),
        )

    def close(self, within_s: float) -> None:
        self._deadline = time.monotonic() + within_s
        self._queue.close()
        self._closing.set()
        self._thread.join(within_s)

    def _run(self) -> None:
        while not self._closing.is_set() or not self._queue.finished:
            try:
                self._record()
            except OSError as error:
                reason = error.strerror or type(error).__name__
                if self._state != "down":
                    log.warning("recording stopped, trying again", file=str(self.path), reason=reason)
                self._set_state("down", f"{self.path}: {reason}")
                self._queue.restart()
                self._closing.wait(_RETRY_S)
                if self._closing.is_set():
                    break
        self._set_state("closed", self._reason)

    def _record(self) -> None:
        self._wanted.parent.mkdir(parents=True, exist_ok=True)
        self.path = free_name(self._wanted)
        container = CONTAINERS[self.path.suffix.lower()]
        mux = Mux(str(self.path), container, self._format, _OPTIONS[container])
        try:
            self._files += 1
            if self._reason:
                log.info("recording again", file=str(self.path))
            self._set_state("up", "")
            while not self._queue.finished and time.monotonic() < self._deadline:
                packet = self._queue.take(0.5)
                if packet is not None:
                    mux.write(packet)
                    self._packets += 1
                    self._bytes += len(packet.data)
        finally:
            mux.close()  # also after an error: the fragments written so far stay whole

    def _set_state(self, state: SinkState, reason: str) -> None:
        changed = state != self._state
        self._state, self._reason = state, reason
        if changed and self._on_change is not None:
            self._on_change(self.status())

"""What a browser plays: FLV pushed to mpegts.js, and HLS in a folder for iPhones."""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator
from pathlib import Path

import structlog

from streaming import flv
from streaming.mux import Mux
from streaming.packets import Packet, PacketQueue, SinkState, SinkStatus, StreamFormat

log = structlog.get_logger(__name__)

_VIEWER_BYTES = 4 * 1024 * 1024  # a viewer further behind than this starts again at a key frame
_HLS_OPTIONS = {
    "hls_segment_type": "fmp4",
    "hls_time": "1",
    "hls_list_size": "6",
    "hls_flags": "delete_segments+independent_segments",
}


class _Viewer:
    """One browser. The frame loop puts, the event loop takes."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._ready = asyncio.Event()
        self._tags: deque[bytes] = deque()
        self._size = 0
        self._needs_key = False
        self._lock = threading.Lock()
        self.open = True

    def put(self, tag: bytes, *, key: bool) -> None:
        with self._lock:
            if self._size > _VIEWER_BYTES:
                self._tags.clear()
                self._size = 0
                self._needs_key = True
            if self._needs_key and not key:
                return
            self._needs_key = False
            self._tags.append(tag)
            self._size += len(tag)
        self._wake()

    def finish(self) -> None:
        self.open = False
        self._wake()

    async def take(self) -> bytes:
        """Everything waiting; empty at the end of the stream."""
        while True:
            self._ready.clear()
            with self._lock:
                waiting = b"".join(self._tags)
                self._tags.clear()
                self._size = 0
            if waiting or not self.open:
                return waiting
            await self._ready.wait()

    def _wake(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ready.set)


class FlvPreview:
    """A sink with any number of viewers; each starts at once, from the last key frame."""

    def __init__(self, stream_format: StreamFormat) -> None:
        self._format = stream_format
        self._header = b""
        self._recent: list[tuple[bytes, bool]] = []  # tags since the last key frame
        self._viewers: set[_Viewer] = set()
        self._lock = threading.Lock()
        self._packets = self._bytes = 0
        self._closed = False

    @property
    def wants_key(self) -> bool:
        return not self._header

    @property
    def viewers(self) -> int:
        return len(self._viewers)

    def offer(self, packet: Packet) -> None:
        if not self._header:
            if not packet.key:
                return
            self._header = flv.header(self._format, packet)
        tag = flv.tag(packet)
        with self._lock:
            if packet.key:
                self._recent.clear()
            self._recent.append((tag, packet.key))
            viewers = tuple(self._viewers)
        self._packets += 1
        self._bytes += len(tag)
        for viewer in viewers:
            viewer.put(tag, key=packet.key)

    async def watch(self) -> AsyncGenerator[bytes, None]:
        """The stream for one viewer, from its FLV header on; ends when the room does."""
        viewer = _Viewer(asyncio.get_running_loop())
        with self._lock:
            if self._header:
                viewer.put(self._header, key=True)
            for tag, key in self._recent:
                viewer.put(tag, key=key)
            started = bool(self._header)
            self._viewers.add(viewer)
        try:
            while data := await viewer.take():
                if not started:
                    data, started = self._header + data, True
                yield data
        finally:
            with self._lock:
                self._viewers.discard(viewer)

    def status(self) -> SinkStatus:
        state: SinkState = "closed" if self._closed else "up" if self._header else "connecting"
        return SinkStatus(name="preview", state=state, packets=self._packets, bytes=self._bytes)

    def close(self, within_s: float) -> None:
        self._closed = True
        with self._lock:
            viewers = tuple(self._viewers)
        for viewer in viewers:
            viewer.finish()


class HlsPreview:
    """Writes `live.m3u8` and its segments into a folder, about three seconds behind."""

    def __init__(self, folder: Path, stream_format: StreamFormat) -> None:
        self._folder, self._format = folder, stream_format
        self._queue = PacketQueue(350)
        self._reason = ""
        self._closed = False
        self._packets = self._bytes = 0
        self._thread = threading.Thread(target=self._run, name="hls", daemon=True)
        self._thread.start()

    @property
    def wants_key(self) -> bool:
        return not self._closed and not self._reason and self._queue.needs_key

    def offer(self, packet: Packet) -> None:
        self._queue.put(packet)

    def status(self) -> SinkStatus:
        state: SinkState = "closed" if self._closed else "down" if self._reason else "up"
        return SinkStatus(
            name="hls",
            state=state,
            reason=self._reason,
            packets=self._packets,
            bytes=self._bytes,
            dropped=self._queue.dropped,
        )

    def close(self, within_s: float) -> None:
        self._queue.close()
        self._thread.join(within_s)

    def _run(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for stale in self._folder.glob("*"):
                if stale.suffix in (".m3u8", ".m4s", ".mp4"):
                    stale.unlink()
            mux = Mux(str(self._folder / "live.m3u8"), "hls", self._format, _HLS_OPTIONS)
            while not self._queue.finished:
                packet = self._queue.take(1.0)
                if packet is not None:
                    mux.write(packet)
                    self._packets += 1
                    self._bytes += len(packet.data)
            mux.close()
        except OSError as error:
            self._reason = f"the HLS preview cannot be written: {error.strerror or type(error).__name__}"
            log.warning("the HLS preview stopped", reason=self._reason)
            self._queue.close()
        self._closed = not self._reason

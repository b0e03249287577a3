"""What a browser plays: FLV pushed to mpegts.js."""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator

from streaming import flv
from streaming.packets import Packet, SinkState, SinkStatus, StreamFormat

_VIEWER_BYTES = 4 * 1024 * 1024  # a viewer further behind than this starts again at a key frame


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
        return SinkStatus(name="preview", kind="preview", state=state, packets=self._packets, bytes=self._bytes)

    def close(self, within_s: float) -> None:
        self._closed = True
        with self._lock:
            viewers = tuple(self._viewers)
        for viewer in viewers:
            viewer.finish()

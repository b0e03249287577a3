"""What a writing process does with files: a recording, the rolling recording, the HLS preview."""

import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from streaming.mux import Mux
from streaming.packets import Packet, StreamFormat
from streaming.sinks.address import CONTAINERS

_OPTIONS = {
    # Half a second a fragment: what was written before a crash plays. use_metadata_tags keeps the AIGC mark.
    "mp4": {
        "movflags": "frag_keyframe+empty_moov+default_base_moof+use_metadata_tags",
        "frag_duration": "500000",
        "flush_packets": "1",
    },
    "matroska": {"cluster_time_limit": "500", "flush_packets": "1"},
    "flv": {"flvflags": "no_duration_filesize", "flush_packets": "1"},
    "mpegts": {"flush_packets": "1"},
}
_HLS_OPTIONS = {
    "hls_segment_type": "fmp4",
    "hls_time": "1",
    "hls_list_size": "6",
    "hls_flags": "delete_segments+independent_segments",
    # Numbers that grow over a restart, so that a player that was there before goes on.
    "hls_start_number_source": "epoch",
}
_SPACE_S = 5.0  # how often the free space is looked at
_STASH = 60  # packets held while a piece ends: a second of late sound is more than there can be


class Writing(Protocol):
    """Somewhere packets go. `paused` says why they go nowhere just now."""

    paused: str
    file: str

    def write(self, packet: Packet) -> None: ...
    def close(self) -> None: ...


class FileWriting:
    """One file in any container; an earlier one is never written over."""

    paused = ""

    def __init__(self, path: Path, stream_format: StreamFormat) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        free = free_name(path)
        self.file = str(free)
        container = CONTAINERS[free.suffix.lower()]
        self._mux = Mux(self.file, container, stream_format, _OPTIONS[container])

    def write(self, packet: Packet) -> None:
        self._mux.write(packet)

    def close(self) -> None:
        self._mux.close()


class HlsWriting:
    paused = ""

    def __init__(self, folder: Path, stream_format: StreamFormat) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for stale in folder.glob("*"):
            if stale.suffix in (".m3u8", ".m4s", ".mp4"):
                stale.unlink()
        self.file = str(folder / "live.m3u8")
        self._mux = Mux(self.file, "hls", stream_format, _HLS_OPTIONS)

    def write(self, packet: Packet) -> None:
        self._mux.write(packet)

    def close(self) -> None:
        self._mux.close()


class RollingWriting:
    """Pieces of `piece_s` in folders by day (UTC): DAY/HHMMSS-RUN-MILLISECONDS.mp4, the last where in the room's stream
    the piece begins. A piece's own timestamps begin at zero.

    What is older than `keep_s` is removed, oldest first, at each new piece and whenever space is short; what is younger
    never is. With less than `spare_bytes` free, or when a write fails, recording pauses until there is space again.
    """

    def __init__(
        self,
        folder: Path,
        stream_format: StreamFormat,
        *,
        run: str,
        keep_s: float,
        piece_s: float,
        spare_bytes: int,
        free: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder, self._format, self._run = folder, stream_format, run
        self._keep_s, self._piece_ms, self._spare = keep_s, piece_s * 1000, spare_bytes
        self._free, self._clock = free, clock
        self._looked_at = float("-inf")
        self._mux: Mux | None = None
        self._base_ms = 0
        self._stash: list[Packet] = []  # of the next piece, while sound of this one may still come
        self.paused = self.file = ""

    def write(self, packet: Packet) -> None:
        try:
            if self._there_is_space():
                self._write(packet)
        except OSError as error:
            self._pause(error.strerror or type(error).__name__)

    def close(self) -> None:
        for packet in self._stash:
            self._put(packet)
        self._end_piece()

    def _write(self, packet: Packet) -> None:
        if self._mux is None:
            if packet.key:
                self._begin_piece(packet)
                self._put(packet)
        elif self._stash:
            self._held(packet)
        elif packet.key and packet.dts_ms - self._base_ms >= self._piece_ms:
            self._stash.append(packet)
        else:
            self._put(packet)

    def _held(self, packet: Packet) -> None:
        """Sound from before the key frame that begins the next piece still belongs to this one."""
        border = self._stash[0]
        if not packet.video and packet.dts_ms < border.dts_ms and len(self._stash) < _STASH:
            self._put(packet)
            return
        self._stash.append(packet)
        if not packet.video or len(self._stash) >= _STASH:
            waiting, self._stash = self._stash, []
            self._end_piece()
            self._begin_piece(border)
            for each in waiting:
                self._put(each)

    def _put(self, packet: Packet) -> None:
        if self._mux is not None and packet.dts_ms >= self._base_ms:
            self._mux.write(packet.since(self._base_ms))

    def _begin_piece(self, first: Packet) -> None:
        remove_expired(self._folder, self._keep_s)
        now = datetime.now(UTC)
        self._base_ms = first.dts_ms
        path = self._folder / f"{now:%Y-%m-%d}" / f"{now:%H%M%S}-{self._run}-{first.dts_ms:012d}.mp4"
        path.parent.mkdir(mode=0o700, exist_ok=True)
        self._mux = Mux(str(path), "mp4", self._format, _OPTIONS["mp4"])
        self.paused, self.file = "", str(path)

    def _end_piece(self) -> None:
        mux, self._mux = self._mux, None
        if mux is not None:
            mux.close()

    def _there_is_space(self) -> bool:
        now = self._clock()
        if now - self._looked_at >= _SPACE_S:
            self._looked_at = now
            if self._free(self._folder) < self._spare:
                remove_expired(self._folder, self._keep_s)
            free = self._free(self._folder)
            if free < self._spare:
                self._pause(f"only {free >> 20} MB are free on its disk")
            elif self.paused:
                self.paused = ""
        return not self.paused

    def _pause(self, reason: str) -> None:
        self.paused, self._stash = reason, []
        try:
            self._end_piece()
        except OSError:  # a full disk takes no last bytes either; the fragments before them stay whole
            self._mux = None


def free_name(path: Path) -> Path:
    """`path`, or `name-2.mp4`, `name-3.mp4`, … : an earlier recording is never written over."""
    taken, number = path, 1
    while taken.exists():
        number += 1
        taken = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return taken


def remove_expired(folder: Path, keep_s: float) -> int:
    """Remove the pieces last written more than `keep_s` ago, oldest first; returns how many."""
    limit = time.time() - keep_s
    pieces = sorted((path.stat().st_mtime, path) for path in folder.glob("????-??-??/*.mp4"))
    expired = [path for written, path in pieces if written < limit]
    for path in expired:
        path.unlink(missing_ok=True)
    for day in {path.parent for path in expired}:
        if not any(day.iterdir()):
            day.rmdir()
    return len(expired)

"""What viewers see and hear:  python -m bench.live_look [--seconds N] [--out FOLDER] [--lang zh|en] [--json FILE]

A real room (demo shop, embedded voice, face and model) is on air for two minutes on the clock of its own stream, so a
slow machine shows no stutter that viewers of another one would not see. Viewers comment. What nginx-rtmp recorded is
looked at: a contact sheet with a picture every few seconds, a spectrogram, loudness, black and standing pictures, and
what was said. Files go to out/bench/.
"""

import asyncio
import shutil
import sys
import tempfile
from dataclasses import replace
from itertools import cycle, pairwise
from pathlib import Path

import av
import numpy as np
import sqlalchemy as sa
import structlog
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from avatar.media import RATE
from avatar.voice import Lang
from bench.live_soak import MediaClock, MediaLoop
from bench.live_sound import ebur128, spectrogram, write_wav
from bench.report import Cell, arguments, report
from knowledge.catalog import Catalog
from knowledge.settings import KnowledgeSettings
from streaming.records import utterances
from streaming.room import Room
from tests.servers import NginxRtmp, missing
from web.rooms import RoomPlan
from web.settings import Settings, load_settings
from web.wiring import DEMO_SHOP, open_room

ASKED: dict[Lang, tuple[str, ...]] = {
    "zh": ("主播好", "这款保温杯保温多久？", "支持主播", "有别的颜色吗？", "多少钱呀", "哈哈哈哈", "包邮吗"),
    "en": ("hi there", "how long does it keep warm?", "love it!", "any other colours?", "how much is it", "lol",
           "is shipping free?"),
}  # fmt: skip
COLUMNS, ROWS = 4, 4


async def perform(settings: Settings, plan: RoomPlan, clock: MediaClock, seconds: float) -> None:
    async with open_room(settings, plan) as room:
        room._parts = replace(room._parts, pace=clock)
        room._audience._clock = clock.now
        clock.behind = lambda: any(len(getattr(sink, "_queue", ())) > 100 for sink in room._sinks)
        task = asyncio.create_task(room.run())
        watching = asyncio.create_task(_comment(room, plan.lang, clock, seconds))
        await asyncio.wait([task, watching], return_when=asyncio.FIRST_COMPLETED)
        clock.ending = True
        room.stop()
        await task


async def _comment(room: Room, lang: Lang, clock: MediaClock, seconds: float) -> None:
    asked = cycle(ASKED[lang])
    while clock.now() < seconds:
        await asyncio.sleep(14)
        room.comment(f"viewer {round(clock.now())}", next(asked), "bench")


def look(recorded: Path, sheet: Path) -> tuple[dict[str, Cell], NDArray[np.float32]]:
    """Figures of the pictures, and the sound as one channel."""
    with av.open(str(recorded)) as container:
        grey = [frame.reformat(width=160, height=90, format="gray").to_ndarray() for frame in container.decode(video=0)]
    picks = np.linspace(0, len(grey) - 1, COLUMNS * ROWS).round().astype(int)
    tiles: list[Image.Image] = []
    with av.open(str(recorded)) as container:
        rate = float(container.streams.video[0].average_rate or 25)
        for number, frame in enumerate(container.decode(video=0)):
            if number in picks:
                tile = Image.fromarray(frame.to_ndarray(format="rgb24"))
                tile = tile.resize((480, 480 * frame.height // frame.width))
                ImageDraw.Draw(tile).text((6, tile.height - 16), f"{number / rate:.0f} s", fill="white")
                tiles.append(tile)
    width, height = tiles[0].size
    whole = Image.new("RGB", (COLUMNS * width, -(-len(tiles) // COLUMNS) * height))
    for number, tile in enumerate(tiles):
        whole.paste(tile, (number % COLUMNS * width, number // COLUMNS * height))
    whole.save(sheet, quality=82)
    still = [bool(np.abs(a.astype(int) - b).max() < 2) for a, b in pairwise(grey)]
    figures: dict[str, Cell] = {
        "pictures": len(grey),
        "black": sum(bool(picture.mean() < 8) for picture in grey),
        "longest standing still s": round(_longest(still) / rate, 2),
    }
    with av.open(str(recorded)) as container:
        heard = [frame.to_ndarray()[0] for frame in container.decode(audio=0)]
    return figures, np.concatenate(heard).astype(np.float32) * np.float32(2**0.5)  # sent as two quieter channels


def _longest(run: list[bool]) -> int:
    longest = now = 0
    for each in run:
        now = now + 1 if each else 0
        longest = max(longest, now)
    return longest


def said(data: Path) -> list[str]:
    catalog = Catalog.open(KnowledgeSettings(data_dir=data))
    with catalog.store.read() as connection:
        rows = connection.execute(sa.select(utterances.c.said, utterances.c.text)).all()
    catalog.close()
    return [f"{row.said:9} {row.text}" for row in rows]


def room(lang: Lang, seconds: float, size: str, out: Path) -> tuple[dict[str, Cell], list[str]]:
    """Put one on air; its figures, and what was said."""
    clock = MediaClock(25, 8.0)
    with tempfile.TemporaryDirectory(prefix="zhibo-bench-", ignore_cleanup_errors=True) as folder:
        data = Path(folder)
        catalog = Catalog.open(KnowledgeSettings(data_dir=data))
        catalog.ingest(DEMO_SHOP)
        catalog.close()
        settings = load_settings(data=data, spare_mb=64, live_size=size)
        with NginxRtmp.start() as server:
            plan = RoomPlan("look", (server.url("look"),), lang, record=False)
            with asyncio.Runner(loop_factory=lambda: MediaLoop(clock)) as runner:
                runner.run(perform(settings, plan, clock, seconds))
            figures, sound = look(server.recorded[0], out / f"live_look-{lang}.webp")
        lines = said(data)
    wav = out / f"live_look-{lang}.wav"
    write_wav(wav, sound)
    spectrogram(sound, out / f"live_look-{lang}.png", seconds=min(seconds, 60.0))
    measured = ebur128(wav)
    heard: dict[str, Cell] = {"LUFS": measured.get("I"), "LRA": measured.get("LRA"), "dBTP": measured.get("Peak")}
    return {**figures, "s of sound": round(len(sound) / RATE, 1), **heard}, lines


def main() -> None:
    parser = arguments("Two minutes of a room, looked at and listened to")
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--lang", action="append", choices=list(ASKED))
    parser.add_argument("--out", type=Path, default=Path("out/bench"))
    options = parser.parse_args()
    for reason in (missing("nginx-rtmp"), "" if shutil.which("ffmpeg") else "ffmpeg is not installed"):
        if reason:
            sys.exit(f"live_look needs nginx with its RTMP module, and ffmpeg: {reason}")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    options.out.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Cell]] = []
    for lang in options.lang or list(ASKED):
        figures, lines = room(lang, options.seconds, options.size, options.out)
        rows.append({"lang": lang, **figures})
        sys.stdout.write("\n".join(lines) + "\n\n")
    report(f"{options.seconds:g} s of a room", rows, options.json, size=options.size)


if __name__ == "__main__":
    main()

"""What a live room costs:  python -m bench.live_cpu [--seconds N] [--size WIDTHxHEIGHT …] [--preset NAME]

Voice, face, scene, sound and encoder run as in a room, as fast as they can, on the demo shop's own first product.
Figures are CPU-seconds a second of stream, of the thread that does the work; for an output, of its writing process.
Where ffmpeg is installed it encodes the very same pictures with the same settings: what a room costs is set against
that and its face.
"""

import asyncio
import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avatar.face import load_face
from avatar.performer import Performer
from avatar.voices.espeak import EspeakVoice
from bench.report import Cell, arguments, report
from streaming.encoder import Encoder
from streaming.packets import Packet
from streaming.scene import Scene
from streaming.scenes.layout import host_size
from streaming.settings import RoomSettings
from streaming.sinks.targets import DISK, FileTarget
from streaming.sinks.writer import WriterSink
from streaming.sound.mixer import Sound
from streaming.view import Bubble, Caption, Card, View

TEXT = (
    "大家好，欢迎来到檐雀生活的直播间，今天给大家看的是这款保温杯。",
    "杯身是316不锈钢，容量500毫升，六小时后还有68度以上。",
    "现在的到手价是129元，喜欢的朋友点击购物袋下单。",
)
CARD = Card(
    "cup", "檐雀轻旅316不锈钢保温杯 500ml", "129", "169", badge="立省¥40", points=("容量 500ml", "材质 316不锈钢")
)


@dataclass
class Run:
    spent: dict[str, float] = field(default_factory=dict)
    pictures: list[NDArray[np.uint8]] = field(default_factory=list)
    seconds: float = 0.0
    packets: list[Packet] = field(default_factory=list)

    def clock(self, part: str, since: float) -> float:
        now = time.thread_time()
        self.spent[part] = self.spent.get(part, 0.0) + now - since
        return now


async def run(settings: RoomSettings, seconds: float, look: str) -> Run:
    """One room's pictures and sound without its clock and its outputs."""
    voice = EspeakVoice()
    performer = Performer(voice, fps=settings.fps)
    size = host_size(settings.width, settings.height)
    face = load_face("drawn", size=size, **({"look": look} if look else {}))
    scene, encoder, sound = Scene(settings, size), Encoder(settings), Sound(settings.fps)
    view = View("檐雀生活", card=CARD, bubble=Bubble("小***", "保温多久？"), call="点击购物袋 立即下单")
    scene.prepare(view)
    result = Run()
    stamp, frames = 0, round(seconds * settings.fps)
    before = time.thread_time()
    for index in range(frames):
        if performer.queued_s < 0.5:
            stamp += 1
            before = time.thread_time()
            await performer.say(TEXT[stamp % len(TEXT)], "zh", stamp)
            result.clock("voice", before)
        before = time.thread_time()
        moment = performer.next()
        before = result.clock("voice", before)
        host = face.render(moment)
        before = result.clock("face", before)
        shown = view if index % 100 > 50 else View(view.title, card=CARD, call=view.call)
        picture = scene.compose(host, shown, Caption(TEXT[moment.utterance % len(TEXT)], moment.spoken))
        before = result.clock("scene", before)
        pcm = sound.frame(moment.pcm)
        before = result.clock("sound", before)
        packets = encoder.encode(picture, pcm)
        result.clock("encode (x264 + AAC)", before)
        result.packets += packets
        result.pictures.append(picture.copy())
    result.seconds = seconds
    result.spent["an output"] = output(encoder, result.packets)
    await voice.close()
    return result


def output(encoder: Encoder, packets: Sequence[Packet]) -> float:
    """CPU seconds of the process that writes these packets, without its start."""
    with tempfile.TemporaryDirectory() as folder:
        sink = WriterSink(FileTarget(Path(folder) / "out.flv"), encoder.format, DISK)
        while not sink.wants_key:
            time.sleep(0.05)
        assert sink._child is not None
        before = _spent(sink._child.pid)
        for number, packet in enumerate(packets):
            while number - sink.status().packets > DISK.queue // 2:
                time.sleep(0.01)
            sink.offer(packet)
        while sink.status().packets < len(packets):
            time.sleep(0.05)
        spent = _spent(sink._child.pid) - before
        sink.close(5.0)
    return spent


def _spent(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ffmpeg(settings: RoomSettings, pictures: Sequence[NDArray[np.uint8]], *options: str) -> float | None:
    """CPU seconds of plain ffmpeg encoding these pictures and silence with the room's preset; None where it is not
    installed."""
    if not shutil.which("ffmpeg"):
        return None
    rate = f"{settings.video_kbps}k"
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw.yuv"
        with raw.open("wb") as file:
            for picture in pictures:
                file.write(picture.tobytes())
        command = (
            f"ffmpeg -v error -y -f rawvideo -pix_fmt yuv420p -s {settings.width}x{settings.height} -r {settings.fps} "
            f"-i {raw} -f lavfi -i anullsrc=r=44100:cl=stereo -shortest -c:v libx264 -preset {settings.preset} "
            f"{' '.join(options)} -tune zerolatency -threads 1 -b:v {rate} -maxrate {rate} -bufsize {rate} "
            f"-g {round(settings.keyframe_s * settings.fps)} -c:a aac -b:a 128k -f flv {folder}/out.flv"
        )
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command.split(), check=True, stdin=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = arguments("CPU time of a live room, by stage")
    parser.add_argument("--seconds", type=float, default=10.0, help="of stream, for each size")
    parser.add_argument("--size", action="append", help="WIDTHxHEIGHT; may be repeated")
    parser.add_argument("--preset", default="veryfast", help="of x264")
    parser.add_argument("--look", default="", help="of the drawn host")
    options = parser.parse_args()
    rows: list[dict[str, Cell]] = []
    for size in options.size or ["1280x720", "1920x1080"]:
        width, height = (int(number) for number in size.split("x"))
        settings = RoomSettings(room="bench", folder=Path(), width=width, height=height, preset=options.preset)
        done = asyncio.run(run(settings, options.seconds, options.look))
        plain, ours = ffmpeg(settings, done.pictures), ffmpeg(settings, done.pictures, "-subq", "1")
        shares = {part: spent / done.seconds for part, spent in done.spent.items()}
        for part, share in shares.items():
            rows.append({"size": size, "stage": part, "cpu s/s": share, "ms a frame": share * 1000 / settings.fps})
        total = sum(shares.values())
        rows.append({"size": size, "stage": "whole room", "cpu s/s": total, "ms a frame": total * 1000 / settings.fps})
        for name, cost in (("plain ffmpeg", plain), ("ffmpeg, motion sought as here", ours)):
            if cost is None:
                continue
            share = cost / done.seconds
            rows.append(
                {"size": size, "stage": f"({name})", "cpu s/s": share, "ms a frame": share * 1000 / settings.fps}
            )
            rows.append({"size": size, "stage": f"room / ({name} + face)", "cpu s/s": total / (share + shares["face"]),
                         "ms a frame": None})  # fmt: skip
    report("CPU of a live room", rows, options.json, preset=options.preset, seconds=options.seconds)


if __name__ == "__main__":
    main()

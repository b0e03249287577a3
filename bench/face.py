"""What a face costs:  python -m bench.face [--seconds N] [--look NAME …] [--size WIDTHxHEIGHT]

Each host acts out the same made-up speech. CPU is the drawing thread's own time, part by part: `motion` decides, `pose`
shapes what is drawn anew (for a photograph: paints mouth and lids), `draw` makes the picture of it, `scene` puts it in
the whole 720p room with card and subtitle. `× real time`: how many frames of 25 a second one core could make so.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from avatar.face import Face
from avatar.faces.drawn import looks
from avatar.faces.drawn.face import DrawnFace
from avatar.faces.photo.example import make_example
from avatar.faces.photo.face import PhotoFace
from avatar.faces.still import StillFace
from avatar.media import RATE, Moment, Mouth
from bench.report import Cell, arguments, report
from streaming.scene import Scene
from streaming.settings import RoomSettings
from streaming.view import Caption, Card, View

FPS = 25
_SILENCE = np.zeros(RATE // FPS, np.int16)
_LINE = "这款保温杯保温十二小时，今天直播间立减40元。"
_VIEW = View(
    "檐雀生活", card=Card("cup", "檐雀轻旅316不锈钢保温杯", "129", "169", points=("容量 500ml",)), call="立即下单"
)


def speech(seconds: float) -> list[Moment]:
    """Four seconds of talk, one of silence, again and again; every third second is emphasised."""
    moments = []
    for index in range(round(seconds * FPS)):
        t = index / FPS
        if t % 5 > 4:
            moments.append(Moment(index, _SILENCE))
            continue
        opened = 0.8 * max(0.0, float(np.sin(2 * np.pi * 3.3 * t)))
        mouth = Mouth(open=opened, wide=0.4 * float(np.sin(5 * t)), upper_teeth=0.7 * opened, press=float(opened == 0))
        energy = 0.45 + 0.35 * float(np.sin(2 * np.pi * 2.9 * t))
        moments.append(Moment(index, _SILENCE, mouth, energy, float(t % 3 > 2), utterance=1))
    return moments


class Clock:
    """CPU milliseconds of this thread by part."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    def watch(self, part: str, owner: Any, method: str) -> None:
        """Time every call of a bound method from now on."""
        plain: Callable[..., Any] = getattr(owner, method)

        def timed(*given: Any) -> Any:
            before = time.thread_time()
            result = plain(*given)
            self.spent[part] = self.spent.get(part, 0.0) + (time.thread_time() - before) * 1000
            return result

        setattr(owner, method, timed)


def watched(face: Face) -> Clock:
    clock = Clock()
    if isinstance(face, DrawnFace | PhotoFace):
        clock.watch("motion", face._motion, "step")
    if isinstance(face, DrawnFace):
        clock.watch("motion", face._arms, "step")
        clock.watch("draw", face._host._figure._picture, "draw")
    if isinstance(face, PhotoFace):
        clock.watch("pose", face, "_paint")
        clock.watch("draw", face._mesh, "draw")
    return clock


def measure(name: str, face: Face, moments: list[Moment]) -> dict[str, Cell]:
    scene = Scene(RoomSettings(room="bench", folder=Path()), face.size)
    scene.compose(face.render(moments[0]), _VIEW, Caption(_LINE, 0))
    clock, times, placing = watched(face), [], 0.0
    for moment in moments[1:]:
        before = time.thread_time()
        frame = face.render(moment)
        between = time.thread_time()
        scene.compose(frame, _VIEW, Caption(_LINE, moment.index % len(_LINE)))
        placing += (time.thread_time() - between) * 1000
        times.append((between - before) * 1000)
    mean, count = float(np.mean(times)), len(times)
    parts = {part: clock.spent.get(part, 0.0) / count for part in ("motion", "pose", "draw")}
    if isinstance(face, DrawnFace):
        parts["pose"] = mean - parts["motion"] - parts["draw"]
    return {
        "face": name,
        "mean ms": mean,
        "p95 ms": float(np.percentile(times, 95)),
        **{f"{part} ms": spent for part, spent in parts.items()},
        "cores at 25 fps": mean * FPS / 1000,
        "scene ms": placing / count,
        "× real time, whole picture": 1000 / FPS / max(mean + placing / count, 1e-3),
    }


def main() -> None:
    parser = arguments("CPU time of the faces, per frame and look")
    parser.add_argument("--seconds", type=float, default=6.0, help="of speech per look")
    parser.add_argument("--look", action="append", choices=sorted(looks()), help="only this one; may be repeated")
    parser.add_argument("--size", default="560x690", help="of the frames, in pixels")
    options = parser.parse_args()
    width, height = (int(number) for number in options.size.split("x"))
    size, moments, rows = (width, height), speech(options.seconds), []
    for look in options.look or [name for name in looks() if "-" not in name]:
        face = DrawnFace(look, size)
        rows.append(measure(look, face, moments))
        face.close()
    with tempfile.TemporaryDirectory() as folder:
        make_example(Path(folder))
        rows.append(measure("photo", PhotoFace(folder, size), moments))
    rows.append(measure("still", StillFace(size=size), moments))
    report(f"Faces, {width}×{height}", rows, options.json, seconds=options.seconds)


if __name__ == "__main__":
    main()

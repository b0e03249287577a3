"""What a drawn face costs:  python -m bench.face [--seconds N] [--look NAME …] [--size WIDTHxHEIGHT]

Each look acts out the same made-up speech. CPU is the drawing thread's own time; `× real time` is how many frames of
25 a second one core could draw if it did nothing else.
"""

import time

import numpy as np

from avatar.faces.drawn import looks
from avatar.faces.drawn.face import DrawnFace
from avatar.faces.still import StillFace
from avatar.media import RATE, Moment, Mouth
from bench.report import Cell, arguments, report

FPS = 25
_SILENCE = np.zeros(RATE // FPS, np.int16)


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


def measure(name: str, face: DrawnFace | StillFace, moments: list[Moment]) -> dict[str, Cell]:
    face.render(moments[0])
    times = []
    for moment in moments[1:]:
        start = time.thread_time()
        face.render(moment)
        times.append((time.thread_time() - start) * 1000)
    mean = float(np.mean(times))
    return {
        "face": name,
        "mean ms": mean,
        "p50 ms": float(np.percentile(times, 50)),
        "p95 ms": float(np.percentile(times, 95)),
        "cores at 25 fps": mean * FPS / 1000,
        "× real time": 1000 / FPS / max(mean, 1e-3),
    }


def main() -> None:
    parser = arguments("CPU time of the drawn face, per frame and look")
    parser.add_argument("--seconds", type=float, default=6.0, help="of speech per look")
    parser.add_argument("--look", action="append", choices=sorted(looks()), help="only this one; may be repeated")
    parser.add_argument("--size", default="560x720", help="of the frames, in pixels")
    options = parser.parse_args()
    width, height = (int(number) for number in options.size.split("x"))
    moments = speech(options.seconds)
    rows = []
    for look in options.look or looks():
        face = DrawnFace(look, (width, height))
        rows.append(measure(look, face, moments))
        face.close()
    rows.append(measure("still", StillFace(size=(width, height)), moments))
    report(f"Drawn face, {width}×{height}", rows, options.json, seconds=options.seconds)


if __name__ == "__main__":
    main()

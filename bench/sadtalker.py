"""The SadTalker-compatible face: what a frame costs, and that it is right.

    python -m bench.sadtalker                 seconds per frame by operation and precision, beside a plain generator
    python -m bench.sadtalker --verify DIR    every array of every golden file in DIR, names and shapes in DIR/../keys
    python -m bench.sadtalker --flat 2000     memory over so many frames of a whole face, with tiny networks
    python -m bench.sadtalker --device cuda --size 512

On a CPU, seconds are those of one core (process time, best of `--repeat`, the kinds taking turns); on a GPU they are by
the clock. Weights are random, so dB say how near half precision is to float32, not how a face looks. Ends with an error
when an array is off, or on a CPU when the targets are missed: 0.85 of the plain generator in float32, and 0.2 in half
precision at 45 dB.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from avatar.face import load_face
from avatar.faces.sadtalker.expression import Audio2Exp
from avatar.faces.sadtalker.generator import Generator
from avatar.faces.sadtalker.keypoints import KeypointExtractor
from avatar.faces.sadtalker.mapping import Mapping as MappingNet
from avatar.faces.sadtalker.pose import Audio2Pose
from avatar.faces.sadtalker.recon import FaceModel
from avatar.faces.sadtalker.weights import Precision, Weights
from avatar.media import RATE, Moment
from bench.report import Cell, arguments, report
from bench.sadtalker_fill import FilledWeights, image, sound
from bench.sadtalker_plain import PlainGenerator
from bench.sadtalker_tiny import SHAPES, make_checkpoints, make_host
from bench.sadtalker_verify import Check, names_and_shapes, verify

EXACT, HALF, NEAR_DB = 0.85, 0.2, 45.0

# CPU-seconds of the reference itself at 256 pixels, one thread, float32, measured once on a machine of this kind.
REFERENCE: Mapping[str, float] = {
    "portrait": 0.53, "motion": 3.3, "decoder": 7.7, "a frame": 11.9, "mapping": 0.011, "audio": 0.004,
    "keypoints": 0.33, "3D model": 0.095,
}  # fmt: skip

Times = dict[str, float]
Draw = Callable[[], tuple[Tensor, Times]]


class Stopwatch:
    """Seconds of each operation since the one before: process time on a CPU, on a GPU the clock."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self.times: Times = {}
        self._last = self._now()

    def lap(self, operation: str) -> None:
        now = self._now()
        self.times[operation] = now - self._last
        self._last = now

    def _now(self) -> float:
        if self._device.type != "cuda":
            return time.process_time()
        torch.cuda.synchronize(self._device)
        return time.perf_counter()


class Scene:
    """A picture, keypoints of portrait and frame, and the generators that draw it."""

    def __init__(self, size: int, device: torch.device) -> None:
        self.device = device
        self.weights = FilledWeights("generator")
        Generator.load(self.weights)
        self.image = torch.from_numpy(image(size))[None].to(device)
        chance = np.random.default_rng(3)
        self.source, moved = torch.from_numpy(chance.uniform(-0.6, 0.6, (2, 1, 15, 3)).astype(np.float32)).to(device)
        self.driving = self.source + 0.1 * moved

    def ours(self, dtype: torch.dtype) -> Draw:
        generator = Generator.load(Weights(self.weights.made, "random", Precision(self.device, dtype)))
        known = generator.source(self.image, self.source)

        def draw() -> tuple[Tensor, Times]:
            watch = Stopwatch(self.device)
            motion = generator.moved(known, self.driving)
            watch.lap("motion")
            guide = generator.guide(known, motion)
            watch.lap("bending")
            picture = generator.decoder(guide).float()
            watch.lap("decoder")
            return picture, watch.times

        return draw

    def plain(self) -> Draw:
        generator = PlainGenerator({name: tensor.to(self.device) for name, tensor in self.weights.made.items()})

        def draw() -> tuple[Tensor, Times]:
            watch = Stopwatch(self.device)
            volume = generator.encode(self.image)
            watch.lap("portrait")
            deformation, occlusion = generator.move(volume, self.source, self.driving)
            watch.lap("motion")
            guide = generator.bend(volume, deformation, occlusion)
            watch.lap("bending")
            picture = generator.decode(guide)
            watch.lap("decoder")
            return picture, watch.times

        return draw


def cost(size: int, device: torch.device, repeat: int, json_file: Path | None) -> bool:
    """Frames by operation. False when a target is missed."""
    scene = Scene(size, device)
    half = torch.float16 if device.type == "cuda" else torch.bfloat16
    kinds = {"plain": scene.plain(), "float32": scene.ours(torch.float32), str(half)[6:]: scene.ours(half)}
    pictures: dict[str, Tensor] = {}
    times: dict[str, Times] = {}
    for _ in range(repeat):
        for kind, draw in kinds.items():
            pictures[kind], taken = draw()
            best = times.setdefault(kind, taken)
            times[kind] = {operation: min(best[operation], taken[operation]) for operation in taken}
    rows: list[dict[str, Cell]] = [
        {"operation": operation, "reference": REFERENCE.get(operation) if size == 256 else None}
        | {kind: times[kind].get(operation) for kind in kinds}
        for operation in ("portrait", "motion", "bending", "decoder")
    ]
    totals = {kind: sum(taken.values()) for kind, taken in times.items()}
    rows.append({"operation": "a frame", "reference": REFERENCE["a frame"] if size == 256 else None, **totals})
    ratios = {kind: total / totals["plain"] for kind, total in totals.items()}
    rows.append({"operation": "of the plain one", "reference": None, **ratios})
    apart = {kind: _decibels(picture, pictures["plain"]) for kind, picture in pictures.items()}
    rows.append({"operation": "dB to it", "reference": None, **apart})
    report(f"Seconds for a frame of {size}×{size} on {device}", rows, json_file, repeat=repeat)
    if device.type == "cuda":
        return True
    exact, near = list(kinds)[1:]
    decibels = apart[near]
    met = ratios[exact] <= EXACT and ratios[near] <= HALF and decibels is not None and decibels >= NEAR_DB
    print(f"targets ({EXACT} in float32; {HALF} at {NEAR_DB:g} dB in half precision): {'met' if met else 'MISSED'}")
    return met


def _decibels(picture: Tensor, other: Tensor) -> float | None:
    error = float(((picture - other) ** 2).mean())
    return 10 * float(np.log10(1 / error)) if error else None


def small(device: torch.device, repeat: int) -> None:
    """What is small beside the generator."""
    precision = Precision(device)
    extractor = KeypointExtractor.load(FilledWeights("kp_extractor", precision))
    mapping = MappingNet.load(FilledWeights("mapping_00229", precision), 70)
    expression = Audio2Exp.load(FilledWeights("audio2exp", precision))
    pose = Audio2Pose.load(FilledWeights("audio2pose", precision))
    model = FaceModel.load(FilledWeights("face_3drecon", precision))
    picture = torch.from_numpy(image(256))[None].to(device)
    heard, face = torch.zeros(1, 1, 80, 16, device=device), picture[:, :, :224, :224]
    works: Mapping[str, Callable[[], object]] = {
        "mapping": lambda: mapping(torch.zeros(1, 70, 27, device=device)),
        "audio": lambda: (
            expression(heard, torch.zeros(64, device=device), torch.zeros(1, device=device)),
            pose.encoder(heard),
        ),
        "keypoints": lambda: extractor(picture),
        "3D model": lambda: model(face),
    }
    rows: list[dict[str, Cell]] = []
    for operation, work in works.items():
        taken = []
        for _ in range(repeat + 1):  # the first warms up
            watch = Stopwatch(device)
            work()
            watch.lap(operation)
            taken.append(watch.times[operation])
        when = "a frame" if operation in ("mapping", "audio") else "a portrait"
        rows.append({"operation": operation, "for": when, "reference": REFERENCE[operation], "here": min(taken[1:])})
    report("Seconds of the other networks, float32", rows)


def flat(frames: int) -> bool:
    """Resident memory while a whole face (sound in, pictures out) draws `frames` pictures of tiny networks."""
    rows: list[dict[str, Cell]] = []
    with tempfile.TemporaryDirectory() as folder:
        host = make_host(Path(folder) / "host", make_checkpoints(Path(folder)))
        face = load_face("sadtalker", look=host, live=False, numbers="float32", shapes=SHAPES)
        speech = (np.interp(np.arange(4 * RATE) / RATE, np.arange(64_000) / 16_000, sound(4.0)) * 20_000).astype(
            np.int16
        )
        moments = speech.reshape(-1, RATE // 25)
        marks = {max(1, frames * part // 10) for part in (2, 4, 6, 8, 10)}
        for index in range(1, frames + face.delay + 1):
            face.render(Moment(index, moments[index % len(moments)]))
            if index - face.delay in marks:
                rows.append({"frames": index - face.delay, "resident MB": _resident_mb()})
        face.close()  # type: ignore[attr-defined]
    report("Memory of a face on air", rows)
    sizes = [float(row["resident MB"] or 0) for row in rows]
    steady = sizes[-1] - sizes[0] < 8
    print("flat" if steady else "GROWING")
    return steady


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


def check(folder: Path, json_file: Path | None) -> bool:
    rows: list[dict[str, Cell]] = []
    passed = True
    for net, same in names_and_shapes(folder.parent / "keys"):
        passed &= same
        rows.append({"file": f"keys/{net}", "arrays": "names, shapes", "stated": "", "worst": "", "of tolerance": None,
                     "verdict": "as listed" if same else "DIFFERENT"})  # fmt: skip
    found: dict[str, list[Check]] = {}
    for each in verify(folder):
        found.setdefault(each.file, []).append(each)
    for file, checks in found.items():
        rows.append(_row(file, checks))
        passed &= all(each.passed for each in checks)
    report(f"SadTalker's golden tensors in {folder}", rows, json_file)
    for each in (each for checks in found.values() for each in checks if not each.passed):
        share = f", {each.differing:.2%} of the values" if each.differing else ""
        print(f"{each.file}: {each.array}: {each.reason or f'error {each.error}, allowed {each.tolerance:.1e}'}{share}")
    if not found:
        print(f"there is no golden file in {folder}")
    return passed and bool(found)


def _row(file: str, checks: list[Check]) -> dict[str, Cell]:
    def share(each: Check) -> float:
        if each.error is None:
            return float("inf")
        return each.error / each.tolerance if each.tolerance else float(each.error > 0)

    worst = max(checks, key=share)
    verdict = "ok" if all(each.passed for each in checks) else "OFF"
    return {"file": file, "arrays": str(len(checks)), "stated": str(sum(each.stated for each in checks)),
            "worst": worst.array, "of tolerance": share(worst), "verdict": verdict}  # fmt: skip


def main() -> int:
    parser = arguments("The SadTalker-compatible face: what a frame costs, and that it is right")
    parser.add_argument("--verify", type=Path, metavar="DIR", help="check every golden file in this folder")
    parser.add_argument("--flat", type=int, metavar="FRAMES", help="watch memory over so many frames")
    parser.add_argument("--size", type=int, choices=(256, 512), default=256, help="of a frame, in pixels")
    parser.add_argument("--device", type=torch.device, default=torch.device("cpu"))
    parser.add_argument("--repeat", type=int, default=3, help="the best of so many counts")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.verify or options.flat:
        passed = check(options.verify, options.json) if options.verify else True
        return 0 if (flat(options.flat) if options.flat else True) and passed else 1
    with torch.inference_mode():
        met = cost(options.size, options.device, options.repeat, options.json)
        small(options.device, options.repeat)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())

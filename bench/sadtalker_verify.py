"""Our networks beside golden tensors of the reference, every array of every file of a folder.

The weights are made from their names (`bench/sadtalker_fill.py`), the inputs from formulas, so a file holds results
only. What may differ is in `bench/sadtalker_tolerance.py`.
"""

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from avatar.face import FaceError
from avatar.faces.sadtalker import clip, geometry, mel, paste
from avatar.faces.sadtalker.blink import blinks
from avatar.faces.sadtalker.checkpoint import Networks
from avatar.faces.sadtalker.expression import Audio2Exp
from avatar.faces.sadtalker.generator import Generator, Source
from avatar.faces.sadtalker.keypoints import KeypointExtractor, KeypointShape, Turn, degrees, placed, rotation
from avatar.faces.sadtalker.mapping import Head, still_window, windows
from avatar.faces.sadtalker.mapping import Mapping as MappingNet
from avatar.faces.sadtalker.pose import UNUSED, Audio2Pose
from avatar.faces.sadtalker.recon import FaceModel, coefficients
from avatar.faces.sadtalker.smoothing import smoothed
from avatar.faces.sadtalker.source import GeneratorShape
from avatar.faces.sadtalker.turning import turning
from avatar.faces.sadtalker.weights import Weights
from bench.sadtalker_fill import AskedWeights, FilledWeights, image, sound
from bench.sadtalker_fill import coefficients as made_coefficients
from bench.sadtalker_tolerance import STATED_STEPS, stated, untold

Array = NDArray[np.generic]
TINY_GENERATOR = GeneratorShape(
    width=8, widest=64, volume=4, residuals=2, motion_width=4, motion_widest=32, motion_blocks=3, compressed=2
)
TINY_KEYPOINTS = KeypointShape(width=4, widest=64, blocks=3)
TINY_MAPPING = 32

Found = Iterator[tuple[str, Tensor | Array | float]]


@dataclass(frozen=True, slots=True)
class Check:
    """`error`: largest difference; None where nothing of that name is made here, or, with a `reason`, can't be."""

    file: str
    array: str
    error: float | None
    tolerance: float
    stated: bool = False  # the tolerance comes with the golden files
    differing: float = 0.0  # share of an array of colours
    reason: str = ""

    @property
    def passed(self) -> bool:
        return self.error is not None and self.error <= self.tolerance and self.differing <= STATED_STEPS


class Golden:
    """One golden file."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self.arrays = arrays

    @classmethod
    def read(cls, path: Path) -> "Golden":
        with np.load(path) as file:
            return cls({name: file[name] for name in file.files})

    def __getitem__(self, name: str) -> Tensor:
        return torch.from_numpy(self.arrays[name])

    def names(self, prefix: str) -> list[str]:
        return [name.removeprefix(prefix) for name in self.arrays if name.startswith(prefix)]


def verify(folder: Path, only: tuple[str, ...] = ()) -> Iterator[Check]:
    """Every array of every golden file in `folder` (of those named in `only`)."""
    table = folder / "tolerances.json"
    reruns = json.loads(table.read_text(encoding="utf-8")) if table.is_file() else {}
    for path in sorted(folder.glob("*.npz")):
        if only and path.stem not in only:
            continue
        golden = Golden.read(path)
        found, reason = _made(path.stem, golden)
        for name, expected in golden.arrays.items():
            if expected.dtype.kind not in "fiu" or name in INPUTS.get(path.stem, ()):
                continue
            like, array = SAME_AS.get(name, (path.stem, name))
            limit = stated(like, array, expected)
            allowed = untold(array, expected, reruns.get(like, {})) if limit is None else limit
            apart = _apart(found.get(name), expected)
            if apart is None:
                yield Check(path.stem, name, None, allowed, limit is not None, reason=reason)
                continue
            differing = np.count_nonzero(apart) / expected.size if expected.dtype == np.uint8 else 0.0
            yield Check(path.stem, name, float(apart.max()), allowed, limit is not None, differing)


def _made(file: str, golden: "Golden") -> tuple[dict[str, Tensor | Array | float], str]:
    """What we make of a golden file's arrays, and why not all of it."""
    made: dict[str, Tensor | Array | float] = {}
    check = FILES.get(file)
    if check is None:
        return made, f"nothing here makes a {file}"
    try:
        with torch.inference_mode():
            for name, array in check(golden):
                made[name] = array
    except FaceError as error:  # a library is missing: the other arrays and files are checked all the same
        return made, str(error)
    return made, ""


def _apart(found: Tensor | Array | float | None, expected: Array) -> NDArray[np.float64] | None:
    """How far each value is off; None where there is nothing of that size."""
    if found is None:
        return None
    got = np.asarray(found.float().numpy() if isinstance(found, Tensor) else found)
    if got.size != expected.size:
        return None
    apart: NDArray[np.float64] = np.abs(got.reshape(expected.shape).astype(np.float64) - expected.astype(np.float64))
    return apart


# What made them, made again.


def _batch(size: int, *seeds: int) -> Tensor:
    return torch.from_numpy(np.stack([image(size, seed) for seed in seeds or (11,)]))


def _pixels(size: int, seed: int = 11) -> geometry.Picture:
    return np.rint(image(size, seed).transpose(1, 2, 0) * 255).astype(np.uint8)


def _rest() -> Tensor:
    return torch.from_numpy(made_coefficients(1, 73, 5))[0]


@cache
def _generator(tiny: bool) -> Generator:
    net = FilledWeights("tiny.generator" if tiny else "generator")
    return Generator.load(net, TINY_GENERATOR if tiny else None)


@cache
def _keypoints(tiny: bool) -> KeypointExtractor:
    net = FilledWeights("tiny.kp_extractor" if tiny else "kp_extractor")
    return KeypointExtractor.load(net, TINY_KEYPOINTS if tiny else None)


@cache
def _mapping(net: str) -> MappingNet:
    width = TINY_MAPPING if net.startswith("tiny.") else 1024
    return MappingNet.load(FilledWeights(net), 73 if net.endswith("109") else 70, width)


@cache
def _audio2exp() -> Audio2Exp:
    return Audio2Exp.load(FilledWeights("audio2exp"))


@cache
def _audio2pose() -> Audio2Pose:
    return Audio2Pose.load(FilledWeights("audio2pose"))


@cache
def _face_model() -> FaceModel:
    return FaceModel.load(FilledWeights("face_3drecon"))


def _seen(seconds: float) -> Tensor:
    wave = sound(seconds)
    count = mel.pictures(len(wave))
    return torch.from_numpy(mel.windows(mel.spectrogram(wave[: count * mel.SAMPLES]), count))


# One function a file: what is made here, under the names there.


def _mel(golden: Golden) -> Found:
    yield "mel_basis", mel.basis()
    yield "start_idx", mel.starts(0, 3000)
    rows = golden.arrays.get("parse_audio_length", np.zeros((0, 3))).astype(int).tolist()
    yield "parse_audio_length", np.array([[n, mel.pictures(n) * mel.SAMPLES, mel.pictures(n)] for n, _, _ in rows])
    for name, seconds in (("2100ms", 2.1), ("320ms", 0.32)):
        yield f"wav_{name}", sound(seconds)
        yield f"mel_{name}", mel.spectrogram(sound(seconds))


def _expression(golden: Golden) -> Found:
    seen, source = _seen(2.1), _rest()[:64]
    closed = torch.from_numpy(blinks(len(seen), random.Random(0)))
    yield "indiv_mels_frames_0_1_2_51", seen[[0, 1, 2, 51]]
    yield "ratio", closed
    yield "exp_coeff_pred", _audio2exp()(seen, source, closed)
    yield "audio_feat_frame0", _audio2exp().encoder(seen[:1])


def _pose(golden: Golden) -> Found:
    net, rest = _audio2pose(), _rest()[64:70]
    for case in golden.names("z_"):
        length, style = (int(part[1:]) for part in case.split("_"))
        motion = net.motion(_seen(length / 25), rest, list(golden[f"z_{case}"]), style)
        yield f"motion_{case}", motion
        yield f"pose_{case}", motion + rest
        yield f"savgol_{case}", smoothed((motion + rest).numpy())
    chance = np.random.RandomState(21)
    noise, rests = chance.randn(2, 64), 0.1 * chance.randn(2, 6)
    heard = np.abs(chance.randn(2, 32, 512))
    parts = [torch.from_numpy(part.astype(np.float32)) for part in (rests, noise, heard)]
    yield "dec_ref", parts[0]
    yield "dec_z", parts[1]
    yield "dec_pose_motion", net.decoder(parts[0], parts[1], parts[2], torch.tensor([5, 40]))


def _mappings(golden: Golden) -> Found:
    for net in ("mapping_00229", "mapping_00109"):
        mapping = _mapping(net)
        seen = windows(torch.from_numpy(made_coefficients(30, mapping.coefficients)))[[0, 7, 29]]
        head = mapping(seen)
        yield f"{net}_in", seen
        for name, bins in (("yaw", head.yaw), ("pitch", head.pitch), ("roll", head.roll)):
            yield f"{net}_{name}", bins
            yield f"{net}_{name}_deg", degrees(bins)
        yield f"{net}_t", head.shift
        yield f"{net}_exp", head.expression


def _placing(golden: Golden) -> Found:
    head = Head(*(golden[f"he_{name}"] for name in ("yaw", "pitch", "roll", "t", "exp")))
    yield "out", placed(golden["kp"], head)
    yield "out_yaw_in_10_m20_30", placed(golden["kp"], head, Turn(yaw=torch.tensor([10.0, -20.0, 30.0])))
    yield "rot_10_20_30", rotation(*(torch.tensor([angle]) for angle in (10.0, 20.0, 30.0)))


def _extractor(golden: Golden) -> Found:
    net, picture = _keypoints(tiny=False), _batch(256)
    features = net.features(picture)
    yield "down_c0_row32", net.shrunk(picture)[0, 0, 32]
    yield "down_weight_ch0", net.blur[0, 0]
    yield "feat_shape", np.array(features.shape)
    yield "feat_sub", features[:, ::8, ::5, ::16, ::16]
    yield "kp_256", net(picture)
    yield "kp_512", net(_batch(512))
    yield "tiny_kp_64", _keypoints(tiny=True)(_batch(64, 11, 12))


def _fitting(golden: Golden) -> Found:
    yield "coeff257", _face_model()(_batch(224))


def _preparing(golden: Golden) -> Found:
    yield "lm3d_std5", geometry.STANDARD
    for case in golden.names("crop_"):
        if case.endswith("_lm"):
            yield from _cropping(golden, case.removesuffix("_lm"))
    points, picture = geometry.five(golden.arrays["align_lm68"].astype(np.float64)), _pixels(256)
    yield "align_lm5", np.stack([points[:, 0], 255 - points[:, 1]], 1)
    alignment = geometry.align(256, points)
    aligned = geometry.fitted(picture, alignment)
    yield "align_trans_params", np.array([256.0, 256.0, *alignment.crop])
    yield "align_img224", aligned
    fitted = _face_model()(torch.from_numpy(aligned.copy()).permute(2, 0, 1)[None] / 255)
    yield "recon257", fitted
    yield "coeff73", coefficients(fitted, alignment.crop)
    yield from _pasting(golden)
    yield "campose_a", turning([-20, 30, 10], 100)
    yield "campose_b", turning([15], 8)
    yield "campose_c", turning([0, 20], 51)
    for seed in (0, 1):
        for length in (20, 22, 52, 300):
            yield f"blink_seed{seed}_T{length}", blinks(length, random.Random(seed))
    yield "u8_rule", clip.bytes_of(golden["u8_rule_in"].view(1, 1, 1, -1))


def _cropping(golden: Golden, case: str) -> Found:
    points = golden.arrays[f"crop_{case}_lm"].astype(np.float64)
    width, height = golden.arrays[f"crop_{case}_imgsize_wh"].astype(int).tolist()
    eyes = points[36:42].mean(0), points[42:48].mean(0)
    found = geometry.crop((width, height), eyes, (points[48], points[54]))
    yield f"crop_{case}_rsize", np.array(found.size)
    yield f"crop_{case}_crop", np.array([found.wide.left, found.wide.top, found.wide.right, found.wide.bottom])
    yield f"crop_{case}_quad", np.array(found.quad)


def _pasting(golden: Golden) -> Found:
    box = geometry.Box(*golden.arrays["paste_box_ox1_oy1_ox2_oy2"].astype(int).tolist())
    ground = _pixels(320, 17)
    pasted = paste.seamless(_pixels(96, 18), ground, box)
    yield "paste_out", pasted
    rows, columns = np.nonzero((pasted != ground).any(2))
    yield "paste_changed_xmin_xmax_ymin_ymax", np.array([columns.min(), columns.max(), rows.min(), rows.max()])


@dataclass(frozen=True)
class _Drawn:
    """A generator's picture, and what lies on the way to it."""

    generator: Generator
    picture: Tensor
    source_keypoints: Tensor
    driving: Tensor

    @cached_property
    def parts(self) -> dict[str, Tensor]:
        source = self.generator.source(self.picture, self.source_keypoints)
        motion = self.generator.moved(source, self.driving)
        guide = self.generator.guide(source, motion)
        centre = self.generator.decoder.centre(guide)
        return {
            "feature_3d": source.volume,
            "hourglass": motion.hidden,
            "mask": motion.mask,
            "deformation": motion.deformation,
            "occlusion_map": motion.occlusion,
            "fourth": self.generator.bent(source, motion),
            "g5": centre,
            "up0": self.generator.decoder.raised(centre, guide),
            "prediction": self.generator(source, self.driving),
        }


def _generator_tiny(golden: Golden) -> Found:
    yield from _Drawn(_generator(True), _batch(64, 11, 12), golden["kp_source"], golden["kp_driving"]).parts.items()


def _generator_256(golden: Golden) -> Found:
    parts = _Drawn(_generator(False), _batch(256), golden["kp_source"], golden["kp_driving"]).parts
    yield "prediction", parts["prediction"]
    yield "occlusion_map", parts["occlusion_map"]
    yield "mask_sub", parts["mask"][:, :, ::3, ::4, ::4]
    yield "deformation_sub", parts["deformation"][:, ::3, ::4, ::4]
    yield "feature_3d_sub", parts["feature_3d"][:, ::4, ::3, ::8, ::8]
    yield "hourglass_sub", parts["hourglass"][:, ::8, ::5, ::16, ::16]
    yield "fourth_sub", parts["fourth"][:, ::16, ::8, ::8]
    yield "g5_sub", parts["g5"][:, ::32, ::8, ::8]
    yield "up0_sub", parts["up0"][:, ::32, ::16, ::16]
    for name in golden.names(""):
        if name.endswith("_mean_std"):
            part = parts[name.removesuffix("_mean_std")].double()
            yield name, torch.stack([part.mean(), part.std(correction=0)])


def _generator_512(golden: Golden) -> Found:
    parts = _Drawn(_generator(False), _batch(512), golden["kp_source"], golden["kp_driving"]).parts
    yield "prediction_sub3", parts["prediction"][:, :, ::3, ::3]
    yield "occlusion_sub2", parts["occlusion_map"][:, :, ::2, ::2]


def _networks(tiny: bool, mapping: str) -> Networks:
    face_model = FaceModel.load(AskedWeights("face_3drecon"))  # the coefficients of a clip are given
    return Networks(_keypoints(tiny), _generator(tiny), _audio2exp(), _audio2pose(), face_model, _mapping(mapping))


def _clip_tiny(golden: Golden) -> Found:
    nets, rest, closed = _networks(True, "tiny.mapping_00229"), _rest(), golden["ratio"].flatten()
    yield "ratio", blinks(12, random.Random(0))
    rows = clip.heard(nets, sound(0.5), rest, list(golden["z"]), closed, 7)
    yield "coeff_3dmm_T12", rows
    source, canonical = clip.prepared(nets, _batch(64), rest)
    frames = _frames(nets, source, clip.driving(nets.mapping, clip.driven(rows, rest, clip.Manner(), 70), canonical))
    yield "frames", frames
    yield "frames_u8", clip.bytes_of(frames)
    still = clip.driven(rows, rest, clip.Manner(still=True, expression=1.3), 70)
    yaw = turning([-20, 30, 10], 12)
    yield "target_semantics_still_x1.3_frame3", windows(still)[3]
    yield "yaw_c_seq", yaw
    turned = clip.driving(nets.mapping, still, canonical, Turn(yaw=torch.from_numpy(yaw)))
    yield "frames_u8_still_x1.3_yaw", clip.bytes_of(_frames(nets, source, turned))


def _clip_256(golden: Golden) -> Found:
    nets, rest, closed = _networks(False, "mapping_00229"), _rest(), golden["ratio"].flatten()
    yield "ratio", blinks(52, random.Random(0))
    rows = clip.heard(nets, sound(2.1), rest, list(golden["z"]), closed, 0)
    yield "coeff_3dmm_T52", rows
    source, canonical = clip.prepared(nets, _batch(256), rest)
    driven = clip.driven(rows, rest, clip.Manner(), 70)
    yield "source_semantics_crop", still_window(rest[:70])
    yield "semantics_crop_frame20", windows(driven)[20]
    frames = _frames(nets, source, clip.driving(nets.mapping, driven, canonical)[[0, 20, 51]])
    yield "frames_crop", frames
    yield "frames_u8_crop", clip.bytes_of(frames)
    nets = _networks(False, "mapping_00109")
    source, canonical = clip.prepared(nets, _batch(256), rest)
    driven = clip.driven(rows, rest, clip.Manner(still=True), 73)
    yield "semantics_full_still_frame20", windows(driven)[20]
    frames = _frames(nets, source, clip.driving(nets.mapping, driven, canonical)[20:21])
    yield "frames_full_still", frames
    yield "frames_u8_full_still", clip.bytes_of(frames)


def _frames(nets: Networks, source: Source, driving: Tensor) -> Tensor:
    return torch.cat(list(clip.pictures(nets.generator, source, driving, 1 if source.volume.shape[-1] > 32 else 6)))


FILES: Mapping[str, Callable[[Golden], Found]] = {
    "mel": _mel,
    "audio2exp": _expression,
    "audio2pose": _pose,
    "mapping": _mappings,
    "keypoint_transform": _placing,
    "kp_extractor": _extractor,
    "face_3drecon": _fitting,
    "preprocess": _preparing,
    "generator_tiny": _generator_tiny,
    "generator_256": _generator_256,
    "generator_512": _generator_512,
    "e2e_tiny": _clip_tiny,
    "e2e_256": _clip_256,
}

# Arrays made by a network whose tolerance stands under another name.
SAME_AS: Mapping[str, tuple[str, str]] = dict.fromkeys(("recon257", "coeff73"), ("face_3drecon", "coeff257"))

# What is given, and `align_lm_new`, which nothing uses.
INPUTS: Mapping[str, tuple[str, ...]] = {
    "audio2exp": ("ref",),
    "audio2pose": ("z_T52_s0", "z_T52_s45", "z_T20_s3", "z_T12_s7", "z_T33_s1"),
    "keypoint_transform": ("kp", "he_yaw", "he_pitch", "he_roll", "he_t", "he_exp"),
    "preprocess": (
        "lm3d_68", "align_lm68", "align_lm_new", "paste_box_ox1_oy1_ox2_oy2", "u8_rule_in",
        *(f"crop_{case}_{part}" for case in ("center", "rot", "edge", "huge") for part in ("lm", "imgsize_wh")),
    ),
    "generator_tiny": ("kp_source", "kp_driving"),
    "generator_256": ("kp_source", "kp_driving"),
    "generator_512": ("kp_source", "kp_driving"),
    "e2e_tiny": ("z",),
    "e2e_256": ("z",),
}  # fmt: skip


def names_and_shapes(folder: Path) -> Iterator[tuple[str, bool]]:
    """For each `NET.json` in `folder` that a network of ours loads: whether ours asks for exactly its tensors."""
    loaders: Mapping[str, Callable[[Weights], object]] = {
        "generator": Generator.load,
        "tiny.generator": lambda w: Generator.load(w, TINY_GENERATOR),
        "kp_extractor": KeypointExtractor.load,
        "tiny.kp_extractor": lambda w: KeypointExtractor.load(w, TINY_KEYPOINTS),
        "mapping_00229": lambda w: MappingNet.load(w, 70),
        "mapping_00109": lambda w: MappingNet.load(w, 73),
        "tiny.mapping_00229": lambda w: MappingNet.load(w, 70, TINY_MAPPING),
        "audio2exp": Audio2Exp.load,
        "audio2pose": Audio2Pose.load,
        "face_3drecon": FaceModel.load,
    }
    for net, load in loaders.items():
        path = folder / f"{net}.json"
        if not path.is_file():
            continue
        listed = json.loads(path.read_text(encoding="utf-8"))["tensors"]
        wanted = {name: tuple(entry["shape"]) for name, entry in listed.items() if not name.startswith(UNUSED)}
        weights = AskedWeights(net)
        load(weights)
        yield net, weights.asked == wanted

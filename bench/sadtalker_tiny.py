"""Tiny checkpoints under the published names, with random weights, and a host who can be shown with them."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file

from avatar.consent import Consent
from avatar.faces.sadtalker.checkpoint import Shapes
from avatar.faces.sadtalker.expression import Audio2Exp
from avatar.faces.sadtalker.generator import Generator
from avatar.faces.sadtalker.geometry import Box
from avatar.faces.sadtalker.host import PORTRAIT, Host
from avatar.faces.sadtalker.keypoints import KeypointExtractor, KeypointShape
from avatar.faces.sadtalker.mapping import Mapping
from avatar.faces.sadtalker.pose import Audio2Pose
from avatar.faces.sadtalker.recon import FaceModel
from avatar.faces.sadtalker.source import GeneratorShape
from bench.sadtalker_fill import FilledWeights, coefficients

SHAPES = Shapes(
    KeypointShape(width=2, widest=8, blocks=2),
    GeneratorShape(width=2, widest=8, volume=2, depth=4, residuals=1, motion_width=2, motion_widest=4, motion_blocks=2,
                   compressed=1, steering=4),
    mapping=8,
    face_model=4,
)  # fmt: skip

SIZE = 64  # pixels
NAME = f"SadTalker_V0.0.2_{SIZE}.safetensors"
MAPPINGS = {"mapping_00229-model.pth.tar": 70, "mapping_00109-model.pth.tar": 73}


def tensors() -> dict[str, torch.Tensor]:
    """All of a checkpoint, the parts that are for training only too."""
    loaders: dict[str, Callable[[FilledWeights], object]] = {
        "kp_extractor": lambda w: KeypointExtractor.load(w, SHAPES.keypoints),
        "generator": lambda w: Generator.load(w, SHAPES.generator),
        "audio2exp": Audio2Exp.load,
        "audio2pose": Audio2Pose.load,
        "face_3drecon": lambda w: FaceModel.load(w, SHAPES.face_model),
    }
    found = {"audio2pose.netG.encoder.classbias": torch.zeros(46, 64), "audio2pose.netD_motion.x": torch.zeros(1)}
    for net, load in loaders.items():
        weights = FilledWeights(net)
        load(weights)
        found |= {f"{net}.{name}": tensor.contiguous() for name, tensor in weights.made.items()}
    return found


def save_mapping(folder: Path, name: str) -> None:
    weights = FilledWeights(name.partition("-")[0])
    Mapping.load(weights, MAPPINGS[name], SHAPES.mapping)
    torch.save({"mapping": weights.made, "optimizer": {"step": 7}}, folder / name)


def make_checkpoints(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors(), folder / NAME)
    for name in MAPPINGS:
        save_mapping(folder, name)
    return folder


def photograph(path: Path, size: tuple[int, int] = (300, 400)) -> Path:
    """A blob on a transparent ground, where a face would be."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width]
    inside = ((x - width / 2) / (width * 0.4)) ** 2 + ((y - height * 0.6) / (height * 0.5)) ** 2 < 1
    picture = np.zeros((height, width, 4), np.uint8)
    picture[..., 0], picture[..., 1], picture[..., 2] = 200, x % 256, y % 256
    picture[..., 3] = np.where(inside, 255, 0)
    Image.fromarray(picture).save(path)
    return path


POINTS = ("110,150", "190,150", "150,190", "120,230", "180,230")


def make_host(folder: Path, checkpoints: Path, *, whole: bool = True, still: bool = False) -> Path:
    """A host's folder, as the command line would make it."""
    folder.mkdir(parents=True, exist_ok=True)
    photograph(folder / PORTRAIT)
    numbers = tuple(float(number) for number in coefficients(1, 73, 5)[0])
    consent = Consent("Lin Xiaoyu", date(2026, 11, 1), "contract 17")
    face = Box(60, 80, 240, 260)
    Host(consent, folder / PORTRAIT, face, numbers, checkpoints, SIZE, whole=whole, still=still).write(folder)
    return folder

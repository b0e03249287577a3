"""The published checkpoints, from their folder: every tensor by name and shape, or a sentence about what is wrong."""

import pickle
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from avatar.faces.sadtalker.expression import Audio2Exp
from avatar.faces.sadtalker.generator import Generator
from avatar.faces.sadtalker.keypoints import KeypointExtractor, KeypointShape
from avatar.faces.sadtalker.mapping import Mapping as MappingNet
from avatar.faces.sadtalker.pose import UNUSED, Audio2Pose
from avatar.faces.sadtalker.recon import FaceModel
from avatar.faces.sadtalker.source import GeneratorShape
from avatar.faces.sadtalker.weights import CheckpointError, Precision, Weights


@dataclass(frozen=True, slots=True)
class Shapes:
    """Widths of the networks whose widths the checkpoint decides; the published ones."""

    keypoints: KeypointShape = KeypointShape()
    generator: GeneratorShape = GeneratorShape()
    mapping: int = 1024
    face_model: int = 64


@dataclass(frozen=True, slots=True)
class Networks:
    """`mapping` is the one for full pictures or for cut-out faces, as asked for. What listens and what places
    keypoints always runs in float32: that costs little and the mouth hangs on it."""

    keypoints: KeypointExtractor
    generator: Generator
    expression: Audio2Exp
    pose: Audio2Pose
    face_model: FaceModel
    mapping: MappingNet


@dataclass(frozen=True, slots=True)
class Files:
    networks: Path
    mapping: Path

    @classmethod
    def within(cls, folder: Path, size: int, *, full: bool) -> "Files":
        """The published names in `folder`. Raises CheckpointError when one is missing."""
        names = f"SadTalker_V0.0.2_{size}.safetensors", f"mapping_00{'109' if full else '229'}-model.pth.tar"
        for name in names:
            if not (folder / name).is_file():
                raise CheckpointError(f"there is no {name} in {folder}; put SadTalker's published checkpoints there")
        return cls(folder / names[0], folder / names[1])


def load(files: Files, precision: Precision, *, full: bool, shapes: Shapes | None = None) -> Networks:
    """Raises CheckpointError."""
    shapes = shapes or Shapes()
    listening = Precision(precision.device, torch.float32)
    mapping = Weights(_mapping_tensors(files.mapping), files.mapping.name, listening)
    with mapping.all_taken():
        mapping_net = MappingNet.load(mapping, 73 if full else 70, shapes.mapping)
    try:
        with safe_open(str(files.networks), "pt") as file:
            drawn = Weights(_Lazy(file), files.networks.name, precision)
            heard = drawn.in_precision(listening)
            with drawn.all_taken(except_for=tuple(f"audio2pose.{part}" for part in UNUSED)):
                return Networks(
                    KeypointExtractor.load(heard.at("kp_extractor"), shapes.keypoints),
                    Generator.load(drawn.at("generator"), shapes.generator),
                    Audio2Exp.load(heard.at("audio2exp")),
                    Audio2Pose.load(heard.at("audio2pose")),
                    FaceModel.load(heard.at("face_3drecon"), shapes.face_model),
                    mapping_net,
                )
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"{files.networks} can't be read as safetensors: {error}; get it again") from error


class _Lazy(Mapping[str, Tensor]):
    """A safetensors file as a mapping that reads a tensor when it is asked for."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._names = frozenset(file.keys())

    def __getitem__(self, name: str) -> Tensor:
        if name not in self._names:
            raise KeyError(name)
        return self._file.get_tensor(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _mapping_tensors(path: Path) -> Mapping[str, Tensor]:
    """Of the training state that is published, the network only. Nothing in the file may run code."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise CheckpointError(f"{path} can't be read as SadTalker's mapping network; get it again") from error
    tensors = state.get("mapping") if isinstance(state, dict) else None
    if not isinstance(tensors, dict):
        raise CheckpointError(f"{path} holds no mapping network; it is another file of SadTalker's")
    return tensors

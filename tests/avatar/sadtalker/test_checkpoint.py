"""A checkpoint that is another, old or cut off is refused with a sentence, and nothing in it runs."""

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from avatar.faces.sadtalker.checkpoint import Files, Networks, load
from avatar.faces.sadtalker.weights import CheckpointError, Precision
from bench.sadtalker_tiny import MAPPINGS, NAME, SHAPES, SIZE

Tensors = dict[str, torch.Tensor]
MAPPING = "mapping_00229-model.pth.tar"


@pytest.fixture
def folder(checkpoints: Path, tmp_path: Path) -> Path:
    for name in (NAME, *MAPPINGS):
        (tmp_path / name).symlink_to(checkpoints / name)
    return tmp_path


def opened(folder: Path, *, full: bool = False) -> Networks:
    return load(Files.within(folder, SIZE, full=full), Precision(), full=full, shapes=SHAPES)


def rewrite(folder: Path, change: Callable[[Tensors], object]) -> None:
    tensors = load_file(folder / NAME)
    change(tensors)
    (folder / NAME).unlink()
    save_file(tensors, folder / NAME)


def test_the_mapping_for_full_pictures_is_another(folder: Path) -> None:
    assert opened(folder).mapping.coefficients == 70
    assert opened(folder, full=True).mapping.coefficients == 73


KEY = "generator.decoder.up_0.conv_s.weight_u"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.pop(KEY), f"has no tensor {KEY}"),
        (lambda t: t.update({KEY: torch.zeros(3)}), rf"{KEY} is \(3,\), not"),
        (lambda t: t.update({"generator.extra": torch.zeros(1)}), "has a tensor generator.extra that"),
        (lambda t: t.update({"audio2pose.netG.other": torch.zeros(1)}), "has a tensor audio2pose.netG.other that"),
    ],
)
def test_every_tensor_is_taken_by_name_and_shape(folder: Path, change: Callable[[Tensors], object], said: str) -> None:
    rewrite(folder, change)
    with pytest.raises(CheckpointError, match=said):
        opened(folder)


def test_a_file_that_was_cut_off_is_said(folder: Path, checkpoints: Path) -> None:
    (folder / NAME).unlink()
    (folder / NAME).write_bytes((checkpoints / NAME).read_bytes()[:1000])
    with pytest.raises(CheckpointError, match="can't be read as safetensors"):
        opened(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / MAPPING).unlink()
    with pytest.raises(CheckpointError, match=f"there is no {MAPPING} in"):
        opened(folder)


class _Evil:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.mark,)


def test_a_checkpoint_runs_no_code(folder: Path) -> None:
    (folder / MAPPING).unlink()
    (folder / MAPPING).write_bytes(pickle.dumps({"mapping": _Evil(folder / "ran")}, protocol=2))
    with pytest.raises(CheckpointError, match="can't be read as SadTalker's mapping network"):
        opened(folder)
    assert not (folder / "ran").exists()


def test_another_training_file_is_no_mapping(folder: Path) -> None:
    (folder / MAPPING).unlink()
    torch.save({"model": {}}, folder / MAPPING)
    with pytest.raises(CheckpointError, match="holds no mapping network"):
        opened(folder)

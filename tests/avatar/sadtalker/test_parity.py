"""Our networks beside tensors of the reference: `golden.npz` holds every fourth row and column of them.

A wrong π, border, norm or order moves these by 4e-4 at least; rounding moves them by 6e-5 at most.
"""

from pathlib import Path

import numpy as np
import pytest

GOLDEN = Path(__file__).parent / "golden.npz"
FILES = ("mel", "audio2exp", "audio2pose", "keypoint_transform", "generator_tiny", "e2e_tiny")
WITHIN = {"e2e_tiny/frames_u8": 1.0, "e2e_tiny/frames_u8_still_x1.3_yaw": 1.0}


@pytest.mark.parametrize("file", FILES)
def test_our_networks_give_what_the_reference_gives(file: str) -> None:
    import torch

    from bench.sadtalker_verify import FILES as CHECKS
    from bench.sadtalker_verify import Golden

    with np.load(GOLDEN) as stored:
        golden = Golden({name.partition("/")[2]: stored[name] for name in stored.files if name.startswith(f"{file}/")})
    with torch.inference_mode():
        found = dict(CHECKS[file](golden))
    compared = 0
    for name, expected in golden.arrays.items():
        if name not in found:
            continue
        got = np.asarray(found[name]).astype(np.float64)
        if got.size != expected.size:
            got = got[..., ::4, ::4, :] if expected.shape[-1] == 3 else got[..., ::4, ::4]
        apart = np.abs(got.reshape(expected.shape) - expected).max()
        assert apart <= WITHIN.get(f"{file}/{name}", 1e-4), name
        compared += 1
    assert compared


def test_the_whole_golden_folder_is_checked_by_name(shared_data: Path) -> None:
    """Here only the quick files; `python -m bench.sadtalker --verify DIR` checks them all."""
    from bench.sadtalker_verify import INPUTS, names_and_shapes, verify

    folder = shared_data / "sadtalker" / "fixtures"
    checks = list(verify(folder, ("mel", "keypoint_transform", "generator_tiny")))
    assert [f"{each.file}/{each.array}" for each in checks if not each.passed] == []
    with np.load(folder / "generator_tiny.npz") as stored:
        made = {name for name in stored.files if name not in INPUTS["generator_tiny"]}
    assert {each.array for each in checks if each.file == "generator_tiny"} == made
    listed = dict(names_and_shapes(folder.parent / "keys"))
    assert len(listed) == 10
    assert all(listed.values())

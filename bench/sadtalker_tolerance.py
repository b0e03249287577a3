"""How far from a golden tensor is near enough.

What comes with the golden files (`_recommended` in their `tolerances.json`) holds. Where they state nothing, as of the
arrays on the way to a picture, they still tell how far the reference is from itself when it sums in another order or in
double precision. An implementation that folds its norms sums in yet another order: there three times as much is
allowed. Whole numbers must agree.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.generic]

# The tolerances that come with the golden files: of an array's largest value, or absolute.
STATED_SHARE: Mapping[str, float] = dict.fromkeys(
    ("audio2exp", "audio2pose", "mapping", "face_3drecon", "kp_extractor"), 1e-5
)
STATED: Mapping[tuple[str, str], float] = {
    **{("keypoint_transform", array): 1e-6 for array in ("out", "out_yaw_in_10_m20_30", "rot_10_20_30")},
    ("generator_tiny", "prediction"): 5e-5,
    **{(f"generator_{size}", "prediction"): 1e-4 for size in (256, 512)},
    **{
        (f"generator_{size}", part): 2e-5
        for size in ("tiny", 256, 512)
        for part in ("deformation", "mask", "occlusion")
    },
    **{(file, "frames"): 1e-3 for file in ("e2e_tiny", "e2e_256")},
}
STATED_STEP, STATED_STEPS = 1.0, 0.005  # of colours: how far, and how many of them
SLACK = 3.0  # times what the reference differs from itself, where nothing is stated
_ULPS = 2e-7  # of the largest value: what two sums of the same float32 numbers may differ by anyhow


def stated(file: str, name: str, expected: Array) -> float | None:
    """The tolerance that comes with a golden array; None where none does."""
    if expected.dtype == np.uint8:
        return STATED_STEP
    if expected.dtype.kind != "f" or name.endswith("_mean_std"):
        return None
    if file in STATED_SHARE:
        return STATED_SHARE[file] * float(np.abs(expected.astype(np.float64)).max())
    part = next((part for one, part in STATED if one == file and (name == part or name.startswith(f"{part}_"))), None)
    return None if part is None else STATED[file, part]


def untold(name: str, expected: Array, reruns: Mapping[str, Mapping[str, list[float]]]) -> float:
    """The tolerance where nothing is stated. `reruns`: of the file, by kind of re-run and array."""
    if expected.dtype.kind != "f":
        return 0.0
    apart = max((table[name][0] for table in reruns.values() if name in table), default=0.0)
    return max(SLACK * apart, _ULPS * float(np.abs(expected.astype(np.float64)).max()))

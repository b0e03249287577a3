"""Where the networks run, in which numbers, and how many frames at a time."""

import os
from dataclasses import dataclass
from typing import Literal

import torch

from avatar.face import FaceError
from avatar.faces.sadtalker.weights import Precision

Numbers = Literal["", "float32", "bfloat16", "float16"]

_FRAME_GB = 1.2 / 256**2  # for each pixel of a frame, while it is drawn


@dataclass(frozen=True, slots=True)
class Place:
    precision: Precision
    batch: int
    threads: int  # of the processor


def place(device: str = "", numbers: Numbers = "", batch: int = 0, size: int = 256) -> Place:
    """What isn't given is chosen: a GPU where there is one, half precision where the processor multiplies in it, and a
    batch of a GPU's free memory, at most 8. A CPU draws one by one, as more only fill its caches, and on all cores but
    one: that one is the room's."""
    try:
        where = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        free = torch.cuda.mem_get_info(where)[0] / 1e9 if where.type == "cuda" else 0.0
    except (RuntimeError, AssertionError) as error:
        raise FaceError(f"torch can't use the device {device!r}; leave it empty to have one chosen") from error
    kind = getattr(torch, numbers) if numbers else _numbers(where)
    fitting = max(1, min(8, int(free / 2 / (_FRAME_GB * size**2))))
    if where.type == "cuda":
        return Place(Precision(where, kind), batch or fitting, 1)
    return Place(Precision(where, kind), batch or 1, max(1, (os.cpu_count() or 1) - 1))


def _numbers(where: torch.device) -> torch.dtype:
    if where.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    able = torch.cpu.get_capabilities()  # where no instruction multiplies bfloat16 it is emulated, and slow
    return torch.bfloat16 if able.get("amx_bf16") or able.get("avx512_bf16") else torch.float32

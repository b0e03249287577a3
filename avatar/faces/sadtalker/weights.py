"""Tensors of a checkpoint, taken strictly by name and shape: each is asked for once, and nothing may be left over."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from avatar.face import FaceError


class CheckpointError(FaceError):
    """A checkpoint is not what the networks need; the message names the tensor."""


@dataclass(frozen=True, slots=True)
class Precision:
    """Where a network runs and in which numbers."""

    device: torch.device = torch.device("cpu")
    dtype: torch.dtype = torch.float32

    @property
    def exact(self) -> bool:
        return bool(self.dtype == torch.float32)

    def place(self, tensor: Tensor, *, last: bool = False) -> Tensor:
        """On the device and in our numbers. In half precision channels go last. In float32 on a CPU that helps the
        largest maps only (`last`); elsewhere torch's own layout is as fast or faster, and nearer to the reference."""
        placed = tensor.to(self.device, self.dtype)
        if self.exact and not last:
            return placed
        formats = {4: torch.channels_last, 5: torch.channels_last_3d}
        return placed.contiguous(memory_format=formats.get(placed.dim(), torch.contiguous_format))


class Weights:
    """The tensors of one network. `at` narrows to a part; every tensor is handed out once, in float32 on the CPU,
    where it can be folded; `place` brings what was made of it to where it runs."""

    def __init__(self, tensors: Mapping[str, Tensor], source: str, precision: Precision | None = None) -> None:
        self._tensors, self._source, self._prefix = tensors, source, ""
        self._taken: set[str] = set()
        self.precision = precision or Precision()

    def at(self, part: str) -> Self:
        inner = copy(self)
        inner._prefix = f"{self._prefix}{part}."
        return inner

    def in_precision(self, precision: Precision) -> Self:
        """The same tensors, for a part that runs elsewhere or in other numbers."""
        other = copy(self)
        other.precision = precision
        return other

    def take(self, name: str, *shape: int) -> Tensor:
        full = self._prefix + name
        tensor = self._tensors.get(full)
        if tensor is None:
            raise CheckpointError(
                f"{self._source} has no tensor {full}; it is another model or was cut off: get it again"
            )
        if tuple(tensor.shape) != shape:
            raise CheckpointError(f"{self._source}: {full} is {tuple(tensor.shape)}, not {shape}; it is another model")
        if full in self._taken:
            raise CheckpointError(f"{full} was taken twice")
        self._taken.add(full)
        return tensor.detach().to("cpu", torch.float32)

    def place(self, tensor: Tensor, *, last: bool = False) -> Tensor:
        return self.precision.place(tensor, last=last)

    @contextmanager
    def all_taken(self, *, except_for: tuple[str, ...] = ()) -> Iterator[None]:
        """What is left untaken at the end, but for names that begin with `except_for`, is an error."""
        yield
        left = [
            name for name in self._tensors if name not in self._taken and not name.startswith(except_for or ("\0",))
        ]
        if left:
            more = f" and {len(left) - 1} more" if len(left) > 1 else ""
            raise CheckpointError(f"{self._source} has a tensor {left[0]}{more} that SadTalker's networks don't know")

"""Pixels: premultiplied RGBA that is kept from frame to frame, and its I420 twin, patched where something changed."""

from dataclasses import dataclass

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

Bitmap = NDArray[np.uint32]
"""(h, w) premultiplied RGBA, one pixel a word: red in the lowest byte, alpha in the highest."""

_EVEN = np.uint32(0x00FF00FF)
_ODD = np.uint32(0xFF00FF00)
_8, _24, _256 = np.uint32(8), np.uint32(24), np.uint32(256)
_ROWS = 64  # blended at a time, so that the temporaries stay in the processor's cache


@dataclass(frozen=True, slots=True)
class Box:
    left: int
    top: int
    right: int
    bottom: int

    @property
    def empty(self) -> bool:
        return self.left >= self.right or self.top >= self.bottom

    def meet(self, other: "Box") -> "Box":
        return Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def around(self, other: "Box") -> "Box":
        """The smallest box that holds both; an empty one counts for nothing."""
        if self.empty or other.empty:
            return other if self.empty else self
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def even(self) -> "Box":
        """The smallest box around this one whose edges lie between pairs of pixels, as chroma needs."""
        return Box(self.left & ~1, self.top & ~1, (self.right + 1) & ~1, (self.bottom + 1) & ~1)


def words(rgba: NDArray[np.uint8]) -> Bitmap:
    """(h, w, 4) premultiplied bytes as words, without a copy."""
    return np.ascontiguousarray(rgba).view("<u4")[..., 0]


def premultiplied(rgba: NDArray[np.uint8]) -> Bitmap:
    """(h, w, 4) straight-alpha bytes as a bitmap."""
    wide = rgba.astype(np.uint16)
    wide[..., :3] = (wide[..., :3] * wide[..., 3:] + 127) // 255
    return words(wide.astype(np.uint8))


def faded(bitmap: Bitmap, opacity: float) -> Bitmap:
    """The bitmap with all its channels scaled by `opacity`, 0..1."""
    scale = np.uint32(round(max(0.0, min(1.0, opacity)) * 256))
    return ((bitmap & _EVEN) * scale >> _8 & _EVEN) | ((bitmap >> _8 & _EVEN) * scale & _ODD)


def blend(over: Bitmap, under: Bitmap) -> None:
    """Put `over` on `under`, in place; both have the same shape."""
    for top in range(0, len(over), _ROWS):
        front, back = over[top : top + _ROWS], under[top : top + _ROWS]
        # Two channels at once, each with eight spare bits above it. 256 - alpha makes full alpha leave 1/256 of what
        # lies below, which the shift removes: an opaque pixel comes through exactly.
        rest = _256 - (front >> _24)
        even = ((back & _EVEN) * rest >> _8) & _EVEN
        odd = ((back >> _8) & _EVEN) * rest & _ODD
        np.add(even | odd, front, out=back)


class Canvas:
    """A picture of even width and height."""

    def __init__(self, width: int, height: int) -> None:
        self.box = Box(0, 0, width, height)
        self.pixels: Bitmap = np.full((height, width), 0xFF000000, np.uint32)
        self.i420 = np.zeros((height * 3 // 2, width), np.uint8)
        luma, chroma = height, height // 4
        self._y = self.i420[:luma]
        self._u = self.i420[luma : luma + chroma].reshape(height // 2, width // 2)
        self._v = self.i420[luma + chroma :].reshape(height // 2, width // 2)
        self._reformatter = VideoReformatter()

    def restore(self, base: Bitmap, box: Box) -> None:
        rows, columns = slice(box.top, box.bottom), slice(box.left, box.right)
        self.pixels[rows, columns] = base[rows, columns]

    def draw(self, bitmap: Bitmap, left: int, top: int, clip: Box) -> None:
        """Put a bitmap at (left, top), no further than `clip`."""
        height, width = bitmap.shape
        seen = Box(left, top, left + width, top + height).meet(clip).meet(self.box)
        if not seen.empty:
            part = bitmap[seen.top - top : seen.bottom - top, seen.left - left : seen.right - left]
            blend(part, self.pixels[seen.top : seen.bottom, seen.left : seen.right])

    def publish(self, box: Box) -> None:
        """Bring the I420 twin up to date inside `box`, whose edges are even."""
        part = np.ascontiguousarray(self.pixels[box.top : box.bottom, box.left : box.right])
        frame = av.VideoFrame.from_numpy_buffer(part.view(np.uint8).reshape(*part.shape, 4), format="rgba")
        out = self._reformatter.reformat(
            frame,
            format="yuv420p",
            src_color_range=ColorRange.JPEG,
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            # Averages each two by two: other filters look beyond the patch, and its edge would show.
            interpolation=Interpolation.AREA,
            threads=1,
        )
        half = Box(box.left // 2, box.top // 2, box.right // 2, box.bottom // 2)
        for target, plane, where in zip((self._y, self._u, self._v), out.planes, (box, half, half), strict=True):
            made = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
            target[where.top : where.bottom, where.left : where.right] = made[:, : plane.width]

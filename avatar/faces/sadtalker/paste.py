"""The drawn face, back in the whole portrait."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from avatar.face import FaceError
from avatar.faces.sadtalker.geometry import Box, Picture

_EDGE = 0.12  # of the shorter side fades from face to portrait


@dataclass(frozen=True, slots=True)
class Paste:
    """Puts faces into one portrait; what every frame shares is computed once."""

    ground: Picture  # the portrait at rest: (H, W, 4), colour premultiplied by alpha
    size: tuple[int, int]  # of a face in it
    seen: Box  # the part of the face that lies in the portrait
    box: Box  # and where
    share: Picture  # (h, w, 1): of the face, alpha included
    under: Picture  # (h, w, 3): what the portrait adds

    @classmethod
    def onto(cls, ground: Picture, box: Box, *, fade: bool = True) -> "Paste":
        """`box` may reach beyond the portrait; `fade` lets the face's edge pass into it. The portrait's alpha stays."""
        height, width = ground.shape[:2]
        inside = Box(max(box.left, 0), max(box.top, 0), min(box.right, width), min(box.bottom, height))
        seen = Box(inside.left - box.left, inside.top - box.top, inside.right - box.left, inside.bottom - box.top)
        beneath = inside.cut(ground).astype(np.uint16)
        share = seen.cut(_feather(box.size)) if fade else np.full((*beneath.shape[:2], 1), 255, np.uint16)
        alpha = beneath[..., 3:].astype(np.uint8)
        part = _parts(share, alpha)
        under = np.minimum(_parts(beneath[..., :3], 255 - share), alpha - part)  # both may have been rounded up
        return cls(ground, box.size, seen, inside, part, under)

    def __call__(self, face: Picture) -> Picture:
        """(n, n, 3) → a new picture of the portrait's size."""
        whole = self.ground.copy()
        drawn = self.seen.cut(np.asarray(Image.fromarray(face).resize(self.size, Image.Resampling.BILINEAR)))
        np.add(_parts(drawn, self.share), self.under, out=self.box.cut(whole)[..., :3])
        return whole


def _parts(value: NDArray[np.unsignedinteger], of_255: NDArray[np.unsignedinteger]) -> Picture:
    """value × of_255 / 255, rounded."""
    product = np.multiply(value, of_255, dtype=np.uint16)
    product += 128
    product += product >> 8
    product >>= 8
    rounded: Picture = product.astype(np.uint8)
    return rounded


def _feather(size: tuple[int, int]) -> NDArray[np.uint16]:
    """(height, width, 1): 255 inside, falling to 0 at the edge."""
    width, height = size
    edge = max(1.0, min(size) * _EDGE)
    sides = [np.minimum(np.arange(n) + 0.5, n - np.arange(n) - 0.5) / edge for n in (height, width)]
    ramps = [np.clip(side, 0, 1) ** 2 * (3 - 2 * np.clip(side, 0, 1)) for side in sides]
    share: NDArray[np.uint16] = np.rint(255 * np.outer(*ramps)).astype(np.uint16)[..., None]
    return share


def seamless(face: Picture, portrait: Picture, box: Box) -> Picture:
    """SadTalker's own way for clips: gradients of the face, colours of the portrait (H, W, 3). Needs OpenCV, and ten
    times as long as fading."""
    try:
        import cv2
    except ImportError as error:
        raise FaceError("this needs OpenCV: pip install 'zhibo[sadtalker]'") from error

    resized = cv2.resize(face, box.size)
    centre = (box.left + box.right) // 2, (box.top + box.bottom) // 2
    mask = np.full(resized.shape, 255, np.uint8)
    return np.asarray(cv2.seamlessClone(resized, portrait, mask, centre, cv2.NORMAL_CLONE))

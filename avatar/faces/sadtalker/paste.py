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
    """Puts a face into `ground` (H, W, 4; colour premultiplied by alpha) within `box`, which may reach beyond it;
    `fade` lets its edge pass into the ground. The portrait's alpha is kept."""

    ground: Picture
    box: Box
    fade: bool = True

    def __call__(self, face: Picture) -> Picture:
        """(n, n, 3) → a new picture of the ground's size."""
        whole = self.ground.copy()
        height, width = self.ground.shape[:2]
        box = Box(max(self.box.left, 0), max(self.box.top, 0), min(self.box.right, width), min(self.box.bottom, height))
        offset = Box(
            box.left - self.box.left, box.top - self.box.top, box.right - self.box.left, box.bottom - self.box.top
        )
        drawn = offset.cut(np.asarray(Image.fromarray(face).resize(self.box.size, Image.Resampling.BILINEAR)))
        share = offset.cut(_feather(self.box.size)) if self.fade else np.uint16(255)
        under = box.cut(whole)
        alpha = under[..., 3:].astype(np.uint16)
        over = (drawn * alpha + 127) // 255
        under[..., :3] = (over * share + under[..., :3] * (255 - share) + 127) // 255
        return whole


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

"""The face itself. Mouth and lids are painted into a copy of the portrait, then the head is moved as a whole."""

from pathlib import Path

import numpy as np
from PIL import Image

from avatar.face import FaceError
from avatar.faces.photo.eyes import Lid
from avatar.faces.photo.host import PhotoHost
from avatar.faces.photo.mouth import MouthPatch
from avatar.faces.photo.warp import Field, HeadMesh
from avatar.media import Frame, Moment, Mouth
from avatar.motion import Expression, Motion

_STILL = 0.18  # pixels: a head that has moved by less is shown as it was


class PhotoFace:
    """The host whose folder is `look`. `facing` is the side of the picture the product card is on."""

    delay = 0

    def __init__(
        self, look: str = "", size: tuple[int, int] = (560, 720), fps: int = 25, seed: int = 0, facing: str = "right"
    ) -> None:
        if not look:
            raise FaceError("a photographed host is a folder: make one with zhibo face make, and set look to it")
        if facing not in ("left", "right"):
            raise FaceError(f"facing must be 'left' or 'right', not {facing!r}")
        self.size = size
        self._portrait, marks = PhotoHost.read(Path(look)).fitted(size)
        self._side = 1.0 if facing == "right" else -1.0
        self._motion = Motion(seed=seed, fps=fps)
        span = marks.right_eye_outer[0] - marks.left_eye_outer[0]
        middle = ((marks.left_eye_outer[0] + marks.right_eye_outer[0]) / 2, marks.left_eye_inner[1])
        self._mesh = HeadMesh(self._portrait, middle, span, marks.chin[1])
        level = (marks.left_eye_outer[1] + marks.left_eye_inner[1]) / 2
        above, below = max(level - marks.eye_top[1], 1.0), max(marks.eye_bottom[1] - level, 1.0)
        self._lids = tuple(
            Lid(self._portrait, corners, above, below)
            for corners in (
                (marks.left_eye_outer, marks.left_eye_inner), (marks.right_eye_inner, marks.right_eye_outer)
            )
        )  # fmt: skip
        self._mouth = MouthPatch(self._portrait, marks)
        self._painted = self._portrait.copy()
        self._frame = self._portrait.copy()
        self._said: tuple[Mouth, float] | None = None
        self._shut = -1.0
        self._moved: tuple[Field, Field] | None = None

    def render(self, moment: Moment) -> Frame:
        expression = self._motion.step(moment)
        changed = self._paint(expression)
        x, y = self._mesh.moved(
            self._side * 0.62 * expression.yaw, 0.6 * expression.pitch, self._side * 0.5 * expression.roll,
            -0.006 * self.size[1] * 0.3 * expression.breath,
        )  # fmt: skip
        if not changed and self._moved is not None:
            far = max(float(np.abs(x - self._moved[0]).max()), float(np.abs(y - self._moved[1]).max()))
            if far < _STILL:
                return self._frame
        self._moved = (x, y)
        left, top, right, bottom = self._mesh.box
        source = Image.frombuffer("RGBa", self.size, self._painted, "raw", "RGBa", 0, 1)
        frame = self._portrait.copy()
        frame[top:bottom, left:right] = self._mesh.draw(source, x, y)
        frame.flags.writeable = False
        self._frame = frame
        return frame

    def close(self) -> None:
        """Nothing to give back: pictures are memory."""

    def _paint(self, expression: Expression) -> bool:
        """Mouth and lids, where they differ from what is painted; whether they did."""
        shut = round(1 - expression.lids, 2)
        smile = round(min(max(1.1 * (expression.smile - 0.58), -0.7), 0.7), 1)
        said = (_coarse(expression.mouth), smile)
        if said != self._said:
            self._mouth.draw(self._painted, *said)
        if shut != self._shut:
            for lid in self._lids:
                lid.draw(self._painted, shut)
        changed = said != self._said or shut != self._shut
        self._said, self._shut = said, shut
        return changed


def _coarse(mouth: Mouth) -> Mouth:
    """In steps too small to see, so that a mouth at rest is not painted anew."""
    return Mouth(*(round(value, 2) for value in (
        mouth.open, mouth.wide, mouth.round, mouth.upper_teeth, mouth.lower_teeth, mouth.tongue, mouth.press, mouth.jaw,
    )))  # fmt: skip

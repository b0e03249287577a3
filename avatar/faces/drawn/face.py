"""The face itself: motion, arms and the figure together."""

from avatar.face import FaceError
from avatar.faces.drawn.gestures import ArmMotion
from avatar.faces.drawn.host import Host
from avatar.faces.drawn.looks import LOOKS
from avatar.faces.drawn.pose import Arm, Pose
from avatar.media import Frame, Moment
from avatar.motion import Expression, Motion


class DrawnFace:
    """A host of the given look. `facing` is the side of the picture the product card is on."""

    delay = 0

    def __init__(
        self, look: str = "lin", size: tuple[int, int] = (560, 720), fps: int = 25, seed: int = 0, facing: str = "right"
    ) -> None:
        if look not in LOOKS:
            raise FaceError(f"unknown look {look!r}; choose from {sorted(LOOKS)}")
        if facing not in ("left", "right"):
            raise FaceError(f"facing must be 'left' or 'right', not {facing!r}")
        width, height = size
        if not (64 <= width <= 4096 and 64 <= height <= 4096):
            raise FaceError(f"a face is 64 to 4096 pixels wide and high, not {width}x{height}")
        if not 1 <= fps <= 60:
            raise FaceError(f"fps must be 1..60, got {fps}")
        self.size = (width, height)
        self._host = Host(LOOKS[look], self.size, mirrored=facing == "left")
        self._motion, self._arms = Motion(seed=seed, fps=fps), ArmMotion(fps)

    def render(self, moment: Moment) -> Frame:
        expression = self._motion.step(moment)
        near, far = self._arms.step(expression.gesture, expression.beat, moment.index)
        return self._host.draw(pose_of(expression, near, far))

    def close(self) -> None:
        """Give the renderer's memory back; the face can't be drawn any more."""
        self._host.close()


def pose_of(e: Expression, near: Arm, far: Arm) -> Pose:
    """The figure's pose for an expression: figure units instead of shares."""
    return Pose(
        yaw=e.yaw, pitch=e.pitch, roll=e.roll, lean=7 * e.lean, turn=e.turn, breath=e.breath, gaze=e.gaze,
        lids=(e.lids, e.lids), squint=e.squint, brows=e.brows, worry=e.worry, smile=e.smile, mouth=e.mouth,
        sway=(34 * e.sway[0], 34 * e.sway[1]), near=near, far=far,
    )  # fmt: skip

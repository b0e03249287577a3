"""The drawn face: original hosts drawn as vectors and moved by a rig, on one CPU core, with nothing to download.

The table of looks is read without the renderer, which is imported when somebody draws.
"""

from avatar.face import FaceError
from avatar.faces.drawn.looks import LOOKS, Look
from avatar.media import Frame

__all__ = ["looks", "portrait"]


def looks() -> dict[str, Look]:
    """All hosts by name."""
    return dict(LOOKS)


def portrait(look: str = "lin", size: int = 256) -> Frame:
    """A square picture of the host's head and shoulders, `size` pixels wide."""
    if look not in LOOKS:
        raise FaceError(f"unknown look {look!r}; choose from {sorted(LOOKS)}")
    if not 16 <= size <= 1024:
        raise FaceError(f"a portrait is 16 to 1024 pixels wide, not {size}")
    from avatar.faces.drawn.host import Host
    from avatar.faces.drawn.pose import Pose

    scale = size / 372
    host = Host(LOOKS[look], (round(560 * scale), round(720 * scale)))
    try:
        frame = host.draw(Pose(yaw=0.08, roll=-0.03, gaze=(-0.1, 0.0), smile=0.8, squint=0.35))
    finally:
        host.close()
    left, top = round(94 * scale), 0
    return frame[top : top + size, left : left + size].copy()

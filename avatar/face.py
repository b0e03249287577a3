"""Faces: one moment of speech in, one picture of the host out."""

import pkgutil
from collections.abc import Callable
from typing import Protocol

from avatar.media import Frame, Moment


class FaceError(Exception):
    """A face could not be made; the message says what to do."""


class Face(Protocol):
    """Called once a frame, in order, from one thread. Idle motion is drawn when the moment is silent.

    A face that looks ahead returns the picture of the moment `delay` calls ago; the room holds the sound
    back by as many frames, so picture and sound still share one clock. With a `delay` of more than one it is
    shown every moment; others may be spared some when the room is late.
    """

    delay: int
    size: tuple[int, int]  # width, height of the frames

    def render(self, moment: Moment) -> Frame: ...


FACES = {
    "drawn": "avatar.faces.drawn.face:DrawnFace",
    "photo": "avatar.faces.photo.face:PhotoFace",
    "sadtalker": "avatar.faces.sadtalker.face:SadTalkerFace",
    "still": "avatar.faces.still:StillFace",
}


def load_face(name: str, **options: object) -> Face:
    """The face called `name`, its back-end imported only now."""
    if name not in FACES:
        raise FaceError(f"unknown face {name!r}; choose from {sorted(FACES)}")
    try:
        factory: Callable[..., Face] = pkgutil.resolve_name(FACES[name])
    except ImportError as error:
        raise FaceError(f"face {name!r} needs: pip install 'zhibo[{name}]'") from error
    return factory(**options)

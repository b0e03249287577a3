"""A face that holds one picture: what remains on air when nothing else can be drawn."""

from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from avatar.face import FaceError
from avatar.media import Frame, Moment


class StillFace:
    """The picture at `picture`, fitted into `size`, standing on its lower edge; without one, the drawn host at rest."""

    delay = 0

    def __init__(
        self,
        picture: str | Path | None = None,
        look: str = "lin",
        size: tuple[int, int] = (560, 720),
        facing: str = "right",
    ) -> None:
        self.size = size
        self._frame = _drawn(look, size, facing) if picture is None else _fitted(Path(picture), size)
        self._frame.flags.writeable = False

    def render(self, moment: Moment) -> Frame:
        """The same array each time, read-only."""
        return self._frame


def _drawn(look: str, size: tuple[int, int], facing: str) -> Frame:
    from avatar.faces.drawn.face import DrawnFace  # a merchant's own picture needs no renderer

    face = DrawnFace(look, size, facing=facing)
    try:
        return face.render(Moment(index=0, pcm=np.zeros(0, np.int16)))
    finally:
        face.close()


def _fitted(path: Path, size: tuple[int, int]) -> Frame:
    try:
        with Image.open(path) as image:
            image.load()
            picture = image.convert("RGBA")
    except FileNotFoundError as error:
        raise FaceError(f"there is no picture at {path}; give the path of a PNG, JPEG or WebP file") from error
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise FaceError(f"{path} can't be read as a picture; save it as PNG, JPEG or WebP") from error
    width, height = size
    scale = min(width / picture.width, height / picture.height)
    shape = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    # Premultiply before scaling, or the colour of transparent pixels bleeds into the edge.
    pixels = np.asarray(picture, np.uint16)
    alpha = pixels[..., 3:]
    flat = np.concatenate([(pixels[..., :3] * alpha + 127) // 255, alpha], 2).astype(np.uint8)
    small = np.asarray(Image.fromarray(flat).resize(shape, Image.Resampling.LANCZOS), np.uint8)
    frame: Frame = np.zeros((height, width, 4), np.uint8)
    left = (width - shape[0]) // 2
    frame[height - shape[1] :, left : left + shape[0]] = small
    return frame

"""Portraits uploaded in the console: each becomes a host of the photographed face, with the consent to it."""

import io
import re
import shutil
import tempfile
import uuid
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from avatar.consent import Consent
from avatar.face import FaceError
from avatar.faces.photo.face import PhotoFace
from avatar.faces.photo.host import Marks, PhotoHost
from avatar.media import RATE, Frame, Moment, Mouth
from web.errors import Refusal

MOST_BYTES = 12 * 1024 * 1024
MOST_PIXELS = 40_000_000
LEAST_SIDE, LONGEST_SIDE = 400, 1600  # the largest host on air has 1,000 pixels
FORMATS = ("JPEG", "PNG", "WEBP")  # by content, whatever the file is called
PREFIX = "photo:"
_ID = re.compile(r"[a-z0-9]{1,20}")
_SHAPES = (  # at rest, and as in "ah", "ee", "oo", "m"
    Mouth(), Mouth(open=0.85, jaw=0.7, upper_teeth=0.4), Mouth(open=0.4, wide=0.8, jaw=0.3, upper_teeth=0.5),
    Mouth(open=0.4, round=0.9, jaw=0.3), Mouth(press=1.0),
)  # fmt: skip
_SETTLES = 6  # frames
_HEAD = 320  # pixels that a head to look at is high


class Portraits:
    """Folders `FOLDER/ID` as `zhibo face make` writes them, readable for the owner only. Blocking."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def folder(self, portrait_id: str) -> Path:
        """Raises FaceError when there is no such portrait."""
        if not _ID.fullmatch(portrait_id) or not (found := self._folder / portrait_id).is_dir():
            raise FaceError(
                f"there is no portrait {portrait_id[:20]!r}; choose another host, or upload it in the console"
            )
        return found

    def all(self) -> list[tuple[str, PhotoHost | FaceError]]:
        """Each with its host, or why it can't be shown: its consent ended."""
        found: list[tuple[str, PhotoHost | FaceError]] = []
        for folder in sorted(self._folder.glob("*/")):
            try:
                found.append((folder.name, PhotoHost.read(folder)))
            except FaceError as error:
                found.append((folder.name, error))
        return found

    def add(self, picture: Frame, consent: Consent, purpose: str, marks: Marks) -> str:
        """Keep it; returns its id. Raises FaceError."""
        portrait_id = f"p{uuid.uuid4().hex[:8]}"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._folder, prefix=".") as drafts:
            made = Path(drafts) / "host"
            _make(picture, made, consent, purpose, marks)
            made.chmod(0o700)
            made.rename(self._folder / portrait_id)
        return portrait_id

    def remove(self, portrait_id: str) -> None:
        """The picture and its consent are gone. Raises FaceError when there is none."""
        shutil.rmtree(self.folder(portrait_id))


def _make(picture: Frame, folder: Path, consent: Consent, purpose: str, marks: Marks) -> PhotoHost:
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        Image.fromarray(picture).save(file, "PNG")
        file.flush()
        return PhotoHost.make(Path(file.name), folder, consent, purpose, marks)


def uploaded(data: bytes) -> Frame:
    """An upload as (h, w, 4) RGBA, drawn anew: nothing of the file but its pixels. Raises Refusal."""
    if len(data) > MOST_BYTES:
        raise Refusal("too_large", "照片太大了，最多 12 MB。", "That photograph is too large; the limit is 12 MB.")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Refusal(
                    "too_large", "照片的像素太多了，请缩小后再传。", "It has too many pixels; make it smaller first."
                )
            picture = ImageOps.exif_transpose(image).convert("RGBA")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise Refusal(
            "invalid", "这个文件不是能识别的照片；请传 JPEG、PNG 或 WebP。",
            "That file is no photograph we can read; upload a JPEG, PNG or WebP.",
        ) from error  # fmt: skip
    if min(picture.size) < LEAST_SIDE:
        raise Refusal(
            "invalid", f"照片太小了，短边至少 {LEAST_SIDE} 像素。",
            f"That photograph is too small; its short side needs at least {LEAST_SIDE} pixels.",
        )  # fmt: skip
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return np.array(picture)


def found(picture: Frame, models: Path) -> Marks | None:
    """The face where OpenCV and its detector's file in `models` are at hand and see one; else None."""
    if find_spec("cv2") is None or not any(models.glob("face_detection_yunet*.onnx")):
        return None
    try:
        from avatar.faces.sadtalker.portrait import find

        left_eye, right_eye, _, left, right = find(picture, models).tolist()
    except (ImportError, FaceError):
        return None
    return Marks.placed(left_eye, right_eye, left, right)


def speaking(picture: Frame, consent: Consent, purpose: str, marks: Marks) -> Sequence[Frame]:
    """The host's head at rest and with some sounds, (h, w, 4) each, premultiplied. Raises FaceError: nobody is shown
    without a consent that holds."""
    (left, eyes_y), (right, _) = marks.left_eye_outer, marks.right_eye_outer
    wide, middle = right - left, (left + right) / 2
    top, bottom = eyes_y - 1.5 * wide, marks.chin[1] + 0.6 * wide
    scale = min(2.0, _HEAD / (bottom - top))
    shape = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    rows = slice(max(0, round(top * scale)), round(bottom * scale))
    columns = slice(max(0, round((middle - 1.25 * wide) * scale)), round((middle + 1.25 * wide) * scale))
    with tempfile.TemporaryDirectory() as folder:
        _make(picture, Path(folder), consent, purpose, marks)
        face = PhotoFace(folder, shape)
    shown = []
    for turn, mouth in enumerate(_SHAPES):
        for step in range(_SETTLES):
            frame = face.render(Moment(turn * _SETTLES + step, np.zeros(RATE // 25, np.int16), mouth))
        shown.append(frame[rows, columns].copy())
    return shown

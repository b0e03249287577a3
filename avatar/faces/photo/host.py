"""A photographed host's folder: `host.yaml` with the consent and twelve points of the face, beside `portrait.png`."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from avatar.consent import Consent, ConsentError
from avatar.face import FaceError
from avatar.media import Frame

FILE, PORTRAIT = "host.yaml", "portrait.png"
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Marks:
    """Twelve points of a face, in pixels of its portrait; left and right as one looks at the picture."""

    left_eye_outer: Point
    left_eye_inner: Point
    right_eye_inner: Point
    right_eye_outer: Point
    eye_top: Point  # middle of the left eye's upper lid; the right eye is taken to be like it
    eye_bottom: Point  # and of its lower one
    mouth_left: Point
    mouth_right: Point
    lip_top: Point  # upper edge of the upper lip, in its middle
    lip_line: Point  # where the lips meet
    lip_bottom: Point  # lower edge of the lower lip
    chin: Point

    @classmethod
    def of(cls, told: Any) -> "Marks":
        """From a mapping of names to [x, y]. Raises FaceError."""
        names = [one.name for one in fields(cls)]
        try:
            marks = cls(**{name: (float(told[name][0]), float(told[name][1])) for name in names})
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise FaceError(f"the points of a face are {', '.join(names)}, each as [x, y]; mark them again") from error
        marks.check()
        return marks

    def check(self) -> None:
        """Raises FaceError when no face has its points so."""
        eyes = self.right_eye_outer[0] - self.left_eye_outer[0]
        rows = [
            self.eye_top[1],
            self.eye_bottom[1],
            self.lip_top[1],
            self.lip_line[1],
            self.lip_bottom[1],
            self.chin[1],
        ]
        columns = [
            self.left_eye_outer[0], self.left_eye_inner[0], self.right_eye_inner[0], self.right_eye_outer[0]
        ]  # fmt: skip
        if sorted(rows) != rows or sorted(columns) != columns or self.mouth_left[0] >= self.mouth_right[0]:
            raise FaceError("the points lie in no order a face has them in; mark them again, left as you see it")
        if eyes < 24:
            raise FaceError("the face is smaller than 24 pixels from eye to eye; take a larger picture")

    def scaled(self, scale: float, shift: Point) -> "Marks":
        return Marks(
            *((x * scale + shift[0], y * scale + shift[1]) for x, y in (getattr(self, f.name) for f in fields(self)))
        )

    def told(self) -> dict[str, list[float]]:
        return {f.name: [round(number, 1) for number in getattr(self, f.name)] for f in fields(self)}

    @classmethod
    def guess(cls, width: int, height: int) -> "Marks":
        """Where they lie in most portraits from the front: to begin marking with."""
        unit = min(width, height * 0.8)
        middle, top = width / 2, height * 0.38 - unit * 0.1

        def at(x: float, y: float) -> Point:
            return middle + x * unit, top + y * unit

        return cls.placed(at(-0.105, 0.0), at(0.105, 0.0), at(-0.075, 0.22), at(0.075, 0.22))

    @classmethod
    def placed(cls, left_eye: Point, right_eye: Point, mouth_left: Point, mouth_right: Point) -> "Marks":
        """The twelve, as most faces have them around the middles of the eyes and the corners of the mouth."""
        across = np.subtract(right_eye, left_eye)
        down = np.array((-across[1], across[0])) / max(float(np.hypot(*across)), 1e-6)
        mouth, eyes = np.add(mouth_left, mouth_right) / 2, np.add(left_eye, right_eye) / 2
        wide, high = float(np.hypot(*across)), float(np.hypot(*(mouth - eyes)))

        def at(point: Any, along: float, below: float) -> Point:
            x, y = np.asarray(point) + along * across + below * down
            return float(x), float(y)

        return cls(
            at(left_eye, -0.225, 0), at(left_eye, 0.225, 0), at(right_eye, -0.225, 0), at(right_eye, 0.225, 0),
            at(left_eye, 0, -0.095 * wide), at(left_eye, 0, 0.076 * wide), mouth_left, mouth_right,
            at(mouth, 0, -0.1 * high), at(mouth, 0, 0), at(mouth, 0, 0.13 * high), at(mouth, 0, 0.63 * high),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PhotoHost:
    consent: Consent
    purpose: str  # what the person agreed to be shown in
    portrait: Path
    marks: Marks

    @classmethod
    def read(cls, folder: Path, today: date | None = None) -> "PhotoHost":
        """Raises FaceError with what to do."""
        path, portrait = folder / FILE, folder / PORTRAIT
        try:
            told = yaml.safe_load(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise FaceError(f"there is no {path}; make a host with: zhibo face make PHOTO FOLDER …") from error
        except yaml.YAMLError as error:
            raise FaceError(f"{path} can't be read as YAML; make the host again") from error
        if not isinstance(told, dict):
            raise FaceError(f"{path} is empty; make the host again")
        try:
            consent = _consent(told.get("consent"))
            consent.check(today or date.today())
            if _digest(portrait) != told["picture"]:
                raise FaceError(f"{portrait} is not the picture that {consent.person} agreed to; make the host again")
            return cls(consent, str(told["purpose"]), portrait, Marks.of(told["points"]))
        except ConsentError as error:
            raise FaceError(str(error)) from error
        except FileNotFoundError as error:
            raise FaceError(f"there is no {PORTRAIT} in {folder}; make the host again") from error
        except (KeyError, TypeError) as error:
            raise FaceError(f"{path} is not whole ({error}); make the host again") from error

    @classmethod
    def make(cls, photo: Path, folder: Path, consent: Consent, purpose: str, marks: Marks) -> "PhotoHost":
        """Write a host's folder. Raises FaceError."""
        try:
            consent.check(date.today())
        except ConsentError as error:
            raise FaceError(str(error)) from error
        if not purpose.strip():
            raise FaceError("a consent says what it was given for; add --purpose, such as 'live rooms of this shop'")
        marks.check()
        picture = opened(photo)
        folder.mkdir(parents=True, exist_ok=True)
        portrait = folder / PORTRAIT
        Image.fromarray(picture).save(portrait)
        told = {
            "consent": consent.told(), "purpose": purpose, "picture": _digest(portrait), "points": marks.told()
        }  # fmt: skip
        (folder / FILE).write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return cls(consent, purpose, portrait, marks)

    def fitted(self, size: tuple[int, int]) -> tuple[Frame, Marks]:
        """The portrait within `size`, standing on the lower edge, colour premultiplied; and its points there."""
        picture = opened(self.portrait)
        height, width = picture.shape[:2]
        scale = min(size[0] / width, size[1] / height)
        shape = (max(1, round(width * scale)), max(1, round(height * scale)))
        flat = picture.astype(np.uint16)
        flat[..., :3] = (flat[..., :3] * flat[..., 3:] + 127) // 255
        small = np.asarray(Image.fromarray(flat.astype(np.uint8)).resize(shape, Image.Resampling.LANCZOS))
        left, top = (size[0] - shape[0]) // 2, size[1] - shape[1]
        frame: Frame = np.zeros((size[1], size[0], 4), np.uint8)
        frame[top:, left : left + shape[0]] = np.minimum(small, small[..., 3:])
        if (small[..., 3] == 255).all():
            _round(frame[top:, left : left + shape[0]])
        return frame, self.marks.scaled(scale, (left, top))


def _consent(told: Any) -> Consent:
    if not isinstance(told, Mapping):
        raise FaceError("nobody is shown without consent; make the host with --person, --consented and --document")
    return Consent(**told)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _round(frame: Frame) -> None:
    """Soft upper corners for a picture with a background of its own: it stands in the scene like a screen."""
    height, width = frame.shape[:2]
    radius = 0.06 * min(width, height)
    x = np.minimum(np.arange(width) + 0.5, np.arange(width)[::-1] + 0.5)
    away = np.hypot(np.maximum(radius - x, 0)[None], np.maximum(radius - np.arange(height) - 0.5, 0)[:, None])
    alpha: NDArray[np.float64] = np.clip(radius + 0.5 - away, 0, 1)
    frame[...] = (frame * alpha[..., None]).astype(np.uint8)


def opened(path: Path) -> Frame:
    """A photograph as it is seen, (h, w, 4) RGBA. Raises FaceError."""
    try:
        with Image.open(path) as image:
            return np.array(ImageOps.exif_transpose(image).convert("RGBA"))
    except FileNotFoundError as error:
        raise FaceError(f"there is no picture at {path}; give the path of a PNG, JPEG or WebP file") from error
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise FaceError(f"{path} can't be read as a picture; save it as PNG, JPEG or WebP") from error

"""A photograph → what the networks need of it. Done once, when a host is made."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError

from avatar.face import FaceError
from avatar.faces.sadtalker import geometry
from avatar.faces.sadtalker.geometry import Box, Picture, Points
from avatar.faces.sadtalker.recon import FaceModel, coefficients

_SURE = 0.8
_SMALLEST = 60  # pixels between the eyes' outer ends and the mouth that still show a face
_DETECTORS = "face_detection_yunet*.onnx"


@dataclass(frozen=True, slots=True)
class Measured:
    """`face`: what is drawn, in the photograph's pixels; `coefficients`: 73."""

    face: Box
    coefficients: tuple[float, ...]


def opened(path: Path) -> Picture:
    """A photograph as it is seen, (H, W, 4). Raises FaceError."""
    try:
        with Image.open(path) as image:
            return np.asarray(ImageOps.exif_transpose(image).convert("RGBA"))
    except FileNotFoundError as error:
        raise FaceError(f"there is no picture at {path}; give the path of a PNG, JPEG or WebP file") from error
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise FaceError(f"{path} can't be read as a picture; save it as PNG, JPEG or WebP") from error


def find(picture: Picture, folder: Path) -> Points:
    """Eyes, nose and mouth's corners of the surest face in the picture (H, W, 3 or 4), by OpenCV's YuNet, whose file
    lies in `folder`. Raises FaceError."""
    try:
        import cv2
    except ImportError as error:
        raise FaceError("finding a face needs OpenCV: pip install 'zhibo[sadtalker]'; or give --points") from error
    models = sorted(folder.glob(_DETECTORS))
    if not models:
        raise FaceError(f"there is no {_DETECTORS} in {folder}; get it from OpenCV's model zoo, or give --points")
    height, width = picture.shape[:2]
    detector = cv2.FaceDetectorYN.create(str(models[-1]), "", (width, height), _SURE)
    faces = detector.detect(np.ascontiguousarray(picture[..., 2::-1]))[1]
    if faces is None:
        raise FaceError(
            "no face was found; take a picture with one face, from the front and well lit, or give --points"
        )
    best = max(faces, key=lambda face: float(face[-1]))
    return np.asarray(best[4:14], np.float64).reshape(5, 2)


def measure(picture: Picture, points: Points, size: int, model: FaceModel) -> Measured:
    """Cut the face out as SadTalker does, and fit its 3D model. `points` as `find` gives them. Raises FaceError."""
    height, width = picture.shape[:2]
    if points.shape != (5, 2) or (points < 0).any() or (points >= (width, height)).any():
        raise FaceError("the five points (eyes, nose, mouth's corners) must lie in the picture")
    if np.ptp(points, 0).min() * 4 < _SMALLEST:
        raise FaceError("the face is too small in this picture; take one where it fills a third of the height")
    face = geometry.crop((width, height), (points[0], points[1]), (points[3], points[4])).box()
    seen = drawn(picture, face, size)
    within = (points - (face.left, face.top)) * size / np.array(face.size)
    alignment = geometry.align(size, within)
    aligned = torch.from_numpy(geometry.fitted(seen, alignment).copy()).permute(2, 0, 1)[None] / 255
    with torch.inference_mode():
        fitted = coefficients(model(aligned.to(model.stem.weight.device)), alignment.crop)
    return Measured(face, tuple(float(number) for number in fitted[0]))


def drawn(picture: Picture, face: Box, size: int) -> Picture:
    """The square that the networks see: (size, size, 3)."""
    cut = face.cut(picture)
    alpha = cut[..., 3:].astype(np.uint16) if cut.shape[2] == 4 else np.full(1, 255, np.uint16)
    # What is transparent is grey to the networks, as most photographs' grounds are about.
    opaque = (cut[..., :3] * alpha + 128 * (255 - alpha) + 127) // 255
    return geometry.squashed(opaque.astype(np.uint8), size)

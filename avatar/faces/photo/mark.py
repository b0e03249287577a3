"""A page to mark a face on, and reading what was marked. The page is one file: nothing is sent anywhere."""

import base64
import io
import json
from collections.abc import Mapping
from pathlib import Path

import yaml
from PIL import Image

from avatar.face import FaceError
from avatar.faces.photo.host import Marks, opened

NAMES: Mapping[str, tuple[str, str]] = {  # of the points, in Chinese and English
    "left_eye_outer": ("左边眼睛的外角", "left eye, outer corner"),
    "left_eye_inner": ("左边眼睛的内角", "left eye, inner corner"),
    "right_eye_inner": ("右边眼睛的内角", "right eye, inner corner"),
    "right_eye_outer": ("右边眼睛的外角", "right eye, outer corner"),
    "eye_top": ("左眼上眼睑中间", "left eye, middle of the upper lid"),
    "eye_bottom": ("左眼下眼睑中间", "left eye, middle of the lower lid"),
    "mouth_left": ("左嘴角", "mouth, left corner"),
    "mouth_right": ("右嘴角", "mouth, right corner"),
    "lip_top": ("上唇上沿中点", "upper edge of the upper lip"),
    "lip_line": ("双唇合缝中点", "where the lips meet"),
    "lip_bottom": ("下唇下沿中点", "lower edge of the lower lip"),
    "chin": ("下巴最低点", "lowest point of the chin"),
}
FIRST: Mapping[str, tuple[str, str]] = {  # what all twelve are placed by
    "left_eye": ("左边眼睛的正中", "middle of the left eye"),
    "right_eye": ("右边眼睛的正中", "middle of the right eye"),
    "mouth_left": NAMES["mouth_left"],
    "mouth_right": NAMES["mouth_right"],
}


def page(photo: Path) -> str:
    """HTML with the photograph in it and twelve points to drag, which it saves as points.yaml. Raises FaceError."""
    picture = Image.fromarray(opened(photo))
    packed = io.BytesIO()
    picture.save(packed, "WEBP", quality=90)
    address = "data:image/webp;base64," + base64.b64encode(packed.getvalue()).decode()
    marks = json.dumps(Marks.guess(picture.width, picture.height).told())
    text = (Path(__file__).parent / "mark.html").read_text(encoding="utf-8")
    names = json.dumps({name: " · ".join(said) for name, said in NAMES.items()}, ensure_ascii=False)
    return text.replace("@PHOTO@", address).replace("@MARKS@", marks).replace("@NAMES@", names)


def marked(path: Path) -> Marks:
    """The points of a points.yaml. Raises FaceError."""
    try:
        return Marks.of(yaml.safe_load(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise FaceError(f"there is no {path}; mark the face with: zhibo face mark PHOTO") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FaceError(f"{path} can't be read as YAML; mark the face again") from error

"""A page to mark a face on, and reading what was marked. The page is one file: nothing is sent anywhere."""

import base64
import io
import json
from pathlib import Path

import yaml
from PIL import Image

from avatar.face import FaceError
from avatar.faces.photo.host import Marks, opened


def page(photo: Path) -> str:
    """HTML with the photograph in it and twelve points to drag, which it saves as points.yaml. Raises FaceError."""
    picture = Image.fromarray(opened(photo))
    packed = io.BytesIO()
    picture.save(packed, "WEBP", quality=90)
    address = "data:image/webp;base64," + base64.b64encode(packed.getvalue()).decode()
    marks = json.dumps(Marks.guess(picture.width, picture.height).told())
    text = (Path(__file__).parent / "mark.html").read_text(encoding="utf-8")
    return text.replace("@PHOTO@", address).replace("@MARKS@", marks)


def marked(path: Path) -> Marks:
    """The points of a points.yaml. Raises FaceError."""
    try:
        return Marks.of(yaml.safe_load(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise FaceError(f"there is no {path}; mark the face with: zhibo face mark PHOTO") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FaceError(f"{path} can't be read as YAML; mark the face again") from error

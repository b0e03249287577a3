from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from avatar.face import FaceError, load_face
from avatar.faces.still import StillFace
from avatar.media import Moment

MOMENT = Moment(0, np.zeros(1764, np.int16))


def save(path: Path, colour: tuple[int, int, int, int], size: tuple[int, int] = (40, 80)) -> Path:
    Image.new("RGBA", size, colour).save(path)
    return path


def test_without_a_picture_it_is_the_drawn_host_at_rest() -> None:
    face = load_face("still", look="chen", size=(140, 180))
    frame = face.render(MOMENT)
    assert frame.shape == (180, 140, 4)
    assert frame[50, 70, 3] == 255
    assert face.render(MOMENT) is frame, "one picture, held"
    assert face.delay == 0


def test_a_picture_is_fitted_and_stands_on_the_lower_edge(tmp_path: Path) -> None:
    face = StillFace(save(tmp_path / "host.png", (200, 100, 50, 255)), size=(100, 100))
    frame = face.render(MOMENT)
    assert frame[-1, 50].tolist() == [200, 100, 50, 255]
    covered = np.argwhere(frame[..., 3] > 0)
    assert covered.min(0).tolist() == [0, 25]
    assert covered.max(0).tolist() == [99, 74]


def test_transparency_is_premultiplied(tmp_path: Path) -> None:
    frame = StillFace(save(tmp_path / "host.png", (200, 100, 50, 128)), size=(40, 80)).render(MOMENT)
    red, green, blue, alpha = frame[40, 20].tolist()
    assert alpha == 128
    assert (red, green, blue) == pytest.approx((100, 50, 25), abs=1)


def test_a_photo_without_transparency_is_opaque(tmp_path: Path) -> None:
    path = tmp_path / "host.jpg"
    Image.new("RGB", (50, 50), (10, 20, 30)).save(path)
    assert StillFace(path, size=(50, 50)).render(MOMENT)[..., 3].min() == 255


def test_nobody_can_paint_on_the_held_picture(tmp_path: Path) -> None:
    frame = StillFace(save(tmp_path / "host.png", (1, 2, 3, 255)), size=(40, 80)).render(MOMENT)
    with pytest.raises(ValueError, match="read-only"):
        frame[0, 0] = 0


def test_a_missing_or_broken_picture_is_explained(tmp_path: Path) -> None:
    with pytest.raises(FaceError, match="no picture at"):
        StillFace(tmp_path / "nowhere.png")
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n" + b"rubbish" * 20)
    with pytest.raises(FaceError, match="save it as PNG"):
        StillFace(broken)
    with pytest.raises(FaceError, match="choose from"):
        StillFace(look="nobody")
    with pytest.raises(FaceError, match="can't be read"):
        StillFace(tmp_path)


def test_an_unknown_face_names_the_choices() -> None:
    with pytest.raises(FaceError, match="drawn"):
        load_face("hologram")

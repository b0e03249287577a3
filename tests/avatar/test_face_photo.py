from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image
from typer.testing import CliRunner

from avatar.consent import Consent
from avatar.face import FaceError, load_face
from avatar.faces.photo.example import make_example
from avatar.faces.photo.face import PhotoFace
from avatar.faces.photo.host import FILE, PORTRAIT, Marks, PhotoHost
from avatar.faces.photo.mark import marked, page
from avatar.faces.photo.mouth import MouthPatch
from avatar.media import Frame, Moment, Mouth
from web.cli import app

SIZE = (280, 360)
SILENCE = np.zeros(1764, np.int16)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("host")
    make_example(where)
    return where


@pytest.fixture
def face(folder: Path) -> PhotoFace:
    return PhotoFace(str(folder), SIZE, seed=3)


def moment(index: int, mouth: Mouth | None = None, **more: float) -> Moment:
    return Moment(index, SILENCE, mouth or Mouth(), **more)  # type: ignore[arg-type]


def inside(portrait: Frame, marks: Marks, mouth: Mouth) -> int:
    """Rows of the middle column that show the inside of the mouth: far darker than lips and skin."""
    painted = portrait.copy()
    MouthPatch(portrait, marks).draw(painted, mouth, 0.0)
    column = round(marks.lip_line[0])
    rows = slice(round(marks.lip_top[1]) - 6, round(marks.chin[1]) + 8)
    return int((painted[rows, column, :3].max(1) < 110).sum())


def test_a_frame_is_the_portrait_in_the_size_asked_for(face: PhotoFace) -> None:
    frame = face.render(moment(0))
    assert frame.shape == (360, 280, 4)
    assert frame.dtype == np.uint8
    assert frame[0, 0, 3] == 0, "cut out: the corner is the scene's"
    assert frame[130, 140, 3] == 255
    assert (frame[..., :3] <= frame[..., 3:]).all(), "colour is premultiplied"


def test_a_picture_with_a_background_gets_soft_corners(tmp_path: Path) -> None:
    make_example(tmp_path, background=True)
    frame = PhotoFace(str(tmp_path), SIZE).render(moment(0))
    assert frame[0, 0, 3] == 0
    assert frame[2, 140, 3] == 255


def test_lips_part_with_the_voice_and_are_shut_for_m_and_in_silence(folder: Path) -> None:
    portrait, marks = PhotoHost.read(folder).fitted((560, 720))
    assert inside(portrait, marks, Mouth()) == 0
    assert inside(portrait, marks, Mouth(open=0.8, press=1.0, jaw=0.8)) == 0
    widths = [inside(portrait, marks, Mouth(open=opened)) for opened in (0.3, 0.6, 1.0)]
    assert 2 <= widths[0] < widths[1] < widths[2]


def test_speech_moves_the_mouth_and_leaves_eyes_and_shoulders(folder: Path) -> None:
    portrait, marks = PhotoHost.read(folder).fitted(SIZE)
    painted = portrait.copy()
    MouthPatch(portrait, marks).draw(painted, Mouth(open=1.0, jaw=1.0), 0.0)
    changed = np.abs(painted.astype(int) - portrait).max(2) > 12
    assert changed.sum() > 150
    assert not changed[: round(marks.lip_top[1]) - 8].any()
    assert not changed[round(2.3 * marks.chin[1] - 1.3 * marks.lip_bottom[1]) :].any()


def test_a_mouth_at_rest_is_the_photograph_itself(folder: Path) -> None:
    portrait, marks = PhotoHost.read(folder).fitted(SIZE)
    painted = portrait.copy()
    MouthPatch(portrait, marks).draw(painted, Mouth(), 0.0)
    assert np.abs(painted.astype(int) - portrait).max() <= 1


def test_it_blinks_with_skin_over_the_eye(folder: Path) -> None:
    face = PhotoFace(str(folder), SIZE, seed=3)
    eye = face._lids[0]
    open_eye = face._portrait[eye.top : eye.bottom, eye.left : eye.right]
    shut = face._portrait.copy()
    eye.draw(shut, 1.0)
    patch = shut[eye.top : eye.bottom, eye.left : eye.right]

    def iris(pixels: Frame) -> int:
        """Green, as the drawn portrait's eyes are and its skin is not."""
        return int((pixels[..., 1].astype(int) > pixels[..., 0].astype(int) + 8).sum())

    assert iris(open_eye) > 20
    assert iris(patch) <= 2
    again = face._portrait.copy()
    eye.draw(again, 0.0)
    assert np.abs(again.astype(int) - face._portrait).max() <= 1, "an open eye is the photograph's"


def test_silence_moves_and_the_same_seed_gives_the_same_film(folder: Path) -> None:
    def film(seed: int) -> list[Frame]:
        face = PhotoFace(str(folder), SIZE, seed=seed)
        return [face.render(moment(n)) for n in range(50)]

    first, again, other = film(1), film(1), film(2)
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert any((a != b).any() for a, b in zip(first, other, strict=True))
    assert (np.abs(first[0].astype(int) - first[-1]).max(2) > 12).sum() > 200


def test_no_hole_and_no_edge_opens_while_the_head_moves(face: PhotoFace) -> None:
    """What the portrait covers stays covered, and the mesh's edge shows the portrait unmoved."""
    left, top, right, bottom = face._mesh.box
    for n in range(0, 200):
        frame = face.render(moment(n, Mouth(open=n % 5 / 4, jaw=0.5), energy=0.5, utterance=1, emphasis=float(n > 90)))
        assert frame[60:355, 134:146, 3].min() == 255
        edge = np.abs(frame[bottom - 1, left:right].astype(int) - face._portrait[bottom - 1, left:right]).max()
        assert edge <= 40, "no step where the mesh ends"


def test_a_picture_given_out_is_never_drawn_over(face: PhotoFace) -> None:
    first = face.render(moment(0))
    kept = first.copy()
    face.render(moment(40, Mouth(open=1.0)))
    assert (first == kept).all()


# --- consent and marks ----------------------------------------------------------------------------------------------


def test_without_consent_nobody_is_shown(folder: Path, tmp_path: Path) -> None:
    told = yaml.safe_load((folder / FILE).read_text())
    (tmp_path / PORTRAIT).write_bytes((folder / PORTRAIT).read_bytes())
    for change, words in (
        ({"consent": None}, "consent"),
        ({"consent": told["consent"] | {"until": date.today() - timedelta(days=1)}}, "ended"),
        ({"consent": told["consent"] | {"person": " "}}, "names the person"),
        ({"picture": "another"}, "agreed to"),
        ({"points": {}}, "mark them again"),
    ):
        (tmp_path / FILE).write_text(yaml.safe_dump(told | change))
        with pytest.raises(FaceError, match=words):
            PhotoFace(str(tmp_path), SIZE)


def test_a_consent_says_what_for(folder: Path, tmp_path: Path) -> None:
    host = PhotoHost.read(folder)
    with pytest.raises(FaceError, match="purpose"):
        PhotoHost.make(host.portrait, tmp_path, Consent("Lin", date(2026, 1, 2), "safe 3"), " ", host.marks)


@pytest.mark.parametrize(("look", "words"), [("", "zhibo face make"), ("/nowhere", "zhibo face make")])
def test_a_missing_host_is_explained(look: str, words: str) -> None:
    with pytest.raises(FaceError, match=words):
        load_face("photo", look=look)


def test_points_no_face_has_are_refused(folder: Path) -> None:
    marks = PhotoHost.read(folder).marks
    with pytest.raises(FaceError, match="order"):
        replace(marks, chin=marks.lip_top, lip_top=marks.chin).check()
    with pytest.raises(FaceError, match="larger"):
        marks.scaled(0.05, (0, 0)).check()


@pytest.mark.parametrize("size", [(600, 800), (400, 400), (1000, 700)])
def test_the_first_guess_is_a_face_inside_the_picture(size: tuple[int, int]) -> None:
    marks = Marks.guess(*size)
    marks.check()
    assert all(0 < x < size[0] and 0 < y < size[1] for x, y in marks.told().values())


def test_from_a_photograph_to_a_host_on_the_command_line(folder: Path, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    Image.open(folder / PORTRAIT).convert("RGB").save(photo)
    run = CliRunner()
    assert run.invoke(app, ["face", "mark", str(photo)]).exit_code == 0
    written = (tmp_path / "photo.html").read_text(encoding="utf-8")
    assert "data:image/webp;base64," in written
    assert "http" not in written.split("</style>")[0], "the page fetches nothing"
    points = tmp_path / "points.yaml"
    points.write_text(yaml.safe_dump(PhotoHost.read(folder).marks.told()))
    assert marked(points).chin == pytest.approx(PhotoHost.read(folder).marks.chin, abs=0.1)
    command = [
        "face", "make", str(photo), str(tmp_path / "host"), "--points", str(points), "--person", "nobody",
        "--consented", "2026-11-28", "--document", "drawn", "--purpose", "a test",
    ]  # fmt: skip
    done = run.invoke(app, command)
    assert done.exit_code == 0, done.output
    host = PhotoHost.read(tmp_path / "host")
    assert (host.consent.person, host.purpose) == ("nobody", "a test")
    assert PhotoFace(str(tmp_path / "host"), SIZE).render(moment(0))[130, 140, 3] == 255


def test_a_page_of_no_picture_is_explained(tmp_path: Path) -> None:
    with pytest.raises(FaceError, match="no picture"):
        page(tmp_path / "nothing.jpg")

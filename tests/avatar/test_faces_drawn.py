import gc
import resource
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from avatar.face import FaceError, load_face
from avatar.faces.drawn import looks, portrait
from avatar.faces.drawn.face import DrawnFace
from avatar.faces.drawn.gestures import POSES
from avatar.faces.drawn.host import Host
from avatar.faces.drawn.pose import Pose
from avatar.media import RATE, Frame, Moment, Mouth

HOSTS = sorted(name for name in looks() if "-" not in name)
SILENCE = np.zeros(RATE // 25, np.int16)
MOUTH = (slice(250, 310), slice(245, 315))  # rows, columns of a 560×720 frame


def moment(index: int, mouth: Mouth | None = None, **more: float) -> Moment:
    return Moment(index, SILENCE, mouth or Mouth(), **more)  # type: ignore[arg-type]


def changed(a: Frame, b: Frame) -> np.ndarray:
    """Which pixels differ visibly."""
    return np.abs(a.astype(int) - b.astype(int)).max(2) > 12


@pytest.fixture
def host() -> Host:
    return Host(looks()["lin"], (560, 720))


@pytest.mark.parametrize("look", sorted(looks()))
def test_every_look_fills_its_frame(look: str) -> None:
    face = load_face("drawn", look=look)
    frame = face.render(moment(0))
    assert face.delay == 0
    assert face.size == (560, 720)
    assert frame.shape == (720, 560, 4)
    assert frame.dtype == np.uint8
    alpha = frame[..., 3]
    assert alpha[0, 0] == 0, "the corner is the background's"
    assert alpha[200, 280] == 255, "the face is opaque"
    assert 0.3 < (alpha > 0).mean() < 0.7
    assert (frame[..., :3] <= alpha[..., None]).all(), "colour is premultiplied"


def test_hosts_differ_and_are_named_in_both_languages() -> None:
    assert len(HOSTS) >= 8
    pictures = [portrait(name, 64) for name in HOSTS]
    for index, picture in enumerate(pictures):
        for other in pictures[:index]:
            assert changed(picture, other).mean() > 0.2
    assert all(set(look.title) == {"zh", "en"} for look in looks().values())
    assert len({look.title["zh"] for look in looks().values()}) == len(looks()), "each name means one look"


@pytest.mark.parametrize("host", HOSTS)
def test_a_change_of_clothes_is_seen_and_keeps_the_face(host: str) -> None:
    same = [look for name, look in looks().items() if name.split("-")[0] == host]
    assert len(same) >= 2
    frames = [Host(look, (140, 180)).draw(Pose()) for look in same]
    for other in frames[1:]:
        assert changed(frames[0], other)[90:].mean() > 0.1
    assert len({(look.skin, look.build, look.iris) for look in same}) == 1


def test_the_table_of_looks_needs_no_renderer() -> None:
    script = "import sys; from avatar.faces.drawn import looks; looks(); sys.exit('thorvg_python' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0


def test_portrait_is_a_square_with_the_face_in_the_middle() -> None:
    picture = portrait("mia", 200)
    assert picture.shape == (200, 200, 4)
    assert picture[100, 100, 3] == 255


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"look": "nobody"}, "chen"),
        ({"facing": "up"}, "right"),
        ({"size": (0, 720)}, "pixels"),
        ({"size": (560, 99_999)}, "pixels"),
        ({"fps": 0}, "fps"),
    ],
)
def test_a_wrong_option_is_explained(options: dict[str, object], words: str) -> None:
    with pytest.raises(FaceError, match=words):
        load_face("drawn", **options)


def test_portrait_of_nobody_names_the_choices() -> None:
    with pytest.raises(FaceError, match="lin"):
        portrait("nobody")
    with pytest.raises(FaceError, match="pixels"):
        portrait("lin", 0)


def test_an_open_mouth_changes_the_mouth_and_chin_alone(host: Host) -> None:
    shut = host.draw(Pose())
    opened = host.draw(Pose(mouth=Mouth(open=0.9, upper_teeth=0.5)))
    difference = changed(shut, opened)
    assert difference[MOUTH].mean() > 0.25
    difference[225:345, 190:370] = False  # mouth, jaw and the jaw's shadow on the neck
    assert not difference.any()


def test_visemes_look_different(host: Host) -> None:
    shapes = [
        Mouth(),
        Mouth(press=1.0),
        Mouth(open=1.0, upper_teeth=0.6),
        Mouth(open=0.3, wide=0.75, upper_teeth=1.0, lower_teeth=0.4),
        Mouth(open=0.6, round=0.8, wide=-0.4),
        Mouth(open=0.2, upper_teeth=1.0, tongue=0.9),
    ]
    frames = [host.draw(Pose(mouth=shape)) for shape in shapes]
    for index, frame in enumerate(frames):
        for other in frames[:index]:
            assert changed(frame, other)[MOUTH].sum() > 60


def test_silence_shuts_the_mouth() -> None:
    face = DrawnFace(size=(280, 360))
    talking = face.render(moment(0, Mouth(open=1.0, upper_teeth=0.8)))
    silent = face.render(moment(1))
    rows, columns = slice(122, 142), slice(128, 152)

    def dark(frame: Frame) -> int:
        """Pixels of the mouth's inside: far darker than lips and skin."""
        return int((frame[rows, columns, :3].max(2) < 125).sum())

    assert dark(talking) > 20
    assert dark(silent) == 0


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -5.0, 7.0])
def test_numbers_out_of_range_do_no_harm(value: float) -> None:
    face = DrawnFace(size=(140, 180))
    bad = Mouth(value, value, value, value, value, value, value)
    frame = face.render(moment(0, bad, energy=value, emphasis=value))
    assert frame[100:170, 60:80, 3].min() == 255


def test_same_seed_same_frames_other_seed_other_frames() -> None:
    def film(seed: int) -> list[Frame]:
        face = DrawnFace(size=(140, 180), seed=seed)
        return [face.render(moment(n, energy=0.5 * (n % 3), utterance=1, emphasis=n / 60)) for n in range(60)]

    first, again, other = film(3), film(3), film(4)
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert any((a != b).any() for a, b in zip(first, other, strict=True))


def test_facing_left_is_the_mirror_image() -> None:
    right = DrawnFace(size=(280, 360)).render(moment(0))
    left = DrawnFace(size=(280, 360), facing="left").render(moment(0))
    assert changed(right, left).any()
    assert changed(right, left[:, ::-1]).mean() < 0.01


def test_a_picture_given_out_is_never_drawn_over() -> None:
    face = DrawnFace(size=(140, 180))
    first = face.render(moment(0))
    kept = first.copy()
    face.render(moment(50, Mouth(open=1.0)))
    assert (first == kept).all()


@pytest.mark.parametrize("look", HOSTS)
def test_gestures_stay_inside_the_frame(look: str) -> None:
    host = Host(looks()[look], (280, 360))
    for near, far in POSES.values():
        frame = host.draw(Pose(near=near, far=far))
        assert not frame[:, 0, 3].any()
        assert not frame[:, -1, 3].any()


@pytest.mark.parametrize("look", HOSTS)
def test_no_hole_opens_while_the_head_turns(look: str) -> None:
    """Down the middle from the hair to the hands every pixel is covered, however the head is held."""
    host = Host(looks()[look], (280, 360))
    rest = Pose()
    for yaw in (-0.3, 0.3):
        for pitch in (-0.18, 0.18):
            for roll in (-0.14, 0.14):
                pose = replace(rest, yaw=yaw, pitch=pitch, roll=roll, mouth=Mouth(open=1.0), sway=(20, 20))
                alpha = host.draw(pose)[..., 3]
                assert alpha[60:355, 136:144].min() == 255, (yaw, pitch, roll)


@pytest.mark.skipif(sys.platform == "win32", reason="needs the resource module")
def test_memory_stays_flat_over_hundreds_of_frames() -> None:
    face = DrawnFace(size=(64, 82))

    def run(start: int, count: int) -> int:
        for n in range(start, start + count):
            face.render(moment(n, Mouth(open=n % 7 / 7), energy=0.4, utterance=1, emphasis=float(n % 100 > 70)))
        gc.collect()
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    before = run(0, 150)
    after = run(150, 500)
    assert after - before < (3000 if sys.platform == "linux" else 3_000_000)


def test_a_dropped_face_gives_its_canvas_back() -> None:
    face = DrawnFace(size=(140, 180))
    release = face._host._figure._picture._release
    assert release.alive
    del face
    gc.collect()
    assert not release.alive


def test_closing_frees_and_is_final() -> None:
    def peak() -> int:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    for _ in range(3):
        DrawnFace().close()
    before = peak()
    for _ in range(30):
        face = DrawnFace()
        face.render(moment(0))
        face.close()
        face.close()
    gc.collect()
    assert peak() - before < (12_000 if sys.platform == "linux" else 12_000_000), "30 faces of 1.6 MB of pixels each"
    with pytest.raises(FaceError, match="closed"):
        face.render(moment(1))

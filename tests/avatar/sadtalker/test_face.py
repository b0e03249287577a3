"""A host made of a photograph, as a merchant makes one and as a room shows it."""

import sys
import threading
import time
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

from avatar.consent import Consent
from avatar.face import FaceError, load_face
from avatar.faces.sadtalker.__main__ import main
from avatar.faces.sadtalker.face import SadTalkerFace
from avatar.faces.sadtalker.generator import Generator
from avatar.faces.sadtalker.host import FILE, PORTRAIT, Host
from avatar.media import RATE, Frame, Moment
from bench.sadtalker_fill import sound
from bench.sadtalker_tiny import POINTS, SHAPES, SIZE, make_host, photograph

PER_FRAME = RATE // 25


@pytest.fixture
def host(checkpoints: Path, tmp_path: Path) -> Path:
    return make_host(tmp_path / "host", checkpoints)


def speech(count: int) -> list[Moment]:
    wave = sound(count / 25)
    pcm = np.interp(np.arange(count * PER_FRAME) / RATE, np.arange(len(wave)) / 16_000, wave)
    loud = (pcm * 20_000).astype(np.int16).reshape(count, PER_FRAME)
    return [Moment(index, part) for index, part in enumerate(loud)]


def made(host: Path, **options: object) -> SadTalkerFace:
    options = {"live": False, "numbers": "float32", "batch": 2, "size": (150, 200), "shapes": SHAPES, **options}
    face = load_face("sadtalker", look=host, **options)
    assert isinstance(face, SadTalkerFace)
    return face


def shown(face: SadTalkerFace, moments: list[Moment]) -> list[Frame]:
    try:
        return [face.render(moment) for moment in moments]
    finally:
        face.close()


def test_the_portrait_speaks_after_the_delay_and_keeps_its_outline(host: Path) -> None:
    face = made(host)
    frames = shown(face, speech(face.delay + 12))
    assert {frame.shape for frame in frames} == {(200, 150, 4)}
    before = frames[: face.delay]
    assert all(np.array_equal(frame, before[0]) for frame in before), "at rest until the first picture is due"
    for earlier, later in zip(frames[face.delay :], frames[face.delay + 1 :], strict=False):
        assert not np.array_equal(earlier, later), "a face that stands still while it speaks"
    assert all(np.array_equal(frame[..., 3], before[0][..., 3]) for frame in frames)
    assert all((frame[..., :3] <= frame[..., 3:]).all() for frame in frames), "colour is premultiplied"
    ground = frames[-1][:30] == before[0][:30]
    assert ground.all(), "above the face the portrait stays as it is"


def test_the_same_seed_gives_the_same_film_in_any_batch(host: Path) -> None:
    films = []
    for batch in (1, 4):
        face = made(host, batch=batch)
        films.append(shown(face, speech(face.delay + 6))[face.delay :])
    apart = [np.abs(one.astype(int) - other).max() for one, other in zip(*films, strict=True)]
    assert max(apart) <= 1


def test_a_face_alone_fills_the_picture(checkpoints: Path, tmp_path: Path) -> None:
    face = made(make_host(tmp_path / "face", checkpoints, whole=False, still=True))
    frame = shown(face, speech(face.delay + 1))[-1]
    assert (frame[:50, :, 3] == 0).all(), "a square in an upright picture stands on its lower edge"


def test_on_air_a_picture_that_is_late_is_the_one_before(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that needs a second for each picture delays no sound, and goes on with what is due, not what was."""
    gate = threading.Event()
    drawn: list[int] = []
    draw = Generator.__call__

    def slow(generator: Generator, *args: torch.Tensor) -> torch.Tensor:
        drawn.append(1)
        gate.wait(5.0)
        return draw(generator, *args)

    monkeypatch.setattr(Generator, "__call__", slow)
    face = made(host, live=True, batch=1)
    try:
        started = time.process_time()
        for moment in speech(face.delay + 30):
            frame = face.render(moment)
        assert face.shown == -1, "nothing is ready yet, and nobody waited for it"
        gate.set()
        deadline = time.monotonic() + 10
        while face.shown < 0 and time.monotonic() < deadline:
            while not face._sounds.empty():  # this machine may be slower than any room's
                time.sleep(0.005)
            frame = face.render(Moment(0, np.zeros(PER_FRAME, np.int16)))
        assert face.shown >= 0
        assert frame.shape == (200, 150, 4)
        assert len(drawn) < 30, "pictures whose time had passed were drawn"
        assert time.process_time() - started < 10
    finally:
        gate.set()
        face.close()


def test_a_failure_reaches_the_room(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> torch.Tensor:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(Generator, "__call__", broken)
    face = made(host)
    with pytest.raises(FaceError, match="could not be drawn: out of memory"):
        shown(face, speech(face.delay + 5))


def test_without_torch_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "avatar.faces.sadtalker.face", raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(FaceError, match=r"pip install 'zhibo\[sadtalker\]'"):
        load_face("sadtalker", look="x")


def test_another_frame_rate_is_said(host: Path) -> None:
    face = made(host)
    with pytest.raises(FaceError, match="set the room to 25 frames"):
        shown(face, [Moment(0, np.zeros(RATE // 30, np.int16))])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"consent": None}, "nobody is shown without consent"),
        ({"consent": {"person": " ", "given": date(2026, 1, 1), "document": "a"}}, "names the person"),
        ({"consent": {"person": "Lin", "given": date(2099, 1, 1), "document": "a"}}, "yet to come"),
        (
            {"consent": {"person": "Lin", "given": date(2020, 1, 1), "document": "a", "until": date(2021, 1, 1)}},
            "ended on 2021-01-01",
        ),
        ({"picture": "0" * 64}, "not the picture that Lin Xiaoyu agreed to"),
        ({"coefficients": [0.0] * 70}, "needs 73 coefficients"),
        ({"style": 46}, "style must be 0..45"),
    ],
)
def test_nobody_is_shown_without_consent(host: Path, change: dict[str, object], said: str) -> None:
    told = yaml.safe_load((host / FILE).read_text(encoding="utf-8"))
    (host / FILE).write_text(yaml.safe_dump({**told, **change}), encoding="utf-8")
    with pytest.raises(FaceError, match=said):
        made(host)


def test_a_folder_that_is_no_host_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(FaceError, match="python -m avatar.faces.sadtalker"):
        made(tmp_path)
    with pytest.raises(FaceError, match="name the host's folder as look"):
        load_face("sadtalker")


def test_a_photograph_becomes_a_host(
    checkpoints: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    photo, folder = photograph(tmp_path / "photo.png"), tmp_path / "anna"
    command = [
        str(photo), str(folder), "--checkpoints", str(checkpoints), "--person", "Anna Berg",
        "--consented", "2026-11-02", "--document", "contracts/anna.pdf", "--size", str(SIZE),
    ]  # fmt: skip
    assert main(command, SHAPES) == 1
    assert "or give --points" in capsys.readouterr().err, "neither OpenCV nor its model need be here"
    assert main([*command, "--points", *POINTS], SHAPES) == 0
    assert str(folder) in capsys.readouterr().out
    host = Host.read(folder)
    assert host.consent == Consent("Anna Berg", date(2026, 11, 2), "contracts/anna.pdf")
    assert host.face.left < 110 < 190 < host.face.right
    assert host.face.top < 150 < 230 < host.face.bottom
    assert len(host.coefficients) == 73
    assert (folder / PORTRAIT).is_file()
    face = made(folder)
    assert shown(face, speech(1))[0].shape == (200, 150, 4)


def test_points_beside_the_picture_are_refused(
    checkpoints: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [
        str(photograph(tmp_path / "photo.png")), str(tmp_path / "x"), "--checkpoints", str(checkpoints),
        "--person", "A", "--consented", "2026-11-02", "--document", "d", "--size", str(SIZE),
        "--points", *POINTS[:4], "180,900",
    ]  # fmt: skip
    assert main(command, SHAPES) == 1
    assert "must lie in the picture" in capsys.readouterr().err

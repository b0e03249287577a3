"""`zhibo live` at a terminal: the room's process is killed and comes back, Ctrl-C says goodbye, mistakes end it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.web.conftest import SHOP, SLIPPERS
from tests.web.test_cli import surroundings
from tests.web.test_rooms import is_alive
from web.rooms import RoomPlan
from web.settings import load_settings
from web.wiring import open_catalog

LIVE = """
import sys, web.rooms
web.rooms.ROOM_COMMAND = (sys.executable, "-m", "tests.web.fake_room")
from web.cli import app
app()
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    catalog = open_catalog(load_settings(data=tmp_path / "data"))
    catalog.put([SLIPPERS], shop=SHOP, source="test")
    catalog.close()
    return tmp_path / "data"


def live(data: Path, **more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", LIVE, "live", "mine", "--seconds", "900"]
    environment = surroundings(ZHIBO_DATA=str(data), ZHIBO_SPARE_ROOM="false", **more)
    return subprocess.Popen(command, cwd=data, env=environment, stderr=subprocess.PIPE, text=True)


def told(terminal: subprocess.Popen[str], words: str) -> str:
    """The line with these words, once it is there."""
    assert terminal.stderr is not None
    for line in terminal.stderr:
        if words in line:
            return line
    raise AssertionError(f"the terminal never said {words!r}")


def room_of(terminal: subprocess.Popen[str]) -> int:
    """The process of its room."""
    return int(Path(f"/proc/{terminal.pid}/task/{terminal.pid}/children").read_text().split()[0])


def test_a_killed_room_comes_back_and_ctrl_c_ends_it(data: Path) -> None:
    with live(data) as terminal:
        told(terminal, "on air")
        first = room_of(terminal)
        with live(data) as another:
            assert "on air already" in told(another, "mine is")
        assert another.returncode == 1, "two rooms of one name would talk over each other"
        os.kill(first, signal.SIGKILL)
        told(terminal, "interrupted")
        told(terminal, "on air")
        second = room_of(terminal)
        rest = RoomPlan.load(data / "rooms" / "mine")
        assert rest is not None and rest.seconds is not None and rest.seconds < 900
        assert not rest.wanted, "a server that starts later must not put it on air"
        terminal.send_signal(signal.SIGINT)
        told(terminal, "goodbye")
    assert terminal.returncode == 0
    assert first != second and not is_alive(first) and not is_alive(second)


def test_a_room_that_cannot_go_on_air_ends_with_the_reason(data: Path) -> None:
    with live(data, ZHIBO_FAKE_ROOM="crash") as terminal:
        assert told(terminal, "picture") == "no picture can be drawn\n"
    assert terminal.returncode == 1

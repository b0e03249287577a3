"""Music for a room: what is taken, the note that goes with it, and what the room plays."""

import wave
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from assistant.messages import TextDelta
from assistant.models.scripted import ScriptedModel
from streaming.sound.music import MusicError
from tests.web.conftest import Site, serving
from tests.web.consoles import asks, page_of
from web.errors import Refusal
from web.music import MOST_BYTES, Tracks
from web.rooms import RoomPlan
from web.settings import Settings, load_settings
from web.wiring import room_settings


def wav(seconds: float) -> bytes:
    tone = (8000 * np.sin(np.arange(round(8000 * seconds)) / 5)).astype(np.int16)
    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(tone.tobytes())
    return out.getvalue()


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    with serving(settings, ScriptedModel([TextDelta("好。")])) as found:
        yield found


async def test_a_merchants_own_music_is_kept_with_the_right_to_play_it(site: Site, tmp_path: Path) -> None:
    from web.console.music import Desk

    desk, file = Desk(page_of(site)), tmp_path / "song.wav"
    file.write_bytes(wav(2))
    assert "凭什么" in desk.save(asks(site), str(file), "晨曲", " ")[0], "no music without a word on its rights"
    note, chosen = desk.save(asks(site, "老板"), str(file), "晨曲", "自己写的曲子")
    assert "记录在案" in note and ("晨曲", chosen["value"]) in chosen["choices"]
    (track,) = Tracks(site.services.settings.data / "music").all()
    assert (track[1].rights, track[1].recorded.split(",")[0]) == ("自己写的曲子", "老板")
    assert (await desk.listen(chosen["value"]))["visible"] and (await desk.listen("bed-bright"))["visible"]
    told = room_settings(site.services.settings, RoomPlan("demo", music=chosen["value"], music_lufs=-30.0))
    assert Path(told.music).read_bytes() == wav(2) and told.music_lufs == -30.0
    with site.staff() as staff:
        answer = staff.post("/api/rooms/demo/start", json={"music": "/etc/hostname"})
        assert answer.status_code == 422, "a path on the server is nobody's music"
    assert "已删除" in desk.remove(asks(site), chosen["value"])[0]
    with pytest.raises(MusicError, match="choose another"):
        room_settings(site.services.settings, RoomPlan("demo", music=chosen["value"]))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"#EXTM3U\nhttp://169.254.169.254/latest", "放不出来"),
        (b"ffconcat version 1.0\nfile /etc/passwd", "放不出来"),
        (b"ID3" + bytes(500), "放不出来"),
        (wav(0.3), "1 秒到 1 小时"),
        (b"ID3" + bytes(MOST_BYTES), "40 MB"),
    ],
    ids=["playlist", "concat", "no sound", "short", "large"],
)
def test_what_is_no_music_is_told_by_its_content(tmp_path: Path, data: bytes, told: str) -> None:
    with pytest.raises(Refusal) as refusal:
        Tracks(tmp_path).add(data, "a", "b", "c")
    assert told in refusal.value.message("zh") and not list(tmp_path.iterdir())


def test_a_room_may_play_none_where_all_others_do(tmp_path: Path) -> None:
    settings = load_settings(data=tmp_path, music="bed")
    assert [room_settings(settings, RoomPlan("a", music=each)).music for each in ("", "off", "bed-evening")] == [
        "bed", "", "bed-evening",
    ]  # fmt: skip

"""A photograph becomes a host in the console: what is refused, what is kept, and that rooms find it."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from PIL import Image

from assistant.messages import TextDelta
from assistant.models.scripted import ScriptedModel
from avatar.face import FaceError
from avatar.faces.photo.example import make_example
from avatar.faces.photo.host import Marks, PhotoHost
from avatar.faces.photo.mark import FIRST, NAMES
from avatar.faces.photo.mark import page as mark_page
from tests.web.conftest import Site, serving
from tests.web.consoles import asks, page_of
from web.errors import Refusal
from web.portraits import MOST_BYTES, uploaded
from web.rooms import RoomPlan
from web.settings import Settings
from web.wiring import face_of, room_settings

TODAY = date.today().isoformat()
FORM = ("林文", TODAY, "", "直播间主播", "本人同意使用这张照片。", "合同 2026-17")


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    with serving(settings, ScriptedModel([TextDelta("好。")])) as found:
        yield found


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> PhotoHost:
    return make_example(tmp_path_factory.mktemp("example"))


def press(x: float, y: float) -> Any:
    return SimpleNamespace(index=(round(x), round(y)))


def middle(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2


async def test_a_photograph_is_marked_by_clicks_seen_speaking_and_chosen_for_a_room(
    site: Site, example: PhotoHost
) -> None:
    from web.console.personas import looks
    from web.console.portrait import Booth

    booth, marks = Booth(page_of(site)), example.marks
    draft, shown, _, said = await booth.upload(str(example.portrait))
    assert "左边眼睛的正中" in said and shown.shape == (900, 700, 3)
    assert "先传照片" in (await booth.preview(draft, *FORM))[1], "nothing speaks before its points are there"
    left = middle(marks.left_eye_outer, marks.left_eye_inner)
    right = middle(marks.right_eye_inner, marks.right_eye_outer)
    for x, y in (left, right, marks.mouth_left, marks.mouth_right):
        draft, shown, step, said = booth.click(draft, None, press(x, y))
    assert "十二个点都有了" in said and len(step["choices"]) == len(NAMES)
    for name in NAMES:  # placed from four clicks, each is about where the face has it
        x, y = getattr(draft.marks, name)
        assert abs(x - getattr(marks, name)[0]) < 16 and abs(y - getattr(marks, name)[1]) < 16, name
    draft, *_ = booth.click(draft, "chin", press(*marks.chin))
    assert draft.marks.chin == tuple(map(round, marks.chin)), "a click moves the point that is chosen"

    strip, said = await booth.preview(draft, *FORM)
    speaking = strip["value"]
    rest, ah = speaking[:, : speaking.shape[1] // 5], speaking[:, speaking.shape[1] // 5 : 2 * speaking.shape[1] // 5]
    assert (rest != ah).any(axis=2).mean() > 0.005, "the mouth opens"
    assert not list((site.services.settings.data / "hosts").glob("*")), "a look keeps nothing"

    note, listing = booth.save(asks(site, "老板"), draft, *FORM)
    (name,) = [value for _, value in listing["choices"]]
    assert "已保存" in note and listing["value"] == name
    folder = site.services.settings.data / "hosts" / name.removeprefix("photo:")
    kept = yaml.safe_load((folder / "host.yaml").read_text(encoding="utf-8"))["consent"]
    assert (kept["person"], kept["text"], str(kept["given"])) == ("林文", FORM[4], TODAY)
    assert kept["recorded"].startswith("老板, ") and folder.stat().st_mode & 0o077 == 0
    assert ("林文 · 照片", name) in looks(page_of(site))
    told = room_settings(site.services.settings, RoomPlan("demo", look=name))
    assert (told.face, told.look) == ("photo", str(folder))

    assert "都删了" in booth.remove(asks(site), name)[0]
    assert not folder.exists()
    with pytest.raises(FaceError, match="choose another host"):
        room_settings(site.services.settings, RoomPlan("demo", look=name))


def test_a_portrait_is_used_no_longer_than_its_consent(site: Site, example: PhotoHost) -> None:
    from web.console.personas import looks
    from web.console.portrait import Booth, Draft

    booth = Booth(page_of(site, "en"))
    draft = Draft(uploaded(example.portrait.read_bytes()), marks=example.marks)
    ended = (date.today() - timedelta(days=1)).isoformat()
    assert "ended" in booth.save(asks(site), draft, "Lin", "2020-01-01", ended, *FORM[3:])[0]
    assert "Write a day like" in booth.save(asks(site), draft, "Lin", "today", "", *FORM[3:])[0]
    assert "all of it" in booth.save(asks(site), draft, "", *FORM[1:])[0]
    assert "all of it" in booth.save(asks(site), draft, *FORM[:-1], " ")[0]
    _, listing = booth.save(asks(site), draft, "Lin", "2020-01-01", TODAY, *FORM[3:])
    host = site.services.settings.data / "hosts" / listing["value"].removeprefix("photo:") / "host.yaml"
    told = yaml.safe_load(host.read_text(encoding="utf-8"))
    told["consent"]["until"] = date.fromisoformat(ended)
    host.write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")
    assert all(not value.startswith("photo:") for _, value in looks(page_of(site)))
    assert "not to be used" in booth.listing()["choices"][0][0], "here it can still be deleted"


def test_what_is_uploaded_is_told_by_its_content(tmp_path: Path) -> None:
    def refused(data: bytes) -> str:
        with pytest.raises(Refusal) as refusal:
            uploaded(data)
        return refusal.value.message("zh")

    gif, small = tmp_path / "a.png", tmp_path / "b.jpg"
    Image.new("RGB", (500, 500)).save(gif, "GIF")
    Image.new("RGB", (390, 900)).save(small)
    assert "JPEG" in refused(gif.read_bytes()), "a GIF called .png"
    assert "JPEG" in refused(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    assert "太小" in refused(small.read_bytes()) and "12 MB" in refused(bytes(MOST_BYTES + 1))
    large = tmp_path / "c.webp"
    Image.new("RGB", (2400, 1800)).save(large)
    assert uploaded(large.read_bytes()).shape == (1200, 1600, 4)


@pytest.mark.parametrize("look", ["photo:../rooms", "photo:x y", "photo:none"])
def test_a_look_reaches_no_folder_but_those_of_portraits(settings: Settings, look: str) -> None:
    with pytest.raises(FaceError, match="there is no portrait"):
        face_of(settings, look)


def test_the_page_and_the_console_name_the_same_points(example: PhotoHost) -> None:
    html = mark_page(example.portrait)
    assert all(" · ".join(said) in html for said in NAMES.values()) and "@" not in html.split("<script>")[1]
    Marks.guess(800, 1000).check()
    assert set(FIRST) == {"left_eye", "right_eye", "mouth_left", "mouth_right"}

"""Every demo product has a picture of its own, drawn by the project."""

import hashlib
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image, ImageStat

from knowledge.demo.draw.__main__ import PICTURES, draw, main
from knowledge.demo.draw.kit import SIZE, Canvas, mix, smooth, turned
from knowledge.demo.draw.scenes import SCENES

ROWS = [json.loads(line) for line in (PICTURES.parent / "products.jsonl").read_text(encoding="utf-8").splitlines()]


def test_scenes_products_and_files_are_the_same_set() -> None:
    assert SCENES.keys() == {row["id"] for row in ROWS}
    assert {path.stem for path in PICTURES.glob("*.webp")} == SCENES.keys()
    assert [row["id"] for row in ROWS if row["pictures"] != [f"{row['id']}.webp"]] == []


@pytest.mark.parametrize("path", sorted(PICTURES.glob("*.webp")), ids=lambda path: path.stem)
def test_picture_is_whole(path: Path) -> None:
    with Image.open(path) as picture:
        picture.load()
        assert picture.size == (SIZE, SIZE)
        spread = ImageStat.Stat(picture.convert("L")).stddev[0]
    assert spread > 8, "an empty studio"


def test_pictures_are_all_different() -> None:
    digests = {hashlib.sha256(path.read_bytes()).hexdigest() for path in PICTURES.glob("*.webp")}
    assert len(digests) == len(SCENES)


def test_pictures_stay_small() -> None:
    assert sum(path.stat().st_size for path in PICTURES.glob("*.webp")) <= 3_500_000


@pytest.mark.parametrize("name", sorted(SCENES))
def test_scene_is_sound_svg_and_always_the_same(name: str) -> None:
    svg = SCENES[name].svg()
    root = ElementTree.fromstring(svg)
    made = {element.get("id") for element in root.iter() if element.get("id")}
    used = set(re.findall(r"url\(#(\w+)\)", svg))
    assert used <= made
    assert "nan" not in svg and "None" not in svg
    assert svg == SCENES[name].svg()


def test_drawing_again_gives_the_committed_picture(tmp_path: Path) -> None:
    pytest.importorskip("resvg_py", reason="the renderer is a development package")
    again = draw("bowl-pet-ceramic", tmp_path)
    with Image.open(again) as one, Image.open(PICTURES / again.name) as two:
        new, old = one.convert("RGB").resize((80, 80)), two.convert("RGB").resize((80, 80))
    difference = max(abs(a - b) for a, b in zip(new.tobytes(), old.tobytes(), strict=True))
    assert difference <= 12


def test_an_unknown_product_is_named() -> None:
    with pytest.raises(SystemExit, match="no drawing for teapot-of-gold"):
        main(["teapot-of-gold"])


def test_the_same_paint_is_defined_once() -> None:
    canvas = Canvas()
    assert canvas.round_paint("#aabbcc") == canvas.round_paint("#aabbcc")
    assert canvas.round_paint("#aabbcc") != canvas.round_paint("#aabbcd")
    assert canvas.svg().count("<linearGradient") == 2


def test_what_is_inside_a_place_is_closed_again() -> None:
    canvas = Canvas()
    with canvas.at(10, 20, 2, 30, flip=True), canvas.inside("M0 0H9V9Z"):
        canvas.ball(0, 0, 5, "#aa5500")
    root = ElementTree.fromstring(canvas.svg())
    assert len(root.findall(".//{http://www.w3.org/2000/svg}g")) == 2


def test_shapes() -> None:
    assert mix("#000000", "#ffffff", 0.5) == "#808080"
    assert smooth([(0, 0), (10, 0), (10, 10)]).startswith("M0 0C")
    outline = turned([(-10, 4), (0, 5)])
    assert outline.startswith("M-4 -10") and outline.endswith("Z")

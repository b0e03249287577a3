"""Selling points that people answer to come earlier and more often; none is left out, and nothing untrue is said."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from assistant.guard.guard import Guard
from assistant.points import DAYS, STRESSED, Counts, PointBook, stressed
from assistant.script import ScriptWriter
from assistant.script_desk import POINTS
from knowledge.catalog import Catalog
from knowledge.model import Attribute, Text
from knowledge.settings import KnowledgeSettings
from tests.assistant.test_script import CUP, Open

NAMES = ("容量", "材质", "重量", "口径", "高度", "颜色", "产地", "保温", "配件", "包装")
MUG = replace(
    CUP, brief=Text(), attributes=tuple(Attribute(Text(name, name), Text(f"{name}甲", f"{name}甲")) for name in NAMES)
)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog.open(KnowledgeSettings(data_dir=tmp_path))
    opened.put([MUG])
    yield opened
    opened.close()


def points(writer: ScriptWriter) -> list[str]:
    return [line.slot.partition("/")[2] for line in writer.lines("cup", "zh") if line.kind == "point"]


def test_the_better_point_rises_and_no_other_is_lost(shop: Catalog) -> None:
    """Forty passes before viewers of whom one in three clicks after 包装 and one in forty after another point."""
    book, chance = PointBook(shop.store), random.Random(3)
    writer = ScriptWriter(shop, Open(), seed="a")
    told: list[list[str]] = []
    for _ in range(40):
        told.append(points(writer))
        for name in told[-1]:
            book.note("cup", name, "told")
            if chance.random() < (1 / 3 if name == "包装" else 1 / 40):
                book.note("cup", name, "clicked")
    early, late = told[:5], told[-15:]
    assert sum("包装" in each for each in early) < len(early), "at first it takes its turn like the others"
    assert all("包装" in each[:STRESSED] for each in late), "later it is told in every script, and first"
    seldom = Counter(name for each in late for name in each)
    assert set(seldom) == set(NAMES) and min(seldom.values()) >= 3, "no other point starves"
    assert book.best("cup")[0] == "包装" and book.counts("cup")["包装"].told == sum("包装" in each for each in told)


def test_what_was_told_often_does_not_rise_by_it_and_chance_does_not_count() -> None:
    often = {"a": Counts(told=100, clicked=10), "b": Counts(told=20, clicked=2), "c": Counts(told=20, clicked=2)}
    assert stressed(often) == (), "all are answered to alike"
    assert stressed({"a": Counts(told=1, clicked=1), "b": Counts(told=50)}) == (), "one click is chance"
    assert stressed({"a": Counts(asked=9), "b": Counts(told=9)}) == (), "what was never told has shown nothing"
    every = {name: Counts(told=20, bought=10) for name in "abcd"} | {name: Counts(told=200) for name in "efgh"}
    assert len(stressed(every)) == STRESSED
    bought = {"a": Counts(told=20, bought=3), "b": Counts(told=20, clicked=3), "c": Counts(told=20)}
    assert stressed(bought) == ("a",), "an order says more than a click"
    assert stressed({}) == ()


def test_old_days_have_no_say(shop: Catalog) -> None:
    today = [date(2026, 11, 1)]
    book = PointBook(shop.store, lambda: today[0])
    for happened in ("told", "told", "bought"):
        book.note("cup", "材质", happened)  # type: ignore[arg-type]
    assert book.counts("cup") == {"材质": Counts(2, 0, 0, 1)} and book.counts("other") == {}
    today[0] += timedelta(days=DAYS)
    assert book.counts("cup") == {}


def test_what_the_guard_stops_is_stopped_however_well_it_sells(shop: Catalog) -> None:
    boast = Attribute(Text("口碑", "口碑"), Text("全网销量第一", "全网销量第一"))
    shop.put([replace(MUG, attributes=(boast, *MUG.attributes))])
    book = PointBook(shop.store)
    for _ in range(9):
        book.note("cup", "口碑", "told")
        book.note("cup", "口碑", "bought")
        book.note("cup", "材质", "told")
    assert book.best("cup") == ("口碑",)
    lines = ScriptWriter(shop, Guard()).lines("cup", "zh")
    assert not any("第一" in line.text for line in lines)
    assert sum(line.kind == "point" for line in lines) >= POINTS - 2

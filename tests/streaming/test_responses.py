"""What viewers do is put down to the point they heard."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.points import Counts, PointBook
from knowledge.catalog import Catalog
from streaming.responses import AFTER_S, Responses
from tests.streaming.parts import open_catalog, script_line
from tests.streaming.test_director import ONE, Studio


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    found = open_catalog(tmp_path / "data")
    yield found
    found.close()


def test_a_click_counts_for_the_point_before_it_and_a_question_for_the_one_it_names(catalog: Catalog) -> None:
    now, book = [0.0], PointBook(catalog.store)

    def at_once(work: Any, *arguments: Any) -> None:
        work(*arguments)

    responses = Responses(book, catalog, at_once, lambda: now[0])
    responses.happened("p1", "click", "")  # before anything was told
    responses.told(script_line("point", "…", slot="point/材质"))
    responses.told(script_line("offer", "…", slot="offer/price"))
    responses.happened("p1", "click", "")
    responses.happened("p2", "click", "")  # another product than the one that was told
    responses.told(script_line("point", "…", slot="point/Capacity"))  # the same point, in an English room
    responses.happened("p1", "order", "")
    responses.happened("p1", "text", "这是什么材质的？")
    responses.happened("p1", "gift", "")
    now[0] = AFTER_S + 1
    responses.happened("p1", "order", "")  # too late to say what moved them
    assert book.counts("p1") == {"材质": Counts(1, 1, 1, 0), "容量": Counts(1, 0, 0, 1)}
    assert book.counts("p2") == {}


async def test_a_line_is_told_once_however_often_it_is_interrupted(catalog: Catalog) -> None:
    studio = Studio(catalog, answers={"容量": ["容量是500ml。"]})
    studio.ear.on_say = lambda clause: studio.ask("容量多大？") and None if clause == ONE[1] else None
    await studio.run_until(lambda: any("2号" in text for text in studio.ear.heard))
    told = [line.text for line in studio.told if line.product_id == "p1"]
    assert len(told) == len(set(told)) == 3

from dataclasses import asdict
from pathlib import Path

import sqlalchemy as sa

from assistant.guard.verdict import Span, Verdict
from knowledge.facts import Fact
from streaming.records import Cursor, Records, runsheets
from streaming.runsheet import RunSheet
from tests.streaming.parts import open_catalog, product


def test_a_cursor_and_a_run_sheet_survive(tmp_path: Path) -> None:
    catalog = open_catalog(tmp_path / "data")
    records = Records(catalog.store, "a")
    assert records.cursor() == Cursor()
    for line in (3, 4):
        records.save_cursor(Cursor("p2", line, 1, 2, round=5, greeted=True))
    for order in (("p1",), ("p2", "p1")):
        records.save_runsheet(order)
    again = Records(catalog.store, "a")
    assert again.cursor() == Cursor("p2", 4, 1, 2, round=5, greeted=True)
    assert Records(catalog.store, "b").cursor() == Cursor()
    with catalog.store.read() as connection:
        assert connection.execute(sa.select(runsheets.c.product_ids)).scalars().all() == [["p2", "p1"]]
    catalog.close()


def test_what_was_said_keeps_its_verdict_and_evidence(tmp_path: Path) -> None:
    catalog = open_catalog(tmp_path / "data")
    records = Records(catalog.store, "a")
    fact = Fact("p1/price", "p1", "价格", "129", "price", version=3)
    span = Span(2, 4, "contradicted", "价格与资料不符", replacement="129")
    verdict = Verdict("contradicted", "只要9元", "只要129元", (span,), (fact,))
    records.said("u1", "answer", verdict, comment_id="c")
    records.spoken("u1", 6)
    (row,) = records.transcript()
    assert (row["text"], row["original"], row["spoken_chars"]) == ("只要129元", "只要9元", 6)
    assert row["spans"][0]["reason"] == "价格与资料不符" and row["spans"][0]["replacement"] == "129"
    assert row["evidence"] == [asdict(fact)]
    assert row["changed"] and row["rule"] == ""
    catalog.close()


def test_every_comment_ends_even_after_a_crash(tmp_path: Path) -> None:
    catalog = open_catalog(tmp_path / "data")
    records = Records(catalog.store, "a")
    for name in "xyz":
        records.comment(name, "小鹿", "api", "多少钱？")
    records.comment_ended("x", "answered")
    records.comment_ended("y", "merged", "asked by several", "x")
    assert Records(catalog.store, "other").close_waiting("restart") == 0
    assert Records(catalog.store, "a").close_waiting("restart") == 1
    catalog.close()


def test_the_run_sheet_goes_round_and_passes_over_what_cannot_be_sold() -> None:
    shelf = [product(1), product(2, stock=0), product(3), product(4, stock=None)]
    everything = RunSheet()
    assert everything.order(shelf) == ("p1", "p3", "p4")
    assert everything.after("", shelf) == ("p1", False) and everything.after("p4", shelf) == ("p1", True)
    planned = RunSheet(("p4", "p2", "p1", "gone"))
    assert planned.order(shelf) == ("p4", "p1")
    assert planned.after("p4", shelf) == ("p1", False)
    assert planned.after("p2", shelf) == ("p1", False)  # sold out while on air: what stood behind it comes next
    assert planned.after("p1", shelf) == ("p4", True)
    assert RunSheet(("gone",)).after("", shelf) == ("", False)

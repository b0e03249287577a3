import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from assistant.guard.verdict import Span, Verdict
from knowledge.facts import Fact
from knowledge.model import Product
from streaming.records import Cursor, Records, runsheets
from streaming.runsheet import Daypart, Plan, RunSheet
from tests.streaming.parts import open_catalog, product


def test_a_cursor_and_a_run_sheet_survive(tmp_path: Path) -> None:
    catalog = open_catalog(tmp_path / "data")
    records = Records(catalog.store, "a")
    assert records.cursor() == Cursor()
    for line in (3, 4):
        records.save_cursor(Cursor("p2", line, 1, 2, round=5, greeted=True, credits={"p1": 0.5}, pinned="p2"))
    for order in (("p1",), ("p2", "p1")):
        records.save_runsheet(order)
    again = Records(catalog.store, "a")
    assert again.cursor() == Cursor("p2", 4, 1, 2, round=5, greeted=True, credits={"p1": 0.5}, pinned="p2")
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


def test_what_the_host_said_lately_is_known_after_a_restart(tmp_path: Path) -> None:
    catalog = open_catalog(tmp_path / "data")
    records = Records(catalog.store, "a")
    for kind, text in (("script", "一句。"), ("answer", "答。"), ("bridge", "接着说。"), ("script", "")):
        records.said(text or "blocked", kind, Verdict("ok", text, text))  # type: ignore[arg-type]
    Records(catalog.store, "b").said("other", "script", Verdict("ok", "别的。", "别的。"))
    since = datetime.now(UTC) - timedelta(minutes=1)
    said = records.lately(since)
    assert [text for _, text in said] == ["一句。", "接着说。"] and said[0][0] > since.timestamp()
    assert records.lately(datetime.now(UTC) + timedelta(minutes=1)) == []
    catalog.close()


def test_the_run_sheet_goes_round_and_passes_over_what_cannot_be_sold() -> None:
    shelf = [product(1), product(2, stock=0), product(3), product(4, stock=None)]
    assert RunSheet().order(shelf) == ("p1", "p3", "p4")
    assert RunSheet().after("", shelf) == ("p1", False) and RunSheet().after("p4", shelf) == ("p1", True)
    planned = ("p4", "p2", "p1", "gone")
    assert RunSheet(planned).order(shelf) == ("p4", "p1")
    assert RunSheet(planned).after("p4", shelf) == ("p1", False)
    assert RunSheet(planned).after("p2", shelf) == ("p1", False)  # sold out on air: what stood behind it comes next
    assert RunSheet(planned).after("p1", shelf) == ("p4", True)
    assert RunSheet(("gone",)).after("", shelf) == ("", False)


def turns(sheet: RunSheet, number: int, current: str = "", shelf: Sequence[Product] = ()) -> list[str]:
    """The products that come, one after the other."""
    came = []
    for _ in range(number):
        current, _ = sheet.after(current, shelf or [product(1), product(2), product(3), product(4)])
        came.append(current)
    return came


def test_a_product_that_weighs_more_comes_more_often_and_evenly_spread() -> None:
    plan = Plan(weights={"p2": 3.0}, margins={"p3": Decimal("0.5")})
    came = turns(RunSheet(plan), 130)
    count = {each: came.count(each) for each in ("p1", "p2", "p3", "p4")}
    assert count["p2"] == pytest.approx(130 * 3 / 6.5, abs=2) and count["p3"] == pytest.approx(130 * 1.5 / 6.5, abs=2)
    assert all(one != other for one, other in zip(came, came[1:], strict=False)), "never twice running"
    assert len(set(came[:7])) == 4


def test_what_viewers_ask_for_comes_more_often_and_the_last_pieces_less() -> None:
    asked = {"p4": 2.0}
    came = turns(RunSheet(demand=lambda each: asked.get(each, 0.0)), 60)
    assert came.count("p4") > 1.8 * came.count("p1")
    few = turns(RunSheet(), 70, shelf=[product(1), product(2, stock=2), product(3)])
    assert few.count("p2") < 0.6 * few.count("p1")


def test_the_turns_go_on_where_they_were_after_a_restart() -> None:
    plan = Plan(weights={"p2": 3.0})
    whole = turns(RunSheet(plan), 24)
    first = RunSheet(plan)
    before = turns(first, 10)
    second = RunSheet(plan)
    second.credits = dict(first.credits)
    assert before + turns(second, 14, before[-1]) == whole


@pytest.mark.parametrize(
    ("when", "at", "holds"),
    [
        ("* 19-22 * * 1-5", datetime(2026, 11, 27, 20, 15), True),  # a Friday
        ("* 19-22 * * 1-5", datetime(2026, 11, 28, 20, 15), False),
        ("*/15 * * * 7", datetime(2026, 11, 29, 8, 45), True),  # a Sunday
        ("*/15 * * * 7", datetime(2026, 11, 29, 8, 50), False),
        ("0,30 9 1 12 *", datetime(2026, 12, 1, 9, 30), True),
    ],
)
def test_dayparts(when: str, at: datetime, holds: bool) -> None:
    assert Daypart(when, ()).holds(at) is holds
    sheet = RunSheet(Plan(("p1", "p2"), dayparts=(Daypart(when, ("p3",), "calm"),)), clock=lambda: at)
    assert turns(sheet, 2) == (["p3", "p3"] if holds else ["p1", "p2"])
    assert sheet.persona == ("calm" if holds else "")


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({"dayparts": [{"when": "* * *", "products": []}]}, "five fields"),
        ({"dayparts": [{"when": "* 25 * * *", "products": []}]}, "out of range"),
        ({"dayparts": [{"when": "* evening * * *", "products": []}]}, "not a time field"),
        ({"weights": {"p1": 0}}, "weight"),
        ({"margins": {"p1": 40}}, "share of the price"),
        ({"weights": 3}, "run sheet has"),
    ],
)
def test_a_run_sheet_that_cannot_be_read_says_why(document: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Plan.from_json(document)


def test_a_run_sheet_is_kept_as_it_is() -> None:
    plan = Plan(("p1",), {"p1": 2.0}, {"p1": Decimal("0.4")}, (Daypart("* 8-12 * * *", ("p2",), "warm"),))
    assert Plan.from_json(json.loads(json.dumps(plan.to_json()))) == plan

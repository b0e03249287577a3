"""What viewers ask for, open and buy is shown more, and for a quarter of an hour."""

from datetime import UTC, datetime

from streaming.interest import FADES_S, Interest
from streaming.runsheet import Plan, RunSheet
from tests.streaming.parts import product


def test_what_is_opened_is_shown_more_and_for_a_while() -> None:
    seconds = [0.0]
    interest = Interest(lambda: seconds[0])
    sheet = RunSheet(Plan(), demand=interest.demand, clock=lambda: datetime(2026, 1, 1, tzinfo=UTC))
    products = [product(number) for number in (1, 2, 3)]
    for each in ("p1", "p2", "p3"):
        interest.note(each, "click", "")
    assert interest.demand("p2") == 0.0
    for _ in range(6):
        interest.note("p2", "click", "")
    interest.note("p3", "like", "")
    turns = ["p1"]
    while len(turns) < 12:
        turns.append(sheet.after(turns[-1], products)[0])
    assert turns.count("p2") > turns.count("p1") == turns.count("p3")
    seconds[0] += 5 * FADES_S
    assert interest.demand("p2") == 0.0
    assert interest.asked("p2") == [] and interest.demand("gone") == 0.0

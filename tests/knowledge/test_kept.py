from knowledge.kept import Kept


def test_a_lower_bound_holds_from_the_next_value_on() -> None:
    """A room lowers what a server keeps after a part of it was read."""
    kept: Kept[int, str] = Kept(4)
    for number in range(4):
        kept.keep(number, f"{number}")
    assert kept.find(0) == "0"  # asked for: it stays longer than the others
    kept.most = 2
    kept.keep(9, "9")
    assert [kept.find(number) for number in (0, 1, 2, 3, 9)] == ["0", None, None, None, "9"]


def test_what_was_first_stays_unless_it_is_renewed() -> None:
    kept: Kept[str, int] = Kept(2)
    assert kept.keep("a", 1) == 1
    assert kept.keep("a", 2) == 1
    kept.renew("a", 3)
    assert kept.find("a") == 3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.phrasing import clauses, ends_sentence


def test_a_sentence_is_said_in_breaths() -> None:
    said = clauses("杯身是316不锈钢，容量500ml，出门带着正好，现在只要129元。")
    assert said == ("杯身是316不锈钢，", "容量500ml，出门带着正好，", "现在只要129元。")


@pytest.mark.parametrize(
    "figure", ["¥1,299.00", "3.5mm", "1,299", "10:30", "v5.3"], ids=["price", "size", "thousands", "time", "version"]
)
def test_numbers_stay_whole(figure: str) -> None:
    pieces = clauses(f"这是一个很长很长的介绍句子它的数字是{figure}而且后面还有很多很多很多的话要接着说下去不停")
    assert any(figure in piece for piece in pieces)


def test_long_english_is_cut_between_words() -> None:
    sentence = "this cup keeps your coffee hot for a very long time and it fits every holder that we know of in a car"
    pieces = clauses(sentence)
    assert len(pieces) > 1
    assert all(piece.strip().split(" ") == [word for word in piece.strip().split(" ") if word] for piece in pieces)
    assert set(" ".join(piece.strip() for piece in pieces).split()) == set(sentence.split())


@given(st.text(alphabet="保温杯很好，。！？abc 19.,¥\n", max_size=200))
def test_nothing_is_lost_or_added(sentence: str) -> None:
    assert "".join(clauses(sentence)) == sentence.strip()


def test_where_a_sentence_ends() -> None:
    assert ends_sentence("真的很好。") and ends_sentence("Really good. ") and ends_sentence("好吗？”")
    assert not ends_sentence("容量500ml，") and not ends_sentence("it costs 3.5")

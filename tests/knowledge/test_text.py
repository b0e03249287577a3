import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.text import Terms, language, normalise, script


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("这款多少钱", "zh"),
        ("这款 iPhone 13 Pro 多少钱", "zh"),
        ("How much is it?", "en"),
        ("Is the T恤 in stock?", "en"),
        ("199", "none"),
        ("这款面料非常舒服 it feels really soft and light", "mixed"),
    ],
)
def test_script(text: str, found: str) -> None:
    assert script(text) == found


def test_language_has_a_default() -> None:
    assert language("123", default="en") == "en" and language("123") == "zh"


@pytest.mark.parametrize(
    ("text", "plain"),
    [("１９９元", "199元"), ("1️⃣9️⃣元", "19元"), ("①", "1"), ("сheap", "cheap"), ("Ｂest", "best"), ("國級", "国级"),
     ("che​ap", "cheap"), ("𝐛𝐞𝐬𝐭", "best"), ("㎏", "kg"), ("，", "，"), ("Café", "cafe")],
)  # fmt: skip
def test_disguises_are_undone(text: str, plain: str) -> None:
    assert normalise(text).text == plain


@given(st.text(max_size=40))
def test_every_span_leads_back_into_the_source(text: str) -> None:
    normal = normalise(text)
    for index in range(len(normal.text)):
        start, end = normal.span(index, index + 1)
        assert 0 <= start < end <= len(text)
    if normal.text:
        assert normal.span(0, len(normal.text))[1] <= len(text)


@given(st.text(max_size=40))
def test_normal_form_is_stable(text: str) -> None:
    once = normalise(text).text
    assert normalise(once).text == once


def test_terms_are_longest_first_and_whole_words() -> None:
    terms = Terms([("红", "r"), ("红色", "red"), ("red", "RED"), ("a", "A")])
    assert terms.find("酒红色和红") == [(1, 3, "red"), (4, 5, "r")]
    assert terms.find("bored red a") == [(6, 9, "RED"), (10, 11, "A")]
    assert [value for _, _, value in terms.find_all("红色")] == ["red", "r"]

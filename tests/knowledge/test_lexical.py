import numpy as np
import pytest

from knowledge.lexical import pieces, stem, words
from knowledge.postings import CosineIndex, Index
from knowledge.retrieval import Retriever, best

TITLES = [
    "蓝色陶瓷马克杯",
    "不锈钢保温杯 500ml",
    "Non-slip rain boots",
    "Terracotta plant pot",
    "RTX-4090 graphics card",
]


@pytest.fixture(scope="module")
def retriever() -> Retriever:
    return Retriever([[(title, 1.0)] for title in TITLES])


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("马克杯", 0),
        ("保温杯", 1),
        ("５００ML", 1),
        ("Rain Boot", 2),
        ("rian boots", 2),
        ("terra cotta", 3),
        ("4090", 4),
        ("plant pots", 3),
    ],
)
def test_words_in_many_spellings_find_their_title(retriever: Retriever, query: str, place: int) -> None:
    assert best(retriever.scores(query), 1).tolist() == [place]


def test_a_word_nobody_has_finds_nothing(retriever: Retriever) -> None:
    assert best(retriever.scores("量子"), 5).tolist() == []
    assert best(retriever.scores(""), 5).tolist() == []


def test_further_texts_count_less(retriever: Retriever) -> None:
    scores = retriever.scores("马克杯", [("rain boots", 0.2)])
    assert scores[0] > scores[2] > 0


def test_scores_are_those_of_the_formula() -> None:
    index = Index([[("red mug", 1.0)], [("red red boots", 1.0)], [("blue cap", 1.0)]], words)
    idf = np.log1p((3 - 2 + 0.5) / (2 + 0.5))
    long = 1 + 0.3 * (0.4 + 0.6 * 3 / (7 / 3))
    short = 1 + 0.3 * (0.4 + 0.6 * 2 / (7 / 3))
    assert np.allclose(index.scores([("red", 1.0)]), [idf * 1.3 / short, idf * 2 * 1.3 / (long + 1), 0], atol=1e-6)
    assert index.found_in("red") == 2


def test_cosine_is_one_for_the_same_text() -> None:
    index = CosineIndex([[(title, 1.0)] for title in TITLES], pieces)
    for place, title in enumerate(TITLES[1:], 1):
        scores = index.cosine(title)
        assert np.isclose(scores[place], 1.0, atol=1e-5)
        assert scores.max() <= 1.0 + 1e-5


def test_an_empty_index_answers() -> None:
    assert Retriever([]).scores("x").shape == (0,)
    assert best(Retriever([]).scores("x"), 3).tolist() == []


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("boots", "boot"),
        ("running", "run"),
        ("batteries", "battery"),
        ("glasses", "glass"),
        ("boxes", "box"),
        ("shoes", "shoe"),
    ],
)
def test_endings_are_taken_off(left: str, right: str) -> None:
    assert stem(left) == stem(right)


def test_terms_of_mixed_text() -> None:
    assert sorted(words("T恤 XL")) == ["t", "xl", "恤"]
    assert "纯棉" in words("纯棉100%")

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.lexical import pieces, words
from knowledge.postings import CosineIndex, Fields, Index
from knowledge.retrieval import Retriever

WORDS = st.sampled_from(["蓝色", "马克杯", "保温杯", "500ml", "rain", "boots", "boot", "mug", "不锈钢", "of", "4090"])
TEXT = st.lists(WORDS, max_size=5).map(" ".join)
DOCUMENTS = st.lists(st.tuples(TEXT, TEXT).map(lambda texts: ((texts[0], 2.0), (texts[1], 0.5))), max_size=8)


@settings(deadline=None)
@given(DOCUMENTS, DOCUMENTS, st.data())
def test_an_edited_index_is_the_one_built_anew(old: list[Fields], new: list[Fields], data: st.DataObject) -> None:
    """Any documents of the old one in any order, with new ones anywhere between them."""
    places = data.draw(st.permutations(range(len(old)))) if old else []
    places = places[: data.draw(st.integers(0, len(places)))]
    mixed = data.draw(st.permutations([(place, old[place]) for place in places] + [(-1, fields) for fields in new]))
    kept = np.array([place for place, _ in mixed], np.int64)
    fresh = [fields for place, fields in mixed if place < 0]
    documents = [fields for _, fields in mixed]
    query = data.draw(TEXT)
    terms = [(term, 1.0) for term in words(query)]
    edited, anew = Index(old, words).edited(kept, fresh), Index(documents, words)
    assert np.allclose(edited.scores(terms), anew.scores(terms), atol=1e-5)
    assert all(edited.found_in(term) == anew.found_in(term) for term, _ in terms)
    near, far = CosineIndex(old, pieces).edited(kept, fresh), CosineIndex(documents, pieces)
    assert np.allclose(near.cosine(query), far.cosine(query), atol=1e-5)
    whole = Retriever(old).edited(kept, fresh)
    assert np.allclose(whole.scores(query), Retriever(documents).scores(query), atol=1e-5)


@settings(deadline=None)
@given(DOCUMENTS, st.lists(WORDS, min_size=1, max_size=3))
def test_having_misses_no_document_that_says_a_word(documents: list[Fields], any_of: list[str]) -> None:
    found = Retriever(documents).having(any_of)
    for has, fields in zip(found, documents, strict=True):
        said = {word for text, _ in fields for word in text.split()}
        assert has or not said & set(any_of)

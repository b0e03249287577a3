"""Sixty shopper sentences over the demo shop: what is understood, the top three, and what the shopper is told."""

import pytest

from knowledge.catalog import Catalog
from tests.knowledge.sixty import Case, cases, compact, table

CASES = cases()


def test_there_are_thirty_in_each_language() -> None:
    assert [sum(case.lang == lang for case in CASES) for lang in ("zh", "en")] == [30, 30]


@pytest.mark.parametrize("case", CASES, ids=lambda case: " → ".join(case.say))
def test_a_sentence(demo: Catalog, case: Case) -> None:
    result = case.run(demo)
    found = [hit.product.id for hit in result.hits]
    assert set(compact(result).split(" | ")) == set(case.need.split(" | "))
    assert len(found) == len(set(found)) == len(case.top), found
    assert all(one in allowed for one, allowed in zip(found, case.top, strict=True)), found
    assert result.relaxed == case.relaxed


def test_the_table_has_a_row_for_each(demo: Catalog) -> None:
    assert table(demo).count("\n") == len(CASES) + 1

"""The sheets that facts are read into."""

from assistant.guard.sheet import index_of
from knowledge.facts import Fact, Facts


def test_a_sheet_is_never_taken_for_that_of_facts_which_are_gone() -> None:
    """Facts made anew may come to lie where others with another price have been."""
    for number in range(400):
        price = ("19元", "29元", "39元")[number % 3]
        facts = Facts.of([Fact("p/price", "p", "价格", price, "price"), Fact("p/title", "p", "名称", "杯子", "title")])
        assert [entry.fact.value for entry in index_of(facts).sheet("p").get("price")] == [price]

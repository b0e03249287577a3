"""What a merchant writes is held against the facts and the law before it is saved: what the guard would not let a host
say must be put right now, not be found missing on air."""

from collections.abc import Sequence

from assistant.agent import Reviewer
from assistant.arithmetic import sheet, shop_and
from assistant.assistant import review_sentences
from assistant.guard.verdict import Verdict
from knowledge.catalog import Catalog
from knowledge.facts import Facts
from knowledge.factsheet import faq_facts, policy_facts, promotion_facts
from knowledge.model import LANGS, Faq, Policy, Promotion, Text


class Vetting:
    """One verdict a sentence. Each text may rely on the catalogue as it will be once the text is saved."""

    def __init__(self, catalog: Catalog, guard: Reviewer) -> None:
        self._catalog = catalog
        self._guard = guard

    def faq(self, faq: Faq) -> list[Verdict]:
        return self._read((faq.answer,), f"faq:{faq.id}", faq_facts(faq), faq.products)

    def policy(self, policy: Policy) -> list[Verdict]:
        own = policy_facts(policy)
        return self._read((policy.title, policy.text), f"policy:{policy.id}", own, checked=_figures(own))

    def promotion(self, promotion: Promotion) -> list[Verdict]:
        own, subject = promotion_facts(promotion, self._catalog.shop.currency), f"promotion:{promotion.id}"
        others = (fact for fact in self._catalog.shop_facts() if fact.kind == "promotion" and fact.subject != subject)
        named = Facts.of((*_figures(own), *others))  # its text may name other offers
        return self._read((promotion.name, promotion.text), subject, own, checked=named)

    def line(self, text: str, product_id: str) -> list[Verdict]:
        """A line for a host about a product; it brings no facts of its own."""
        return review_sentences(self._guard, text, shop_and(self._catalog, [product_id]), None, (product_id,))

    def _read(
        self,
        texts: Sequence[Text],
        subject: str,
        own: Facts,
        product_ids: tuple[str, ...] = (),
        checked: Facts | None = None,
    ) -> list[Verdict]:
        """`checked`: figures beside the text that it must not go against; its own prose would back anything."""
        others = (fact for fact in self._catalog.shop_facts() if fact.subject != subject)
        products = (fact for product_id in product_ids for fact in sheet(self._catalog, product_id))
        facts = Facts.of((*own, *others, *products))
        found: list[Verdict] = []
        for lang in LANGS:
            for said in filter(None, (getattr(text, lang).strip() for text in texts)):
                verdicts = review_sentences(self._guard, said, facts, lang, product_ids)
                against = review_sentences(self._guard, said, checked, lang) if checked is not None else verdicts
                found += map(_graver, verdicts, against)
        return found


def _figures(own: Facts) -> Facts:
    """What stands beside a text in fields of its own."""
    return Facts.of(fact for fact in own if fact.id.rpartition("/")[2] not in ("text", "title", "name"))


def _graver(verdict: Verdict, against: Verdict) -> Verdict:
    return against if against.label == "contradicted" and verdict.label == "ok" else verdict


def objections(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Those the guard would change or keep back."""
    return [verdict for verdict in verdicts if verdict.label != "ok" or verdict.changed]

"""Answers that the merchant approved word for word: given at once, without asking a model."""

from assistant.events import PageContext
from knowledge.catalog import Catalog
from knowledge.model import Faq, Lang

SURE = 0.85  # of the FAQ search: the question is asked in nearly these words, and nothing besides


def approved(catalog: Catalog, text: str, context: PageContext, lang: Lang) -> Faq | None:
    """The question with an approved answer that `text` asks; one about products only on their own page."""
    if context.picture or not catalog.may_be_exact(text, SURE):
        return None
    for hit in catalog.search_faq(text, limit=3):
        faq = hit.faq
        if hit.score < SURE:
            return None
        if faq.exact and getattr(faq.answer, lang) and (not faq.products or context.product_id in faq.products):
            return faq
    return None

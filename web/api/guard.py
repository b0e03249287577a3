"""The guard alone, for other programs: is this text true of these products, and lawful?"""

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from assistant.assistant import review_sentences, review_text
from assistant.guard.sheet import facts_from_sheet
from knowledge.facts import Facts
from knowledge.text import language
from web.errors import Refusal
from web.present import verdict_json, with_articles
from web.services import Limited, Services, Svc

router = APIRouter(tags=["guard"])


SHEET = "sheet"  # the product id of a sheet that came with the request
Cell = Annotated[str, StringConstraints(max_length=5000)]


class Check(BaseModel):
    """Products of the shop by their ids, or one that came along as {property: value}, or neither: then the shop's own
    terms and the law."""

    text: str = Field(min_length=1, max_length=20_000)
    product_ids: list[str] = Field(default_factory=list, max_length=20)
    sheet: dict[Cell, Cell] | None = Field(None, max_length=200)
    lang: Literal["zh", "en"] | None = None


def facts_about(services: Services, product_ids: list[str]) -> Facts:
    """The shop's facts and those of the products; raises a Refusal for a product that does not exist."""
    return services.catalog.shop_facts() | _products(services, product_ids)


def _products(services: Services, product_ids: list[str]) -> Facts:
    facts = Facts()
    for product_id in product_ids:
        if services.catalog.product(product_id) is None:
            raise Refusal("not_found", f"没有商品 {product_id[:80]}。", f"There is no product {product_id[:80]}.")
        facts |= services.catalog.facts(product_id)
    return facts


@router.post("/v1/guard", dependencies=[Limited])
def check(body: Check, services: Svc) -> dict[str, Any]:
    # Not async: a long text takes a second, and runs in a thread while the chats go on.
    if body.sheet is not None:  # another shop's product: this shop's terms are not its
        facts = facts_from_sheet(body.sheet, SHEET, source=SHEET) | _products(services, body.product_ids)
        about = (SHEET, *body.product_ids)
    else:
        facts, about = facts_about(services, body.product_ids), tuple(body.product_ids)
    articles = services.guard.articles
    verdicts = review_sentences(services.guard, body.text, facts, body.lang, about)
    whole = review_text(services.guard, body.text, facts, body.lang or language(body.text), about)
    shown = [with_articles(verdict_json(verdict), articles) for verdict in verdicts]
    return {**with_articles(verdict_json(whole), articles), "sentences": shown}

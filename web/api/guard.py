"""The guard alone, for other programs: is this text true of these products, and lawful?"""

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from assistant.assistant import review_sentences, review_text
from knowledge.facts import Facts
from knowledge.text import language
from web.errors import Refusal
from web.present import verdict_json
from web.services import Limited, Services, Svc

router = APIRouter(tags=["guard"])


class Check(BaseModel):
    text: str = Field(min_length=1, max_length=20_000)
    product_ids: list[str] = Field(default_factory=list, max_length=20)
    lang: Literal["zh", "en"] | None = None


def facts_about(services: Services, product_ids: list[str]) -> Facts:
    """The shop's facts and those of the products; raises a Refusal for a product that does not exist."""
    facts = services.catalog.shop_facts()
    for product_id in product_ids:
        if services.catalog.product(product_id) is None:
            raise Refusal("not_found", f"没有商品 {product_id[:80]}。", f"There is no product {product_id[:80]}.")
        facts |= services.catalog.facts(product_id)
    return facts


@router.post("/v1/guard", dependencies=[Limited])
async def check(body: Check, services: Svc) -> dict[str, Any]:
    facts = facts_about(services, body.product_ids)
    about = tuple(body.product_ids)
    verdicts = review_sentences(services.guard, body.text, facts, body.lang, about)
    whole = review_text(services.guard, body.text, facts, body.lang or language(body.text), about)
    return {**verdict_json(whole), "sentences": [verdict_json(verdict) for verdict in verdicts]}

"""The till alone, for other programs: the cheapest way to buy these things, with every sum."""

import asyncio
from typing import Any, Literal

from fastapi import APIRouter

from assistant.tools.base import ToolContext
from assistant.tools.basket import BasketArguments, best_basket
from web.errors import Refusal
from web.services import Limited, Svc

router = APIRouter(tags=["basket"])


class Basket(BasketArguments):
    lang: Literal["zh", "en"] = "zh"


@router.post("/v1/basket", dependencies=[Limited])
async def basket(body: Basket, services: Svc) -> dict[str, Any]:
    """The card and the sentences of the plan; nobody is signed in, so member prices are left out."""
    arguments = BasketArguments.model_validate(body.model_dump(exclude={"lang"}))
    result = await asyncio.to_thread(best_basket, arguments, ToolContext(services.catalog, body.lang))
    if unknown := result.data.get("unknown"):
        names = "、".join(one["said"][:80] for one in unknown)
        raise Refusal("not_found", f"店里没有找到：{names}。", f"The shop has nothing called {names}.")
    if result.basket is None:
        raise Refusal("not_found", "这些商品没有现货或标价。", "These products are out of stock or have no price.")
    return {"basket": result.basket, "say": result.data["say"], "proven": result.data["proven"]}

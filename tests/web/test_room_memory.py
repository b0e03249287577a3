"""What a room says all day is judged and forgotten."""

from decimal import Decimal
from typing import Any

from assistant.arithmetic import shop_and
from knowledge.model import Product, Text
from web.rooms import RoomPlan
from web.settings import Settings
from web.wiring import build_core, open_room


async def test_the_lines_of_a_day_are_not_kept_with_the_facts(settings: Settings) -> None:
    core = build_core(settings)
    async with open_room(settings, RoomPlan("test"), core) as room:
        product_id = "S1"
        core.catalog.put([Product(product_id, Text("拖鞋", "Slippers"), price=Decimal(59))], source="test")
        facts: Any = shop_and(core.catalog, (product_id,))
        before = len(facts.__dict__.get("_verdicts", {}))
        for number in range(50):
            verdict = room._parts.review(f"大家看{number}号位置，今天69元。", (product_id,))
            assert "69" not in verdict.text, "it is judged all the same"
        assert len(facts.__dict__.get("_verdicts", {})) == before

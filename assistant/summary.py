"""What a person reads when taking over: so that the shopper needn't say it all again."""

import re
from collections.abc import Sequence

from assistant.conversation import StoredMessage
from assistant.guard.privacy import mask
from knowledge.catalog import Catalog
from knowledge.model import Lang


def summarise(history: Sequence[StoredMessage], catalog: Catalog, lang: Lang) -> str:
    """The shopper's questions, the products and orders concerned, and what the bot could not answer; a few lines."""
    asked = [_short(mask(message.text)) for message in history if message.role == "user"][-4:]
    ids = dict.fromkeys(one for message in reversed(history) for one in message.product_ids[:2])
    titles = [product.title(lang) for one in list(ids)[:3] if (product := catalog.product(one))]
    orders = dict.fromkeys(
        str(order.get("id"))
        for message in history
        for tool in message.tools
        if tool["name"] == "order_status"
        for order in tool["data"].get("orders", ())
    )
    open_questions = sum(message.unanswered for message in history if message.role == "bot")
    zh = lang == "zh"
    lines = []
    if asked:
        lines.append(("顾客说：" if zh else "Asked: ") + (" ／ " if zh else " / ").join(asked))
    if titles:
        lines.append(("商品：" if zh else "Products: ") + ("、" if zh else ", ").join(titles))
    if orders:
        lines.append(("订单：" if zh else "Orders: ") + ("、" if zh else ", ").join(orders))
    if open_questions:
        lines.append(f"没答上来：{open_questions} 次" if zh else f"Left unanswered: {open_questions}")
    return "\n".join(lines)


def _short(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip()
    return text if len(text) <= 80 else text[:79] + "…"

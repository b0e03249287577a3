"""What the host says between script and answers. These lines pass the gate like every other."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from assistant.script_words import Wordings, parts_of
from streaming.settings import Lang

Occasion = Literal[
    "greeting", "welcome", "thanks_gift", "thanks_follow", "thanks_order", "back", "several", "private", "empty",
    "flash_soon", "flash_running", "goodbye", "reminder",
]  # fmt: skip

LABELS: Mapping[Lang, Mapping[str, str]] = {
    "zh": {
        "ai": "AI生成 · 数字人",
        "live": "直播中",
        "call": "点击购物袋 立即下单",
        "save": "立省{amount}",
        "out": "已售罄",
        "moment": "请稍等，马上回来",
        "person": "（真人讲话）",
        "ends": "限时优惠 距结束",
        "begins": "即将开抢 距开始",
        "from": "满{amount}可用",
        "any": "无门槛",
        "reminder": "本直播间主播为AI数字人，画面与声音均由AI生成",
    },
    "en": {
        "ai": "AI-generated",
        "live": "LIVE",
        "call": "Tap the bag to order",
        "save": "Save {amount}",
        "out": "Sold out",
        "moment": "One moment, we are right back",
        "person": "(a person speaking)",
        "ends": "Offer ends in",
        "begins": "Offer starts in",
        "from": "over {amount}",
        "any": "any order",
        "reminder": "The host is an AI; picture and voice are AI-generated",
    },
}


class Phrases:
    """Words each occasion anew; nothing comes back in the same words within two hours."""

    def __init__(
        self, lang: Lang, shop: str, wordings: Wordings, manner: Mapping[str, str], heads: Sequence[str] = ()
    ) -> None:
        """`heads`: this host's own ways to begin a line."""
        self._lang, self._wordings, self._heads = lang, wordings, tuple(heads)
        self._slots = {"shop": shop, **manner}

    def __call__(self, occasion: Occasion, **slots: str) -> str:
        """Empty when everything that fits was said lately: then nothing is said."""
        given = self._slots | slots
        group = f"between/{occasion}"
        parts = parts_of(group, self._lang)
        if occasion == "reminder":
            parts = replace(parts, heads=(*parts.heads, *self._heads))
        for wording in self._wordings.offered(group, self._lang, given, parts=parts):
            self._wordings.used(wording)
            return wording.text
        return ""

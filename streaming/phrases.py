"""What the host says between script and answers. These lines pass the gate like every other."""

from collections.abc import Mapping
from itertools import cycle
from typing import Literal

from streaming.settings import Lang

Occasion = Literal["greeting", "welcome", "back", "goodbye", "empty", "private"]

_LINES: Mapping[Lang, Mapping[Occasion, tuple[str, ...]]] = {
    "zh": {
        "greeting": ("大家好，欢迎来到{shop}的直播间。", "各位朋友好，这里是{shop}，欢迎大家。"),
        "welcome": ("欢迎新来的朋友。", "刚进来的朋友，欢迎欢迎。", "欢迎来到直播间，想了解什么可以打在公屏上。"),
        "back": ("好，我们接着说。", "那我们继续往下看。", "回到刚才说的。", "好的，咱们接着讲。"),
        "goodbye": ("谢谢大家，我们下次见。",),
        "empty": ("商品正在准备，请大家稍等。", "想了解什么，可以打在公屏上。"),
        "private": ("订单的事涉及您的个人信息，请到店铺客服窗口，我们单独帮您查。",),
    },
    "en": {
        "greeting": ("Hello everyone, welcome to {shop}.", "Hi there, this is {shop}, good to have you here."),
        "welcome": ("Welcome to everyone who just joined.", "Welcome in, feel free to ask anything in the comments."),
        "back": ("Right, let's carry on.", "Back to where we were.", "Okay, let's continue."),
        "goodbye": ("Thank you all, goodbye.",),
        "empty": ("We are just getting things ready, please bear with us.", "Feel free to ask in the comments."),
        "private": ("That is about your own order, so please ask in the shop's chat and we will look it up for you.",),
    },
}

LABELS: Mapping[Lang, Mapping[str, str]] = {
    "zh": {
        "ai": "AI生成 · 数字人",
        "live": "直播中",
        "call": "点击购物袋 立即下单",
        "save": "立省{amount}",
        "out": "已售罄",
        "moment": "请稍等，马上回来",
    },
    "en": {
        "ai": "AI-generated",
        "live": "LIVE",
        "call": "Tap the bag to order",
        "save": "Save {amount}",
        "out": "Sold out",
        "moment": "One moment, we are right back",
    },
}


class Phrases:
    """Goes through the wordings of each occasion in turn, so that none is heard twice in a row."""

    def __init__(self, lang: Lang, shop: str) -> None:
        self._shop = shop
        self._turns = {occasion: cycle(lines) for occasion, lines in _LINES[lang].items()}

    def __call__(self, occasion: Occasion) -> str:
        return next(self._turns[occasion]).format(shop=self._shop)

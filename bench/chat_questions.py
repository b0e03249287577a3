"""What shoppers ask: wordings × products, said as often as shops see them said, or each only once.

A question is made of parts: how it begins, what it asks, about which product, how it ends. In a shop each of these is
distributed as by Zipf: a few products and a few ways to ask make up most of what is said, and the long tail never
ends. `distinct` draws from the same parts and takes nothing twice.
"""

import random
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import Protocol, TypeVar

from knowledge.model import Faq, Lang, Product

T = TypeVar("T")
TURNS = 12  # messages of one visitor
CHINESE = 0.75  # of the visitors
BEGINNINGS: dict[Lang, tuple[str, ...]] = {
    "zh": (
        "", "请问", "你好，", "亲，", "您好，请问", "想问一下，", "问一下", "在吗？", "那", "麻烦问下，",
        "客服你好，", "老板，",
        "还有，", "咨询一下，", "对了，", "我想知道", "再问一下，", "嗨，", "帮我看看，", "不好意思，",
        "打扰一下，", "刚看到你们家，",
    ),
    "en": (
        "", "hi, ", "hello, ", "hey, ", "hi there, ", "quick question: ", "excuse me, ", "just wondering, ", "also, ",
        "one more thing: ", "good morning, ", "sorry, ", "ok, ", "hey there, ", "question: ", "and ",
    ),
}  # fmt: skip
ENDINGS: dict[Lang, tuple[str, ...]] = {
    "zh": ("", "？", "呢", "呢？", "啊", "呀", "，谢谢", "～", "哈", "。", "？？", "啊？", "，麻烦了", "，多谢", "！"),
    "en": ("", "?", " please", " please?", ", thanks", "??", " thx", ", thank you", " :)", "!"),
}
ABOUT: dict[Lang, tuple[str, ...]] = {
    "zh": (
        "{title}多少钱", "{title}有优惠吗", "介绍一下{title}", "{title}是什么材质的", "{title}还有货吗",
        "{title}尺寸多大",
        "{title}有几个颜色", "{title}多重", "{title}怎么卖", "{title}价格", "{title}保修多久", "{title}容量多大",
        "{title}好用吗",
        "{title}有什么特点", "{title}能用洗碗机洗吗", "{title}现在什么价", "{title}几天能到", "{title}怎么保养",
        "{title}两件多少钱",
        "{title}有没有白色的",
    ),
    "en": (
        "how much is the {title}", "tell me about the {title}", "is the {title} in stock",
        "any offers on the {title}",
        "what is the {title} made of", "how heavy is the {title}", "what's the price of the {title}",
        "what size is the {title}", "what colours does the {title} come in", "does the {title} have a warranty",
        "how do I clean the {title}", "what does the {title} cost", "is the {title} any good",
        "how much for two {title}",
    ),
}  # fmt: skip
WANTED: dict[Lang, tuple[str, ...]] = {
    "zh": (
        "推荐一款{category}", "有没有{price}元以内的{category}", "想买{category}，{price}元左右", "{category}有哪些",
        "{price}块以下的{category}有吗", "送人的{category}推荐一下", "哪款{category}最轻", "{category}哪个便宜",
        "预算{price}，{category}买哪个好", "给妈妈买{category}，{price}以内", "不要塑料的{category}",
        "{category}里卖得最好的是哪款",
    ),
    "en": (
        "{category} under {price}", "can you recommend something in {category}", "what {category} do you have",
        "a gift from {category} for about {price}", "which {category} is the lightest", "cheapest {category}",
        "my budget is {price}, any {category}", "{category} for my mother",
    ),
}  # fmt: skip
AFTER: dict[Lang, tuple[str, ...]] = {  # what refers to the answer before
    "zh": (
        "它有多重", "有几个颜色", "第一个多少钱", "便宜点的", "能用洗碗机洗吗", "保修多久", "第二个是什么材质",
        "还有别的吗", "这款有现货吗",
        "哪个更轻", "尺寸多大", "能再便宜吗", "这个怎么洗", "有优惠吗",
    ),
    "en": (
        "how heavy is it", "what colours are there", "how much is the first one", "anything cheaper",
        "is it in stock",
        "what is it made of", "which one is lighter", "any others", "how big is it", "how do I clean it",
    ),
}  # fmt: skip
SHOP: dict[Lang, tuple[str, ...]] = {
    "zh": ("你好", "现在有什么优惠", "不合适能退吗", "谢谢", "怎么开发票", "运费多少", "我的订单到哪了"),
    "en": (
        "hello", "any coupons right now", "can I return it", "how much is shipping", "thanks", "where is my order",
    ),
}  # fmt: skip
PRICES = (100, 200, 50, 150, 300, 80, 120, 500, 60, 250)
POLITE = 0.5  # how often anything is said around the question
TRIES = 200  # before a part of the parts is held to be used up


class Shopful(Protocol):
    """The part of `Catalog` that is asked about."""

    def products(self) -> Sequence[Product]: ...
    def faqs(self) -> Sequence[Faq]: ...


class Asked:
    """Questions of one visitor after another; `distinct`: none is asked twice, whoever asks."""

    def __init__(self, shop: Shopful, rng: random.Random, *, distinct: bool = False) -> None:
        self._rng = rng
        self._distinct = distinct
        self._products = list(shop.products())
        rng.shuffle(self._products)  # which ones are asked for most has nothing to do with the file's order
        self._faqs = [faq.question for faq in shop.faqs() if not faq.products]
        self._said: set[str] = set()
        self.made = 0

    @property
    def known(self) -> int:
        """How many of those made were different from each other."""
        return len(self._said)

    def of_visitors(self, count: int) -> list[tuple[Lang, str]]:
        """`count` questions with their language; each `TURNS` of them are one visitor's, in one language."""
        found: list[tuple[Lang, str]] = []
        while len(found) < count:
            lang: Lang = "zh" if self._rng.random() < CHINESE else "en"
            found += [(lang, self._one(lang)) for _ in range(min(TURNS, count - len(found)))]
        return found

    def _one(self, lang: Lang) -> str:
        for _ in range(TRIES):
            text = self._worded(lang)
            if not self._distinct or text not in self._said:
                self._said.add(text)
                self.made += 1
                return text
        raise RuntimeError("there are not as many different questions; ask for fewer")

    def _worded(self, lang: Lang) -> str:
        kind, price = self._rng.random(), self._pick(PRICES)
        product = self._pick(self._products)
        if kind < 0.3:
            form = self._pick(ABOUT[lang])
        elif kind < 0.45:
            form = self._pick(WANTED[lang])
        elif kind < 0.6:
            form = self._pick(AFTER[lang])
        elif kind < 0.85:
            form = self._pick(self._faqs)(lang).replace("{", "").replace("}", "").rstrip("?？")
        else:
            form = self._pick(SHOP[lang])
        core = form.format(title=product.title(lang), category=product.category(lang), price=price)
        begins = self._pick(BEGINNINGS[lang]) if self._distinct or self._rng.random() < POLITE else ""
        ends = self._pick(ENDINGS[lang]) if self._distinct or self._rng.random() < POLITE else ""
        return f"{begins}{core}{ends}"

    def _pick(self, parts: Sequence[T]) -> T:
        if self._distinct:
            return self._rng.choice(parts)
        return self._rng.choices(parts, cum_weights=_zipf(len(parts)))[0]


@cache
def _zipf(count: int) -> tuple[float, ...]:
    """Sums of 1, 1/2, 1/3, …"""
    return tuple(accumulate(1 / rank for rank in range(1, count + 1)))

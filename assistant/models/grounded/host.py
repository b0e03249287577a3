"""A clerk on air. What is asked without naming other goods is about the product that is being shown, and the first
sentence is the answer: everybody listens, and nobody can scroll back."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache

from assistant.data import load
from assistant.models.grounded import speech
from assistant.models.grounded.clerk import Clerk
from assistant.models.grounded.dialogue import Goods
from assistant.models.grounded.guide import SAME_QUESTION
from assistant.models.grounded.understand import Reading
from assistant.models.grounded.wording import joined, say
from assistant.tools.products import pieces
from assistant.tools.shop import SURE as FAQ_SURE
from knowledge.model import Lang
from knowledge.text import normalise
from knowledge.thesaurus import default_thesaurus

_ANYWHERE = frozenset(
    "injection who human order thanks bye yes no chitchat outside greeting invoice payment shipping returns privacy "
    "hours stacking assortment".split()
)


class Host(Clerk):
    def answer(self, reading: Reading) -> str:
        return _spoken(self._answered(reading), self.d.lang)

    def _answered(self, reading: Reading) -> str:
        d = self.d
        if d.page is not None and reading.intent == "shipping":
            for name in ("sent", "arrives", "carrier"):
                if _asked()[name].search(d.text):
                    return _ANSWERS[name](self, reading)
        if d.page is None or reading.intent in _ANYWHERE:
            return super().answer(reading)
        if self._names_other_goods():
            wants = not reading.properties or _WANTS.search(d.text)
            return self._recommend(reading) if wants else super().answer(reading)
        reading = replace(reading, deictic=True, topic="", follows=False)
        if size := self._names_size():
            self.d = replace(d, text=re.sub(rf"(?<!\d){size}(?!\d)(?!码)", f"{size}码", d.text))
            return self._stock_of(self._page(), reading)
        if reading.colours or reading.sizes:
            return self._stock_of(self.details(d.page), reading)
        for name, pattern in _asked().items():
            if pattern.search(d.text):
                return _ANSWERS[name](self, reading)
        if reading.intent in ("price", "total", "accessories"):
            return super().answer(reading)
        if reading.intent == "warranty_shop":
            return self._warranty(reading)
        return self._about(reading)

    def _names_other_goods(self) -> bool:
        """Whether other goods than those on air are asked for, not only named beside them."""
        page, text = self.d.page or {}, normalise(self.d.text).text
        called = f"{page.get('title', '')} {page.get('category', '')}".lower()
        before, behind = _beside()
        for one in default_thesaurus().find(text):
            word = re.sub(r"(?<=.)[子儿]$|s$", "", one.word)
            if not one.in_section("goods") or word in called or any(g in called for g in _names(one.word)):
                continue
            if not before.search(text[: one.start]) and not behind.search(text[one.end :]):
                return True
        return False

    def _page(self, *, asking: bool = False) -> Goods:
        assert self.d.page is not None
        return self.details(self.d.page, asking=asking)

    def _names_size(self) -> str:
        """A size of what is on air that a comment names by its bare number, 有37的没, or empty."""
        options = (self._page().get("options") or {}).items()
        sizes = {value for name, values in options if re.search(r"码|size", name, re.I) for value in values}
        figures = re.findall(r"(?<![\d.])\d{2}(?![\d.%])", self.d.text)
        return next((one for one in figures if one in sizes), "") if _THERE.search(self.d.text) else ""

    def _rule(self, question: str, reading: Reading) -> str:
        """The shop's rule, asked for as its own list of questions puts it."""
        answers = self.ask("policy_and_faq", question=question).get("answers") or []
        sure = answers and answers[0]["score"] >= FAQ_SURE
        return (
            str(answers[0]["answer"]) if sure else self._policy(replace(reading, intent="shipping", policy="shipping"))
        )

    def _sent(self, reading: Reading) -> str:
        return self._rule("多久发货" if self.d.lang == "zh" else "How soon do you ship?", reading)

    def _arrives(self, reading: Reading) -> str:
        return self._rule("几天能到" if self.d.lang == "zh" else "How long does delivery take?", reading)

    def _carrier(self, reading: Reading) -> str:
        return self._rule("发什么快递" if self.d.lang == "zh" else "Which carrier do you use?", reading)

    def _who(self, reading: Reading) -> str:
        return say(self.d, "who")

    def _about(self, reading: Reading) -> str:
        """From the product's own data; where that is silent, from the shop's own answers; else a colleague's turn."""
        d, goods = self.d, self._page(asking=True)
        asked = goods.get("asked") or {}
        if asked.get("foreign"):  # "does it go in the dishwasher?" while a scarf is shown
            return say(d, "other_kind", title=goods["title"])
        if values := _fitting(d.text, _meant(d.text, asked.get("values") or _loosely(d.text, goods), goods)):
            return speech.values_sentence(d, goods, values)
        if asked.get("text"):
            return speech.clean(str(asked["text"][0])) + ("。" if d.lang == "zh" else ".")
        answers = self._faq(product=str(goods["id"])).get("answers") or []
        if answers and answers[0]["score"] >= SAME_QUESTION:
            return str(answers[0]["answer"])
        what = speech.asked_for(d.text, d.lang)
        if reading.properties and what.removeprefix("its ") in d.text.lower():  # named as it was asked for
            return say(d, "live_silent", title=goods["title"], what=what)
        return say(d, "live_unknown")

    def _warranty(self, reading: Reading) -> str:
        return self._told_of("保修 warranty") or self._policy(reading)

    def _works(self, reading: Reading) -> str:
        return self._told_of("兼容 compatible") or self._about(reading)

    def _told_of(self, question: str) -> str:
        """What the product's data says to a question; empty when nothing."""
        goods = self.ask("product_details", product=str(self._page()["id"]), question=question)
        values = (goods.get("asked") or {}).get("values")
        return speech.values_sentence(self.d, goods, values) if values else ""

    def _sizes(self, reading: Reading) -> str:
        """How to choose, where that is asked and the shop tells; else which sizes there are."""
        d, goods = self.d, self._page()
        if _FITS.search(d.text):
            asked = {"question": "尺码怎么选" if d.lang == "zh" else "size guide", "product": str(goods["id"])}
            answers = self.ask("policy_and_faq", **asked).get("answers") or []
            if answers and answers[0]["score"] >= SAME_QUESTION:
                return str(answers[0]["answer"])
        named = [one for one in goods.get("attributes", ()) if re.search(r"尺码|size range|sizes$", one[0], re.I)]
        if named:
            return speech.values_sentence(d, goods, named)
        for name, values in (goods.get("options") or {}).items():
            if re.search(r"码|size", name, re.I):
                return say(d, "live_sizes", title=goods["title"], values=joined(d, list(values)))
        return self._about(reading)

    def _talk(self, reading: Reading) -> str:
        return say(self.d, "chitchat")

    def _asks_price(self, reading: Reading) -> str:
        return self._price(reading)

    def _link(self, reading: Reading) -> str:
        return say(self.d, "live_link")

    def _number(self, reading: Reading) -> str:
        return say(self.d, "live_number")

    def _left(self, reading: Reading) -> str:
        return self._stock_of(self._page(), reading)

    def _brand(self, reading: Reading) -> str:
        goods = self._page()
        brand = str(goods.get("brand") or "")
        if self.d.lang == "en":  # an English voice cannot say the characters that stand before it
            brand = re.sub(r"^[\u3400-\u9fff]+\s+(?=[A-Za-z])", "", brand)
        return say(self.d, "live_brand", title=goods["title"], brand=brand) if brand else self._about(reading)

    def _intro(self, reading: Reading) -> str:
        goods = self._page()
        return speech.introduction({**goods, "title": say(self.d, "live_this")}, self.d.lang)

    def _suits(self, reading: Reading) -> str:
        """What its data says of whom it is for, else what speaks for it: whether it suits is the viewer's to say."""
        goods = self._page(asking=True)
        brief = speech.clean(str(goods.get("brief", "")))
        strict = any(asked.search(self.d.text) for asked, _ in _strict())
        if strict or (goods.get("asked") or {}).get("values") or not brief:
            return self._about(reading)
        return say(self.d, "live_suits", title=goods["title"], brief=brief)

    def _offers(self, reading: Reading) -> str:
        """The offers by their names; what they ask for stands on the picture and at the checkout."""
        return self._named_offers("")

    def _coupon(self, reading: Reading) -> str:
        return self._named_offers("券|coupon|voucher", "live_no_coupon")

    def _gift(self, reading: Reading) -> str:
        return self._named_offers("赠|gift", "live_no_gift")

    def _named_offers(self, wanted: str, missing: str = "") -> str:
        d, goods = self.d, self._page()
        found = list(self.ask("promotions", product=str(goods["id"])).get("promotions", ()))
        fitting = [one for one in found if re.search(wanted, str(one["name"]), re.I)]
        if not fitting:
            return say(d, missing if found and missing else "no_offers_for", title=goods["title"])
        return say(d, "live_offers", offers=joined(d, [str(one["name"]) for one in fitting[:2]]))

    def _others(self, reading: Reading) -> str:
        """Another of its kind."""
        d, goods = self.d, self._page()
        found = list(self.ask("related_products", product=str(goods["id"]), relation="similar").get("products", ()))
        if not found:
            return say(d, "no_similar", title=goods["title"])
        return say(d, "live_other", title=found[0]["title"], price=speech.price(found[0], d.lang))

    def _against(self, reading: Reading) -> str:
        """How another of its kind that the question names differs; each product in a sentence of its own."""
        d, goods = self.d, self._page()
        found = list(self.ask("related_products", product=str(goods["id"]), relation="similar").get("products", ()))
        figures = re.findall(r"\d{2,}", d.text)
        named = [one for one in found if any(figure in str(one["title"]) for figure in figures)]
        if not (named or found):
            return say(d, "no_similar", title=goods["title"])
        data = self.ask("compare_products", products=[str(goods["id"]), str((named or found)[0]["id"])])
        both = list(data.get("products", ()))
        if len(both) < 2:
            return self._about(reading)
        rows = [row for row in list(data.get("rows", ()))[1:] if len(set(row["values"])) > 1]
        short = [row for row in rows if all(value != "—" and len(value) <= 24 for value in row["values"])]
        told = sorted(short, key=lambda row: not re.search(r"\d", row["values"][0]))[:2]  # figures tell most
        parts = []
        for place, one in enumerate(both):
            cells = (speech.property_phrase(row["name"], row["values"][place], d.lang) for row in told)
            what = ("，" if d.lang == "zh" else ", ").join(cells)
            parts.append(say(d, "live_side", title=one["title"], what=what))
        return speech.sentences(parts, d)


def _spoken(text: str, lang: Lang) -> str:
    """A list as it is said: its first entry. Nobody can look at the others again."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2:
        return text
    told = [line.lstrip("·- ") for line in lines if not line.rstrip().endswith(("：", ":"))]
    first = told[0] if told else lines[0]
    return first if re.search(r"[。！？.!?]$", first) else first + ("。" if lang == "zh" else ".")


@cache
def _asked() -> Mapping[str, re.Pattern[str]]:
    return {name: re.compile("|".join(said), re.I) for name, said in load("onair.yaml")["asked"].items()}


@cache
def _beside() -> tuple[re.Pattern[str], re.Pattern[str]]:
    said = load("onair.yaml")["beside"]
    return re.compile(said["before"], re.I), re.compile(said["behind"], re.I)


@cache
def _names(word: str) -> tuple[str, ...]:
    """What else the goods of this word are called."""
    return tuple(name for name in default_thesaurus().widened(word) if len(name) > 1)


def _fitting(question: str, values: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """Those first that share a word with the question, or are what its question word asks for: 充电多久 is a time."""

    def fits(one: Sequence[str]) -> tuple[bool, bool]:
        timed = not _HOW_LONG.search(question) or _TIME.search(one[1]) is not None
        return not timed, not any(piece in question.lower() for piece in pieces(one[0]))

    return sorted(values, key=fits)


def _meant(question: str, values: Sequence[Sequence[str]], goods: Goods) -> Sequence[Sequence[str]]:
    """Where a question asks for one part or matter, only what the data calls so: a sole is not the upper, and what a
    microwave does to it is not told by how long it keeps hot."""
    for asked, named in _strict():
        if asked.search(question):
            return [one for one in goods.get("attributes", ()) if named.search(one[0])]
    return values


@cache
def _strict() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    return tuple(
        (re.compile(one["asked"], re.I), re.compile(one["named"], re.I)) for one in load("onair.yaml")["strict"]
    )


def _loosely(question: str, goods: Goods) -> list[Sequence[str]]:
    """Properties that a question names in other order, 盖子怎么开 the 开盖方式, or by a figure of theirs: 是316的吗."""
    figures = re.findall(r"\d{2,}", question)
    return [
        one
        for one in goods.get("attributes", ())
        if (one[0][0] >= "\u3400" and len(one[0]) > 1 and one[0][0] in question and one[0][1] in question)
        or any(re.search(rf"(?<!\d){figure}(?!\d)", one[1]) for figure in figures)
    ]


_THERE = re.compile(r"有|还|没|码|[黑白红蓝绿灰粉]|\b(?:have|got|size|in stock|left|available)\b", re.I)
_WANTS = re.compile(r"有吗|有没有|有卖|有无|\b(?:do you (?:have|sell)|any|got)\b", re.I)
_FITS = re.compile(r"穿|偏|正码|\d{3}|[大小]一?码|true to|\bruns?\b|should", re.I)
_HOW_LONG = re.compile(r"多久|多长时间|几个?小时|几分钟|how (?:long|fast|quick)", re.I)
_TIME = re.compile(r"\d\s*(?:个?小时|分钟|秒|天|年|个月|h\b|hours?|min|days?|months?|years?)", re.I)

_ANSWERS: Mapping[str, Callable[[Host, Reading], str]] = {
    "who": Host._who,
    "sent": Host._sent,
    "arrives": Host._arrives,
    "carrier": Host._carrier,
    "talk": Host._talk,
    "price": Host._asks_price,
    "number": Host._number,
    "link": Host._link,
    "compare": Host._against,
    "coupon": Host._coupon,
    "gift": Host._gift,
    "offers": Host._offers,
    "others": Host._others,
    "left": Host._left,
    "size": Host._sizes,
    "works": Host._works,
    "brand": Host._brand,
    "intro": Host._intro,
    "suits": Host._suits,
}

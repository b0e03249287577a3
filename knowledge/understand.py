"""What a shopper's sentence asks for: limits, likes, dislikes, the occasion, and the words that are left to look up."""

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import yaml

from knowledge.measures import Limit, limit_in, measure_of, preference, superlative
from knowledge.model import Lang
from knowledge.need import NO_SHOP, Filters, Leaning, Need, Order, ShopWords
from knowledge.numerals import parse_en, parse_zh
from knowledge.quantity import Mention as Amount
from knowledge.quantity import Quantity, find_quantities, unit
from knowledge.text import language, normalise
from knowledge.thesaurus import Mention, Scene, Thesaurus

__all__ = ["NO_SHOP", "Filters", "Leaning", "Need", "Order", "ShopWords", "understand", "understand_all"]


def understand(query: str, thesaurus: Thesaurus, shop: ShopWords = NO_SHOP, lang: Lang | None = None) -> Need:
    """Take a query apart."""
    page = _Page(thesaurus.spelling.mend(normalise(query).text, shop.has), thesaurus, shop)
    page.read()
    return page.need(lang or language(query))


def understand_all(
    query: str, thesaurus: Thesaurus, shop: ShopWords = NO_SHOP, lang: Lang | None = None
) -> tuple[Need, ...]:
    """The needs of a query that asks for several things: "一个保温杯和一双雨鞋". A price or a person that stands before
    the first or after the last holds for all of them that have none of their own."""
    text = thesaurus.spelling.mend(normalise(query).text, shop.has)
    said = lang or language(query)
    parts, shared = _parted(text, thesaurus)
    if len(parts) < 2:
        return (understand(query, thesaurus, shop, said),)
    needs = [understand(part, thesaurus, shop, said) for part in parts]
    common = understand(shared, thesaurus, shop, said)
    first, *others = needs
    bare = all(not _OWN.search(part) for part in parts[1:])
    return tuple(
        _sharing(_sharing(need, common), first, price=bare) if need is not first else _sharing(need, common)
        for need in (first, *others)
    )


def _parted(text: str, thesaurus: Thesaurus) -> tuple[list[str], str]:
    """The parts of a text that ask for different goods, and its last clause if that names none."""
    goods = [mention for mention in thesaurus.find(text) if mention.in_section("goods")]
    parts: list[str] = []
    begin = 0
    for match in _AND.finditer(text):
        left = [m for m in goods if begin <= m.start and m.end <= match.start()]
        right = [m for m in goods if m.start >= match.end()]
        if not left or not right or set(left[-1].groups) & set(right[0].groups):
            continue
        rest = text[match.end() :]
        own = understand_head(rest, thesaurus)
        if (
            own != right[0].word
            or _FOR.search(text, begin, match.start())
            or _NOT_HERE.search(text, begin, match.start())
        ):
            continue  # 泡茶和咖啡的杯子 is one cup
        parts.append(text[begin : match.start()])
        begin = match.end()
    last = text[begin:]
    clause = max(last.rfind("，"), last.rfind(","), last.rfind("；"))
    named = [m for m in goods if m.start >= begin + clause]
    if parts and clause > 0 and not named:
        return [*parts, last[:clause]], last[clause + 1 :]
    return [*parts, last], ""


def understand_head(text: str, thesaurus: Thesaurus) -> str:
    """The kind of goods that a normalised text asks for first."""
    clause = _CLAUSE.split(text)[0]
    found = thesaurus.find(clause)
    return _head(clause, {mention.word for mention in found}, found)


def _sharing(need: Need, other: Need, *, price: bool = True) -> Need:
    """The need with the price, the person and the audience of another where it has none."""
    filters = need.filters
    if price and filters.price_min is None and filters.price_max is None:
        filters = replace(filters, price_min=other.filters.price_min, price_max=other.filters.price_max)
    if not filters.audiences:
        filters = replace(filters, audiences=other.filters.audiences)
    scenes = need.scenes or tuple(pair for pair in other.scenes if pair[1].whom)
    return replace(need, filters=filters, scenes=scenes, currency=need.currency or other.currency)


_AND = re.compile(
    r"[，,、；;]?\s*(?:和|跟|与|以及|还有|还要|再来|再要|另外|外加|加上|\band\b|\bplus\b|\balso\b|&)\s*(?:再|要|also\b)?|[，；;、]\s*(?=再|还要)"
)
_OWN = re.compile(r"[一两二三四五六七八九十\d]\s?[个双件条只把台盒包瓶份副对张本套]|\b(?:a|an|one|two|some)\b")
_NOT_HERE = re.compile(r"(?:不要|别要|除了|不含|\bnot\b|\bno\b|\bwithout\b)[^，,；;]*$")
_CLAUSE = re.compile(r"[，,。；;！!？?]")


class _Page:
    """A sentence from which one wish after the other is read. What has been read is blanked, so that places stay."""

    def __init__(self, text: str, thesaurus: Thesaurus, shop: ShopWords) -> None:
        self.text = text
        self._thesaurus = thesaurus
        self._shop = shop
        self._filters = Filters()
        self._order: Order = "relevance"
        self._by: Leaning | None = None
        self._prefers: list[Leaning] = []
        self._currency = ""
        self._count = 1
        self._dropped: set[str] = set()

    def read(self) -> None:
        self._read_shelves()
        self._read_open_ends()
        self._read_orders()
        self._read_ages()
        self._read_amounts()
        self._read_count()
        self._read_dislikes()
        self._read_stock()
        self._read_sizes()

    def need(self, lang: Lang) -> Need:
        """What has been read, and what the rest of the words name."""
        thesaurus = self._thesaurus
        found = thesaurus.find(self.text)
        scenes = self._scenes(found)
        colours = list(_colours(found, self.text))
        named = [
            (start, end, brand)
            for start, end, brand in self._shop.brands.find(self.text)
            if not _is_goods(self.text[start:end], thesaurus)
        ]
        text = _bare(self.text, found)
        mentions = _sized(thesaurus.find(text), text)
        audiences = tuple(mention.word for mention in mentions if mention.in_section("audiences"))
        if any(limit.measure == "age" for limit in self._filters.limits):
            audiences = ()  # the age has said it
        audiences += tuple(word for _, _, (_, scene) in scenes for word in scene.audience if not audiences)
        filters = (
            Filters(options=tuple(mention.word for mention in colours))
            & self._filters
            & Filters(
                brands=tuple(sorted({brand for _, _, brand in named})),
                audiences=audiences,
                features=_features(mentions),
            )
        )
        spans = [(m.start, m.end) for m in colours] + [(start, end) for start, end, _ in named]
        spans += [(start, end) for start, end, _ in scenes]
        spans += [(m.start, m.end) for m in found if m.in_section("audiences") and not m.in_section("goods")]
        rest = self.text
        for start, end in spans:
            rest = _blanked(rest, start, end)
        rest = _bare(rest, thesaurus.find(rest))
        named_scenes = tuple({id(scene): (word, scene) for _, _, (word, scene) in scenes}.values())
        return Need(
            text, lang, filters, self._order, named_scenes, mentions,
            self._currency, self._by, tuple(dict.fromkeys(self._prefers)), self._count, rest, frozenset(self._dropped),
            _head(self.text, {mention.word for mention in mentions}, found),
        )  # fmt: skip

    def _scenes(self, found: list[Mention]) -> list[tuple[int, int, tuple[str, Scene]]]:
        """The occasions named, with their words; the rain of rain boots is none."""
        goods = [(m.start, m.end) for m in found if m.in_section("goods")]
        return [
            (start, end, (self.text[start:end], scene))
            for start, end, scene in self._thesaurus.scene_places(self.text)
            if not any(s <= start and end <= e and end - start < e - s for s, e in goods)
        ]

    # One kind of wish after the other

    def _read_shelves(self) -> None:
        for start, end, name in self._shop.shelves.find(self.text):
            self._add(Filters(categories=(name,)))
            self._blank(start, end)

    def _read_open_ends(self) -> None:
        for name, pattern in _open_ends().items():
            while match := pattern.search(self.text):
                self._dropped.add(name)
                self._blank(*match.span())

    def _read_orders(self) -> None:
        while found := superlative(self.text):
            measure, extreme, start, end = found
            if measure.id == "price":
                self._order = "cheapest" if extreme == "least" else "dearest"
            else:
                self._by = Leaning(measure.id, extreme, self.text[start:end])
            self._blank(start, end)
        while found := preference(self.text):
            measure, extreme, start, end = found
            self._prefers.append(Leaning(measure.id, extreme, self.text[start:end]))
            self._blank(start, end)
        if match := _CHEAP.search(self.text):
            self._order = "cheapest"
            self._blank(*match.span())

    def _read_ages(self) -> None:
        for match in _AGE.finditer(self.text):
            figure = next(part for part in match.groups() if part)
            number = _number(figure)
            known = unit("month" if "月" in match[0] or "month" in match[0] else "year")
            if number is None or known is None:
                continue
            self._add(Filters(limits=(Limit("age", "is", Quantity(number, number, known), match[0].strip()),)))
            if number * known.factor <= _GROWN_UP:
                self._add(Filters(audiences=("儿童",)))
            self._blank(*match.span())

    def _read_amounts(self) -> None:
        match = _ROUND.search(self.text)
        if match:
            self._add(Filters(price_max=Decimal(_ROUND_SUMS[match[1]])))
            self._currency = "CNY"
            self._blank(*match.span())
        text = self.text
        for amount in find_quantities(text):
            if (price := _price(amount, text)) is not None:
                self._add(Filters(price_min=price[0], price_max=price[1]))
                if amount.quantity.dimension == "money":
                    self._currency = _currency(amount.quantity)
                self._blank(*_with_budget(text, *amount.outer))
            elif (found := limit_in(text, amount)) is not None:
                limit, start, end = found
                self._add(Filters(limits=(limit,)))
                if limit.sense != "is" or limit.measure in ("people", "warmth"):
                    self._blank(*_with_name(text, limit, start, end))

    def _read_count(self) -> None:
        for match in _COUNT.finditer(self.text):
            figure = next(part for part in match.groups() if part)
            number = _number(figure) or Decimal(0)
            follows = self._thesaurus.find(self.text[match.end() :].lstrip()[:24])
            if match["en"] and not (follows and follows[0].start == 0):
                continue
            if 2 <= number <= 999:
                self._count = int(number)
                self._blank(*match.span())
                return

    def _read_dislikes(self) -> None:
        found: list[str] = []
        for pattern in (_ZH_NOT, _EN_NOT, _ALLERGIC, _FREE):
            for match in pattern.finditer(self.text):
                words, start, end = self._disliked(match)
                if words:
                    found += words
                    self._blank(start, end)
        for match in _WEAK_NOT.finditer(self.text):
            mention = next((m for m in self._thesaurus.find(self.text[match.end() :][:16]) if m.start == 0), None)
            if mention is None or self._is_word(match.start()):
                continue
            found.append(mention.word)
            self._blank(match.start(), match.end() + mention.end)
        self._add(Filters(without=tuple(dict.fromkeys(found))))

    def _disliked(self, match: re.Match[str]) -> tuple[list[str], int, int]:
        """The words disliked and where they stand; nothing when the negation is part of a wish, like "no sugar"."""
        start, end = match.span()
        said = match[1]
        if self._is_word(start) or re.split("[ ,]", said)[0] in _NO_THING:
            return [], start, end
        mentions = self._thesaurus.find(said)
        last = mentions[-1] if mentions else None
        if (
            len(mentions) > 1 and last is not None and last.end == len(said.rstrip()) and last.in_section("goods")
            and not mentions[-2].in_section("goods") and not _SPLIT.search(said[mentions[-2].end : last.start])
            and "的" not in match[0]
        ):  # fmt: skip
            said, end = said[: last.start], match.start(1) + last.start  # 不要黑色雨靴: boots, but not black
        found: list[str] = []
        for part in _SPLIT.split(said):
            word = part.strip().removesuffix("的").removesuffix(" ones").removesuffix(" one").strip()
            if word and not word.startswith("太"):
                found += [mention.word for mention in self._thesaurus.find(word)] or [word]
        return found, start, end

    def _read_stock(self) -> None:
        if match := _IN_STOCK.search(self.text):
            self._add(Filters(in_stock=True))
            self._blank(*match.span())

    def _read_sizes(self) -> None:
        for match in _SIZE.finditer(self.text):
            self._add(Filters(options=(next(filter(None, match.groups())),)))
            self._blank(*match.span())

    def _is_word(self, place: int) -> bool:
        return any(mention.start <= place < mention.end for mention in self._thesaurus.find(self.text))

    def _add(self, filters: Filters) -> None:
        self._filters = self._filters & filters

    def _blank(self, start: int, end: int) -> None:
        self.text = _blanked(self.text, start, end)


# --- words ------------------------------------------------------------------------------------------------------------

_ZH_NOT = re.compile(
    r"(?:不想要|不需要|不喜欢|不考虑|不含有?|不带|不要有?|不想|别给我?推荐|别推荐|别要|排除|除了|除开|避开|避免|拒绝|讨厌)"
    r"([^，,。；;！!？?\s]{1,12}?)(?:(?:以外|之外)?的(?![和或跟与、])|以外|之外|了(?=[，,。；;！!？?\s]|$)|(?=[，,。；;！!？?\s]|$)|还有)"
)
_WEAK_NOT = re.compile(r"非(?!常|遗)|(?<!有)没有|无|免|(?<!有)没")
_EN_WORD = (
    r"(?!(?:and|or|but|for|under|below|over|above|please|with|in|at|from|that|which|who|i|instead|size|around)\b)"
    r"[a-z][a-z\-]*"
)
_EN_THING = rf"{_EN_WORD}(?:\s+{_EN_WORD})?"
_EN_NOT = re.compile(
    r"\b(?:anything but|everything but|other than|rather than|but not|don'?t want|do not want|don'?t like|i hate|not|no"
    r"|nothing|without|except(?: for)?|excluding|avoid(?:ing)?)\s+(?:in\s+|the\s+|any\s+|a\s+|an\s+)*"
    rf"({_EN_THING}(?:\s*(?:,|,? or|,? nor)\s+(?:in\s+|the\s+|any\s+|a\s+|an\s+)*{_EN_THING})*)"
)
_ALLERGIC = re.compile(r"(?:对|\ballergic to )([a-z]+|[^，,。\sa-z]{1,6}?(?=过敏(?!性)))(?:过敏)?")
_FREE = re.compile(r"\bnon-([a-z]+)\b")
_NO_THING = frozenset("sure only more idea problem less too need matter just really longer worries rush good".split())
_SPLIT = re.compile(r"[和或与、及跟]|\bor\b|\band\b|\bnor\b|,")
_BUDGET = re.compile(r"预算|价位|价格|加到|提到|涨到|降到|减到|budget|price|spend|afford")
_CHEAP = re.compile(
    r"(?:比较|更|再)?(?:便宜|实惠|划算|平价|低价)(?:(?:一?点|一?些)儿?)?|性价比高?|(?:别|不要?|不能)(?:太|那么|过于)?贵|不贵|"
    r"\b(?:cheap|cheaper|affordable|inexpensive|budget[ -]friendly|(?:not|isn'?t|nothing) (?:too |that |so |very )?"
    r"(?:expensive|pricey))\b"
)
_IN_STOCK = re.compile(r"有现货|有货|现货|\bin stock\b|\bavailable now\b")
_SIZE = re.compile(
    r"(?<![\d.])(\d{2}(?:\.5)?|[smlx]{1,4})\s*[码号]|\bsize\s+(\d{1,2}(?:\.5)?|[smlx]{1,4})\b|(?<![a-z])(x{1,3}l)(?![a-z])"
)
_NUMBER = r"\d{1,3}|[一二两三四五六七八九十]{1,3}"
_EN_NUMBER = r"\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_AGE = re.compile(
    rf"(?<![\d.])({_NUMBER})\s?周?岁(?:半)?(?:以上|以下|左右|大)?|(?<![\d.])({_NUMBER})\s?个月大?(?=的?(?:宝宝|婴儿|孩子|娃|小孩|小朋友))"
    rf"|\b({_EN_NUMBER})[ -]?(?:years?|yrs?)[ -]olds?\b|\b({_EN_NUMBER})[ -]months?[ -]olds?\b|\baged? (\d{{1,2}})\b"
)
_GROWN_UP = Decimal(14 * 31557600)  # seconds: younger ones are children
_COUNT = re.compile(
    rf"(?:要|来|买|需要|拿|各)\s?(?P<zh>{_NUMBER})\s?(?:个|双|件|条|只|把|台|盒|包|瓶|份|副|对|张|本|块|支)(?![半月人装])"
    r"|(?<![\w.$€£¥-])(?P<en>[2-9]|[1-9]\d|two|three|four|five|six|seven|eight|nine|ten|a pair of)\s+(?=[a-z])"
)
_ROUND = re.compile(r"(?<![一二三四五六七八九十两几数百千\d])([百千万])元(?:以内|以下|之内|内|左右|上下|价位|级)")
_ROUND_SUMS = {"百": 100, "千": 1000, "万": 10_000}
_MARKS = re.compile(r"[，,。；;！!？?：:“”\"()（）、~～]+|\s+")
_NAME_GAP = r"(?:时间|时长|大小|重|值)?(?:的|要|在|得|有|是|能|达到?|为|不|至|\s|of|is|that|which|for|a|at)*"


@cache
def _speech() -> dict[str, Any]:
    text = (resources.files("knowledge") / "data" / "speech.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


@cache
def _open_ends() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(pattern) for name, pattern in _speech()["open"].items()}


@cache
def _filler() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = _speech()["filler"]
    zh, en = (sorted(map(str, words[lang]), key=len, reverse=True) for lang in ("zh", "en"))
    anywhere = "|".join(map(re.escape, zh)) + r"|(?<![\w'-])(?:" + "|".join(map(re.escape, en)) + r")(?![\w'-])"
    first, last, particles = (re.escape(words[key]) for key in ("zh_first", "zh_last", "zh_particles"))
    return (
        re.compile(rf"{anywhere}|[{particles}]"),
        re.compile(rf"(?:(?<=\s)|^)[{first}]+(?=[\u3400-\u9fff])|(?:(?<=\s)|^)[{first}](?=\s|$)|[{last}](?=\s|$)"),
    )


def _bare(text: str, kept: Iterable[Mention]) -> str:
    """The text without filler; the words `kept` stay whole."""
    spans = [(mention.start, mention.end) for mention in kept]
    for pattern in _filler():
        text = pattern.sub(
            lambda match: (
                match[0] if any(s < match.end() and match.start() < e for s, e in spans) else " " * len(match[0])
            ),
            text,
        )
    return " ".join(_MARKS.sub(" ", text).split())


def _blanked(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


# --- amounts ----------------------------------------------------------------------------------------------------------


def _number(figure: str) -> Decimal | None:
    if figure.isascii():
        return Decimal(figure) if figure.isdigit() else parse_en(figure)
    return parse_zh(figure)


def _price(amount: Amount, text: str) -> tuple[Decimal | None, Decimal | None] | None:
    """What an amount demands of the price; None when it is about something else (39码, 3件套, 500ml)."""
    quantity = amount.quantity
    low, high = min(quantity.base()), max(quantity.base())
    is_budget = bool(_BUDGET.search(text[max(0, amount.outer[0] - 12) : amount.outer[1] + 8]))
    if quantity.dimension != "money":
        bounded = quantity.bound in ("under", "most", "over", "least") or is_budget or (low != high and low >= 10)
        bounded = bounded or (quantity.bound == "about" and low >= 10)
        follows = text[amount.end : amount.end + 1]
        if quantity.dimension or quantity.sides or not bounded or follows in {"码", "号", "寸", "岁", "人"}:
            return None
    if quantity.bound in ("under", "most"):
        return None, high
    if quantity.bound in ("over", "least"):
        return low, None
    if low != high:
        return low, high
    if is_budget:
        return None, high * Decimal("1.2") if quantity.approximate else high
    return (low * Decimal("0.8"), high * Decimal("1.2"))  # "200元左右", "a $50 gift"


def _currency(quantity: Quantity) -> str:
    return {"jiao": "CNY", "cent": "USD"}.get(quantity.unit.id, quantity.unit.id)


_BUDGET_WORD = re.compile(r"(?:预算|价位|价格|价钱)?(?:再?(?:加|提|涨|降|减)到|在|是|控制在|最多|大概)?\s*$")


def _with_budget(text: str, start: int, end: int) -> tuple[int, int]:
    """The amount with 预算加到 before it."""
    match = _BUDGET_WORD.search(text, 0, start)
    return (match.start() if match else start), end


@lru_cache(maxsize=128)
def _name_before(measure_id: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    asked = measure_of(measure_id).asked.pattern
    return (
        re.compile(rf"(?:{asked})[a-z]*{_NAME_GAP}$"),
        re.compile(rf"(?:的?\s?(?:of )?)(?:{asked})[a-z]*(?:\s?(?:life|time|时间))?"),
    )


def _with_name(text: str, limit: Limit, start: int, end: int) -> tuple[int, int]:
    """The limit with the name of what it limits: 续航要20小时以上, "10 hours of battery life"."""
    before, after = _name_before(limit.measure)
    if match := before.search(text, max(0, start - 24), start):
        start = match.start()
    if match := after.match(text, end):
        end = match.end()
    return start, end


# --- words of the thesaurus -------------------------------------------------------------------------------------------


def _colours(mentions: Iterable[Mention], text: str) -> Iterable[Mention]:
    for mention in mentions:
        if not mention.in_section("colours") or mention.in_section("goods"):
            continue
        if len(mention.word) > 1 or text[mention.end : mention.end + 1] in {"的", "色", ""}:
            yield mention


def _head(text: str, left: set[str], found: list[Mention]) -> str:
    """The word that names what is wanted. Of several it is the last, 手机充电器 is a charger; but not one that only
    says what it is for: "for a laptop", 能放电脑, 配裤子."""
    goods = [mention for mention in found if mention.in_section("goods") and mention.word in left]
    if not goods:
        return ""
    if (gift := _FOR.search(text, 0, goods[0].start)) and not _CLAUSE.search(text, gift.end(), goods[0].start):
        said = text[: gift.start()]
        if _SOMETHING.search(said) or _bare(said, found):
            return ""  # "a gift for a tea lover", "something for my cat"
    aim = _FOR.search(text, goods[0].end)
    before = [mention for mention in goods if aim is None or mention.end <= aim.start()]
    own = [m for m in before if not (_GOES_WITH.search(text, 0, m.start) and not _WHICH.match(text, m.end))]
    if not own and _SOMETHING.search(text):
        return ""  # 给猫买点东西
    return (own or before or goods)[-1].word


_FOR = re.compile(
    r"(?<!look )(?<!looking )(?<!search )(?<!searching )(?<!shopping )(?<!hunting )"
    r"\b(?:for|to go with|that (?:fits?|holds?|goes with)|compatible with|to (?:hold|carry|use with))\b"
)
_SOMETHING = re.compile(r"东西|礼物|礼品|什么|\b(?:some|any)(?:thing)?\b|\b(?:one|gifts?|presents?|stuff|things?)\b")
_GOES_WITH = re.compile(
    r"(?:放|装|爱喝|爱吃|喜欢喝?|搭配?|配|适合|适配|兼容|连接?|接|泡|煮|炒|洗|擦|刷|去)(?:得下|下)?[^的，,。；;]{0,6}?$"
    r"|\b(?:loves?|likes?|enjoys?|drinks?|fond of)\s[^，,。；;]{0,12}$"
)
_WHICH = re.compile(r"[^，,。；;\s]{0,4}的[^，,。；;\s]")


def _sized(mentions: list[Mention], text: str) -> tuple[Mention, ...]:
    """Without what is only the unit of a figure (米 is also rice) and the bed that gives a size: 四件套 1.8米床."""
    mentions = [m for m in mentions if not (len(m.word) == 1 and _FIGURE.search(text, 0, m.start) and unit(m.word))]
    goods = [mention for mention in mentions if mention.in_section("goods")]
    beds = [m for m in goods if m.word in ("床", "bed") and _BED_SIZE.search(text, 0, m.start)]
    return tuple(m for m in mentions if m not in beds or len(beds) == len(goods))


_FIGURE = re.compile(r"[\d一二两三四五六七八九十百半几]\s?$")
_BED_SIZE = re.compile(r"(?:米|m|尺)[五八]?的?\s?$")


def _features(mentions: Iterable[Mention]) -> tuple[str, ...]:
    return tuple(
        mention.word
        for mention in mentions
        if (mention.in_section("qualities") or mention.in_section("materials"))
        and not (mention.in_section("goods") or mention.in_section("audiences"))
        and len(mention.word) > 1  # the 木 of a brand is no wood
    )


def _is_goods(word: str, thesaurus: Thesaurus) -> bool:
    """Apple is a brand and a fruit: such a word narrows nothing by itself."""
    return any(mention.in_section("goods") for mention in thesaurus.find(normalise(word).text))

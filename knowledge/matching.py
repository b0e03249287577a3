"""Whether a product is what a filter or a word means, in both languages."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Literal

import rjieba

from knowledge.kept import Kept
from knowledge.lexical import normalise, words
from knowledge.measures import Limit, amounts, measure_of, met, stated_by
from knowledge.model import Attribute, Product, Text, Variant
from knowledge.thesaurus import Group, Scene, Thesaurus, contains, stemmed
from knowledge.understand import Filters, Need

Kind = Literal[
    "in_stock", "brands", "categories", "audiences", "colours", "options", "features", "limits", "avoids", "without"
]
_COLOUR_NAMES = ("颜色", "色", "colour", "color")
_LATIN = re.compile(r"[a-z0-9]+(?:[.'\-][a-z0-9]+)*")
_DENIED = re.compile(
    r"(?:不|无|非|未|没有?|勿|零|仿|人造|(?<![\d.])0|\bno|\bnot|\bnon|\bwithout|\bfaux|\bfake|\bimitation"
    r"|\bfree (?:of|from)|-free)[^，、,/；;。]{0,4}$|\bnon-$"
)
# Words that begin like a denial and deny nothing.
_NO_DENIALS = re.compile(
    r"不锈钢|不粘|不易|不仅|不但|不同|不掉|无线|无缝|无绳|无痕|无极|无级|无人|无火|非常|wireless|noise"
)


def texts(text: Text) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for part in (text.zh, text.en) if part))


def has(value: str, word: str) -> bool:
    """Whether a normalised value has a word without denying it: 不含酒精 has no alcohol."""
    if not contains(value, word):
        return False
    at = value.find(word)
    if at < 0:
        return True  # in another ending
    if _FREE.match(value, at + len(word)):
        return False  # alcohol-free
    plain = _NO_DENIALS.sub(lambda match: "~" * len(match[0]), value)
    return _DENIED.search(plain[max(0, at - 16) : at]) is None


_APART = re.compile(r" (?:for|with|from|by) ")  # a selfie lamp with an iPhone mount is a lamp
_FREE = re.compile(r"[ -](?:free|proof)\b")  # down-proof cloth is not down
_SAYS_NO = re.compile(r"(?:不|无|否|没有?|未|no\b|not\b|none\b|without\b)(?!锈钢|粘|易|线|缝)")


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that is demanded and can be let go by itself. `value` is a word, a limit, an occasion, or None."""

    kind: Kind
    value: str | Limit | Scene | None = None


def wishes_of(wanted: Filters, need: Need, thesaurus: Thesaurus) -> tuple[Wish, ...]:
    """Everything filters demand but the prices and the ids, which are compared for all products at once; and what the
    occasions are to be spared."""
    found: list[Wish] = [Wish("in_stock")] if wanted.in_stock else []
    found += [Wish("brands")] if wanted.brands else []
    found += [Wish("categories")] if wanted.categories else []
    found += [Wish("audiences")] if wanted.audiences else []
    found += [Wish("colours")] if any(thesaurus.is_colour(word) for word in wanted.options) else []
    found += [Wish("options", word) for word in wanted.options if not thesaurus.is_colour(word)]
    found += [Wish("features", word) for word in wanted.features]
    found += [Wish("limits", limit) for limit in wanted.limits]
    found += [Wish("avoids", scene) for _, scene in need.scenes if scene.avoids]
    found += [Wish("without", word) for word in wanted.without]
    return tuple(found)


class Sheet:
    """A product made comparable; its parts are computed when first looked at, for most products never."""

    def __init__(self, product: Product, thesaurus: Thesaurus) -> None:
        self.product = product
        self._thesaurus = thesaurus

    @cached_property
    def title(self) -> str:
        return normalise(" / ".join(texts(self.product.title)))

    @cached_property
    def head(self) -> str:
        """What the product is: title, category, brand, tags."""
        product = self.product
        more = (*texts(product.category), product.brand, *(tag for tag in product.tags if ":" not in tag))
        return normalise(" / ".join((*texts(product.title), *more)).replace("-", " "))

    @cached_property
    def body(self) -> str:
        """What else is said about it."""
        product = self.product
        values = [part for a in product.attributes for part in (*texts(a.name), *texts(a.value))]
        return normalise(" / ".join((*texts(product.brief), *values, *texts(product.description)))[:8000])

    @cached_property
    def kinds(self) -> frozenset[Group]:
        """What goods it is: the last that its title names in each language (a 手机支架 is a 支架), what its tags and
        its category name, and the wider kinds of all these."""
        found: set[Group] = set()
        titles = texts(self.product.title)
        for text in (*titles, *(tag for tag in self.product.tags if ":" not in tag)):
            named = [m for m in self._thesaurus.find(_APART.split(normalise(text))[0]) if m.in_section("goods")]
            if named and (text in titles or named[-1].end == len(text)):  # "phone accessories" are no phones
                found.update(group for group in named[-1].groups if group.section == "goods")
        found |= self.category_kinds
        return frozenset(found.union(*(self._thesaurus.broader(group) for group in found)))

    @cached_property
    def category_kinds(self) -> frozenset[Group]:
        """What its category names, when that is one thing: what lies under 服饰鞋包 is no shoe for it."""
        return _kinds_of(self.product.category, self._thesaurus)

    @cached_property
    def audiences(self) -> frozenset[Group]:
        mentions = self._thesaurus.find(self.head)
        return frozenset(g for mention in mentions for g in mention.groups if g.section == "audiences")

    def passes(self, wanted: Filters, wishes: Sequence[Wish]) -> bool:
        """Whether it meets everything but the price limits, which are compared for all products at once."""
        if not _together(wanted):
            return all(self.meets(wish, wanted) for wish in wishes)
        rest = (wish for wish in wishes if wish.kind not in _CHOSEN)  # the others are met where one variant has all
        return all(self.meets(wish, wanted) for wish in rest) and self._in_one_variant(wanted)

    def missed(self, wanted: Filters, wishes: Sequence[Wish]) -> tuple[Wish, ...]:
        """The wishes it doesn't meet; those that it meets, but not in one variant, count as unmet options."""
        missing = tuple(wish for wish in wishes if not self.meets(wish, wanted))
        if not any(wish.kind in _CHOSEN for wish in missing) and not self._in_one_variant(wanted):
            return missing + tuple(wish for wish in wishes if wish.kind in _CHOSEN)[-1:]
        return missing

    def meets(self, wish: Wish, wanted: Filters) -> bool:
        """Whether it meets one wish by itself."""
        product, value = self.product, wish.value
        if isinstance(value, Limit):
            return self._keeps(value)
        if isinstance(value, Scene):
            return self.avoided(value) is None
        if isinstance(value, str):
            if wish.kind == "without":
                return not self.shows(value)
            return self.states(value) is not False if wish.kind == "features" else self._offers((value,), wanted)
        if wish.kind == "in_stock":
            return product.stock is None or product.stock > 0
        if wish.kind == "brands":
            return normalise(product.brand) in {normalise(brand) for brand in wanted.brands}
        if wish.kind == "categories":
            return any(self._in_category(name) for name in wanted.categories)
        if wish.kind == "audiences":
            return self._suits(wanted.audiences)
        return self._offers([word for word in wanted.options if self._is_colour_word(word)], wanted)

    def states(self, want: str) -> bool | None:
        """Whether an attribute says it has a property, or says it has not; None when none speaks of it."""
        denied = None
        for attribute in self.product.attributes:
            says = self._says(attribute, want)
            if says:
                return True
            denied = says if denied is None else denied
        if denied is None and self._title_denies(want):
            return False
        return denied

    def _title_denies(self, want: str) -> bool:
        """Faux leather is no leather."""
        named = [word for word in self._thesaurus.widened(want) if contains(self.title, word)]
        return bool(named) and not any(has(self.title, word) for word in named)

    def avoided(self, scene: Scene) -> str | None:
        """What it states about itself that an occasion is to be spared."""
        head = self.head
        values = [_plain(attribute.value) for attribute in self.product.attributes]
        return next((word for word in scene.avoids if any(contains(one, word) for one in (head, *values))), None)

    def denied_by(self, want: str) -> Attribute | None:
        """The attribute that says it has a property not."""
        return next((one for one in self.product.attributes if self._says(one, want) is False), None)

    def choice(self, word: str) -> Attribute | None:
        """The first choice, or else attribute, that is a size or the like."""
        options = (option for variant in self.product.variants for option in variant.options)
        return next((one for one in (*options, *self.product.attributes) if self._option_is(one, word)), None)

    def _says(self, attribute: Attribute, want: str) -> bool | None:
        return _attribute_says(attribute, want, self._thesaurus)

    def _keeps(self, limit: Limit) -> bool:
        if limit.measure == "age" and not amounts(self.product, measure_of("age"), limit.dimension):
            return True  # goods that say nothing are for every age
        return met(self.product, limit) is not None

    @cached_property
    def _named(self) -> tuple[str, str, frozenset[str]]:
        tags = normalise(" / ".join(tag for tag in self.product.tags if ":" not in tag))
        text = f"{self.title} / {tags}".replace("-", " ")
        stems = stemmed(text)
        return text, stems, frozenset(stems.split())

    def names(self, wide: tuple[str, ...]) -> bool:
        """Whether title or tags have any of these words."""
        return _stands(self._named, wide, self.title)

    @cached_property
    def _said(self) -> tuple[str, str, frozenset[str]]:
        text = f"{self.head} / {self.body}"
        stems = stemmed(text)
        return text, stems, frozenset(stems.split())

    def says(self, wide: tuple[str, ...]) -> bool:
        """Whether any of these words stands in the product; a single character (枕, 被) only counts in its title."""
        return _stands(self._said, wide, self.title)

    def binding(self, want: str) -> tuple[str, Attribute | None] | None:
        """The word by which a wish is met and the attribute that says so (None: title or summary); None if unmet.
        Kinds of goods are met by what it is alone: the white tea of a soap is no tea."""
        groups = {group for group in self._groups(want) if group.section == "goods"}
        if groups:
            return (want, None) if groups & self.kinds else None
        wide = self._thesaurus.widened(want)
        for attribute in self.product.attributes:
            value, name = _plain(attribute.value), _plain(attribute.name)
            for word in wide:
                if has(value, word) or (contains(name, word) and not _SAYS_NO.match(value)):
                    return word, attribute
        brief = normalise(" / ".join((*texts(self.product.title), *texts(self.product.brief))))
        return next(((word, None) for word in wide if has(brief, word)), None)

    def _in_category(self, name: str) -> bool:
        category = normalise(" / ".join(texts(self.product.category)).replace("-", " "))
        return any(contains(category, word) for word in self._thesaurus.widened(name))

    def _suits(self, wanted: Iterable[str]) -> bool:
        asked = {group for word in wanted for group in self._groups(word) if group.section == "audiences"}
        if not asked or asked & self.audiences:
            return True
        if any("儿童" in group.words for group in asked):  # what is for children says so, if only by an age
            return bool(amounts(self.product, measure_of("age")))
        return not self.audiences

    def _offers(self, words: Sequence[str], wanted: Filters) -> bool:
        """Whether one variant that can be bought has one of the colours, or the other choice, wished for."""
        return any(any(self._has_option(shown, word) for word in words) for shown in self._choices(wanted))

    def _in_one_variant(self, wanted: Filters) -> bool:
        """Whether one variant has a wished colour, every other choice, and every amount at once."""
        if not _together(wanted):
            return True
        exact = _exact(wanted)
        colours = [word for word in wanted.options if self._is_colour_word(word)]
        others = [word for word in wanted.options if word not in colours]
        return any(
            all(self._has_option(shown, word) for word in others)
            and (not colours or any(self._has_option(shown, word) for word in colours))
            and all(stated_by(self.product, shown, limit) is not None for limit in exact)
            for shown in self._choices(wanted)
        )

    def _choices(self, wanted: Filters) -> Iterable[tuple[Attribute, ...]]:
        product = self.product
        variants = [variant for variant in product.variants if not wanted.in_stock or variant.stock != 0]
        for variant in variants or [Variant("")]:
            yield variant.options + product.attributes

    def _has_option(self, shown: Iterable[Attribute], word: str) -> bool:
        options = tuple(shown)
        if self._is_colour_word(word) and not any(_is_colour(option.name) for option in options):
            return any(has(self.title, other) for other in self._thesaurus.widened(word))
        return any(self._option_is(option, word) for option in options)

    def _option_is(self, option: Attribute, word: str) -> bool:
        return _option_is(option, word, self._thesaurus)

    def shows(self, word: str) -> bool:
        """Whether it has what the shopper does not want; a colour only when nothing else can be chosen."""
        if self._is_colour_word(word):
            choices = [
                any(self._option_is(option, word) for option in variant.options)
                for variant in self.product.variants
                if any(_is_colour(option.name) for option in variant.options)
            ]
            return all(choices) if choices else self._has_option(self.product.attributes, word)
        return any(has(self.head, other) for other in self._thesaurus.widened(word)) or self.shown_by(word) is not None

    def shown_by(self, word: str) -> Attribute | None:
        """The attribute or colour that says it has something."""
        if self._is_colour_word(word):
            return self.colour((word,))
        wide = self._thesaurus.widened(word)
        return next((a for a in self.product.attributes if any(has(_plain(a.value), other) for other in wide)), None)

    def colour(self, words: Sequence[str]) -> Attribute | None:
        """The first choice or attribute that is one of these colours."""
        options = [option for variant in self.product.variants for option in variant.options]
        shown = (*options, *self.product.attributes)
        return next((one for one in shown if any(self._option_is(one, word) for word in words)), None)

    def _is_colour_word(self, word: str) -> bool:
        return self._thesaurus.is_colour(word)

    def _groups(self, word: str) -> tuple[Group, ...]:
        return tuple(group for mention in self._thesaurus.find(normalise(word)) for group in mention.groups)


@lru_cache(maxsize=4096)
def _kinds_of(category: Text, thesaurus: Thesaurus) -> frozenset[Group]:
    found: set[Group] = set()
    for text in texts(category):
        named = [m for m in thesaurus.find(normalise(text).replace("-", " ")) if m.in_section("goods")]
        if len(named) > 1:
            return frozenset()
        found.update(group for one in named for group in one.groups if group.section == "goods")
    return frozenset(found)


def _exact(wanted: Filters) -> list[Limit]:
    """The amounts that may stand anywhere in a product, in a variant too."""
    return [limit for limit in wanted.limits if limit.sense == "is" and not limit.measure]


def _together(wanted: Filters) -> bool:
    """Whether several wishes must be met by one variant."""
    return len(wanted.options) + len(_exact(wanted)) > 1


@dataclass(frozen=True, slots=True)
class _Words:
    """Words told apart by how they are looked for."""

    han: tuple[str, ...]
    lone: tuple[str, ...]  # single Chinese characters
    stems: frozenset[str]  # of single English words
    phrases: tuple[str, ...]  # of several, as `stemmed` writes them


@lru_cache(maxsize=4096)
def _told_apart(wide: tuple[str, ...]) -> _Words:
    han = [word for word in wide if not word.isascii()]
    latin = [stemmed(word) for word in wide if word.isascii()]
    return _Words(
        tuple(word for word in han if len(word) > 1),
        tuple(word for word in han if len(word) == 1),
        frozenset(word.strip() for word in latin if word.count(" ") == 2 and word.strip()),
        tuple(word for word in latin if word.count(" ") > 2),
    )


def _stands(said: tuple[str, str, frozenset[str]], wide: tuple[str, ...], title: str) -> bool:
    """Whether any word stands in a text, given with its stems; single characters only count in the title."""
    text, stems, each = said
    words = _told_apart(wide)
    return (
        not words.stems.isdisjoint(each)
        or any(word in text for word in words.han)
        or any(char in title for char in words.lone)
        or any(phrase in stems for phrase in words.phrases)
    )


class Said:
    """Which sheets say any of certain words, as far as somebody has asked: a few words make up most of what shoppers
    look for, and each search asks a hundred products."""

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        self._sheets = sheets
        self._known: Kept[tuple[str, ...], bytearray] = Kept(max(16, min(512, _REMEMBERED // max(1, len(sheets)))))

    def by(self, wide: tuple[str, ...]) -> Callable[[int], bool]:
        """Whether the sheet at a place says any of these words."""
        known = self._known.find(wide) or self._known.keep(wide, bytearray(len(self._sheets)))

        def says(place: int) -> bool:
            if not known[place]:
                known[place] = _YES if self._sheets[place].says(wide) else _NO
            return known[place] == _YES

        return says


_REMEMBERED = 20_000_000  # answers of sheets
_YES, _NO = 1, 2


class Concepts:
    """What a query is about, piece by piece: words of the thesaurus, occasions, and the words that are in neither.
    `mend` gives the shop's nearest word for one it has not, or nothing."""

    def __init__(self, need: Need, thesaurus: Thesaurus, mend: Callable[[str], str]) -> None:
        self.goods = _head_goods(need)
        liked = {group for m in need.mentions for group in m.groups if group.section == "goods"} - self.goods
        self._liked = tuple(dict.fromkeys(word for group in liked for word in group.words))
        self._parts: list[tuple[float, tuple[str, ...]]] = []
        self._occasions = [scene.when for _, scene in need.scenes]
        self._scenes = [_asked_by(scene, thesaurus) for _, scene in need.scenes]
        for mention in need.mentions:
            weight = 2.0 if mention.in_section("goods") else 1.0
            self._parts.append((weight, tuple(word for group in mention.groups for word in group.words)))
        for word in _leftovers(need):
            self._parts.append((1.0, (word, mended) if (mended := mend(word)) else (word,)))

    def is_liked(self, sheet: Sheet) -> bool:
        """Whether its title or tags have goods that are named, but not as what is wanted: a gift for a tea lover."""
        return not self.goods and bool(self._liked) and sheet.names(self._liked)

    def named_for(self, sheet: Sheet) -> int:
        """How many of the occasions a product's title or tags name."""
        return sum(1 for words in self._occasions if sheet.names(words))

    def coverage(self, sheets: Sequence[Sheet], said: Said) -> Callable[[int], float]:
        """The share of the query that the product at a place of `sheets` answers, 0..1."""
        whole = sum(weight for weight, _ in self._parts) + len(self._scenes)
        parts = [(weight, said.by(wide)) for weight, wide in self._parts]
        scenes = [(goods, said.by(wide)) for goods, wide in self._scenes]

        def covered(place: int) -> float:
            if not whole:
                return 1.0
            met = sum(weight for weight, says in parts if says(place))
            met += sum(1 for goods, says in scenes if goods & sheets[place].kinds or says(place))
            return met / whole

        return covered


def _asked_by(scene: Scene, thesaurus: Thesaurus) -> tuple[frozenset[Group], tuple[str, ...]]:
    """The kinds of goods an occasion asks for, and the words for properties; its own name too, for a merchant's tag."""
    goods: set[Group] = set()
    words = list(scene.when)
    for want in scene.wants:
        groups = {g for m in thesaurus.find(want) for g in m.groups if g.section == "goods"}
        goods |= groups
        words += () if groups else thesaurus.widened(want)
    return frozenset(goods), tuple(dict.fromkeys(words))


def _head_goods(need: Need) -> frozenset[Group]:
    """The kind of goods asked for; of several the last one is the head: 手机 充电器 is a charger."""
    named = need.goods
    return frozenset(group for group in named.groups if group.section == "goods") if named else frozenset()


def _leftovers(need: Need) -> list[str]:
    text = need.text
    for mention in reversed(need.mentions):
        text = text[: mention.start] + " " + text[mention.end :]
    for word, _ in need.scenes:
        text = text.replace(word, " ")
    found = [word for word in _LATIN.findall(text) if words(word)]
    return found + [word for word in rjieba.cut(_LATIN.sub(" ", text)) if len(word) > 1 and not word.isspace()]


_CHOSEN = frozenset({"colours", "options"})


_NONE_OF = re.compile(r"(?:无|零|0|不含|no )\s?([\u3400-\u9fff]{1,3}|[a-z]+)|([a-z]+)-free")
_PURE = re.compile(r"(?:纯|全|100%\s?|pure |all )([\u3400-\u9fff]{1,2}|[a-z]+)")
_SHARE = re.compile(r"(\d+(?:\.\d+)?)%\s?([\u3400-\u9fff]+|[a-z]+)")
_TINT = re.compile(r"[灰银金粉黄橙紫青米棕](?=[黑白灰红粉橙黄绿蓝紫棕])")


def _head_colour(value: str) -> str:
    """灰绿 is a green; of 黑白 both count."""
    return _TINT.sub("", value)


@lru_cache(maxsize=65_536)
def _plain(text: Text) -> str:
    """Both languages of a name or value in normal form."""
    return normalise(" / ".join(texts(text)))


@lru_cache(maxsize=65_536)
def _values(text: Text) -> tuple[str, ...]:
    return tuple(normalise(part) for part in texts(text))


@lru_cache(maxsize=8192)
def _is_colour(name: Text) -> bool:
    return any(part in _plain(name) for part in _COLOUR_NAMES)


@lru_cache(maxsize=65_536)
def _has_colour(value: Text, wide: tuple[str, ...]) -> bool:
    """Whether the value of a colour option is any of these colours."""
    heads = [_head_colour(part) for part in _values(value)]
    return any(contains(head, word) for word in wide for head in heads)


def dearest(product: Product) -> Decimal:
    """The highest price among its variants."""
    prices = [variant.price for variant in product.variants if variant.price is not None]
    return max(prices, default=product.price or Decimal(0))


@lru_cache(maxsize=65_536)  # the same values stand in thousands of products
def _attribute_says(attribute: Attribute, want: str, thesaurus: Thesaurus) -> bool | None:
    value, name = _plain(attribute.value), _plain(attribute.name)
    if (match := _NONE_OF.fullmatch(normalise(want))) and _holds(name, value, match[1] or match[2], thesaurus):
        return False
    if match := _PURE.fullmatch(normalise(want)):
        for share, of in _SHARE.findall(value):
            if of.startswith(match[1]) and Decimal(share) < 100:
                return False
    for word in thesaurus.widened(want):
        if has(value, word):
            return True
        if contains(name, word):
            return not _SAYS_NO.match(value)
        if contains(value, word):
            return False
    return None


def _holds(name: str, value: str, stuff: str, thesaurus: Thesaurus) -> bool:
    """Whether an attribute says that something is in it: 配料 白砂糖, 糖 12g/100g."""
    wide = {stuff, *thesaurus.widened(stuff)}
    if any(has(value, word) for word in wide):
        return True
    return any(contains(name, word) for word in wide) and value[:1].isdigit() and not value.startswith("0")


@lru_cache(maxsize=65_536)
def _option_is(option: Attribute, word: str, thesaurus: Thesaurus) -> bool:
    wide = thesaurus.widened(word)
    if thesaurus.is_colour(word):
        return _is_colour(option.name) and _has_colour(option.value, wide)
    values = _values(option.value)
    if len(word) <= 4 and word.isascii():  # a size is a whole value or a whole word of one, never a part
        return any(word in value.replace("/", " ").replace("码", " ").split() for value in values)
    return any(contains(value, other) for other in wide for value in values)

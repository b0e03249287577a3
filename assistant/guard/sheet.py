"""Facts arranged for looking up: what is said about which thing, under which property, with which figures.

`facts_from_sheet` turns a flat table of one product, such as a spreadsheet row, into `Facts` for those who use the
guard without our catalogue.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from assistant.guard.injection import detect, trusted
from assistant.guard.words import words
from knowledge.facts import Fact, FactKind, Facts
from knowledge.kept import Kept
from knowledge.quantity import Quantity, quantities_of
from knowledge.text import normalise, word_starts

_SPACES = re.compile(r"[\s,，、。；;:：/()（）·\-—+*×]+")
_VARIANT_NAME = re.compile(r"(?P<name>[^(（]+)[(（](?P<variant>[^)）]+)[)）]\s*$")
_SHOP_SUBJECTS = ("policy:", "promotion:", "faq:", "order:", "shop")
_SHOP_KINDS = frozenset({"computed", "order", "promotion", "policy", "faq"})
PROSE = frozenset({"text", "faq", "policy", "promotion", "computed", "order"})  # kinds
_COUNTED = frozenset({"price", "list_price", "stock", "coupon"})
_SHORTEST_ORDER = 12  # characters in which somebody can be told to do something
# One word for what is one thing: 纯棉 is 100 % cotton.
_SAME = {
    "纯棉": "100%棉",
    "全棉": "100%棉",
    "纯羊毛": "100%羊毛",
    "真丝": "桑蚕丝",
    "涤纶": "聚酯纤维",
    "尼龙": "锦纶",
    "安卓": "android",
    "鸿蒙": "harmonyos",
    "毫米": "mm",
    "厘米": "cm",
    "colour": "color",
    "grey": "gray",
}
_SUS = re.compile(r"sus(?=3\d\d)")  # SUS304 is 304


@lru_cache(maxsize=8192)
def squeeze(text: str) -> str:
    """Normalised text without spaces and separators, synonyms made one: what "the facts say so" is tested on."""
    folded = normalise(text).text
    for said, plain in _SAME.items():
        folded = folded.replace(said, plain)
    if "sus3" in folded:
        folded = _SUS.sub("", folded)
    return _SPACES.sub("", folded)


@dataclass(frozen=True)
class Entry:
    """One fact, read."""

    fact: Fact
    key: str  # our name for the property, or the fact's own in normal form
    name: str  # the fact's own name, normal form
    known: bool  # the property is one of `lexicon/fields.yaml`

    @cached_property
    def value(self) -> str:
        """What the fact states, without what speaks to a model: an instruction backs nothing."""
        said = self.fact.value
        return trusted(said) if len(said) >= _SHORTEST_ORDER and detect(said) else said

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        return tuple(mention.quantity for mention in quantities_of(normalise(self.value)))

    @cached_property
    def squeezed(self) -> str:
        return squeeze(self.value)


@dataclass
class Sheet:
    """Everything the facts say about one subject."""

    subject: str
    entries: list[Entry] = field(default_factory=list)

    @cached_property
    def by_key(self) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(entry.key, []).append(entry)
        return found

    @cached_property
    def measured(self) -> tuple[Entry, ...]:
        """The properties with figures in them, but what has a price, is left or is deducted."""
        return tuple(entry for entry in self.entries if entry.key not in _COUNTED and entry.quantities)

    @cached_property
    def prose(self) -> tuple[Entry, ...]:
        """What is told in sentences, with figures in them: descriptions, offers, rules, answers, orders and sums."""
        return tuple(entry for entry in self.entries if entry.fact.kind in PROSE and entry.quantities)

    @cached_property
    def text(self) -> str:
        return "\n".join(entry.squeezed + "\n" + squeeze(entry.fact.attribute) for entry in self.entries)

    @cached_property
    def deliberate(self) -> str:
        """The same without descriptions and manuals: who imports prose has not read every address and code in it."""
        return "\n".join(entry.squeezed for entry in self.entries if entry.fact.kind != "text")

    @cached_property
    def names(self) -> tuple[str, ...]:
        """How the subject is called, in normal form, the longest first."""
        titles = [normalise(e.fact.value.strip()).text for e in self.entries if e.fact.kind == "title"]
        brands = _brands(entry.fact for entry in self.get("brand"))
        return tuple(sorted({name for title in titles for name in _spellings(title, brands)}, key=len, reverse=True))

    @cached_property
    def called(self) -> tuple[str, ...]:
        """Each of `names` with the words that may stand beside it: brand, category and form."""
        beside = " ".join(entry.fact.value for entry in self.get("brand", "category", "item form")).lower()
        return tuple(f"{name} {beside}" for name in self.names)

    @cached_property
    def goods(self) -> str:
        """What sort of thing it is, in normal form: its categories and titles."""
        told = (*self.entries_of("category"), *self.entries_of("title"))
        return " ".join(normalise(entry.fact.value).text for entry in told)

    @cached_property
    def variants(self) -> dict[str, tuple[str, ...]]:
        """What each variant is called, squeezed: {"white-39": ("白色", "39")}."""
        found: dict[str, list[str]] = {}
        for entry in self.entries:
            if entry.fact.variant and entry.fact.kind == "option":
                found.setdefault(entry.fact.variant, []).append(entry.squeezed)
        return {variant: tuple(options) for variant, options in found.items()}

    def entries_of(self, kind: FactKind) -> list[Entry]:
        return [entry for entry in self.entries if entry.fact.kind == kind]

    def get(self, *keys: str) -> list[Entry]:
        return [entry for key in keys for entry in self.by_key.get(key, ())]


def _is_shop_wide(subject: str, facts: tuple[Fact, ...]) -> bool:
    """Policies, offers, answers, orders, and what a tool computed under a subject of its own."""
    return subject.startswith(_SHOP_SUBJECTS) or all(fact.kind in _SHOP_KINDS for fact in facts)


_BRACKETED = re.compile(r"\s*[(（\[【][^)）\]】]*[)）\]】]\s*")
_SPEC = re.compile(r"(?<=[\u4e00-\u9fff])\s+\S.*$")  # 保温杯 500ml, 手工皂 三块装


def _spellings(title: str, brands: Sequence[str] = ()) -> set[str]:
    """A title as people say it: without brackets, and a Chinese one without its size and its brand."""
    bare = _BRACKETED.sub("", title).strip()
    names = {name for name in (title, bare) if len(name) >= 2}
    short = _SPEC.sub("", bare)
    for brand in brands:
        short = short.removeprefix(brand).strip() if brand else short
    return names | {short} if short != bare and _HAN_NAME.search(short) else names


def _brands(facts: Iterable[Fact]) -> tuple[str, ...]:
    """The words of the brands' names: "檐雀 Yanque" is two."""
    return tuple(word for fact in facts for word in normalise(fact.value).text.split())


_HAN_NAME = re.compile(r"[\u4e00-\u9fff].{2,}[\u4e00-\u9fff]")  # four characters and more tell a product


_Identities = tuple[str, tuple[int, ...]]
# The sheets read lately: every turn joins the same facts anew, and reading them is what takes time. A sheet is known by
# its facts' identities. The facts are kept with it, so that an identity stays theirs: an entry may hold an equal fact
# in their place, and whatever came to lie where they had been would get their sheet.
_KEPT: Kept[_Identities, tuple[Sheet, tuple[Fact, ...]]] = Kept(512)


def _sheet(subject: str, facts: Sequence[Fact]) -> Sheet:
    key = (subject, tuple(map(id, facts)))
    found = _KEPT.find(key) or _KEPT.keep(key, (Sheet(subject, [_read(fact) for fact in facts]), tuple(facts)))
    return found[0]


def keep_at_most(sheets: int, facts: int) -> None:
    """In this process so many sheets are kept, and so many facts read for those to come; 512 and 16,384 unless told."""
    global _read
    _KEPT.most = sheets
    _read = lru_cache(maxsize=facts)(_entry_of)


class Index:
    """All sheets of one `Facts`, made when first asked for."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._sheets: dict[str, Sheet] = {}
        self.shop = tuple(subject for subject, own in facts.by_subject.items() if _is_shop_wide(subject, own))
        shop = set(self.shop)
        self.products = tuple(subject for subject in facts.by_subject if subject not in shop)
        self.known = frozenset(self.products)

    def sheet(self, subject: str) -> Sheet:
        found = self._sheets.get(subject)
        if found is None:
            found = self._sheets[subject] = _sheet(subject, self._facts.by_subject.get(subject, ()))
        return found

    @cached_property
    def common(self) -> Sheet:
        """What holds for the whole shop: policies, promotions, questions and answers, orders of this turn."""
        return _sheet("shop", [fact for subject in self.shop for fact in self._facts.by_subject[subject]])

    @cached_property
    def _named(self) -> tuple[dict[str, str], dict[str, tuple[int, ...]]]:
        """Subjects by name, and which lengths the names have that begin with the same three characters."""
        subjects: dict[str, str] = {}
        lengths: dict[str, set[int]] = {}
        for subject in self.products:
            brands = _brands(fact for fact in self._facts.by_subject[subject] if fact.kind == "brand")
            for fact in self._facts.by_subject[subject]:
                if fact.kind == "title":
                    for name in _spellings(normalise(fact.value.strip()).text, brands):
                        subjects.setdefault(name, subject)
                        lengths.setdefault(name[:3], set()).add(len(name))
        return subjects, {start: tuple(sorted(sizes, reverse=True)) for start, sizes in lengths.items()}

    def names_in(self, text: str) -> list[tuple[int, int, str]]:
        """(start, end, subject) of the products named in the normalised text, the longest name at each place."""
        subjects, lengths = self._named
        hits: list[tuple[int, int, str]] = []
        reached = 0
        for place, beginning in word_starts(text):
            sizes = lengths.get(beginning) or lengths.get(beginning[:2])
            if sizes is None or place < reached:
                continue
            for size in sizes:
                subject = subjects.get(text[place : place + size])
                if subject is not None and _whole(text, place, place + size):
                    hits.append((place, place + size, subject))
                    reached = place + size
                    break
        return hits


_PLURAL = re.compile(r"s(?![a-z\d])")


def _whole(text: str, start: int, end: int) -> bool:
    def latin(char: str) -> bool:
        return char.isascii() and char.isalnum()

    return not (
        (start and latin(text[start]) and latin(text[start - 1]))
        or (end < len(text) and latin(text[end - 1]) and latin(text[end]) and not _PLURAL.match(text, end))
    )


def index_of(facts: Facts) -> Index:
    """The index of `facts`, kept on it: facts are immutable, so one reading serves every sentence."""
    found = facts.__dict__.get("_guard_index")
    if found is None:
        found = facts.__dict__["_guard_index"] = Index(facts)
    return found


_KEY_OF_KIND: dict[FactKind, str] = {
    "price": "price",
    "list_price": "list_price",
    "stock": "stock",
    "title": "title",
    "category": "category",
    "brand": "brand",
    "text": "text",
}


def _entry_of(fact: Fact) -> Entry:
    name = normalise(fact.attribute.strip()).text
    if fact.kind in _KEY_OF_KIND:
        return Entry(fact, _KEY_OF_KIND[fact.kind], name, True)
    key = words().key_of.get(name)
    if key is None and fact.subject.startswith("promotion:"):
        key = {"门槛": "promotion_threshold", "threshold": "promotion_threshold", "减": "promotion_minus",
               "off": "promotion_minus", "折扣": "discount"}.get(name)  # fmt: skip
    if key is None and fact.subject.startswith("policy:"):
        key = _policy_key(fact.subject.removeprefix("policy:"), name)
    if key == "ship_time" and re.search(r"free|包邮|免邮", fact.value, re.I):
        key = "shipping_fee"  # "shipping: free over $60" is about what it costs
    return Entry(fact, key or name, name, key is not None)


_read = lru_cache(maxsize=16_384)(_entry_of)  # a sheet is made anew for each thing that a tool adds, not its facts


def _policy_key(policy: str, name: str) -> str | None:
    """The property behind a policy's own attribute name, such as "free shipping from" or 无理由退货期限."""
    if re.search(r"包邮|免邮|运费|free ship|shipping fee|delivery fee", name):
        return "shipping_fee"
    if re.search(r"退|return|refund", name) and re.search(r"期|天|时|within|window|period|days", name):
        return "returns"
    if re.search(r"质保|保修|warranty", name):
        return "warranty"
    if re.search(r"快递|承运|carrier|courier", name):
        return "courier"
    if policy == "shipping" and re.search(r"时|天|within|time|delivery", name):
        return "ship_time"
    return None


# --- flat tables ----------------------------------------------------------------------------------------------------

_KINDS: dict[str, FactKind] = {
    "price": "price",
    "list_price": "list_price",
    "stock": "stock",
    "brand": "brand",
    "coupon": "promotion",
    "shipping_fee": "policy",
    "returns": "policy",
    "warranty": "policy",
    "ship_time": "policy",
    "courier": "policy",
}
_TITLES = frozenset({"名称", "商品名称", "品名", "标题", "name", "title", "product name"})
_CATEGORIES = frozenset({"类目", "分类", "品类", "category"})
_PROSE = frozenset({"简介", "描述", "介绍", "卖点", "详情", "description", "brief", "summary", "selling points"})


def facts_from_sheet(values: Mapping[str, str], subject: str, *, source: str = "") -> Facts:
    """The facts of one product given as {property: value}, in the merchant's own wording.

    Well-known names (售价, 划线价, 库存, 名称, price, stock, title, …) get their kinds; "售价（128G）" is the price of
    the variant 128G; every other pair is an attribute. Empty values are left out.
    """
    return Facts.of(_facts(values, subject, source))


def _facts(values: Mapping[str, str], subject: str, source: str) -> Sequence[Fact]:
    facts: list[Fact] = []
    for name, value in values.items():
        if not value or not value.strip():
            continue
        folded, variant = normalise(name.strip()).text, ""
        kind: FactKind = "attribute"
        match = _VARIANT_NAME.match(name)
        if match and words().key_of.get(normalise(match["name"].strip()).text) in ("price", "list_price", "stock"):
            folded, variant = normalise(match["name"].strip()).text, match["variant"].strip()
            option = f"{subject}#{variant}/option"
            facts.append(Fact(option, subject, "规格", variant, "option", variant=variant, source=source))
        if folded in _TITLES:
            kind = "title"
        elif folded in _CATEGORIES:
            kind = "category"
        elif folded in _PROSE:
            kind = "text"
        else:
            kind = _KINDS.get(words().key_of.get(folded, ""), "attribute")
        at = f"{subject}#{variant}" if variant else subject
        facts.append(Fact(f"{at}/{name}", subject, name, value.strip(), kind, variant=variant, source=source))
    return facts

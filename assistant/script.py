"""What a host says about a product: lines bound to facts, in many wordings, each past the guard."""

import re
import threading
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from assistant.agent import Reviewer
from assistant.arithmetic import reach, sheet, shop_and
from assistant.assistant import review_text
from assistant.data import load
from assistant.guard.verdict import Verdict
from assistant.hostwords import HostWords
from knowledge.catalog import Catalog
from knowledge.facts import Fact
from knowledge.factsheet import money
from knowledge.model import Attribute, Lang, Product, Promotion

LineKind = Literal["opening", "pain", "point", "offer", "question", "call", "closing"]

POINTS = 5  # selling points of one pass
REMEMBERED = 400  # wordings that are not used again while others are left
_DULL = re.compile(r"提示|说明|注意|备注|编号|条码|barcode|\bsku\b|note|备案|许可|执行标准|minimum order", re.I)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a script, as it may be said. `facts` are those it relies on, `version` that of the product."""

    kind: LineKind
    text: str
    product_id: str
    facts: tuple[Fact, ...]
    version: int
    verdict: Verdict
    wording: str  # which wording it is: "opening/3"


class ScriptWriter:
    """Writes a product's lines anew at each call, from what the catalogue says at that moment.

    Wordings go round: the same one doesn't come back before the others of its kind had their turn. The same seed gives
    the same sequence. Safe to call from several threads.
    """

    def __init__(self, catalog: Catalog, guard: Reviewer, *, seed: str = "") -> None:
        self._catalog = catalog
        self._guard = guard
        self._words = HostWords(catalog.store)
        self._seed = seed
        self._recent: deque[str] = deque(maxlen=REMEMBERED)
        self._turns: dict[str, int] = {}
        self._lock = threading.Lock()

    def lines(self, product_id: str, lang: Lang, persona: str = "warm") -> tuple[Line, ...]:
        """Opening, pain, points, offer, question, call, closing; a kind about which nothing may be said is left out.

        Empty when there is no such product.
        """
        product = self._catalog.product(product_id)
        if product is None:
            return ()
        with self._lock:
            desk = _Desk(self, product, lang, persona)
            return tuple(desk.write())

    def _order(self, group: str, number: int) -> list[int]:
        """The wordings of a group, the one that was heard longest ago first."""
        turn = self._turns.get(group, zlib.crc32(f"{self._seed}/{group}".encode()) % max(1, number))
        rotated = [(turn + index) % number for index in range(number)]
        heard = {name: at for at, name in enumerate(self._recent)}
        return sorted(rotated, key=lambda index: heard.get(f"{group}/{index}", -1))

    def _used(self, group: str, index: int) -> None:
        self._turns[group] = index + 1
        self._recent.append(f"{group}/{index}")


class _Desk:
    """Writes the lines of one product once."""

    def __init__(self, writer: ScriptWriter, product: Product, lang: Lang, persona: str) -> None:
        self._writer = writer
        self._product = product
        self._lang = lang
        catalog = writer._catalog
        self._own = sheet(catalog, product.id)
        self._promotions = catalog.promotions(product.id)
        self._facts = shop_and(catalog, [product.id])
        self._persona = writer._words.persona(persona)
        self._manner = self._persona.manner(lang)
        self._own_lines = writer._words.lines(product.id, lang)
        self._said: set[str] = set()

    def write(self) -> Iterator[Line]:
        """Kind by kind: the merchant's own lines as far as they hold now, else those written from the facts."""
        written: Mapping[LineKind, Callable[[], Iterator[Line]]] = {
            "opening": lambda: self._line("opening", "opening", {}, ("title", "category")),
            "pain": lambda: self._line("pain", self._pain(), {}, ()),
            "point": self._points,
            "offer": self._offer,
            "question": self._question,
            "call": lambda: self._line("call", "call", {}, ()),
            "closing": lambda: self._line("closing", "closing", {}, ("title",)),
        }
        for kind, write in written.items():
            own = list(self._merchants(kind))
            yield from own or write()

    def _merchants(self, kind: LineKind) -> Iterator[Line]:
        """A merchant's line is held against the facts each time: one that a new price has made wrong is not said."""
        for place, text in enumerate(self._own_lines.get(kind, ())):
            verdict = review_text(self._writer._guard, text, self._facts, self._lang, (self._product.id,))
            if verdict.label == "ok" and not verdict.changed:
                self._said.add(verdict.original)
                evidence, product = verdict.evidence, self._product
                yield Line(kind, text, product.id, evidence, product.version, verdict, f"own/{kind}/{place}")

    def _line(
        self, kind: LineKind, group: str, slots: Mapping[str, str], cites: Sequence[str], also: Sequence[Fact] = ()
    ) -> Iterator[Line]:
        """The first wording that passes unchanged; else the first that could be mended, but sums never are."""
        wordings = (*self._persona.wordings(kind, self._lang), *_wordings(group, self._lang))
        mended: tuple[int, Verdict] | None = None
        key = f"{self._lang}/{group}"
        for index in self._writer._order(key, len(wordings)):
            text = self._filled(wordings[index], slots)
            if text in self._said:
                continue
            verdict = review_text(self._writer._guard, text, self._facts, self._lang, (self._product.id,))
            if verdict.label == "ok" and not verdict.changed:
                yield self._made(kind, key, index, verdict, cites, also)
                return
            if mended is None and kind != "offer" and len(verdict.text.strip()) >= 0.6 * len(text):
                mended = index, verdict
        if mended is not None:
            yield self._made(kind, key, mended[0], mended[1], cites, also)

    def _made(
        self, kind: LineKind, key: str, index: int, verdict: Verdict, cites: Sequence[str], also: Sequence[Fact]
    ) -> Line:
        self._writer._used(key, index)
        self._said.add(verdict.original)
        cited = [fact for fact in self._own if fact.kind in cites or fact.attribute in cites]
        cited += also
        facts = tuple(dict.fromkeys([*cited, *verdict.evidence]))
        product = self._product
        return Line(kind, verdict.text.strip(), product.id, facts, product.version, verdict, f"{key}/{index}")

    def _filled(self, wording: str, slots: Mapping[str, str]) -> str:
        product, lang = self._product, self._lang
        base = {
            "title": spoken_title(product.title(lang)),
            "category": product.category(lang) or ("好物" if lang == "zh" else "find"),
            "all": self._manner["all"],
            "ah": self._manner["ah"],
        }
        return wording.format_map(base | dict(slots))

    def _pain(self) -> str:
        """The everyday trouble that one of the product's properties answers; found by its words."""
        product = self._product
        words = " ".join(
            [product.title.zh, product.title.en, product.brief.zh, product.brief.en]
            + [f"{one.name.zh} {one.value.zh} {one.name.en} {one.value.en}" for one in product.attributes]
        )
        for entry in load("script.yaml")["pains"]:
            if re.search(entry["when"], words, re.I):
                return f"pains:{entry['id']}"
        return "pains:any"

    def _points(self) -> Iterator[Line]:
        """What the shop says of it, then its properties, others each time round."""
        product, lang = self._product, self._lang
        brief = _clean(product.brief(lang))
        if brief:
            yield from self._line("point", "brief", {"brief": brief}, ("text",))
        telling = [one for one in product.attributes if _tellable(one, lang)]
        number = min(POINTS - bool(brief), len(telling))
        start = self._writer._turns.get(f"points/{product.id}", 0)
        self._writer._turns[f"points/{product.id}"] = start + number
        for step in range(number):
            one = telling[(start + step) % len(telling)]
            group = "point_last" if step == number - 1 and number > 2 else "point"
            slots = {"name": _name(one, lang), "value": _clean(one.value(lang))}
            yield from self._line("point", group, slots, (one.name.zh, one.name.en))

    def _offer(self) -> Iterator[Line]:
        product, lang = self._product, self._lang
        if product.price is None:
            return
        prices = sorted({one.price for one in product.variants if one.price is not None} | {product.price})
        slots = {"price": money(prices[0], product.currency, lang)}
        if len(prices) > 1:
            slots["high"] = money(prices[-1], product.currency, lang)
            yield from self._line("offer", "offer_range", slots, ("price",))
        elif product.list_price is not None and product.list_price > product.price:
            slots |= {
                "listed": money(product.list_price, product.currency, lang),
                "saved": money(product.list_price - product.price, product.currency, lang),
            }
            yield from self._line("offer", "offer_listed", slots, ("price", "list_price", "省", "saving"))
        else:
            yield from self._line("offer", "offer_plain", slots, ("price",))
        for promotion in self._promotions[:2]:
            yield from self._promotion(promotion)

    def _promotion(self, promotion: Promotion) -> Iterator[Line]:
        """The offer's rule, with the sum worked out where one product alone reaches it."""
        product, lang = self._product, self._lang
        rule = _clean(promotion.text(lang) or promotion.name(lang))
        cited = self._catalog_facts(promotion)
        yield from self._line("offer", "promotion", {"rule": rule}, (), cited)
        sums = reach(product, promotion) if promotion.kind == "threshold" else None
        if sums is None:
            return
        slots = {
            "pieces": str(sums.pieces),
            "total": money(sums.total, product.currency, lang),
            "minus": money(sums.minus, product.currency, lang),
            "final": money(sums.final, product.currency, lang),
        }
        group = "promotion_one" if sums.pieces == 1 else "promotion_sum"
        yield from self._line("offer", group, slots, ("price", "computed"), cited)

    def _catalog_facts(self, promotion: Promotion) -> Sequence[Fact]:
        return self._facts.by_subject.get(f"promotion:{promotion.id}", ())

    def _question(self) -> Iterator[Line]:
        names = [_name(one, self._lang) for one in self._product.attributes if _tellable(one, self._lang)]
        if len(names) >= 2:
            yield from self._line("question", "question_two", {"one": names[0], "two": names[1]}, ())
        else:
            yield from self._line("question", "question", {}, ())


@cache
def _wordings(group: str, lang: Lang) -> tuple[str, ...]:
    data = load("script.yaml")
    if group.startswith("pains:"):
        entry = next((one for one in data["pains"] if one["id"] == group.removeprefix("pains:")), data["any_pain"])
        return tuple(entry[lang])
    return tuple(data[group][lang])


def spoken_title(title: str) -> str:
    """A title one can say in a breath: marketplace titles carry search words after the name."""
    title = " ".join(title.split())
    if len(title) <= 24 or " " not in title:
        return title
    words = title.split(" ")
    limit = 24 if any(char >= "\u3400" for char in title) else 48
    kept = words[0]
    for word in words[1:]:
        if len(kept) + 1 + len(word) > limit:
            break
        kept += " " + word
    return kept


def _tellable(attribute: Attribute, lang: Lang) -> bool:
    name, value = attribute.name(lang), _clean(attribute.value(lang))
    return bool(name and value) and not _DULL.search(name) and len(value) <= (32 if lang == "zh" else 60)


def _name(attribute: Attribute, lang: Lang) -> str:
    name = attribute.name(lang)
    return name.lower() if lang == "en" and name.isascii() and not name.isupper() else name


def _clean(text: str) -> str:
    return " ".join(text.split()).rstrip("。.;；，,!！ ")

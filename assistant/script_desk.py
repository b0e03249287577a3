"""The desk a script is written at: one product, once, from the facts of this moment."""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from assistant.agent import Reviewer
from assistant.arithmetic import reach, sheet, shop_and
from assistant.assistant import review_text
from assistant.data import load
from assistant.guard.sentences import sentences
from assistant.guard.verdict import Verdict
from assistant.hostwords import Persona
from assistant.points import point_of
from assistant.script_lines import KINDS, Line, LineKind, Standing
from assistant.script_words import Parts, Wording, Wordings, parts_of, words
from knowledge.catalog import Catalog
from knowledge.facts import Fact
from knowledge.factsheet import money
from knowledge.model import Attribute, Faq, Lang, Product, Promotion

POINTS = 5  # selling points of one pass
FEW = 20  # pieces from which on the stock is told
OBJECTIONS = 2  # of one pass
_DULL = re.compile(r"提示|说明|注意|备注|编号|条码|barcode|\bsku\b|note|备案|许可|执行标准|minimum order", re.I)
# How often a part comes in later passes; the first time a product is shown it has them all.
_OFTEN: Mapping[str, float] = {"pain": 0.55, "brief": 0.6, "demo": 0.5, "objection": 0.65, "question": 0.8}
_MENDED = frozenset({"opening", "closing"})  # where a superlative in a title may be left out
_ANYWHERE = frozenset({"pain", "question", "call", "closing"})  # their lines hardly name the product
_FLAG = re.compile(r"(?:是|否|有|无|支持|不支持|yes|no|none|not)(?:\b|[，,。]|$)", re.I)  # tells little read out loud
_NEGATIVE = re.compile(r"不|否|无|没|no\b|not\b|none\b", re.I)
_STIFF = re.compile(r"^(?:included|serves|suits|for|comes with)$|(?:safe|able|proof)$", re.I)  # names that are no noun
_SHOPWIDE = 0.4  # an offer for the whole shop, in the script of one product
_ANSWER = {"zh": 90, "en": 220}  # characters of an answer to an objection


class Interest(Protocol):
    """What people want to know: which points to stress."""

    def asked(self, product_id: str) -> Sequence[str]:
        """What viewers and shoppers asked about a product lately, newest first."""
        ...


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a script: what is told there and how to word it."""

    key: str
    kind: LineKind
    write: Callable[[], Line | None]
    often: float = 1.0  # how often it comes in later passes


class Desk:
    """Plans the slots of a pass and writes them, one by one."""

    def __init__(
        self,
        catalog: Catalog,
        guard: Reviewer,
        wordings: Wordings,
        product: Product,
        lang: Lang,
        persona: Persona,
        *,
        own: Mapping[str, Sequence[str]],
        learnt: Mapping[str, Sequence[str]],
        daypart: str,
        asked: Sequence[str],
        best: Sequence[str],
        turn: int,
        everything: bool = False,
    ) -> None:
        """`best`: the points that people answer to most, see `assistant.points`. `everything`: plan every slot there
        could be, not those of one pass."""
        self._catalog, self._guard, self._wordings = catalog, guard, wordings
        self._product, self._lang, self._persona = product, lang, persona
        self._own, self._learnt, self._daypart, self._asked = own, learnt, daypart, tuple(asked)
        self._best = tuple(best)
        self._sheet = sheet(catalog, product.id)
        self._facts = shop_and(catalog, [product.id])
        self._turn, self._everything = turn, everything
        self._chance = random.Random(f"{product.id}/{turn}")
        title = spoken_title(product.title(lang))
        category = product.category(lang) or ("好物" if lang == "zh" else "finds")
        self._base = {"title": title, "category": category, **persona.manner(lang)}

    @property
    def standing(self) -> Standing:
        return Standing((*self._facts, *self._sheet))

    def pass_(self) -> Iterator[Slot]:
        """The slots of this pass, in order."""
        for slot in self.slots():
            if self._turn == 0 or slot.often >= 1.0 or self._chance.random() < slot.often:
                yield slot

    def slots(self) -> Iterator[Slot]:
        """Every slot that could be told now, in the order it would be told."""
        written: Mapping[LineKind, Callable[[], Iterator[Slot]]] = {
            "opening": self._opening,
            "pain": self._pain,
            "point": self._points,
            "demo": self._demo,
            "offer": self._offers,
            "objection": self._objections,
            "question": self._question,
            "call": lambda: self._plain("call"),
            "closing": lambda: self._plain("closing", "title"),
        }
        for kind in KINDS:
            if self._own.get(kind):
                yield from self._merchants(kind, written[kind])
            else:
                yield from written[kind]()

    # Writing a line

    def _line(
        self,
        kind: LineKind,
        slot: str,
        parts: Parts,
        group: str,
        slots: Mapping[str, str],
        *,
        cites: Sequence[str] = (),
        also: Sequence[Fact] = (),
        cue: str = "",
    ) -> Line | None:
        """The first wording that passes unchanged; else the first that could be mended, but no figures ever are."""
        mended: tuple[Wording, Verdict] | None = None
        topic = self._topic(kind, slot)
        learnt = self._learnt.get(kind, ()) if slot.count("/") == 0 else ()
        own = self._persona.wordings(kind, self._lang) * 4  # the merchant put them there to be heard
        given = replace(parts, frames=(*own, *parts.frames, *learnt))
        if parts.personal:
            given = replace(given, heads=(*given.heads, *self._persona.heads(self._lang)))
        for wording in self._wordings.offered(group, self._lang, self._base | dict(slots), topic=topic, parts=given):
            if self._persona.refuses(wording.text):
                continue
            verdict = self._review(wording.text)
            if verdict.label == "ok" and not verdict.changed:
                self._wordings.used(wording, topic)
                return self._made(kind, slot, wording, verdict, cites, also, cue)
            if mended is None and kind in _MENDED and len(verdict.text.strip()) >= 0.6 * len(wording.text):
                mended = wording, verdict
        if mended is None:
            return None
        self._wordings.used(replace(mended[0], text=mended[1].text), topic)
        return self._made(kind, slot, *mended, cites, also, cue)

    def _made(
        self,
        kind: LineKind,
        slot: str,
        wording: Wording,
        verdict: Verdict,
        cites: Sequence[str],
        also: Sequence[Fact],
        cue: str,
    ) -> Line:
        cited = [fact for fact in self._sheet if fact.kind in cites or fact.attribute in cites]
        facts = tuple(dict.fromkeys([*cited, *also, *verdict.evidence]))
        product = self._product
        return Line(kind, verdict.text.strip(), product.id, facts, product.version, verdict, wording.frame, slot, cue)

    def _topic(self, kind: LineKind, slot: str) -> str:
        """What a line must not resemble: others about the same fact, or all of a kind that hold for any product."""
        if kind in _ANYWHERE:
            return kind
        return slot if "/promotion:" in slot else f"{self._product.id}/{slot}"

    def _review(self, text: str) -> Verdict:
        return review_text(self._guard, text, self._facts, self._lang, (self._product.id,))

    def _merchants(self, kind: LineKind, written: Callable[[], Iterator[Slot]]) -> Iterator[Slot]:
        """A merchant's line is held against the facts each time: one that a new price has made wrong is not said. When
        none of them can be said, because they were just heard or do not hold, the written ones are."""
        heads = ("", *words(self._lang)["own"])

        def write(place: int, text: str) -> Line | None:
            verdict = self._review(text)
            if verdict.label != "ok" or verdict.changed:
                return None
            frame = f"own/{kind}/{place}"
            line = self._line(kind, frame, Parts(("{own}",), heads, must_lead=True), frame, {"own": text})
            return line and replace(line, wording=frame)

        made = [Slot(f"own/{kind}/{at}", kind, lambda at=at, text=text: write(at, text))  # type: ignore[misc]
                for at, text in enumerate(self._own[kind])]  # fmt: skip
        said: list[Line] = []

        def first(slot: Slot) -> Line | None:
            line = slot.write()
            if line is not None:
                said.append(line)
            return line

        yield from (replace(slot, write=lambda slot=slot: first(slot)) for slot in made)  # type: ignore[misc]
        yield from (
            replace(slot, write=lambda slot=slot: None if said else slot.write())  # type: ignore[misc]
            for slot in written()
        )

    def _slot(
        self,
        kind: LineKind,
        key: str,
        group: str,
        slots: Mapping[str, str],
        *,
        parts: Parts | None = None,
        cites: Sequence[str] = (),
        also: Sequence[Fact] = (),
        cue: str = "",
        often: float = 1.0,
    ) -> Slot:
        given = parts or parts_of(group, self._lang)
        return Slot(
            key,
            kind,
            lambda: self._line(kind, key, given, group, slots, cites=cites, also=also, cue=cue),
            often,
        )

    # What is told

    def _plain(self, kind: LineKind, *cites: str) -> Iterator[Slot]:
        cue = "card" if kind == "call" else ""
        yield self._slot(kind, kind, kind, {}, cites=cites, cue=cue)

    def _opening(self) -> Iterator[Slot]:
        given = parts_of("opening", self._lang)
        parts = replace(given, heads=(*words(self._lang)["hours"][self._daypart], *given.heads))
        yield self._slot("opening", "opening", "opening", {}, parts=parts, cites=("title", "category"))

    def _pain(self) -> Iterator[Slot]:
        """The everyday trouble that one of the product's properties answers; found by its words."""
        product = self._product
        text = " ".join(
            [product.title.zh, product.title.en, product.brief.zh, product.brief.en]
            + [
                f"{one.name.zh} {one.value.zh} {one.name.en} {one.value.en}"
                for one in product.attributes
                if not _NEGATIVE.match(one.value.zh or one.value.en)
            ]
        )
        data = load("script.yaml")
        found = next((one for one in data["pains"] if re.search(one["when"], text, re.I)), data["any_pain"])
        shared = words(self._lang)["pain"]
        parts = Parts(tuple(found[self._lang]), tuple(shared["heads"]), tuple(shared["tails"]))
        yield self._slot("pain", "pain", f"pain/{found.get('id', 'any')}", {}, parts=parts, often=_OFTEN["pain"])

    def _points(self) -> Iterator[Slot]:
        """What the shop says of it, then its properties: what people ask about first, others each time round."""
        product, lang = self._product, self._lang
        brief = clean(product.brief(lang))
        if brief:
            yield self._slot("point", "point", "brief", {"brief": brief}, cites=("text",), often=_OFTEN["brief"])
        telling = self._told()
        for one in telling if self._everything else telling[: POINTS - bool(brief)]:
            name = attribute_name(one, lang)
            slots = {"name": name, "value": clean(one.value(lang))}
            group, parts = self._concept(one)
            cites = tuple(filter(None, (one.name.zh, one.name.en)))
            yield self._slot("point", f"point/{one.name(lang)}", group, slots, parts=parts, cites=cites)

    def _told(self) -> list[Attribute]:
        """The properties worth telling, in the order of this pass."""
        telling = [one for one in self._product.attributes if tellable(one, self._lang)]
        if not telling:
            return []
        asked = "\n".join(self._asked).lower()
        wanted = [one for one in telling if any(word in asked for word in asked_as(one))]
        named = {point_of(one): one for one in telling}
        best = [named[name] for name in self._best if name in named and named[name] not in wanted]
        first = [*wanted, *best][: POINTS - 2]
        rest = [one for one in telling if one not in first]
        if not rest:
            return first
        # What is left goes round by as many as have room, so that none is passed over, whatever comes first.
        room = POINTS - bool(clean(self._product.brief(self._lang))) - len(first)
        step = self._turn * max(1, room) % len(rest)
        return [*first, *rest[step:], *rest[:step]]

    def _concept(self, one: Attribute) -> tuple[str, Parts]:
        """Frames for any property, and those for what this one is about."""
        general = parts_of("point", self._lang)
        if self._lang == "en" and _STIFF.search(one.name.en):
            return "point_stiff", parts_of("point_stiff", self._lang)
        name = f"{one.name.zh} {one.name.en}"
        for concept in words(self._lang)["concepts"]:
            if re.search(concept["when"], name, re.I):
                own = tuple(concept["frames"])
                return f"point:{concept['id']}", replace(general, frames=(*own, *own, *general.frames))
        return "point", general

    def _demo(self) -> Iterator[Slot]:
        """Something to look at or to try at home, with the figure it is about."""
        data, lang = words(self._lang), self._lang
        shared = data["demo_any"]
        tellable_now = [one for one in self._product.attributes if tellable(one, lang)]
        for entry in data["demo"]:
            for one in tellable_now:
                if re.search(entry["when"], f"{one.name.zh} {one.name.en}", re.I):
                    parts = Parts(tuple(entry["frames"]), tuple(data["heads"]), tuple(shared["tails"]))
                    slots = {"name": attribute_name(one, lang), "value": clean(one.value(lang))}
                    cites = tuple(filter(None, (one.name.zh, one.name.en)))
                    group = f"demo:{data['demo'].index(entry)}"
                    yield self._slot(
                        "demo", "demo", group, slots, parts=parts, cites=cites, cue=entry["cue"], often=_OFTEN["demo"]
                    )
                    return
        if self._product.pictures:
            yield self._slot("demo", "demo", "demo_any", {}, cue=shared["cue"], often=_OFTEN["demo"])

    def _offers(self) -> Iterator[Slot]:
        product, lang = self._product, self._lang
        if product.price is None:
            return
        prices = sorted({one.price for one in product.variants if one.price is not None} | {product.price})
        slots = {"price": money(prices[0], product.currency, lang)}
        if len(prices) > 1:
            slots["high"] = money(prices[-1], product.currency, lang)
            yield self._slot("offer", "offer/price", "offer_range", slots, cites=("price",), cue="card")
        elif product.list_price is not None and product.list_price > product.price:
            slots |= {
                "listed": money(product.list_price, product.currency, lang),
                "saved": money(product.list_price - product.price, product.currency, lang),
            }
            cites = ("price", "list_price", "省", "saving")
            yield self._slot("offer", "offer/price", "offer_listed", slots, cites=cites, cue="card")
        else:
            yield self._slot("offer", "offer/price", "offer_plain", slots, cites=("price",), cue="card")
        if product.stock is not None and 0 < product.stock <= FEW:
            yield self._slot("offer", "offer/stock", "stock", {"left": str(product.stock)}, cites=("stock",))
        mine = sorted(self._catalog.promotions(product.id), key=lambda one: not (one.products or one.categories))
        own = [one for one in mine if one.products or one.categories][:2]
        rest = mine[len(own) :]
        if not self._everything and rest:
            rest = [rest[self._turn % len(rest)]]
        for promotion in (*own, *rest):
            yield from self._promotion(promotion)

    def _promotion(self, promotion: Promotion) -> Iterator[Slot]:
        """The offer's rule, with the sum worked out where one product alone reaches it."""
        product, lang, key = self._product, self._lang, f"offer/promotion:{promotion.id}"
        cited = self._facts.by_subject.get(f"promotion:{promotion.id}", ())
        often = 1.0 if promotion.products or promotion.categories else _SHOPWIDE
        full, name = clean(promotion.text(lang)), clean(promotion.name(lang))
        rule = name if not full or self._wordings.lately(full) else full  # in full once in two hours
        slot = self._slot("offer", key, "promotion", {"rule": rule}, also=cited, often=often)
        yield replace(slot, write=lambda: self._telling(rule, slot))
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
        yield self._slot("offer", f"{key}/sum", group, slots, cites=("price", "computed"), also=cited, often=often)

    def _telling(self, rule: str, slot: Slot) -> Line | None:
        line = slot.write()
        if line is not None:
            self._wordings.told(rule)
        return line

    def _objections(self) -> Iterator[Slot]:
        """Doubts that people really have, with the shop's answer: about this product first, then what was asked."""
        doubts = self._doubts()
        for faq in doubts if self._everything else doubts[:OBJECTIONS]:
            question, answer = (clean(faq.question(self._lang)), self._answer(faq))
            mark = "？" if self._lang == "zh" else "?"
            slots = {"question": question.rstrip("？?") + mark, "answer": answer}
            cited = self._facts.by_subject.get(f"faq:{faq.id}", ())
            key = f"objection/{faq.id}"
            yield self._slot("objection", key, "objection", slots, also=cited, often=_OFTEN["objection"])

    def _doubts(self) -> list[Faq]:
        """Those whose answer was not heard lately."""
        hits = [hit.faq.id for asked in self._asked[:3] for hit in self._catalog.search_faq(asked, 2)]
        fitting = [
            faq
            for faq in self._catalog.faqs()
            if (self._product.id in faq.products or not faq.products)
            and (answer := self._answer(faq))
            and not self._wordings.lately(answer)
        ]
        self._chance.shuffle(fitting)
        return sorted(fitting, key=lambda faq: (self._product.id not in faq.products, faq.id not in hits))

    def _answer(self, faq: Faq) -> str:
        """The first sentences of an answer, as many as one listens to; empty when even one is too long."""
        if not getattr(faq.answer, self._lang) or not getattr(faq.question, self._lang):
            return ""
        told = ""
        for sentence in sentences(getattr(faq.answer, self._lang))[:2]:
            if len(told + sentence) > _ANSWER[self._lang]:
                break
            told += sentence
        return told.strip()

    def _question(self) -> Iterator[Slot]:
        names = [name for one in self._told() if not _STIFF.search(name := attribute_name(one, self._lang))]
        often = _OFTEN["question"]
        if len(names) >= 2:
            yield self._slot("question", "question", "question_two", {"one": names[0], "two": names[1]}, often=often)
        else:
            yield self._slot("question", "question", "question", {}, often=often)


def spoken_title(title: str) -> str:
    """A title one can say in a breath: marketplace titles carry search words after the name."""
    title = " ".join(title.split())
    if len(title) <= 24 or " " not in title:
        return title
    parts = title.split(" ")
    limit = 24 if any(char >= "\u3400" for char in title) else 48
    kept = parts[0]
    for word in parts[1:]:
        if len(kept) + 1 + len(word) > limit:
            break
        kept += " " + word
    return kept


def tellable(attribute: Attribute, lang: Lang) -> bool:
    name, value = attribute.name(lang), clean(attribute.value(lang))
    if _DULL.search(name) or _FLAG.match(value):
        return False
    return bool(name and value) and len(value) <= (32 if lang == "zh" else 60)


def attribute_name(attribute: Attribute, lang: Lang) -> str:
    name = attribute.name(lang)
    return name.lower() if lang == "en" and name.isascii() and not name.isupper() else name


def clean(text: str) -> str:
    return " ".join(text.split()).rstrip("。.;；，,!！ ")


def asked_as(one: Attribute) -> tuple[str, ...]:
    """Words in a question that show it is about this property."""
    return tuple(text.lower() for text in (one.name.zh, one.name.en) if len(text) > 1)

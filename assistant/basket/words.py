"""A plan in words: sentences for the chat and the lines of the card, every amount taken from the evaluator."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from assistant.basket.advice import Advice, Unused
from assistant.basket.counter import Counter
from assistant.basket.request import PIECEWISE, Deal
from assistant.basket.rules import Cut, Settlement
from assistant.data import load
from knowledge.facts import Fact, Facts
from knowledge.factsheet import money
from knowledge.model import LANGS, Lang

_CENT = Decimal("0.01")
SUBJECT = "order:basket"  # the sums belong to no product


def amount(cents: int, currency: str, lang: Lang) -> str:
    """An amount as one writes it: 899元, ¥12.90."""
    return money(Decimal(cents) / 100 if cents % 100 == 0 else (Decimal(cents) / 100).quantize(_CENT), currency, lang)


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells one plan in one language. `title`: what a product may be called on a page (product id, its own title)."""

    counter: Counter
    advice: Advice
    lang: Lang
    title: Callable[[str, str], str] = lambda _product, title: title

    def money(self, cents: int) -> str:
        return amount(cents, self.counter.currency, self.lang)

    def say(self, part: str, key: str, **slots: object) -> str:
        found: str = load("basket.yaml")[part][key][self.lang]
        return found.format(**slots)

    def day(self, at: datetime | None) -> str:
        if at is None:
            return ""
        return f"{at.month}月{at.day}日" if self.lang == "zh" else f"{at:%B} {at.day}"

    @property
    def orders(self) -> Sequence[Settlement]:
        return self.advice.plan.bill.orders

    @property
    def shipping(self) -> int:
        return sum(order.shipping for order in self.orders)

    @property
    def saved(self) -> int:
        """What the offers take off the goods; shipping is shown beside it."""
        return self.advice.plan.bill.gross - (self.advice.plan.total - self.shipping)

    @property
    def later(self) -> tuple[int, datetime | None]:
        """What is paid after today, and from when on."""
        stages = [order.parcel.stage for order in self.orders if order.parcel.stage]
        at = self.counter.request.stages[min(stages)] if stages else None
        return self.advice.plan.total - self.advice.plan.bill.now, at

    def added(self) -> list[tuple[int, int]]:
        """(place, pieces) of what nobody asked for."""
        goods = self.counter.request.goods
        bought = [sum(order.parcel.pieces[place] for order in self.orders) for place in range(len(goods))]
        return [
            (place, count - goods[place].wanted) for place, count in enumerate(bought) if count > goods[place].wanted
        ]

    def name(self, place: int) -> str:
        good = self.counter.request.goods[place]
        return self.title(good.product, good.title(self.lang))

    # Sentences

    def sentences(self) -> list[str]:
        """The plan as a clerk would say it, the total first."""
        plan, advice = self.advice.plan, self.advice
        total = self.money(plan.total)
        if len(self.orders) > 1:
            said = [self.say("sentences", "split", orders=len(self.orders), total=total, saved=self.money(self.saved))]
            if advice.single is not None and advice.single.total > plan.total:
                less = self.money(advice.single.total - plan.total)
                said.append(self.say("sentences", "split_less", single=self.money(advice.single.total), less=less))
        elif self.saved > 0:
            said = [self.say("sentences", "one_saved", total=total, saved=self.money(self.saved))]
        else:
            said = [self.say("sentences", "one", total=total)]
        if (added := self.added()) and advice.plain is not None and advice.plain.total > plan.total:
            what = self.listed([self.pieces(place, count) for place, count in added])
            less = self.money(advice.plain.total - plan.total)
            said.append(self.say("sentences", "added", what=what, less=less))
        rest, at = self.later
        if rest:
            said.append(
                self.say("sentences", "later", now=self.money(plan.bill.now), later=self.money(rest), date=self.day(at))
            )
        return [*said, self.proof()]

    def proof(self) -> str:
        plan = self.advice.plan
        if plan.status == "proven":
            return self.say("sentences", "proven")
        key = "best_found" if plan.bound else "best_found_open"
        return self.say("sentences", key, bound=self.money(plan.bound))

    def pieces(self, place: int, count: int) -> str:
        name = self.name(place)
        if self.lang == "zh":
            return f"{count}件{name}"
        return f"{count} × {name}"

    def listed(self, parts: Sequence[str]) -> str:
        if len(parts) < 2:
            return "".join(parts)
        if self.lang == "zh":
            return "、".join(parts[:-1]) + "和" + parts[-1]
        return ", ".join(parts[:-1]) + " and " + parts[-1]

    def notes(self) -> list[str]:
        """What the plan takes for granted."""
        said = []
        for product, left in self.counter.short:
            title = self.title(product.id, product.title(self.lang))
            key = "short" if left else "gone"
            said.append(self.say("sentences", key, title=title, count=left))
        for place in {place for order in self.orders for place in order.parcel.deals}:
            deal = self.counter.request.deals[place]
            if deal.first_order:
                said.append(self.say("sentences", "first_order", name=deal.name(self.lang)))
        return said

    def more(self) -> list[str]:
        said = []
        for one in self.advice.more:
            key = "free" if one.pay <= 0 else "more"
            said.append(self.say("sentences", key, title=self.name(one.good), pay=self.money(max(0, one.pay))))
        return said

    def unused(self) -> list[dict[str, str]]:
        """[{name, why}] of the offers that touch these goods and are not used."""
        deals = self.counter.request.deals
        rows = [{"name": deals[one.deal].name(self.lang), "why": self.why(one)} for one in self.advice.unused]
        for promotion in self.counter.members_only[:2]:
            rows.append({"name": promotion.name(self.lang), "why": self.say("why", "members")})
        return rows

    def why(self, one: Unused) -> str:
        gap, dearer = self.money(one.gap), self.money(one.dearer or 0)
        if one.gap:
            key = "short" if one.dearer is None else "short_dearer" if one.dearer > 0 else "short_same"
            return self.say("why", key, gap=gap, dearer=dearer)
        if not one.possible:
            return self.say("why", "pieces" if self.counter.request.deals[one.deal].kind in PIECEWISE else "unfit")
        if one.instead is not None:
            key = "instead" if one.dearer is None else "instead_dearer" if one.dearer > 0 else "instead_same"
            return self.say("why", key, name=self.counter.request.deals[one.instead].name(self.lang), dearer=dearer)
        return self.say("why", "dearer", dearer=dearer) if one.dearer else self.say("why", "same")

    # The card

    def card(self) -> dict[str, Any]:
        """What a page draws: strings in the reader's language, amounts with their currency."""
        plan = self.advice.plan
        rest, at = self.later
        saved = [[self.say("card", "saved"), f"-{self.money(self.saved)}"]] if self.saved else []
        shipping = [self.say("card", "shipping_all"), self._fee(self.shipping)]
        sums = [[self.say("card", "gross"), self.money(plan.bill.gross)], *saved, shipping]
        due = []
        if rest:
            due = [
                [self.say("card", "at_once"), self.money(plan.bill.now)],
                [self.say("card", "later", date=self.day(at)), self.money(rest)],
            ]
        return {
            "title": self.say("card", "title"),
            "total": [self.say("card", "total"), self.money(plan.total)],
            "sums": sums,
            "due": due,
            "orders": [self._order(number, order) for number, order in enumerate(self.orders, 1)],
            "badge": self.say("card", "proven" if plan.status == "proven" else "best_found"),
            "proof": self.proof(),
            "unused_title": self.say("card", "unused"),
            "unused": self.unused(),
            "more_title": self.say("card", "more"),
            "more": self.more(),
            "notes_title": self.say("card", "notes"),
            "notes": self.notes(),
        }

    def _fee(self, cents: int) -> str:
        if not self.counter.request.shipping.known:
            return self.say("card", "unknown")
        return self.money(cents) if cents else self.say("card", "free")

    def _order(self, number: int, order: Settlement) -> dict[str, Any]:
        request = self.counter.request
        at = request.stages[order.parcel.stage]
        name = self.say("card", "order", number=number) if len(self.orders) > 1 else self.say("card", "only_order")
        gifts = [self._gift(request.deals[place]) for place in order.gifts]
        lines = [*self._lines(order)]
        lines.append({"text": self.say("card", "goods"), "note": "", "amount": self.money(order.goods)})
        lines.append({"text": self.say("card", "shipping"), "note": "", "amount": self._fee(order.shipping)})
        if order.deposit:
            lines.append({"text": self.say("card", "deposit"), "note": "", "amount": self.money(order.deposit)})
        return {
            "name": name,
            "pay": self.say("card", "rest", date=self.day(at)) if at is not None else self.say("card", "today"),
            "items": [self._item(order, place) for place, count in enumerate(order.parcel.pieces) if count],
            "lines": lines,
            "gifts": gifts,
            "total": [self.say("card", "subtotal"), self.money(order.total)],
        }

    def _item(self, order: Settlement, place: int) -> dict[str, Any]:
        good, count = self.counter.request.goods[place], order.parcel.pieces[place]
        return {
            "product_id": good.product,
            "title": self.name(place),
            "label": good.label(self.lang),
            "quantity": count,
            "price": self.money(good.price),
            "amount": self.money(good.price * count),
            "added": self.say("card", "added") if not good.wanted else "",
        }

    def _gift(self, deal: Deal) -> str:
        gift = self.counter.gifts.get(deal.gift)
        title = self.title(deal.gift, gift.title(self.lang)) if gift is not None else deal.gift
        return self.say("card", "gift", title=title)

    def _lines(self, order: Settlement) -> list[dict[str, str]]:
        lines = []
        for key, cents in (("member", order.member), ("presale", order.presale)):
            if cents:
                lines.append({"text": self.say("card", key), "note": "", "amount": f"-{self.money(cents)}"})
        for cut in order.cuts:
            deal = self.counter.request.deals[cut.deal]
            lines.append(
                {"text": deal.name(self.lang), "note": self._note(deal, cut), "amount": f"-{self.money(cut.amount)}"}
            )
        return lines

    def _note(self, deal: Deal, cut: Cut) -> str:
        parts = []
        judged, threshold = self.money(cut.judged), self.money(deal.threshold)
        if deal.kind in ("per_amount", "cross_shop"):
            parts.append(
                self.say(
                    "notes",
                    "times",
                    judged=self.money(cut.judged),
                    times=cut.times,
                    threshold=self.money(deal.threshold),
                )
            )
        elif deal.kind in PIECEWISE:
            parts += [self.say("notes", "pieces", times=cut.times)] if cut.times > 1 else []
        elif deal.threshold and deal.kind != "free_shipping":
            parts.append(self.say("notes", "judged", threshold=threshold, judged=judged))
        if deal.kind == "percent" and cut.amount == deal.cap:
            parts.append(self.say("notes", "capped", cap=self.money(deal.cap)))
        if deal.code:
            parts.append(self.say("notes", "code", code=deal.code))
        return ("；" if self.lang == "zh" else "; ").join(parts)


def facts(counter: Counter, advice: Advice) -> Facts:
    """Every sum of the plan as a computed fact, so that a sentence may state it."""
    plan = advice.plan
    teller = Teller(counter, advice, "zh")
    sums: dict[str, int] = {"total": plan.total, "gross": plan.bill.gross, "saved": teller.saved, "bound": plan.bound}
    sums |= {"now": plan.bill.now, "later": teller.later[0], "shipping": teller.shipping}
    for name, other in (("single", advice.single), ("plain", advice.plain)):
        if other is not None:
            sums |= {name: other.total, f"{name} less": other.total - plan.total}
    for number, order in enumerate(plan.bill.orders, 1):
        sums |= {
            f"order {number}": order.total,
            f"order {number} goods": order.goods,
            f"order {number} fee": order.shipping,
        }
        sums |= {f"order {number} {counter.request.deals[cut.deal].id}": cut.amount for cut in order.cuts}
        sums |= {f"order {number} {counter.request.deals[cut.deal].id} judged": cut.judged for cut in order.cuts}
    for one in advice.unused:
        sums |= {f"unused {one.deal} gap": one.gap, f"unused {one.deal} dearer": one.dearer or 0}
    sums |= {f"more {one.good}": one.pay for one in advice.more}
    names: Mapping[Lang, str] = {"zh": "凑单", "en": "basket"}
    return Facts.of(
        Fact(f"{SUBJECT}/{key}", SUBJECT, f"{names[lang]} {key}", amount(cents, counter.currency, lang), "computed")
        for key, cents in sums.items()
        if cents > 0
        for lang in LANGS
    )

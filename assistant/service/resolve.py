"""From what is asked to the one write it means: the order, the things in it, the way of paying; or why it can't be."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from assistant.service.addresses import AddressReader
from assistant.service.asks import LATER, Ask, Item, Kind, PayRef
from assistant.service.finding import found_leniently, narrowed
from assistant.service.model import Address, Client, Goods, Line, Payment, ServiceOrder, Variant, Write
from assistant.service.options import Wanted, choose, fitting, rank_of, values_in, wanted_in
from assistant.service.options_zh import wanted_in_chinese
from assistant.service.policy import Policy, Rule
from assistant.service.requests import Requests
from assistant.service.shop import ServiceShop
from assistant.service.steps import Proposal, Refused, Spoken, Step, Told, Unclear
from assistant.service.understand.english_words import CHEAPER, DEARER, JUST_ONE

ACTIONS: Mapping[Kind, tuple[str, ...]] = {
    "cancel": ("cancel_order",),
    "return": ("return_items",),
    "swap": ("modify_items", "exchange_items"),
    "address": ("modify_address",),
    "profile_address": ("modify_user_address",),
    "payment": ("modify_payment",),
    "urge": ("urge_shipment",),
    "invoice": ("issue_invoice",),
    "visit": ("schedule_service",),
    "cashback": ("register_cashback",),
    "price_protect": ("price_protect",),
    "buy": ("place_order",),
}


# What comes to much the same where an order's state doesn't allow what was asked.
_OTHER_WAY: Mapping[Kind, tuple[Kind, ...]] = {"cancel": ("return",), "return": ("cancel",)}
MOST_TOLD = 6  # orders to choose from in one sentence


class Resolver:
    """Looks asks up for one verified customer. Reads the shop anew each time: what holds now counts."""

    def __init__(self, shop: ServiceShop, policy: Policy, client: Client, read_address: AddressReader) -> None:
        self._shop = shop
        self._policy = policy
        self.client = client
        self.address_reader = read_address
        self.orders = tuple(shop.orders(client.id))
        self.requests = Requests(shop, policy, client)

    # --- orders

    def bind(self, ask: Ask, spoken: Spoken) -> list[ServiceOrder] | Refused:
        """The orders an ask is about, the likeliest alone; empty when that is open."""
        ref = ask.order
        if ref.ids:
            return self._by_number(ref.ids)
        if ref.lenient:
            fits, says = partial(self.fits, ask.kind), self._says
            return found_leniently(ask, self.orders, spoken, fits, says)
        found = list(self.orders)
        if ref.ends:
            found = [order for order in found if order.id.endswith(ref.ends)]
        if (ref.same and spoken.order_id) and not ref.holds:
            return [order for order in found if order.id == spoken.order_id]
        if ref.other and spoken.order_id:
            found = [order for order in found if order.id != spoken.order_id]
        elif ref.other and ask.near and not ref.holds:
            found = [order for order in found if not any(self._holds(order, item) for item in ask.near)]
        together = [order for order in found if all(self._holds(order, held) for held in ref.holds)]
        if not together and len(ref.holds) > 1 and ask.kind in ("cancel", "address", "payment", "urge"):
            return self._each(ask, ref.holds)
        found = [order for order in together if len(order.lines) == ref.things] or together
        items = ask.items if ask.kind not in ("address", "profile_address", "payment") else ()
        if items and any(item.name for item in items):
            alike = [order for order in found if all(self.lines(order, item) for item in items if item.name)]
            exact = [one for one in alike if all(self._described(one, item) for item in items if item.name)]
            found = exact or alike or ([] if not ref.holds else found)
        if len(found) > 1 and (amounts := _amounts(ask.text)):
            found = [order for order in found if _costs(order) & amounts] or found
        if ref.state:
            found = [order for order in found if order.state.startswith(ref.state)] or found
        unsaid = not any(item.name for item in items) and not ask.everything and len(found) > 1
        if unsaid and (ref.is_open or (ref.same and not spoken.order_id and not ref.holds)):
            there = [order for order in found if self.address_reader.mentions(ask.text, order.address)]
            if len(there) == 1 and ask.kind not in ("address", "profile_address"):  # "the one going to Leeds"
                return there
        if ask.kind == "cancel" and (one := self._by_total(ask, found)):  # "cancel the cheaper one"
            return [one]
        if unsaid and ref.is_open:
            return [order for order in found if order.id == spoken.order_id]
        allowed = [order for order in found if self._action(ask.kind, order)]
        if ref.every:
            return allowed
        return self._likelier(ask, allowed or found)

    def _by_total(self, ask: Ask, found: list[ServiceOrder]) -> ServiceOrder | None:
        """Of two orders that can still be cancelled the one that a comparison of what they cost means."""
        said = " ".join(item.said for item in ask.items if not item.name)
        allowed = [order for order in found if self._action(ask.kind, order)]
        if len(allowed) != 2 or not _tells_a_price(said):
            return None
        return (min if CHEAPER.search(said) else max)(allowed, key=lambda order: order.total)

    def _each(self, ask: Ask, holds: Sequence[Item]) -> list[ServiceOrder]:
        """The orders of several things, where each is in one alone: "the lamp order and the one with the mug"."""
        each = [[one for one in self.orders if self._holds(one, held)] for held in holds]
        each = [[one for one in some if self._action(ask.kind, one)] or some for some in each]
        return [one for one in self.orders if any(one in some for some in each)] if all(map(_alone, each)) else []

    def _says(self, state: str) -> str:
        return self._policy.says(state, "zh")

    def fitting(self, ask: Ask) -> list[ServiceOrder]:
        """The orders that what is told of them fits, where that tells some from others; else none."""
        found, named = narrowed(ask, self.orders, partial(self.fits, ask.kind), self._says)
        telling = len(found) < len(self.orders) or len(found) == 1
        return found if (named or ask.order.state) and telling else []

    def _described(self, order: ServiceOrder, item: Item) -> bool:
        """Whether a thing in the order has the options that an item is described by."""
        for line in self.lines(order, item):
            goods = self._shop.goods(line.product_id)
            said = values_in(goods, item.said) if goods else {}
            if all(line.options.get(option) in values for option, values in said.items()):
                return True
        return False

    def _likelier(self, ask: Ask, found: list[ServiceOrder]) -> list[ServiceOrder]:
        """Of several orders the one whose thing is the dearer, or those that can still be changed for "change"."""
        if len(found) < 2:
            return found
        if ask.items and (
            dearer := re.search(r"\b(?:more expensive|pricier|dearer)\b", ask.text, re.IGNORECASE)
            or re.search(r"\bcheaper\b", ask.text)
        ):
            priced = [(max(line.price for line in self.lines(order, ask.items[0])), order) for order in found]
            pick = max if "cheaper" not in dearer[0] else min
            return [pick(priced, key=lambda pair: pair[0])[1]]
        if ask.kind == "swap":
            later = ask.order.state == "delivered" or bool(re.search(r"\bexchang", ask.text, re.IGNORECASE))
            action = "exchange_items" if later else "modify_items"
            rule = self._policy.rules.get(action)
            fit = [order for order in found if rule is not None and order.state in rule.states]
            return fit or found
        return found

    def _by_number(self, ids: Sequence[str]) -> list[ServiceOrder] | Refused:
        found = []
        for number in ids:
            order = self._shop.order(self._policy.number_format.format(number))
            if order is None or order.customer_id != self.client.id:
                return Refused(Told("not_yours", {"order": self._policy.number_format.format(number)}))
            found.append(order)
        return found

    def _holds(self, order: ServiceOrder, held: Item) -> bool:
        """Whether a thing is in the order; "two watches" asks for two of them."""
        lines = self.lines(order, held)
        several = re.search(r"\btwo\b", held.said, re.IGNORECASE)
        names = held.name.split("|")
        return sum(line.name in names for line in order.lines) >= 2 if several else bool(lines)

    def _action(self, kind: Kind, order: ServiceOrder) -> str:
        """The action by which that is done to an order in its state; empty when none is allowed."""
        for name in ACTIONS.get(kind, ()):
            rule = self._policy.rules.get(name)
            if rule is not None and (not rule.states or order.state in rule.states):
                return name
        return ""

    def fits(self, kind: Kind, order: ServiceOrder) -> bool:
        """Whether that can be done to an order as it is."""
        return bool(self._action(kind, order))

    # --- things

    def lines(self, order: ServiceOrder, item: Item) -> list[Line]:
        """The lines of an order that an item may be: by its product, then by the options that describe it."""
        names = item.name.split("|")
        lines = [line for line in order.lines if line.name in names]
        if len({line.name for line in lines}) > 1:
            exact = [line for line in lines if line.name.lower() in item.said.lower()]
            lines = exact or lines
        if len(lines) <= 1:
            return lines
        if re.search(r"\b(?:more expensive|pricier|dearer)\b", item.said):
            return [max(lines, key=lambda line: line.price)]
        if re.search(r"\b(?:cheaper|less expensive)\b", item.said):
            return [min(lines, key=lambda line: line.price)]
        fit = []
        for line in lines:
            goods = self._shop.goods(line.product_id)
            said = values_in(goods, item.said) if goods else {}
            if all(line.options.get(option) in values for option, values in said.items()):
                fit.append(line)
        return self._utmost(fit or lines, item.said)

    def _utmost(self, lines: list[Line], said: str) -> list[Line]:
        """Of several alike the one that a comparison means: "the longer one"."""
        goods = self._shop.goods(lines[0].product_id) if len({line.product_id for line in lines}) == 1 else None
        compared = wanted_in(goods, said).compared if goods is not None and len(lines) > 1 else ()
        for option, way, _ in compared:
            ranks = [rank_of(line.options.get(option, "")) for line in lines]
            known = [rank for rank in ranks if rank is not None]
            if len(known) == len(lines):
                utmost = (max if way > 0 else min)(known)
                return [line for line, rank in zip(lines, ranks, strict=True) if rank == utmost]
        return lines

    def chosen(self, order: ServiceOrder, ask: Ask, spoken: Spoken) -> list[tuple[Line, Item]]:
        """The lines of `order` that are meant, each with what is said of it."""
        if ask.everything:
            out = {id(line) for item in ask.but for line in self.lines(order, item)}
            return [(line, Item(line.name, "")) for line in order.lines if id(line) not in out]
        found: list[tuple[Line, Item]] = []
        for item in ask.items:
            taken = {id(line) for line, _ in found}
            if item.name:
                lines = [line for line in self.lines(order, item) if id(line) not in taken]
                several = bool(re.search(r"\b(?:both|all|two|three)\b", item.said, re.IGNORECASE))
                if several and JUST_ONE.search(ask.text):
                    lines, several = by_price(lines, ask.text), False
                alike = not several and len({line.item_id for line in lines}) > 1
                if alike and not (lines := self._told_apart(lines, ask)):
                    return []  # to be asked: whichever were taken might be the wrong one
            else:
                lines = [
                    line for line in order.lines if line.item_id in spoken.item_ids and order.id == spoken.order_id
                ]
                lines = lines or (list(order.lines) if len(order.lines) == 1 else [])
                several = False
            found += [(line, item) for line in (lines if several else lines[:1])]
        if not ask.items:
            own = [line for line in order.lines if order.id == spoken.order_id and line.item_id in spoken.item_ids]
            alike = len(order.lines) == 1 or (ask.order.lenient and len({line.item_id for line in order.lines}) == 1)
            found = [(line, Item(line.name, "")) for line in own or (order.lines if alike else ())]
        return found

    def _told_apart(self, lines: list[Line], ask: Ask) -> list[Line]:
        """Of several alike the one that the rest of what is said fits alone, or the first by price where that is told;
        else none."""
        if _tells_a_price(ask.text) and JUST_ONE.search(ask.text):
            return lines[:1]
        fit = [line for line in lines if self.is_like(line, ask.text)] if ask.kind == "return" else []
        return fit if len(fit) == 1 else []

    def in_question(self, order: ServiceOrder, ask: Ask) -> Sequence[Line]:
        """What is asked about where it is open which things are meant: those that are alike, else all of an order."""
        every = (self.lines(order, item) for item in ask.items if item.name)
        return next((lines for lines in every if len({line.item_id for line in lines}) > 1), order.lines)

    def reason_in(self, text: str) -> str:
        """The reason for cancelling that a text gives; empty when it gives none the shop accepts."""
        rule = self._policy.rules.get("cancel_order")
        return next((name for name, said in rule.reasons.items() if said.search(text)), "") if rule else ""

    def wants_other(self, ask: Ask, order: ServiceOrder) -> bool:
        """Whether a text names options of a thing in the order that it does not have."""
        for line, item in self.chosen(order, ask, Spoken()):
            goods = self._shop.goods(line.product_id)
            for text in (ask.text.replace(item.said, " "), ask.text):
                said = wanted_in(goods, text) if goods else Wanted()
                if said.compared or any(
                    line.options.get(o) != one for o, values in said.values.items() for one in values
                ):
                    return True
        return False

    def says_other(self, item: Item) -> bool:
        """Whether what is said after a thing names options that the customer's own doesn't have."""
        for order in self.orders:
            for line in self.lines(order, item):
                goods = self._shop.goods(line.product_id)
                said = wanted_in(goods, _INSTEAD.split(item.wanted)[0]) if goods else Wanted()
                if said.compared or any(
                    one != line.options.get(option) for option, values in said.values.items() for one in values
                ):
                    return True
        return False

    def goods(self, product_id: str) -> Goods | None:
        return self._shop.goods(product_id)

    def is_like(self, line: Line, said: str) -> bool:
        """Whether a thing has all the options that a text names, and it names some."""
        goods = self._shop.goods(line.product_id)
        values = values_in(goods, said) if goods else {}
        return bool(values) and all(line.options.get(option) in some for option, some in values.items())

    # --- asks

    def step(self, ask: Ask, order: ServiceOrder | None, spoken: Spoken) -> Step:
        """What an ask comes to for one order."""
        if ask.kind == "profile_address":
            return self._profile_address(ask, order)
        if not any(name in self._policy.rules for name in ACTIONS.get(ask.kind, ())):
            return Refused(Told("no_buying" if ask.kind == "buy" else "not_offered", {"action": ask.kind}))
        if ask.kind == "buy":
            return self.requests.buy(ask, spoken.goods)
        if order is None and ask.kind == "cashback" and self._policy.rules["register_cashback"].proof:
            return Refused(Told("needs_proof_first"))
        if order is None:
            return self._which_order(ask, spoken)
        action = self._action(ask.kind, order)
        if not action:
            return Refused(self._why_not(ask, order, spoken))
        rule = self._policy.rules[action]
        elsewhere = ask.kind in ("urge", "invoice", "visit", "cashback", "price_protect")
        if elsewhere or (ask.kind == "swap" and not rule.same_goods) or (ask.kind == "address" and rule.whole_address):
            if ask.kind == "address" and not ask.details and (address := self.address_in(ask.text, order)):
                ask = replace(ask, details={"address": str(address)})
            return self.requests.step(ask, order, action, spoken.goods)
        match ask.kind:
            case "cancel":
                return self._cancel(ask, order)
            case "return":
                return self._return(ask, order, spoken)
            case "swap":
                return self._swap(ask, order, action, spoken)
            case "address":
                return self._address(ask, order)
            case _:
                return self._payment(ask, order)

    def _which_order(self, ask: Ask, spoken: Spoken) -> Step:
        found = self.candidates(ask, spoken)
        if isinstance(found, Refused):
            return found
        return Unclear("order", Told("which_of_orders", {"orders": found}) if found else Told("which_order"))

    def candidates(self, ask: Ask, spoken: Spoken) -> list[ServiceOrder] | Refused:
        """The orders that an ask may be about and that are told to choose from; empty when those would be too many."""
        found = self.bind(ask, spoken)
        if isinstance(found, Refused) or ask.order.lenient:
            return found
        found = found or [order for order in self.orders if self.fits(ask.kind, order)]
        return found if len(found) <= MOST_TOLD else []

    def _why_not(self, ask: Ask, order: ServiceOrder, spoken: Spoken) -> Told:
        rules = [self._policy.rules[name] for name in ACTIONS.get(ask.kind, ()) if name in self._policy.rules]
        states = sorted({state for rule in rules for state in rule.states})
        data = {"order": order.id, "state": order.state, "states": states, "action": ask.kind}
        found = self.requests.substitutes(ask, order, spoken.goods) if ask.kind == "swap" else {}
        if found:
            return Told("wrong_state_options", data | found)
        other = _OTHER_WAY.get(ask.kind, ())
        if now := next((kind for kind in other if self.fits(kind, order)), None):
            return Told(f"wrong_state_now_{now}", data)
        later = self._policy.rules.get("return_items") if ask.kind == "cancel" and self.fits("urge", order) else None
        if later is not None and later.states:
            return Told("wrong_state_later_return", data | {"later": sorted(later.states)})
        return Told("wrong_state", data)

    def _cancel(self, ask: Ask, order: ServiceOrder) -> Step:
        rule = self._policy.rules["cancel_order"]
        only = re.search(
            r"\b(?:only|just)\b(?! (?:bought|ordered|placed))|\b(?:take|remove|drop)\b[^.?!]*\b(?:off|from|out of)\b",
            ask.text,
            re.IGNORECASE,
        )
        if rule.whole and ask.items and only and len(order.lines) > 1:
            return Refused(Told("whole_only", {"order": order.id}))
        reason = ""
        if "reason" in rule.needs:
            reason = self.reason_in(ask.text)
            if not reason:
                return Unclear("reason", Told("which_reason", {"order": order.id, "reasons": list(rule.reasons)}))
        arguments = {"order_id": order.id} | ({"reason": reason} if reason else {})
        key = "propose_cancel" if reason else "propose_cancel_plainly"
        data = {"order": order.id, "lines": order.lines, "reason": reason, "total": order.total}
        return Proposal(Write("cancel_order", arguments), Told(key, data | self._back(rule, order)), order.id)

    def _back(self, rule: Rule, order: ServiceOrder) -> dict[str, Any]:
        """Where the money goes back to when the shop's own ledger moves it."""
        moved = self.requests.effects(rule, Write(rule.action, {}), order)
        return {"back": self.client.payment(order.payment_id)} if moved else {}

    def _return(self, ask: Ask, order: ServiceOrder, spoken: Spoken) -> Step:
        rule = self._policy.rules["return_items"]
        if rule.whole:
            data = {"order": order.id, "lines": order.lines, "refund": order.total}
            told = Told("propose_return_as_paid", data | self._back(rule, order))
            return Proposal(Write("return_items", {"order_id": order.id}), told, order.id, difference=-order.total)
        lines = [line for line, _ in self.chosen(order, ask, spoken)]
        if not lines:
            return Unclear("items", Told("which_items", {"order": order.id, "lines": self.in_question(order, ask)}))
        ids = [line.item_id for line in lines]
        refund = sum((line.price for line in lines), Decimal(0))
        if "payment" not in rule.needs:  # it goes back the way it came
            told = Told("propose_return_as_paid", {"order": order.id, "lines": lines, "refund": refund})
            return Proposal(
                Write("return_items", {"order_id": order.id, "item_ids": ids}), told, order.id, tuple(ids), -refund
            )
        payment = self._pay(ask.payment, order, spoken)
        if not isinstance(payment, Payment):
            return payment
        original = payment.id == order.payment_id
        if rule.refund_to and payment.kind not in rule.refund_to and not (original and "original" in rule.refund_to):
            return Refused(Told("wrong_refund", {"payment": payment, "paid": self.client.payment(order.payment_id)}))
        told = Told("propose_return", {"order": order.id, "lines": lines, "payment": payment, "refund": refund})
        write = Write("return_items", {"order_id": order.id, "item_ids": ids, "payment_method_id": payment.id})
        return Proposal(write, told, order.id, tuple(ids), -refund)

    def _swap(self, ask: Ask, order: ServiceOrder, action: str, spoken: Spoken) -> Step:
        lines = self.chosen(order, ask, spoken)
        if not lines:
            return Unclear("items", Told("which_items", {"order": order.id, "lines": self.in_question(order, ask)}))
        pairs: list[tuple[Line, Variant]] = []
        for line, item in lines:
            variant = self._variant(ask, line, item)
            if not isinstance(variant, Variant):
                return variant
            pairs.append((line, variant))
        if "payment" not in self._policy.rules[action].needs:
            return self._as_paid(order, action, pairs)
        payment = self._pay(ask.payment, order, spoken)
        if not isinstance(payment, Payment):
            return payment
        gap = sum((new.price - old.price for old, new in pairs), Decimal(0))
        if payment.kind in self._policy.must_cover and (payment.balance or Decimal(0)) < gap:
            return Refused(Told("gift_short", {"payment": payment, "amount": gap, "order": order.id}))
        if ask.over is not None and any(new.price > ask.over for _, new in pairs):
            return Refused(Told("too_dear", {"limit": ask.over, "price": max(new.price for _, new in pairs)}))
        old, new = [line.item_id for line, _ in pairs], [variant.id for _, variant in pairs]
        arguments = {"order_id": order.id, "item_ids": old, "new_item_ids": new, "payment_method_id": payment.id}
        told = Told(f"propose_{action}", {"order": order.id, "pairs": pairs, "payment": payment, "gap": gap})
        return Proposal(Write(action, arguments), told, order.id, tuple(old), gap)

    def _as_paid(self, order: ServiceOrder, action: str, pairs: Sequence[tuple[Line, Variant]]) -> Step:
        """Another version where nothing is paid here: one that costs as much."""
        dearer = next((new for old, new in pairs if new.price != old.price), None)
        if dearer is not None:
            return Refused(Told("other_price", {"variant": dearer}))
        old, new = [line.item_id for line, _ in pairs], [variant.id for _, variant in pairs]
        told = Told("propose_exchange_as_paid", {"order": order.id, "pairs": pairs})
        write = Write(action, {"order_id": order.id, "item_ids": old, "new_item_ids": new})
        return Proposal(write, told, order.id, tuple(old))

    def _variant(self, ask: Ask, line: Line, item: Item) -> Variant | Refused | Unclear:
        goods = self._shop.goods(line.product_id)
        if goods is None:
            return Refused(Told("no_variant", {"name": line.name}))
        if item.other:
            return Refused(Told("other_product", {"name": line.name, "other": item.other.split("|")[0]}))
        if ask.order.lenient:
            return self._chosen(goods, line, _over([wanted_in_chinese(goods, one) for one in ask.wanted.split(LATER)]))
        *earlier, last = item.wanted.split(LATER)
        if earlier and not (later := wanted_in(goods, last)).says_nothing:
            before = wanted_in(goods, " ".join(earlier))
            return self._chosen(goods, line, _over([before, later]), list(_preferences(ask.text, goods)))
        said = _INSTEAD.split(item.wanted)[0]
        wanted = _without_own(self._as_other(wanted_in(goods, said), said, ask.text, goods, line), line)
        kept = {option: (value,) for option, value in line.options.items() if _stays(option, said)}
        wanted = replace(wanted, values={**wanted.values, **kept})
        if wanted.cheapest and wanted.at_most is None:
            wanted = replace(wanted, at_most=wanted_in(goods, ask.text).at_most)
        if not wanted.same_rest and wanted_in(goods, _of_item(ask.text, item)).same_rest:
            wanted = replace(wanted, same_rest=True)
        other = re.match(r"\s*(?:an?|the|some)\s+([a-z]+(?: [a-z]+)?)[\s.!,]*$", said, re.IGNORECASE)
        if wanted.says_nothing and other and not re.search(r"\b(?:one|version|pair|colou?r|size)s?\b", said):
            return Refused(Told("other_product", {"name": line.name, "other": other[1]}))
        if wanted.says_nothing and len(ask.items) <= 1:  # it may be told in another sentence
            wanted = _without_own(wanted_in(goods, ask.text.replace(item.said, " ") if item.said else ask.text), line)
            changed = {o: v for o, v in wanted.values.items() if line.options.get(o) not in v}
            wanted = replace(wanted, values=wanted.values if changed else {})
        return self._chosen(goods, line, wanted, list(_preferences(ask.text, goods)), ask.text)

    def _chosen(
        self, goods: Goods, line: Line, wanted: Wanted, prefer: Sequence[tuple[str, str]] = (), text: str = ""
    ) -> Variant | Refused | Unclear:
        """The version of `goods` that is wanted; of several those that all that `text` tells fits."""
        if wanted.says_nothing:
            return Unclear("variant", Told("which_variant", {"name": line.name, "options": goods.options}))
        variant, others = choose(goods, line, wanted, prefer)
        if variant is not None:
            return variant
        if len(others) > 1 and text:
            said = {o: values for o, values in values_in(goods, text).items() if o not in wanted.values}
            told = [one for one in others if all(one.options.get(o) in values for o, values in said.items())]
            if len(told) == 1:
                return told[0]
        if others:
            return Unclear("variant", Told("choose_variant", {"name": line.name, "variants": others[:5]}))
        same = [one for one in fitting(goods, wanted, line.options) if one.id == line.item_id and one.available]
        key = "same_variant" if same and not wanted.same_rest else "sold_out"
        near = [one for one in goods.variants if one.available and one.id != line.item_id]
        near.sort(key=lambda one: -sum(one.options.get(o) in v for o, v in wanted.values.items()))
        return Refused(Told(key, {"name": line.name, "variants": near[:3]}))

    def _as_other(self, wanted: Wanted, said: str, text: str, goods: Goods, line: Line) -> Wanted:
        """ "The same as my other bottle": its options, where something alike is in another line."""
        if not re.search(r"\bmy other\b|\bthe other\b", said):
            return wanted
        for order in self.orders:
            for other in order.lines:
                alike = other.product_id == goods.id and other.item_id != line.item_id
                if alike and all(other.options.get(o) in values for o, values in wanted.values.items()):
                    free = {option for option in other.options if _may_differ(option, text)}
                    return Wanted({option: (value,) for option, value in other.options.items() if option not in free})
        return wanted

    def _address(self, ask: Ask, order: ServiceOrder) -> Step:
        address = self.address_in(ask.text, order)
        if address is None:
            return Unclear("address", Told("which_address", {"order": order.id}))
        address = replace(address, country=address.country or order.address.country)
        told = Told("propose_address", {"order": order.id, "address": address})
        return Proposal(Write("modify_address", {"order_id": order.id} | _fields(address)), told, order.id)

    def _profile_address(self, ask: Ask, order: ServiceOrder | None) -> Step:
        if "modify_user_address" not in self._policy.rules:
            return Refused(Told("not_offered", {"action": "profile_address"}))
        address = self.address_in(ask.text, None)
        if address is None and order is not None:
            address = order.address
        if address is None:
            return Unclear("address", Told("which_address", {"order": ""}))
        told = Told("propose_profile_address", {"address": address})
        return Proposal(Write("modify_user_address", {"user_id": self.client.id} | _fields(address)), told)

    def address_in(self, text: str, order: ServiceOrder | None) -> Address | None:
        """The address that is written out, or one of the customer's own that is referred to."""
        written = self.address_reader.written(text)
        if written is not None:
            return written
        if order is not None and (said := self.address_reader.corrected(text, order.address)) is not None:
            return said
        own = [one.address for one in self.orders if order is None or one.id != order.id]
        for number in self.address_reader.of_order(text):
            for one in self.orders:
                if one.id.endswith(number) and (order is None or one.id != order.id):
                    return one.address
        if re.search(r"\b(?:default|profile|account|home)\b|\bon file\b", text, re.I) and order is not None:
            return self.client.address
        known = [*own, self.client.address]
        named = [one for one in known if self.address_reader.mentions(text, one)]
        elsewhere = [one for one in named if one != (order.address if order else self.client.address)]
        if elsewhere or named:
            return (elsewhere or named)[0]
        if re.search(r"\bnew (?:address|house|home|place)\b", text, re.I):
            fresh = [one for one in own if one != self.client.address]
            return fresh[0] if fresh else None
        return None

    def _payment(self, ask: Ask, order: ServiceOrder) -> Step:
        payment = self._pay(ask.payment, order, Spoken(), asked=True)
        if not isinstance(payment, Payment):
            return payment
        if payment.id == order.payment_id:
            return Refused(Told("same_payment", {"order": order.id, "payment": payment}))
        if payment.kind in self._policy.must_cover and (payment.balance or Decimal(0)) < order.total:
            return Refused(Told("gift_short", {"payment": payment, "amount": order.total, "order": order.id}))
        told = Told("propose_payment", {"order": order.id, "payment": payment, "total": order.total})
        write = Write("modify_payment", {"order_id": order.id, "payment_method_id": payment.id})
        return Proposal(write, told, order.id)

    def _pay(
        self, ref: PayRef | None, order: ServiceOrder, spoken: Spoken, *, asked: bool = False
    ) -> Payment | Unclear:
        """The customer's way of paying that is meant."""
        every = self.client.payments
        if ref is None:
            found = [one for one in every if one.id == spoken.payment_id] or list(every if len(every) == 1 else ())
        elif ref.original:
            found = [one for one in every if one.id == order.payment_id]
        else:
            found = [
                one
                for one in every
                if one.kind == ref.kind
                and (not ref.brand or one.brand.lower() == ref.brand)
                and (not ref.last4 or one.last4 == ref.last4)
            ]
            if len(found) > 1 and not asked:
                found = [one for one in found if one.id in (order.payment_id, spoken.payment_id)] or found
            if len(found) > 1 and asked:
                found = [one for one in found if one.id != order.payment_id] or found
        if len(found) == 1:
            return found[0]
        return Unclear("payment", Told("which_payment", {"payments": found or every, "order": order.id}))


_AMOUNT = re.compile(
    r"\$ ?(\d[\d,]*(?:\.\d\d)?)|(?<![\w#.,-])(\d[\d,]*\.\d\d)(?!\d)|(?<![\w#.,-])(\d[\d,]*) ?(?:dollars|bucks)\b"
)


def _amounts(text: str) -> set[Decimal]:
    """The prices that a text tells."""
    return {Decimal("".join(match.groups("")).replace(",", "")) for match in _AMOUNT.finditer(text)}


def _costs(order: ServiceOrder) -> set[Decimal]:
    """What an order and the things in it came to, also without the cents."""
    exact = {order.total, *(line.price for line in order.lines)}
    return exact | {Decimal(int(amount)) for amount in exact}


_INSTEAD = re.compile(r"\binstead of\b|\brather than\b|\bin place of\b", re.IGNORECASE)


def _without_own(wanted: Wanted, line: Line) -> Wanted:
    """What is wanted without what one has, where something else is told besides: "it's a 9, I want a 10"."""
    other = {o: tuple(one for one in values if one != line.options.get(o)) for o, values in wanted.values.items()}
    return replace(wanted, values={o: other[o] or values for o, values in wanted.values.items()})


def _alone(found: Sequence[ServiceOrder]) -> bool:
    return len(found) == 1


def _tells_a_price(text: str) -> bool:
    return bool(CHEAPER.search(text) or DEARER.search(text))


def by_price(lines: list[Line], text: str) -> list[Line]:
    """The cheapest or the dearest first, where a text says so."""
    if _tells_a_price(text):
        return sorted(lines, key=lambda line: line.price, reverse=not CHEAPER.search(text))
    return lines


def _over(said: Sequence[Wanted]) -> Wanted:
    """Of what is wanted one after the other the last of each option."""
    whole = said[0]
    for one in said[1:]:
        compared = one.compared or tuple(pair for pair in whole.compared if pair[0] not in one.values)
        values = {k: v for k, v in whole.values.items() if all(k != option for option, _, _ in one.compared)}
        whole = replace(
            whole, values={**values, **one.values}, compared=compared, cheapest=one.cheapest or whole.cheapest
        )
    return whole


def _fields(address: Address) -> dict[str, str]:
    return {
        "address1": address.street,
        "address2": address.unit,
        "city": address.city,
        "state": address.state,
        "country": address.country,
        "zip": address.zip,
    }


def _may_differ(option: str, said: str) -> bool:
    """ "The material can be different", "any material"."""
    word = re.escape(option)
    free = r"(?:can|may|could) be (?:different|any\w*)|does(?:n't| not) matter|is not important"
    return re.search(rf"\b{word}\b[^.,;]*\b(?:{free})|\bany {word}\b", said, re.IGNORECASE) is not None


def _stays(option: str, said: str) -> bool:
    """ "The same difficulty": that option stays as it is."""
    words = [word for word in option.lower().split() if len(word) > 3]
    return any(re.search(rf"\bsame {re.escape(word[:6])}", said, re.IGNORECASE) for word in words)


def _of_item(text: str, item: Item) -> str:
    """The sentences of an ask that go on about an item, after those that name others."""
    return (
        item.said + " " + item.wanted
        if len(text) > 600
        else text
        if text.count(" to ") + text.count(" for ") < 3
        else item.wanted
    )


_PREFERENCE = re.compile(
    r"\bprefer|\bif (?:you (?:don't )?have|there(?:'s| is| are)|both|not|that)\b|\btake the\b"
    r"|\bif (?:you have )?several\b",
    re.IGNORECASE,
)


def _preferences(text: str, goods: Goods) -> Iterable[tuple[str, str]]:
    """Values preferred where there is a choice, the first ones first."""
    for sentence in re.split(r"(?<=[.!?])\s+", text):
        if _PREFERENCE.search(sentence):
            for option, values in values_in(goods, sentence).items():
                yield from ((option, value) for value in values)

"""A good clerk: for each thing a shopper may want, what to look up and what to say about it.

Every method runs from its top each time the model is asked. `ask` gives what a tool has returned in this turn, or
leaves through `Need`, which becomes a tool call; so a method reads like a conversation with the shop's books.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from assistant.attributes import asked_concepts
from assistant.guide.clarify import is_broad
from assistant.models.grounded import budget, picks, speech, till
from assistant.models.grounded.desk import Call
from assistant.models.grounded.dialogue import Goods
from assistant.models.grounded.guide import SAME_QUESTION, Guide
from assistant.models.grounded.understand import Reading, asks, understand
from assistant.models.grounded.wording import joined, say
from assistant.tools.products import likeness
from assistant.tools.shop import SURE as FAQ_SURE


class Clerk(Guide):
    def answer(self, reading: Reading) -> str:
        if reading.follows or not reading.intent:
            reading = self._completed(reading)
        if (plan := till.again(self)) is not None or (plan := budget.plan(self)) is not None:
            return plan
        handler = _HANDLERS.get(reading.intent, Clerk._open)
        return handler(self, reading)

    # One product

    def _describe(self, reading: Reading) -> str:
        d = self.d
        targets = self._targets(reading)
        if not targets:
            return self._recommend(reading)
        goods = self.details(targets[0])
        parts = [speech.introduction(goods, d.lang)]
        if goods.get("price"):
            parts.append(speech.price_sentence(d, goods, again=True))
        return speech.sentences(parts, d)

    def _price(self, reading: Reading) -> str:
        d = self.d
        targets = self._targets(reading)
        if not targets:
            return self._which(reading)
        if len(targets) > 1:
            return speech.price_list(targets, d.lang)
        goods = self.details(targets[0])
        parts = [speech.price_sentence(d, goods, colours=reading.colours)]
        offers = [] if d.live else list(goods.get("promotions", ()))[:2]
        if offers:
            parts.append(say(d, "with_offers", offers=joined(d, [speech.offer(one, d.lang) for one in offers])))
        return speech.sentences(parts, d)

    def _total(self, reading: Reading) -> str:
        d = self.d
        targets = self._targets(replace(reading, topic=speech.without_numbers(reading.topic)))
        if not targets:
            return self._which(reading)
        goods = self.ask("product_details", product=targets[0]["id"], quantity=max(2, reading.quantity))
        total = goods.get("total")
        if not total:
            return speech.price_sentence(d, goods or targets[0])
        amount = speech.amount(total["price"], str(goods.get("currency", "CNY")), d.lang)
        parts = [say(d, "total", title=goods["title"], quantity=total["quantity"], total=amount)]
        offers = list(goods.get("promotions", ()))[:2]
        if offers:
            parts.append(say(d, "total_offers", offers=joined(d, [speech.offer(one, d.lang) for one in offers])))
        return speech.sentences(parts, d)

    def _attribute(self, reading: Reading) -> str:
        d = self.d
        topic = speech.without_features(reading.topic)
        at_hand = d.page is not None or bool(d.focus)
        wishes = not asks(d.text, d.lang) and (not is_broad(d.text) or not asked_concepts(d.text))
        if topic and wishes and not at_hand:
            return self._recommend(reading)  # "cotton towels please" wants some
        if reading.deictic and not at_hand and self._known(topic) is None and not self.found(topic):
            return say(d, "which")  # nothing has been shown that "this one" could be
        if topic and not reading.deictic and self._question == d.text:
            # Looked up together: a model has only so many rounds.
            calls: list[Call] = [("policy_and_faq", {"question": d.text})]
            if self._known(topic) is None and not (at_hand and len(topic.replace(" ", "")) < 3):
                calls.append(("product_details", {"product": topic}))
            calls += [("search_products", {"query": topic})] if len(topic) > 1 else []  # last: its cards are shown
            self.all_of(calls)
            if (answer := self._asked_before(self._faq())) is not None:
                return answer
        targets = self._targets(reading) or self._meant(reading)
        if not targets and len(topic) > 1:
            return self._offer(reading, self._search(topic), topic)
        if not targets:
            return self._recommend(reading) if reading.topic else self._which(reading)
        if len(targets) > 1:
            self.all_of([("product_details", {"product": one["id"], "question": self._question}) for one in targets])
            told = [self.details(one, asking=True) for one in targets]
            silent = all((one.get("asked") or {}).get("silent") for one in told)
            if silent and topic and not at_hand:  # these are the ones it was about
                key = "live_silent" if d.live else "silent"
                return say(d, key, title=topic, what=speech.asked_for(self._question, d.lang))
            if len(topic) > 1 and not is_broad(topic) and silent:  # it was about other goods than those at hand
                return self._offer(reading, self._search(topic), topic)
            return speech.values_of_each(d, told)
        goods = self.details(targets[0], asking=True)
        if reading.colours and (missing := speech.missing_option(d, goods, reading.colours)):
            return missing
        asked = goods.get("asked") or {}
        if reading.deictic and asked.get("foreign"):  # "does it go in the dishwasher?" beside a scarf
            return say(d, "other_kind", title=goods["title"])
        if asked.get("values"):
            return speech.values_sentence(d, goods, asked["values"])
        if asked.get("text"):
            return speech.prose_sentence(d, goods, asked["text"])
        answers = self._faq(product=goods["id"]).get("answers") or []
        if answers and answers[0]["score"] >= FAQ_SURE:
            return str(answers[0]["answer"])
        if word := speech.in_title(self._question, str(goods["title"])):  # "…带盖带勺" tells of the lid
            return say(d, "titled", title=goods["title"], word=word)
        return say(
            d,
            "live_silent" if d.live else "silent",
            title=goods["title"],
            what=speech.asked_for(self._question, d.lang),
        )

    def _meant(self, reading: Reading) -> list[Goods]:
        """The products of a question that names them in words of its own, when it can only be these."""
        topic = speech.without_features(reading.topic)
        if len(topic) < 2:
            return []
        goods = [one for one in self.ask("product_details", product=topic).get("similar", ()) if one["score"] >= 0.7]
        if len(goods) == 1:
            return goods if speech.supports(topic, goods) else []
        return [one for one in goods if speech.speaks_of(self.d.text, one)]

    def _compare(self, reading: Reading) -> str:
        d = self.d
        named = speech.mentioned(d)
        if len(named) == 1 and d.focus and (reading.deictic or len(d.focus) == 1):
            named = list({one["id"]: one for one in (d.focus[0], *named)}.values())
        names = [str(goods["id"]) for goods in named]
        if len(names) < 2 and (both := self._split_names()) and len(both) > len(names):
            names, named = both, []
        if len(names) == 1 and not named and not re.search(r"和|跟|与|比|\b(with|to|than|and)\b", d.text, re.I):
            names = []
        if len(names) == 1 and not named and (at_hand := (d.focus or ([d.page] if d.page else []))):
            names.insert(0, str(at_hand[0]["id"]))
        if len(names) < 2:
            pool = d.listed or d.known
            names = [str(goods["id"]) for goods in pool[:3]]
        if len(names) < 2:
            return self._recommend(reading) if reading.topic and not d.page else say(d, "compare_what")
        data = self.ask("compare_products", products=names[:4])
        goods = list(data.get("products", ()))
        if len(goods) < 2 and len(d.listed) > 1:  # "the big one": what was shown is what is meant
            data = self.ask("compare_products", products=[str(one["id"]) for one in d.listed[:3]])
            goods = list(data.get("products", ()))
        if len(goods) < 2:
            return self._recommend(reading) if reading.topic else say(d, "compare_what")
        told = speech.comparison(d, goods, list(data.get("rows", ())))
        return told if d.live else "\n".join([told, *picks.notes(d, data)])

    def _split_names(self) -> list[str]:
        """A和B哪个好 / compare A with B."""
        d = self.d
        text = speech.need(d.text, d.lang)
        parts = re.split(r"还是|和|跟|与|、|\b(?:and|or|with|vs\.?|versus)\b|,|，", text, flags=re.I)
        names = [" ".join(_POINTING.sub(" ", part).split()) for part in parts]
        return [name for name in names if len(name) > 1]

    # The shop

    def _policy(self, reading: Reading) -> str:
        d = self.d
        if reading.intent in _OWN_TERMS and (own := self._own_terms(reading)) is not None:
            return own
        data = self._faq(reading.policy)
        answers = list(data.get("answers", ()))
        if answers and answers[0]["score"] >= FAQ_SURE:
            return str(answers[0]["answer"])
        policies = list(data.get("policies", ()))
        if policies:
            return speech.policy(d, policies[0])
        if reading.topic or d.page is not None or len(d.focus) == 1:  # a product may carry its own terms
            targets = self._targets(reading)
            if targets:
                goods = self.details(targets[0], asking=True)
                asked = goods.get("asked") or {}
                if asked.get("values"):
                    return speech.values_sentence(d, goods, asked["values"])
        if answers:
            return str(answers[0]["answer"])
        return say(d, "no_policy", what=say(d, f"topic_{reading.policy or 'other'}"))

    def _matter(self, reading: Reading) -> str:
        """What only the shop's own texts tell, and only where they speak of it; a thing of that name is sold."""
        d, data = self.d, self._faq()
        named = _MATTERS[reading.intent]
        for answer in data.get("answers", ()):
            if named.search(f"{answer['question']} {answer['answer']}"):
                return str(answer["answer"])
        for policy in data.get("policies", ()):
            if named.search(f"{policy['title']} {policy['text']}"):
                return speech.policy(d, policy)
        if found := named.search(d.text):
            sold = self._search(found.group())
            if any(named.search(str(goods["title"])) for goods in sold.get("products", ())):
                return self._offer(reading, sold, found.group())
        return say(d, "no_policy", what=say(d, f"topic_{reading.intent}"))

    def _own_terms(self, reading: Reading) -> str | None:
        """What the product that the question names says itself."""
        if len(reading.topic) < 2:
            return None
        named = self._named(reading)
        targets = [named] if named is not None else self.found(reading.topic)
        if not targets or len(targets) > 3:
            return None
        self.all_of([("product_details", {"product": one["id"], "question": self._question}) for one in targets])
        told = [
            one for one in (self.details(one, asking=True) for one in targets) if (one.get("asked") or {}).get("values")
        ]
        if len(told) == 1:
            return speech.values_sentence(self.d, told[0], told[0]["asked"]["values"])
        return speech.values_of_each(self.d, told) if told else None

    def _stacking(self, reading: Reading) -> str:
        """How offers go together."""
        answers = self._faq().get("answers") or []
        return str(answers[0]["answer"]) if answers else self._promotion(replace(reading, topic=""))

    def _hours(self, reading: Reading) -> str:
        answers = list(self._faq().get("answers", ()))
        return str(answers[0]["answer"]) if answers else say(self.d, "no_policy", what=say(self.d, "topic_other"))

    def _promotion(self, reading: Reading) -> str:
        d = self.d
        about = d.page is not None or len(d.focus) == 1 or len(reading.topic) >= 2
        target = next(iter(self._targets(reading)), None) if about else None
        data = self.ask("promotions", product=target["id"]) if target else self.ask("promotions")
        offers = [speech.offer(one, d.lang, whole=True) for one in data.get("promotions", ())]
        if not offers:
            return say(d, "no_offers_for", title=target["title"]) if target else say(d, "no_offers")
        if d.live:
            return say(d, "live_offer", offer=offers[0])
        head = say(d, "offers_for", title=target["title"]) if target else say(d, "offers")
        more = say(d, "offers_more") if len(offers) > 4 else ""
        return "\n".join([head, *(speech.bullet(one, d.lang) for one in offers[:4]), *([more] if more else [])])

    def _order(self, reading: Reading) -> str:
        d = self.d
        if d.live:
            return say(d, "live_order")
        number, tail = self._order_slots(reading)
        arguments = {name: value for name, value in (("order_number", number), ("phone_tail", tail)) if value}
        data = self.ask("order_status", **arguments)
        if data.get("needs"):
            needs = set(data["needs"])
            return say(d, "order_needs_both" if len(needs) == 2 else f"order_needs_{needs.pop()}")
        if data.get("down"):
            return say(d, "order_down")
        if data.get("no_match"):
            return say(d, "order_no_match")
        if data.get("locked"):
            return say(d, "order_locked")
        orders = list(data.get("orders", ()))
        if not orders:
            return say(d, "order_none")
        return speech.order(d, orders)

    def _order_slots(self, reading: Reading) -> tuple[str, str]:
        """What was given now, completed by what was given in the messages before."""
        number, tail = reading.order_number, reading.phone_tail
        for exchange in reversed(self.d.past[-4:]):
            earlier = understand(replace(self.d, text=exchange.text, past=()))
            if exchange.result("order_status") is None:
                break
            number, tail = number or earlier.order_number, tail or earlier.phone_tail
        return number, tail

    # People

    def _human(self, reading: Reading) -> str:
        self.ask("handoff", reason="asked")
        return say(self.d, "live_person" if self.d.live else "handoff")

    def _greeting(self, reading: Reading) -> str:
        d = self.d
        if d.live:
            return say(d, "live_greeting")
        if d.page is not None:
            return say(d, "greeting_page", title=d.page["title"])
        return say(d, "greeting", shop=d.shop)

    def _yes(self, reading: Reading) -> str:
        """Yes to what was offered last: a comparison after picks, else more about the product."""
        d = self.d
        if d.past and d.past[-1].result("search_products") and len(d.listed) > 1:
            return self._compare(reading)
        if d.focus or d.page:
            return self._describe(replace(reading, topic=""))
        return say(d, "vague")

    def _open(self, reading: Reading) -> str:
        """No intent fits: a frequent question, a product's name, or something to search for."""
        d = self.d
        if reading.index or reading.extreme:
            return self._describe(reading)
        if not is_broad(d.text) and (reading.follows or not asks(d.text, d.lang)):  # "猫抓板", "那围巾呢"
            return self._recommend(reading)
        if (at_hand := self._about_focus(reading)) is not None:
            return at_hand
        focus = str(d.focus[0]["id"]) if len(d.focus) == 1 else ""
        answers = self._faq(product=focus).get("answers") or []
        if answers and answers[0]["score"] >= (0.75 if asks(d.text, d.lang) else SAME_QUESTION):
            return str(answers[0]["answer"])
        if len(reading.topic) < 2 and not reading.colours:
            return say(d, "unclear")
        query = self._query(reading)
        data = self._search(query) if query else {}
        goods = list(data.get("products", ()))
        if goods and (goods[0].get("reasons") or speech.supports(reading.topic, goods) or reading.refines):
            if likeness(reading.topic, str(goods[0]["title"])) >= 0.75:
                return self._describe(reading)
            return self._offer(reading, data, query)
        if answers and answers[0]["score"] >= FAQ_SURE:
            return str(answers[0]["answer"])
        if data and not data.get("sure", True):
            return self._absent(data, query)
        return say(d, "unclear")

    def _about_focus(self, reading: Reading) -> str | None:
        """A question in words of its own about the product at hand, when that product's data speaks to it."""
        d = self.d
        target = d.focus[0] if d.focus else d.page
        if target is None or self._picked() or len(reading.topic) < 2:
            return None
        goods = self.details(target, asking=True)
        asked = goods.get("asked") or {}
        if asked.get("values"):
            return speech.values_sentence(d, goods, asked["values"])
        return speech.prose_sentence(d, goods, asked["text"]) if asked.get("text") else None

    def _fixed(self, reading: Reading) -> str:
        return say(self.d, reading.intent, shop=self.d.shop)


_MATTERS = {  # how a matter of the shop's own is called
    "points": re.compile(r"积分|\bpoints?\b", re.I),
    "gift_card": re.compile(r"礼品卡|购物卡|储值卡|提货卡|礼券|\bgift ?(?:card|voucher|certificate)s?\b", re.I),
}
_OWN_TERMS = frozenset({"warranty_shop", "returns", "shipping"})  # that a product may set for itself
_POINTING = re.compile(
    r"[这那]?(个|款|件|双)(?=比|\s|$)|相?比(一?比|较)?(?=\s|$)|哪.*$|更?好$|\b(this|that|the|one|it)\b", re.I
)

_HANDLERS: Mapping[str, Callable[[Clerk, Reading], str]] = {
    "human": Clerk._human,
    "order": Clerk._order,
    "returns": Clerk._policy,
    "invoice": Clerk._policy,
    "payment": Clerk._policy,
    "shipping": Clerk._policy,
    "warranty_shop": Clerk._policy,
    "privacy": Clerk._policy,
    "hours": Clerk._hours,
    "total": Clerk._total,
    "basket": till.basket,
    "rank": Clerk._rank,
    "stacking": Clerk._stacking,
    "promotion": Clerk._promotion,
    "points": Clerk._matter,
    "gift_card": Clerk._matter,
    "compare": Clerk._compare,
    "cheaper": Clerk._cheaper,
    "dearer": Clerk._cheaper,
    "more": Clerk._more,
    "why": Clerk._why,
    "why_not": Clerk._why_not,
    "decide": Clerk._decide,
    "accessories": Clerk._accessories,
    "similar": Clerk._similar,
    "stock": Clerk._stock,
    "price": Clerk._price,
    "attribute": Clerk._attribute,
    "describe": Clerk._describe,
    "assortment": Clerk._assortment,
    "recommend": Clerk._recommend,
    "greeting": Clerk._greeting,
    "yes": Clerk._yes,
    "injection": Clerk._fixed,
    "who": Clerk._fixed,
    "thanks": Clerk._fixed,
    "bye": Clerk._fixed,
    "no": Clerk._fixed,
    "chitchat": Clerk._fixed,
    "outside": Clerk._fixed,
}

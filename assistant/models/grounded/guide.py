"""The finding half of a good clerk: picks with reasons, one question back, why this and not that, what goes with it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from assistant.measures import wish
from assistant.models.grounded import picks, speech
from assistant.models.grounded.desk import Desk
from assistant.models.grounded.dialogue import Goods
from assistant.models.grounded.memory import remembered, taboos
from assistant.models.grounded.understand import Reading, asks, topic_of
from assistant.models.grounded.wording import joined, say
from assistant.tools.shop import SURE as FAQ_SURE
from knowledge.quantity import find_quantities

_MAX_QUESTIONS = 2  # back to the shopper in one search
SAME_QUESTION = 0.85  # from this likeness on a frequent question's answer is better than a list of goods


class Guide(Desk):
    # Finding

    def _recommend(self, reading: Reading) -> str:
        query = self._query(reading)
        if not query:
            return self._assortment(reading)
        if reading.colours and not reading.refines and len(name := topic_of(self.d.text, self.d.lang)) > 2:
            goods = self.ask("product_details", product=name)
            if goods.get("id"):  # "does the feather bottle come in mint?"
                return self._stock_of(goods, reading)
        return self._offer(reading, self._search(query), query)

    def _rank(self, reading: Reading) -> str:
        """Which of them is the lightest, the cheapest: of those shown, or of a kind."""
        d = self.d
        if len(d.recent) > 1 and (not reading.topic or reading.every or reading.deictic):
            among = [str(goods["id"]) for goods in d.recent]
            return self._offer(reading, self.ask("search_products", query=d.text, among=among), d.text)
        query = speech.need(d.text, d.lang) if reading.topic else d.text
        return self._offer(reading, self._search(query), query)

    def _query(self, reading: Reading) -> str:
        """What to search for: the message, as a change of the earlier need where there is one."""
        d = self.d
        return remembered(d) if speech.need(d.text, d.lang) else ""

    def _search(self, query: str, **more: Any) -> Mapping[str, Any]:
        """A search in which what the shopper must not have never turns up."""
        never = list(taboos(self.d))
        return self.ask("search_products", query=query, **({"never": never} if never else {}), **more)

    def _offer(self, reading: Reading, data: Mapping[str, Any], query: str) -> str:
        d = self.d
        goods: list[Goods] = list(data.get("products", ()))
        if (answer := self._asked_before(data)) is not None:
            return answer
        if not data.get("sure", True) and not picks.named_so(query, goods, d.lang):
            return self._absent(data, query)
        if not goods and data.get("unsafe"):
            return say(d, "unsafe", what=joined(d, list(taboos(d))))
        if not goods:
            return self._nothing(query)
        if d.live:
            return say(
                d,
                "live_pick",
                title=goods[0]["title"],
                price=speech.price(goods[0], d.lang),
                reason=self._reason(goods[0], query),
            )
        if data.get("several"):
            return self._offer_several(data, query)
        lines = [self._opening(data, goods)]
        lines += [speech.pick(one, self._reason(one, query), d.lang) for one in goods]
        if not data.get("order"):
            lines += picks.notes(d, data)
        return "\n".join([*lines, self._closing(data, goods)])

    def _offer_several(self, data: Mapping[str, Any], query: str) -> str:
        """An answer for each of the things that were asked for at once."""
        d = self.d
        goods = {str(one["id"]): one for one in data["products"]}
        lines = []
        for need in data["several"]:
            found = [goods[one] for one in need["ids"] if one in goods]
            lines.append(say(d, "several" if found else "several_none", goods=need["goods"]))
            lines += [speech.pick(one, self._reason(one, query), d.lang) for one in found]
        self.ask("offer_replies", options=speech.next_steps(d, list(goods.values())))
        return "\n".join([*lines, say(d, "after_picks")])

    def _opening(self, data: Mapping[str, Any], goods: Sequence[Goods]) -> str:
        """The line above the picks: what had to be let go comes before everything else."""
        d = self.d
        relaxed = data.get("relaxed") or []
        if relaxed and any(one.quantity.dimension == "money" for note in relaxed for one in find_quantities(note)):
            return say(d, "relaxed_budget")
        if relaxed:
            return say(d, "relaxed", wish=joined(d, [str(one) for one in relaxed]))
        if data.get("order"):
            return picks.order_line(d, data["order"], len(goods))
        return say(d, "found_one") if len(goods) == 1 else say(d, "found_some", number=speech.count(len(goods), d.lang))

    def _closing(self, data: Mapping[str, Any], goods: Sequence[Goods]) -> str:
        """A question that narrows the choice while that helps, else what may be done next."""
        d = self.d
        asked = d.asked_back
        if len(goods) > 1 and not data.get("order") and len(asked) < _MAX_QUESTIONS:
            for question in data.get("questions") or ():
                if question["name"] not in asked:
                    self.ask("offer_replies", options=list(question["values"]), asks=question["name"])
                    return say(d, "clarify", name=speech.lower(str(question["name"]), d.lang))
        self.ask("offer_replies", options=speech.next_steps(d, goods))
        return say(d, "after_picks" if len(goods) > 1 else "after_one")

    def _asked_before(self, data: Mapping[str, Any]) -> str | None:
        """The shop's own answer, when a question means what a frequent one does."""
        answers = data.get("answers") or []
        fits = answers and answers[0]["score"] >= SAME_QUESTION and asks(self.d.text, self.d.lang)
        return str(answers[0]["answer"]) if fits else None

    def _absent(self, data: Mapping[str, Any], query: str) -> str:
        """The shop has no such goods: say so, and what is nearest to them."""
        d = self.d
        what = str(data.get("goods") or speech.shortened(speech.without_money(wish(query).rest), 24))
        near = picks.related(query, list(data.get("products", ())), d.lang)
        if near:
            if d.live:
                return say(d, "absent_live", query=what, title=near[0]["title"])
            return "\n".join([say(d, "absent_near", query=what), *(speech.pick(one, "", d.lang) for one in near)])
        kinds = [str(one) for one in data.get("categories", ())][:6]
        if not kinds:
            return say(d, "none_found", query=what)
        if not d.live:
            self.ask("offer_replies", options=kinds[:4])
        return say(d, "absent", query=what, kinds=joined(d, kinds[: 3 if d.live else 6]))

    def _reason(self, goods: Goods, query: str) -> str:
        if goods.get("measured"):
            return picks.measured(goods["measured"], self.d.lang)
        return picks.reasons(goods, self.d.lang) or speech.reason(goods, query, self.d.lang)

    def _nothing(self, query: str) -> str:
        answers = self._faq().get("answers") or []
        if answers and answers[0]["score"] >= FAQ_SURE:
            return str(answers[0]["answer"])
        return say(
            self.d, "none_found", query=speech.shortened(speech.without_money(wish(query).rest).strip(" ，,"), 20)
        )

    def _assortment(self, reading: Reading) -> str:
        d = self.d
        data = self.ask("search_products", query="")
        kinds = [str(one) for one in data.get("categories", ())][:6]
        if not kinds:
            return say(d, "vague")
        if not d.live:
            self.ask("offer_replies", options=kinds[:4])
        return say(d, "assortment", kinds=joined(d, kinds))

    def _cheaper(self, reading: Reading) -> str:
        d = self.d
        shown = [goods for goods in (d.recent or ([d.page] if d.page else [])) if goods.get("price")]
        if not shown or (d.need and find_quantities(d.text)):  # "太贵了，两百以内的有吗" names its own limit
            return self._recommend(reading)
        named = self._known(reading.topic) if reading.topic else None
        prices = [Decimal(goods["price"]) for goods in shown]
        dearer = reading.intent == "dearer"
        limit = max(prices) if dearer else min(prices)
        query = speech.without_money(d.need or str((named or shown[0])["title"]))
        bound = {"min_price": float(limit) + 0.01} if dearer else {"max_price": float(limit) - 0.01}
        seen = [] if dearer else d.shown_ids
        data = self._search(query, exclude=seen, **bound)
        if not data.get("products") and not dearer and prices[0] > limit:  # at least than the one put first
            data = self._search(query, exclude=seen, max_price=float(prices[0]) - 0.01)
        if not data.get("products"):
            best = min(shown, key=lambda goods: Decimal(goods["price"]))
            return say(
                d, "none_dearer" if dearer else "none_cheaper", title=best["title"], price=speech.price(best, d.lang)
            )
        return self._offer(reading, data, query)

    def _more(self, reading: Reading) -> str:
        d = self.d
        if not d.need:
            return self._recommend(reading)
        data = self._search(d.need, exclude=d.shown_ids)
        if not data.get("products"):
            return say(d, "no_more")
        return self._offer(reading, data, d.need)

    def _picked(self) -> bool:
        """Whether the message is one of the quick replies to a question that was asked back."""
        offered = self.d.past[-1].result("offer_replies") if self.d.past else None
        options = offered.arguments.get("options", ()) if offered and offered.arguments.get("asks") else ()
        return self.d.text.strip() in options

    # Explaining

    def _why(self, reading: Reading) -> str:
        """Why this one: what of it meets the need, with its facts, what does not, and who is better off otherwise."""
        d = self.d
        target = next(iter(self._targets(reading)), None)
        if target is None:
            return self._which(reading)
        told = self._explained(str(target["id"]))
        if not told.get("found"):
            return self._which(reading)
        return "\n".join([say(d, "why", title=told["title"]), *self._grounds(told), *picks.notes(d, told)])

    def _why_not(self, reading: Reading) -> str:
        """Why not that one: the wishes it misses, or what the picks have ahead of it."""
        d = self.d
        named = self._known(reading.topic) if reading.topic else None
        told = self._explained(str(named["id"]) if named else reading.topic or d.text)
        if not told.get("found"):
            return self._which(reading)
        misses = [text for text, _, _ in told["misses"]]
        if told["other"] and not any(name for _, name, _ in told["misses"]):  # nothing that its data states
            lines = [say(d, "why_not_other", title=told["title"])]
        elif misses:
            lines = [say(d, "why_not", title=told["title"]), *speech.points(misses, d.lang)]
        elif told["chosen"]:
            lines = [say(d, "why_not_chosen", title=told["title"]), *self._grounds(told)]
        else:
            lines = [say(d, "why_not_behind", title=told["title"], price=speech.price(told, d.lang))]
        return "\n".join([*lines, *picks.notes(d, told)])

    def _decide(self, reading: Reading) -> str:
        """One of those shown, with its reasons and who would better take another."""
        d = self.d
        if not d.recent:
            return self._recommend(reading)
        told = self._explained(str(d.recent[0]["id"]))
        if not told.get("found"):
            return self._which(reading)
        return "\n".join([say(d, "decide", title=told["title"]), *self._grounds(told), *picks.notes(d, told)])

    def _explained(self, product: str) -> Mapping[str, Any]:
        others = [str(goods["id"]) for goods in self.d.recent[:3]]
        return self.ask("explain_choice", product=product, query=self.d.need, shown=others)

    def _grounds(self, told: Mapping[str, Any]) -> list[str]:
        d = self.d
        grounds = [picks.reason_phrase(text, name, value, d.lang) for text, name, value in told["meets"]]
        grounds = grounds or [self._reason(told, d.need)]
        lines = speech.points([one for one in grounds if one], d.lang)
        if misses := [text for text, _, _ in told["misses"]]:
            lines += speech.points([say(d, "why_note", what=joined(d, misses))], d.lang)
        return lines

    # Is it there, and what instead

    def _stock(self, reading: Reading) -> str:
        d = self.d
        targets = self._targets(replace(reading, topic=speech.without_colours(reading.topic)))
        if not targets:
            return self._which(reading)
        if len(targets) > 1:
            if reading.colours or reading.sizes:
                self.all_of([("product_details", {"product": one["id"]}) for one in targets])
                targets = [self.details(one) for one in targets]
                targets = [one for one in targets if speech.has_named_variant(d, one)] or targets
            return speech.stock_list(d, targets, reading.colours)
        return self._stock_of(self.details(targets[0]), reading)

    def _stock_of(self, goods: Goods, reading: Reading) -> str:
        d = self.d
        missing = speech.missing_option(d, goods, reading.colours)
        if missing:
            return missing
        said = speech.stock_sentence(d, goods)
        if speech.sold_out(goods):
            others = self.ask("related_products", product=goods["id"], relation="similar")
            similar = list(others.get("products", ()))[:2]
            if similar:
                said += (
                    "\n"
                    + say(d, "instead")
                    + "\n"
                    + "\n".join(speech.pick(one, self._reason(one, ""), d.lang) for one in similar)
                )
        return said

    # What goes with it

    def _accessories(self, reading: Reading) -> str:
        return self._related(reading, "accessories")

    def _similar(self, reading: Reading) -> str:
        return self._related(reading, "similar")

    def _related(self, reading: Reading, relation: str) -> str:
        d = self.d
        target = next(iter(self._targets(replace(reading, every=False))), None)
        if target is None:
            return self._which(reading)
        data = self.ask("related_products", product=target["id"], relation=relation)
        goods: list[Goods] = list(data.get("products", ()))
        if not goods:
            return say(d, f"no_{relation}", title=target["title"])
        if d.live:
            goods = goods[:1]
        lines = [say(d, relation, title=target["title"])]
        lines += [speech.pick(one, self._reason(one, str(one.get("tie", ""))), d.lang) for one in goods]
        return "\n".join(lines)

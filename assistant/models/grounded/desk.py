"""The books a clerk looks things up in, and telling which of the goods a question is about."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from assistant.attributes import about_properties
from assistant.models.grounded import speech
from assistant.models.grounded.dialogue import Dialogue, Goods
from assistant.models.grounded.understand import Reading, understand
from assistant.models.grounded.wording import say
from assistant.tools.products import likeness

Call = tuple[str, dict[str, Any]]
_REPEATABLE = frozenset({"price", "stock", "attribute", "total", "promotion", "describe"})


class Need(Exception):
    """These tools must run before anything can be said."""

    def __init__(self, *calls: Call) -> None:
        super().__init__()
        self.calls = list(calls)


class Desk:
    def __init__(self, dialogue: Dialogue, tools: frozenset[str]) -> None:
        self.d = dialogue
        self._tools = tools
        self._question = dialogue.text  # an elliptic message repeats an earlier one

    # The shop's books

    def ask(self, name: str, **arguments: Any) -> Mapping[str, Any]:
        """What `name` returned for these arguments; when no tool may run any more, the last it returned, or {}."""
        same = [result for result in self.d.results if result.name == name]
        for result in same:
            if result.arguments == arguments:
                return result.data
        if name not in self._tools or len(same) >= 4:
            return same[-1].data if same else {}
        raise Need((name, arguments))

    def details(self, goods: Goods, *, asking: bool = False) -> Goods:
        """Everything about a product; `asking`: with an answer to the present question."""
        more = {"question": self._question} if asking else {}
        found = self.ask("product_details", product=goods["id"], **more)
        return found if found.get("id") else goods

    def found(self, topic: str) -> list[Goods]:
        """What a search finds that is called so or is of that kind."""
        if len(re.sub(r"[\d\s.码号]|\bsize\b", "", topic)) < 2:
            return []
        data = self.ask("product_details", product=topic)  # no search: nothing is offered, a name is looked up
        goods = [data] if data.get("id") else list(data.get("similar", ()))
        fits = [max(likeness(topic, str(one["title"])), 0.5 * speech.is_kind(topic, one)) for one in goods]
        best = max(fits, default=0.0)
        return [one for one, fit in zip(goods, fits, strict=True) if fit >= max(0.5, best - 0.1)]

    def _faq(self, topic: str = "", product: str = "") -> Mapping[str, Any]:
        arguments = {"question": self.d.text} | ({"topic": topic} if topic else {})
        arguments |= {"product": product} if product else {}
        return self.ask("policy_and_faq", **arguments)

    # What is it about

    def _completed(self, reading: Reading) -> Reading:
        """An elliptic message asks the last question again, for something else."""
        d = self.d
        before = understand(replace(d, text=d.past[-1].text, past=d.past[:-1])) if d.past else None
        asked_before = before.intent if before and before.intent in _REPEATABLE else ""
        if reading.follows and reading.colours and len(d.focus) == 1 and not reading.refines:
            return replace(reading, intent="stock")
        if not reading.properties:
            asked = next((one.text for one in reversed(d.past) if about_properties(one.text)), "")
            asked_before = asked_before or ("attribute" if asked and d.past and d.past[-1].text == asked else "")
            self._question = asked if asked_before == "attribute" and asked else d.text
        if reading.intent and not (reading.follows and reading.intent == "recommend"):
            return reading
        if reading.properties:
            return replace(reading, intent="attribute")
        if reading.index or reading.extreme:
            return replace(reading, intent=asked_before or "describe")
        if reading.colours and d.focus and not reading.refines:
            return replace(reading, intent="stock")
        if reading.follows and reading.colours and len(d.focus) == 1:
            return replace(reading, intent="stock")
        if reading.follows and asked_before and reading.topic and self._known(reading.topic) is not None:
            return replace(reading, intent=asked_before)
        return reading

    def _targets(self, reading: Reading) -> list[Goods]:
        """The products a question is about: named, pointed at, on the page, or spoken of last; empty when unclear."""
        d = self.d
        if reading.index and d.recent:
            number = reading.index - 1 if reading.index > 0 else len(d.recent) - 1
            return [d.recent[min(number, len(d.recent) - 1)]]
        if reading.extreme:
            priced = [goods for goods in d.listed if goods.get("price")]
            if priced:
                choose = min if reading.extreme == "cheapest" else max
                return [choose(priced, key=lambda goods: Decimal(goods["price"]))]
        if reading.every and d.recent:
            return list(d.recent[:3])
        if d.page is not None and reading.deictic and not self._names_other(reading.topic):
            return [d.page]
        if (named := self._named(reading)) is not None:
            return [named]
        if not reading.deictic and (kin := self.found(speech.without_features(reading.topic))):
            return kin
        if d.page is not None and (reading.deictic or not d.focus or len(d.focus) > 1):
            return [d.page]
        return list(d.focus[:3]) or ([d.page] if d.page else [])

    def _which(self, reading: Reading) -> str:
        """It is not clear which product is meant."""
        d = self.d
        if reading.topic:
            goods = list(self.ask("product_details", product=reading.topic).get("similar", ()))
            if goods:
                lines = [say(d, "which_of"), *(speech.pick(one, "", d.lang) for one in goods)]
                return "\n".join(lines) if not d.live else say(d, "which")
        return say(d, "which")

    def _names_other(self, topic: str) -> bool:
        """Whether the words beside "this one" name a product that is not the page's."""
        page = self.d.page or {}
        known = [goods for goods in self.d.known if goods["id"] != page.get("id")]
        fit = max((likeness(topic, str(goods["title"])) for goods in known), default=0.0)
        return fit >= 0.6 and fit > likeness(topic, str(page.get("title", "")))

    def _named(self, reading: Reading) -> Goods | None:
        topic = speech.without_features(reading.topic)
        if not topic:
            return None
        if (known := self._known(topic)) is not None:
            return known
        at_hand = self.d.page is not None or bool(self.d.focus)
        if at_hand and (reading.deictic or len(topic.replace(" ", "")) < 3):
            return None
        found = self.ask("product_details", product=topic)
        return found if found.get("id") else None

    def _known(self, topic: str) -> Goods | None:
        """The product spoken of before whose name or kind the topic is."""
        close = [goods for goods in self.d.known if likeness(topic, str(goods["title"])) >= 0.6]
        kind = [goods for goods in self.d.known if speech.is_kind(topic, goods)]
        return next(iter(close or kind), None)

    def all_of(self, calls: Sequence[Call]) -> None:
        """Several tools at once."""
        done = [(result.name, dict(result.arguments)) for result in self.d.results]
        missing = [call for call in calls if call not in done and call[0] in self._tools]
        if missing:
            raise Need(*missing)

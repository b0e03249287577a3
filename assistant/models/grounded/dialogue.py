"""What the messages say about where the conversation stands. The model keeps no state: all of it is read here."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from assistant.messages import Message, ToolCall
from assistant.tools.products import likeness
from knowledge.kept import Beside
from knowledge.model import Lang
from knowledge.text import language

_SAID = 0.8  # of a title stands in the reply: it was named
Goods = Mapping[str, Any]  # a product as the tools describe it: id, title, price, …


@dataclass(frozen=True, slots=True)
class Result:
    """What a tool was asked and what it returned."""

    name: str
    arguments: Mapping[str, Any]
    data: Mapping[str, Any]

    @property
    def goods(self) -> list[Goods]:
        """The products it returned, best first."""
        if self.name in ("search_products", "compare_products", "best_basket"):
            return list(self.data.get("products", ()))
        if self.name == "product_details":
            return [self.data] if self.data.get("id") else list(self.data.get("similar", ()))
        if self.name == "explain_choice":
            return [self.data] if self.data.get("id") else []
        if self.name == "related_products":
            return [*([self.data["to"]] if self.data.get("to") else []), *self.data.get("products", ())]
        if self.name == "promotions" and self.data.get("product"):
            return [self.data["product"]]
        return []


@dataclass
class Exchange:
    """A shopper's message with what came of it."""

    text: str
    results: list[Result] = field(default_factory=list)
    reply: str = ""

    def result(self, name: str) -> Result | None:
        return next((one for one in reversed(self.results) if one.name == name), None)

    @cached_property
    def shown(self) -> list[Goods]:
        """The products that the reply names, in its order: what was only looked up was not shown to anybody."""
        found = {goods["id"]: goods for result in self.results for goods in result.goods}
        places = {one: self.reply.find(str(goods["title"])) for one, goods in found.items()}
        for one, goods in found.items():  # a title may have been said without what the law forbids in it
            if places[one] < 0 and likeness(str(goods["title"]), self.reply) >= _SAID:
                places[one] = len(self.reply)
        return [found[one] for one in sorted(places, key=lambda one: places[one]) if places[one] >= 0]


@dataclass(frozen=True)
class Dialogue:
    lang: Lang
    text: str  # what the shopper says now
    results: tuple[Result, ...] = ()  # of this turn
    past: tuple[Exchange, ...] = ()
    page: Goods | None = None
    channel: Literal["chat", "live"] = "chat"
    shop: str = ""
    seed: str = ""
    signed_in: bool = False

    @property
    def turn(self) -> int:
        return len(self.past)

    @property
    def live(self) -> bool:
        return self.channel == "live"

    @cached_property
    def known(self) -> list[Goods]:
        """Every product spoken of, the latest first, each with its fullest description."""
        found: dict[str, Goods] = {}
        if self.page is not None:
            found[self.page["id"]] = self.page
        for exchange in self.past:
            for result in exchange.results:
                for goods in reversed(result.goods):
                    found.pop(goods["id"], None)
                    found[goods["id"]] = goods
        return list(reversed(found.values()))

    @cached_property
    def listed(self) -> list[Goods]:
        """The last products shown together, in the order they were shown."""
        return next((shown for one in reversed(self.past) if len(shown := one.shown) > 1), [])

    @cached_property
    def recent(self) -> list[Goods]:
        """The products that the last answer to name any named: what 第二个 counts off."""
        named = next((one.shown for one in reversed(self.past) if one.shown), [])
        return self.listed if len(named) == 1 and named[0]["id"] in {goods["id"] for goods in self.listed} else named

    @cached_property
    def focus(self) -> list[Goods]:
        """What the conversation was about last: one product, or those that were shown."""
        for exchange in reversed(self.past):
            asked = {one.data["id"] for one in exchange.results if one.name == "product_details" and one.data.get("id")}
            answering = [goods for goods in exchange.shown if goods["id"] in asked and len(asked) == 1]
            if found := answering or exchange.shown:
                return found[:3]
        return []

    @cached_property
    def need(self) -> str:
        """What the shopper has been looking for, as the last search that came to something put it."""
        for exchange in reversed(self.past):
            result = exchange.result("search_products")
            if result is None or result.arguments.get("among"):
                continue
            named = {goods["id"] for goods in exchange.shown}
            if named and named <= {goods["id"] for goods in result.goods}:  # it was not only looked up
                return str(result.arguments.get("query", ""))
        return ""

    @cached_property
    def asked_back(self) -> list[str]:
        """The properties that the shopper was asked to choose by, in this search for something."""
        found: list[str] = []
        for exchange in self.past:
            offered = exchange.result("offer_replies")
            if offered is not None and offered.arguments.get("asks"):
                found.append(str(offered.arguments["asks"]))
        return found

    @property
    def shown_ids(self) -> list[str]:
        """Everything that searches have shown, for "something else"."""
        return list(
            dict.fromkeys(
                goods["id"]
                for exchange in self.past
                for result in exchange.results
                if result.name == "search_products"
                for goods in result.goods
            )
        )


def read(messages: Sequence[Message]) -> Dialogue:
    """The dialogue that these messages are. The last user message is the one to answer."""
    context: dict[str, Any] = {}
    exchanges: list[Exchange] = []
    calls: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for message in messages:
        if message.role == "system":
            context |= _context(message.content)
        elif message.role == "user":
            exchanges.append(Exchange(message.content))
        elif message.role == "assistant":
            for call in message.tool_calls:
                calls[call.id] = call.name, _asked(call)
            if exchanges and message.content:
                exchanges[-1].reply += message.content
        elif exchanges:
            name, arguments = calls.get(message.tool_call_id, (message.name, {}))
            exchanges[-1].results.append(Result(name, arguments, _returned(message)))
    now = exchanges[-1] if exchanges else Exchange("")
    lang = context.get("lang")
    return Dialogue(
        lang=lang if lang in ("zh", "en") else language(now.text),
        text=now.text.strip(),
        results=tuple(now.results),
        past=tuple(exchanges[:-1]),
        page=context.get("page"),
        channel="live" if context.get("channel") == "live" else "chat",
        shop=str(context.get("shop", "")),
        seed=str(context.get("seed", "")),
        signed_in=bool(context.get("signed_in")),
    )


def _context(system: str) -> dict[str, Any]:
    for line in reversed(system.splitlines()):
        if line.startswith("Context: "):
            return _object(line.removeprefix("Context: "))
    return {}


@Beside
def _returned(message: Message) -> Mapping[str, Any]:
    """What a tool returned; read once, though every later message of the conversation comes with it again."""
    return _object(message.content.removeprefix("<data>").removesuffix("</data>"))


@Beside
def _asked(call: ToolCall) -> Mapping[str, Any]:
    """What a tool was asked, read once like what it returned."""
    return _object(call.arguments)


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}

"""Forms: a few boxes instead of free text. What is filled in is sent as an ordinary message, in the form's own words.

So a form is never needed: who types the same, or uses a page that draws none, gets the same answer.
"""

from dataclasses import dataclass
from typing import Any, Literal

from knowledge.model import Lang, Text

Kind = Literal["text", "digits", "email", "long", "choice"]


@dataclass(frozen=True, slots=True)
class Field:
    """One box. `name` stands in braces in the form's message; `length`: most characters, exactly as many for digits."""

    name: str
    label: str
    kind: Kind = "text"
    length: int = 80
    optional: bool = False
    options: tuple[str, ...] = ()  # of a choice

    def json(self) -> dict[str, Any]:
        more: dict[str, Any] = {"options": list(self.options)} if self.options else {}
        if self.optional:
            more["optional"] = True
        return {"name": self.name, "label": self.label, "kind": self.kind, "length": self.length, **more}


@dataclass(frozen=True, slots=True)
class Form:
    """Asks for several things at once."""

    title: str
    fields: tuple[Field, ...]
    message: str  # "订单号 {order_number}，手机尾号 {phone_tail}"

    def json(self) -> dict[str, Any]:
        return {"title": self.title, "fields": [field.json() for field in self.fields], "message": self.message}


_NUMBER = Text("订单号", "Order number")
_TAIL = Text("下单手机号后四位", "Last four digits of your phone number")


def order_lookup(lang: Lang) -> Form:
    """What proves that an order is the shopper's own."""
    fields = (Field("order_number", _NUMBER(lang), length=40), Field("phone_tail", _TAIL(lang), "digits", 4))
    message = Text("订单号 {order_number}，手机尾号 {phone_tail}", "Order {order_number}, phone ending in {phone_tail}")
    return Form(Text("查询订单", "Find my order")(lang), fields, message(lang))

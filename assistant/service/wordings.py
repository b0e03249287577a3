"""What the flow says, in words: every figure comes from the data of the `Told`, none from the wording."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from typing import Any, cast

from assistant.service.model import Line, Payment, ServiceOrder, Substitute, Variant
from assistant.service.policy import Policy
from assistant.service.steps import Told
from knowledge.model import Lang
from knowledge.parsing import parsed

ZERO = Decimal(0)
_KINDS: Mapping[str, Mapping[str, str]] = {
    "gift_card": {"en": "gift card", "zh": "礼品卡"},
    "paypal": {"en": "PayPal", "zh": "PayPal"},
}


@lru_cache(maxsize=1)
def _wordings() -> Mapping[str, Mapping[str, str]]:
    text = (resources.files("assistant.service") / "lexicon" / "wordings.yaml").read_text(encoding="utf-8")
    return cast(Mapping[str, Mapping[str, str]], parsed(text))


class Words:
    """Says what is told, for one shop and language."""

    def __init__(self, policy: Policy, lang: Lang) -> None:
        self._policy = policy
        self._lang = lang
        self._sign = {"USD": "${:,.2f}", "CNY": "¥{:,.2f}"}.get(policy.currency, "{:,.2f}")

    def say(self, told: Sequence[Told]) -> str:
        """One text of what is told, in its order."""
        return ("" if self._lang == "zh" else " ").join(self.line(one) for one in told)

    def line(self, told: Told) -> str:
        key = told.key
        if key == "tracking" and not told.data["order"].tracking:
            key = "no_tracking"
        return _wordings()[key][self._lang].format_map(_Filled(self, told.data))

    # --- what is filled in

    def money(self, amount: Decimal) -> str:
        return self._sign.format(amount)

    def payment(self, one: Payment | None) -> str:
        if one is None:
            return "card" if self._lang == "en" else "原支付方式"
        if one.kind == "credit_card":
            ending = f" ending in {one.last4}" if one.last4 else ""
            return f"{one.brand or 'credit'} card{ending}" if one.brand else f"credit card{ending}"
        return _KINDS.get(one.kind, {}).get(self._lang, one.kind)

    def goods(self, line: Line) -> str:
        options = ", ".join(_option(*pair) for pair in line.options.items())
        return f"{line.name}{f' ({options})' if options else ''}, {self.money(line.price)}"

    def lines(self, lines: Sequence[Line]) -> str:
        """Each thing once, with how many there are of it."""
        return self.counted(self.goods(line) for line in lines)

    def counted(self, every: Iterable[str]) -> str:
        joint = "、" if self._lang == "zh" else "; "
        times = Counter(every)
        return joint.join(f"{said} × {number}" if number > 1 else said for said, number in times.items())

    def order(self, one: ServiceOrder) -> str:
        return f"{one.id} ({self.state(one.state)}; {self.lines(one.lines)})"

    def substitute(self, one: Substitute) -> str:
        there = "" if one.available else f" [{one.state or ('缺货' if self._lang == 'zh' else 'not available')}]"
        return f"{one.id} {one.name}{there}"

    def variant(self, one: Variant) -> str:
        return f"{', '.join(_option(*pair) for pair in one.options.items())} ({self.money(one.price)})"

    def state(self, state: str) -> str:
        return self._policy.says(state, self._lang)

    def kinds(self, kinds: str | Sequence[str]) -> str:
        return kinds if isinstance(kinds, str) else " / ".join(map(self.state, kinds))

    def back(self, payment: Payment | None, amount: Decimal) -> str:
        """Where the money goes; without a ledger of the shop's own, the way it came."""
        if payment is None:
            return "已付款项原路退回" if self._lang == "zh" else "What was paid goes back the way it came"
        if self._lang == "zh":
            return f"{self.money(amount)}退回{self.payment(payment)}"
        return f"{self.money(amount)} goes back to your {self.payment(payment)}"

    def gap(self, gap: Decimal, payment: Payment) -> str:
        if self._lang == "zh":
            told = (
                "没有差价。"
                if not gap
                else f"{'需补' if gap > 0 else '退还'}{self.money(abs(gap))}，{self.payment(payment)}。"
            )
            return told
        if not gap:
            return "There is no price difference."
        way = "is charged to" if gap > 0 else "goes back to"
        return f"The difference of {self.money(abs(gap))} {way} your {self.payment(payment)}."


def _option(name: str, value: str) -> str:
    return {"yes": name, "no": f"not {name}", "none": f"no {name}"}.get(value.lower(), value)


class _Filled(dict[str, str]):
    """Turns values into words when a wording asks for them."""

    def __init__(self, words: Words, data: Mapping[str, Any]) -> None:
        super().__init__()
        self._words = words
        self._data = data

    def __missing__(self, key: str) -> str:
        words, data = self._words, self._data
        order = data.get("order")
        if isinstance(order, ServiceOrder):
            data = (
                {
                    "address": order.address,
                    "state": order.state,
                    "total": order.total,
                    "lines": order.lines,
                    "tracking": order.tracking,
                }
                | dict(data)
                | {"order": order.id}
            )
        joint = "、" if words._lang == "zh" else "; "
        fill: Mapping[str, Callable[[], str]] = {
            "first": lambda: data["client"].name.split()[0],
            "lines": lambda: words.lines(data["lines"]),
            "line": lambda: words.goods(data["line"]),
            "orders": lambda: joint.join(words.order(one) for one in data["orders"]),
            "substitute": lambda: words.substitute(data["substitute"]),
            "substitutes": lambda: joint.join(words.substitute(one) for one in data["substitutes"]),
            "gone": lambda: joint.join(words.substitute(one) for one in data["gone"]),
            "level": lambda: words.state(data["level"]),
            "kind": lambda: words.state(data["kind"]),
            "kinds": lambda: words.kinds(data["kinds"]),
            "back": lambda: words.back(data.get("back"), data.get("refund", data.get("total", ZERO))),
            "pairs": lambda: words.counted(f"{words.goods(old)} → {words.variant(new)}" for old, new in data["pairs"]),
            "gap": lambda: words.gap(data["gap"], data["payment"]),
            "payment": lambda: words.payment(data["payment"]),
            "paid": lambda: words.payment(data["paid"]),
            "payments": lambda: joint.join(words.payment(one) for one in data["payments"]),
            "balance": lambda: words.money(data["payment"].balance or ZERO),
            "balances": lambda: joint.join(words.money(one.balance) for one in data["payments"]) or words.money(ZERO),
            "reasons": lambda: joint.join(data["reasons"]),
            "variants": lambda: joint.join(words.variant(one) for one in data["variants"]),
            "variant": lambda: words.variant(data["variant"]),
            "options": lambda: joint.join(f"{name}: {', '.join(values)}" for name, values in data["options"].items()),
            "state": lambda: words.state(data["state"]),
            "later": lambda: (" / " if words._lang == "zh" else " or ").join(map(words.state, data["later"])),
            "states": lambda: (" / " if words._lang == "zh" else " or ").join(map(words.state, data["states"])),
            "each": lambda: joint.join(words.money(one) for one in data["each"]),
            "tracking": lambda: ", ".join(data["tracking"]),
            "price": lambda: words.money(data["price"] if "price" in data else data["variant"].price),
            "sum": lambda: words.money(data["sum"] if "sum" in data else sum((x.price for x in data["lines"]), ZERO)),
        }  # fmt: skip
        if key in fill:
            return fill[key]()
        value = data[key]
        return words.money(value) if isinstance(value, Decimal) else str(value)

"""Which order Chinese shoppers mean besides by its number: what it came to, how much is in it, in what state it is."""

import re
from dataclasses import replace
from decimal import Decimal

from assistant.service.asks import OrderRef
from assistant.service.understand import chinese_words as w
from assistant.service.understand.chinese_goods import items_in

Range = tuple[Decimal, Decimal]  # from, below

_COUNT = re.compile("[0-9一二两三四五六七八九俩仨]|单独")
_STANDS = re.compile("[付支给发路道途运派配签收到货手用装坏]")  # one of these is in whatever tells a state
_UNITS = {"千": 1000, "百": 100}
_PLACES = {"k": 1000, "h": 100, "h2": 100, "t": 10, "o": 1, "o2": 1}
_HARDLY = Decimal("0.3")
_DIGITS = "零一二三四五六七八九"
_ROUND = Decimal("0.03")  # 1999 is "两千" to whoever paid it
_FEWEST_DIGITS = 3  # of a bare number that may be a price


def described(text: str, goods: tuple[str, ...]) -> OrderRef:
    """What one clause tells of the order it means; `goods`: the names of what the customer bought.

    Of who has bought nothing, or isn't known yet, no order can be described: that is most messages."""
    known = OrderRef(
        same=bool(w.SAME.search(text)),
        other=bool(w.OTHER.search(text)),
        every=bool(w.EVERY.search(text)),
        latest=bool(w.LATEST.search(text)),
        lenient=True,
    )
    if not goods:
        return known
    text = w.TO_ANOTHER.split(text)[0]
    left_out = w.WITHOUT.search(text)
    counted = _COUNT.search(text) is not None
    stands = _STANDS.search(text) is not None
    return replace(
        known,
        costs=costs_in(text) if counted else (),
        things=_things(text, goods) if counted else 0,
        extreme="dearest" if w.DEARER.search(text) else "cheapest" if w.CHEAPER_ONE.search(text) else "",
        without=items_in(left_out["x"], goods) if left_out else (),
        state=next((states for states, said in w.STATES if said.search(text)), "") if stands else "",
        hint=next((states for states, said in w.HINTS if said.search(text)), "") if stands else "",
    )


def costs_in(text: str) -> tuple[Range, ...]:
    """The amounts that a text may tell, each as a range: "1199", "四千多"."""
    found = []
    for match in w.AMOUNT.finditer(text):
        digits = match["n"].split(".")[0]
        if len(digits) < _FEWEST_DIGITS and not match["money"]:
            continue
        amount, zeros = Decimal(match["n"]), len(digits) - len(digits.rstrip("0"))
        found.append(_range(amount, 10**zeros if zeros >= 2 else 1, bool(match["about"])))
    for match in w.SAID_AMOUNT.finditer(text):
        whole = sum(_digit(match[part]) * unit for part, unit in _PLACES.items() if match[part])
        found.append(_range(Decimal(whole), 1, False))
    for match in w.SPOKEN_AMOUNT.finditer(w.SAID_AMOUNT.sub(" ", text)):
        unit = _UNITS[match["unit"]]
        amount = Decimal(_digit(match["head"]) * unit)
        if match["next"]:
            unit //= 10
            amount += _digit(match["next"]) * unit
        if match["about"] == "出头":  # hardly more than that
            found.append((amount, amount + unit * _HARDLY))
            continue
        found.append(_range(amount, unit, bool(match["about"])))
    return tuple(found)


def _range(amount: Decimal, unit: int, about: bool) -> Range:
    if unit == 1:
        return amount, amount + 1
    return (amount, amount + unit) if about else (amount - amount * _ROUND, amount + Decimal(unit) / 2)


def _digit(char: str) -> int:
    return _DIGITS.find("二" if char == "两" else char)


def _things(text: str, goods: tuple[str, ...]) -> int:
    """How many things are in the order that is meant; 0 where that is not told."""
    if match := w.THINGS.search(text):
        if any(f"{match['n']}件套" in name for name in goods):
            return 0
        return int(match["n"]) if match["n"].isdigit() else w.NUMBERS[match["n"]]
    return 1 if w.SINGLE.search(text) else 0

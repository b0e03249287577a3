"""Writing a right value the way the wrong one was written."""

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from knowledge.model import Lang
from knowledge.numerals import write_zh
from knowledge.quantity import Quantity, Style

_SIGN = re.compile(r"^(?:us\$|[¥$€£]|rmb ?|cny ?|usd ?)", re.I)
_FIGURES = re.compile(r"\d[\d,]*(?:\.\d+)?")


def plain(value: Decimal, decimals: int | None = None) -> str:
    """Digits without exponent; `decimals` fixed, or as many as needed."""
    if decimals is not None:
        return f"{value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):f}"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money_like(said: str, unit: str, style: Style, value: Decimal, decimals: int) -> str:
    """`value` written like the amount `said`, whose unit was written `unit`."""
    if value == value.to_integral_value() and "." not in said:
        decimals = 0
    figures = plain(value, decimals)
    sign = _SIGN.match(said)
    if sign:
        return sign[0] + (f"{value:,.{decimals}f}" if "," in said and value >= 1000 else figures)
    if style == "zh" and unit.startswith("块") and value % 1 and value * 10 == int(value * 10) and value > 1:
        return f"{int(value)}块{int(value * 10) % 10}"  # as spoken, for what was said as 七十九块九
    if style == "en":
        return f"${figures}"
    if "块" in unit:
        return figures + ("块钱" if unit.endswith("钱") else "块")
    return figures + unit


def rounded_bound(value: Decimal, bound: str, said: Decimal) -> Decimal:
    """The round figure just above (不到) or below (超过) `value`, as round as the one that was said.

    For 89 said as 不到七十 it is 90, for 1199 said as 不到一千一百 it is 1200.
    """
    step = Decimal(1)
    while said and said % (step * 10) == 0 and step * 10 <= max(value, Decimal(10)):
        step *= 10
    if bound in ("under", "most"):
        up = (value / step).to_integral_value(ROUND_CEILING) * step
        return up + step if up == value and bound == "under" else up
    down = (value / step).to_integral_value(ROUND_FLOOR) * step
    return down - step if down == value and bound == "over" else down


def in_words_like(style: Style, value: Decimal, unit: str) -> str:
    """A figure in the numerals the sentence used: 三百 for 300 where the sentence says 两百."""
    if style != "zh":
        return plain(value)
    text = write_zh(value)
    if unit not in ("个月", "月") and text == "二":
        return "两"
    text = re.sub("二(?=[百千万])", "两", text)
    return text


def quantity_like(said: str, quantity: Quantity, value_text: str, lang: Lang) -> str:
    """A fact's quantity in the sentence's style: ×, 厘米 and spaces as said, figures and unit as true."""
    if quantity.sides:
        cross = next((mark for mark in "×*xX" if mark in said), "*")
        unit = quantity.unit.zh if re.search(r"[\u4e00-\u9fff]", said) else quantity.unit.id
        if quantity.unit.dimension == "length":
            return cross.join(plain(side) for side in quantity.sides) + unit
    return value_text

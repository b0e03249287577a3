from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from knowledge.numerals import parse_en, parse_spoken_price, parse_zh, write_en, write_zh
from knowledge.quantity import find_quantities, parse_quantity, unit
from knowledge.units import energy

AMOUNTS: dict[str, dict[str, str]] = yaml.safe_load((Path(__file__).parent / "amounts.yaml").read_text("utf-8"))


def shown(text: str) -> list[str]:
    """Every quantity of a text as 'figures unit bound'."""
    out = []
    for mention in find_quantities(text):
        q = mention.quantity
        low, high = (f"{figure.normalize():f}" for figure in (q.low, q.high))
        figures = "x".join(map(str, q.sides)) or (low if low == high else f"{low}..{high}")
        out.append(" ".join(filter(None, [figures, q.unit.id, "" if q.bound == "exact" else q.bound])))
    return out


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("半斤装，一百九十九块", ["0.5 jin", "199 CNY"]),
        ("¥1,299.00", ["1299 CNY"]),
        ("九块九包邮", ["9.9 CNY"]),
        ("3块5一个", ["3.5 CNY", "1 ge"]),
        ("两百五一件", ["250"]),
        ("一万二", ["12000"]),
        ("1.2万件", ["12000 jian"]),
        ("不到九十块", ["90 CNY under"]),
        ("一百块不到", ["100 CNY under"]),
        ("两三件", ["2..3 jian"]),
        ("十几块", ["11..19 CNY"]),
        ("两年半质保", ["2.5 year"]),
        ("一个半月", ["1.5 month"]),
        ("半升水", ["0.5 l"]),
        ("一米五乘两米", ["1.5x2 m"]),
        ("177*88*51mm", ["177x88x51 mm"]),
        ("385mmX385mmX135mm", ["385x385x135 mm"]),
        ("60%-70%左右", ["60..70 pct about"]),
        ("15-30kg", ["15..30 kg"]),
        ("0.45kg±0.05kg", ["0.45 kg"]),
        ("八五折", ["8.5 zhe"]),
        ("85折", ["8.5 zhe"]),
        ("百分之二十", ["20 pct"]),
        ("半价", ["50 pct"]),
        ("6000毫安", ["6000 mah"]),
        ("5G手机，600G", ["5 G", "600 g"]),
        ("2024年5月1日", ["20240501 date"]),
        ("GB/T 22843-2009，型号MT20290-1，1号链接，第一次，v2.0，IPX4", []),
        ("一起来，十分好，千万别，三防", []),
        ("$2,909.87", ["2909.87 USD"]),
        ("a cent under $350", ["349.99 USD"]),
        ("nineteen ninety-nine", ["19.99"]),
        ("a full year of warranty", ["1 year"]),
        ("a 10-year warranty", ["10 year"]),
        ("1-2 business days", ["1..2 bday"]),
        ("one to two working days", ["1..2 bday"]),
        ("half a liter", ["0.5 l"]),
        ("two and a half hours", ["2.5 h"]),
        ("13 fl oz", ["13 floz"]),
        ("105 degrees celsius", ["105 c"]),
        ("between 3 and 5 days", ["3..5 day"]),
        ("up to 20 hours", ["20 h most"]),
        ("50 cents", ["50 cent"]),
        ("this one is 12.75x9 inch", ["12.75x9 inch"]),
    ],
)
def test_found(text: str, found: list[str]) -> None:
    assert shown(text) == found


@pytest.mark.parametrize(("text", "found"), [pair for table in AMOUNTS.values() for pair in table.items()])
def test_amounts(text: str, found: str) -> None:
    assert shown(text) == ([found] if found else [])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("两斤三两", "1150克"),
        ("16盎司", "一磅"),
        ("一加仑", "3.785411784升"),
        ("12 fl oz", "354.88毫升"),
        ("三尺", "一米"),
        ("6寸", "15.24cm"),
        ("5'6\"", "167.64cm"),
        ("一年半", "18个月"),
        ("37瓦时", "0.037kWh"),
        ("40度", "104°F"),
        ("半升", "500ml"),
        ("两斤", "1kg"),
        ("三两", "150克"),
        ("12个月", "一年"),
        ("30天", "一个月"),
        ("两周", "14天"),
        ("1.5米", "150cm"),
        ("10英寸", "25.4厘米"),
        ("一磅", "16 oz"),
        ("5000mAh", "5Ah"),
        ("100°C", "212°F"),
        ("2000g", "2KG"),
    ],
)
def test_equal_through_units(one: str, other: str) -> None:
    first, second = parse_quantity(one), parse_quantity(other)
    assert first is not None and second is not None
    assert first.equals(second) and second.equals(first)


@pytest.mark.parametrize(
    ("one", "other"),
    [("500ml", "500升"), ("1斤", "1kg"), ("7天", "一个月"), ("8 oz", "8 fl oz"), ("40×8厘米", "40×8毫米")],
)
def test_not_equal(one: str, other: str) -> None:
    first, second = parse_quantity(one), parse_quantity(other)
    assert first is not None and second is not None and not first.equals(second)


def test_mentions_cover_their_characters_in_the_source() -> None:
    text = "只要８9​元哦"  # full-width, and a zero-width space inside
    mention = find_quantities(text)[0]
    assert text[mention.start : mention.end] == "８9​元"
    assert mention.quantity.low == 89


def test_the_words_of_a_bound_are_outside_the_amount() -> None:
    text = "价格不到两百块左右"
    mention = find_quantities(text)[0]
    assert text[mention.start : mention.end] == "两百块"
    assert text[slice(*mention.outer)] == "不到两百块"
    assert text[slice(*mention.number)] == "两百"


def test_charge_and_energy_compare_only_at_a_stated_voltage() -> None:
    charge, volts, stated = (parse_quantity(text) for text in ("10000mAh", "3.7V", "37Wh"))
    assert charge and volts and stated
    assert not charge.equals(stated)
    assert energy(charge, volts).equals(stated)
    with pytest.raises(ValueError, match="is no energy"):
        energy(stated, volts)


def test_conversion() -> None:
    gram, fahrenheit = unit("g"), unit("°F")
    weight, heat = parse_quantity("1.5kg"), parse_quantity("100°C")
    assert gram and fahrenheit and weight and heat
    assert weight.to(gram).low == 1500
    assert heat.to(fahrenheit).low == 212
    with pytest.raises(ValueError, match="kg can't be turned into f"):
        weight.to(fahrenheit)


@given(st.integers(0, 99_999_999))
def test_chinese_numerals_round_trip(number: int) -> None:
    assert parse_zh(write_zh(Decimal(number))) == number


@given(st.integers(0, 999_999))
def test_english_numerals_round_trip(number: int) -> None:
    assert parse_en(write_en(Decimal(number))) == number


@given(st.integers(20, 99), st.integers(10, 99))
def test_spoken_prices(dollars: int, cents: int) -> None:
    said = f"{write_en(Decimal(dollars))} {write_en(Decimal(cents))}"
    assert parse_spoken_price(said) == Decimal(dollars) + Decimal(cents) / 100


@given(st.integers(11, 9_999), st.sampled_from(["元", "块", "克", "cm", " kg", "件", "天", " hours"]))
def test_digits_with_a_unit_are_always_found(number: int, name: str) -> None:
    mention = find_quantities(f"一共{number}{name}。")[0]
    assert mention.quantity.low == number and mention.quantity.unit == unit(name)


@given(st.integers(11, 99_999))
def test_number_words_with_a_unit_are_always_found(number: int) -> None:
    mention = find_quantities(f"售价{write_zh(Decimal(number))}元。")[0]
    assert mention.quantity.low == number


@given(st.text(alphabet="一二三十百千万半点块元斤个多0123456789.,-~×*%$ xkgmlabto到不第两", max_size=40))
def test_any_text_gives_places_in_order_inside_it(text: str) -> None:
    last = 0
    for mention in find_quantities(text):
        assert last <= mention.start < mention.end <= len(text)
        assert mention.outer[0] <= mention.start <= mention.number[0] <= mention.number[1] <= mention.end
        last = mention.end

"""Number words, Chinese and English, read and written."""

import re
from decimal import Decimal

_ZH_DIGITS = dict(zip("零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖", map(int, "001223456789123456789"), strict=True))
_ZH_POWERS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_ZH_GROUPS = {"万": 10_000, "亿": 100_000_000}
# 两 is a number in 两百 and 一万两千, and a weight in 八两; 一 is none in 统一六块.
ZH_NUMBER = re.compile(
    r"(?:[零〇二三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟]|(?<![统唯逐])一|(?<![一二三四五六七八九十])两)+(?:点[零〇一二三四五六七八九]+)?"
)

_EN_ONES = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_EN_TENS = {
    word: 10 * value
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
_EN_BIG = {"hundred": 100, "thousand": 1000, "million": 1_000_000, "billion": 1_000_000_000}
_EN_WORD = "(?:" + "|".join(sorted((*_EN_ONES, *_EN_TENS, *_EN_BIG), key=len, reverse=True)) + ")"
EN_NUMBER = re.compile(rf"(?<![a-z\d])(?:a )?{_EN_WORD}(?:(?:[ -]| and ){_EN_WORD}(?![a-z]))*(?![a-z])")


def parse_zh(text: str) -> Decimal | None:
    """一百九十九 = 199, 两百五 = 250, 一万二 = 12000, 三点五 = 3.5, 二零二六 = 2026; None if it is no number."""
    whole, _, fraction = text.partition("点")
    if not whole or any(char not in _ZH_DIGITS for char in fraction):
        return None
    value = _zh_whole(whole)
    if value is None or not fraction:
        return value
    return value + Decimal("0." + "".join(str(_ZH_DIGITS[char]) for char in fraction))


_SPAN = re.compile(r"(.*?)([一二两三四五六七八九])([二三四五六七八九])([十百千万]?)(.*)")
_STEPS = {"": 1, "十": 10, "百": 100, "千": 1000, "万": 10_000}


def parse_zh_span(text: str) -> tuple[Decimal, Decimal] | None:
    """两三百 = 200..300, 三五十 = 30..50, 十五六 = 15..16, 一百五六 = 150..160; None if no two do."""
    match = _SPAN.fullmatch(text)
    if match is None or match[5]:
        return None
    head, first, second, power = match[1], _ZH_DIGITS[match[2]], _ZH_DIGITS[match[3]], match[4]
    if second != first + 1 and (first, second) != (3, 5):
        return None
    step, base = _STEPS[power], Decimal(0)
    if head:
        whole = _zh_whole(head)
        above = {**_ZH_POWERS, **_ZH_GROUPS}.get(head[-1])
        if whole is None or above is None or step >= above:
            return None
        base = whole
        step = step if power else max(1, above // 10)  # 一百五六 counts tens
    return base + first * step, base + second * step


def _zh_whole(text: str) -> Decimal | None:
    if all(char in _ZH_DIGITS for char in text):
        return Decimal("".join(str(_ZH_DIGITS[char]) for char in text))
    total = section = 0
    digit: int | None = None
    trailing = 1  # what a last digit counts: tens after 百 (两百五), ones after 零
    for char in text:
        if char in _ZH_DIGITS:
            if digit:
                return None
            digit = _ZH_DIGITS[char]
            trailing = 1 if digit == 0 else trailing
        elif char in _ZH_POWERS:
            if not digit and _ZH_POWERS[char] != 10:
                return None
            section += (digit or 1) * _ZH_POWERS[char]
            digit, trailing = None, _ZH_POWERS[char] // 10
        elif char in _ZH_GROUPS:
            section += digit or 0
            if not section and not total:
                return None
            total = (total + section) * _ZH_GROUPS[char]
            section, digit, trailing = 0, None, _ZH_GROUPS[char] // 10
        else:
            return None
    return Decimal(total + section + (digit or 0) * trailing)


def parse_en(text: str) -> Decimal | None:
    """twenty-four = 24, a hundred and five = 105, two thousand = 2000; None if it is no number."""
    words = [word for word in re.split(r"[\s-]+", text.lower().strip()) if word not in ("and", "a", "")]
    total = section = 0
    last = 1000  # size of the word before: "twenty four" adds up, "four twenty" does not
    for word in words:
        if word in _EN_BIG:
            size = _EN_BIG[word]
            if size == 100:
                section = max(section, 1) * 100
            else:
                total, section = total + max(section, 1) * size, 0
            last = 1000
        elif word in _EN_TENS and last >= 100:
            section, last = section + _EN_TENS[word], 10
        elif word in _EN_ONES and (last >= 100 or (last == 10 and 0 < _EN_ONES[word] < 10)):
            section, last = section + _EN_ONES[word], 1
        else:
            return None
    return Decimal(total + section) if words else None


def parse_spoken_price(words: str) -> Decimal | None:
    """nineteen ninety-nine = 19.99, three forty-nine ninety-nine = 349.99: dollars and cents said in a row."""
    parts = words.lower().split()
    for cut in range(len(parts) - 1, 0, -1):
        cents = parse_en(" ".join(parts[cut:]))
        if cents is None or not 10 <= cents <= 99 or parts[cut - 1] == "and" or parts[cut - 1] in _EN_BIG:
            continue
        head = parts[:cut]
        dollars = parse_en(" ".join(head))
        if dollars is None and len(head) > 1:
            hundreds, rest = parse_en(head[0]), parse_en(" ".join(head[1:]))
            if hundreds and rest and hundreds <= 9 and 10 <= rest <= 99:
                dollars = hundreds * 100 + rest
        if dollars:
            return dollars + cents / 100
    return None


def write_zh(value: Decimal) -> str:
    """199 = 一百九十九, 2 = 二, 12.5 = 十二点五; for whole numbers below 一亿 and their decimals."""
    whole, _, fraction = f"{value:f}".partition(".")
    fraction = fraction.rstrip("0")
    number = int(whole)
    high, low = divmod(number, 10_000)
    text = _write_section(low) if not high else _write_section(high) + "万"
    if high and low:
        text += ("零" if low < 1000 else "") + _write_section(low)
    if fraction:
        text += "点" + "".join("零一二三四五六七八九"[int(char)] for char in fraction)
    return text


def _write_section(number: int) -> str:
    if number == 0:
        return "零"
    out, gap = "", False
    for power, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, power)
        if digit:
            out += ("零" if gap and out else "") + "零一二三四五六七八九"[digit] + name
            gap = False
        else:
            gap = True
    return out.removeprefix("一") if out.startswith("一十") else out


def write_en(value: Decimal) -> str:
    """24 = twenty-four, 105 = one hundred and five; for whole numbers below a million, others in digits."""
    if value != value.to_integral_value() or not 0 <= value < 1_000_000:
        return f"{value.normalize():f}"
    number = int(value)
    ones, tens = list(_EN_ONES), list(_EN_TENS)
    if number < 20:
        return ones[number]
    if number < 100:
        ten, one = divmod(number, 10)
        return tens[ten - 2] + (f"-{ones[one]}" if one else "")
    size, name = (1000, "thousand") if number >= 1000 else (100, "hundred")
    head, rest = divmod(number, size)
    joint = " and " if 0 < rest < 100 else " "
    return f"{write_en(Decimal(head))} {name}" + (joint + write_en(Decimal(rest)) if rest else "")

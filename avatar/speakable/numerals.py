"""Numbers as words: 199 → 一百九十九 / one hundred ninety-nine. Digits come in as text, so no precision is lost."""

ZH_DIGITS = "零一二三四五六七八九"
_ZH_SMALL = ("", "十", "百", "千")
_ZH_LARGE = ("", "万", "亿", "万亿")

_EN_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_EN_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_EN_LARGE = ("", "thousand", "million", "billion", "trillion")
_EN_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip


def digits_zh(text: str, *, phone: bool = False) -> str:
    """Digit by digit; on the telephone one is 幺."""
    spoken = "".join(ZH_DIGITS[int(char)] for char in text if char.isdecimal())
    return spoken.replace("一", "幺") if phone else spoken


def _group_zh(group: int) -> str:
    """0 < group < 10,000."""
    spoken, gap = "", False
    for power in (3, 2, 1, 0):
        digit = group // 10**power % 10
        if digit == 0:
            gap = bool(spoken)
            continue
        word = "两" if digit == 2 and power >= 2 else ZH_DIGITS[digit]
        spoken += ("零" if gap else "") + word + _ZH_SMALL[power]
        gap = False
    return spoken


def cardinal_zh(number: int, *, counting: bool = False) -> str:
    """`counting`: a measure word follows, so 2 is 两."""
    if number == 0:
        return "零"
    if number == 2 and counting:
        return "两"
    groups = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    spoken, gap = "", False
    for index in range(len(groups) - 1, -1, -1):
        group = groups[index]
        if group == 0:
            gap = bool(spoken)
            continue
        word = "两" if group == 2 and index else _group_zh(group)
        zero = "零" if spoken and (gap or group < 1000) else ""
        spoken += zero + word + _ZH_LARGE[index]
        gap = False
    return spoken.removeprefix("一") if spoken.startswith("一十") else spoken


def number_zh(text: str, *, counting: bool = False) -> str:
    """A written number such as "1,299.50"; decimals are read digit by digit."""
    whole, _, fraction = text.replace(",", "").partition(".")
    spoken = cardinal_zh(int(whole or "0"), counting=counting and not fraction)
    return spoken + ("点" + digits_zh(fraction) if fraction else "")


def digits_en(text: str) -> str:
    return " ".join(_EN_ONES[int(char)] for char in text if char.isdecimal())


def _below_thousand_en(number: int) -> str:
    words = []
    if number >= 100:
        words += [_EN_ONES[number // 100], "hundred"]
        number %= 100
    if number >= 20:
        tens, ones = divmod(number, 10)
        words.append(_EN_TENS[tens] + (f"-{_EN_ONES[ones]}" if ones else ""))
    elif number:
        words.append(_EN_ONES[number])
    return " ".join(words)


def cardinal_en(number: int) -> str:
    if number == 0:
        return "zero"
    words: list[str] = []
    power = 0
    while number:
        number, group = divmod(number, 1000)
        if group:
            words.insert(0, (_below_thousand_en(group) + " " + _EN_LARGE[power]).strip())
        power += 1
        if power == len(_EN_LARGE):  # beyond trillions nobody says it as a number
            break
    return " ".join(words)


def number_en(text: str) -> str:
    whole, _, fraction = text.replace(",", "").partition(".")
    spoken = cardinal_en(int(whole or "0"))
    return spoken + (" point " + digits_en(fraction) if fraction else "")


def ordinal_en(number: int) -> str:
    head, dash, last = cardinal_en(number).rpartition("-")
    if not dash:
        head, dash, last = cardinal_en(number).rpartition(" ")
    if last in _EN_ORDINALS:
        last = _EN_ORDINALS[last]
    else:
        last = last[:-1] + "ieth" if last.endswith("y") else last + "th"
    return head + dash + last


def year_en(year: int) -> str:
    """2026 → twenty twenty-six, 2005 → two thousand five, 1900 → nineteen hundred."""
    century, rest = divmod(year, 100)
    if 2000 <= year < 2010:
        return cardinal_en(year)
    if rest == 0:
        return cardinal_en(century) + " hundred"
    return cardinal_en(century) + (" oh " if rest < 10 else " ") + cardinal_en(rest)

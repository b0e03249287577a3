"""Order numbers as people type or dictate them: in pieces, digit by digit, in words for digits."""

import re

_RUN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]+(?:[ ._-][A-Za-z0-9]+)+(?![A-Za-z0-9])")
_PART = re.compile(r"[A-Za-z0-9]+")
_CHINESE = re.compile("[零〇一二三四五六七八九幺]{4,}")
_MEASURED = re.compile(
    "(?<![一二三四五六七八九十百千])(?P<ten>[二三四五六七八九]?十)?(?P<one>[一二三四五六七八九两])?(?=升|寸|码|毫升|公斤|千克|瓦|公升)"
)
_DIGITS = str.maketrans("零〇一二三四五六七八九幺", "001234567891")
_OTHER_NUMBERS = frozenset({"TEL", "FAX", "ZIP", "PIN", "VAT", "SKU", "UPC", "NO", "NR", "PO", "TO", "IS", "AT"})


def joined(text: str, number: re.Pattern[str]) -> str:
    """`text` with what is an order number but for the blanks or dashes in it written as one word."""
    return _RUN.sub(lambda run: _joined(run[0], number), text)


def _joined(run: str, number: re.Pattern[str]) -> str:
    parts = list(_PART.finditer(run))
    for first in range(len(parts)):
        for last in range(first + 1, len(parts)):
            some = [part[0] for part in parts[first : last + 1]]
            if any(map(number.fullmatch, some)):
                continue  # a number and what stands beside it
            if number.fullmatch("".join(some)) and _typed_so(some, run[parts[first].end()]):
                rest = _joined(run[parts[last].end() :], number)
                return run[: parts[first].start()] + "".join(some).upper() + rest
    return run


def _typed_so(parts: list[str], between: str) -> bool:
    """Whether pieces are those of one number: letters at its head only, and no word before another number."""
    head, rest = parts[0], parts[1:]
    if not all(part.isdigit() for part in rest) or head.upper() in _OTHER_NUMBERS:
        return False
    return not head.isalpha() or between == "-" or len(head) == 1 or head.isupper()


def in_digits(text: str) -> str:
    """ "尾号五六七八": digits said one by one, as digits."""
    return _MEASURED.sub(_measured, _CHINESE.sub(lambda said: said[0].translate(_DIGITS), text))


def _measured(said: re.Match[str]) -> str:
    """ "六升", "十二码"."""
    if not said[0]:
        return ""
    digits = "零一二三四五六七八九"
    tens = (digits.find(said["ten"][0]) if len(said["ten"]) > 1 else 1) if said["ten"] else 0
    return str(10 * tens + (digits.find(said["one"].replace("两", "二")) if said["one"] else 0))

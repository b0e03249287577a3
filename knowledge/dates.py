"""Days, months and years as shops and shoppers write them."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

from knowledge.sieve import Sieve

_DATES = re.compile(
    r"(?P<y>(?:19|20)\d\d)\s?(?:年|[-/.](?=\d{1,2}[-/.]))\s?(?P<m>1[0-2]"
    r"|0?[1-9])[月/.-]\s?(?P<d>3[01]|[12]\d|0?[1-9])(?!\d)[日号]?"
    r"|(?<!\d)(?P<m2>1[0-2]|0?[1-9])月(?P<d2>3[01]|[12]\d|0?[1-9])(?!\d)[日号]?"
    r"|(?<!\d)(?P<y2>(?:19|20)\d\d)(?:年(?!\d)|(?=款|版))"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_EN_DATE = re.compile(
    r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? (\d{1,2})(?:st|nd|rd|th)?(?:,? ((?:19|20)\d\d))?\b"
)
_MONTH_OF = re.compile(
    r"(?P<y>(?:19|20)\d\d)\s?年\s?(?P<m>1[0-2]|0?[1-9])月(?!\d)"
    r"|\b(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? (?:of )?(?P<y2>(?:19|20)\d\d)\b"
)


def find_dates(text: str) -> Iterator[tuple[int, int, Decimal]]:
    """(start, end, yyyymmdd) of the days in a normalised text; mmdd without a year, zeros for what is not said."""
    for pattern, read in _READERS.fitting(text):
        for match in pattern.finditer(text):
            yield match.start(), match.end(), read(match)


def _day(match: re.Match[str]) -> Decimal:
    if match["y2"]:
        return Decimal(match["y2"]) * 10_000
    month, day = match["m"] or match["m2"], match["d"] or match["d2"]
    return Decimal((match["y"] or "") + month.zfill(2) + day.zfill(2))


def _english_day(match: re.Match[str]) -> Decimal:
    return Decimal((match[3] or "") + f"{_MONTHS.index(match[1]) + 1:02d}" + match[2].zfill(2))


def _month(match: re.Match[str]) -> Decimal:
    month = match["m"] or f"{_MONTHS.index(match['name']) + 1}"
    return Decimal((match["y"] or match["y2"]) + month.zfill(2) + "00")


_READERS: Sieve[Callable[[re.Match[str]], Decimal]] = Sieve(
    ((_DATES, _day), (_EN_DATE, _english_day), (_MONTH_OF, _month))
)

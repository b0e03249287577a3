"""Offers on several pieces, read from the shop's own words: 第二件半价, 2件8.5折, 买二送一, buy one get one half."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from assistant.guard.claims import Finding, Reading
from knowledge.facts import Fact
from knowledge.numerals import parse_en, parse_zh
from knowledge.sieve import Sifted
from knowledge.text import normalise

_N = r"(\d+|[一二两三四五六七八九十]|one|two|three|four|five|six)"
_SECOND = re.compile(
    r"第[二2]件(?:半价|(?:打)?([\d.]+|[一二三四五六七八九]+)折)"
    r"|\b(?:second|2nd|another|next)(?: one| item| piece)?(?: is| at)? (?:half(?: off|[- ]price)?|(\d+)% off)"
    r"|\bbuy one,? get one (?:half(?: off|[- ]price)?|(\d+)% off)"
)
_SHARE = re.compile(
    rf"(?<!第){_N}件(?:及?以上)?(?:打|享)?([\d.]+|[一二三四五六七八九]+)折|\b(?:buy|any) {_N}[^.;]{{0,20}}?(\d+)% off"
)
_FREE = Sifted(
    re.compile(
        rf"买[^，。！？\d]{{0,12}}?{_N}[件袋盒瓶包罐个]?(?:再|就)?[送赠]{_N}"
        rf"|\bbuy {_N}[ ,]*(?:[a-z ]{{1,30}}?)?(?:and )?get (?:the )?(third|second|{_N})(?: one)? free"
    )
)


@dataclass(frozen=True, slots=True)
class Offer:
    """Of every `group` pieces, `saved` prices are not paid; a `whole` offer takes its share from `group` pieces on."""

    group: int
    saved: Decimal
    fact: Fact
    whole: bool = False

    def paid(self, pieces: Decimal) -> Decimal:
        """How many prices so many pieces cost."""
        if self.whole:
            return pieces * (1 - self.saved) if pieces >= self.group else pieces
        return pieces - self.saved * (pieces // self.group)


def offers_in(fact: Fact) -> Iterator[Offer]:
    """The offers a fact makes."""
    text = normalise(fact.value).text
    for match in _SECOND.finditer(text):
        off = match[2] or match[3]
        left = _fold(match[1]) if match[1] else 1 - Decimal(off) / 100 if off else Decimal("0.5")
        yield Offer(2, 1 - left, fact)
    for match in _SHARE.finditer(text):
        saved = 1 - _fold(match[2]) if match[2] else Decimal(match[4]) / 100
        yield Offer(_number(match[1] or match[3]), saved, fact, whole=True)
    for match in _FREE.finditer(text):
        bought, free = free_offer(match)
        yield Offer(bought + free, Decimal(free), fact)


def free_offer(match: re.Match[str]) -> tuple[int, int]:
    """How many are bought and how many are free in 买二送一, "buy two, get the third free"."""
    if match[1]:
        return _number(match[1]), _number(match[2])
    return _number(match[3]), 1 if match[4] in ("third", "second") else _number(match[4])


def free_offers(text: str) -> Iterator[re.Match[str]]:
    """Where a normalised text offers pieces for nothing."""
    return _FREE.finditer(text)


def check_offers(reading: Reading) -> Iterable[Finding]:
    """买二送一, "get the third free": only what an offer says."""
    for match in free_offers(reading.text):
        entries = [
            e for sheet in reading.sheets_at(match.start()) for e in sheet.entries
        ] + reading.index.common.entries
        offers = [offer for entry in entries for offer in offers_in(entry.fact)]
        bought, free = free_offer(match)
        hit = next((o for o in offers if o.group == bought + free and o.saved == Decimal(free)), None)
        if hit is not None:
            reading.said(hit.fact)
        elif not reading.negation_before(match.start()) and not reading.is_quoted(*match.span()):
            yield _wrong_offer(reading, match, [offer for offer in offers if not offer.whole and offer.saved >= 1])


def _wrong_offer(reading: Reading, match: re.Match[str], offers: list[Offer]) -> Finding:
    if not offers:
        reason = "资料里没有这个活动" if reading.lang == "zh" else "the facts hold no such offer"
        return Finding(*match.span(), "unsupported", reason, "coupon")
    reason = "活动与资料不符" if reading.lang == "zh" else "the offer is another one"
    value = normalise(offers[0].fact.value)
    true = next(free_offers(value.text))
    text = offers[0].fact.value[slice(*value.span(*true.span()))]
    text = text[0].upper() + text[1:] if reading.raw(*match.span())[0].isupper() else text
    return Finding(*match.span(), "contradicted", reason, "coupon", replacement=text, evidence=(offers[0].fact,))


def _fold(text: str) -> Decimal:
    """8折, 八五折 as the share that is paid."""
    value = Decimal(text) if text[0].isdigit() else parse_zh(text) or Decimal(10)
    return value / 100 if value > 10 else value / 10


def _number(text: str) -> int:
    value = Decimal(text) if text.isdigit() else parse_en(text) if text.isascii() else parse_zh(text)
    return int(value or 1)

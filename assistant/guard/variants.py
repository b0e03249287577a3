"""Which variant of a product a sentence speaks of: by its options, by its size, by "the larger one"."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache

from assistant.guard.claims import Reading
from assistant.guard.sheet import Sheet
from knowledge.quantity import Quantity, parse_quantity

_LARGE = re.compile(
    r"大(?=的|号|款|袋|包|瓶|罐|盒|份|杯|那|这|台)|\b(?:large|larger|bigger|big)(?: (?:one|bag|size|box|bottle|jar|pack"
    r"|version|tin|tub)s?)?\b(?! (?:sale|deal|discount))"
)
_SMALL = re.compile(
    r"小(?=的|号|款|袋|包|瓶|罐|盒|份|杯|那|这|台)|\b(?:small|smaller|little)(?: (?:one|bag|size|box|bottle|jar|pack"
    r"|version|tin|tub)s?)\b|\bsmaller\b"
)
_LETTERS = {name: Decimal(size) for size, name in enumerate("xxs xs s m l xl xxl xxxl".split())}


def variant_at(reading: Reading, sheet: Sheet, place: int) -> str:
    """The variant that a statement at `place` is about, or empty.

    The one named last before the place, else the one named after it; in a clause that names none, that of the clause
    before it in the same sentence: "3L的划算，只要399".
    """
    if not sheet.variants:
        return ""
    number = reading.clause_number(place)
    clause = reading.clauses[number]
    found = _nearest(reading, sheet, clause.start, clause.end, place)
    if found or not number or reading.clauses[number - 1].sentence != clause.sentence:
        return found
    before = reading.clauses[number - 1]
    return _nearest(reading, sheet, before.start, before.end, before.end)


def variants_in(reading: Reading, sheet: Sheet, start: int, end: int) -> set[str]:
    """All variants that are named between two places."""
    return {variant for variant, _, _ in _named(reading, sheet, start, end)}


def _nearest(reading: Reading, sheet: Sheet, start: int, end: int, place: int) -> str:
    named: dict[str, list[tuple[int, int]]] = {}
    for variant, first, last in _named(reading, sheet, start, end):
        named.setdefault(variant, []).append((first, last))
    if not named:
        return ""

    def rank(variant: str) -> tuple[int, bool, int]:
        spans = named[variant]
        said = sum(last - first for first, last in {first: (first, last) for first, last in spans}.values())
        options = len({text for text in sheet.variants[variant] if len(sheet.variants[variant]) > 1})
        ends = [last for _, last in spans if last <= place]
        nearest = max(ends) - place if ends else place - min(first for first, _ in spans)
        return (said if options else 0, bool(ends), nearest)

    return max(named, key=rank)


def _named(reading: Reading, sheet: Sheet, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    text = reading.text
    for variant, options in sheet.variants.items():
        for option in options:
            for match in _spelling(option).finditer(text, start, end):
                yield variant, *match.span()
    sizes = _sizes(sheet)
    for mention in reading.all_mentions:
        if start <= mention.start < end and mention.quantity.dimension and not mention.quantity.sides:
            for variant, size in sizes.items():
                if isinstance(size, Quantity) and size.equals(mention.quantity):
                    yield variant, mention.start, mention.end
    ordered = _in_order(sizes)
    if len(ordered) > 1:
        for pattern, variant in ((_LARGE, ordered[-1]), (_SMALL, ordered[0])):
            for match in pattern.finditer(text, start, end):
                yield variant, *match.span()


@lru_cache(maxsize=4096)
def _spelling(option: str) -> re.Pattern[str]:
    """An option with the spaces and hyphens its squeezed form lost: 2lb finds "2 lb", 5l finds 5L but not 15L."""
    body = r"[ -]?".join(re.escape(part) for part in re.findall(r"[a-z]+|\d+(?:\.\d+)?|.", option))
    return re.compile(rf"(?<![a-z\d.]){body}(?![a-z\d])" if option.isascii() else body)


def _sizes(sheet: Sheet) -> Mapping[str, Quantity | Decimal]:
    found: dict[str, Quantity | Decimal] = {}
    for entry in sheet.entries:
        fact = entry.fact
        if fact.kind != "option" or not fact.variant:
            continue
        quantity = parse_quantity(fact.value)
        if quantity is not None and quantity.dimension and not quantity.sides:
            found[fact.variant] = quantity
        elif entry.squeezed in _LETTERS:
            found[fact.variant] = _LETTERS[entry.squeezed]
    return found


def _in_order(sizes: Mapping[str, Quantity | Decimal]) -> list[str]:
    """Variants from the smallest to the largest, when their sizes are of one kind."""
    kinds = {size.dimension if isinstance(size, Quantity) else "letters" for size in sizes.values()}
    if len(kinds) != 1:
        return []
    return sorted(sizes, key=lambda variant: _figure(sizes[variant]))


def _figure(size: Quantity | Decimal) -> Decimal:
    return size.base()[0] if isinstance(size, Quantity) else size

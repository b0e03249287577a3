"""What each part of a product is made of: a material is compared with that of the part it is said of."""

import re

from assistant.guard.checks.discounts import items_of
from assistant.guard.claims import Reading
from assistant.guard.sheet import Entry, Sheet, squeeze
from assistant.guard.words import feature_words, words
from knowledge.text import normalise, script

_MATERIAL_NAMES = re.compile(r"面料|材质|材料|成分|用料|填充|内芯|内胆|material|fabric|filling")


def entries_of(sheet: Sheet, kind: str) -> list[Entry]:
    if kind == "material":
        return [e for e in sheet.entries if e.key in ("material", "filling") or _MATERIAL_NAMES.search(e.name)]
    return sheet.get(kind)


def in_language(reading: Reading, pool: list[Entry]) -> list[Entry]:
    """A shop in two languages states each property twice; a sentence is mended in its own."""
    own = [entry for entry in pool if script(entry.fact.value) in (reading.lang, "none")]
    return own or pool


_WITH_EN = re.compile(r"\bwith (?:an? |the )?")


def part_at(reading: Reading, sheet: Sheet, place: int) -> tuple[Entry, str] | None:
    """The fact on the one part of the product a clause names, and what it says the part is made of.

    Either a property of the part's own (伞骨: 玻璃纤维) or an item of a list (铝合金灯臂，榉木底座).
    """
    clause = reading.clause_at(place)
    before, whole = reading.text[clause.start : place], reading.text[clause.start : clause.end]
    named = [e for e in in_language(reading, sheet.entries) if _names_part(e, before)]
    if len({entry.name for entry in named}) == 1:
        return named[0], named[0].fact.value
    said = squeeze(whole)
    found = [
        (entry, split[0])
        for entry in in_language(reading, entries_of(sheet, "material"))
        for item in _parts(entry.fact.value)
        if (split := _split_part(item)) is not None and squeeze(split[1]) in said and squeeze(item) not in said
    ]
    return found[0] if len(found) == 1 and len(_parts(found[0][0].fact.value)) > 1 else None


_OF_PART = re.compile(r"(?:的?(?:材质|面料|材料|用料)|(?:'s)? (?:material|fabric))$")


def _names_part(entry: Entry, before: str) -> bool:
    """Whether the words before a material name the part that a fact gives the material of."""
    name = _OF_PART.sub("", entry.name)
    if entry.known or entry.fact.kind != "attribute" or len(name) < 2 or entry.quantities:
        return False
    place = re.search(rf"(?<![a-z]){re.escape(name)}(?![a-z])", before)
    if place is None:
        return False
    value = normalise(entry.fact.value).text
    if any(kind == "material" for _, _, (kind, _) in words().values.find(value)):
        return True
    link = r"\s?(?:is|are|was|是|用的是|采用的?|：|:)\s?(?:an? |the |made of )?$"
    return not feature_words().find(value) and re.match(link, before[place.end() :]) is not None


def _split_part(item: str) -> tuple[str, str] | None:
    """The material and the part of an item such as 榉木底座, 内胆316不锈钢 or "metal grille"."""
    folded = normalise(item).text
    hits = [(s, e) for s, e, (kind, _) in words().values.find(folded) if kind == "material"]
    if len(hits) != 1 or len(folded) != len(item):
        if not item.isascii() or item.count(" ") != 1:
            return None
        material, _, part = item.partition(" ")
        return (material, part) if not hits else None
    start, end = hits[0]
    material, part = item[start:end].strip(), (item[:start] + item[end:]).strip()
    return (material, part) if len(part) >= 2 and not (start and end < len(item)) else None


def _parts(value: str) -> list[str]:
    return [piece for item in items_of(value) for piece in _WITH_EN.split(item) if piece.strip()]

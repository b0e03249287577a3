"""Addresses as people write them in Latin letters, or refer to them.

Those of the United States are known by their form, others by what they are made of: a house number and a street, a
unit, a town, a postcode, a country.
"""

import re
from dataclasses import replace

from assistant.service.model import Address

_WRITTEN = re.compile(
    r"(?P<street>\d{1,6} [A-Z][\w.'-]*(?: [A-Z0-9][\w.'-]*){0,4}),\s*"
    r"(?:(?P<unit>(?:Suite|Apt\.?|Apartment|Unit|#|Floor)\s?[\w-]+),\s*)?"
    r"(?P<city>[A-Z][A-Za-z.'-]*(?: [A-Z][A-Za-z.'-]*){0,3}),\s*"
    r"(?P<state>[A-Z]{2}|[A-Z][a-z]+(?: [A-Z][a-z]+)?),?\s+(?P<zip>\d{5})(?!\d)"
)
_STATES = dict(
    pair.split("=")
    for pair in (
        "AL=Alabama,AK=Alaska,AZ=Arizona,AR=Arkansas,CA=California,CO=Colorado,CT=Connecticut,DE=Delaware,DC=Washington,"
        "FL=Florida,GA=Georgia,HI=Hawaii,ID=Idaho,IL=Illinois,IN=Indiana,IA=Iowa,KS=Kansas,KY=Kentucky,LA=Louisiana,"
        "ME=Maine,MD=Maryland,MA=Massachusetts,MI=Michigan,MN=Minnesota,MS=Mississippi,MO=Missouri,MT=Montana,"
        "NE=Nebraska,NV=Nevada,NH=New Hampshire,NJ=New Jersey,NM=New Mexico,NY=New York,NC=North Carolina,"
        "ND=North Dakota,OH=Ohio,OK=Oklahoma,OR=Oregon,PA=Pennsylvania,RI=Rhode Island,SC=South Carolina,"
        "SD=South Dakota,TN=Tennessee,TX=Texas,UT=Utah,VT=Vermont,VA=Virginia,WA=Washington,WV=West Virginia,"
        "WI=Wisconsin,WY=Wyoming"
    ).split(",")
)

_WAY = (
    r"(?:street|st|road|rd|lane|ln|avenue|ave|close|drive|dr|way|court|ct|place|pl|terrace|crescent|cres|gardens?|square|sq"
    r"|hill|grove|mews|quay|walk|boulevard|blvd|row|parade|rise|view|park|green|highway|hwy|circle|cir|esplanade)\b\.?"
)
_ABROAD = r"(?:rue|avenue|boulevard|place|via|viale|piazza|calle|avenida|plaza|rua|jalan|chemin|quai)\b"
_COUNTRIES = {
    "UK": r"UK|U\.K\.|United Kingdom|Great Britain|England|Scotland|Wales|Northern Ireland",
    "Ireland": "Ireland",
    "France": "France",
    "Germany": "Germany|Deutschland",
    "Netherlands": "(?:The )?Netherlands|Holland",
    "Belgium": "Belgium",
    "Spain": "Spain|España",
    "Portugal": "Portugal",
    "Italy": "Italy|Italia",
    "Austria": "Austria",
    "Switzerland": "Switzerland",
    "Sweden": "Sweden",
    "Norway": "Norway",
    "Denmark": "Denmark",
    "Finland": "Finland",
    "Poland": "Poland",
    "Canada": "Canada",
    "Australia": "Australia",
    "New Zealand": "New Zealand|NZ",
    "Singapore": "Singapore",
    "Hong Kong": "Hong Kong|HK",
    "India": "India",
    "Japan": "Japan",
    "Malaysia": "Malaysia",
    "South Africa": "South Africa",
    "USA": r"USA|U\.S\.A?\.?|United States(?: of America)?",
}
_COUNTRY = re.compile("|".join(f"(?P<c{n}>{said})" for n, said in enumerate(_COUNTRIES.values())), re.IGNORECASE)
_POSTCODES = {  # the country whose form it is; "": several have it
    "UK": r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}",
    "Canada": r"[A-Z]\d[A-Z] ?\d[A-Z]\d",
    "Ireland": r"[A-Z]\d[\dW] ?[A-Z\d]{4}",
    "": r"\d{4} ?[A-Z]{2}(?![A-Za-z])|\d{3} ?\d{3}|\d{5}|\d{3}-\d{4}|\d{4}",
}
_POSTCODE = re.compile(
    r"(?<![\w-])(?:" + "|".join(f"(?P<p{n}>{said})" for n, said in enumerate(_POSTCODES.values())) + r")(?![\w-])",
    re.IGNORECASE,
)
_UNIT = re.compile(r"(?i:(?:flat|apt\.?|apartment|unit|suite|floor|room|level|#)\s?(?:no\.? ?)?[\w-]+)")
_SIDE = r"(?: (?:[NSEW]|[NS][EW]|North|South|East|West)\b)?"
_NUMBERED = (
    rf"\d{{1,5}}[A-Za-z]?(?:[-/]\d{{1,4}})?,? (?:{_ABROAD}(?: [\w.'’-]+){{1,5}}|(?:[\w.'’-]+ ){{1,4}}?{_WAY}{_SIDE}"
    r"|[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,3})"
)
_NAMED = r"[A-ZÀ-Þ][\w.'’-]+(?: [A-ZÀ-Þ][\w.'’-]+){0,3} \d{1,4}[a-z]?(?=,|$)"  # "Hauptstraße 5, …"
_NUMBERLESS = rf"(?:[A-Z][\w.'’-]+ ){{1,3}}(?i:{_WAY})"
_START = re.compile(rf"(?<![\w.£$€])(?:{_UNIT.pattern},\s*|{_NAMED}|(?i:{_NUMBERED}))")
_STREET = re.compile(rf"{_NAMED}|(?i:{_NUMBERED})|{_NUMBERLESS}")
_WITH_WAY = re.compile(rf"(?<![\w.£$€])\d{{1,5}}[A-Za-z]? (?:[\w.'’-]+ ){{1,4}}?{_WAY}", re.IGNORECASE)
_END = re.compile(
    r"[!?;\n]|,?\s*\b(?:ok|okay|but|yes|yeah)\b|(?<!\bst)(?<!\brd)(?<!\bave)(?<!\bapt)(?<!\bno)\.(?=\s|$)"
    r"|,?\s*\b(?:please|thanks?|instead|cheers|ta|and (?:also|make|change|then|can|cancel|return|use)"
    r"|(?:every|any)thing else|the rest|not \d+|if|because|since|wait|sorry|actually|oops|no wait|rather than)\b",
    re.IGNORECASE,
)
_HOUSE = re.compile(r"^\d{1,6}[A-Za-z]?(?:[-/]\d{1,4})?")
_NEW_HOUSE = re.compile(
    r"\b(?:(?:house |street |building )?(?:number|no\.?)|it'?s|its|should (?:be|say|read)|meant?|is|to|,)\s+"
    r"#?(?P<number>\d{1,5}[A-Za-z]?)\b(?!\s*(?:%|days|hours))",
    re.IGNORECASE,
)
_PART = r"(?:house |street |flat |apartment |unit |door )?(?:number|flat|apartment|apt|unit|suite|post ?code|zip)"
_PART_ONLY = re.compile(
    r"\b(?:everything|all|anything) else (?:is |stays |being )?(?:the )?(?:same|unchanged|right|correct|fine)"
    r"|\b(?:not|rather than|instead of) (?:number )?\d+\b|\b(?:house|door|street) number\b|\bnot (?:flat|apt|unit)\b"
    rf"|\b(?:wrong|mistake in the|typo in the|only|just) (?:the )?{_PART}\b|\b{_PART}[^.,;]{{0,16}} wrong\b"
    r"|\btyped (?:it|that) wrong\b|\btypo\b|\bi mean(?:t)?\b|\bsorry\b|\bwait\b|\boops\b|\bactually\b|\bbut it'?s\b",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:not|rather than|instead of) (?:number |flat |apt |unit )?[\w-]+", re.IGNORECASE)
_WRONG_UNIT = re.compile(r"\bwrong (?:flat|apartment|unit|suite)\b", re.IGNORECASE)
_SAYS_POSTCODE = re.compile(r"\b(?:post ?code|zip(?: code)?)\b", re.IGNORECASE)


class AddressReader:
    """Finds the address a text means."""

    def __init__(self, order_number: re.Pattern[str]) -> None:
        self._number = order_number

    def written(self, text: str) -> Address | None:
        """The address that is written out last, with what is said after it to be otherwise."""
        masked = self._number.sub(lambda number: "¤" * len(number[0]), text)
        found = _last_written(masked) or _last_written(
            masked.replace("\n", ", ")
        )  # its town may come in the next message
        if found is None:
            return None
        address, end = found
        return self.corrected(text[end:], address) or address

    def corrected(self, text: str, address: Address) -> Address | None:
        """`address` with the part that a text says is otherwise, "number 9, not 7"; None where it says none."""
        if not _PART_ONLY.search(self._number.sub(" ", text)):
            return None
        bare = self._number.sub(" ", _NOT.sub(" ", text))
        changed = address
        unit = _last(_UNIT, _WRONG_UNIT.sub(" ", bare))
        if unit is not None and any(map(str.isdigit, unit[0])):
            changed = replace(changed, unit=unit[0])
            bare = bare.replace(unit[0], " ")
        if street := _STREET.search(bare):
            changed = replace(changed, street=street[0])
        elif (number := _NEW_HOUSE.search(bare)) and _HOUSE.search(address.street):
            changed = replace(changed, street=_HOUSE.sub(number["number"], address.street))
        if (said := _SAYS_POSTCODE.search(bare)) and (code := _POSTCODE.search(bare, said.end())):
            changed = replace(changed, zip=code[0].upper())
        return changed if changed != address else None

    def of_order(self, text: str) -> list[str]:
        """Numbers of orders whose address is meant: the last one named."""
        if not re.search(r"\b(?:address|same place)\b[^.]*?(?:as|of|on|from|for)\b", text, re.IGNORECASE):
            return []
        return [match[1].upper() for match in self._number.finditer(text)][::-1]

    def mentions(self, text: str, address: Address) -> bool:
        """Whether a text names where the address is: its city or its state."""
        names = [address.city, _STATES.get(address.state, "")]
        return any(name and re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE) for name in names)


def speaks_of_one(text: str) -> bool:
    """Whether a text writes an address out, or names the part of one that is to be otherwise."""
    part = _WITH_WAY.search(text) is not None and _PART_ONLY.search(text) is not None
    return part or _last_written(text) is not None


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return max(pattern.finditer(text), key=lambda match: match.start(), default=None)


def _last_written(text: str) -> tuple[Address, int] | None:
    """(the address that stands last in a text, where it ends)."""
    american = _last(_WRITTEN, text)
    if american is not None:
        one = american
        return Address(one["street"], one["unit"] or "", one["city"], one["state"], one["zip"], "USA"), one.end()
    found = None
    place = 0
    while (start := _START.search(text, place)) is not None:
        end = _END.search(text, start.end())
        stop = end.start() if end else len(text)
        address = _of_parts(text[start.start() : stop])
        if address is not None:
            found = address, stop
        place = stop if address is not None else start.end()
    return found


def _of_parts(text: str) -> Address | None:
    """The address that a text is, by its parts; None where a part is missing without which nothing arrives."""
    country = ""
    parts = [part.strip(" .") for part in text.split(",") if part.strip(" .")]
    if (named := _COUNTRY.fullmatch(parts[-1])) and len(parts) > 1:
        country = next(name for n, name in enumerate(_COUNTRIES) if named[f"c{n}"])
        last = parts.pop()
        if (
            country in ("Hong Kong", "Singapore")
            and not any(_POSTCODE.search(part) for part in parts[1:])
            and len(parts) < 2
        ):
            parts.append(last)
    unit, street, code = "", "", ""
    town: list[str] = []
    for part in parts:
        if not unit and not street and _UNIT.fullmatch(part):
            unit = part
        elif not street and (match := _STREET.match(part)):
            street = match[0]
            rest = part[match.end() :].strip(" ,")
            if house := _UNIT.match(rest):
                unit, rest = house[0], rest[house.end() :].strip(" ,")
            town += [rest] if rest else []
        elif street and not unit and _UNIT.fullmatch(part):
            unit = part
        elif not street and unit:
            unit = f"{unit}, {part}"  # the name of a house
        else:
            town.append(part)
    for at, part in enumerate(town):
        if (match := _last(_POSTCODE, part)) is not None:
            code = match[0].upper()
            country = country or next(name for n, name in enumerate(_POSTCODES) if match[f"p{n}"])
            town[at] = f"{part[: match.start()]} {part[match.end() :]}".strip()
    town = [part for part in town if part]
    if not street or not (code or country) or not (town or country in ("Singapore", "Hong Kong")):
        return None
    state = ""
    if town and (area := re.fullmatch(r"(?:(.+?) )?([A-Z]{2,3})", town[-1])) and (area[1] or len(town) > 1):
        state, town[-1:] = area[2], [area[1]] if area[1] else []
    city = town[-1] if town else country
    return Address(", ".join((street, *town[:-1])), unit, city, state, code, country)

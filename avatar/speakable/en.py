"""How an English-speaking host says figures, prices, units, dates and model numbers."""

import re

from avatar.speakable.numerals import cardinal_en, digits_en, number_en, ordinal_en, year_en
from avatar.speakable.scan import Rule, rule

N = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
TO = r"\s?(?:[-~–—]|to)\s?"

# unit → (one, many)
UNITS: dict[str, tuple[str, str]] = {
    "ml": ("milliliter", "milliliters"), "l": ("liter", "liters"), "kg": ("kilogram", "kilograms"),
    "g": ("gram", "grams"), "mg": ("milligram", "milligrams"), "lb": ("pound", "pounds"), "lbs": ("pound", "pounds"),
    "oz": ("ounce", "ounces"), "fl oz": ("fluid ounce", "fluid ounces"), "mm": ("millimeter", "millimeters"),
    "cm": ("centimeter", "centimeters"), "m": ("meter", "meters"), "km": ("kilometer", "kilometers"),
    "in": ("inch", "inches"), "inch": ("inch", "inches"), "ft": ("foot", "feet"), '"': ("inch", "inches"),
    "″": ("inch", "inches"), "m²": ("square meter", "square meters"), "㎡": ("square meter", "square meters"),
    "w": ("watt", "watts"), "kw": ("kilowatt", "kilowatts"), "v": ("volt", "volts"), "a": ("amp", "amps"),
    "mah": ("milliamp hour", "milliamp hours"), "wh": ("watt hour", "watt hours"), "hz": ("hertz", "hertz"),
    "khz": ("kilohertz", "kilohertz"), "ghz": ("gigahertz", "gigahertz"), "db": ("decibel", "decibels"),
    "°c": ("degree Celsius", "degrees Celsius"), "℃": ("degree Celsius", "degrees Celsius"),
    "°f": ("degree Fahrenheit", "degrees Fahrenheit"), "℉": ("degree Fahrenheit", "degrees Fahrenheit"),
    "°": ("degree", "degrees"), "mb": ("megabyte", "megabytes"), "gb": ("gigabyte", "gigabytes"),
    "tb": ("terabyte", "terabytes"), "km/h": ("kilometer per hour", "kilometers per hour"),
    "mph": ("mile per hour", "miles per hour"), "rpm": ("R P M", "R P M"), "min": ("minute", "minutes"),
    "mins": ("minute", "minutes"), "h": ("hour", "hours"), "hr": ("hour", "hours"), "hrs": ("hour", "hours"),
    "s": ("second", "seconds"), "sec": ("second", "seconds"), "pcs": ("piece", "pieces"), "pc": ("piece", "pieces"),
    "gsm": ("gram per square meter", "grams per square meter"), "kcal": ("kilocalorie", "kilocalories"),
    "lm": ("lumen", "lumens"), "sq ft": ("square foot", "square feet"), "sq m": ("square meter", "square meters"),
    "cu ft": ("cubic foot", "cubic feet"), "mhz": ("megahertz", "megahertz"),
    "kwh": ("kilowatt hour", "kilowatt hours"),
    "ma": ("milliamp", "milliamps"), "ah": ("amp hour", "amp hours"), "tsp": ("teaspoon", "teaspoons"),
    "tbsp": ("tablespoon", "tablespoons"), "gal": ("gallon", "gallons"), "qt": ("quart", "quarts"),
    "cal": ("calorie", "calories"), "mcg": ("microgram", "micrograms"), "psi": ("P S I", "P S I"),
    "yr": ("year", "years"), "yrs": ("year", "years"), "mo": ("month", "months"), "mos": ("month", "months"),
    "wk": ("week", "weeks"), "wks": ("week", "weeks"), "fps": ("frame per second", "frames per second"),
    "kb": ("kilobyte", "kilobytes"), "mbps": ("megabit per second", "megabits per second"), "yd": ("yard", "yards"),
    "pa": ("pascal", "pascals"), "kpa": ("kilopascal", "kilopascals"), "ppm": ("part per million", "parts per million"),
}  # fmt: skip
_UNIT = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
# "in" and "a" are words too: "5 in stock", "5 a day".
_INCH = r"in(?=\.?\s?(?:$|[,;:!?)x×*]|[.]\s|wide|long|tall|high|deep|thick|across|diameter|screen|by\b|x\b))"
_UNIT = _UNIT.replace("|in|", f"|{_INCH}|").replace("|a|", r"|(?<=\d)a|")
_UNIT = rf"(?:{_UNIT})(?![A-Za-z0-9])"

# A word that the quantity belongs to: "a 500 ml bottle" has five hundred milliliter.
_AFTER = (
    "of and or in at with per long wide high deep tall thick thin across each to is are was for from by "
    "on after before off more less left away plus when while if as than the a an its it this that will "
    "can has but not up down over under apart shorter longer wider higher lighter heavier taller thicker "
    "deeper smaller larger bigger thinner faster diameter square round today now total net gross ago "
    "later only max maximum minimum so because without within through between sideways "
    "serves makes holds lasts weighs fits takes gives keeps costs stays does is upwards downwards"
).split()
_NOUN = rf"(?=\s(?!(?:{'|'.join(_AFTER)}|\w+ly)\b)[A-Za-z]{{2,}})"

# sign → (one, many, one part, many parts)
CURRENCIES: dict[str, tuple[str, str, str, str]] = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "us$": ("dollar", "dollars", "cent", "cents"),
    "usd": ("dollar", "dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "¥": ("yuan", "yuan", "fen", "fen"),
    "￥": ("yuan", "yuan", "fen", "fen"),
    "cny": ("yuan", "yuan", "fen", "fen"),
    "rmb": ("yuan", "yuan", "fen", "fen"),
    "a$": ("Australian dollar", "Australian dollars", "cent", "cents"),
    "au$": ("Australian dollar", "Australian dollars", "cent", "cents"),
    "c$": ("Canadian dollar", "Canadian dollars", "cent", "cents"),
    "ca$": ("Canadian dollar", "Canadian dollars", "cent", "cents"),
    "hk$": ("Hong Kong dollar", "Hong Kong dollars", "cent", "cents"),
    "s$": ("Singapore dollar", "Singapore dollars", "cent", "cents"),
    "₹": ("rupee", "rupees", "paisa", "paise"),
    "₩": ("won", "won", "jeon", "jeon"),
}
_SIGN = "|".join(re.escape(sign) for sign in sorted(CURRENCIES, key=len, reverse=True))
_MONTHS = "January February March April May June July August September October November December".split()
_MONTH = "Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec"
_LONG_MONTH = "|".join(_MONTHS)
_WEEK = {day[:3].lower(): day for day in "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()}
_DAY = "(?:Mon|Tues?|Wed|Thur?s?|Fri|Sat|Sun)(?:day)?"
_HALVES = {"½": "one half", "¼": "one quarter", "¾": "three quarters", "⅓": "one third", "⅔": "two thirds"}
_SIZE = r"[2-6]?X{0,4}[SL]|M"
_SHORT = {
    "approx.": "approximately", "e.g.": "for example", "i.e.": "that is", "etc.": "et cetera", "vs.": "versus",
    "vs": "versus", "incl.": "including", "excl.": "excluding", "max.": "maximum", "qty": "quantity", "avg.": "average",
}  # fmt: skip
_PER = {
    "mo": "month", "yr": "year", "wk": "week", "hr": "hour", "lb": "pound", "kg": "kilogram", "oz": "ounce",
    "g": "gram", "day": "day", "month": "month", "year": "year", "week": "week", "pc": "piece", "pack": "pack",
    "pair": "pair", "piece": "piece", "box": "box", "set": "set", "person": "person", "bottle": "bottle",
    "item": "item",
    "night": "night", "each": "each", "yd": "yard", "ft": "foot", "sq ft": "square foot", "serving": "serving",
    "min": "minute",
}  # fmt: skip
# Capitals that are words, or said as one.
_WORDS = frozenset(
    "OK TOP NEW HOT SALE PRO MAX MINI PLUS AIR BUY GO NO YES SEE FREE OFF NOW ONLY BEST BOGO HEPA RAM SIM PIN ALL GET "
    "AND FOR THE YOU OUR ONE TWO DAY WOW OMG BIG LOVE GIFT LAST SAVE MORE LESS SHOP LIVE DEAL JUST SUPER".split()
)
_COUNTED = "views|followers|sold|orders|customers|reviews|units|people|likes|fans|downloads|copies|sales|happy|buyers"
_SCALES = {"k": "thousand", "m": "million", "bn": "billion", "b": "billion"}


def _money(number: str, sign: str) -> str:
    """19.99 → nineteen dollars and ninety-nine cents; yuan keep their decimals, as people say them in English."""
    one, many, one_part, many_parts = CURRENCIES[sign.lower()]
    whole, _, fraction = number.replace(",", "").partition(".")
    fraction = fraction[:2].ljust(2, "0") if fraction else "00"
    if fraction == "00":
        return f"{cardinal_en(int(whole))} {one if whole == '1' else many}"
    if one == "yuan":
        return f"{number_en(number.rstrip('0'))} yuan"
    cents = f"{cardinal_en(int(fraction))} {one_part if fraction == '01' else many_parts}"
    if whole in ("", "0"):
        return cents
    return f"{cardinal_en(int(whole))} {one if whole == '1' else many} and {cents}"


def _signed_price(match: re.Match[str]) -> str:
    if match["high"]:
        return f"{number_en(match['low'])} to {_money(match['high'], match['sign'])}"
    if match["scale"]:
        return f"{number_en(match['low'])} {_SCALES[match['scale'].lower()]} {CURRENCIES[match['sign'].lower()][1]}"
    return _money(match["low"], match["sign"])


def _span(match: re.Match[str]) -> str:
    """-10°C-40°C: each end with its own sign and unit."""
    ends = []
    for minus, number, unit in ((match[1], match[2], match[3]), (match[4], match[5], match[6])):
        one, many = UNITS[re.sub(r"\s+", " ", unit.lower())]
        ends.append(f"{'minus ' if minus else ''}{number_en(number)} {one if number == '1' else many}")
    return " to ".join(ends)


def _quantity(match: re.Match[str]) -> str:
    minus = "minus " if match["minus"] else ""
    one, many = UNITS[re.sub(r"\s+", " ", match["unit"].lower())]
    if match["high"]:
        return f"{minus}{number_en(match['low'])} to {number_en(match['high'])} {many}"
    if match["dash"] or match["noun"] is not None:  # "a 500-ml bottle", "a 15-inch screen", "a 65 W charger"
        return f"{number_en(match['low'])} {one}"
    return f"{minus}{number_en(match['low'])} {one if match['low'] == '1' else many}"


def _pair(number: str) -> str:
    """1080 → ten eighty, 4090 → forty ninety."""
    return f"{cardinal_en(int(number[:-2]))} {cardinal_en(int(number[-2:]))}"


def _month_day(match: re.Match[str]) -> str | None:
    day = int(match["day"])
    if not 1 <= day <= 31 or not match[0][0].isupper():  # "may 2 of you"
        return None
    month = next(name for name in _MONTHS if name.lower().startswith(match["month"].lower()[:3]))
    year = f", {year_en(int(match['year']))}" if match["year"] else ""
    return f"{month} {ordinal_en(day)}{year}"


def _days(match: re.Match[str]) -> str:
    first, last = (_WEEK[match[group][:3].lower()] for group in (1, 2))
    return f"{first} to {last}"


def _sizes(match: re.Match[str]) -> str:
    return " to ".join(
        " ".join(digits_en(char) if char.isdigit() else char for char in size)
        for size in re.split(r"\s?[-–]\s?", match[0].upper())
    )


def _parts(match: re.Match[str]) -> str:
    whole = f"{number_en(match[1])} and " if match[1] else ""
    half = {"one half": "a half", "one quarter": "a quarter", "one third": "a third"}
    said = _HALVES[match[2]]
    return whole + (half.get(said, said) if whole else said)


def _mixed(match: re.Match[str]) -> str | None:
    top, bottom = int(match[2]), int(match[3])
    if bottom < 2 or top >= bottom:
        return None
    part = {2: "half", 4: "quarter"}.get(bottom) or ordinal_en(bottom)
    return f"{number_en(match[1])} and {'a' if top == 1 else cardinal_en(top)} {part}{'' if top == 1 else 's'}"


def _decade(match: re.Match[str]) -> str:
    century = {"19": "nineteen ", "20": "twenty ", "18": "eighteen "}.get(match[1] or "", "")
    tens = number_en(match[2])
    return century + (tens[:-1] + "ies" if tens.endswith("y") else tens + "s")


def _capitals(match: re.Match[str]) -> str | None:
    return _letters(match[0]) if match[0].isupper() and match[0] not in _WORDS else None


def _date(match: re.Match[str]) -> str | None:
    month, day = int(match["month"]), int(match["day"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"{_MONTHS[month - 1]} {ordinal_en(day)}, {year_en(int(match['year']))}"


def _us_date(match: re.Match[str]) -> str | None:
    month, day = int(match[1]), int(match[2])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"{_MONTHS[month - 1]} {ordinal_en(day)}, {year_en(int(match[3]))}"


def _to(ratio: str) -> str:
    return " to ".join(number_en(part) for part in ratio.split(":"))


def _per(match: re.Match[str]) -> str:
    what = _PER[re.sub(r"\s+", " ", match[1].lower())]
    return f" {what}" if what == "each" else f" per {what}"


def _time(match: re.Match[str]) -> str:
    return _clock(match["hour"], match["minute"], match["half"])


def _clock(at_hour: str, at_minute: str, written: str | None) -> str:
    hour, minute = cardinal_en(int(at_hour)), int(at_minute)
    half = " ".join(written.upper().replace(".", "")) if written else ""
    spoken = hour if minute == 0 and half else f"{hour} o'clock" if minute == 0 else f"{hour} {cardinal_en(minute)}"
    if 0 < minute < 10:
        spoken = f"{hour} oh {cardinal_en(minute)}"
    return f"{spoken} {half}".strip()


def _dimensions(match: re.Match[str]) -> str:
    spoken: list[str] = []
    for part in re.split(r"\s?[*×xX✕]\s?", match[0]):
        found = re.fullmatch(rf"({N})\s?({_UNIT})?", part, re.IGNORECASE)
        if found is None:  # the pattern allows nothing else
            return " ".join(spoken)
        spoken.append(number_en(found[1]) + (" " + UNITS[found[2].lower()][1] if found[2] else ""))
    return " by ".join(spoken)


def _letters(word: str) -> str:
    return " ".join(word) if word.isupper() and len(word) <= 4 and word not in _WORDS else word


def _model(match: re.Match[str]) -> str:
    parts = re.findall(r"[A-Za-z]+|\d+(?:\.\d+)?", match[0])
    said = []
    for part in parts:
        if part.isalpha():
            said.append(_letters(part))
        elif "." in part or len(part) <= 2 and not part.startswith("0"):
            said.append(number_en(part))
        else:
            said.append(digits_en(part))
    return " ".join(said)


def _fraction(match: re.Match[str]) -> str | None:
    top, bottom = int(match[1]), int(match[2])
    if bottom < 2 or top >= bottom:
        return None
    part = {2: "half", 4: "quarter"}.get(bottom) or ordinal_en(bottom)
    return f"{'one' if top == 1 else cardinal_en(top)} {part}{'' if top == 1 else 's'}"


def _long(match: re.Match[str]) -> str | None:
    return digits_en(match[0]) if len(match[0]) > 8 or (match[0][0] == "0" and len(match[0]) > 1) else None


RULES: tuple[Rule, ...] = (
    rule(r"(?:https?://|www\.)[!-~]*[A-Za-z0-9/]", lambda m: "the link"),
    rule(
        r"(?<![A-Za-z0-9@.-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|cn|net|org|shop)(?![a-z])(?:/[!-~]*[a-z0-9/])?",
        lambda m: "the link",
    ),
    rule(r"(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.]+", lambda m: "e-mail"),
    rule(r"24/7", lambda m: "twenty-four seven"),
    rule(r"50/50", lambda m: "fifty fifty"),
    rule(r"(?<![\d/])(\d{1,2})/(\d{1,2})/((?:19|20)\d\d)(?!\d)", _us_date),
    rule(
        rf"(?<![A-Za-z])(?P<month>(?:{_LONG_MONTH})(?=\s)|(?:{_MONTH})\.?(?=\s))\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:.%])"
        r"(?:,?\s(?P<year>(?:19|20)\d\d)(?!\d))?",
        _month_day,
    ),
    rule(rf"(?<![A-Za-z])({_DAY})\s?[-–]\s?({_DAY})(?![A-Za-z])", _days),
    rule(r"(?<![\w'])'?(18|19|20)?([2-9]0)'?s(?![A-Za-z])", _decade),
    rule(r"(\d)-in-(\d)", lambda m: f"{cardinal_en(int(m[1]))} in {cardinal_en(int(m[2]))}"),
    rule(
        r"(\d)'\s?(\d{1,2})(?:\"|″|'')?(?!\d)",
        lambda m: f"{cardinal_en(int(m[1]))} foot" + (f" {cardinal_en(int(m[2]))}" if int(m[2]) else ""),
    ),
    rule(r"(720|1080|1440|2160)([pi])(?![A-Za-z])", lambda m: f"{_pair(m[1])} {m[2].upper()}"),
    rule(r"(?<=RTX )(\d{4})(?!\d)|(?<=GTX )(\d{4})(?!\d)", lambda m: _pair(m[0])),
    rule(
        r"(?<!\d)(\d+(?:\.\d+)?)\s?/\s?(5|10|100)(?=\s(?:stars?|rating|people|customers|buyers|shoppers|of|by|from)|[,.!]|$)",
        lambda m: (
            f"{number_en(m[1])} out of {cardinal_en(int(m[2]))}"
            if "." in m[1] or m[2] != "10" or m.end() < len(m.string)
            else None
        ),
    ),
    rule(r"(\d+)x(?![A-Za-z0-9]|\s?\d)", lambda m: f"{cardinal_en(int(m[1]))} times"),
    rule(rf"({N})\s?(k|M)\+?(?=\s(?:{_COUNTED}))", lambda m: f"{number_en(m[1])} {_SCALES[m[2].lower()]}"),
    rule(r"(\d{1,2})¢", lambda m: f"{cardinal_en(int(m[1]))} {'cent' if m[1] == '1' else 'cents'}", stress=True),
    rule(rf"(?<![A-Za-z])(?:{_SIZE})\s?[-–]\s?(?:{_SIZE})(?![A-Za-z])", _sizes),
    rule(r"(\d+)?\s?([½¼¾⅓⅔])", _parts),
    rule(r"(?<![\d/])(\d+)\s([1-9])/([2-9]|1[0-6])(?!\d)", _mixed),
    rule(
        r"(?<![A-Za-z])(?:" + "|".join(re.escape(each) for each in _SHORT) + r")(?![A-Za-z])",
        lambda m: _SHORT[m[0].lower()],
    ),
    rule(r"(?<=[\w])\s?/\s?(" + "|".join(sorted(_PER, key=len, reverse=True)) + r")(?![A-Za-z])", _per),
    rule(r"(?P<year>(?:19|20)\d\d)[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})(?!\d)", _date),
    rule(r"(?<![\d:])\d{1,3}:\d{1,3}(?=\s(?:ratio|scale|mix|dilution))", lambda m: _to(m[0])),
    rule(
        r"(?<![\d:])(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)\s?(?P<half>[ap]\.?m\.?)?\s?[-–]\s?"
        r"(?P<until>[01]?\d|2[0-4]):(?P<then>[0-5]\d)(?!\d)\s?(?P<other>[ap]\.?m\b\.?)?",
        lambda m: f"{_clock(m['hour'], m['minute'], m['half'])} to {_clock(m['until'], m['then'], m['other'])}",
    ),
    rule(
        r"(?<!\d)(\d{1,2})\s?([ap]m)\s?[-–]\s?(\d{1,2})\s?([ap]m)\b",
        lambda m: f"{_clock(m[1], '0', m[2])} to {_clock(m[3], '0', m[4])}",
    ),
    rule(r"(?:16|21):(?:9|10)(?!\d)|(?<!\d)9:16(?!\d)", lambda m: _to(m[0])),
    rule(r"(?<![\d:])(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?!\d)\s?(?P<half>[ap]\.?m\b\.?)?", _time),
    rule(r"(?<![\d:])\d{1,3}:\d{1,3}(?![\d:])", lambda m: _to(m[0])),
    rule(
        r"(\d{1,2})\s?[-–]\s?(\d{1,2})\s?(am|pm)\b",
        lambda m: f"{cardinal_en(int(m[1]))} to {cardinal_en(int(m[2]))} {' '.join(m[3].upper())}",
    ),
    rule(r"(\d{1,2})\s?(am|pm)\b", lambda m: f"{cardinal_en(int(m[1]))} {' '.join(m[2].upper())}"),
    rule(r"(?<![\d-])(?:\+?1[- ])?\(?\d{3}\)?[- ]\d{3}[- ]\d{4}(?!\d)", lambda m: digits_en(m[0])),
    rule(r"\+?\d{1,3}[- ]\d{3}[- ]\d{4}(?!\d)|\(?\d{3}\)?[- ]\d{3}[- ]\d{4}(?!\d)", lambda m: digits_en(m[0])),
    rule(
        rf"(?P<sign>{_SIGN})\s?(?P<low>{N})(?:{TO}(?:{_SIGN})?(?P<high>{N}))?(?P<scale>(?:k|m|bn|b)(?![A-Za-z]))?",
        _signed_price,
        stress=True,
    ),
    rule(
        rf"({N})\s?(usd|cny|rmb|yuan|元)(?![A-Za-z])",
        lambda m: _money(m[1], "usd" if m[2].lower() == "usd" else "cny"),
        stress=True,
    ),
    rule(rf"({N})%?{TO}({N})\s?%", lambda m: f"{number_en(m[1])} to {number_en(m[2])} percent", stress=True),
    rule(
        rf"(?:(?<![\w)])([-−]))?({N})\s?%",
        lambda m: f"{'minus ' if m[1] else ''}{number_en(m[2])} percent",
        stress=True,
    ),
    rule(r"([2-9])([KG])(?![A-Za-z0-9])", lambda m: f"{cardinal_en(int(m[1]))} {m[2]}" if m[2].isupper() else None),
    rule(
        r"(\d{3})L?(?=\s(?:stainless|steel))",
        lambda m: cardinal_en(int(m[1][0])) + (" oh " if m[1][1] == "0" else " ") + cardinal_en(int(m[1][1:])),
    ),
    rule(rf"(?:{N})(?:\s?{_UNIT})?(?:\s?[*×xX✕]\s?(?:{N})(?:\s?{_UNIT})?)+", _dimensions),
    rule(rf"(?:(?<![\w)])([-−]))?({N})\s?({_UNIT})\s?[-~–—]\s?([-−])?({N})\s?({_UNIT})", _span),
    rule(
        rf"(?:(?<![\w)])(?P<minus>[-−]))?(?P<low>{N})(?:{TO}(?P<high>{N}))?(?P<dash>-)?\s?(?P<unit>{_UNIT})(?P<noun>{_NOUN})?",
        _quantity,
    ),
    rule(r"(\d+)(?:st|nd|rd|th)\b", lambda m: ordinal_en(int(m[1]))),
    rule(r"#\s?(\d+)", lambda m: f"number {number_en(m[1])}"),
    rule(r"No\.\s?(\d+)", lambda m: f"number {number_en(m[1])}"),
    rule(r"(?<![A-Za-z])(?:[A-Za-z]+-?\d+(?:\.\d+)?[A-Za-z]*|\d+[A-Za-z]+\d*)(?![A-Za-z0-9])", _model),
    rule(r"([1-9]\d?)/([1-9]\d?)(?!\d|/)", _fraction),
    rule(r"\d+", _long),
    rule(
        r"(?<![\d.,$])((?:19|20)\d\d)(?=\s(?:model|edition|version|collection|release|spring|summer|fall|winter|season|line|lineup)\b)",
        lambda m: year_en(int(m[1])),
    ),
    rule(r"(?:(?<=in )|(?<=since )|(?<=by )|(?<=of ))((?:19|20)\d\d)(?!\d|\.\d|,\d)", lambda m: year_en(int(m[1]))),
    rule(rf"({N})\s?[-–~]\s?({N})", lambda m: f"{number_en(m[1])} to {number_en(m[2])}"),
    rule(rf"(?<![\w)])[-−]({N})", lambda m: "minus " + number_en(m[1])),
    rule(N, lambda m: number_en(m[0])),
    rule(r"(?<=\d)\+(?![\w+])", lambda m: " plus"),
    rule(r"(?<=\w)\s?&\s?(?=\w)", lambda m: " and "),
    rule(r"(?<=\w)\s?\+\s?(?=\w)", lambda m: " plus "),
    rule(r"w/o\b", lambda m: "without"),
    rule(r"w/(?=\s)", lambda m: "with"),
    rule(r"≥|>=", lambda m: " at least "),
    rule(r"≤|<=", lambda m: " at most "),
    rule(r"<(?=\s?\d)", lambda m: " less than "),
    rule(r">(?=\s?\d)", lambda m: " more than "),
    rule(r"±", lambda m: " plus or minus "),
    rule(r"[×✕]", lambda m: " times "),
    rule(r"(?<=\w)/(?=\w)", lambda m: " or "),
    rule(r"=", lambda m: " equals "),
    rule(r"OLED(?![A-Za-z])", lambda m: "oh-led" if m[0].isupper() else None),
    rule(r"(?<![A-Za-z])[A-Z]{2,4}(?![A-Za-z])", _capitals),
)

"""What Chinese words ask of another variant of a product: values of its options, colours by their one character."""

import re

from assistant.service.model import Goods
from assistant.service.options import Wanted, rank_of

_COLOURS = "红橙黄绿青蓝紫黑白灰粉棕米金银"
_ENGLISH = {
    "红": "red",
    "绿": "green",
    "蓝": "blue",
    "黑": "black",
    "白": "white",
    "灰": "grey",
    "粉": "pink",
    "棕": "brown",
}
_TARGET = re.compile("换成|换为|换到|换一?[个件台款双条]?|改成|要")
_UNWANTED = re.compile("(?:不换|不要|别要|不是|不想要|别换|不用)[^，,。 ]{1,6}")
_LARGER, _SMALLER = (
    re.compile("大容量|容量(?:更|要)?大|大(?:一|1|点|些|号|码|的|吧|$)|更大|最大"),
    re.compile("小(?:一|1|点|些|号|码|的|吧|$)|更小|最小"),
)


def wanted_in_chinese(goods: Goods, text: str) -> Wanted:
    """What `text` says after "换成" counts; all of it where it says nothing there."""
    text = _UNWANTED.sub(" ", text)
    parts = _TARGET.split(text)
    said = " ".join(parts[1:]) if len(parts) > 1 and any(part.strip() for part in parts[1:]) else text
    values = {option: found for option, every in goods.options.items() if (found := _named(every, said))}
    compared = []
    way = 1 if _LARGER.search(said) else -1 if _SMALLER.search(said) else 0
    for option, every in goods.options.items():
        if way and option not in values and all(rank_of(value) is not None for value in every):
            compared.append((option, way, None))
    return Wanted(values, tuple(compared), same_rest=bool(values) and "其他" in said)


def _named(values: tuple[str, ...], said: str) -> tuple[str, ...]:
    plain = [value for value in values if _says(value, said)]
    if plain:
        longest = max(len(value) for value in plain)
        return tuple(value for value in plain if len(value) == longest)
    colours = [char for char in _COLOURS if re.search(f"{char}(?:色|的|款|吧|行|可|$|[，,。 ])", said)]
    english = {
        char: word
        for char, word in _ENGLISH.items()
        if char in colours or re.search(rf"(?<![a-z]){word}(?![a-z])", said, re.IGNORECASE)
    }
    colours += list(english)
    return tuple(
        value for value in values if any(char in value for char in colours) or value.lower() in english.values()
    )


def _says(value: str, said: str) -> bool:
    word = re.escape(value)
    if re.fullmatch(r"[A-Za-z0-9.]+", value):
        return re.search(rf"(?<![A-Za-z0-9.]){word}(?![A-Za-z0-9.])", said, re.IGNORECASE) is not None
    return re.search(word, said, re.IGNORECASE) is not None

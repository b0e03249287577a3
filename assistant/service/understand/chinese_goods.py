"""Products by what Chinese shoppers call them: nouns with their synonyms, or the words that tell a name."""

import re
from functools import lru_cache

from assistant.service.asks import Item
from assistant.service.understand import chinese_words as w

_WORD = re.compile("[A-Za-z]?[一-龥]+")  # "T恤", "茶壶"
_MODEL = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z]+\d[A-Za-z0-9]*(?:[ -]?(?:Pro|Max|Ultra|Plus|mini)(?![A-Za-z]))*", re.IGNORECASE
)
_LETTERS = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9]+")
_COMMON = re.compile("pro|max|plus|ultra|mini|app|ok|vip", re.IGNORECASE)


def items_in(text: str, goods: tuple[str, ...]) -> tuple[Item, ...]:
    """The things a clause calls by name, each with the products it may be."""
    if not goods:
        return ()
    found: dict[tuple[str, ...], str] = {}
    taken: list[str] = []
    for group in w.NOUNS:
        said = next((word for word in group if word in text), "")
        if said and not any(said in other for other in taken):
            names = tuple(name for name in goods if any(word in name for word in group))
            names = _telling(text.replace(said, " "), _sized(text, names))
            taken.append(said)
            if names:
                found.setdefault(names, said)
    names, said = _of_model(text, goods)
    names = _sized(text, names)
    if not (names or taken):
        found = _alike(text, goods)
    if not (names or taken or found):
        found = _by_pairs(text, goods) or _by_head(text, goods) or _by_sort(text, goods) or _that_one(text, goods)
    if not (names or taken or found):
        before = text[: target.start()] if (target := w.TARGET.search(text)) else text
        sized = _sized(before, goods)
        names, said = (sized, before) if len(sized) < len(goods) else ((), "")
    if not (names or taken or found):
        names, said = _of_grade(text, goods)
    if names:
        found = {names: said}
    return tuple(Item("|".join(names), said) for names, said in found.items())


def _sized(text: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Of several the ones of the size that a text names: "60升的热水器"."""
    said = [
        f"{match[1]}{unit}" for match in re.finditer(r"(?<![\d.])(\d+(?:\.\d+)?)(?:升|[Ll])", text) for unit in "升L"
    ]
    return tuple(name for name in names if any(re.search(rf"(?<![\d.]){size}", name) for size in said)) or names


def _telling(text: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Of several the ones that share most with a text of what not all of them are called: "活水的那台"."""
    if len(names) < 2:
        return names
    pairs = {run[at : at + 2] for run in re.findall("[一-龥]+", text) for at in range(len(run) - 1)}
    shared = [sum(pair in name and not all(pair in one for one in names) for pair in pairs) for name in names]
    return tuple(name for name, score in zip(names, shared, strict=True) if score == max(shared))


def _of_model(text: str, goods: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """The products whose names hold a model or a series that a text names: "M9 Pro", "UDproS"."""
    said = [match[0] for match in _MODEL.finditer(text)] + [
        word for word in _LETTERS.findall(text) if not _COMMON.fullmatch(word)
    ]
    for one in sorted(said, key=lambda word: -len(word)):
        names = tuple(name for name in goods if _squeezed(one) in _models_of(name))
        if names and len(names) < len(goods):
            return names, one
    return (), ""


def _of_grade(text: str, goods: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """The products whose names hold the grade by which alone a text calls them: "Max那台"."""
    for one in _LETTERS.findall(text):
        names = tuple(name for name in goods if re.search(rf"{one}(?![A-Za-z])", name, re.IGNORECASE))
        if _COMMON.fullmatch(one) and names and len(names) < len(goods):
            return names, one
    return (), ""


@lru_cache(maxsize=512)
def _models_of(name: str) -> frozenset[str]:
    squeezed, plain = _squeezed(name), name.lower()
    return frozenset(word for text in (squeezed, plain) for word in re.findall("[a-z0-9]+", text))


def _squeezed(text: str) -> str:
    return re.sub(r"(?<=[a-z0-9])[ -](?=(?:pro|max|ultra|plus|mini)(?![a-z]))", "", text.lower())


@lru_cache(maxsize=256)
def _alike(text: str, goods: tuple[str, ...]) -> dict[tuple[str, ...], str]:
    """The products whose names share a telling word with a text, each word with those that share the longest there."""
    best: dict[str, str] = {}
    for name in goods:
        for start in range(len(text) - 1):
            for end in range(min(len(text), start + 8), start + 1, -1):
                word = text[start:end]
                known = best.get(name, "")
                if len(word) > len(known) and _WORD.fullmatch(word) and _tells(word, name):
                    best[name] = word
                    break
    words = sorted(set(best.values()), key=lambda word: (-len(word), text.find(word)))
    rest, found = text, dict[tuple[str, ...], str]()
    for word in words:
        if word in rest:  # not within a longer one
            rest = rest.replace(word, "\n")
            found[tuple(name for name, own in best.items() if own == word)] = word
    return found


_PIECES = "[一二两三四五六七八九十]+[件片条只双支把个枚袋包块层]"  # 茶具五件套
_COUNTED = "[个台口件双条只把]"
_HEAD = re.compile(
    rf"(?:[那这破烂]{_COUNTED}?|{_COUNTED})([一-龥])(?=$|[^一-龥]|退|换|取|不|我|给|的|了|呢|那)"
    r"|^([一-龥])(?=那[个单件台]|这[个单件台]|[，,。 ])"
)


def _by_pairs(text: str, goods: tuple[str, ...]) -> dict[tuple[str, ...], str]:
    """The product with which a text shares several words of two characters: "扫地的机器"."""
    shared: dict[str, list[str]] = {}
    for name in goods:
        words = {name[at : at + 2] for at in range(len(name) - 1) if _WORD.fullmatch(name[at : at + 2])}
        said = sorted(word for word in words if word in text)
        if len(said) >= 2 and len({char for word in said for char in word}) >= 4:
            shared[name] = said
    return {(name,): said[0] for name, said in shared.items()} if len(shared) == 1 else {}


def _by_head(text: str, goods: tuple[str, ...]) -> dict[tuple[str, ...], str]:
    """The product whose name alone ends in the character that a text calls it by: "那个锅"."""
    for match in _HEAD.finditer(text):
        said = match[1] or match[2]
        names = tuple(name for name in goods if re.search(rf"{said}(?![一-龥])", name))
        if len(names) == 1:
            return {names: said}
    return {}


_THAT = re.compile("(?P<said>[一-龥]{2,6}?)的?那[台个款单件只双条]")


def _that_one(text: str, goods: tuple[str, ...]) -> dict[tuple[str, ...], str]:
    """The products whose names hold the very word before "那台": "燃气那台"."""
    for match in _THAT.finditer(text):
        names = tuple(name for name in goods if match["said"] in name)
        if names and len(names) < len(goods):
            return {names: match["said"]}
    return {}


def _by_sort(text: str, goods: tuple[str, ...]) -> dict[tuple[str, ...], str]:
    """The products of the sort that a text names: "茶叶" of a green tea."""
    for sort, said in w.SORTS:
        names = tuple(name for name in goods if said.search(name))
        if sort in text and names:
            return {names: sort}
    return {}


def _tells(word: str, name: str) -> bool:
    """Three characters of a name tell it, or two at the end of a word: "茶壶"; "袜子" is what ends in "袜"."""
    if len(word) == 2 and word[1] == "子":
        return re.search(re.escape(word[0]) + r"(?![一-龥])", name) is not None
    if word not in name:
        return False
    return len(word) >= 3 or re.search(rf"{re.escape(word)}(?:(?![一-龥])|(?={_PIECES}))", name) is not None

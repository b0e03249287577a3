"""Products by what Chinese shoppers call them: nouns with their synonyms, or the words that tell a name."""

import re
from functools import lru_cache

from assistant.service.asks import Item
from assistant.service.understand import chinese_words as w


def items_in(text: str, goods: tuple[str, ...]) -> tuple[Item, ...]:
    """The things a clause calls by name, each with the products it may be."""
    found: dict[tuple[str, ...], str] = {}
    taken: list[str] = []
    for group in w.NOUNS:
        said = next((word for word in group if word in text), "")
        if said and not any(said in other for other in taken):
            names = tuple(name for name in goods if any(word in name for word in group))
            taken.append(said)
            if names:
                found.setdefault(names, said)
    if not taken:
        names, said = _alike(text, goods)
        if names:
            found.setdefault(names, said)
    return tuple(Item("|".join(names), said) for names, said in found.items())


@lru_cache(maxsize=256)
def _alike(text: str, goods: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """The products whose names share the longest telling word with a text."""
    best: dict[str, str] = {}
    for name in goods:
        for start in range(len(text) - 1):
            for end in range(min(len(text), start + 8), start + 1, -1):
                word = text[start:end]
                if re.fullmatch("[一-龥]+", word) and _tells(word, name) and len(word) > len(best.get(name, "")):
                    best[name] = word
                    break
    longest = max((len(word) for word in best.values()), default=0)
    names = tuple(name for name, word in best.items() if len(word) == longest)
    return names, (best[names[0]] if names else "")


def _tells(word: str, name: str) -> bool:
    """Three characters of a name tell it, or two at the end of a word: "茶壶"."""
    if word not in name:
        return False
    return len(word) >= 3 or re.search(re.escape(word) + r"(?![一-龥])", name) is not None

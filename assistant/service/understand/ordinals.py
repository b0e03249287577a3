"""Which of several that were told one after the other: "the second one", "第二个", "最后那个"."""

import re

_WORDS = ("first|1st|former|top", "second|2nd", "third|3rd", "fourth|4th", "fifth|5th", "sixth|6th")
_ENGLISH = re.compile(
    r"\b(?:the )?(?:"
    + "|".join(f"(?P<n{n}>{words})" for n, words in enumerate(_WORDS))
    + r"|(?P<last>last|latter|bottom))"
    r"(?:\s+(?:one|ones|item|of (?:them|those|the two))\b|(?=[\s,.!]*(?:please)?[.!]*$))"
    r"|\b(?:number|no\.?|#|option)\s?(?P<digit>[1-6])\b(?![\d.])",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    r"第\s*(?P<n>[一二三四五六1-6])\s*(?:个|款|台|种|件|单|笔|条|样)?|(?P<last>最后(?:一|那)?(?:个|款|台|种|件|单|笔)|后(?:面|一)(?:那)?个)"
    r"|(?P<first>前(?:面|一)(?:那)?个|头一个)"
)


def place_in(text: str, count: int) -> int | None:
    """The index of the one of `count` that a text means by its place; None where it means none of them."""
    found = None
    if (match := _CHINESE.search(text)) is not None:
        found = (
            count - 1
            if match["last"]
            else 0
            if match["first"]
            else ("一二三四五六".find(match["n"]) if match["n"] in "一二三四五六" else int(match["n"]) - 1)
        )
    elif (match := _ENGLISH.search(text)) is not None:
        found = (
            count - 1
            if match["last"]
            else int(match["digit"]) - 1
            if match["digit"]
            else next(n for n in range(len(_WORDS)) if match[f"n{n}"])
        )
    return found if found is not None and 0 <= found < count else None

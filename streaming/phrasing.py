"""Cutting a checked sentence into what is said in one breath and shown as one subtitle."""

import re

_PIECES = re.compile(
    r"[^，。！？；：、,.!?;:…\n]*(?:(?<=\d)[.,:](?=\d)[^，。！？；：、,.!?;:…\n]*)*[，。！？；：、,.!?;:…\n]*[”’」』）)》】\"']*\s*"
)
_END = re.compile(r"[。！？!?…\n]|\.(?!\d)")


def _weight(text: str) -> int:
    """How long it takes to say, about: a Chinese character counts three, a Latin letter one."""
    return sum(3 if ord(char) > 0x2E80 else 1 for char in text)


def clauses(sentence: str, *, least: int = 18, most: int = 60) -> tuple[str, ...]:
    """The sentence's breaths, in order; joined they are the sentence without its outer blanks.

    Cut at punctuation, never inside a number; pieces under `least` join their neighbour (three for a Chinese
    character, one for a Latin letter), pieces over `most` without any punctuation are cut between words.
    """
    made: list[str] = []
    for piece in _PIECES.findall(sentence.strip()):
        if not piece:
            continue
        if made and (_weight(made[-1]) < least or _weight(piece) < least // 2) and _weight(made[-1] + piece) <= most:
            made[-1] += piece
        else:
            made += _shorter(piece, most)
    return tuple(made)


def ends_sentence(clause: str) -> bool:
    return bool(_END.search(clause[-3:])) if clause else True


def _shorter(piece: str, most: int) -> list[str]:
    made: list[str] = []
    while _weight(piece) > most:
        cut = len(piece)
        while _weight(piece[:cut]) > most:
            cut -= 1
        blank = piece.rfind(" ", cut // 2, cut)
        if blank > 0:
            cut = blank + 1
        while cut > 1 and _joined(piece[cut - 1], piece[cut : cut + 1]):
            cut -= 1
        made.append(piece[:cut])
        piece = piece[cut:]
    return [*made, piece]


def _joined(before: str, after: str) -> bool:
    """Whether two characters belong to one number, price or Latin word."""
    return bool(after) and all((char.isascii() and char.isalnum()) or char in ".,%$¥￥€£" for char in (before, after))

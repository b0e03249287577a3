"""The scanner: rules tried in order at each position, and where each spoken character came from."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

# One character for one, so that offsets survive.
_HALF_WIDTH = {0xFF10 + n: 0x30 + n for n in range(10)}
_HALF_WIDTH |= {0xFF21 + n: 0x41 + n for n in range(26)} | {0xFF41 + n: 0x61 + n for n in range(26)}
_HALF_WIDTH |= {ord(wide): ord(narrow) for wide, narrow in zip("％＄＋／．", "%$+/.", strict=True)}


@dataclass(frozen=True, slots=True)
class Rule:
    """`say` gets the match and returns the words, or None to let the next rule try. `stress`: worth emphasis."""

    pattern: re.Pattern[str]
    say: Callable[[re.Match[str]], str | None]
    stress: bool = False


@dataclass(frozen=True, slots=True)
class Spoken:
    """`origin[i]`: offset in the written text of the i-th spoken character, ascending.

    `stresses`: spans of the written text that deserve emphasis (prices, discounts).
    """

    text: str
    origin: tuple[int, ...]
    stresses: tuple[tuple[int, int], ...] = ()


def rule(pattern: str, say: Callable[[re.Match[str]], str | None], *, stress: bool = False) -> Rule:
    return Rule(re.compile(pattern, re.IGNORECASE), say, stress)


def _sayable(char: str) -> bool:
    if char.isalnum() or char in " ，。！？；：、,.!?;:'’-…":
        return True
    # Letters and marks of any script, but not the mark that turns a character into a picture.
    return unicodedata.category(char)[0] in "LM" and char != "\ufe0f"


def scan(text: str, rules: tuple[Rule, ...]) -> Spoken:
    narrow = text.translate(_HALF_WIDTH)
    words: list[str] = []
    origin: list[int] = []
    stresses: list[tuple[int, int]] = []
    at = 0
    while at < len(narrow):
        for each in rules:
            match = each.pattern.match(narrow, at)
            if match is None or match.end() == at:
                continue
            said = each.say(match)
            if said is None:
                continue
            if said.startswith(" ") and (not words or words[-1].endswith(" ")):
                said = said[1:]
            if not said:
                at = match.end()
                break
            words.append(said)
            width = match.end() - at
            origin += [at + index * width // len(said) for index in range(len(said))]
            if each.stress:
                stresses.append((at, match.end()))
            at = match.end()
            break
        else:
            char = narrow[at]
            if char in "\n\r|":
                words.append("，")
                origin.append(at)
            elif char == " " and (not words or words[-1].endswith(" ")):
                pass  # one is enough
            elif _sayable(char):
                words.append(char)
                origin.append(at)
            elif words and not words[-1].endswith(" "):
                words.append(" ")  # what stands on both sides must not run together
                origin.append(at)
            at += 1
    return Spoken("".join(words), tuple(origin), tuple(stresses))

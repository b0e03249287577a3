"""Cutting a model's stream into sentences, as early as is safe."""

import re

from assistant.guard.thoughts import Thoughts

MAX_CHARS = 220  # a longer run without a stop is cut at a clause, or hard: nothing may be held back for ever
_ROW = 4  # times that for a row of a table: its cells are read below their headers, so it stays whole

_LINE_ENDS = "\n\u2028\u2029"
_HARD_STOPS = frozenset("。｡！？!?…" + _LINE_ENDS)
_EMOJI = "\u200d\ufe0f\u2600-\u27bf\U0001f1e6-\U0001faff"
_TRAILERS = re.compile(rf"[。｡！？!?….~～”’」』）)】》\"'*_`{_EMOJI}]*\s*")
_BLANKS = re.compile(r"\s*")
_NEVER_END = re.compile(r"(?:\b(?:mr|mrs|ms|dr|st|jr|prof|vs|no|nos|fig|approx|e\.g|i\.e)|\b[a-z](?:\.[a-z])*)\Z", re.I)
_END_BEFORE_CAPITAL = re.compile(
    r"(?:\b(?:etc|inc|ltd|co|corp|oz|lbs?|ft|in|cm|mm|ml|kg|hrs?|max|min|sq|a\.m|p\.m)|\d ?[a-z])\Z", re.I
)
_LIST_NUMBER = re.compile(r"(?:\A|\n|[:：|])\s*(?:[-*+>#]\s*)*[*_(（]*(?:\d{1,3}|[a-z]|[ivx]{1,4})\Z", re.I)
_URL = re.compile(
    r"(?:https?://|www\.|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,8}/)[^\s\u3000-\u303f\u3400-\u9fff\uff00-\uffef]*\Z",
    re.I,
)
_SPACE = re.compile(r"(?<=[^\s\d$¥€£])\s(?!\d)")  # "500 ml" and "No 5" are not cut
_FIGURE = re.compile(r"[\da-z零〇一二两三四五六七八九十百千万亿点.,$¥€£ ]", re.I)
_CLOSERS = frozenset("\"'”’」』）)】》*_`~")
_LETTER_ALONE = re.compile(r"(?:\A|[\n。｡！？!?….])\s?[^\W\d]\Z")
_CLAUSE_MARK = re.compile(r"[，；;、：]|,(?!\d)|:(?!/)")


class SentenceSplitter:
    """Feed deltas, get whole sentences; joined again they are the stream without its `<think>` parts.

    A sentence keeps the space or newline after it. A stop counts only once it is known what follows, so "3.5",
    "v2.0", "example.com/a?b=1", "e.g. this" and "1. first" stay whole wherever the stream is cut. A run of more than
    `max_chars` without a stop is cut at its last clause mark. A row of a table ends with its line.
    """

    def __init__(self, max_chars: int = MAX_CHARS) -> None:
        if max_chars < 20:
            raise ValueError(f"max_chars must be at least 20, got {max_chars}")
        self._max = max_chars
        self._thoughts = Thoughts()
        self._text = ""
        self._from = 0  # no stop lies before this place

    def feed(self, delta: str) -> list[str]:
        """The sentences that `delta` completes."""
        self._text += self._thoughts.feed(delta)
        return self._take(final=False)

    def flush(self) -> list[str]:
        """What is left when the stream ends; the splitter can then be used for the next one."""
        self._text += self._thoughts.flush()
        pieces = self._take(final=True)
        if self._text:
            pieces.append(self._text)
        self._text, self._from = "", 0
        return pieces

    def _take(self, *, final: bool) -> list[str]:
        pieces: list[str] = []
        start = 0
        while True:
            end = self._next_end(start, final=final)
            if end is None:
                break
            pieces.append(self._text[start:end])
            start = self._from = end
        self._text = self._text[start:]
        self._from = max(0, self._from - start)
        return pieces

    def _next_end(self, start: int, *, final: bool) -> int | None:
        """Where the sentence that begins at `start` ends, or None when that can't be said yet."""
        text = self._text
        index = max(start, self._from)
        row = text[start : start + self._max].lstrip()[:1] == "|"
        limit = start + self._max * (_ROW if row else 1)
        while index < len(text):
            if index >= limit:
                return self._forced_cut(start, limit)
            char = text[index]
            if (char not in _LINE_ENDS) if row else (char not in _HARD_STOPS and char != "."):
                index += 1
                continue
            verdict = self._is_stop(start, index, final=final)
            if verdict is None:
                self._from = index
                return None
            if not verdict:
                index += 1
                continue
            trail = (_BLANKS if char in _LINE_ENDS else _TRAILERS).match(text, index + 1)
            end = trail.end() if trail else index + 1
            if end == len(text) and not final:
                self._from = index
                return None
            return end
        self._from = index
        return None

    def _is_stop(self, start: int, index: int, *, final: bool) -> bool | None:
        text, char = self._text, self._text[index]
        if _LETTER_ALONE.search(text[max(start, index - 3) : index]):
            return False  # 全！网！最！低！价: stops between the letters part no sentences
        if char in _LINE_ENDS:
            return bool(text[start:index].strip())
        before = text[max(start, index - 200) : index]
        following = text[index + 1 : index + 2]
        if not following and not final:
            return None
        if char in "?!" and _URL.search(before) and following and not following.isspace():
            return False
        if char != ".":
            return True
        if following and not following.isspace() and following not in _CLOSERS:
            return bool(following >= "\u3400" and before[-1:].isascii() and before[-1:].isalpha())
        unit = _END_BEFORE_CAPITAL.search(before)
        if not unit and (_LIST_NUMBER.search(before) or _NEVER_END.search(before)):
            return False
        if unit:
            ahead = text[index + 1 :].lstrip()
            if not ahead:
                return True if final else None
            return ahead[0].isupper() or ahead[0] >= "\u3400"
        return True

    def _forced_cut(self, start: int, limit: int) -> int:
        for mark in (_CLAUSE_MARK, _SPACE):
            # What follows the limit is looked at too: the comma of "1,299" is no mark.
            ends = [found.end() for found in mark.finditer(self._text[: limit + 1], start) if found.end() <= limit]
            if ends and ends[-1] - start > self._max // 4:
                return ends[-1]
        cut = limit
        while cut > start + self._max // 2 and _FIGURE.match(self._text, cut - 1):
            cut -= 1  # half a price would be another price
        return cut


def sentences(text: str) -> list[str]:
    """The sentences of a finished text; joined they give the text back (without `<think>` parts)."""
    splitter = SentenceSplitter()
    return splitter.feed(text) + splitter.flush()

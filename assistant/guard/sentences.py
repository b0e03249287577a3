"""Cutting a model's stream into sentences, as early as is safe."""

import re

MAX_CHARS = 220  # a longer run without a stop is cut at a clause, or hard: nothing may be held back for ever

_HARD_STOPS = frozenset("。！？!?…\n")
_EMOJI = "\u200d\ufe0f\u2600-\u27bf\U0001f1e6-\U0001faff"
_TRAILERS = re.compile(rf"[。！？!?….~～”’」』）)】》\"'*_`{_EMOJI}]*\s*")
_BLANKS = re.compile(r"\s*")
_NEVER_END = re.compile(r"(?:\b(?:mr|mrs|ms|dr|st|jr|prof|vs|no|nos|fig|approx|e\.g|i\.e)|\b[a-z](?:\.[a-z])*)\Z", re.I)
_END_BEFORE_CAPITAL = re.compile(
    r"\b(?:etc|inc|ltd|co|corp|oz|lbs?|ft|in|cm|mm|ml|kg|hrs?|max|min|sq|a\.m|p\.m)\Z", re.I
)
_LIST_NUMBER = re.compile(r"(?:\A|\n)\s*(?:[-*>#]\s*)*\d{1,3}\Z")
_URL = re.compile(r"(?:https?://|www\.)[^\s\u3000-\u303f\u3400-\u9fff\uff00-\uffef]*\Z", re.I)
_CLAUSE_MARK = re.compile(r"[，；;、：]|,(?!\d)|:(?!/)")
_TAG = re.compile(r"<(think|thinking|reasoning)\s*>", re.I)
_STRAY_TAG = re.compile(r"</(?:think|thinking|reasoning)\s*>\s*", re.I)
_TAGS = ("<think>", "<thinking>", "<reasoning>", "</think>", "</thinking>", "</reasoning>")


class _Thoughts:
    """Lets through what stands outside `<think>…</think>`, however the stream is cut."""

    def __init__(self) -> None:
        self._buffer = ""
        self._inside = ""

    def feed(self, delta: str) -> str:
        self._buffer += delta
        out: list[str] = []
        while True:
            if self._inside:
                closing = re.search(rf"</{self._inside}\s*>\s*", self._buffer, re.I)
                if closing is None:
                    self._buffer = self._buffer[-16:]  # the closing tag may be half here
                    return "".join(out)
                self._buffer, self._inside = self._buffer[closing.end() :], ""
            opening = _TAG.search(self._buffer)
            if opening is None:
                break
            out.append(self._buffer[: opening.start()])
            self._buffer, self._inside = self._buffer[opening.end() :], opening[1].lower()
        keep = self._half_tag()
        ready, self._buffer = self._buffer[:keep], self._buffer[keep:]
        return "".join(out) + _STRAY_TAG.sub("", ready)

    def flush(self) -> str:
        rest = "" if self._inside else _STRAY_TAG.sub("", self._buffer)
        self._buffer = self._inside = ""
        return rest

    def _half_tag(self) -> int:
        at = self._buffer.rfind("<")
        if at >= 0 and any(tag.startswith(self._buffer[at:].lower()) for tag in _TAGS):
            return at
        return len(self._buffer)


class SentenceSplitter:
    """Feed deltas, get whole sentences; joined again they are the stream without its `<think>` parts.

    A sentence keeps the space or newline after it. A stop counts only once it is known what follows, so "3.5",
    "v2.0", "example.com/a?b=1", "e.g. this" and "1. first" stay whole wherever the stream is cut. A run of more than
    `max_chars` without a stop is cut at its last clause mark.
    """

    def __init__(self, max_chars: int = MAX_CHARS) -> None:
        if max_chars < 20:
            raise ValueError(f"max_chars must be at least 20, got {max_chars}")
        self._max = max_chars
        self._thoughts = _Thoughts()
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
        limit = start + self._max
        while index < len(text):
            if index >= limit:
                return self._forced_cut(start, limit)
            char = text[index]
            if char not in _HARD_STOPS and char != ".":
                index += 1
                continue
            verdict = self._is_stop(start, index, final=final)
            if verdict is None:
                self._from = index
                return None
            if not verdict:
                index += 1
                continue
            trail = (_BLANKS if char == "\n" else _TRAILERS).match(text, index + 1)
            end = trail.end() if trail else index + 1
            if end == len(text) and not final:
                self._from = index
                return None
            return end
        self._from = index
        return None

    def _is_stop(self, start: int, index: int, *, final: bool) -> bool | None:
        text, char = self._text, self._text[index]
        if char == "\n":
            return bool(text[start:index].strip())
        before = text[max(start, index - 200) : index]
        following = text[index + 1 : index + 2]
        if not following and not final:
            return None
        if char in "?!" and _URL.search(before) and following and not following.isspace():
            return False
        if char != ".":
            return True
        if following and not following.isspace() and following not in "\"'”’)*_":
            return bool(following >= "\u3400" and not before[-1:].isdigit())
        if _LIST_NUMBER.search(before) or _NEVER_END.search(before):
            return False
        if _END_BEFORE_CAPITAL.search(before):
            ahead = text[index + 1 :].lstrip()
            if not ahead:
                return True if final else None
            return ahead[0].isupper() or ahead[0] >= "\u3400"
        return True

    def _forced_cut(self, start: int, limit: int) -> int:
        window = self._text[start:limit]
        marks = [mark.end() for mark in _CLAUSE_MARK.finditer(window)]
        if marks and marks[-1] > self._max // 4:
            return start + marks[-1]
        space = window.rfind(" ")
        if space > self._max // 4:
            return start + space + 1
        cut = limit
        while cut > start + self._max // 2 and self._text[cut - 1].isdigit():
            cut -= 1  # half a price would be another price
        return cut


def sentences(text: str) -> list[str]:
    """The sentences of a finished text; joined they give the text back (without `<think>` parts)."""
    splitter = SentenceSplitter()
    return splitter.feed(text) + splitter.flush()

"""What a model thinks aloud, and the marks its template leaves, taken out of its stream."""

import re
from dataclasses import dataclass

_LONGEST = 160  # characters of one mark, attributes included; what is longer is text
_NAMES = r"think|thinking|thoughts?|reasoning|reflection|analysis|scratchpad|(?:seed|longcat)[:_]think"
_XML = re.compile(rf"<({_NAMES})(?:\s[^<>]{{0,120}})?(?<!/)>", re.I)
_STRAY = re.compile(
    rf"</(?:{_NAMES})\s*>|<(?:{_NAMES})\s*/>|◁/think▷|\[/think\]|<channel\|>"
    r"|<\|(?:im_)?start\|>\s*assistant|<\|(?!(?:im_)?start\||channel\||begin_of_thought|start_thinking)[a-z][a-z_0-9]{0,30}\|>",
    re.I,
)
_HALF = re.compile(
    rf"</?(?:(?:{_NAMES})(?:\s[^<>]{{0,120}})?/?)?\Z|</?[a-z_:]{{1,14}}\Z|<channel\|?\Z"
    r"|◁/?(?:t(?:h(?:i(?:nk?)?)?)?)?\Z|\[/?(?:t(?:h(?:i(?:nk?)?)?)?)?\Z|<\|[a-z_0-9]{0,31}\|?\Z"
    r"|<\|(?:im_)?start\|>\s*(?:a(?:s(?:s(?:i(?:s(?:t(?:an?)?)?)?)?)?)?)?\Z",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Form:
    """How one family of models opens and closes what is not for the shopper."""

    opening: re.Pattern[str]
    closing: re.Pattern[str]
    nested: bool = True


_CHANNEL = re.compile(r"<\|channel\|?>", re.I)
_FORMS = (
    _Form(re.compile(r"◁think▷"), re.compile(r"◁/think▷")),
    _Form(re.compile(r"\[think\]", re.I), re.compile(r"\[/think\]", re.I)),
    _Form(re.compile(r"<\|begin_of_thought\|>"), re.compile(r"<\|end_of_thought\|>")),
    _Form(re.compile(r"<\|start_thinking\|>", re.I), re.compile(r"<\|end_thinking\|>", re.I)),
    # A channel is named after its mark; only what stands in "final" is for the shopper.
    _Form(
        _CHANNEL,
        re.compile(r"(?:<\|channel\|?>\s*final[^<>]{0,40}<\|message\|>|<\|(?:end|return|call)\|>|<channel\|>)", re.I),
        nested=False,
    ),
)


def _xml(name: str) -> _Form:
    name = re.escape(name)
    return _Form(re.compile(rf"<{name}(?:\s[^<>]{{0,120}})?(?<!/)>", re.I), re.compile(rf"</{name}\s*>", re.I))


class Thoughts:
    """Lets through what stands outside, however the stream is cut. What is never closed never comes out."""

    def __init__(self) -> None:
        self._buffer = ""
        self._inside: _Form | None = None
        self._depth = 0
        self._trim = False  # spaces behind a mark go with it, also when they come later
        self._last = ""  # character that came out

    def feed(self, delta: str) -> str:
        self._buffer += delta
        out = ""
        while True:
            if self._inside is not None and not self._leave(self._inside):
                return out
            mark = self._next_mark()
            if mark is None:
                return out + self._ready(self._half())
            start, end, form = mark
            out += self._ready(start)
            # A channel's own mark stays in the buffer: its end is read together with it.
            self._buffer = self._buffer[end - start if form is None or form.nested else 0 :]
            self._inside, self._depth, self._trim = form, 1, True

    def flush(self) -> str:
        rest = "" if self._inside is not None else self._ready(len(self._buffer))
        self._buffer, self._inside, self._trim, self._last = "", None, False, ""
        return rest

    def _leave(self, form: _Form) -> bool:
        """Whether the thought ends within the buffer, which then begins behind it."""
        place = 0
        while True:
            closing = form.closing.search(self._buffer, place)
            opening = form.opening.search(self._buffer, place) if form.nested else None
            if opening is not None and (closing is None or opening.start() < closing.start()):
                self._depth += 1
                place = opening.end()
            elif closing is not None:
                self._depth -= 1
                place = closing.end()
                if self._depth == 0:
                    self._buffer, self._inside = self._buffer[place:], None
                    return True
            else:
                self._buffer = self._buffer[max(place, len(self._buffer) - _LONGEST) :]  # a mark may be half here
                return False

    def _next_mark(self) -> tuple[int, int, _Form | None] | None:
        """The first mark of the buffer; without a form when it only has to go."""
        if not any(char in self._buffer for char in "<◁["):
            return None
        found: list[tuple[int, int, _Form | None]] = []
        for form in _FORMS:
            if (match := form.opening.search(self._buffer)) is not None:
                found.append((*match.span(), form))
        if (match := _XML.search(self._buffer)) is not None:
            found.append((*match.span(), _xml(match[1])))
        if (match := _STRAY.search(self._buffer)) is not None:
            found.append((*match.span(), None))
        return min(found, key=lambda one: one[0], default=None)

    def _ready(self, end: int) -> str:
        """What stands before `end`, taken out of the buffer."""
        ready, self._buffer = self._buffer[:end], self._buffer[end:]
        if self._trim and ready:
            if not self._last or self._last.isspace():
                ready = ready.lstrip()
            self._trim = not ready
        self._last = ready[-1:] or self._last
        return ready

    def _half(self) -> int:
        """Where a mark may have begun that is not complete yet."""
        half = _HALF.search(self._buffer, max(0, len(self._buffer) - _LONGEST))
        return half.start() if half is not None else len(self._buffer)

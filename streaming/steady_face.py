"""A face that does not fail: each is drawn in a thread of its own, and one that throws or hangs gives way to a simpler
one, which later gives it back. The frame loop never waits longer than a few frames, and usually not at all: while it
puts one picture on air the next is drawn beside it."""

import contextlib
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from queue import Empty, SimpleQueue

from avatar.face import Face, FaceError
from avatar.media import Frame, Moment
from streaming.standby import Ladder

_FIRST_S = 30.0  # to load what the first picture needs
_PATIENCE_S = 0.3  # for a picture that takes longer than a frame, before the last one is shown again
_BACKLOG = 100  # moments a face that looks ahead may be behind
_BESIDE = 1  # pictures of any other face that are still being drawn when the frame loop goes on


class _Drawing:
    """A face at work in a thread. Its thread is left to itself when it hangs."""

    def __init__(self, name: str, make: Callable[[], Face]) -> None:
        self._make = make
        self._moments: SimpleQueue[Moment | None] = SimpleQueue()
        self._pictures: SimpleQueue[Frame | Exception] = SimpleQueue()
        self._open = 0  # moments handed in and not drawn yet
        self._since = 0.0  # when the oldest of them was handed in
        self.face: Face | None = None
        self.spent_s = 0.0  # CPU time of its thread
        self.drew = False
        threading.Thread(target=self._run, name=f"face {name}", daemon=True).start()

    def render(self, moment: Moment, within_s: float) -> Frame | None:
        """The newest picture that is not drawn beside; None when there is none in time. Raises what the face raised."""
        looks_ahead = self.face is not None and self.face.delay
        beside = 0 if looks_ahead or not self.drew else _BESIDE
        if self._open < (_BACKLOG if looks_ahead else 1 + beside):
            self._since = self._since if self._open else time.monotonic()
            self._moments.put(moment)
            self._open += 1
        newest: Frame | None = None
        deadline = time.monotonic() + within_s
        while self._open > beside:
            try:
                done = self._pictures.get(timeout=max(0.0, deadline - time.monotonic()))
            except Empty:
                break
            self._open, self._since = self._open - 1, time.monotonic()
            if isinstance(done, Exception):
                raise done
            newest, self.drew = done, True
        return newest

    @property
    def silent_s(self) -> float:
        """For how long it has been owing a picture."""
        return time.monotonic() - self._since if self._open else 0.0

    def leave(self) -> None:
        self._moments.put(None)

    def _run(self) -> None:
        try:
            self.face = self._make()
        except Exception as error:  # a face's back-end may throw anything
            self._pictures.put(error)
            return
        while (moment := self._moments.get()) is not None:
            try:
                self._pictures.put(self.face.render(moment))
            except Exception as error:
                self._pictures.put(error)
            self.spent_s = time.thread_time()


class SteadyFace:
    """Faces, best first. A picture that could not be drawn is the one before.

    `delay` is that of the first, or one: what is drawn beside the frame loop is shown a frame later. It and `size`
    stay, so sound keeps its place. While a simpler face stands in, the first is tried beside it, once in `again_s`,
    and takes over again with its first good picture.
    """

    def __init__(
        self,
        faces: Sequence[tuple[str, Callable[[], Face]]],
        *,
        failures: int = 5,
        hang_s: float = 2.0,
        again_s: float = 60.0,
    ) -> None:
        self._faces = tuple(faces)
        first = faces[0][1]()
        self.delay, self.size = first.delay or _BESIDE, first.size
        self._hang_s = hang_s
        self._ladder = Ladder("face", [name for name, _ in faces], failures, again_s)
        self._drawing = _Drawing(faces[0][0], lambda: first)
        self._in_use = faces[0][0]
        self._trial: _Drawing | None = None
        self._spent_s = 0.0  # by faces that were left
        self._last: Frame | None = None

    @property
    def trouble(self) -> str:
        return self._ladder.trouble

    @property
    def spent_s(self) -> float:
        """CPU seconds of the threads that draw."""
        trial = self._trial
        return self._spent_s + self._drawing.spent_s + (trial.spent_s if trial else 0.0)

    def render(self, moment: Moment) -> Frame:
        self._try_first(moment)
        while True:
            patience_s = _PATIENCE_S if self._drawing.silent_s < _PATIENCE_S else 0.0
            try:
                picture = self._drawing.render(moment, patience_s if self._last is not None else _FIRST_S)
            except Exception as error:  # whatever a back-end throws
                if not self._ladder.failed(type(error).__name__) and self._last is None:
                    raise FaceError("no face can be drawn") from error
                self._follow_ladder()
            else:
                if picture is not None:
                    self._last = picture
                    self._ladder.worked()
                elif self._drawing.silent_s > (self._hang_s if self._drawing.drew else _FIRST_S):
                    if not self._ladder.failed("it hung", for_good=True) and self._last is None:
                        raise FaceError("no face can be drawn")
                    self._follow_ladder()
            if self._last is not None:
                return self._last

    async def close(self) -> None:
        for drawing in filter(None, (self._drawing, self._trial)):
            drawing.leave()
            close: Callable[[], Awaitable[None] | None] | None = getattr(drawing.face, "close", None)
            if close is not None and (pending := close()) is not None:
                await pending

    def _follow_ladder(self) -> None:
        """Let go of the face in use when another's turn has come."""
        name, make = self._faces[self._ladder.rung]
        if name != self._in_use:
            self._use(_Drawing(name, make), name)

    def _use(self, drawing: _Drawing, name: str) -> None:
        self._spent_s += self._drawing.spent_s
        self._drawing.leave()
        self._drawing, self._in_use = drawing, name

    def _try_first(self, moment: Moment) -> None:
        if self._trial is None:
            if not self._ladder.due:
                return
            self._trial = _Drawing(*self._faces[0])
        trial = self._trial
        with contextlib.suppress(Exception):
            if (picture := trial.render(moment, 0.0)) is not None:
                self._trial, self._last = None, picture
                self._ladder.restore()
                self._use(trial, self._faces[0][0])
                return
            if trial.silent_s < _FIRST_S:
                return
        trial.leave()  # it threw, or hangs
        self._trial = None
        self._ladder.postpone()

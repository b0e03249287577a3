"""Owns the answering of every conversation: it goes on when the shopper closes the page, and stops when told to."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import structlog

from assistant.conversation import Conversations, Received, UnknownConversation
from assistant.events import Finished, PageContext
from assistant.handoff import HandoffError
from assistant.pictures import Picture
from knowledge.model import Lang, Text
from web.limits import too_fast

log = structlog.get_logger("chat")

WAITING = 3  # messages that may wait while an answer is being written
TOO_LONG = 20_000  # characters; a shorter message that is still too long to be read is answered with that
SLOW_S = 120.0  # an answer that takes longer is given up

FAILED = Text(
    "抱歉，刚才没能回答出来。请再发一次，或者点“转人工”。",
    "Sorry, I could not answer that. Please send it again, or ask for a person.",
)


class Answerer(Protocol):
    """`assistant.assistant.Assistant`: stores what it yields before it yields it."""

    def answer(
        self,
        conversation_id: str,
        text: str,
        context: PageContext,
        *,
        received: Received | None = None,
        begun: str = "",
        handed: bool = False,
    ) -> AsyncGenerator[Any, None]: ...


@dataclass(frozen=True, slots=True)
class _Question:
    text: str
    context: PageContext
    received: Received
    begun: str = ""  # an answer that was cut off
    handed: bool = False  # after it had called a person


@dataclass
class _Line:
    """One conversation's messages that still want an answer, and the task that answers them in order."""

    waiting: deque[_Question] = field(default_factory=deque)
    task: asyncio.Task[None] | None = None
    answer: asyncio.Task[None] | None = None


class Desk:
    def __init__(
        self,
        conversations: Conversations,
        assistant: Answerer,
        tasks: asyncio.TaskGroup,
        *,
        on_answer: Callable[[str], None] = lambda outcome: None,
        stop_elsewhere: Callable[[str], object] = lambda conversation_id: None,
        on_load: Callable[[int], object] = lambda answers: None,
    ) -> None:
        """`stop_elsewhere`: passes on the wish to stop an answer that another process may be writing; `on_load`: is
        told how many answers are under way whenever that changes."""
        self._conversations = conversations
        self._assistant = assistant
        self._tasks = tasks
        self._lines: dict[str, _Line] = {}
        self._on_answer = on_answer
        self._stop_elsewhere = stop_elsewhere
        self._on_load = on_load
        self._closing = False

    @property
    def answering(self) -> int:
        return len(self._lines)

    def is_answering(self, conversation_id: str) -> bool:
        return conversation_id in self._lines

    async def receive(
        self, conversation_id: str, text: str, client_id: str, context: PageContext, picture: Picture | None = None
    ) -> Received:
        """Store a message and see to its answer; the same `client_id` again changes nothing."""
        line = self._lines.get(conversation_id)
        if line and len(line.waiting) >= WAITING:
            raise too_fast(5)
        asked = {"text": text, "page": asdict(context)}
        received = await self._conversations.receive(conversation_id, text, client_id, picture, asked=asked)
        if received.new and received.state in ("bot", "waiting"):
            self._enqueue(conversation_id, _Question(text, context, received))
        return received

    async def resume(self, mine: Callable[[str], bool]) -> None:
        """Answer what an earlier server left open when it was killed, of the conversations that are `mine`."""
        for one in await self._conversations.left_open(mine):
            received = Received(one.message_id, one.seq, "bot", new=True, open=True)
            question = _Question(one.asked["text"], PageContext(**one.asked["page"]), received, one.begun, one.handed)
            self._enqueue(one.conversation_id, question)

    def stop(self, conversation_id: str) -> bool:
        """Stop the answer being written and forget the messages that wait; what was shown stays."""
        line = self._lines.get(conversation_id)
        if line is None:
            self._stop_elsewhere(conversation_id)
            return False
        if line.waiting:
            self._tasks.create_task(self._forget(list(line.waiting)))
        line.waiting.clear()
        if line.answer:
            line.answer.cancel()
        return True

    async def close(self, within_s: float) -> None:
        """Let answers end that are nearly there; those that take longer are cut, and what waits is left to the next
        server."""
        self._closing = True
        if tasks := [line.task for line in self._lines.values() if line.task]:
            await asyncio.wait(tasks, timeout=within_s)
        for line in list(self._lines.values()):
            if line.answer:
                line.answer.cancel()

    async def settled(self, conversation_id: str) -> None:
        """Return when nothing is being written to this conversation any more."""
        line = self._lines.get(conversation_id)
        if line and line.task:
            await asyncio.wait([line.task])

    def _enqueue(self, conversation_id: str, question: _Question) -> None:
        line = self._lines.setdefault(conversation_id, _Line())
        line.waiting.append(question)
        if line.task is None:
            line.task = self._tasks.create_task(self._work(conversation_id, line), name=f"answer {conversation_id}")
            self._on_load(len(self._lines))

    async def _work(self, conversation_id: str, line: _Line) -> None:
        try:
            while line.waiting and not self._closing:
                line.answer = asyncio.create_task(self._answer(conversation_id, line.waiting.popleft()))
                try:
                    await line.answer
                except asyncio.CancelledError:
                    if line.answer.cancelled() and not _being_cancelled():
                        self._on_answer("stopped")
                        continue
                    line.answer.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await line.answer
                    raise
        finally:
            self._lines.pop(conversation_id, None)
            self._on_load(len(self._lines))

    async def _answer(self, conversation_id: str, question: _Question) -> None:
        """One answer, and the end of its question, whatever comes of it; only a server that stops leaves it open."""
        finished = False
        try:
            finished = await self._answered(conversation_id, question)
        finally:
            if not finished and not self._closing:
                await asyncio.shield(self._forget([question]))

    async def _forget(self, questions: Sequence[_Question]) -> None:
        for question in questions:
            await self._conversations.close_question(question.received.message_id)

    async def _answered(self, conversation_id: str, question: _Question) -> bool:
        """Whether there is an answer. Whatever goes wrong ends here: it must not touch other conversations."""
        finished = False
        try:
            async with asyncio.timeout(SLOW_S):
                answer = self._assistant.answer(
                    conversation_id,
                    question.text,
                    question.context,
                    received=question.received,
                    begun=question.begun,
                    handed=question.handed,
                )
                async with aclosing(answer) as events:
                    async for event in events:
                        finished = isinstance(event, Finished)
            self._on_answer("answered")
        except (UnknownConversation, HandoffError):
            self._on_answer("gone")  # deleted, or taken by a person meanwhile
        except Exception as error:
            log.exception("an answer failed", conversation=conversation_id, error=type(error).__name__)
            self._on_answer("failed")
            with contextlib.suppress(UnknownConversation):
                lang: Lang = (await self._conversations.get(conversation_id)).lang
                await self._conversations.say(conversation_id, FAILED(lang), role="system")
        return finished


def _being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0

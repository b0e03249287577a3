"""What a person says into the microphone, written down: for the record, its subtitles, and whoever watches the desk."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

from assistant.hearing import Ears
from assistant.listening import Heard, Listener
from knowledge.model import Lang
from streaming.control import Sounding


class Dictation:
    def __init__(self, ears: Ears, lang: Lang) -> None:
        self._ears, self._lang = ears, lang
        self._tasks: set[asyncio.Task[None]] = set()

    def beside(self, sounding: Sounding, rate: int, note: Callable[[Heard], None]) -> Sounding:
        """`sounding`, whose sound is also written down: `note` is told of every draft and every sentence, of the last
        one after it was closed."""
        listener = Listener(self._ears, self._lang, rate)
        task = asyncio.create_task(self._write(listener, note), name="dictation")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return _Both(sounding, listener)

    async def close(self, within_s: float = 3.0) -> None:
        """Wait for what is being written down, but not long."""
        tasks = list(self._tasks)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=within_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    @staticmethod
    async def _write(listener: Listener, note: Callable[[Heard], None]) -> None:
        async with aclosing(listener.heard()) as heard:
            async for each in heard:
                note(each)


class _Both:
    def __init__(self, sounding: Sounding, listener: Listener) -> None:
        self._sounding, self._listener = sounding, listener

    def feed(self, sound: bytes) -> None:
        self._sounding.feed(sound)
        self._listener.feed(sound)

    def close(self) -> None:
        self._sounding.close()
        self._listener.close()

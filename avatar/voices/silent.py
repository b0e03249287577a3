"""A voice without sound, at the pace of speech: for tests, for laptops without speakers, and as the last resort."""

from collections.abc import AsyncGenerator

import numpy as np

from avatar.media import AudioChunk, Speech, Word
from avatar.voice import Lang

_RATE = 22_050


class SilentVoice:
    """A fifth of a second for a Chinese character, a fifteenth for a Latin one."""

    async def speak(self, text: str, lang: Lang) -> AsyncGenerator[Speech, None]:
        seconds = 0.0
        words = []
        for index, char in enumerate(text):
            words.append(Word(index, index + 1, seconds))
            seconds += 0.2 if ord(char) > 0x2E80 else 1 / 15
        yield Speech(AudioChunk(np.zeros(round(seconds * _RATE), np.int16), _RATE, 0), words=tuple(words))

"""Voices: text in, sound with mouth and word times out."""

import pkgutil
from collections.abc import AsyncGenerator, Callable
from typing import Literal, Protocol

from avatar.media import Speech

Lang = Literal["zh", "en"]


class VoiceError(Exception):
    def __init__(self, message: str, *, retryable: bool) -> None:
        super().__init__(message)
        self.retryable = retryable


class Voice(Protocol):
    def speak(self, text: str, lang: Lang) -> AsyncGenerator[Speech, None]:
        """Yield speech as it is made; closing the generator stops synthesis.

        `text` is already speakable. The room brings its sound to -16 LUFS.
        """
        ...


VOICES = {
    "coqui": "avatar.voices.coqui:open_voice",
    "espeak": "avatar.voices.espeak:EspeakVoice",
    "openai": "avatar.voices.openai:open_voice",
    "silent": "avatar.voices.silent:SilentVoice",
}


def load_voice(name: str, **options: object) -> Voice:
    """The voice called `name`, its back-end imported only now."""
    if name not in VOICES:
        raise VoiceError(f"unknown voice {name!r}; choose from {sorted(VOICES)}", retryable=False)
    try:
        factory: Callable[..., Voice] = pkgutil.resolve_name(VOICES[name])
    except ImportError as error:
        raise VoiceError(f"voice {name!r} needs: pip install 'zhibo[{name}]'", retryable=False) from error
    return factory(**options)

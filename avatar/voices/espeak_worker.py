"""The espeak-ng process: requests on standard input, sound and events on standard output.

espeak-ng keeps global state, may crash, and is GPL code; a process of its own answers all three. A request is one
JSON line {"id", "text", "voice", "rate", "pitch", "range"}, the text in SSML. The answer is a header of three
little-endian uint32 (id, bytes of JSON, bytes of PCM), then a JSON object {"rate", "events"} or {"error"}, then int16
mono samples.
Run as: python -m avatar.voices.espeak_worker
"""

import ctypes
import json
import os
import struct
import sys
from typing import Any, BinaryIO

import espeakng_loader

HEADER = struct.Struct("<III")

# espeak-ng's speak_lib.h
_AUDIO_SYNCHRONOUS = 2
_PHONEME_EVENTS, _PHONEME_IPA, _DONT_EXIT = 0x0001, 0x0002, 0x8000
_CHARS_UTF8, _SSML, _END_PAUSE = 0x0001, 0x0010, 0x1000
_RATE, _PITCH, _RANGE = 1, 3, 4
_EVENT_END, _EVENT_WORD, _EVENT_PHONEME = 0, 1, 7


class _EventId(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    )


_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class Espeak:
    """libespeak-ng through ctypes. Not thread-safe, one to a process."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        options = _PHONEME_EVENTS | _PHONEME_IPA | _DONT_EXIT
        data = espeakng_loader.get_data_path().encode()
        self.rate: int = self._library.espeak_Initialize(_AUDIO_SYNCHRONOUS, 200, data, options)
        if self.rate <= 0:
            raise RuntimeError("espeak-ng could not load its data files; reinstall espeakng-loader")
        self._callback = _CALLBACK(self._collect)  # kept: the library only borrows it
        self._library.espeak_SetSynthCallback(self._callback)
        self._pcm = bytearray()
        self._events: list[tuple[str, int, Any, int]] = []

    def _collect(self, samples: Any, count: int, events: Any) -> int:
        if samples and count > 0:
            self._pcm += ctypes.string_at(samples, count * 2)
        index = 0
        while events and events[index].type != _EVENT_END:
            event = events[index]
            if event.type == _EVENT_PHONEME:
                name = ctypes.string_at(ctypes.addressof(event.id), 8).split(b"\0")[0].decode("utf-8", "replace")
                self._events.append(("phoneme", event.sample, name, 0))
            elif event.type == _EVENT_WORD:
                self._events.append(("word", event.sample, event.text_position - 1, event.length))
            index += 1
        return 0

    def speak(self, text: str, voice: str, rate: int, pitch: int, pitch_range: int) -> dict[str, Any]:
        """`text` is SSML. PCM lands in `pcm`; returned are events: (kind, sample, phoneme | text offset, length)."""
        self._pcm.clear()
        self._events.clear()
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            return {"error": f"espeak-ng has no voice {voice!r}"}
        for parameter, value in ((_RATE, rate), (_PITCH, pitch), (_RANGE, pitch_range)):
            self._library.espeak_SetParameter(parameter, value, 0)
        encoded = text.encode("utf-8")
        flags = _CHARS_UTF8 | _SSML | _END_PAUSE
        if self._library.espeak_Synth(encoded, len(encoded) + 1, 0, 0, 0, flags, None, None) != 0:
            return {"error": "espeak-ng could not speak this text"}
        return {"rate": self.rate, "events": self._events}

    @property
    def pcm(self) -> bytes:
        return bytes(self._pcm)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    espeak = Espeak()
    for line in requests:
        request = json.loads(line)
        head = espeak.speak(request["text"], request["voice"], request["rate"], request["pitch"], request["range"])
        pcm = b"" if "error" in head else espeak.pcm
        body = json.dumps(head, ensure_ascii=False).encode()
        answers.write(HEADER.pack(request["id"], len(body), len(pcm)) + body + pcm)
        answers.flush()


if __name__ == "__main__":
    # The library may print; keep the channel to ourselves and let its words go to standard error.
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        serve(sys.stdin.buffer, channel)
    except (KeyboardInterrupt, BrokenPipeError):
        os._exit(0)

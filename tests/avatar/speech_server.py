"""A small speech server for tests: OpenAI's /v1/audio/speech over real HTTP, streamed, with espeak behind it."""

import json
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from avatar.voices.espeak_worker import Espeak

_ALONE = threading.Lock()
_ESPEAK: list[Espeak] = []


def say(text: str) -> tuple[bytes, int]:
    """A man says it: (int16 mono, rate)."""
    with _ALONE:  # the library is one to a process
        if not _ESPEAK:
            _ESPEAK.append(Espeak())
        _ESPEAK[0].speak(text, "cmn+m3" if any(char > "⺀" for char in text) else "en-us+m3", 150, 40, 60)
        return _ESPEAK[0].pcm, _ESPEAK[0].rate


def wav(pcm: bytes, rate: int, size: int | None = None) -> bytes:
    """`size`: what the header says of the sound; a stream's says the most there is."""
    told = len(pcm) if size is None else size
    head = struct.pack("<HHIIHH", 1, 1, rate, rate * 2, 2, 16)
    most = min(told + 36, 0xFFFFFFFF)
    return b"RIFF" + struct.pack("<I", most) + b"WAVEfmt " + struct.pack("<I", 16) + head + b"data" + struct.pack(
        "<I", told
    ) + pcm  # fmt: skip


@dataclass
class SpeechServer:
    """What the server was asked, and how it is to misbehave."""

    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    said: list[bytes] = field(default_factory=list)  # the sound made, int16: espeak says nothing twice alike
    failures: int = 0  # so many requests are answered with `status` first
    status: int = 503
    silent: bool = False  # never answers
    break_off: bool = False  # in the middle of the sound
    says_rate: bool = True
    lists: bool = True  # answers /models
    slow_s: float = 0.0  # between two pieces of sound
    shape: Callable[[bytes, int], bytes] | None = None  # other than raw PCM
    left_early: threading.Event = field(default_factory=threading.Event)
    closing: threading.Event = field(default_factory=threading.Event)


@contextmanager
def serving_speech() -> Iterator[SpeechServer]:
    state = SpeechServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found = state.lists and self.path == "/v1/models"
            body = json.dumps({"object": "list", "data": [{"id": "tiny-voice"}]} if found else {}).encode()
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.requests.append({"path": self.path, **body})
            state.keys.append(self.headers.get("Authorization", ""))
            if state.silent:
                state.closing.wait(20)
                return
            if state.failures > 0:
                state.failures -= 1
                self.send_response(state.status)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            pcm, rate = say(body["input"])
            state.said.append(pcm)
            self.send_response(200)
            self.send_header("Content-Type", f"audio/pcm;rate={rate}" if state.says_rate else "audio/pcm")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self._stream(state.shape(pcm, rate) if state.shape else pcm)

        def _stream(self, data: bytes) -> None:
            pieces = [data[at : at + 8_001] for at in range(0, len(data), 8_001)]  # odd: half a sample is cut off
            try:
                for number, piece in enumerate(pieces):
                    if state.break_off and number >= len(pieces) // 2:
                        self.close_connection = True
                        return
                    self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                    self.wfile.flush()
                    if state.slow_s:
                        time.sleep(state.slow_s)
                self.wfile.write(b"0\r\n\r\n")
            except OSError:
                state.left_early.set()
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        state.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield state
        finally:
            state.closing.set()
            server.shutdown()
            thread.join()

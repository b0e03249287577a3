"""A small embedding server for tests: OpenAI's /v1/embeddings over real HTTP, with the hashed embedder behind it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

from knowledge.embedders.hashed import HashedEmbedder


@dataclass
class EmbeddingServer:
    """What the server was asked, and how it is to misbehave."""

    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    failures: int = 0  # so many requests are answered with `status` first
    status: int = 503
    short: bool = False  # leaves out the last embedding
    held: threading.Event | None = None  # products wait for it
    lost_after: dict[str, int] = field(default_factory=dict)  # model: products' requests after which it answers 503

    def asked_of(self, model: str) -> list[str]:
        return [text for request in self.requests if request["model"] == model for text in request["input"]]

    @property
    def texts(self) -> list[str]:
        return [text for request in self.requests for text in request["input"]]


@contextmanager
def serving_embeddings() -> Iterator[EmbeddingServer]:
    state = EmbeddingServer()
    embedder = HashedEmbedder()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.requests.append(body)
            state.keys.append(self.headers.get("Authorization", ""))
            if state.failures > 0:
                state.failures -= 1
                self._answer(state.status, {"error": {"message": "not now"}})
                return
            left = state.lost_after.get(body["model"])
            if left is not None and len(body["input"]) > 1:
                if left == 0:
                    self._answer(503, {"error": {"message": "not now"}})
                    return
                state.lost_after[body["model"]] = left - 1
            if state.held is not None and len(body["input"]) > 1:
                state.held.wait(20)
            # Each model has a space of its own: what one says means nothing beside another's.
            rows = np.roll(embedder.embed(body["input"]), 7 * len(body["model"]), axis=1)
            data = [
                {"object": "embedding", "index": number, "embedding": (3 * row).tolist()}
                for number, row in enumerate(rows)
            ]
            data = data[:-1] if state.short else data[::-1]  # the order is said by the index only
            usage = {"prompt_tokens": 1, "total_tokens": 1}
            self._answer(200, {"object": "list", "model": body["model"], "data": data, "usage": usage})

        def _answer(self, status: int, body: object) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.send_header("retry-after-ms", "1")
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()

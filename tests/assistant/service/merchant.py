"""The example shop behind a real server on a free port, with accidents that a test may arrange."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn

from assistant.service.shops.circuit import Circuit
from assistant.service.shops.http import MerchantShop
from assistant.service.shops.line import Patience, ShopLine
from examples.shop_server.__main__ import SEED
from examples.shop_server.app import build
from examples.shop_server.store import Store
from web.listening import listen

SECRET = "a secret of this shop and no other one"
QUICK = Patience(read_s=0.4, write_s=0.4)  # for a shop that is slow


@dataclass
class Merchant:
    """`accidents`: what befalls the next requests `at` a path, one each: "500" before it is served, "lost" after,
    "slow", "drip", "nonsense"; "" for none. `asked`: what came in."""

    url: str
    store: Store
    accidents: list[str] = field(default_factory=list)
    at: str = ""  # how the path begins
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    lines: list[ShopLine] = field(default_factory=list)

    def shop(self, *, secret: str = SECRET, circuit: Circuit | None = None, quick: bool = False) -> MerchantShop:
        line = ShopLine(
            self.url, secret, patience=QUICK if quick else None, circuit=circuit, pause=lambda seconds: None
        )
        self.lines.append(line)
        return MerchantShop(
            line, clock=iter(range(0, 100_000, 10)).__next__
        )  # nothing is kept from one call to the next

    @property
    def paths(self) -> list[str]:
        return [path for _, path, _, _ in self.asked]


@contextmanager
def merchant(file: Path | str = ":memory:") -> Iterator[Merchant]:
    store = Store(file, json.loads(SEED.read_text(encoding="utf-8")))
    app = build(store, [SECRET])
    made = Merchant("", store)

    async def serve(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        message = await receive()
        body: bytes = message.get("body", b"")
        while message.get("more_body"):
            message = await receive()
            body += message.get("body", b"")
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        made.asked.append((scope["method"], scope["raw_path"].decode(), headers, body))
        due = made.accidents and scope["path"].startswith(made.at)
        await _befall(made.accidents.pop(0) if due else "", app, scope, _once(body), send)

    config = uvicorn.Config(serve, port=0, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    listener = listen("127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="merchant")
    thread.start()
    try:
        yield made
    finally:
        for line in made.lines:
            line.close()
        server.should_exit = True
        thread.join(10)
        store.close()
        assert not thread.is_alive()


def _once(body: bytes) -> Any:
    sent = False

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if sent:
            await asyncio.sleep(30)
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _befall(accident: str, app: Any, scope: Any, receive: Any, send: Any) -> None:
    async def nowhere(message: Any) -> None: ...

    async def answer(status: int, body: bytes, length: int) -> None:
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"%d" % length)]})
        await send({"type": "http.response.body", "body": body, "more_body": len(body) < length})

    match accident:
        case "500":
            await answer(500, b"oops", 4)
        case "nonsense":
            await answer(200, b'{"id": 7}', 9)
        case "lost":  # it is done, and the line goes dead amid the answer
            await app(scope, receive, nowhere)
            await answer(200, b"{", 1000)
        case "slow":
            await asyncio.sleep(0.8)
            await app(scope, receive, send)
        case "drip":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            for _ in range(16):
                await send({"type": "http.response.body", "body": b" ", "more_body": True})
                await asyncio.sleep(0.05)
            await send({"type": "http.response.body", "body": b"{}", "more_body": False})
        case _:
            await app(scope, receive, send)

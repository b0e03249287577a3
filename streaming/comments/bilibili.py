"""Bilibili's open platform for live rooms: https://open-live.bilibili.com/document/"""

import asyncio
import contextlib
import hashlib
import hmac
import json
import struct
import time
import uuid
import zlib
from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from streaming.comments import Comment, CommentKind, SourceError, SourceKeys

API = "https://live-open.biliapi.com"
HEARTBEAT_S, GAME_HEARTBEAT_S = 30.0, 20.0
MOST = 4 << 20  # bytes that a packet may unpack to
_HEADER = struct.Struct(">IHHII")  # packet length, header length, version, operation, sequence
_HEARTBEAT, _MESSAGE, _AUTH, _AUTH_REPLY = 2, 5, 7, 8
_PLAIN, _ZLIB = 0, 2
_EVENTS: Mapping[str, tuple[CommentKind, str]] = {  # command → kind, and where the text stands
    "LIVE_OPEN_PLATFORM_DM": ("text", "msg"),
    "LIVE_OPEN_PLATFORM_SEND_GIFT": ("gift", "gift_name"),
    "LIVE_OPEN_PLATFORM_SUPER_CHAT": ("text", "message"),
    "LIVE_OPEN_PLATFORM_GUARD": ("gift", ""),
    "LIVE_OPEN_PLATFORM_LIKE": ("like", ""),
    "LIVE_OPEN_PLATFORM_LIVE_ROOM_ENTER": ("join", ""),
}


def signed(body: bytes, key: str, secret: str, *, nonce: str = "", at: int = 0) -> dict[str, str]:
    """The headers of a request: an HMAC-SHA256 over the sorted x-bili headers, one `name:value` a line."""
    headers = {
        "x-bili-accesskeyid": key,
        "x-bili-content-md5": hashlib.md5(body, usedforsecurity=False).hexdigest(),
        "x-bili-signature-method": "HMAC-SHA256",
        "x-bili-signature-nonce": nonce or uuid.uuid4().hex,
        "x-bili-signature-version": "1.0",
        "x-bili-timestamp": str(at or int(time.time())),
    }
    lines = "\n".join(f"{name}:{headers[name]}" for name in sorted(headers))
    signature = hmac.new(secret.encode(), lines.encode(), hashlib.sha256).hexdigest()
    return {**headers, "Authorization": signature, "Accept": "application/json", "Content-Type": "application/json"}


def packet(operation: int, body: bytes = b"", version: int = 1) -> bytes:
    return _HEADER.pack(_HEADER.size + len(body), _HEADER.size, version, operation, 1) + body


def packets(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The (operation, body) of every packet in a frame, unpacked. Raises SourceError when it is broken."""
    at = 0
    while at < len(data):
        if len(data) - at < _HEADER.size:
            raise SourceError("Bilibili sent a broken packet")
        length, header, version, operation, _ = _HEADER.unpack_from(data, at)
        if not _HEADER.size <= header <= length <= len(data) - at:
            raise SourceError("Bilibili sent a broken packet")
        body = data[at + header : at + length]
        if version == _ZLIB:
            yield from packets(_inflated(body))
        else:
            yield operation, body
        at += length


def _inflated(body: bytes) -> bytes:
    unpack = zlib.decompressobj()
    try:
        data = unpack.decompress(body, MOST)
    except zlib.error as error:
        raise SourceError("Bilibili sent a broken packet") from error
    if unpack.unconsumed_tail:
        raise SourceError("Bilibili sent a packet that is too large")
    return data


class BilibiliSource:
    """`code`: the streamer's identity code (身份码) from the live centre."""

    def __init__(self, code: str, app: int, key: str, secret: str, *, api: str = API) -> None:
        if not (app and key and secret):
            names = "ZHIBO_BILIBILI_APP, ZHIBO_BILIBILI_KEY and ZHIBO_BILIBILI_SECRET"
            raise SourceError(f"Bilibili wants a project of its open platform: set {names}", retryable=False)
        self._code, self._app, self._key, self._secret, self._api = code, app, key, secret, api

    async def comments(self) -> AsyncGenerator[Comment, None]:
        async with httpx2.AsyncClient(base_url=self._api, timeout=15) as client:
            started = await self._post(client, "/v2/app/start", {"code": self._code, "app_id": self._app})
            game = str(started.get("game_info", {}).get("game_id", ""))
            try:
                socket = started["websocket_info"]
                links, auth = [str(each) for each in socket["wss_link"]], str(socket["auth_body"]).encode()
            except (KeyError, TypeError) as error:
                raise SourceError("Bilibili named no server to listen to") from error
            try:
                async with contextlib.aclosing(self._listen(client, game, links, auth)) as heard:
                    async for comment in heard:
                        yield comment
            finally:
                with contextlib.suppress(SourceError, asyncio.CancelledError):
                    await self._post(client, "/v2/app/end", {"game_id": game, "app_id": self._app})

    async def _listen(
        self, client: httpx2.AsyncClient, game: str, links: list[str], auth: bytes
    ) -> AsyncGenerator[Comment, None]:
        try:
            async with connect(links[0], max_size=MOST, open_timeout=10) as socket:
                await socket.send(packet(_AUTH, auth))
                beats = asyncio.ensure_future(self._beat(client, socket, game))
                try:
                    async for frame in socket:
                        for operation, body in packets(frame if isinstance(frame, bytes) else frame.encode()):
                            if operation == _AUTH_REPLY and json.loads(body or b"{}").get("code"):
                                raise SourceError("Bilibili did not accept the room's pass", retryable=True)
                            if operation == _MESSAGE and (comment := _comment(body)):
                                yield comment
                        if beats.done():
                            beats.result()
                finally:
                    beats.cancel()
                    await asyncio.gather(beats, return_exceptions=True)
        except (OSError, TimeoutError, WebSocketException, ValueError, IndexError) as error:
            raise SourceError(f"the connection to Bilibili broke ({type(error).__name__})") from error
        raise SourceError("Bilibili closed the connection")

    async def _beat(self, client: httpx2.AsyncClient, socket: ClientConnection, game: str) -> None:
        async def at_the_socket() -> None:
            while True:
                await socket.send(packet(_HEARTBEAT))
                await asyncio.sleep(HEARTBEAT_S)

        async def at_the_project() -> None:
            while True:
                await asyncio.sleep(GAME_HEARTBEAT_S)
                await self._post(client, "/v2/app/heartbeat", {"game_id": game})

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(at_the_socket())
            tasks.create_task(at_the_project())

    async def _post(self, client: httpx2.AsyncClient, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            response = await client.post(path, content=raw, headers=signed(raw, self._key, self._secret))
            answer = response.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise SourceError(f"Bilibili cannot be reached ({type(error).__name__})") from error
        if response.status_code != 200 or answer.get("code") != 0:
            reason = f"{answer.get('code', response.status_code)} {answer.get('message', '')}".strip()
            raise SourceError(f"Bilibili refuses: {reason[:120]}")
        return dict(answer.get("data") or {})


def _comment(body: bytes) -> Comment | None:
    try:
        message = json.loads(body)
        kind, where = _EVENTS[message["cmd"]]
        data = message["data"]
        user = data.get("user_info") or data
        key = str(data.get("msg_id") or data.get("message_id") or "")
        text = str(data.get(where, "")) if where else ""
        return Comment(str(user.get("uname", "")), text, "bilibili", kind=kind, key=key)
    except (ValueError, KeyError, TypeError, AttributeError):  # something new, or something else
        return None


def open_source(where: str, keys: SourceKeys) -> BilibiliSource:
    return BilibiliSource(where, keys.bilibili_app, keys.bilibili_key, keys.bilibili_secret)

"""Comments from platforms: each against a small server that speaks the documented protocol."""

import asyncio
import hashlib
import hmac
import json
import threading
import zlib
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from streaming.comments import Comment, CommentSource, SourceError, SourceKeys, load_source
from streaming.comments.bilibili import BilibiliSource, packet, packets, signed
from streaming.comments.push import (
    PushRefused,
    douyin_signature,
    kuaishou_signature,
    receive,
    tiktok_signature,
)
from streaming.comments.steady import SteadySource
from streaming.comments.twitch import TwitchSource, parse
from streaming.comments.youtube import YouTubeSource


async def some(source: CommentSource, number: int) -> list[Comment]:
    got: list[Comment] = []
    async with asyncio.timeout(10), aclosing(source.comments()) as comments:
        async for comment in comments:
            got.append(comment)
            if len(got) == number:
                break
    return got


Answer = Callable[[str, dict[str, str], bytes], tuple[int, Any]]


@contextmanager
def http(answer: Answer) -> Iterator[str]:
    """A server on this machine; `answer` gets path, headers in lower case and body, and gives status and JSON."""

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            told = {name.lower(): value for name, value in self.headers.items()}
            status, document = answer(self.path, told, body)
            raw = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = _serve

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# Twitch


@asynccontextmanager
async def twitch(lines: list[list[bytes]]) -> AsyncGenerator[tuple[int, list[str]], None]:
    """An IRC server; for each connection one list of what it sends after JOIN. Yields port and what it heard."""
    heard: list[str] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while b"JOIN" not in (line := await reader.readline()):
            heard.append(line.decode().strip())
        heard.append(line.decode().strip())
        for sent in lines.pop(0) if lines else [b"PING :end\r\n"]:
            writer.write(sent)
        while line := await reader.readline():
            heard.append(line.decode().strip())
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], heard


SAID = (
    "@badge-info=;color=#0D4200;display-name=小鹿;emotes=;id=b34ccfc7;mod=0;user-type= "
    ":xiaolu!xiaolu@xiaolu.tmi.twitch.tv PRIVMSG #shop :这款 多少钱?\r\n"
)
BITS = (
    "@bits=100;display-name=Ann;id=2 :ann!ann@ann.tmi.twitch.tv PRIVMSG #shop :cheer100\r\n"
    "@display-name=Bo;id=3;msg-id=sub;system-msg=Bo\\ssubscribed\\swith\\sPrime. :tmi.twitch.tv USERNOTICE #shop\r\n"
)


async def test_twitch_chat_is_read_without_an_account() -> None:
    async with twitch([[b"PING :tmi.twitch.tv\r\n", SAID.encode(), BITS.encode()]]) as (port, heard):
        got = await some(TwitchSource("shop", host="127.0.0.1", port=port, tls=False), 3)
        async with asyncio.timeout(5):
            while "PONG :tmi.twitch.tv" not in heard:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    assert heard[0] == "CAP REQ :twitch.tv/tags twitch.tv/commands"
    assert heard[1].startswith("NICK justinfan") and heard[2] == "JOIN #shop"
    assert [(each.author, each.text, each.kind, each.key) for each in got] == [
        ("小鹿", "这款 多少钱?", "text", "b34ccfc7"),
        ("Ann", "cheer100", "gift", "2"),
        ("Bo", "Bo subscribed with Prime.", "follow", "3"),
    ]


async def test_a_source_comes_back_when_the_platform_asks_to_connect_anew() -> None:
    async with twitch([[b":tmi.twitch.tv RECONNECT\r\n"], [SAID.encode()]]) as (port, _):
        source = SteadySource("twitch", TwitchSource("shop", host="127.0.0.1", port=port, tls=False), first_s=0.01)
        got = await some(source, 1)
    assert got[0].author == "小鹿" and source.trouble == ""


async def test_a_source_that_is_refused_for_good_says_so_and_ends() -> None:
    refused = b":tmi.twitch.tv NOTICE * :Login authentication failed\r\n"
    async with twitch([[refused]]) as (port, _):
        source = SteadySource("twitch", TwitchSource("shop", host="127.0.0.1", port=port, tls=False))
        assert await some(source, 1) == [] and "without an account" in source.trouble


def test_irc_lines_as_they_may_come() -> None:
    found = parse(r"@a=x\:y\sz;b= :n!u@h PRIVMSG #c :hi : there")
    assert found is not None and found.params == ("#c", "hi : there") and found.tags["a"] == "x;y z"
    assert parse("") is None and parse("PING") is not None


# YouTube


def message(number: int, text: str, kind: str = "textMessageEvent", at: str = "2999-01-01T00:00:00.5Z") -> Any:
    snippet = {"type": kind, "displayMessage": text, "publishedAt": at}
    return {"id": f"m{number}", "snippet": snippet, "authorDetails": {"displayName": f"viewer {number}"}}


async def test_youtube_chat_is_read_page_by_page() -> None:
    asked: list[str] = []

    def answer(path: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        asked.append(path)
        assert headers["x-goog-api-key"] == "secret" and "secret" not in path
        if "/videos" in path:
            return 200, {"items": [{"liveStreamingDetails": {"activeLiveChatId": "chat"}}]}
        if "pageToken=two" in path:
            return 200, {"items": [message(3, "last", "superChatEvent")], "offlineAt": "2999-01-01T00:00:00Z"}
        old, own = message(1, "old", at="2020-01-01T00:00:00Z"), message(4, "mine")
        own["authorDetails"]["isChatOwner"] = True
        page = [old, own, message(2, "how much?"), message(5, "gone", "messageDeletedEvent")]
        return 200, {"items": page, "nextPageToken": "two", "pollingIntervalMillis": 10}

    with http(answer) as url:
        got = await some(YouTubeSource("video", "secret", api=url, least_s=0.01), 9)
    assert [(each.text, each.kind, each.key) for each in got] == [("how much?", "text", "m2"), ("last", "gift", "m3")]
    assert "liveChatId=chat" in asked[1] and "id=video" in asked[0]


@pytest.mark.parametrize(
    ("status", "reason", "retryable"), [(403, "quotaExceeded", True), (403, "liveChatEnded", False)]
)
async def test_what_youtube_refuses(status: int, reason: str, retryable: bool) -> None:
    refusal = {"error": {"code": status, "errors": [{"reason": reason}]}}
    with (
        http(lambda path, headers, body: (status, refusal)) as url,
        pytest.raises(SourceError, match=reason) as refused,
    ):
        await some(YouTubeSource("video", "secret", api=url), 1)
    assert refused.value.retryable is retryable


# Bilibili


def test_bilibili_requests_are_signed_as_documented() -> None:
    body = b'{"code":"1"}'
    headers = signed(body, "key", "secret", nonce="n", at=1_624_594_467)
    lines = (
        "x-bili-accesskeyid:key\n"
        f"x-bili-content-md5:{hashlib.md5(body).hexdigest()}\n"
        "x-bili-signature-method:HMAC-SHA256\nx-bili-signature-nonce:n\nx-bili-signature-version:1.0\n"
        "x-bili-timestamp:1624594467"
    )
    assert headers["Authorization"] == hmac.new(b"secret", lines.encode(), hashlib.sha256).hexdigest()


async def test_bilibili_danmaku_gifts_and_the_way_out() -> None:
    calls: list[tuple[str, Any]] = []
    sent: list[bytes] = []

    async def room(socket: ServerConnection) -> None:
        first = await socket.recv()
        assert isinstance(first, bytes)
        sent.extend(body for operation, body in packets(first) if operation == 7)
        await socket.send(packet(8, b'{"code":0}'))
        said = {"cmd": "LIVE_OPEN_PLATFORM_DM", "data": {"uname": "小鹿", "msg": "多少钱", "msg_id": "1"}}
        gift = {"cmd": "LIVE_OPEN_PLATFORM_SEND_GIFT", "data": {"uname": "阿明", "gift_name": "小心心", "msg_id": "2"}}
        both = b"".join(packet(5, json.dumps(each).encode(), version=0) for each in (said, {"cmd": "NEW"}, gift))
        await socket.send(packet(5, zlib.compress(both), version=2))
        await socket.wait_closed()

    async with serve(room, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]

        def answer(path: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
            again = signed(
                body, "key", "secret", nonce=headers["x-bili-signature-nonce"], at=int(headers["x-bili-timestamp"])
            )
            assert headers["authorization"] == again["Authorization"]
            calls.append((path, json.loads(body)))
            link = {"auth_body": '{"pass":1}', "wss_link": [f"ws://127.0.0.1:{port}/sub"]}
            return 200, {"code": 0, "message": "ok", "data": {"game_info": {"game_id": "g"}, "websocket_info": link}}

        with http(answer) as url:
            got = await some(BilibiliSource("CODE", 7, "key", "secret", api=url), 2)
    assert [(each.author, each.text, each.kind, each.key) for each in got] == [
        ("小鹿", "多少钱", "text", "1"), ("阿明", "小心心", "gift", "2"),
    ]  # fmt: skip
    assert sent == [b'{"pass":1}']
    assert calls[0] == ("/v2/app/start", {"code": "CODE", "app_id": 7})
    assert calls[-1] == ("/v2/app/end", {"game_id": "g", "app_id": 7})


def test_broken_packets_are_refused() -> None:
    for broken in (b"\x00", packet(5, b"x")[:-1], packet(5, b"not zlib", version=2)):
        with pytest.raises(SourceError):
            list(packets(broken))
    with pytest.raises(SourceError, match="large"):
        list(packets(packet(5, zlib.compress(bytes(5 << 20)), version=2)))


# What platforms push

NOW = 1_700_000_000.0


def test_douyins_own_example_of_a_signature() -> None:
    headers = {"x-nonce-str": "123456", "x-timestamp": "456789", "x-roomid": "268", "x-msg-type": "live_gift"}
    assert douyin_signature(headers, "abc123你好".encode(), "123abc") == "PDcKhdlsrKEJif6uMKD2dw=="


def douyin(kind: str, told: Any, at: float = NOW) -> tuple[dict[str, str], bytes]:
    body = json.dumps(told, ensure_ascii=False).encode()
    headers = {"x-nonce-str": "n", "x-timestamp": str(int(at * 1000)), "x-roomid": "1", "x-msg-type": kind}
    return {**headers, "X-Signature": douyin_signature(headers, body, "s")}, body


def test_a_push_from_douyin() -> None:
    headers, body = douyin("live_comment", [{"msg_id": "9", "nickname": "小鹿", "content": "有货吗"}])
    got = receive("douyin", headers, body, "s", now=NOW)
    assert [(each.author, each.text, each.kind, each.key) for each in got] == [("小鹿", "有货吗", "text", "9")]
    headers, body = douyin("live_gift", [{"msg_id": "1", "nickname": "阿明", "gift_name": "玫瑰", "gift_num": 2}])
    assert receive("douyin", headers, body, "s", now=NOW)[0].kind == "gift"


def test_a_push_from_kuaishou() -> None:
    user = {"userId": "u", "userName": "小鹿"}
    payload = [{"userInfo": user, "content": "包邮吗"}, {"userInfo": user, "giftName": "棒棒糖"}]
    data = {"unique_message_id": "m", "push_type": "liveComment", "room_code": "r", "payload": payload}
    body = json.dumps({"app_id": "a", "timestamp": int(NOW * 1000), "data": data}).encode()
    got = receive("kuaishou", {"kwaisign": kuaishou_signature(body, "s")}, body, "s", now=NOW)
    assert [(each.text, each.kind, each.key) for each in got] == [
        ("包邮吗", "text", "m/0"), ("棒棒糖", "gift", "m/1"),
    ]  # fmt: skip


def test_a_push_from_tiktok() -> None:
    content = json.dumps({"nickname": "Ann", "comment": "how much?", "comment_id": "c"})
    body = json.dumps({"event": "live.comment", "create_time": int(NOW), "content": content}).encode()
    headers = {"Tiktok-Signature": f"t={int(NOW)},s={tiktok_signature(body, 's', str(int(NOW)))}"}
    got = receive("tiktok", headers, body, "s", now=NOW)
    assert [(each.author, each.text, each.key) for each in got] == [("Ann", "how much?", "c")]


def test_what_is_pushed_by_others_is_refused() -> None:
    headers, body = douyin("live_comment", [{"content": "x"}])
    for wrong, told, secret, now in (
        (headers, body + b" ", "s", NOW),
        (headers, body, "other", NOW),
        ({}, body, "s", NOW),
        (headers, body, "s", NOW + 900),
    ):
        with pytest.raises(PushRefused):
            receive("douyin", wrong, told, secret, now=now)
    with pytest.raises(PushRefused, match="documents"):
        receive("douyin", *douyin("live_dance", []), "s", now=NOW)
    with pytest.raises(PushRefused):
        receive("kuaishou", {"kwaisign": "0" * 32}, b"{}", "s", now=NOW)
    with pytest.raises(PushRefused):
        receive("tiktok", {"tiktok-signature": "nonsense"}, b"{}", "s", now=NOW)


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("icq:1", "NAME:WHERE"),
        ("twitch:", "NAME:WHERE"),
        ("twitch:no such channel", "name of a Twitch channel"),
        ("youtube:abc", "ZHIBO_YOUTUBE_KEY"),
        ("bilibili:abc", "ZHIBO_BILIBILI_APP"),
        ("replay:/nowhere/at/all.jsonl", "No such file"),
    ],
)
def test_a_source_that_cannot_be_says_what_is_missing(where: str, why: str) -> None:
    with pytest.raises(SourceError, match=why):
        load_source(where, SourceKeys())
    assert "secret" not in repr(SourceKeys(youtube_key="secret", bilibili_secret="secret"))

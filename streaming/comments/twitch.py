"""Twitch chat over IRC, read without an account: https://dev.twitch.tv/docs/chat/irc/"""

import asyncio
import contextlib
import random
import re
import ssl
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass

from streaming.comments import Comment, CommentKind, SourceError, SourceKeys

HOST, PORT = "irc.chat.twitch.tv", 6697
SILENCE_S = 400.0  # the server pings about every five minutes
_CHANNEL = re.compile(r"[a-z0-9_]{1,25}")
_LINE = re.compile(r"(?:@(?P<tags>\S+) +)?(?::(?P<prefix>\S+) +)?(?P<command>[A-Z0-9]+)(?: +(?P<rest>.*))?")
_ESCAPES = {r"\:": ";", r"\s": " ", r"\\": "\\", r"\r": "\r", r"\n": "\n"}
_GIVEN = frozenset({"subgift", "submysterygift", "anonsubgift", "bitsbadgetier"})


@dataclass(frozen=True, slots=True)
class Message:
    """One IRC message with IRCv3 tags."""

    command: str
    params: tuple[str, ...]
    nick: str
    tags: Mapping[str, str]


def parse(line: str) -> Message | None:
    """None for what is no IRC message."""
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    tags = {}
    for tag in (found["tags"] or "").split(";"):
        name, _, value = tag.partition("=")
        tags[name] = re.sub(r"\\.", lambda escape: _ESCAPES.get(escape[0], escape[0][1]), value)
    middle, colon, trailing = (found["rest"] or "").partition(":") if not (found["rest"] or "").startswith(":") else (
        "", ":", (found["rest"] or "")[1:]
    )  # fmt: skip
    params = (*middle.split(), *([trailing] if colon else []))
    return Message(found["command"], params, (found["prefix"] or "").partition("!")[0], tags)


class TwitchSource:
    def __init__(self, channel: str, *, host: str = HOST, port: int = PORT, tls: bool = True) -> None:
        if not _CHANNEL.fullmatch(channel):
            raise SourceError(f"{channel!r} is not the name of a Twitch channel", retryable=False)
        self._channel, self._host, self._port = channel, host, port
        self._tls = ssl.create_default_context() if tls else None

    async def comments(self) -> AsyncGenerator[Comment, None]:
        try:
            async with asyncio.timeout(10):
                reader, writer = await asyncio.open_connection(self._host, self._port, ssl=self._tls)
        except (OSError, TimeoutError) as error:
            raise SourceError("Twitch chat cannot be reached; the network or a firewall is in the way") from error
        try:
            # Anonymous readers are called justinfan and a number, and need no password.
            nick = f"justinfan{random.randrange(10_000, 99_999)}"
            for line in ("CAP REQ :twitch.tv/tags twitch.tv/commands", f"NICK {nick}", f"JOIN #{self._channel}"):
                writer.write(f"{line}\r\n".encode())
            while True:
                message = parse(await self._line(reader))
                if message is None:
                    continue
                if message.command == "PING":
                    writer.write(f"PONG :{message.params[-1] if message.params else ''}\r\n".encode())
                elif message.command == "RECONNECT":
                    raise SourceError("Twitch asked to connect anew")
                elif message.command == "NOTICE" and "authentication failed" in message.params[-1].lower():
                    raise SourceError("Twitch lets nobody read this chat without an account", retryable=False)
                elif comment := _comment(message):
                    yield comment
        except (OSError, UnicodeError) as error:
            raise SourceError("the connection to Twitch broke") from error
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _line(self, reader: asyncio.StreamReader) -> str:
        try:
            async with asyncio.timeout(SILENCE_S):
                line = await reader.readline()
        except TimeoutError as error:
            raise SourceError("Twitch has been silent for too long") from error
        except ValueError as error:  # a line without an end
            raise SourceError("Twitch sent a line that is too long") from error
        if not line:
            raise SourceError("Twitch closed the connection")
        return line.decode("utf-8", "replace").rstrip("\r\n")


def _comment(message: Message) -> Comment | None:
    tags = message.tags
    author = tags.get("display-name") or message.nick
    key = tags.get("id", "")
    if message.command == "PRIVMSG" and message.params:
        text = message.params[-1]
        if text.startswith("\x01ACTION "):
            text = text[8:].rstrip("\x01")
        return Comment(author, text, "twitch", kind="gift" if tags.get("bits") else "text", key=key)
    if message.command == "USERNOTICE":
        kind: CommentKind = "gift" if tags.get("msg-id") in _GIVEN else "follow"
        return Comment(author, tags.get("system-msg", ""), "twitch", kind=kind, key=key)
    return None


def open_source(where: str, keys: SourceKeys) -> TwitchSource:
    return TwitchSource(where.lower().lstrip("#"))

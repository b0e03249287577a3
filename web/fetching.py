"""Asking other servers for something at addresses that people type in, without being sent into one's own network.

A name is resolved once, every address it has is checked, and the connection goes to the address that was checked: what
the name means a moment later does not matter (DNS rebinding). Redirects pass the same check. The proxy variables of the
environment are not used: a proxy would resolve the name itself.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import httpcore2
import httpx2

from knowledge.model import Lang, Text
from web.hosts import Allowed, is_public, literal, real

SCHEMES = {"http": 80, "https": 443}
LONGEST_URL = 2000
RESOLVE_S = 5.0
SYSTEM_PORTS = 1024  # below it live mail, shells and databases; only the web's own two are asked


class FetchError(Exception):
    """Nothing was fetched; the message says why. `retryable`: it may work later."""

    def __init__(self, zh: str, en: str, *, retryable: bool = False) -> None:
        super().__init__(en)
        self.message = Text(zh, en)
        self.retryable = retryable

    def say(self, lang: Lang) -> str:
        return self.message(lang)


class Resolver(Protocol):
    """Names to addresses: every address of `host`, as text. Raises OSError when there is none."""

    async def __call__(self, host: str, port: int) -> Sequence[str]: ...


async def resolve(host: str, port: int) -> Sequence[str]:
    """By the system's own resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


@dataclass(frozen=True, slots=True)
class Limits:
    """`types`: how a content type may begin; empty: any."""

    most_bytes: int = 1 << 20
    seconds: float = 15.0
    redirects: int = 3
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fetched:
    """`url` is where the answer came from, after redirects; `kind` the content type without its parameters."""

    url: str
    status: int
    kind: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Fetcher:
    """One for the process. Each call makes its own connection, so nothing is carried from one address to another."""

    def __init__(
        self, allowed: Allowed | None = None, *, resolver: Resolver = resolve, tls: ssl.SSLContext | None = None
    ) -> None:
        self._allowed = allowed or Allowed()
        self._resolve = resolver
        self._given_tls = tls

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Made once: reading all authorities takes some 20 ms."""
        return self._given_tls or httpx2.create_ssl_context()

    async def get(self, url: str, *, limits: Limits = Limits(), headers: Mapping[str, str] | None = None) -> Fetched:
        """Follows redirects, each checked like the first. Raises FetchError, also for an answer of 400 and above."""
        sent = dict(headers or {})
        for _ in range(limits.redirects + 1):
            answer = await self._ask("GET", url, b"", sent, limits)
            if answer.status not in (301, 302, 303, 307, 308) or "location" not in answer.headers:
                return _good(answer, limits)
            after = self.parsed(str(httpx2.URL(url).join(answer.headers["location"])))
            if httpx2.URL(url).scheme == "https" and after.scheme != "https":
                raise FetchError("对方把我们转到了不加密的地址。", "The redirect leads from https to http.")
            if after.host != httpx2.URL(url).host:
                sent = {}  # what was meant for one host is not told to another
            url = str(after)
        raise FetchError("对方转来转去，次数太多。", "There were too many redirects.")

    async def post(self, url: str, body: bytes, *, headers: Mapping[str, str], limits: Limits = Limits()) -> Fetched:
        """The answer, whatever its status; redirects are not followed. Raises FetchError when there is none."""
        return await self._ask("POST", url, body, headers, limits)

    async def check(self, url: str) -> None:
        """Whether it could be asked now, without asking. Raises FetchError."""
        parts = self.parsed(url)
        await self.addresses(parts.host, parts.port or SCHEMES[parts.scheme])

    def is_listed(self, url: str) -> bool:
        """Whether the operator has listed the host of this URL."""
        host = self.parsed(url).host
        address = literal(host)
        return self._allowed.address(address) if address is not None else self._allowed.name(host)

    def parsed(self, url: str) -> httpx2.URL:
        """Raises FetchError for what is no plain web address."""
        try:
            parts = httpx2.URL(url.strip()) if len(url) <= LONGEST_URL else None
        except (httpx2.InvalidURL, ValueError):
            parts = None
        if parts is None or parts.scheme not in SCHEMES or not parts.host:
            raise FetchError("请写完整的网址，以 https:// 开头。", "Write a whole web address beginning with https://.")
        if parts.userinfo:
            raise FetchError("网址里不要写用户名和密码。", "Leave user name and password out of the address.")
        port = parts.port or SCHEMES[parts.scheme]
        if port > 65535 or (port < SYSTEM_PORTS and port not in SCHEMES.values()):
            raise FetchError(f"端口 {port} 不是网站用的。", f"Port {port} is not one of a web server.")
        return parts

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Where `host` is, once every one of its addresses has passed. Raises FetchError."""
        written = literal(host)
        try:
            async with asyncio.timeout(RESOLVE_S):
                found = [str(written)] if written is not None else list(await self._resolve(host, port))
        except (OSError, UnicodeError):  # TimeoutError is one of the first
            found = []
        if not found:
            zh, en = f"找不到主机 {host}。", f"The host {host} cannot be found."
            raise FetchError(zh, en, retryable=True)
        if not self._allowed.name(host):
            for each in found:
                address = ipaddress.ip_address(each.partition("%")[0])
                if not is_public(address) and not self._allowed.address(real(address)):
                    raise FetchError(
                        f"{host} 在内部网络里，不能访问；确有需要，请管理员把它写进 ZHIBO_FETCH_HOSTS。",
                        f"{host} is inside a private network and is not asked; the operator can list it in "
                        "ZHIBO_FETCH_HOSTS.",
                    )
        return found

    async def _ask(self, method: str, url: str, body: bytes, headers: Mapping[str, str], limits: Limits) -> Fetched:
        parts = self.parsed(url)
        # Not even a compressed answer is wanted: a small one could unfold to any size.
        sent = [("Host", parts.netloc.decode("ascii")), ("Accept-Encoding", "identity"), ("User-Agent", "Zhibo")]
        sent += [(name, value) for name, value in headers.items()]
        if method != "GET":
            sent.append(("Content-Length", str(len(body))))
        pool = httpcore2.AsyncConnectionPool(ssl_context=self._tls, network_backend=_Checked(self))
        raw: list[tuple[bytes, bytes]] = [(name.encode("ascii"), value.encode()) for name, value in sent]
        target = httpcore2.URL(scheme=parts.raw_scheme, host=parts.raw_host, port=parts.port, target=parts.raw_path)
        try:
            async with (
                asyncio.timeout(limits.seconds),
                pool,
                pool.stream(method, target, headers=raw, content=body) as answer,
            ):
                return await _read(str(parts), answer, limits)
        except TimeoutError:
            within = f"{limits.seconds:g}"
            en = f"There was no complete answer within {within} s."
            raise FetchError(f"{within} 秒内没有得到完整的回答。", en, retryable=True) from None
        except (ssl.SSLError, httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException) as error:
            certificate = isinstance(error, ssl.SSLError) or isinstance(error.__context__, ssl.SSLError)
            zh = "对方的证书不可信。" if certificate else "连不上对方的服务器。"
            en = "The server's certificate is not trusted." if certificate else "The server cannot be reached."
            raise FetchError(zh, en, retryable=True) from error


async def _read(url: str, answer: httpcore2.Response, limits: Limits) -> Fetched:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if headers.get("content-encoding", "identity") != "identity":
        raise FetchError("对方发来了压缩过的内容。", "The answer is compressed, which was not asked for.")
    announced = headers.get("content-length", "0")
    found, size = [], int(announced) if announced.isdigit() else 0
    if size <= limits.most_bytes:
        size = 0
        async for block in answer.aiter_stream():
            size += len(block)
            found.append(block)
            if size > limits.most_bytes:
                break
    if size > limits.most_bytes:
        most = f"{limits.most_bytes >> 10} KB" if limits.most_bytes < 1 << 20 else f"{limits.most_bytes >> 20} MB"
        raise FetchError(f"内容太大，最多 {most}。", f"The answer is larger than {most}.")
    return Fetched(url, answer.status, kind, b"".join(found), headers)


def _good(answer: Fetched, limits: Limits) -> Fetched:
    if answer.status >= 300:
        later = answer.status == 429 or answer.status >= 500
        raise FetchError(f"对方回答了 {answer.status}。", f"The server answered {answer.status}.", retryable=later)
    if limits.types and not answer.kind.startswith(limits.types):
        kind = answer.kind or "?"
        raise FetchError(f"对方发来的是 {kind}，不是要的内容。", f"The answer is {kind}, which is not wanted here.")
    return answer


class _Checked(httpcore2.AsyncNetworkBackend):
    """Connects to checked addresses only. TLS goes on asking for the certificate of the name."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._real = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # the library's own signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        failed: Exception | None = None
        for address in await self._fetcher.addresses(host, port):
            try:
                return await self._real.connect_tcp(address, port, timeout, local_address, socket_options)
            except httpcore2.ConnectError as error:
                failed = error
        assert failed is not None  # there is an address, or `addresses` raises
        raise failed

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        raise FetchError("只能访问网址。", "Only web addresses are asked.")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

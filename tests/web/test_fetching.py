"""Addresses that people type in lead out of this network, never into it."""

import ipaddress
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.conftest import lacking
from tests.servers import missing
from tests.web.outside import Answer, Asked, Outside, certificate, outside
from web.fetching import Fetcher, FetchError, Limits
from web.hosts import Allowed, is_public

INSIDE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.5", "172.20.1.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "224.0.0.1", "255.255.255.255", "::1", "::", "fc00::1", "fe80::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:db8::1",
]  # fmt: skip
HERE = Allowed.parse(["shop.example"])  # the tests' servers are on this machine: the operator lets this name in


class Names:
    """A resolver that says what the test says, another thing each time."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


@pytest.fixture
def inside() -> Iterator[Outside]:
    """What must not be reached: a server of this machine."""
    with outside() as server:
        yield server


@pytest.mark.parametrize("address", INSIDE)
def test_no_inner_address_counts_as_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses_do(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0"],
)
async def test_no_way_of_writing_this_machine_reaches_it(inside: Outside, host: str) -> None:
    with pytest.raises(FetchError, match="private network|cannot be found|whole web address"):
        await Fetcher().get(f"http://{host}:{inside.port}/")
    assert not inside.asked


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://shop.example/", "gopher://shop.example/", "shop.example", "https://",
        "javascript:1", "http://user:secret@shop.example/", "http://shop.example:22/", "http://shop.example:6/",
        "h" * 3000, "http://shop.example:99999/", "http://[::1/",
    ],
)  # fmt: skip
async def test_only_plain_web_addresses_are_asked(url: str) -> None:
    names = Names(["93.184.216.34"])
    with pytest.raises(FetchError):
        await Fetcher(HERE, resolver=names).get(url)
    assert not names.asked


async def test_a_name_that_leads_inside_is_refused_even_among_good_addresses(inside: Outside) -> None:
    for found in (["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["fe80::1%eth0"]):
        with pytest.raises(FetchError, match="ZHIBO_FETCH_HOSTS") as refused:
            await Fetcher(resolver=Names(found)).get(f"http://evil.example:{inside.port}/")
        assert "内部网络" in refused.value.say("zh")
    assert not inside.asked


async def test_the_address_that_was_checked_is_the_one_connected_to(inside: Outside) -> None:
    """Rebinding: the second look at the name would lead to this machine. There is no second look."""
    names = Names(["192.0.2.1"], ["127.0.0.1"])
    allowed = Allowed.parse(["192.0.2.0/24"])  # stands for a public address where nobody answers
    with pytest.raises(FetchError, match="within|reached"):
        await Fetcher(allowed, resolver=names).get(f"http://rebind.example:{inside.port}/", limits=Limits(seconds=0.3))
    assert names.asked == ["rebind.example"]
    assert not inside.asked


async def test_a_redirect_is_checked_like_the_first_address(inside: Outside) -> None:
    for target in (f"http://127.0.0.1:{inside.port}/secret", "file:///etc/passwd", "http://169.254.169.254/latest/"):
        with outside(lambda asked, to=target: Answer(302, b"", {"Location": to})) as evil:  # type: ignore[misc]
            with pytest.raises(FetchError):
                await Fetcher(HERE, resolver=Names(["127.0.0.1"])).get(f"http://shop.example:{evil.port}/")
            assert len(evil.asked) == 1
    assert not inside.asked


async def test_a_good_redirect_is_followed_and_secrets_stay_with_their_host() -> None:
    def answer(asked: Asked) -> Answer:
        return (
            Answer(301, b"", {"Location": f"http://other.example:{server.port}/there"})
            if asked.path == "/"
            else Answer()
        )

    allowed = Allowed.parse(["*.example"])
    with outside(answer) as server:
        found = await Fetcher(allowed, resolver=Names(["127.0.0.1"])).get(
            f"http://shop.example:{server.port}/", headers={"Authorization": "Bearer x"}
        )
    assert (found.body, found.url) == (b"ok", f"http://other.example:{server.port}/there")
    assert ["authorization" in each.headers for each in server.asked] == [True, False]


async def test_a_circle_of_redirects_ends() -> None:
    circle = Answer(302, b"", {"Location": "/"})
    with outside(lambda asked: circle) as server, pytest.raises(FetchError, match="too many"):
        await Fetcher(HERE, resolver=Names(["127.0.0.1"])).get(f"http://shop.example:{server.port}/")
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(body=b"x" * 5000), "larger"),
        (Answer(body=b"", headers={"Content-Length": "99999999"}), "larger"),
        (Answer(headers={"Content-Type": "application/x-sh"}), "application/x-sh"),
        (Answer(headers={"Content-Type": "text/plain", "Content-Encoding": "gzip"}), "compressed"),
        (Answer(404), "404"),
    ],
)
async def test_too_much_and_the_wrong_kind_are_refused(answer: Answer, said: str) -> None:
    limits = Limits(most_bytes=4096, types=("text/", "application/json"))
    with outside(lambda asked: answer) as server, pytest.raises(FetchError, match=said):
        await Fetcher(HERE, resolver=Names(["127.0.0.1"])).get(f"http://shop.example:{server.port}/", limits=limits)


async def test_a_server_that_dawdles_is_given_up() -> None:
    def slow(asked: Asked) -> Answer:
        time.sleep(0.6)
        return Answer()

    with outside(slow) as server, pytest.raises(FetchError, match="within") as error:
        await Fetcher(HERE, resolver=Names(["127.0.0.1"])).get(
            f"http://shop.example:{server.port}/", limits=Limits(seconds=0.2)
        )
    assert error.value.retryable


async def test_tls_asks_for_the_certificate_of_the_name(tmp_path: Path) -> None:
    if reason := missing("openssl"):
        lacking(reason)
    serving, trusting = certificate(tmp_path, "shop.example")
    allowed = Allowed.parse(["*.example"])
    with outside(tls=serving) as server:
        fetcher = Fetcher(allowed, resolver=Names(["127.0.0.1"]), tls=trusting)
        assert (await fetcher.get(f"https://shop.example:{server.port}/")).body == b"ok"
        with pytest.raises(FetchError, match="certificate"):
            await fetcher.get(f"https://other.example:{server.port}/")


def test_what_the_operator_lists_is_a_name_or_a_network() -> None:
    allowed = Allowed.parse(["crm.internal", "*.corp.example", "10.1.0.0/16", "::1"])
    assert allowed.name("CRM.internal.")
    assert allowed.name("a.b.corp.example")
    assert not allowed.name("corp.example.evil.org")
    assert not allowed.name("corp.example")
    assert allowed.address(ipaddress.ip_address("10.1.2.3"))
    assert not allowed.address(ipaddress.ip_address("10.2.0.1"))
    for wrong in ("http://x", "a b", "*", "10.1.0.0/33", ""):
        with pytest.raises(ValueError, match="neither"):
            Allowed.parse([wrong])

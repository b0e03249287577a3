"""A small shop behind a real server on a free port, answered by a model that says what the test tells it."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from assistant.messages import Model, TextDelta
from assistant.models.scripted import ScriptedModel
from knowledge.model import Attribute, Faq, Policy, Product, Promotion, Shop, Text
from web.app import build_app
from web.roles import Role
from web.server import Server, listen
from web.services import Services
from web.settings import Settings, load_settings
from web.wiring import build_core, build_services

SLIPPERS = Product(
    "S1",
    Text("云朵防滑拖鞋", "Cloud Non-slip Slippers"),
    category=Text("鞋靴", "Shoes"),
    brief=Text("雨天也站得稳", "Steady even when it rains"),
    price=Decimal("59.00"),
    list_price=Decimal("79.00"),
    stock=12,
    attributes=(Attribute(Text("鞋底材质", "Sole"), Text("TPR橡胶", "TPR rubber")),),
    pictures=("S1.webp",),
)
KETTLE = Product(
    "K1",
    Text("山泉电热水壶", "Spring Electric Kettle"),
    category=Text("厨房", "Kitchen"),
    price=Decimal("129.00"),
    stock=3,
    attributes=(Attribute(Text("容量", "Capacity"), Text("1.7升", "1.7 L")),),
)
SHOP = Shop("test", Text("山间小铺", "Hillside Store"), Text("慢慢过日子", "Live slowly"), timezone="Asia/Shanghai")


@dataclass(frozen=True)
class Site:
    """A running server and how to reach it."""

    url: str
    services: Services

    def client(self, **headers: str) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers=headers, timeout=10, trust_env=False)

    def visitor(self, lang: str = "zh", product_id: str = "S1") -> "Visitor":
        """Somebody who has just opened the chat on a product's page."""
        with self.client() as client:
            answer = client.post("/api/chat/sessions", json={"lang": lang, "product_id": product_id})
        assert answer.status_code == 201, answer.text
        return Visitor(self, answer.json())

    @contextmanager
    def staff(self, name: str = "小王", role: Role = "owner") -> Iterator[httpx.Client]:
        """Signed in, with the CSRF header already set."""
        with self.client() as client:
            answer = client.post("/api/staff/signin", json={"token": self.services.auth.new_link(name, role)})
            assert answer.status_code == 200, answer.text
            client.headers["X-CSRF"] = answer.json()["csrf"]
            yield client


@dataclass(frozen=True)
class Visitor:
    """A shopper's page."""

    site: Site
    session: dict[str, Any]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.session['token']}"}

    def post(self, path: str, **body: Any) -> httpx.Response:
        with self.site.client(**self.headers) as client:
            return client.post(f"/api/chat/{path}", json=body)

    def get(self, path: str) -> httpx.Response:
        with self.site.client(**self.headers) as client:
            return client.get(f"/api/chat/{path}")

    def say(self, text: str, client_id: str = "") -> dict[str, Any]:
        answer = self.post("messages", text=text, client_id=client_id)
        assert answer.status_code == 202, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def events(
        self, until: Callable[[dict[str, Any]], bool], *, after: int = 0, **headers: str
    ) -> list[dict[str, Any]]:
        """What the event stream sends, up to and with the first event for which `until` holds."""
        with self.site.client(**self.headers, **headers) as client:
            return read_events(client, f"/api/chat/events?after={after}", until)

    def ask(self, text: str) -> list[dict[str, Any]]:
        """Send `text`; everything up to the end of its answer."""
        seq = self.say(text)["seq"]
        return self.events(lambda event: event["type"] == "done", after=seq)


def read_events(
    client: httpx.Client,
    path: str,
    until: Callable[[dict[str, Any]], bool],
    *,
    on_open: Callable[[], Any] = lambda: None,
) -> list[dict[str, Any]]:
    """Events of a stream; `on_open` is called once it is open. Fails when none comes for ten seconds."""
    found = []
    with client.stream("GET", path) as stream:
        assert stream.status_code == 200, stream.read()
        for line in stream.iter_lines():
            if line.startswith(":") and not found:
                on_open()
                on_open = _nothing
            if line.startswith("data: "):
                found.append(json.loads(line[6:]))
                if until(found[-1]):
                    return found
    raise AssertionError(f"the stream ended after {found}")


def _nothing() -> None:
    return


def settings_in(folder: Path, **more: Any) -> Settings:
    given = {"messages_per_minute": 1000, "requests_per_minute": 10_000, "console": False, **more}
    return load_settings(data=folder, **given)


def fill(services: Services) -> None:
    services.catalog.put(
        [SLIPPERS, KETTLE],
        shop=SHOP,
        promotions=[
            Promotion("P1", Text("满99减10", "10 off 99"), "threshold", threshold=Decimal(99), minus=Decimal(10))
        ],
        policies=[Policy("returns", Text("退换", "Returns"), Text("7天无理由退货。", "Returns within 7 days."))],
        faqs=[Faq("F1", Text("多久发货？", "When do you ship?"), Text("48小时内发货。", "Within 48 hours."))],
        source="test",
    )
    media = services.media
    media.mkdir(parents=True, exist_ok=True)
    (media / "S1.webp").write_bytes(b"RIFF0000WEBP")


@contextmanager
def serving(settings: Settings, model: Model | None = None, **more: Any) -> Iterator[Site]:
    """A real uvicorn over a real shop, in a thread of its own, until the block ends."""
    services = build_services(settings, core=build_core(settings, model), **more)
    fill(services)
    app = build_app(services)
    listener = listen("127.0.0.1", 0)
    ready = threading.Event()
    server = Server(app, listener, settings, ready.set)
    thread = threading.Thread(target=server.serve_here, name="server")
    thread.start()
    try:
        assert ready.wait(15), "the server did not start"
        yield Site(f"http://127.0.0.1:{listener.getsockname()[1]}", services)
    finally:
        server.ask_to_stop()
        thread.join(15)
        assert not thread.is_alive(), "the server did not stop"


@pytest.fixture(autouse=True)
def short_tracebacks() -> Iterator[None]:
    """structlog's own default draws every local variable into a trace, which takes seconds."""
    structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()])
    yield
    structlog.reset_defaults()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path / "data")


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    """Answers every question with two true sentences."""
    model = ScriptedModel([TextDelta("这款拖鞋59元。"), 0.01, TextDelta("鞋底是TPR橡胶。")])
    with serving(settings, model) as running:
        yield running

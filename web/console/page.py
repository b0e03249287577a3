"""What every tab of the console is given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

import gradio as gr

from knowledge.catalog import Catalog
from knowledge.model import Text
from knowledge.text import language
from web.auth import Staff, cookie_of
from web.console.say import Say
from web.errors import Refusal
from web.roles import Permission
from web.services import NOT_YOURS, Running, Services
from web.zone import zone_of

SOURCES = {
    "": Text("商品资料", "product data"), "policy": Text("政策", "policy"), "promotion": Text("活动", "promotion"),
    "faq": Text("问答", "FAQ"), "order": Text("订单", "order"),
}  # fmt: skip


@dataclass(frozen=True)
class Page:
    """The console in one language. `blocks` is the whole page: its load event fills what is to be fresh."""

    running: Running
    say: Say
    blocks: gr.Blocks

    @property
    def services(self) -> Services:
        return self.running.services

    @property
    def catalog(self) -> Catalog:
        return self.running.services.catalog

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.catalog)

    def moment(self, at: datetime) -> str:
        return self.say.moment(at, self.zone)

    def title(self, product_id: str) -> str:
        """A product's title, its id when it is gone."""
        product = self.catalog.product(product_id) if product_id else None
        return product.title(self.say.lang) if product is not None else product_id

    def subject(self, subject: str) -> str:
        """What a fact is about, in words: a product's title, a policy's, an offer's name, a question."""
        kind, _, name = subject.partition(":")
        lang = self.say.lang
        match kind:
            case "policy":
                return next((one.title(lang) for one in self.catalog.policies() if one.id == name), name)
            case "promotion":
                return next((one.name(lang) for one in self.catalog.promotions() if one.id == name), name)
            case "faq":
                return next((one.question(lang) for one in self.catalog.faqs() if one.id == name), name)
            case "order":
                return self.say(f"订单 {name}", f"Order {name}")
        return self.title(subject)

    def fact(self, fact: Mapping[str, Any]) -> str:
        """A fact as a row of a table: what it is about, its value, and where it stands; in the reader's language when
        the shop says it in both."""
        subject = str(fact.get("subject", ""))
        kind = subject.partition(":")[0] if ":" in subject else ""
        facts = self.catalog.shop_facts() if kind else self.catalog.facts(subject)
        same = [each for each in facts.by_subject.get(subject, ()) if each.id == fact.get("id")]
        mine = next((each for each in same if language(each.attribute) == self.say.lang), None)
        name, value = (mine.attribute, mine.value) if mine else (fact.get("attribute", ""), fact.get("value", ""))
        source = str(fact.get("source", ""))
        if source in (subject, ""):
            source = SOURCES.get(kind, SOURCES[""])(self.say.lang)
        cells = (f"{self.subject(subject)} · {name}", str(value)[:120], f"{source} v{fact.get('version', 1)}")
        return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"

    def products(self, limit: int = 500) -> list[tuple[str, str]]:
        """Choices for a list of products."""
        return [(product.title(self.say.lang), product.id) for product in self.catalog.products()[:limit]]

    def error(self, refusal: Refusal) -> gr.Error:
        return gr.Error(refusal.message(self.say.lang), print_exception=False)

    def person(self, request: gr.Request) -> Staff | None:
        """Whoever asks; only people who have signed in reach the console, but a session may have ended since."""
        return self.services.auth.staff(cookie_of(request.request))

    def who(self, request: gr.Request) -> str:
        person = self.person(request)
        return person.name if person is not None else ""

    def record(self, request: gr.Request, action: str, target: str = "") -> None:
        """Write down that whoever asks has changed something; blocks for a moment. `target`: its id, never its text."""
        person = self.person(request)
        name, role = (person.name, person.role or "") if person is not None else ("", "")
        host = request.client.host if request.client else ""
        self.services.audit.record(name, action, target, role=role, outcome=200, address=host)

    def can(self, request: gr.Request, permission: Permission) -> bool:
        person = self.person(request)
        return person is not None and person.can(permission)

    def must(self, request: gr.Request, permission: Permission) -> Staff:
        """Whoever asks, if they may; raises the error that the page shows otherwise."""
        person = self.person(request)
        if person is None or not person.can(permission):
            raise self.error(Refusal("forbidden", *NOT_YOURS))
        return person

    def only(self, tab: gr.Tab, permission: Permission) -> None:
        """Show a tab, which is hidden at first, to those who have the permission. What is in it asks for itself."""

        def seen(request: gr.Request) -> Any:
            return gr.update(visible=self.can(request, permission))

        self.blocks.load(seen, None, tab, show_progress="hidden")

    def fresh(self, show: Callable[..., Any], inputs: Any, outputs: Any, tab: gr.Tab | None = None) -> None:
        """Fill `outputs` when the page is opened, and again when `tab` is."""
        self.blocks.load(show, inputs, outputs, show_progress="hidden")
        if tab is not None:
            tab.select(show, inputs, outputs, show_progress="hidden")

"""The door: what a shopper says about reminders, and a round that sends those that are due."""

import asyncio
import uuid
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Literal
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.exc import IntegrityError

from assistant.agent import Reviewer
from assistant.cards import stored
from assistant.conversation import BotMessage, Conversation, Conversations, UnknownConversation
from assistant.events import Cards, QuickReplies
from assistant.guard.sentences import sentences
from assistant.guard.verdict import Verdict
from assistant.orderbook import OrderBook
from assistant.proactive.book import NotNow, ReminderBook, Shopper, who_is, write_down
from assistant.proactive.occasions import Finder, Occasion, in_stock
from assistant.proactive.rules import Rule, load_rules
from assistant.proactive.switches import Mode, Switches
from assistant.queue import Hours
from assistant.rows import moment
from assistant.service.shop import ShopError
from assistant.shown import Shown
from knowledge.catalog import Catalog
from knowledge.facts import Facts
from knowledge.model import Lang, Order, Product

log = structlog.get_logger(__name__)

Held = Literal["", "quiet hours", "too soon", "stopped", "not asked for", "in conversation", "guard"]


@dataclass(frozen=True, slots=True)
class Due:
    """One reminder, ready; `held`: why it isn't sent now, empty when it is."""

    shopper: Shopper
    occasion: Occasion
    text: str
    verdicts: tuple[Verdict, ...]
    held: Held = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered to a wish about reminders, and the facts it rests on."""

    text: str
    facts: Facts
    product_ids: tuple[str, ...] = ()


class Reminders:
    """`mode` and `quiet`: as the server was told (`Switches`); what the console has set goes before it."""

    def __init__(
        self,
        catalog: Catalog,
        guard: Reviewer,
        conversations: Conversations,
        orders: OrderBook,
        *,
        mode: Mode,
        quiet: Hours,
        zone: ZoneInfo,
        clock: Callable[[], datetime] = moment,
    ) -> None:
        self._catalog = catalog
        self._guard = guard
        self._conversations = conversations
        self._orders = orders
        self._given = self.switches = Switches(mode, quiet)
        self._zone = zone
        self._clock = clock
        self._rules = load_rules()
        self.book = ReminderBook(conversations.database)
        self._shown = Shown(catalog, guard)

    # --- what is on

    async def refresh(self) -> None:
        """See what was set, perhaps by another process."""
        self.switches = self._given.changed(await self.book.settings())

    async def change(self, values: Mapping[str, str]) -> None:
        """Set "mode", "quiet" and "off". Raises ValueError, and changes nothing, when they can't be read."""
        switches = self._given.changed(values)
        await self.book.put_settings(values)
        self.switches = switches

    # --- what shoppers say of it

    async def heard(
        self, conversation: Conversation, text: str, lang: Lang, customer_id: str, about: Sequence[str]
    ) -> Reply | None:
        """What to answer when a message is a wish about reminders, which is then kept; None when it is none. `about`:
        ids of the products that are spoken of, the likeliest first."""
        wish = self._rules.wish(text)
        if wish is None or self.switches.mode == "off":
            return None
        if wish == "watch" and "back_in_stock" in self.switches.off:
            return None
        who, now = who_is(conversation, customer_id), self._clock()
        if wish == "watch":
            return await self._watch(who, conversation.id, text, lang, about, now)
        await self.book.choose(who, conversation.id, wish == "want", now)
        return Reply(self._rules.answers["wanted" if wish == "want" else "stopped"](lang), Facts())

    async def _watch(
        self, who: str, conversation_id: str, text: str, lang: Lang, about: Sequence[str], now: datetime
    ) -> Reply:
        product = self._meant(text, lang, about)
        if product is None:
            return Reply(self._rules.answers["which"](lang), Facts())
        there = in_stock(product)
        if not there:
            await self.book.watch(who, conversation_id, product.id, now)
        said = self._rules.answers["there" if there else "watching"](lang).format(title=product.title(lang))
        return Reply(said, self._catalog.facts(product.id), (product.id,))

    def _meant(self, text: str, lang: Lang, about: Sequence[str]) -> Product | None:
        """The product named, or the one spoken of: first of all one that is not in stock."""
        named = [one for one in self._catalog.products() if one.title(lang).lower() in text.lower()]
        spoken = [found for one in about if (found := self._catalog.product(one)) is not None]
        known = named or spoken
        return next((one for one in known if not in_stock(one)), known[0] if known else None)

    def offers(self, said: str, product_ids: Sequence[str], lang: Lang) -> tuple[str, ...]:
        """Quick replies for an answer about these products that says that there are none left."""
        if self.switches.mode == "off" or "back_in_stock" in self.switches.off:
            return ()
        known = (self._catalog.product(one) for one in product_ids[:3])
        gone = any(product is not None and not in_stock(product) for product in known)
        return (self._rules.watch_reply(lang),) if gone and self._rules.sold_out.search(said) else ()

    # --- what is sent

    async def round(self) -> int:
        """Send what is due now; how many were sent."""
        await self.refresh()
        if self.switches.mode == "off" or self._is_quiet(self._clock()):
            return 0
        sent = 0
        async for due in self.due():
            if not due.held:
                sent += await self._send(due)
            elif due.held == "guard":
                log.warning("a reminder was withheld by the guard", kind=due.occasion.kind)
        return sent

    async def due(self) -> AsyncGenerator[Due, None]:
        """Everything there is to tell at this moment, also what is not sent, with the reason."""
        now = self._clock()
        await self.refresh()
        for shopper in await self.book.shoppers(now - self._rules.remembered):
            known, told = {event for event, _, _ in shopper.told}, shopper.told
            for occasion in await self._occasions(shopper, now):
                if occasion.event in known or occasion.kind in self.switches.off:
                    continue
                due = self._ready(replace(shopper, told=told), occasion, now)
                if not due.held:  # the next one to the same shopper has to keep its distance
                    told = (*told, (occasion.event, occasion.kind, now))
                yield due

    async def _occasions(self, shopper: Shopper, now: datetime) -> list[Occasion]:
        finder = Finder(self._catalog, self._rules, self._zone, shopper.lang)
        found: list[Occasion] = []
        for product_id, since in shopper.watches:
            if (product := self._catalog.product(product_id)) is not None:
                found += finder.of_watch(product, since)
        if self.switches.mode == "asked" and shopper.wanted is not True:
            return found
        orders: Sequence[Order] = ()
        if shopper.customer_id:
            try:
                orders = await asyncio.to_thread(self._orders.of_customer, shopper.customer_id, shopper.lang)
            except ShopError as error:
                log.warning("no orders for reminders", error=str(error))
                return found
        found += finder.of_orders(orders, now)
        customer = self._catalog.customer(shopper.customer_id) if shopper.customer_id else None
        first = bool(shopper.customer_id) and not orders
        found += finder.of_offers(self._catalog.promotions(at=now), customer.level if customer else "", first, now)
        return found

    def _ready(self, shopper: Shopper, occasion: Occasion, now: datetime) -> Due:
        rule, lang = self._rules.rules[occasion.kind], shopper.lang
        text = rule.text(lang).format_map(occasion.values)
        said = text + ("" if lang == "zh" else " ") + self._rules.footer(lang)
        facts = occasion.facts | self._catalog.shop_facts()
        verdicts = tuple(
            self._guard.review(sentence, facts, lang=lang, about=occasion.product_ids) for sentence in sentences(said)
        )
        return Due(shopper, occasion, said, verdicts, self._held(shopper, rule, verdicts, now))

    def _held(self, shopper: Shopper, rule: Rule, verdicts: Sequence[Verdict], now: datetime) -> Held:
        if shopper.wanted is False and rule.kind != "back_in_stock":
            return "stopped"
        if rule.advertises and shopper.wanted is not True:
            return "not asked for"
        if any(verdict.changed for verdict in verdicts):
            return "guard"
        if self._is_quiet(now):
            return "quiet hours"
        if shopper.state in ("waiting", "human") or now - shopper.updated < self._rules.not_amid:
            return "in conversation"
        last = max((at for _, _, at in shopper.told), default=None)
        alike = max((at for _, kind, at in shopper.told if kind == rule.kind), default=None)
        if (last and now - last < self._rules.apart) or (alike and now - alike < rule.again):
            return "too soon"
        return ""

    def _is_quiet(self, now: datetime) -> bool:
        return bool(self.switches.quiet.week) and self.switches.quiet.open_at(now)

    async def _send(self, due: Due) -> bool:
        """Once, at a moment when it may still be; whether it was."""
        shopper, occasion = due.shopper, due.occasion
        message = BotMessage(
            uuid.uuid4().hex, due.text, "reminder", product_ids=occasion.product_ids, verdicts=due.verdicts
        )
        events = [("message", {"role": "bot", "id": message.id, "text": due.text})]
        for extra in (
            *([Cards(occasion.product_ids)] if occasion.kind == "back_in_stock" else ()),
            QuickReplies((self._rules.stop_reply(shopper.lang),)),
        ):
            row = stored(extra, message.id, self._catalog, self._shown, shopper.lang)
            assert row is not None  # these two are always stored
            events.append((row[0], dict(row[1])))
        events.append(("done", {"id": message.id, "model": "reminder", "degraded": ""}))
        note = partial(
            write_down, shopper=shopper, event=occasion.event, kind=occasion.kind, product_ids=occasion.product_ids,
            now=self._clock(),
        )  # fmt: skip
        try:
            stored_ = await self._conversations.append(
                shopper.conversation_id, events, only_in=("bot", "closed"), message=message, also=note
            )
        except (IntegrityError, NotNow, UnknownConversation):
            return False  # told before, by another process; no longer wanted; deleted
        if stored_ is not None:
            log.info("reminded", kind=occasion.kind, conversation=shopper.conversation_id)
        return stored_ is not None

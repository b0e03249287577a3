"""Webhooks: who is told what happens, and what became of each message."""

from collections.abc import Sequence
from functools import partial
from html import escape
from typing import Any

import gradio as gr
from starlette.concurrency import run_in_threadpool

from knowledge.model import Text
from web.api.webhooks import check_url
from web.console import html
from web.console.page import Page
from web.errors import Refusal
from web.webhooks.book import Delivery, Webhook
from web.webhooks.kinds import KINDS, PING
from web.webhooks.signing import shown

LISTED = 20
STATES = {
    "waiting": Text("等待发送", "waiting"), "delivered": Text("已送达", "delivered"), "dead": Text("放弃", "given up"),
}  # fmt: skip
WHY_OFF = {
    "": Text("已关闭", "switched off"), "gone": Text("对方说不再需要（410）", "the receiver is gone (410)"),
    "failing": Text("一直送不到", "nothing could be delivered"),
}  # fmt: skip
Shown = tuple[Any, ...]


def webhooks_tab(page: Page, tab: gr.Tab) -> None:
    """Build the tab; call it inside `gr.Blocks`."""
    say, desk = page.say, Desk(page)
    gr.Markdown(
        say(
            "### Webhook\n店里发生的事，通知您的收银、群聊、值班系统。消息有签名，不含顾客的个人信息。",
            "### Webhooks\nYour till, chat group or on-call system is told what happens. Messages are signed and hold "
            "no personal data of shoppers.",
        )
    )
    with gr.Row(equal_height=False):
        with gr.Column(scale=2, min_width=300):
            pick = gr.Radio([], label="Webhook", show_label=False, container=False, elem_classes="zb-pick")
            none = gr.HTML(padding=False)
            new = gr.Button(say("＋ 新 Webhook", "+ New webhook"), size="sm")
        with gr.Column(scale=3, min_width=330):
            state = gr.HTML(padding=False)
            url = gr.Textbox(label=say("网址", "Address"), placeholder="https://till.example.com/zhibo", max_lines=1)
            about = gr.Textbox(label=say("是哪个系统", "Which system that is"), max_lines=1, max_length=200)
            kinds = [(about(say.lang), kind) for kind, about in KINDS.items()]
            events = gr.CheckboxGroup(kinds, label=say("通知什么（不勾是全部）", "What it is told (none: everything)"))
            on = gr.Checkbox(True, label=say("启用", "Switched on"))
            secret = gr.Textbox(
                label=say("签名密钥（只显示这一次）", "Signing secret (shown this once)"), interactive=False,
                visible=False, buttons=["copy"],
            )  # fmt: skip
            said = gr.HTML(padding=False)
            with gr.Row():
                save = gr.Button(say("保存", "Save"), variant="primary", min_width=90)
                ping = gr.Button(say("试发", "Try it"), min_width=90)
                rotate = gr.Button(say("换密钥", "New secret"), min_width=90)
                remove = gr.Button(say("删除", "Delete"), variant="stop", min_width=90)
            log = gr.HTML(padding=False)
            with gr.Row(visible=False) as resend:
                delivery = gr.Dropdown([], label=say("哪一次发送", "Which delivery"), scale=3, min_width=200)
                again = gr.Button(say("再发一次", "Send again"), min_width=110)
    fields, listing, sent = [url, about, events, on], [pick, none], [log, resend, delivery]
    filled = [state, *fields, secret, said]
    pick.input(desk.load, pick, [*filled, *sent], show_progress="hidden")
    new.click(desk.new, None, [pick, *filled, *sent], show_progress="hidden")
    save.click(desk.save, [pick, *fields], [*listing, *filled, *sent])
    ping.click(desk.ping, pick, [said, *sent])
    rotate.click(desk.rotate, pick, [secret, said])
    remove.click(desk.remove, pick, [*listing, *filled, *sent])
    again.click(desk.again, [pick, delivery], [said, *sent])
    page.fresh(desk.listing, pick, listing, tab)
    gr.Timer(5).tick(desk.sent, [pick, delivery], sent, show_progress="hidden")


class Desk:
    """What the buttons do."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._book = page.services.webhooks

    def listing(self, request: gr.Request, chosen: str | None) -> tuple[Any, str]:
        self._page.must(request, "webhooks")
        found = self._book.listed()
        kept = chosen if chosen in {one.id for one in found} else None
        none = html.empty(
            self._page.say("还没有 Webhook，在右边写第一个。", "No webhook yet: write the first one here.")
        )
        return gr.update(choices=[(self._line(one), one.id) for one in found], value=kept), "" if found else none

    def load(self, request: gr.Request, webhook_id: str | None) -> Shown:
        self._page.must(request, "webhooks")
        return *self._filled(webhook_id), *self._sent(webhook_id, None)

    def new(self, request: gr.Request) -> Shown:
        return None, *self.load(request, None)

    async def save(
        self, request: gr.Request, webhook_id: str | None, url: str, about: str, events: Sequence[str], on: bool
    ) -> Shown:
        person, say = self._page.must(request, "webhooks"), self._page.say
        secret, note = "", say("已保存。", "Saved.")
        try:
            await check_url(self._page.services.fetcher, (url or "").strip())
            chosen, words = list(events or ()), about or ""
            if webhook_id:
                change = partial(self._book.change, webhook_id, url=url.strip(), about=words, events=chosen, enabled=on)
                await run_in_threadpool(change)
            else:
                made, key = await run_in_threadpool(self._book.add, url.strip(), chosen, words, person.name)
                webhook_id, secret = made.id, shown(key)
                note = say("已添加。密钥请马上存好，不会再显示。", "Added. Keep the secret now; it is not shown again.")
        except Refusal as refusal:
            skipped = (gr.skip(),) * 6
            return gr.skip(), gr.skip(), *skipped, html.note(refusal.message(say.lang)), gr.skip(), gr.skip(), gr.skip()
        await run_in_threadpool(self._page.record, request, "webhook save", webhook_id)
        told = self._filled(webhook_id, note=html.note(note, "good"), secret=secret)
        return *self.listing(request, webhook_id), *told, *self._sent(webhook_id, None)

    def ping(self, request: gr.Request, webhook_id: str | None) -> Shown:
        webhook = self._chosen(request, webhook_id)
        self._book.ping(webhook.id)
        self._page.record(request, "webhook ping", webhook.id)
        note = self._page.say(
            "试发的消息在路上，结果见下表。", "A message is on its way; see below what becomes of it."
        )
        return html.note(note, "good"), *self._sent(webhook.id, None)

    def rotate(self, request: gr.Request, webhook_id: str | None) -> Shown:
        webhook = self._chosen(request, webhook_id)
        _, key = self._book.rotate(webhook.id, at_once=False)
        self._page.record(request, "webhook rotate", webhook.id)
        note = self._page.say(
            "这是新密钥。旧的还可用 24 小时，请在这之前换上。",
            "This is the new secret. The old one holds for 24 hours.",
        )
        return gr.update(value=shown(key), visible=True), html.note(note, "good")

    def remove(self, request: gr.Request, webhook_id: str | None) -> Shown:
        webhook = self._chosen(request, webhook_id)
        self._book.remove(webhook.id)
        self._page.record(request, "webhook remove", webhook.id)
        note = html.note(self._page.say("已删除。", "Deleted."), "good")
        return *self.listing(request, None), *self._filled(None, note=note), *self._sent(None, None)

    def again(self, request: gr.Request, webhook_id: str | None, delivery_id: str | None) -> Shown:
        webhook, say = self._chosen(request, webhook_id), self._page.say
        if not delivery_id:
            return html.note(say("先选一次发送。", "Choose a delivery first.")), gr.skip(), gr.skip(), gr.skip()
        self._book.send_again(webhook.id, delivery_id)
        self._page.record(request, "webhook again", f"{webhook.id} {delivery_id}")
        return html.note(say("正在再发一次。", "It is being sent again."), "good"), *self._sent(webhook.id, delivery_id)

    def sent(self, request: gr.Request, webhook_id: str | None, delivery_id: str | None) -> Shown:
        if not self._page.can(request, "webhooks"):
            return "", gr.update(visible=False), gr.skip()
        return self._sent(webhook_id, delivery_id)

    def _chosen(self, request: gr.Request, webhook_id: str | None) -> Webhook:
        self._page.must(request, "webhooks")
        if not webhook_id:
            say = self._page.say
            raise gr.Error(say("请先在左边选一个。", "Choose one on the left first."), print_exception=False)
        try:
            return self._book.get(webhook_id)
        except Refusal as refusal:
            raise self._page.error(refusal) from None

    def _filled(self, webhook_id: str | None, *, note: str = "", secret: str = "") -> Shown:
        found = next((one for one in self._book.listed() if one.id == webhook_id), None)
        hidden = gr.update(value=secret, visible=bool(secret))
        if found is None:
            return "", "", "", [], True, hidden, note
        return self._state(found), found.url, found.about, list(found.events), found.enabled, hidden, note

    def _state(self, webhook: Webhook) -> str:
        say = self._page.say
        last = self._page.moment(webhook.delivered) if webhook.delivered else "—"
        figures: dict[str, object] = {
            say("等待发送", "waiting"): webhook.waiting, say("放弃", "given up"): webhook.dead,
            say("上次送达", "last delivered"): last,
        }  # fmt: skip
        off = "" if webhook.enabled else html.note(f"{WHY_OFF[webhook.why_off](say.lang)}", "info")
        return f'<div class="zb zb-status">{off}{html.chips(figures)}</div>'

    def _sent(self, webhook_id: str | None, delivery_id: str | None) -> Shown:
        found = self._book.deliveries(webhook_id, limit=LISTED) if webhook_id else ()
        if not found:
            return "", gr.update(visible=False), gr.update(choices=[], value=None)
        say = self._page.say
        heads = (
            say("时间", "When"),
            say("事件", "What"),
            say("状态", "State"),
            say("次数", "Tries"),
            say("最后回答", "Last answer"),
        )
        table = html.table(heads, (self._row(one) for one in found), numbers=(3,))
        kept = delivery_id if delivery_id in {one.id for one in found} else None
        choices = [(f"{self._page.moment(one.created)} · {self._kind(one)}", one.id) for one in found]
        listed = f'<div class="zb zb-table">{table}</div>'
        return listed, gr.update(visible=True), gr.update(choices=choices, value=kept)

    def _row(self, one: Delivery) -> list[str]:
        say = self._page.say
        last = one.tries[-1] if one.tries else {}
        said = str(last.get("said") or last.get("status") or "—")
        took = f" · {last['ms']} ms" if last else ""
        kind = "low" if one.state == "dead" else ""
        return [
            escape(self._page.moment(one.created)), f"{escape(self._kind(one))}<small>{escape(one.message_id)}</small>",
            f'<span class="{kind}">{STATES[one.state](say.lang)}</span>', str(len(one.tries)), escape(f"{said}{took}"),
        ]  # fmt: skip

    def _kind(self, one: Delivery) -> str:
        say = self._page.say
        return say("试发", "Try") if one.kind == PING else KINDS[one.kind](say.lang)

    def _line(self, webhook: Webhook) -> str:
        say = self._page.say
        off = "" if webhook.enabled else f" · {WHY_OFF[webhook.why_off](say.lang)}"
        return f"{webhook.about or webhook.url}{off}"

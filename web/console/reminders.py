"""Reminders: whom they go to, of what, when not; what was sent last, and who wants none."""

from collections.abc import Mapping, Sequence
from html import escape

import gradio as gr

from assistant.proactive.book import Past
from assistant.proactive.reminders import Reminders
from assistant.proactive.rules import Kind
from assistant.proactive.switches import Mode
from knowledge.model import Text
from web.console import html
from web.console.page import Page
from web.errors import Refusal

MODES: Mapping[Mode, Text] = {
    "off": Text("都不发", "Nobody"),
    "asked": Text("只发给要过提醒的人", "Those who have asked"),
    "on": Text("登录的顾客也发（优惠仍只发给要过的）", "Signed-in customers too (offers: only who asked)"),
}
KINDS: Mapping[Kind, Text] = {
    "delayed_parcel": Text("包裹晚到", "Delayed parcel"),
    "unpaid_order": Text("订单待付款", "Unpaid order"),
    "expiring_coupon": Text("优惠券快到期", "Coupon about to end"),
    "back_in_stock": Text("到货", "Back in stock"),
}
State = tuple[str, list[str], str, str]  # mode, kinds that are on, quiet hours, the past


def reminders_tab(page: Page, tab: gr.Tab) -> None:
    """Build the tab; call it inside `gr.Blocks`."""
    say, desk = page.say, Desk(page)
    gr.Markdown(
        say(
            "### 提醒\n不等顾客来问就告诉他们的几件事。每件只说一次，都先核验，顾客说“不要再提醒”就停。",
            "### Reminders\nWhat shoppers are told unasked: each once, checked like everything else, and nothing more "
            "to who says stop.",
        )
    )
    with gr.Row(equal_height=False):
        with gr.Column(scale=2, min_width=330):
            mode = gr.Radio([(said(say.lang), one) for one, said in MODES.items()], label=say("发给谁", "To whom"))
            kinds = gr.CheckboxGroup([(said(say.lang), one) for one, said in KINDS.items()], label=say("哪些", "Which"))
            quiet = gr.Textbox(
                label=say("这段时间不发（店铺时区；空着不限）", "Not at these times (the shop's; empty: always)"),
                placeholder="21:00-09:00", max_lines=1,
            )  # fmt: skip
            save = gr.Button(say("保存", "Save"), variant="primary")
            told = gr.HTML(padding=False)
        with gr.Column(scale=3, min_width=330):
            past = gr.HTML(padding=False)
    save.click(desk.save, [mode, kinds, quiet], told)
    page.fresh(desk.now, None, [mode, kinds, quiet, past], tab)


class Desk:
    """What the tab shows and does."""

    def __init__(self, page: Page) -> None:
        self._page = page

    @property
    def _reminders(self) -> Reminders:
        reminders = self._page.services.assistant.reminders
        assert reminders is not None  # a server always has them, switched off or on
        return reminders

    async def now(self) -> State:
        reminders = self._reminders
        await reminders.refresh()
        switches = reminders.switches
        spans = next(iter(switches.quiet.week.values()), ())
        quiet = ", ".join(f"{_clock(start)}-{_clock(end)}" for start, end in spans)
        on = [kind for kind in KINDS if kind not in switches.off]
        return switches.mode, list(on), quiet, past_html(self._page, await reminders.book.past())

    async def save(self, request: gr.Request, mode: str, kinds: Sequence[str], quiet: str | None) -> str:
        self._page.must(request, "catalogue.write")
        say, off = self._page.say, [kind for kind in KINDS if kind not in kinds]
        try:
            await self._reminders.change({"mode": mode, "quiet": (quiet or "").strip(), "off": " ".join(off)})
        except ValueError:
            raise self._page.error(
                Refusal("invalid", "时间请写成 21:00-09:00 这样。", "Write the times like 21:00-09:00.")
            ) from None
        self._page.record(request, "reminders.change", f"{mode} {' '.join(off)}".strip())
        return html.note(say("已保存，一分钟内起效。", "Saved; it holds within a minute."), "good")


def past_html(page: Page, past: Past) -> str:
    say = page.say
    figures = {
        say("最近发出", "Sent lately"): len(past.sent),
        say("等到货的", "Waiting for stock"): past.waiting,
        say("不要提醒的", "Want none"): len(past.stopped),
    }
    if past.sent:
        rows = [[page.moment(at), _kind(say.lang, kind), escape(_name(page, who))] for at, kind, who in past.sent]
        sent = html.table((say("时间", "When"), say("哪种", "Kind"), say("给谁", "To whom")), rows)
    else:
        sent = html.empty(say("还没有发过提醒。", "No reminder has been sent yet."))
    cards = html.card(say("最近发出的", "Sent last"), sent)
    if past.stopped:
        rows = [[escape(_name(page, who)), page.moment(at)] for at, who in past.stopped]
        stopped = html.table((say("谁", "Who"), say("从何时", "Since")), rows)
        cards += html.card(say("说过不要提醒的", "Who said stop"), stopped)
    return f'<div class="zb">{html.chips(figures)}</div>{cards}'


def _name(page: Page, who: str) -> str:
    """A customer's name, or that it is somebody who is not signed in."""
    kind, _, key = who.partition(":")
    if kind != "customer":
        return page.say("未登录的访客", "A visitor who is not signed in")
    customer = page.catalog.customer(key)
    return f"{customer.name} ({key})" if customer else key


def _kind(lang: str, kind: str) -> str:
    said = next((text for name, text in KINDS.items() if name == kind), None)
    return escape((said.zh if lang == "zh" else said.en) if said else kind)


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"

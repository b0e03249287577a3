"""Live rooms: the run sheet, going on air and off, how it fares, comments, and lines to insert."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from html import escape
from typing import Any

import gradio as gr
import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool

from assistant.hostwords import HostWords
from knowledge.factsheet import money
from knowledge.model import Text
from streaming.control import RoomError
from streaming.records import comments, utterances
from web.console import html
from web.console.music import music_picker
from web.console.page import Page
from web.console.personas import looks, voices
from web.console.picture import picture_preview, templates
from web.console.runsheet import runsheet_editor
from web.console.script import script_editor
from web.errors import Refusal
from web.rooms import RoomPlan

LISTED = 12
STATES = {
    "off": Text("未开播", "Off air"), "starting": Text("启动中", "Starting"), "on_air": Text("直播中", "On air"),
    "failed": Text("出错了", "Failed"),
}  # fmt: skip
FIGURES = {
    "fps": Text("帧/秒", "frames a second"), "on_air_s": Text("已播", "on air"), "frames": Text("帧", "frames"),
    "worst_late_s": Text("最迟（秒）", "latest frame (s)"), "repeated_frames": Text("重复帧", "repeated frames"),
    "stood_still_s": Text("停顿（秒）", "stood still (s)"),
}  # fmt: skip
OUTCOMES = {
    "waiting": Text("等待回答", "waiting"), "answered": Text("已回答", "answered"),
    "merged": Text("并入同类问题", "joined to another"), "ignored": Text("未回答", "not answered"),
    "handed_over": Text("转客服", "handed over"),
}  # fmt: skip
WHY_NOT = {
    "a greeting, and others were just greeted": "打招呼，刚招呼过", "not a question": "不是问题",
    "too many questions": "问题太多", "waited too long": "等太久了", "too many at once": "一下来太多",
    "nothing of the answer could be backed by facts": "资料里没有依据", "a person must answer this": "要人来回答",
    "a private matter: sent to the shop's chat": "私人问题，请到店铺客服",
}  # fmt: skip
OUTPUTS = {
    "up": Text("正常", "up"), "connecting": Text("连接中", "connecting"), "closed": Text("已结束", "closed"),
    "down": Text("中断，重试中", "down, trying again"),
}  # fmt: skip
RECORDING = Text("录像", "Recording")


def rooms_tab(page: Page, tab: gr.Tab) -> None:
    """Build the tab; call it inside `gr.Blocks`."""
    desk = Desk(page)
    with gr.Row(equal_height=False):
        with gr.Column(scale=2, min_width=330):
            room, status, looked = _plan(page, tab, desk)
        with gr.Column(scale=3, min_width=330):
            screen = gr.HTML(player(page, desk.rooms()[0]), elem_id="zb-player", padding=False)
    with gr.Tabs():
        with gr.Tab(page.say("现场", "On air")):
            _on_air(page, tab, desk, room)
        with gr.Tab(page.say("节目单", "Run sheet")) as sheet:
            runsheet_editor(page, sheet, room)
        with gr.Tab(page.say("画面", "Picture")) as picture:
            picture_preview(page, picture, looked)
        with gr.Tab(page.say("台词", "Script")) as script:
            script_editor(page, script)
    room.change(lambda name: player(page, name), room, screen, show_progress="hidden")
    page.fresh(desk.status, None, status, tab)
    gr.Timer(3).tick(desk.status, None, status, show_progress="hidden")


def _plan(page: Page, tab: gr.Tab, desk: "Desk") -> tuple[Any, Any, list[Any]]:
    """What goes on air, and the buttons that start and stop it; the room's box, where its state is shown, and the boxes
    that decide what the picture looks like."""
    say = page.say
    room = gr.Dropdown(desk.rooms(), value=desk.rooms()[0], label=say("直播间", "Room"), allow_custom_value=True)
    products = gr.Dropdown(
        page.products(), multiselect=True, value=[],
        label=say("讲哪些商品，按选的顺序（空着：全部）", "Run sheet, in the order chosen (empty: all products)"),
    )  # fmt: skip
    with gr.Row():
        persona = gr.Dropdown(desk.personas(), value="warm", label=say("主播", "Host"), min_width=120)
        template = gr.Dropdown(templates(page), value="", label=say("画面模板", "Template"), min_width=120)
        lang = gr.Radio(
            [("中文", "zh"), ("English", "en")], value=say.lang, label=say("语言", "Language"), min_width=150
        )
    with gr.Accordion(say("声音、画面、推流", "Voice, picture, streams"), open=False):
        with gr.Row():
            voice = gr.Dropdown(voices(page), value="", label=say("换声音", "Another voice"), min_width=140)
            look = gr.Dropdown(looks(page), value="", label=say("换形象", "Another face"), min_width=140)
        shapes = [
            (say("横屏 1280×720", "Landscape 1280×720"), False),
            (say("竖屏 720×1280", "Portrait 720×1280"), True),
        ]
        music, volume, pieces = music_picker(page)
        portrait = gr.Radio(shapes, value=False, label=say("画面", "Picture"))
        to = gr.Textbox(
            label=say("推流地址（每行一个，空着只看预览）", "Stream to (one a line; empty: preview only)"),
            placeholder="rtmp://live.example.com/app/STREAM-KEY", lines=2,
        )  # fmt: skip
    with gr.Row():
        start = gr.Button(say("开播", "Go on air"), variant="primary", min_width=110)
        stop = gr.Button(say("下播", "Stop"), variant="stop", min_width=110)
    status = gr.HTML(padding=False)
    start.click(
        desk.start, [room, products, persona, lang, voice, look, portrait, to, template, music, volume], [status, room]
    )
    stop.click(desk.stop, room, status)
    tab.select(desk.choices, None, [room, products, persona, look], show_progress="hidden")
    tab.select(lambda: gr.update(choices=pieces()), None, music, show_progress="hidden")
    return room, status, [products, persona, lang, look, template]


def _on_air(page: Page, tab: gr.Tab, desk: "Desk", room: Any) -> None:
    """Speak up in the room, and see what viewers wrote and the host said."""
    say = page.say
    with gr.Row(equal_height=False):
        with gr.Column(min_width=330):
            line = gr.Textbox(
                label=say("插一句话（先过核验）", "Have a line said (it passes the guard first)"), max_lines=2,
                placeholder=say("回车就说", "Press Enter to have it said"),
            )  # fmt: skip
            verdict = gr.HTML(padding=False)
            remark = gr.Textbox(label=say("发一条弹幕", "Post a comment"), max_lines=1)
        with gr.Column(min_width=330):
            board = gr.HTML(padding=False)
    line.submit(desk.insert, [room, line], [line, verdict])
    remark.submit(desk.comment, [room, remark], remark)
    room.change(desk.board, room, board, show_progress="hidden")
    page.fresh(desk.board, room, board, tab)
    gr.Timer(5).tick(desk.board, room, board, show_progress="hidden")


class Desk:
    """What the buttons do."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._supervisor = page.services.supervisor
        self._words = HostWords(page.catalog.store)

    def rooms(self) -> list[str]:
        return self._supervisor.names() or ["demo"]

    def personas(self) -> list[tuple[str, str]]:
        return [(one.name(self._page.say.lang), one.id) for one in self._words.personas()]

    def choices(self) -> tuple[Any, ...]:
        """Rooms, products, hosts and faces as they are now."""
        lists = (self.rooms(), self._page.products(), self.personas(), looks(self._page))
        return tuple(gr.update(choices=found) for found in lists)

    async def start(
        self,
        request: gr.Request,
        room: str,
        products: list[str],
        persona: str,
        lang: str,
        voice: str,
        look: str,
        portrait: bool,
        to: str,
        template: str = "",
        music: str = "",
        volume: float | None = None,
    ) -> tuple[str, Any]:
        host = await run_in_threadpool(self._words.persona, persona or "")
        plan = RoomPlan(
            (room or "").strip(), tuple((to or "").split()), "en" if lang == "en" else "zh", bool(portrait),
            look=look or host.look, voice=voice or host.voice, persona=host.id, products=tuple(products or ()),
            template=template or "", music=music or "", music_lufs=volume,
        )  # fmt: skip
        try:
            self._supervisor.start(plan)
        except Refusal as refusal:
            raise self._page.error(refusal) from None
        await run_in_threadpool(self._page.record, request, "room start", plan.room)
        gr.Info(self._page.say(f"直播间 {plan.room} 正在启动。", f"Room {plan.room} is starting."))
        return await self.status(), gr.update(choices=self.rooms(), value=plan.room)

    async def stop(self, request: gr.Request, room: str) -> str:
        try:
            await self._supervisor.stop(room)
        except Refusal as refusal:
            raise self._page.error(refusal) from None
        await run_in_threadpool(self._page.record, request, "room stop", room)
        return await self.status()

    async def insert(self, request: gr.Request, room: str, text: str) -> tuple[str, str]:
        if not (text or "").strip():
            return text, ""
        try:
            verdict = await self._page.services.room_client(room).insert(text.strip()[:500])
        except RoomError as error:
            raise self._off_air(room, error) from None
        await run_in_threadpool(self._page.record, request, "room insert", room)
        return "", html.said(self._page.say, verdict)

    async def comment(self, request: gr.Request, room: str, text: str) -> str:
        if (text or "").strip():
            author = self._page.say("控制台", "Console")
            try:
                await self._page.services.room_client(room).comment(author, text.strip()[:1000], "console")
            except RoomError as error:
                raise self._off_air(room, error) from None
            await run_in_threadpool(self._page.record, request, "room comment", room)
        return ""

    async def status(self) -> str:
        """All rooms: their state, the product on air, where they stream to and how they fare."""
        sections = []
        for name in self._supervisor.names():
            known, status = self._supervisor.view(name), dict[str, Any]()
            if known["state"] == "on_air":
                with suppress(RoomError):  # it went off air this moment
                    status = await self._page.services.room_client(name).status()
            sections.append(room_html(self._page, name, known, status))
        say = self._page.say
        none = html.empty(say("还没有直播间。起个名字，点“开播”。", "No room yet. Give it a name and go on air."))
        return f'<div class="zb zb-rooms">{"".join(sections) or none}</div>'

    async def board(self, room: str) -> str:
        return await run_in_threadpool(self._board, room)

    def _board(self, room: str) -> str:
        say = self._page.say
        wrote = sa.select(comments).where(comments.c.room == room).order_by(comments.c.at.desc()).limit(LISTED)
        said = sa.select(utterances).where(utterances.c.room == room).order_by(utterances.c.at.desc()).limit(LISTED)
        with self._page.catalog.store.read() as connection:
            viewers, host = connection.execute(wrote).mappings().all(), connection.execute(said).mappings().all()
        none = f'<p class="hint">{say("还没有。", "None yet.")}</p>'
        asked = "".join(self._comment(row) for row in viewers)
        spoken = "".join(self._utterance(row) for row in host)
        viewers_title, host_title = say("观众", "Viewers"), say("主播刚说的", "The host just said")
        return html.card(viewers_title, _feed(viewers_title, asked) if asked else none) + html.card(
            host_title, _feed(host_title, spoken) if spoken else none
        )

    def _comment(self, row: Mapping[Any, Any]) -> str:
        say = self._page.say
        outcome = OUTCOMES[row["outcome"]](say.lang) if row["outcome"] in OUTCOMES else row["outcome"]
        why = say(WHY_NOT.get(row["reason"], ""), row["reason"])
        more = f" · {escape(why)}" if why and row["outcome"] != "answered" else ""
        at = self._page.moment(row["at"])
        return (
            f"<li><b>{escape(row['author'])}</b> {escape(row['text'])}"
            f'<small>{at} · <i class="{row["outcome"]}">{outcome}</i>{more}</small></li>'
        )

    def _utterance(self, row: Mapping[Any, Any]) -> str:
        text = row["text"] or row["original"]
        marked = escape(text) if row["text"] else f"<del>{escape(text)}</del>"
        return f"<li>{marked}<small>{self._page.moment(row['at'])} · {self._page.say.label(row['label'])}</small></li>"

    def _off_air(self, room: str, error: RoomError) -> gr.Error:
        say = self._page.say
        off = self._supervisor.known(room) and self._supervisor.view(room)["state"] != "on_air"
        said = say(f"直播间 {room} 没有在播，先开播。", f"Room {room} is not on air; start it first.")
        return gr.Error(said if off or not self._supervisor.known(room) else str(error), print_exception=False)


def _feed(title: str, lines: str) -> str:
    """A list that scrolls: it takes the focus, so that a keyboard can scroll it."""
    return f"<ul class='zb-feed' tabindex='0' role='list' aria-label='{title}'>{lines}</ul>"


def room_html(page: Page, name: str, known: Mapping[str, Any], status: Mapping[str, Any]) -> str:
    say = page.say
    link = f'<a href="/live/{escape(name)}" target="_blank">{say("打开直播页", "Open the live page")} ↗</a>'
    state = STATES[known["state"]](say.lang)
    if known["state"] == "on_air":
        link += f'<a href="/live/{escape(name)}/speak" target="_blank">{say("真人讲话", "Speak yourself")} ↗</a>'
    parts = [f'<h3><i class="dot {known["state"]}"></i>{escape(name)} · {state}{link}</h3>']
    product = page.catalog.product(str(status.get("product_id") or ""))
    if product is not None:
        on_air = say("正在讲", "Now showing")
        price = money(product.price, product.currency, say.lang) if product.price is not None else ""
        parts.append(f"<p>{on_air}: <b>{escape(product.title(say.lang))}</b> {price}</p>")
    if message := known["message"] or status.get("message"):
        parts.append(html.note(str(message)))
    outputs = [_output(page, each) for each in status.get("outputs", ()) if each.get("kind") not in ("hls", "preview")]
    if outputs:
        parts.append(f'<ul class="outputs">{"".join(outputs)}</ul>')
    figures = _figures(page, status)
    return f"<section>{''.join(parts)}{html.chips(figures) if figures else ''}</section>"


def _figures(page: Page, status: Mapping[str, Any]) -> dict[str, object]:
    lang, health = page.say.lang, status.get("health", {})
    figures: dict[str, object] = {title(lang): health[key] for key, title in FIGURES.items() if key in health}
    if "on_air_s" in health or "on_air_s" in status:
        figures[FIGURES["on_air_s"](lang)] = page.say.seconds(float(health.get("on_air_s", status.get("on_air_s", 0))))
    if "viewers" in status:
        figures[page.say("观看", "viewers")] = status["viewers"]
    if "questions_waiting" in status:
        figures[page.say("等待回答", "questions waiting")] = status["questions_waiting"]
    return figures


def _output(page: Page, output: Mapping[str, Any]) -> str:
    say, state, reason = page.say, str(output.get("state", "")), str(output.get("reason", ""))
    shown = OUTPUTS[state](say.lang) if state in OUTPUTS else state
    name = RECORDING(say.lang) if output.get("kind") == "rolling" else str(output["name"])
    figures = [shown]
    if state == "up":
        figures.append(f"{output.get('kbps', 0):.0f} kbit/s")
        figures.append(say(f"落后 {output.get('lag_s', 0):.1f} 秒", f"{output.get('lag_s', 0):.1f} s behind"))
    if dropped := output.get("dropped"):
        figures.append(say(f"丢 {dropped} 包", f"{dropped} packets dropped"))
    if again := output.get("reconnects"):
        figures.append(say(f"重连 {again} 次", f"{again} reconnects"))
    return f"<li><code>{escape(name)}</code> {escape(' · '.join(figures))} {escape(reason)}</li>"


def player(page: Page, name: str | None) -> str:
    """The live page of a room, small."""
    room = name if name and re.fullmatch(r"[A-Za-z0-9_-]{1,40}", name) else "demo"
    title = page.say("直播预览", "Preview of the live room")
    known: Sequence[str] = page.services.supervisor.names()
    if room not in known:
        return html.empty(page.say("开播后这里是预览。", "The preview shows here once the room is on air."))
    return f'<iframe class="zb-live" src="/live/{escape(room)}?preview" title="{title}" loading="lazy"></iframe>'

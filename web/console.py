"""The merchant's console: catalogue, test chat, live rooms, claims, status. Gradio is imported only here."""

from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI

from assistant.events import PageContext
from streaming.control import RoomError
from web import consolehtml as view
from web.api.service import health
from web.consolecatalogue import catalogue_tab
from web.consoleclaims import claims_tab
from web.errors import Refusal
from web.rooms import RoomPlan
from web.services import Running

PATH = "/console"
ASSETS = Path(__file__).parent / "console_assets"


def theme() -> gr.themes.Base:
    """The colours of the shop pages; fonts of the reader's machine, so nothing is fetched from elsewhere."""
    sans = [
        "-apple-system",
        "Segoe UI",
        "PingFang SC",
        "Microsoft YaHei",
        "Noto Sans SC",
        "Noto Sans CJK SC",
        "sans-serif",
    ]
    return gr.themes.Base(
        primary_hue=gr.themes.Color(
            "#fdf3f0",
            "#fbeae5",
            "#f5cfc5",
            "#eba896",
            "#dd7763",
            "#c8402c",
            "#b83a27",
            "#a93321",
            "#8b2a1b",
            "#6e2116",
            "#4a160f",
        ),
        neutral_hue=gr.themes.colors.stone,
        radius_size=gr.themes.sizes.radius_md,
        font=sans,
        font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"],
    ).set(
        body_background_fill="#faf7f3",
        block_border_color="#e7dfd5",
        block_shadow="none",
        button_primary_background_fill="#c8402c",
        button_primary_background_fill_hover="#a93321",
        button_primary_text_color="#ffffff",
    )


def build_console(running: Running) -> FastAPI:
    """An application of its own that serves the console below PATH. Slow: call it in a thread."""
    name = running.services.catalog.shop.name
    with gr.Blocks(title="智播控制台 · Zhibo console", analytics_enabled=False, fill_width=True) as blocks:
        gr.HTML(view.head(name.zh, name.en), padding=False)
        with gr.Tabs():
            with gr.Tab("商品 · Catalogue"):
                catalogue_tab(running)
            with gr.Tab("试聊 · Test chat"):
                _chat(running)
            with gr.Tab("直播间 · Live rooms"):
                _rooms(running, blocks)
            with gr.Tab("说法核验 · Claims"):
                claims_tab(running, blocks)
            with gr.Tab("状态 · Status"):
                _status(running)
    blocks.queue(default_concurrency_limit=8, max_size=64)
    outer = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    gr.mount_gradio_app(
        outer,
        blocks,
        path=PATH,
        footer_links=[],
        run_history=False,
        show_error=True,
        max_file_size="64mb",
        ssr_mode=False,
        theme=theme(),
        css_paths=[ASSETS / "console.css"],
    )
    return outer


# Test chat


def _chat(running: Running) -> None:
    services = running.services

    async def ask(
        text: str, talk: list[dict[str, Any]], conversation: str, product: str | None
    ) -> AsyncGenerator[tuple[Any, ...], None]:
        """Stream the answer with its evidence beside it."""
        text = text.strip()
        if not text:
            yield gr.skip(), gr.skip(), gr.skip(), gr.skip()
            return
        if not conversation:
            conversation = (await services.conversations.create(channel="test")).id
        talk = [*talk, {"role": "user", "content": text}, {"role": "assistant", "content": "…"}]
        evidence = view.Evidence()
        yield "", talk, conversation, evidence.html()
        context = PageContext(product_id=product or "")
        async with aclosing(services.assistant.answer(conversation, text, context)) as events:
            async for event in events:
                evidence.take(event)
                talk[-1] = {"role": "assistant", "content": escape(evidence.text) or "…"}
                yield gr.skip(), talk, conversation, evidence.html()
        if (await services.conversations.get(conversation)).state != "bot":  # a test waits for nobody
            await services.conversations.release(conversation)

    async def start_over(conversation: str) -> tuple[list[Any], str, str]:
        if conversation:
            await services.conversations.delete(conversation)
        return [], "", view.Evidence().html()

    def choices() -> list[tuple[str, str]]:
        return [("—", ""), *((product.title("zh"), product.id) for product in services.catalog.products()[:300])]

    conversation = gr.State("")
    with gr.Row(equal_height=False):
        with gr.Column(scale=3, min_width=360):
            talk = gr.Chatbot(label="对话 · Conversation", height=470, buttons=["copy"], placeholder=CHAT_HINT)
            with gr.Row():
                question = gr.Textbox(
                    show_label=False, placeholder="像顾客一样提问 · Ask as a shopper would", scale=6, container=False
                )
                send = gr.Button("发送 Send", variant="primary", scale=1, min_width=110)
            with gr.Row():
                product = gr.Dropdown(choices(), value="", label="所在商品页 · On the page of", scale=4)
                again = gr.Button("重来 Start over", scale=1, min_width=140)
        with gr.Column(scale=2, min_width=320):
            evidence = gr.HTML(view.Evidence().html(), label="依据 · Evidence", padding=False)
    told, asked = [question, talk, conversation, evidence], [question, talk, conversation, product]
    question.submit(ask, asked, told)
    send.click(ask, asked, told)
    again.click(start_over, conversation, [talk, conversation, evidence])


CHAT_HINT = "**试试 · Try**\n\n两百以内有什么防滑的鞋？ · 满减怎么算？ · How long is the warranty? · 转人工"


# Live rooms


def _rooms(running: Running, blocks: gr.Blocks) -> None:
    services = running.services
    supervisor = services.supervisor

    def known() -> list[str]:
        return supervisor.names() or ["demo"]

    async def start(room: str, to: str, lang: str, portrait: str, look: str, voice: str) -> tuple[str, Any]:
        plan = RoomPlan(
            (room or "").strip(),
            tuple(to.split()),
            "en" if lang.startswith("en") else "zh",
            portrait.startswith("720"),
            look=(look or "").split(" ")[0],
            voice=voice or "",
        )
        try:
            supervisor.start(plan)
        except Refusal as refusal:
            raise gr.Error(f"{refusal.message.zh} {refusal.message.en}") from None
        gr.Info(f"直播间 {plan.room} 正在启动。Room {plan.room} is starting.")
        return await rooms_html(running), gr.update(choices=known(), value=plan.room)

    async def stop(room: str) -> str:
        try:
            await supervisor.stop(room)
        except Refusal as refusal:
            raise gr.Error(f"{refusal.message.zh} {refusal.message.en}") from None
        return await rooms_html(running)

    async def insert(room: str, text: str) -> tuple[str, str]:
        if not text.strip():
            return text, ""
        try:
            verdict = await services.room_client(room).insert(text.strip()[:500])
        except RoomError as error:
            raise gr.Error(str(error)) from None
        return "", view.said(verdict)

    async def comment(room: str, text: str) -> str:
        if text.strip():
            try:
                await services.room_client(room).comment("控制台", text.strip()[:1000], "console")
            except RoomError as error:
                raise gr.Error(str(error)) from None
        return ""

    with gr.Row(equal_height=False):
        with gr.Column(scale=2, min_width=330):
            room = gr.Dropdown(known(), value=known()[0], label="直播间 · Room", allow_custom_value=True)
            to = gr.Textbox(
                label="推流地址（每行一个，可留空只看预览）· Stream to (one a line; empty: preview only)",
                placeholder="rtmp://live.example.com/app/STREAM-KEY", lines=2, type="text",
            )  # fmt: skip
            with gr.Row():
                lang = gr.Radio(["zh 中文", "en English"], value="zh 中文", label="语言 · Language")
                portrait = gr.Radio(["1280×720", "720×1280"], value="1280×720", label="画面 · Picture")
            with gr.Row():
                look = gr.Dropdown(["", *look_names()], value="", label="主播 · Host")
                voice = gr.Dropdown(["", *voice_names()], value="", label="声音 · Voice")
            with gr.Row():
                go = gr.Button("开播 Go on air", variant="primary")
                end = gr.Button("下播 Stop", variant="stop")
            line = gr.Textbox(label="插一句话（先过核验）· Have a line said (it passes the guard first)", max_lines=2)
            verdict = gr.HTML(padding=False)
            remark = gr.Textbox(label="发一条弹幕 · Post a comment", max_lines=1)
        with gr.Column(scale=3, min_width=420):
            status = gr.HTML(padding=False)
            gr.HTML(view.player(known()[0]), elem_id="zb-player", padding=False)

    async def refresh() -> str:
        return await rooms_html(running)

    blocks.load(refresh, None, status, show_progress="hidden", queue=False)
    gr.Timer(3).tick(refresh, None, status, show_progress="hidden", queue=False)
    go.click(start, [room, to, lang, portrait, look, voice], [status, room])
    end.click(stop, room, status)
    line.submit(insert, [room, line], [line, verdict])
    remark.submit(comment, [room, remark], remark)


def look_names() -> list[str]:
    from avatar.faces.drawn import looks

    return [f"{name} {look.title['zh']}" for name, look in looks().items()]


def voice_names() -> list[str]:
    from avatar.voices.espeak import SPEAKERS

    return [f"espeak:{name}" for name in SPEAKERS]


async def rooms_html(running: Running) -> str:
    services = running.services
    sections = []
    for name in services.supervisor.names():
        known, status = services.supervisor.view(name), dict[str, Any]()
        if known["state"] == "on_air":
            with suppress(RoomError):  # it went off air this moment
                status = await services.room_client(name).status()
        product = services.catalog.product(str(status.get("product_id") or ""))
        sections.append(view.room(name, known, status, product))
    return view.rooms(sections)


# Status


def _status(running: Running) -> None:
    def now() -> str:
        services = running.services
        return view.status(health(running), services.settings, running.desk.answering, services.streams.open)

    board = gr.HTML(now(), padding=False)
    gr.Timer(5).tick(now, None, board, show_progress="hidden", queue=False)

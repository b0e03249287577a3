"""The merchant's console: catalogue, test chat, live rooms, status. Gradio is imported only when this module is."""

import html
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI

from assistant.events import Cards, Comparison, Finished, Handoff, OrderCard, PageContext, Progress, Sentence
from knowledge.ingest.report import IngestError
from streaming.control import RoomError
from web.api.catalogue import safe_name
from web.api.service import health
from web.errors import Refusal
from web.intake import report_json, take_in
from web.present import fact_json, money, picture_url, verdict_json
from web.rooms import RoomPlan
from web.services import Running

PATH = "/console"
ASSETS = Path(__file__).parent / "console_assets"
LABELS = {"ok": "通过", "unsupported": "无依据", "contradicted": "不符", "forbidden": "违法违规"}
STATES = {"off": "未开播", "starting": "启动中", "on_air": "直播中", "failed": "出错"}
MAPPING_COLUMNS = ["列 column", "当作 taken as", "把握 confidence", "样例 samples"]
SHOWN = 60


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
    with gr.Blocks(title="智播控制台 · Zhibo console", analytics_enabled=False, fill_width=True) as blocks:
        gr.HTML(_head(running), padding=False)
        with gr.Tabs():
            with gr.Tab("商品 · Catalogue"):
                _catalogue(running)
            with gr.Tab("试聊 · Test chat"):
                _chat(running)
            with gr.Tab("直播间 · Live rooms"):
                _rooms(running)
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


def _head(running: Running) -> str:
    shop = running.services.catalog.shop
    return (
        '<header class="zb-head"><div><b>智播控制台</b><span>Zhibo console</span></div>'
        f"<div>{_esc(shop.name.zh)} <span>{_esc(shop.name.en)}</span></div>"
        '<nav><a href="/" target="_blank">店铺 Shop</a><a href="/inbox" target="_blank">客服台 Inbox</a></nav></header>'
    )


# Catalogue


def _catalogue(running: Running) -> None:
    catalog = running.services.catalog

    def look(query: str) -> str:
        return product_table(running, query)

    def read(path: str | None, table: Any, dry_run: bool) -> tuple[Any, str, str]:
        if not path:
            raise gr.Error("请先选择一个文件。Please choose a file first.")
        file = Path(path)
        try:
            report = report_json(take_in(catalog, file, mapping_of(table), dry_run=dry_run))
        except IngestError as error:
            return (
                gr.skip(),
                f'<div class="zb-note bad">✗ {_esc(safe_name(file.name))}: {_esc(str(error))}</div>',
                look(""),
            )
        rows = [
            [each["column"], each["field"], f"{each['confidence']:.0%}", " | ".join(each["samples"][:3])]
            for each in report["mapping"]
        ]
        return gr.update(value=rows, visible=bool(rows)), report_html(report, dry_run=dry_run), look("")

    with gr.Row(equal_height=False):
        with gr.Column(scale=2, min_width=320):
            gr.Markdown(
                "### 导入商品 · Take in products\nCSV、XLSX、JSON、JSONL。先预览：看看每一列被当作什么，再导入。  \n"
                "Preview first: see what each column is taken for, then import."
            )
            upload = gr.File(
                label="文件 · File",
                file_types=[".csv", ".tsv", ".xlsx", ".json", ".jsonl", ".txt"],
                type="filepath",
                height=130,
            )
            with gr.Row():
                preview = gr.Button("预览 · Preview")
                take = gr.Button("导入 · Import", variant="primary")
            outcome = gr.HTML()
        with gr.Column(scale=3, min_width=360):
            mapping = gr.Dataframe(
                headers=MAPPING_COLUMNS,
                column_count=4,
                label="列的含义（第二列可以改）· What the columns are (the second one can be edited)",
                interactive=True,
                static_columns=[0, 2, 3],
                visible=False,
                wrap=True,
            )
    search = gr.Textbox(label="查找 · Find", placeholder="两百以内的防滑鞋 · non-slip shoes under 200", max_lines=1)
    table = gr.HTML(look(""))
    clear = [upload, mapping, outcome]
    preview.click(lambda path, rows: read(path, rows, True), [upload, mapping], [mapping, outcome, table])
    take.click(lambda path, rows: read(path, rows, False), [upload, mapping], [mapping, outcome, table])
    upload.clear(lambda: (None, gr.update(value=[], visible=False), ""), None, clear)
    upload.upload(lambda: (gr.update(value=[], visible=False), ""), None, [mapping, outcome])
    search.submit(look, search, table)


def mapping_of(table: Any) -> dict[str, str] | None:
    """The mapping as a person left it in the table; None when no file was previewed yet."""
    rows = table.values.tolist() if hasattr(table, "values") else table or []
    found = {str(row[0]): str(row[1] or "").strip() for row in rows if row and str(row[0] or "").strip()}
    return found or None


def product_table(running: Running, query: str) -> str:
    """The products, or those found for `query`, as a table."""
    catalog = running.services.catalog
    everything = catalog.products()
    products = [hit.product for hit in catalog.search(query, limit=SHOWN).hits] if query.strip() else everything[:SHOWN]
    rows = []
    for product in products:
        picture = (
            f'<img src="{_esc(picture_url(product.pictures[0]))}" alt="" loading="lazy">' if product.pictures else ""
        )
        was = f"<s>{money(product.list_price)}</s>" if product.list_price else ""
        stock = "—" if product.stock is None else str(product.stock)
        rows.append(
            f'<tr><td>{picture}</td><td><a href="/product/{_esc(product.id)}" target="_blank">{_esc(product.title.zh)}</a>'
            f"<small>{_esc(product.title.en)}</small></td><td>{_esc(product.category('zh'))}</td>"
            f'<td class="num"><b>{money(product.price) or "—"}</b> {was}</td>'
            f'<td class="num{" low" if product.stock == 0 else ""}">{stock}</td>'
            f'<td class="num">{len(product.attributes)}</td><td><small>{_esc(product.source)} · v{product.version}</small></td></tr>'
        )
    note = f"{len(products)} / {len(everything)} 件 products"
    head = (
        "<th></th><th>商品 product</th><th>类目</th><th>价格 price</th><th>库存</th><th>属性</th><th>来源 source</th>"
    )
    return f'<div class="zb-table"><p>{note}</p><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def report_html(report: Mapping[str, Any], *, dry_run: bool) -> str:
    figures = (
        ("读 read", report["read"]), ("新 new", report["added"]), ("变 changed", report["changed"]),
        ("同 same", report["unchanged"]), ("拒 refused", len(report["refused"])),
    )  # fmt: skip
    chips = "".join(f"<li><b>{count}</b>{name}</li>" for name, count in figures)
    head = "预览，什么都没有改 · Preview, nothing was changed" if dry_run else "已导入 · Taken in"
    return f'<div class="zb-report"><p>{head}</p><ul class="zb-chips">{chips}</ul>{_rows("拒绝 Refused", report["refused"])}{_rows("提醒 Warnings", report["warnings"])}</div>'


def _rows(title: str, rows: Sequence[Mapping[str, str]]) -> str:
    if not rows:
        return ""
    lines = "".join(f"<li><code>{_esc(row['row'])}</code> {_esc(row['reason'])}</li>" for row in rows[:200])
    more = f"<li>… {len(rows) - 200}</li>" if len(rows) > 200 else ""
    return f"<details open><summary>{title} {len(rows)}</summary><ul>{lines}{more}</ul></details>"


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
        evidence = _Evidence()
        yield "", talk, conversation, evidence.html()
        context = PageContext(product_id=product or "")
        async with aclosing(services.assistant.answer(conversation, text, context)) as events:
            async for event in events:
                evidence.take(event)
                talk[-1] = {"role": "assistant", "content": html.escape(evidence.text) or "…"}
                yield gr.skip(), talk, conversation, evidence.html()
        if (await services.conversations.get(conversation)).state != "bot":  # a test waits for nobody
            await services.conversations.release(conversation)

    async def start_over(conversation: str) -> tuple[list[Any], str, str]:
        if conversation:
            await services.conversations.delete(conversation)
        return [], "", _Evidence().html()

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
                send = gr.Button("发送 · Send", variant="primary", scale=1, min_width=110)
            with gr.Row():
                product = gr.Dropdown(choices(), value="", label="所在商品页 · On the page of", scale=4)
                again = gr.Button("重新开始 · Start over", scale=1, min_width=140)
        with gr.Column(scale=2, min_width=320):
            evidence = gr.HTML(_Evidence().html(), label="依据 · Evidence")
    told, asked = [question, talk, conversation, evidence], [question, talk, conversation, product]
    question.submit(ask, asked, told)
    send.click(ask, asked, told)
    again.click(start_over, conversation, [talk, conversation, evidence])


CHAT_HINT = "**试试 · Try**\n\n两百以内有什么防滑的鞋？ · 满减怎么算？ · How long is the warranty? · 转人工"


class _Evidence:
    """What an answer rests on, collected while it is made."""

    def __init__(self) -> None:
        self.text = ""
        self._sentences: list[dict[str, Any]] = []
        self._tools: list[str] = []
        self._notes: list[str] = []
        self._facts: dict[str, dict[str, Any]] = {}

    def take(self, event: object) -> None:
        match event:
            case Sentence(text=text, verdict=verdict):
                self.text += text
                self._sentences.append(verdict_json(verdict))
                self._facts |= {fact.id + fact.value: fact_json(fact) for fact in verdict.evidence}
            case Progress(tool=tool):
                self._tools.append(tool)
            case Cards(product_ids=ids):
                self._notes.append(f"商品卡 cards: {', '.join(ids)}")
            case Comparison(product_ids=ids):
                self._notes.append(f"对比 comparison: {', '.join(ids)}")
            case OrderCard(order=order):
                self._notes.append(f"订单 order: {order.get('id')}")
            case Handoff(reason=reason):
                self._notes.append(f"转人工 handed over: {reason}")
            case Finished(model=model, degraded=degraded):
                self._notes.append(f"模型 model: {model}{f' ({degraded})' if degraded else ''}")

    def html(self) -> str:
        if not self._sentences and not self._tools:
            return '<div class="zb-evidence"><p class="hint">每句话的核验结果和依据会显示在这里。<br>Each sentence’s verdict and evidence appear here.</p></div>'
        parts = [f'<p class="tools">{"".join(f"<span>{_esc(tool)}</span>" for tool in self._tools)}</p>']
        parts += [sentence_html(each) for each in self._sentences]
        if self._facts:
            rows = "".join(
                f"<tr><td>{_esc(fact['subject'])} · {_esc(fact['attribute'])}</td><td>{_esc(fact['value'][:80])}</td>"
                f"<td>{_esc(fact['source'])} v{fact['version']}</td></tr>"
                for fact in list(self._facts.values())[:40]
            )
            parts.append(f"<h4>事实 · Facts</h4><table>{rows}</table>")
        parts += [f'<p class="note">{_esc(note)}</p>' for note in self._notes]
        return f'<div class="zb-evidence">{"".join(parts)}</div>'


def sentence_html(verdict: Mapping[str, Any]) -> str:
    """One sentence with its label; what the guard took out is struck through, what it put in stands after it."""
    original, at, marked = verdict["original"], 0, ""
    for span in sorted(verdict["spans"], key=lambda span: span["start"]):
        if span["label"] == "ok" or span["start"] < at:
            continue
        instead = f"<ins>{_esc(span['replacement'])}</ins>" if span["replacement"] else ""
        marked += (
            f"{_esc(original[at : span['start']])}<del>{_esc(original[span['start'] : span['end']])}</del>{instead}"
        )
        at = span["end"]
    marked += _esc(original[at:])
    reasons = "".join(
        f"<small>{_esc(span['reason'])}{' · ' + _esc(span['rule']) if span['rule'] else ''}</small>"
        for span in verdict["spans"]
        if span["label"] != "ok"
    )
    label = verdict["label"]
    return f'<div class="sentence {label}"><span class="label">{LABELS[label]}</span><div>{marked}{reasons}</div></div>'


# Live rooms


def _rooms(running: Running) -> None:
    services = running.services
    supervisor = services.supervisor

    def known() -> list[str]:
        return supervisor.names() or ["demo"]

    async def start(room: str, to: str, lang: str, portrait: str, look: str, voice: str) -> tuple[str, Any]:
        plan = RoomPlan(
            (room or "").strip(), tuple(to.split()), "en" if lang.startswith("en") else "zh", "720" in portrait.split("×")[0],
            look.split(" ")[0] if look else "", voice or "",
        )  # fmt: skip
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
        return "", said_html(verdict)

    async def comment(room: str, text: str) -> str:
        if text.strip():
            try:
                await services.room_client(room).comment("控制台", text.strip()[:1000], "console")
            except RoomError as error:
                raise gr.Error(str(error)) from None
        return ""

    def player(room: str) -> str:
        return f'<iframe class="zb-live" src="/live/{_esc(room)}" title="预览 preview" loading="lazy"></iframe>'

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
                go = gr.Button("开播 · Go on air", variant="primary")
                end = gr.Button("下播 · Stop", variant="stop")
            line = gr.Textbox(label="插一句话（先过核验）· Have a line said (it passes the guard first)", max_lines=2)
            verdict = gr.HTML()
            remark = gr.Textbox(label="发一条弹幕 · Post a comment", max_lines=1)
        with gr.Column(scale=3, min_width=420):
            status = gr.HTML()
            gr.HTML(player(known()[0]), elem_id="zb-player", padding=False)
    timer = gr.Timer(3)
    refresh = lambda: rooms_html(running)  # noqa: E731 - one expression, used twice
    timer.tick(refresh, None, status, show_progress="hidden", queue=False)
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


def said_html(verdict: Mapping[str, Any]) -> str:
    label = verdict["label"]
    said = verdict["text"] or "（不说 not said）"
    reasons = "".join(f"<small>{_esc(reason)}</small>" for reason in verdict.get("reasons", ()))
    return f'<div class="zb-evidence"><div class="sentence {label}"><span class="label">{LABELS[label]}</span><div>{_esc(said)}{reasons}</div></div></div>'


async def rooms_html(running: Running) -> str:
    """Every room: state, product on air, outputs and figures."""
    services = running.services
    blocks = []
    for name in services.supervisor.names():
        view = services.supervisor.view(name)
        figures: Mapping[str, Any] = {}
        if view["state"] == "on_air":
            try:
                figures = await services.room_client(name).status()
            except RoomError:
                figures = {}
        blocks.append(_room_html(running, name, view, figures))
    return f'<div class="zb-rooms">{"".join(blocks) or "<p>还没有直播间。No room yet.</p>"}</div>'


def _room_html(running: Running, name: str, view: Mapping[str, Any], figures: Mapping[str, Any]) -> str:
    product = running.services.catalog.product(str(figures.get("product_id") or ""))
    on_air = f"<p>在讲 on air: <b>{_esc(product.title('zh'))}</b> {money(product.price) or ''}</p>" if product else ""
    outputs = "".join(
        f'<li class="{_esc(str(each.get("state", "")))}"><code>{_esc(str(each.get("name", "")))}</code> '
        f"{_esc(str(each.get('state', '')))} {_esc(str(each.get('reason', '')))}</li>"
        for each in figures.get("outputs", ())
    )
    health_figures = figures.get("health", {})
    chips = "".join(
        f"<li><b>{_esc(_figure(value))}</b>{_esc(str(key))}</li>"
        for key, value in health_figures.items()
        if isinstance(value, (int, float, str))
    )
    message = view["message"] or figures.get("message", "")
    note = f'<p class="zb-note bad">{_esc(str(message))}</p>' if message else ""
    head = f'<h4><i class="dot {view["state"]}"></i>{_esc(name)} · {STATES[view["state"]]} <a href="/live/{_esc(name)}" target="_blank">打开直播页 open</a></h4>'
    return f'<section>{head}{on_air}{note}<ul class="outputs">{outputs}</ul><ul class="zb-chips">{chips}</ul></section>'


def _figure(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


# Status


def _status(running: Running) -> None:
    board = gr.HTML(status_html(running))
    timer = gr.Timer(5)
    timer.tick(lambda: status_html(running), None, board, show_progress="hidden", queue=False)


def status_html(running: Running) -> str:
    settings, now = running.services.settings, health(running)
    why = "".join(f'<p class="zb-note bad">{_esc(reason)}</p>' for reason in now["degraded"])
    well = "" if why else '<p class="zb-note good">一切正常 · All is well</p>'
    figures = (
        ("版本 version", now["version"]), ("模型 model", now["model"]), ("商品 products", now["products"]),
        ("目录版本 catalogue", now["catalogue_version"]), ("正在回答 answering", running.desk.answering),
        ("打开的页面 streams", running.services.streams.open),
    )  # fmt: skip
    chips = "".join(f"<li><b>{_esc(str(value))}</b>{name}</li>" for name, value in figures)
    shown = (
        "data",
        "host",
        "port",
        "public_url",
        "origins",
        "model",
        "model_url",
        "model_name",
        "voice",
        "face",
        "log_level",
    )
    rows = "".join(
        f"<tr><td><code>ZHIBO_{name.upper()}</code></td><td>{_esc(_setting(getattr(settings, name)))}</td>"
        f"<td><small>{_esc(type(settings).model_fields[name].description or '')}</small></td></tr>"
        for name in shown
    )
    return f'<div class="zb-status">{well}{why}<ul class="zb-chips">{chips}</ul><h4>设置 · Settings</h4><table>{rows}</table></div>'


def _setting(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value or "—")


def _esc(text: str) -> str:
    return html.escape(text, quote=True)

"""What the console shows besides Gradio's own parts, as HTML. Everything that came from outside is escaped."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import quote

from assistant.events import Cards, Comparison, Finished, Handoff, OrderCard, Progress, Sentence
from knowledge.model import Product
from web.present import fact_json, money, picture_url, verdict_json
from web.settings import Settings

LABELS = {"ok": "通过", "unsupported": "无依据", "contradicted": "不符", "forbidden": "违规"}
STATES = {"off": "未开播 off", "starting": "启动中 starting", "on_air": "直播中 on air", "failed": "出错 failed"}
FACTS_SHOWN, ROWS_SHOWN = 40, 200
SETTINGS_SHOWN = {
    "data": "数据文件夹", "host": "监听地址", "port": "端口", "public_url": "对外网址", "origins": "可嵌入的网站",
    "model": "模型", "model_url": "模型服务地址", "model_name": "模型名", "embedder": "检索向量", "voice": "主播声音",
    "face": "主播形象", "messages_per_minute": "每分钟消息数",
}  # fmt: skip
FIGURES = {
    "fps": "帧率 fps", "on_air_s": "已播 on air s", "frames": "帧 frames", "worst_late_s": "最迟 late s",
    "repeated_frames": "重复帧 repeated", "stood_still_s": "停顿 stalls s",
}  # fmt: skip


def head(zh: str, en: str) -> str:
    return (
        '<header class="zb-head"><b>智播控制台</b> <span>Zhibo console</span>'
        f"<em>{escape(zh)} <span>{escape(en)}</span></em>"
        '<nav><a href="/" target="_blank">店铺 Shop ↗</a>'
        '<a href="/inbox" target="_blank">客服台 Inbox ↗</a></nav></header>'
    )


# Catalogue


def product_table(products: Sequence[Product], total: int) -> str:
    titles = ("", "商品 product", "类目 category", "价格 price", "库存 stock", "属性", "来源 source")
    heads = "".join(f"<th>{title}</th>" for title in titles)
    rows = "".join(_product_row(product) for product in products)
    note = f"{len(products)} / {total} 件 products"
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="zb zb-table"><p>{note}</p>{table if products else ""}</div>'


def _product_row(product: Product) -> str:
    picture = product.pictures[0] if product.pictures else ""
    image = f'<img src="{escape(picture_url(picture))}" alt="" loading="lazy">' if picture else ""
    was = f"<s>{money(product.list_price)}</s>" if product.list_price else ""
    stock = "—" if product.stock is None else str(product.stock)
    cells = (
        f"<td>{image}</td>",
        f'<td><a href="/product/{escape(product.id)}" target="_blank">{escape(product.title("zh"))}</a>'
        f"<small>{escape(product.title.en)}</small></td>",
        f"<td>{escape(product.category('zh'))}</td>",
        f'<td class="num"><b>{money(product.price) or "—"}</b> {was}</td>',
        f'<td class="num{" low" if product.stock == 0 else ""}">{stock}</td>',
        f'<td class="num">{len(product.attributes)}</td>',
        f"<td><small>{escape(product.source)} · v{product.version}</small></td>",
    )
    return f"<tr>{''.join(cells)}</tr>"


def report(found: Mapping[str, Any], *, dry_run: bool) -> str:
    figures = {"读 read": found["read"], "新 new": found["added"], "变 changed": found["changed"]}
    figures |= {"同 same": found["unchanged"], "拒 refused": found["refused_count"]}
    for name, title in (("joined", "并 joined"), ("left_out", "停售 off sale"), ("removed", "删 removed")):
        if found[name]:
            figures[title] = found[name]
    title = "预览：什么都没有改 · Preview, nothing was changed" if dry_run else "已导入 · Taken in"
    download = ""
    if found["refused_file"]:
        address = f"/api/catalogue/refused/{quote(found['refused_file'])}"
        download = f'<p><a class="zb-download" href="{address}" download>下载被拒的行，改好再导入 · Download ↓</a></p>'
    lists = _rows("拒绝 Refused", found["refused"], found["refused_count"], download)
    lists += _rows("提醒 Warnings", found["warnings"], len(found["warnings"]))
    return f'<div class="zb zb-report"><h4>{title}</h4>{chips(figures)}{lists}</div>'


def _rows(title: str, rows: Sequence[Mapping[str, str]], count: int, more: str = "") -> str:
    if not rows:
        return ""
    lines = [_refusal(row) for row in rows[:ROWS_SHOWN]]
    if count > ROWS_SHOWN:
        lines.append(f"<li>… {count - ROWS_SHOWN}</li>")
    return f"<details open><summary>{title} {count}</summary><ul>{''.join(lines)}</ul>{more}</details>"


def _refusal(row: Mapping[str, str]) -> str:
    zh, en = escape(row["reason_zh"]), escape(row["reason"])
    said = f"{zh}<small>{en}</small>" if zh else en
    return f"<li><code>{escape(row['row'])}</code> {said}</li>"


def mapping_row(guess: Mapping[str, Any]) -> str:
    """A column: its name, what stands in it, and how sure the guess is."""
    sure = float(guess["confidence"])
    level = "high" if sure >= 0.8 else "middle" if sure >= 0.5 else "low"
    samples = " · ".join(escape(sample) for sample in guess["samples"]) or "—"
    table = f"<em>{escape(guess['table'])}</em>" if guess["table"] else ""
    said = {"given": "已更正", "remembered": "已记住"}.get(guess["reason"], f"{sure:.0%}")
    return (
        f'<div class="zb zb-column"><b>{escape(guess["column"])}{table}</b><small>{samples}</small>'
        f'<i class="sure {level}" title="{escape(guess["reason"])}">{said}</i></div>'
    )


def note(text: str, kind: str = "bad") -> str:
    return f'<p class="zb-note {kind}">{escape(text)}</p>'


def chips(figures: Mapping[str, object]) -> str:
    items = (f"<li><b>{escape(_figure(value))}</b>{escape(name)}</li>" for name, value in figures.items())
    return f'<ul class="zb-chips">{"".join(items)}</ul>'


def _figure(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


# Evidence


class Evidence:
    """What an answer rests on, collected while it is made."""

    def __init__(self) -> None:
        self.text = ""
        self._sentences: list[Mapping[str, Any]] = []
        self._tools: list[str] = []
        self._notes: list[str] = []
        self._facts: dict[str, Mapping[str, Any]] = {}

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
            hint = "每句话的核验结果和依据会显示在这里。<br>Each sentence’s verdict and evidence appear here."
            return f'<div class="zb zb-evidence"><p class="hint">{hint}</p></div>'
        tools = "".join(f"<span>{escape(tool)}</span>" for tool in self._tools)
        parts = [f'<p class="tools">{tools}</p>' if tools else ""]
        parts += [sentence(each) for each in self._sentences]
        if self._facts:
            rows = "".join(_fact_row(fact) for fact in list(self._facts.values())[:FACTS_SHOWN])
            parts.append(f"<h4>依据 Facts</h4><table>{rows}</table>")
        parts += [f'<p class="note">{escape(each)}</p>' for each in self._notes]
        return f'<div class="zb zb-evidence">{"".join(parts)}</div>'


def _fact_row(fact: Mapping[str, Any]) -> str:
    where = f"{fact['source']} v{fact['version']}"
    what = f"{fact['subject']} · {fact['attribute']}"
    return f"<tr><td>{escape(what)}</td><td>{escape(fact['value'][:80])}</td><td>{escape(where)}</td></tr>"


def sentence(verdict: Mapping[str, Any]) -> str:
    """One sentence with its label; what the guard took out is struck through, what it put in stands after it."""
    original, at, marked = verdict["original"], 0, ""
    wrong = [span for span in verdict["spans"] if span["label"] != "ok"]
    for span in sorted(wrong, key=lambda span: span["start"]):
        if span["start"] < at:
            continue
        instead = f"<ins>{escape(span['replacement'])}</ins>" if span["replacement"] else ""
        marked += f"{escape(original[at : span['start']])}<del>{escape(original[span['start'] : span['end']])}</del>"
        marked += instead
        at = span["end"]
    reasons = [span["reason"] + (f" · {span['rule']}" if span["rule"] else "") for span in wrong]
    return _labelled(verdict["label"], marked + escape(original[at:]), reasons)


def said(verdict: Mapping[str, Any]) -> str:
    """What a room will say of a line that a person wrote."""
    text = escape(verdict["text"] or "（不说 not said）")
    return f'<div class="zb zb-evidence">{_labelled(verdict["label"], text, verdict.get("reasons", ()))}</div>'


def _labelled(label: str, inner: str, reasons: Sequence[str]) -> str:
    why = "".join(f"<small>{escape(reason)}</small>" for reason in reasons)
    return f'<div class="sentence {label}"><span class="label">{LABELS[label]}</span><div>{inner}{why}</div></div>'


# Rooms and status


def room(name: str, view: Mapping[str, Any], status: Mapping[str, Any], product: Product | None) -> str:
    """One room: its state, the product on air, where it streams to and how it fares."""
    link = f'<a href="/live/{escape(name)}" target="_blank">打开直播页 open ↗</a>'
    parts = [f'<h4><i class="dot {view["state"]}"></i>{escape(name)} · {STATES[view["state"]]}{link}</h4>']
    if product is not None:
        parts.append(f"<p>正在讲 on air: <b>{escape(product.title('zh'))}</b> {money(product.price) or ''}</p>")
    if message := view["message"] or status.get("message"):
        parts.append(note(str(message)))
    outputs = [_output(each) for each in status.get("outputs", ()) if "://" in str(each.get("name", ""))]
    if outputs:
        parts.append(f'<ul class="outputs">{"".join(outputs)}</ul>')
    health = status.get("health", {})
    figures = {title: health[key] for key, title in FIGURES.items() if key in health}
    if "viewers" in status:
        figures["观看 viewers"] = status["viewers"]
    return f"<section>{''.join(parts)}{chips(figures) if figures else ''}</section>"


def _output(output: Mapping[str, Any]) -> str:
    state, reason = str(output.get("state", "")), str(output.get("reason", ""))
    return f"<li><code>{escape(str(output['name']))}</code> {escape(state)} {escape(reason)}</li>"


def rooms(sections: Sequence[str]) -> str:
    inner = "".join(sections) or "<section><p>还没有直播间。No room yet.</p></section>"
    return f'<div class="zb zb-rooms">{inner}</div>'


def player(name: str) -> str:
    return f'<iframe class="zb-live" src="/live/{escape(name)}" title="预览 preview" loading="lazy"></iframe>'


def status(now: Mapping[str, Any], settings: Settings, answering: int, streams: int) -> str:
    reasons = "".join(note(reason) for reason in now["degraded"])
    figures = {
        "版本 version": now["version"],
        "模型 model": now["model"],
        "商品 products": now["products"],
        "目录版本 catalogue": now["catalogue_version"],
        "正在回答 answering": answering,
        "打开的页面 open pages": streams,
    }
    rows = "".join(_setting_row(name, title, settings) for name, title in SETTINGS_SHOWN.items())
    well = reasons or note("一切正常 · All is well", "good")
    return f'<div class="zb zb-status">{well}{chips(figures)}<h4>设置 Settings</h4><table>{rows}</table></div>'


def _setting_row(name: str, title: str, settings: Settings) -> str:
    value = getattr(settings, name)
    shown = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    meaning = f"{title}<small>{escape(type(settings).model_fields[name].description or '')}</small>"
    return f"<tr><td>{meaning}</td><td>{escape(shown) or '—'}</td><td><code>ZHIBO_{name.upper()}</code></td></tr>"

"""The claims report in the console: what the guard changed, by product, rule, model and day, with the evidence."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from html import escape
from typing import Any
from urllib.parse import urlencode

import gradio as gr

from web import consolehtml as view
from web.api.claims import claims, day_range
from web.claims import LABELS, By, Filter
from web.services import Running

PAGE = 30
HINT = """### 说法核验 · Claims
每一句要说的话都先核对商品资料和广告法。这里是改了什么、为什么、依据哪条资料。
Every sentence is checked before it is seen or heard. Here is what was changed, why, and on which facts."""
GROUPS: list[tuple[str, By]] = [
    ("按商品 product", "product"), ("按规则 rule", "rule"), ("按模型 model", "model"), ("按天 day", "day"),
]  # fmt: skip
PERIODS = [("今天 today", 1), ("7 天 days", 7), ("30 天 days", 30), ("全部 all", 0)]
CHANNELS = [("全部 all", ""), ("聊天 chat", "chat"), ("直播 live", "live")]
ANY_LABEL = [("全部 all", ""), *((f"{view.LABELS[label]} {label}", label) for label in LABELS[1:])]


def claims_tab(running: Running, blocks: gr.Blocks) -> None:
    """Build the tab; call it inside `gr.Blocks`."""
    desk = _Desk(running)
    page = gr.State(0)
    gr.Markdown(HINT)
    with gr.Row():
        period = gr.Dropdown(PERIODS, value=7, label="时间 · Period", min_width=130)
        channel = gr.Dropdown(CHANNELS, value="", label="渠道 · Channel", min_width=130)
        label = gr.Dropdown(ANY_LABEL, value="", label="结论 · Verdict", min_width=130)
        product = gr.Textbox(label="商品编号 · Product", placeholder="编号 id ↵", max_lines=1, min_width=130)
        rule = gr.Textbox(label="规则 · Rule", placeholder="AD-9-3 ↵", max_lines=1, min_width=130)
        model = gr.Textbox(label="模型 · Model", placeholder="grounded ↵", max_lines=1, min_width=130)
    with gr.Row(equal_height=False):
        with gr.Column(scale=2, min_width=330):
            group = gr.Radio(GROUPS, value="product", show_label=False, container=False)
            table = gr.HTML(padding=False)
        with gr.Column(scale=3, min_width=360):
            listed = gr.HTML(padding=False)
            with gr.Row():
                newer = gr.Button("← 较新 Newer", size="sm", min_width=120)
                older = gr.Button("较早 Older →", size="sm", min_width=120)
    wanted = [period, channel, label, product, rule, model]

    def show(by: By, at: int, *chosen: Any) -> tuple[str, str, int]:
        return desk.counted(by, *chosen), *desk.page(max(0, at), *chosen)

    def first(by: By, *chosen: Any) -> tuple[str, str, int]:
        return show(by, 0, *chosen)

    told = [table, listed, page]
    for control in (period, channel, label, group):
        control.change(first, [group, *wanted], told, show_progress="hidden")
    for control in (product, rule, model):
        control.submit(first, [group, *wanted], told, show_progress="hidden")
    newer.click(lambda at, *rest: desk.page(max(0, at - 1), *rest), [page, *wanted], [listed, page])
    older.click(lambda at, *rest: desk.page(at + 1, *rest), [page, *wanted], [listed, page])
    blocks.load(first, [group, *wanted], told, show_progress="hidden")


class _Desk:
    """What the tab shows."""

    def __init__(self, running: Running) -> None:
        self._running = running

    def _filter(self, days: int, channel: str, label: str, *words: str | None) -> Filter:
        since, until = day_range(date.today() - timedelta(days=days - 1) if days else None, None)
        product, rule, model = ((word or "").strip() for word in words)  # an empty box is None
        return Filter(product, rule, model, label, channel, since, until)

    def counted(self, by: By, *chosen: Any) -> str:
        rows = claims(self._running.services).counts(by, self._filter(*chosen), limit=50)
        names = {row["key"]: self._name(by, row["key"]) for row in rows}
        return counts_table(rows, names)

    def page(self, number: int, *chosen: Any) -> tuple[str, int]:
        wanted = self._filter(*chosen)
        rows, total = claims(self._running.services).listed(wanted, limit=PAGE, offset=number * PAGE)
        if not rows and number:
            number = max(0, (total - 1) // PAGE)
            rows, total = claims(self._running.services).listed(wanted, limit=PAGE, offset=number * PAGE)
        return sentence_list(rows, total, number, export_address(*chosen), self._title), number

    def _name(self, by: By, key: str) -> str:
        if by == "product":
            return self._title(key) or ("（不针对商品 no product）" if not key else "")
        if by == "rule":
            return self._running.services.guard.articles.get(key, "")
        return ""

    def _title(self, product_id: str) -> str:
        product = self._running.services.catalog.product(product_id) if product_id else None
        return product.title("zh") if product is not None else ""


def export_address(
    days: int, channel: str, label: str, product: str | None, rule: str | None, model: str | None
) -> str:
    asked = {"channel": channel, "label": label, "product": product, "rule": rule, "model": model}
    if days:
        asked["since"] = str(date.today() - timedelta(days=days - 1))
    return "/api/claims/export.csv?" + urlencode({name: value.strip() for name, value in asked.items() if value})


def counts_table(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> str:
    if not rows:
        return '<div class="zb zb-table"><p>这段时间没有记录。Nothing in this period.</p></div>'
    heads = "".join(f'<th class="num">{view.LABELS[label]}</th>' for label in LABELS[1:])
    lines = []
    for row in rows:
        name = names.get(row["key"]) or row["key"]
        below = f"<small>{escape(row['key'])}</small>" if name != row["key"] and row["key"] else ""
        share = f"{row['changed'] / row['sentences']:.1%}" if row["sentences"] else "—"
        cells = "".join(f'<td class="num">{row[label] or "·"}</td>' for label in LABELS[1:])
        lines.append(
            f'<tr><td>{escape(name)}{below}</td><td class="num">{row["sentences"]}</td>'
            f'<td class="num"><b>{row["changed"]}</b> <small>{share}</small></td>{cells}</tr>'
        )
    head = f'<th></th><th class="num">句 said</th><th class="num">改 changed</th>{heads}'
    return (
        '<div class="zb zb-table zb-counts"><table><thead><tr>'
        f"{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def sentence_list(rows: Sequence[Mapping[str, Any]], total: int, page: int, address: str, title: Any) -> str:
    shown = f"{page * PAGE + 1}–{page * PAGE + len(rows)} / {total}" if rows else "0"
    head = (
        f"<p>改过的句子 changed sentences: {shown}"
        f'<a class="zb-download" href="{escape(address)}" download>导出 Export CSV ↓</a></p>'
    )
    none = "" if rows else "<p>没有改过的句子。No sentence was changed.</p>"
    return f'<div class="zb zb-evidence zb-claims">{head}{none}{"".join(_claim(row, title) for row in rows)}</div>'


def _claim(row: Mapping[str, Any], title: Any) -> str:
    where = {"chat": "聊天 chat", "live": "直播 live"}.get(row["channel"], row["channel"])
    product = title(row["product_id"]) or row["product_id"]
    facts = "".join(_fact(fact) for fact in row["evidence"][:6])
    law = f"<small>{escape(row['rule'])} · {escape(row['article'])}</small>" if row["rule"] else ""
    said = row["text"].strip()
    instead = f"<p>→ {escape(said)}</p>" if said else "<p>→ <i>整句不说 not said</i></p>"
    meta = " · ".join(escape(part) for part in (row["at"], where, row["model"], product) if part)
    more = f"<details><summary>依据 evidence</summary><table>{facts}</table></details>" if facts else ""
    return f"<article>{view.sentence(row)}{instead}{law}{more}<small>{meta}</small></article>"


def _fact(fact: Mapping[str, Any]) -> str:
    what = f"{fact.get('subject', '')} · {fact.get('attribute', '')}"
    where = f"{fact.get('source', '')} v{fact.get('version', '')}"
    return (
        f"<tr><td>{escape(what)}</td><td>{escape(str(fact.get('value', ''))[:120])}</td><td>{escape(where)}</td></tr>"
    )

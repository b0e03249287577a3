"""The claims report: what the guard changed, by product, rule, model and day, with the evidence."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import urlencode

import gradio as gr

from web.api.claims import claims
from web.claims import LABELS, By, Filter
from web.console import html
from web.console.page import Page
from web.zone import begin

PAGE = 30
Paged = tuple[str, int, Any]  # the sentences, the page's number, whether there are others
Shown = tuple[str, str, int, Any]


def claims_tab(page: Page, tab: gr.Tab) -> None:
    """Build the tab; call it inside `gr.Blocks`."""
    say, desk = page.say, Desk(page)
    at = gr.State(0)
    gr.Markdown(
        say(
            "### 说法核验\n每一句要说的话都先核对商品资料和广告法。这里是改了什么、为什么、依据哪条资料。",
            "### Claims\nEvery sentence is checked before it is seen or heard. Here is what was changed, why, and on "
            "which facts.",
        )
    )
    with gr.Row():
        periods = [(say("今天", "Today"), 1), (say("7 天", "7 days"), 7), (say("30 天", "30 days"), 30)]
        any_ = (say("全部", "All"), "")
        period = gr.Dropdown([*periods, (any_[0], 0)], value=7, label=say("时间", "Period"), min_width=110)
        channels = [any_, (say.channel("chat"), "chat"), (say.channel("live"), "live")]
        channel = gr.Dropdown(channels, value="", label=say("渠道", "Channel"), min_width=110)
        labels = [any_, *((say.label(label), label) for label in LABELS[1:])]
        label = gr.Dropdown(labels, value="", label=say("结论", "Verdict"), min_width=110)
        product = gr.Dropdown([any_, *page.products()], value="", label=say("商品", "Product"), min_width=160)
        rule = gr.Dropdown([any_, *desk.rules()], value="", label=say("规则", "Rule"), min_width=130)
        model = gr.Textbox(label=say("模型", "Model"), placeholder="grounded ↵", max_lines=1, min_width=110)
    with gr.Row(equal_height=False):
        with gr.Column(scale=2, min_width=330):
            groups: list[tuple[str, By]] = [
                (say("按商品", "Product"), "product"), (say("按规则", "Rule"), "rule"),
                (say("按模型", "Model"), "model"), (say("按天", "Day"), "day"),
            ]  # fmt: skip
            group = gr.Radio(groups, value="product", label=say("分组", "Group by"), container=False)
            table = gr.HTML(padding=False)
            speed = gr.HTML(padding=False)
        with gr.Column(scale=3, min_width=330):
            listed = gr.HTML(padding=False)
            with gr.Row(visible=False) as pager:
                newer = gr.Button(say("← 较新", "← Newer"), size="sm", min_width=120)
                older = gr.Button(say("较早 →", "Older →"), size="sm", min_width=120)
    wanted, told = [period, channel, label, product, rule, model], [table, listed, at, pager]
    for control in (period, channel, label, group, product, rule):
        control.input(desk.first, [group, *wanted], told, show_progress="hidden")
    model.submit(desk.first, [group, *wanted], told, show_progress="hidden")
    turned = [listed, at, pager]
    newer.click(lambda at, *rest: desk.page(at - 1, *rest), [at, *wanted], turned, show_progress="hidden")
    older.click(lambda at, *rest: desk.page(at + 1, *rest), [at, *wanted], turned, show_progress="hidden")
    page.fresh(desk.first, [group, *wanted], told, tab)
    page.fresh(lambda: speed_table(page), None, speed, tab)


class Desk:
    """What the tab shows."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def first(self, by: By, *chosen: Any) -> Shown:
        return self.counted(by, *chosen), *self.page(0, *chosen)

    def counted(self, by: By, *chosen: Any) -> str:
        rows = claims(self._page.services).counts(by, self._filter(*chosen), limit=50)
        return counts_table(self._page, rows, {row["key"]: self._name(by, row["key"]) for row in rows})

    def page(self, number: int, *chosen: Any) -> Paged:
        wanted, number = self._filter(*chosen), max(0, number)
        report = claims(self._page.services)
        rows, total = report.listed(wanted, limit=PAGE, offset=number * PAGE)
        if not rows and number:
            number = max(0, (total - 1) // PAGE)
            rows, total = report.listed(wanted, limit=PAGE, offset=number * PAGE)
        told = sentence_list(self._page, rows, total, number, self.export_address(*chosen))
        return told, number, gr.update(visible=total > PAGE)

    def rules(self) -> list[tuple[str, str]]:
        """Rules the guard has applied here so far, with their articles."""
        articles = self._page.services.guard.articles
        kept = claims(self._page.services).counts("rule", limit=100)
        return [(f"{row['key']} {articles.get(row['key'], '')}"[:60], row["key"]) for row in kept]

    def export_address(
        self, days: int, channel: str, label: str, product: str | None, rule: str | None, model: str | None
    ) -> str:
        asked = {"channel": channel, "label": label, "product": product, "rule": rule, "model": model}
        if days:
            asked["since"] = str(self._today() - timedelta(days=days - 1))
        return "/api/claims/export.csv?" + urlencode({name: value.strip() for name, value in asked.items() if value})

    def _filter(self, days: int, channel: str, label: str, *words: str | None) -> Filter:
        since = begin(self._today() - timedelta(days=days - 1), self._page.zone) if days else None
        product, rule, model = ((word or "").strip() for word in words)  # an empty box is None
        return Filter(product, rule, model, label, channel, since)

    def _today(self) -> Any:
        return datetime.now(self._page.zone).date()

    def _name(self, by: By, key: str) -> str:
        say = self._page.say
        if by == "product":
            return self._page.title(key) if key else say("（不针对商品）", "(no product)")
        if by == "rule":
            return self._page.services.guard.articles.get(key, "")
        if by == "model":
            return {"script": say("直播台词", "Live script"), "person": say("人工插话", "Inserted by a person")}.get(
                key, ""
            )
        return say.day(datetime.fromisoformat(key).date())


def counts_table(page: Page, rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> str:
    say = page.say
    if not rows:
        return html.empty(say("这段时间没有记录。", "Nothing in this period."))
    heads = ["", say("句数", "Said"), say("改动", "Changed"), *map(say.label, LABELS[1:])]
    lines = []
    for row in rows:
        name = names.get(row["key"]) or row["key"]
        below = f"<small>{escape(row['key'])}</small>" if name != row["key"] and row["key"] else ""
        changed = f"<b>{row['changed']}</b> <small>{say.share(row['changed'], row['sentences'])}</small>"
        cells = (str(row[label] or "·") for label in LABELS[1:])
        lines.append([escape(name) + below, str(row["sentences"]), changed, *cells])
    # on a phone the table is wider than the screen: the keyboard moves it
    return f'<div class="zb zb-table zb-counts" tabindex="0">{html.table(heads, lines, numbers=(1, 2, 3, 4, 5))}</div>'


def speed_table(page: Page) -> str:
    """How long the checks took in this process since its start: how many lay within each bound."""
    say = page.say
    pairs, seconds, failures = page.services.guard.meter.read()
    total = pairs[-1][1]
    if not total:
        return ""
    lines, before = [], 0
    for bound, upto in pairs:
        if (count := upto - before) > 0:
            name = f"≤ {bound * 1000:g} ms" if bound != float("inf") else f"> {pairs[-2][0] * 1000:g} ms"
            bar = f'<i style="width:{max(1, round(100 * count / total))}%"></i>'
            lines.append([name, bar, str(count)])
        before = upto
    told = say(
        f"启动以来核验 {total} 句，平均 {1000 * seconds / total:.1f} 毫秒，失败 {failures} 句。",
        f"{total} sentences checked since the start, {1000 * seconds / total:.1f} ms on average, {failures} failed.",
    )
    heads = (say("用时", "Took"), "", say("句数", "Sentences"))
    title = say("核验用时", "How long checks take")
    inner = f"<p class='hint'>{escape(told)}</p>{html.table(heads, lines, numbers=(2,))}"
    return f'<div class="zb-speed">{html.card(title, inner)}</div>'


def sentence_list(page: Page, rows: Sequence[Mapping[str, Any]], total: int, number: int, address: str) -> str:
    say = page.say
    if not rows:
        return html.empty(say("这段时间没有改过的句子。", "No sentence was changed in this period."))
    shown = f"{number * PAGE + 1}–{number * PAGE + len(rows)} / {total}"
    head = (
        f"<p><span>{say('改过的句子', 'Changed sentences')} {shown}</span>"
        f'<a class="zb-download" href="{escape(address)}" download>{say("导出 CSV", "Export CSV")} ↓</a></p>'
    )
    return f'<div class="zb zb-evidence zb-claims">{head}{"".join(_claim(page, row) for row in rows)}</div>'


def _claim(page: Page, row: Mapping[str, Any]) -> str:
    say = page.say
    facts = "".join(map(page.fact, row["evidence"][:6]))
    law = f"<small>{escape(row['rule'])} · {escape(row['article'])}</small>" if row["rule"] else ""
    said = row["text"].strip()
    none = f"<i>{say('整句不说', 'not said at all')}</i>"
    instead = f"<p>→ {escape(said) if said else none}</p>"
    at = page.say.moment(datetime.fromisoformat(row["at"]).replace(tzinfo=page.zone), page.zone)
    parts = (at, say.channel(row["channel"]), row["model"], page.title(row["product_id"]))
    meta = " · ".join(escape(part) for part in parts if part)
    more = f"<details><summary>{say('依据', 'Evidence')}</summary><table>{facts}</table></details>" if facts else ""
    return f"<article>{html.sentence(say, row)}{instead}{law}{more}<small>{meta}</small></article>"

"""The shop's figures, with plots: only what is counted from the tables, and an empty page where there is nothing."""

from collections.abc import Callable
from html import escape
from typing import Any

import gradio as gr

from web.analytics import PERIODS, Day, Figures, Latency
from web.api.analytics import analytics
from web.console import html
from web.console.page import Page
from web.console.plots import Bar, columns, rows


def analytics_tab(page: Page, tab: gr.Tab) -> None:
    """Build the tab; call it inside `gr.Blocks`."""
    say = page.say
    choices = [(say(f"{days} 天", f"{days} days"), days) for days in PERIODS]
    period = gr.Radio(choices, value=PERIODS[0], label=say("时间", "Period"), container=False)
    board = gr.HTML(padding=False)

    def show(days: int) -> str:
        return figures_html(page, analytics(page.services).figures(days), days)

    period.input(show, period, board, show_progress="minimal")
    page.fresh(show, period, board, tab)


def figures_html(page: Page, found: Figures, days: int) -> str:
    say = page.say
    if found.empty:
        return html.empty(
            say(
                "这段时间还没有对话，也没有直播。顾客来问第一句，这里就有数字了。",
                "No conversation and no live room in this period. Figures appear with the first question.",
            )
        )
    address = f"/api/analytics/export.csv?days={days}"
    more = f'<a class="zb-download" href="{address}" download>{say("导出 CSV", "Export CSV")} ↓</a>'
    zone = say(f"按店铺时区 {page.zone.key} 算天", f"Days on the shop's clock, {page.zone.key}")
    head = f'<div class="zb zb-board-head"><p>{escape(zone)}</p>{more}</div>'
    return f'{head}{_headline(page, found)}<div class="zb-board">{"".join(_cards(page, found))}</div>'


def _headline(page: Page, found: Figures) -> str:
    say, rated = page.say, sum(found.ratings)
    stars = sum(place * number for place, number in enumerate(found.ratings, 1))
    figures = {
        say("对话", "Conversations"): found.total("conversations"),
        say("顾客提问", "Questions"): found.total("questions"),
        say("不用人工就解决", "Resolved without a person"): say.share(found.resolved, found.conversations),
        say("转人工", "Handed over"): found.total("handed_over"),
        say("首句等待（中位）", "First sentence after (median)"): say.seconds(found.first_word.middle_s),
        say("评分", "Rating"): f"{stars / rated:.1f} / 5" if rated else "—",
    }
    return f'<div class="zb">{html.chips(figures)}</div>'


def _cards(page: Page, found: Figures) -> list[str]:
    say = page.say

    def daily(title: str, value: Callable[[Day], int]) -> str:
        bars = [Bar(say.short_day(day.day), value(day)) for day in found.days]
        total = sum(bar.value for bar in bars)
        inner = columns(title, bars) if total else _none(page)
        return html.card(title, inner, f"<em>{total:g}</em>")

    def ranked(title: str, bars: list[Bar]) -> str:
        return html.card(title, rows(bars) if bars else _none(page))

    spoken = found.spoken_live
    live = {
        say("直播说的句子", "Sentences on air"): spoken,
        say("整句拦下", "Stopped entirely"): found.blocked_live,
        say("回答等待（中位）", "Answer after (median)"): say.seconds(found.live_answer.middle_s),
        say("95% 快于", "95% faster than"): say.seconds(found.live_answer.most_s),
    }
    return [
        daily(say("每天的对话", "Conversations a day"), lambda day: day.conversations),
        daily(say("每天转人工", "Handed over a day"), lambda day: day.handed_over),
        ranked(
            say("为什么转人工", "Why handed over"),
            [Bar(say.reason(reason), count) for reason, count in found.reasons],
        ),
        html.card(say("等多久", "How long shoppers wait"), _waits(page, found)),
        ranked(
            say("问得最多的商品", "Products in demand"),
            [Bar(page.title(product_id), count) for product_id, count in found.demand],
        ),
        html.card(say("顾客满意吗", "Are shoppers satisfied"), _satisfaction(page, found)),
        daily(say("每天改动或拦下的句子", "Sentences changed or stopped a day"), lambda day: day.changed),
        daily(say("直播观众的提问", "Viewers' questions on air"), lambda day: day.live_questions),
        html.card(say("直播", "Live rooms"), html.chips(live) if spoken or found.total("comments") else _none(page)),
    ]


def _none(page: Page) -> str:
    return f'<p class="hint">{page.say("这段时间没有。", "None in this period.")}</p>'


def _waits(page: Page, found: Figures) -> str:
    say = page.say

    def line(name: str, latency: Latency) -> list[str]:
        return [name, str(latency.count), say.seconds(latency.middle_s), say.seconds(latency.most_s)]

    heads = ["", say("次数", "Times"), say("中位", "Median"), say("95% 快于", "95% faster than")]
    return html.table(
        heads,
        [
            line(say("助手的第一句", "Assistant's first sentence"), found.first_word),
            line(say("转人工后同事回复", "Colleague after a hand-over"), found.person),
        ],
        numbers=(1, 2, 3),
    )


def _satisfaction(page: Page, found: Figures) -> str:
    say = page.say
    thumbs: dict[str, Any] = {say("有用", "Helpful"): found.thumbs_up, say("没用", "Not helpful"): found.thumbs_down}
    if not sum(found.ratings):
        return html.chips(thumbs) if any(thumbs.values()) else _none(page)
    stars = [Bar("★" * number, count) for number, count in reversed(list(enumerate(found.ratings, 1)))]
    return rows(stars) + html.chips(thumbs)

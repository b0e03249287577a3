"""Models: who answers shoppers, who is being left alone, what it costs today, how often the guard had to step in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

import gradio as gr

from assistant.models.router import Router, Table
from assistant.models.router.spending import Spent, UsageBook
from assistant.models.router.table import LAST, Rule, When
from knowledge.model import Text
from web.api.claims import claims
from web.claims import Filter
from web.console import html
from web.console.page import Page
from web.console.say import Say
from web.zone import begin

DAYS = 7  # of the guard's share
SCENES = {
    "chat": Text("聊天", "chats"), "live": Text("直播间提问", "questions on air"),
    "script": Text("直播台词", "host's lines"),
    "translate": Text("给客服翻译", "translations for staff"), "look": Text("看图", "pictures"),
}  # fmt: skip
LANGUAGES = {"zh": Text("中文", "Chinese"), "en": Text("英文", "English")}


@dataclass(frozen=True, slots=True)
class Known:
    """What the tab shows. `used`: today, by model; `checked`: of sentences, how many there were and were changed."""

    router: Router
    used: Mapping[str, Spent]
    checked: Mapping[str, tuple[int, int]]


def models_tab(page: Page, tab: gr.Tab) -> None:
    """Build the tab; call it inside `gr.Blocks`."""
    say, desk = page.say, Desk(page)
    gr.Markdown(
        say(
            "### 模型\n谁在回答顾客、谁出了故障先歇着、今天用了多少。不管谁来答，每句话都先核验。",
            "### Models\nWho answers shoppers, who has failed and is being left alone, and what it costs today. "
            "Whoever answers, every sentence is checked first.",
        )
    )
    shown = gr.HTML(padding=False)
    page.fresh(desk.now, None, [shown], tab)


class Desk:
    """What the tab shows."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def now(self) -> str:
        router = self._page.services.assistant.model
        if not isinstance(router, Router):
            return html.empty(
                self._page.say(
                    "现在由内置模型回答，不花钱，也不用联网。要让大语言模型来答，请在配置里写好 model 或 models_file。",
                    "The embedded model answers: free of charge, without any network. For a language model, set model "
                    "or models_file in the configuration.",
                )
            )
        today = datetime.now(self._page.zone).date()
        since = begin(today - timedelta(days=DAYS - 1), self._page.zone)
        rows = claims(self._page.services).counts("model", Filter(since=since))
        checked = {row["key"]: (row["sentences"], row["changed"]) for row in rows}
        used = UsageBook(self._page.services.catalog.store.engine).used(router.spending.day)
        return models_html(self._page.say, Known(router, used, checked))


def models_html(say: Say, known: Known) -> str:
    router, table = known.router, known.router.table
    figures: dict[str, object] = {say("今天调用", "Calls today"): sum(one.calls for one in known.used.values())}
    figures[say("今天花费", "Cost today")] = _money(_spent(known.used))
    if table.budget is not None:
        figures[say("每天上限", "Cap a day")] = _money(table.budget.per_day)
    trouble = html.note(router.trouble) if router.trouble else ""
    cards = html.card(say("各个模型", "Each model"), _wide(_models(say, known)))
    if shadows := list(_shadows(say, router)):
        heads = (
            say("模型", "Model"), say("答了", "Answered"), say("没答出", "Failed"), say("没核验成", "Not checked"),
            say("句数", "Sentences"), say("会被改动", "Would be changed"),
        )  # fmt: skip
        title = say("陪练：也答了，但没人听见", "Trying out: asked as well, heard by nobody")
        cards += html.card(title, _wide(html.table(heads, shadows, numbers=(1, 2, 3, 4, 5))))
    cards += html.card(say("什么问题给谁", "Who gets which question"), _rules(say, table))
    return f'<div class="zb">{html.chips(figures)}{trouble}</div>{cards}'


def _wide(table: str) -> str:
    """On a phone it is scrolled, not the page."""
    return f'<div class="zb-wide" tabindex="0">{table}</div>'


def _models(say: Say, known: Known) -> str:
    heads = (
        say("模型", "Model"), say("现在", "Now"), say("今天调用", "Calls today"), say("读 / 写", "Read / written"),
        say("今天花费", "Cost today"), say("多久开口", "First word after"),
        say(f"核验改动（{DAYS} 天）", f"Changed by the guard ({DAYS} days)"),
    )  # fmt: skip
    return html.table(heads, _lines(say, known), numbers=(2, 3, 4, 5, 6))


def _lines(say: Say, known: Known) -> Iterator[list[str]]:
    table, troubles = known.router.table, known.router.troubles()
    for name in (*table.order(), LAST):
        entry = table.models.get(name)
        used, figures = known.used.get(name, Spent()), known.router.figures[name]
        sentences, changed = known.checked.get(name, (0, 0))
        cap = f" <small>/ {_money(entry.per_day)}</small>" if entry is not None and entry.per_day is not None else ""
        server = f"<small>{escape(entry.model or entry.url or entry.kind)}</small>" if entry is not None else ""
        trouble = f"<small>{escape(troubles[name])}</small>" if name in troubles else ""
        yield [
            f"<b>{escape(_name(say, name))}</b>{server}",
            escape(_state(say, known, name)) + trouble,
            str(used.calls or "·"),
            f"{_tokens(used.tokens_in)} / {_tokens(used.tokens_out)}" if used.calls else "·",
            (_money(used.cost) if used.cost else "·") + cap,
            say.seconds(figures.first_s / figures.firsts if figures.firsts else None),
            f"{changed} / {sentences} <small>{say.share(changed, sentences)}</small>" if sentences else "·",
        ]


def _state(say: Say, known: Known, name: str) -> str:
    router, entry = known.router, known.router.table.models.get(name)
    if entry is None:
        return say("别人都答不了时接上", "Steps in when nobody else can answer")
    if router.resting().get(name):
        return say("连续出错，先歇着，过会儿再试", "Failed repeatedly; left alone, tried again soon")
    budget = router.table.budget
    if entry.per_day is not None and known.used.get(name, Spent()).cost >= entry.per_day:
        return say("今天的额度用完了", "Its cap for today is spent")
    if budget is not None and name not in budget.then and _spent(known.used) >= budget.per_day:
        return say("全店今天的额度用完了", "The shop's cap for today is spent")
    if name in router.troubles():
        return say("上次没答成", "Failed last time")
    return say("正常", "Working")


def _shadows(say: Say, router: Router) -> Iterator[list[str]]:
    for name, figures in router.figures.items():
        counts = figures.shadowed
        if counts:
            kinds = ("answered", "failed", "unjudged", "sentences")
            changed = f"{counts['changed']} <small>{say.share(counts['changed'], counts['sentences'])}</small>"
            yield [escape(name), *(str(counts[kind] or "·") for kind in kinds), changed]


# Rules in words


def _rules(say: Say, table: Table) -> str:
    lines = [[_when(say, rule.when), _who(say, rule)] for rule in table.rules]
    usual = table.default.use or table.order()
    lines.append([say("其余的", "Everything else"), _who(say, table.default.model_copy(update={"use": usual}))])
    if table.budget is not None:
        then = "、".join(_name(say, name) for name in table.budget.then)
        lines.append([say("额度用完以后", "When the cap is spent"), escape(then)])
    return html.table((say("问题", "Question"), say("谁来答，依次", "Who answers, in turn")), lines)


def _when(say: Say, when: When) -> str:
    parts = (
        (say("场合", "in"), [SCENES[one](say.lang) for one in when.scene]),
        (say("语言", "language"), [LANGUAGES[one](say.lang) for one in when.lang]),
        (say("店铺", "shop"), when.shop),
        (say("会员等级", "member level"), when.level),
        (say("商品类目", "category"), when.category),
        (say("说到", "words"), when.words),
    )
    told = [f"{escape(name)}：{escape('、'.join(values))}" for name, values in parts if values]
    if say.lang == "en":
        told = [f"{escape(name)}: {escape(', '.join(values))}" for name, values in parts if values]
    return "<br>".join(told) or say("所有问题", "Every question")


def _who(say: Say, rule: Rule) -> str:
    whole = sum(rule.split.values())
    shares = [f"{_name(say, name)} {say.share(round(part), round(whole))}" for name, part in rule.split.items()]
    told = escape(" → ".join([*shares, *(_name(say, name) for name in rule.use)]))
    more = []
    if rule.hedge_ms:
        wait = say.seconds(rule.hedge_ms / 1000)
        more.append(say(f"{wait}还没开口，就同时问下一位", f"silent for {wait}: the next one is asked too"))
    if rule.shadow is not None:
        name, share = rule.shadow.model, f"{rule.shadow.percent:g}%"
        more.append(say(f"{name} 陪练 {share} 的对话", f"{name} is tried out beside it in {share} of conversations"))
    return told + "".join(f"<br><small>{escape(one)}</small>" for one in more)


def _name(say: Say, name: str) -> str:
    return say("内置模型", "Embedded model") if name == LAST else name


def _spent(used: Mapping[str, Spent]) -> float:
    return sum(one.cost for one in used.values())


def _money(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".") if value < 0.1 else f"{value:,.2f}"


def _tokens(count: int) -> str:
    return f"{count / 1000:,.1f}k" if count >= 1000 else str(count)

"""A product's script for the live room: read it as the host would say it, and put in lines of one's own."""

from collections.abc import Sequence
from html import escape
from typing import Any

import gradio as gr

from assistant.hostwords import HostWords
from assistant.points import DAYS, PointBook, stressed
from assistant.script import Line, ScriptWriter
from assistant.vetting import Vetting, objections
from knowledge.model import Lang, Text
from knowledge.text import language
from web.console import html
from web.console.page import Page

KINDS = {
    "opening": Text("开场", "Opening"), "pain": Text("痛点", "Everyday trouble"),
    "point": Text("卖点", "Selling point"), "demo": Text("演示", "Demonstration"),
    "offer": Text("价格优惠", "Offer"), "objection": Text("答疑", "Doubts"), "question": Text("互动", "Question"),
    "call": Text("促单", "Call"), "closing": Text("收尾", "Closing"),
}  # fmt: skip


def script_editor(page: Page, tab: gr.Tab) -> None:
    """Build the part; call it inside `gr.Blocks`."""
    say, desk = page.say, Desk(page)
    products = page.products()
    with gr.Row(equal_height=False):
        with gr.Column(scale=3, min_width=330):
            with gr.Row():
                product = gr.Dropdown(
                    products, value=products[0][1] if products else None, label=say("商品", "Product"), min_width=180
                )
                lang = gr.Radio(
                    [("中文", "zh"), ("English", "en")], value=say.lang, label=say("语言", "Language"), min_width=150
                )
            preview = gr.HTML(padding=False)
        with gr.Column(scale=2, min_width=330):
            gr.Markdown(
                say(
                    "**自己写台词**：写了哪一类，主播就说您写的，不说自动的；改价后不再成立的句子会自动停用。下次讲到这件商品时生效。",
                    "**Lines of your own**: where you write some, the host says these instead. A line that a new price "
                    "has made wrong is left out by itself. They hold when the product comes up next.",
                )
            )
            choices = [(title(say.lang), kind) for kind, title in KINDS.items()]
            kind = gr.Radio(choices, value="opening", label=say("哪一类", "Kind"))
            text = gr.Textbox(label=say("台词（每行一句）", "Lines (one a line)"), lines=4, max_lines=8)
            said = gr.HTML(padding=False)
            with gr.Row():
                check = gr.Button(say("核验", "Check"), min_width=80)
                save = gr.Button(say("保存", "Save"), variant="primary", min_width=80)
                again = gr.Button(say("恢复自动", "Written ones again"), min_width=80)
    chosen = [product, lang]
    for control in chosen:
        control.change(desk.preview, chosen, preview, show_progress="hidden")
    for control in (product, lang, kind):
        control.change(desk.own, [*chosen, kind], [text, said], show_progress="hidden")
    check.click(desk.check, [product, text], said)
    save.click(desk.save, [*chosen, kind, text], [said, preview])
    again.click(desk.forget, [*chosen, kind], [text, said, preview])
    tab.select(desk.opened, [*chosen, kind], [product, preview, text, said], show_progress="hidden")


class Desk:
    """What the buttons do."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._words = HostWords(page.catalog.store)
        self._vetting = Vetting(page.catalog, page.services.guard)

    def opened(self, product_id: str | None, lang: Lang, kind: str) -> tuple[Any, ...]:
        choices = gr.update(choices=self._page.products())
        return choices, self.preview(product_id, lang), *self.own(product_id, lang, kind)

    def preview(self, product_id: str | None, lang: Lang) -> str:
        """The script as it would be said now."""
        say = self._page.say
        if not product_id:
            return html.empty(say("先选一件商品。", "Choose a product first."))
        writer = ScriptWriter(self._page.catalog, self._page.services.guard, seed="console")
        lines = writer.lines(product_id, lang)
        if not lines:
            return html.empty(say("这件商品的资料里没有可说的。", "The data of this product has nothing to say."))
        items = "".join(self._line(line, lang) for line in lines)
        return f'<ol class="zb zb-script">{items}</ol>' + self._answered(product_id)

    def _answered(self, product_id: str) -> str:
        """What came of telling the product's points, and which of them are stressed for it."""
        say, counts = self._page.say, PointBook(self._page.catalog.store).counts(product_id)
        if not counts:
            return ""
        best = stressed(counts)
        heads = [say("卖点", "Point"), say("讲过", "Told"), say("被问", "Asked"), say("被点开", "Clicked"),
                 say("下单", "Bought"), ""]  # fmt: skip
        early = say("提前讲、多讲", "told earlier and more often")
        rows = [
            [
                escape(name),
                str(each.told),
                str(each.asked),
                str(each.clicked),
                str(each.bought),
                early if name in best else "",
            ]
            for name, each in sorted(counts.items(), key=lambda one: (one[0] not in best, -one[1].worth, one[0]))
        ]
        why = say(
            f"近 {DAYS} 天的计数。每讲一次换来的提问、点开、下单（下单算三次）明显多于平均的，最多两条，会提前讲；"
            "其余的轮流讲，一条都不落下。点开和下单要在讲完一分钟内才算。",
            f"Counted on air in the last {DAYS} days. At most two points that bring clearly more questions, clicks and "
            "orders (an order counts three) each time they are told come first; the others take turns and none is left "
            "out. Clicks and orders count within a minute of the point.",
        )
        table = html.table(heads, rows, numbers=(1, 2, 3, 4))
        return html.card(
            say("观众对卖点的反应", "How viewers answer to the points"), f"{table}<small>{escape(why)}</small>"
        )

    def _line(self, line: Line, lang: Lang) -> str:
        say = self._page.say
        own = f"<em>{say('自己写的', 'your own')}</em>" if line.wording.startswith("own/") else ""
        mine = [fact for fact in line.facts if language(fact.attribute) == lang][:3]
        named = say("、", ", ").join(dict.fromkeys(f"{fact.attribute}: {fact.value[:40]}" for fact in mine))
        facts = f"<small>{say('依据', 'Rests on')}: {escape(named)}</small>" if named else ""
        return f"<li><b>{KINDS[line.kind](say.lang)}</b><div>{escape(line.text)}{own}{facts}</div></li>"

    def own(self, product_id: str | None, lang: Lang, kind: str) -> tuple[str, str]:
        if not product_id:
            return "", ""
        return "\n".join(self._words.lines(product_id, lang).get(kind, ())), ""

    def check(self, product_id: str | None, text: str) -> str:
        say, verdicts = self._page.say, self._read(product_id, text)
        if not verdicts:
            return html.note(say("先写一句台词。", "Write a line first."))
        return html.marks(say, verdicts, say("核验结果：", "What the guard says:"))

    def save(self, request: gr.Request, product_id: str | None, lang: Lang, kind: str, text: str) -> tuple[str, Any]:
        say, verdicts = self._page.say, self._read(product_id, text)
        if not product_id or not verdicts:
            return html.note(say("先选商品、写台词。", "Choose a product and write a line first.")), gr.skip()
        if wrong := objections(verdicts):
            title = say(
                "核验不让这样说，没有保存。请改标出的句子：", "Not saved: the guard would not say this. Please change:"
            )
            return html.marks(say, wrong, title), gr.skip()
        self._words.set_lines(product_id, lang, kind, text.splitlines())
        self._page.record(request, "script save", f"{product_id} {lang} {kind}")
        return html.note(say("已保存。", "Saved."), "good"), self.preview(product_id, lang)

    def forget(self, request: gr.Request, product_id: str | None, lang: Lang, kind: str) -> tuple[str, str, Any]:
        if product_id:
            self._words.set_lines(product_id, lang, kind, ())
            self._page.record(request, "script forget", f"{product_id} {lang} {kind}")
        return "", "", self.preview(product_id, lang)

    def _read(self, product_id: str | None, text: str | None) -> Sequence[Any]:
        lines = [line.strip() for line in (text or "").splitlines() if line.strip()]
        return [verdict for line in lines if product_id for verdict in self._vetting.line(line, product_id)]

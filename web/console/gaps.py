"""What shoppers asked in vain: ranked by demand, each with a suggested answer to approve, change or dismiss."""

from html import escape
from typing import Any

import gradio as gr

from assistant.gaps import DAYS, EXAMPLES, Gap, State
from knowledge.model import Text
from web.api.gaps import approved_by, decided, gaps_of
from web.console import html
from web.console.page import Page
from web.console.policies import texts
from web.editing import Objection
from web.errors import Refusal

WHY = {
    "not_found": Text("资料里没有", "Not in the data"),
    "guard": Text("核验后没剩下能说的", "Nothing the guard would let stand"),
    "thumbs": Text("顾客点了踩", "Thumbs down"),
    "handoff": Text("转给了人工", "Handed to a person"),
    "rating": Text("评分低", "Low rating"),
}


def gaps_tab(page: Page, tab: gr.Tab) -> None:
    """Build the tab; call it inside `gr.Blocks`."""
    say, desk = page.say, Desk(page)
    gr.Markdown(
        say(
            f"### 没答上的问题\n最近 {DAYS} 天顾客问了却没得到好回答的，问同一件事的合在一起，问的人多的在前。"
            "写好回答、点“采用”，下一位顾客马上得到这段原话，不经过模型。",
            f"### Questions without a good answer\nOf the last {DAYS} days; those that ask the same thing stand "
            "together, the most asked first. Approve an answer and the next shopper gets it at once, in these words, "
            "without a model.",
        )
    )
    states: list[tuple[str, State]] = [
        (say("待处理", "Open"), "open"), (say("已回答", "Answered"), "answered"),
        (say("已忽略", "Dismissed"), "dismissed"),
    ]  # fmt: skip
    with gr.Row(equal_height=False):
        with gr.Column(scale=2, min_width=300):
            state = gr.Radio(states, value="open", label=say("状态", "State"), show_label=False, container=False)
            pick = gr.Radio(
                [], label=say("问题", "Question"), show_label=False, container=False, elem_classes="zb-pick"
            )
            none = gr.HTML(padding=False)
        with gr.Column(scale=3, min_width=330):
            about = gr.HTML(desk.about(None), padding=False)
            with gr.Group(visible=False) as form:
                zh = gr.Textbox(label=say("问题（中文）", "Question (Chinese)"), max_lines=2)
                answer_zh = gr.Textbox(label=say("回答（中文）", "Answer (Chinese)"), lines=2, max_lines=8)
                en = gr.Textbox(label=say("问题（英文）", "Question (English)"), max_lines=2)
                answer_en = gr.Textbox(label=say("回答（英文）", "Answer (English)"), lines=2, max_lines=8)
                products = gr.Dropdown(
                    page.products(), multiselect=True, value=[],
                    label=say("只针对这些商品（空着：全店）", "Only about these products (empty: the whole shop)"),
                )  # fmt: skip
            said = gr.HTML(padding=False)
            with gr.Row(visible=False) as buttons:
                check = gr.Button(say("核验", "Check"), min_width=90)
                approve = gr.Button(say("采用", "Approve"), variant="primary", min_width=90)
                dismiss = gr.Button(say("忽略", "Dismiss"), min_width=90)
    words = [zh, answer_zh, en, answer_en, products]
    shown = [about, form, buttons, *words, said]
    listing = [pick, none]
    page.fresh(desk.listing, [state, pick], listing, tab)
    state.input(desk.turn, state, [*listing, *shown], show_progress="hidden")
    pick.input(desk.show, pick, shown, show_progress="hidden")
    check.click(desk.check, [pick, *words], said)
    approve.click(desk.approve, [state, pick, *words], [said, *listing])
    dismiss.click(desk.dismiss, [state, pick], [*shown, *listing])


class Desk:
    """What the tab shows and its buttons do."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def listing(self, state: State, chosen: str | None) -> tuple[Any, str]:
        say, gaps = self._page.say, gaps_of(self._page.services)
        gaps.refresh()
        found = gaps.report(state)
        choices = [(self._line(gap), gap.id) for gap in found]
        gone = chosen is not None and chosen not in {gap.id for gap in found}
        # Whoever chose one while this was on its way keeps the choice: only what is gone is taken back.
        value: dict[str, Any] = {"value": None} if gone else {}
        none = {
            "open": say(
                "没有待处理的问题：最近 30 天的提问都答上了。",
                "Nothing open: every question of the last 30 days was answered.",
            ),
            "answered": say("还没有采用过回答。", "No answer has been approved yet."),
            "dismissed": say("没有忽略过的问题。", "Nothing was dismissed."),
        }[state]
        return gr.update(choices=choices, **value), "" if choices else html.empty(none)

    def turn(self, state: State) -> tuple[Any, ...]:
        return *self.listing(state, ""), *self.show(None)

    def show(self, gap_id: str | None) -> tuple[Any, ...]:
        gap = gaps_of(self._page.services).gap(gap_id) if gap_id else None
        visible = gr.update(visible=gap is not None)
        if gap is None:
            return self.about(None), visible, visible, "", "", "", "", [], ""
        faq = next((one for one in self._page.catalog.faqs() if one.id == gap.faq_id), None)
        question, answer = (faq.question, faq.answer) if faq else (gap.question, gap.answer)
        products = gr.update(value=list(faq.products) if faq else [], choices=self._page.products())
        said = ""
        if gap.answer and not faq:
            say = self._page.say
            hint = say(
                "回答取自同事后来的回复，请看过再采用。",
                "The answer is what a colleague replied; please read it first.",
            )
            said = html.note(hint, "info")
        return self.about(gap), visible, visible, question.zh, answer.zh, question.en, answer.en, products, said

    def about(self, gap: Gap | None) -> str:
        """Who asked, when, why it counts as unanswered, and in which words."""
        say = self._page.say
        if gap is None:
            return html.empty(say("在左边选一个问题。", "Choose a question on the left."))
        figures = {say("位顾客", "shoppers"): gap.shoppers, say("次提问", "times asked"): gap.questions}
        figures |= {WHY[why](say.lang): count for why, count in gap.why.items()}
        asked = "".join(
            f"<li>{escape(example.text)}{f' <small>×{example.count}</small>' if example.count > 1 else ''}</li>"
            for example in gap.examples[:EXAMPLES]
        )
        last = say(f"最近一次 {self._page.moment(gap.last)}", f"Last asked {self._page.moment(gap.last)}")
        pages = say("、", ", ").join(self._page.title(product_id) for product_id, _ in gap.products)
        where = f"<p>{say('常在这些商品页问', 'Asked on the pages of')}: {escape(pages)}</p>" if pages else ""
        again = ""
        if gap.decided is not None and gap.state == "open" and gap.faq_id:
            at = self._page.moment(gap.decided)
            again = html.note(
                say(f"{at} 已有回答，之后仍有人不满意。", f"Answered {at}, and still complained about."), "info"
            )
        inner = f"{html.chips(figures)}<ul class='zb-examples'>{asked}</ul><p><small>{last}</small></p>{where}{again}"
        return html.card(say("顾客的原话", "In the shoppers' words"), inner)

    def check(self, gap_id: str, *values: Any) -> str:
        return self._try(gap_id, values, None)

    def approve(self, request: gr.Request, state: State, gap_id: str, *values: Any) -> tuple[Any, ...]:
        said = self._try(gap_id, values, request)
        return said, *self.listing(state, gap_id)

    def dismiss(self, request: gr.Request, state: State, gap_id: str) -> tuple[Any, ...]:
        try:
            decided(self._page.services, gap_id, "dismissed", self._page.who(request))
            self._page.record(request, "gap dismiss", gap_id)
        except Refusal as refusal:
            raise self._page.error(refusal) from None
        return *self.show(None), *self.listing(state, "")

    def _try(self, gap_id: str, values: Any, request: gr.Request | None) -> str:
        """Store an answer in the name of whoever asks; without `request` only ask the guard."""
        say, dry_run = self._page.say, request is None
        by = self._page.who(request) if request is not None else ""
        zh, answer_zh, en, answer_en, products = values
        try:
            verdicts = approved_by(
                self._page.services, gap_id, texts(zh, en), texts(answer_zh, answer_en), list(products or ()), by,
                dry_run=dry_run,
            )  # fmt: skip
        except Refusal as refusal:
            return html.note(refusal.message(say.lang))
        except Objection as objection:
            title = say(
                "核验不让这样说，没有保存。请改标出的句子：", "Not saved: the guard would not say this. Please change:"
            )
            return html.marks(say, objection.verdicts, title)
        if request is None:
            return html.marks(say, verdicts, say("核验结果：", "What the guard says:"))
        self._page.record(request, "gap approve", gap_id)
        return html.note(
            say("已采用，下一位顾客就会得到这个回答。", "Approved: the next shopper gets this answer."), "good"
        )

    def _line(self, gap: Gap) -> str:
        say = self._page.say
        many = f"{gap.shoppers} shopper{'s' if gap.shoppers > 1 else ''}"
        return f"{gap.question(say.lang)} · {say(f'{gap.shoppers} 位顾客', many)}"

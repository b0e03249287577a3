"""Frequent questions and their answers."""

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from assistant.guard.verdict import Verdict
from web.console.editor import editor
from web.console.page import Page
from web.console.policies import texts
from web.editing import Editing, Kind


def faq_tab(page: Page, tab: gr.Tab) -> None:
    """Build the tab; call it inside `gr.Blocks`."""
    say = page.say
    editor(
        page, tab, Sheet(page), title=say("常见问题", "Frequent questions"), name=say("问答", "question"),
        hint=say(
            "勾上“照原文回答”，顾客这样问时就直接用这段话，不经过模型；照样先核验。",
            "Answered in exactly these words, a question gets its answer at once, without a model; the guard still "
            "reads it.",
        ),
    )  # fmt: skip


class Sheet:
    kind: Kind = "faqs"
    prefix = "faq"

    def __init__(self, page: Page) -> None:
        self._page = page
        self._editing = Editing(page.catalog, page.services.guard)

    def choices(self) -> list[tuple[str, str]]:
        return [(faq.question(self._page.say.lang), faq.id) for faq in self._page.catalog.faqs()]

    def form(self) -> Sequence[Any]:
        say = self._page.say
        zh = gr.Textbox(label=say("问题（中文）", "Question (Chinese)"), max_lines=2)
        answer_zh = gr.Textbox(label=say("回答（中文）", "Answer (Chinese)"), lines=2, max_lines=8)
        en = gr.Textbox(label=say("问题（英文）", "Question (English)"), max_lines=2)
        answer_en = gr.Textbox(label=say("回答（英文）", "Answer (English)"), lines=2, max_lines=8)
        aliases = gr.Textbox(
            label=say("别的问法（每行一个）", "Other ways to ask it (one a line)"), lines=2, max_lines=8
        )
        products = gr.Dropdown(
            self._page.products(), multiselect=True, value=[],
            label=say("只针对这些商品（空着：全店）", "Only about these products (empty: the whole shop)"),
        )  # fmt: skip
        exact = gr.Checkbox(label=say("照原文回答，不经过模型", "Answer in exactly these words, without a model"))
        return zh, answer_zh, en, answer_en, aliases, products, exact

    def values(self, row_id: str) -> Sequence[Any]:
        found = next((faq for faq in self._page.catalog.faqs() if faq.id == row_id), None)
        choices = self._page.products()
        if found is None:
            return "", "", "", "", "", gr.update(value=[], choices=choices), True
        return (
            found.question.zh, found.answer.zh, found.question.en, found.answer.en, "\n".join(found.aliases),
            gr.update(value=list(found.products), choices=choices), found.exact,
        )  # fmt: skip

    def document(self, row_id: str, values: Sequence[Any]) -> Mapping[str, Any]:
        zh, answer_zh, en, answer_en, aliases, products, exact = values
        return {
            "id": row_id, "question": texts(zh, en), "answer": texts(answer_zh, answer_en),
            "aliases": [line.strip() for line in (aliases or "").splitlines() if line.strip()],
            "products": list(products or ()), "exact": bool(exact),
        }  # fmt: skip

    def store(self, document: Mapping[str, Any], *, dry_run: bool) -> list[Verdict]:
        return self._editing.faq(document, dry_run=dry_run)

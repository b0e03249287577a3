"""The shop's rules, and what of them can be checked."""

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from assistant.guard.verdict import Verdict
from web.console.editor import editor
from web.console.page import Page
from web.editing import Editing, Kind


def policies_tab(page: Page, tab: gr.Tab) -> None:
    """Build the tab; call it inside `gr.Blocks`."""
    say = page.say
    editor(
        page, tab, _Sheet(page), title=say("政策", "Policies"), name=say("政策", "policy"),
        hint=say(
            "配送、退换、质保……客服和主播只按这里写的说。“要点”是可以核对的数字，比如 包邮门槛 88元。",
            "Shipping, returns, warranty …: the assistant and the host say what stands here and nothing else. "
            "Key points are what can be checked, such as Free shipping from ¥88.",
        ),
    )  # fmt: skip


class _Sheet:
    kind: Kind = "policies"
    prefix = "policy"

    def __init__(self, page: Page) -> None:
        self._page = page
        self._editing = Editing(page.catalog, page.services.guard)

    def choices(self) -> list[tuple[str, str]]:
        return [(policy.title(self._page.say.lang), policy.id) for policy in self._page.catalog.policies()]

    def form(self) -> Sequence[Any]:
        say = self._page.say
        with gr.Row():
            zh = gr.Textbox(label=say("标题（中文）", "Title (Chinese)"), max_lines=1, min_width=200)
            en = gr.Textbox(label=say("标题（英文）", "Title (English)"), max_lines=1, min_width=200)
        text_zh = gr.Textbox(label=say("内容（中文）", "Text (Chinese)"), lines=3, max_lines=10)
        text_en = gr.Textbox(label=say("内容（英文）", "Text (English)"), lines=3, max_lines=10)
        points = gr.Dataframe(
            headers=[
                say("要点（中文）", "Point (Chinese)"), say("要点（英文）", "Point (English)"),
                say("值（中文）", "Value (Chinese)"), say("值（英文）", "Value (English)"),
            ],
            type="array", datatype="str", column_count=4, label=say("可以核对的要点", "Key points"),
            interactive=True, wrap=True, elem_classes="zb-points",
        )  # fmt: skip
        return zh, en, text_zh, text_en, points

    def values(self, row_id: str) -> Sequence[Any]:
        found = next((policy for policy in self._page.catalog.policies() if policy.id == row_id), None)
        if found is None:
            return "", "", "", "", [[""] * 4]
        points = [[one.name.zh, one.name.en, one.value.zh, one.value.en] for one in found.attributes]
        return found.title.zh, found.title.en, found.text.zh, found.text.en, points or [[""] * 4]

    def document(self, row_id: str, values: Sequence[Any]) -> Mapping[str, Any]:
        zh, en, text_zh, text_en, points = values
        rows = ([str(cell or "").strip() for cell in row] for row in points or [])
        attributes = [
            {"name": texts(row[0], row[1]), "value": texts(row[2], row[3])}
            for row in rows
            if any(row[:2]) and any(row[2:])
        ]
        return {"id": row_id, "title": texts(zh, en), "text": texts(text_zh, text_en), "attributes": attributes}

    def store(self, document: Mapping[str, Any], *, dry_run: bool) -> list[Verdict]:
        return self._editing.policy(document, dry_run=dry_run)


def texts(zh: str | None, en: str | None) -> dict[str, str]:
    """A text in the languages it is given in."""
    return {lang: said.strip() for lang, said in (("zh", zh or ""), ("en", en or "")) if said.strip()}

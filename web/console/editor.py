"""A list beside a form: how promotions, policies and questions are edited. The guard reads before anything is saved."""

import uuid
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Protocol

import gradio as gr

from assistant.guard.verdict import Verdict
from assistant.vetting import objections
from web.console import html
from web.console.page import Page
from web.editing import Editing, Kind, Objection
from web.errors import Refusal


class Sheet(Protocol):
    """One kind of row as a form."""

    kind: Kind
    prefix: str  # of new ids

    def choices(self) -> list[tuple[str, str]]:
        """The rows there are, as (words, id)."""
        ...

    def form(self) -> Sequence[Any]:
        """Make the inputs; call it where they are to stand."""
        ...

    def values(self, row_id: str) -> Sequence[Any]:
        """What the inputs hold for a row; for "" those of a new one."""
        ...

    def document(self, row_id: str, values: Sequence[Any]) -> Mapping[str, Any]:
        """The row as a shop folder would hold it. Raises Refusal."""
        ...

    def store(self, document: Mapping[str, Any], *, dry_run: bool) -> list[Verdict]: ...


def editor(page: Page, tab: gr.Tab, sheet: Sheet, *, title: str, hint: str, name: str) -> None:
    """Build list and form; call it inside `gr.Blocks`. `name` is one of what is edited: 活动, promotion."""
    say, desk = page.say, _Desk(page, sheet, name)
    gr.Markdown(f"### {title}\n{hint}")
    with gr.Row(equal_height=False):
        with gr.Column(scale=2, min_width=300):
            pick = gr.Radio([], label=title, elem_classes="zb-pick", show_label=False, container=False)
            none = gr.HTML(padding=False)
            new = gr.Button(say(f"＋ 新{name}", f"+ New {name}"), size="sm")
        with gr.Column(scale=3, min_width=330):
            heading = gr.HTML(desk.heading(""), padding=False)
            fields = list(sheet.form())
            said = gr.HTML(padding=False)
            with gr.Row():
                check = gr.Button(say("核验", "Check"), min_width=90)
                save = gr.Button(say("保存", "Save"), variant="primary", min_width=90)
                remove = gr.Button(say("删除", "Delete"), variant="stop", min_width=90)
    listing, filled = [pick, none], [heading, *fields, said]
    pick.input(desk.load, pick, filled, show_progress="hidden")
    new.click(desk.new, None, [pick, *filled], show_progress="hidden")
    check.click(desk.check, [pick, *fields], said)
    save.click(desk.save, [pick, *fields], [said, heading, *listing])
    remove.click(desk.remove, pick, [*filled, *listing])
    page.fresh(desk.listing, pick, listing, tab)


class _Desk:
    """What the buttons do."""

    def __init__(self, page: Page, sheet: Sheet, name: str) -> None:
        self._page, self._sheet, self._name = page, sheet, name
        self._editing = Editing(page.catalog, page.services.guard)

    def heading(self, row_id: str) -> str:
        say = self._page.say
        titles = {value: label for label, value in self._sheet.choices()}
        title = titles.get(row_id, "") or say(f"新{self._name}", f"New {self._name}")
        return f'<div class="zb"><h3 class="zb-form-title">{escape(title)}</h3></div>'

    def listing(self, chosen: str | None) -> tuple[Any, str]:
        choices = self._sheet.choices()
        kept = chosen if chosen in {value for _, value in choices} else None
        say = self._page.say
        nothing = html.empty(
            say(f"还没有{self._name}，在右边写第一条。", f"No {self._name} yet: write the first one here.")
        )
        return gr.update(choices=choices, value=kept), "" if choices else nothing

    def load(self, row_id: str | None) -> tuple[Any, ...]:
        return self.heading(row_id or ""), *self._sheet.values(row_id or ""), ""

    def new(self) -> tuple[Any, ...]:
        return None, *self.load("")

    def check(self, row_id: str | None, *values: Any) -> str:
        """Ask the guard, store nothing."""
        try:
            document = self._sheet.document(self._id(row_id), values)
            return self._verdicts(self._sheet.store(document, dry_run=True))
        except Refusal as refusal:
            return html.note(refusal.message(self._page.say.lang))

    def save(self, request: gr.Request, row_id: str | None, *values: Any) -> tuple[Any, ...]:
        say, known = self._page.say, self._id(row_id)
        try:
            self._sheet.store(self._sheet.document(known, values), dry_run=False)
        except Refusal as refusal:
            return html.note(refusal.message(say.lang)), gr.skip(), gr.skip(), gr.skip()
        except Objection as objection:
            title = say(
                "核验不让这样说，没有保存。请改标出的句子：", "Not saved: the guard would not say this. Please change:"
            )
            return html.marks(say, objection.verdicts, title), gr.skip(), gr.skip(), gr.skip()
        self._page.record(request, f"{self._sheet.kind} save", known)
        version = self._page.catalog.version
        done = say(
            f"已保存，下一句话起生效（目录第 {version} 版）。",
            f"Saved; it holds from the next sentence on (catalogue version {version}).",
        )
        return html.note(done, "good"), self.heading(known), *self.listing(known)

    def remove(self, request: gr.Request, row_id: str | None) -> tuple[Any, ...]:
        say = self._page.say
        if not row_id:
            raise gr.Error(say("请先在左边选一条。", "Choose one on the left first."), print_exception=False)
        self._editing.remove(self._sheet.kind, row_id)
        self._page.record(request, f"{self._sheet.kind} remove", row_id)
        heading, *values, _ = self.load("")
        done = html.note(
            say("已删除，下一句话起不再使用。", "Deleted; it is not used from the next sentence on."), "good"
        )
        return heading, *values, done, *self.listing(None)

    def _id(self, row_id: str | None) -> str:
        return row_id or f"{self._sheet.prefix}-{uuid.uuid4().hex[:8]}"

    def _verdicts(self, verdicts: Sequence[Verdict]) -> str:
        say = self._page.say
        if objections(verdicts):
            return html.marks(
                say, verdicts, say("这些句子会被改动或拦下：", "The guard would change or stop some of this:")
            )
        return html.marks(say, verdicts, say("每一句都可以说：", "Every sentence may be said:"))

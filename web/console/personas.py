"""Hosts: how they speak, which voice and which face; heard and seen before they go on air."""

from dataclasses import replace
from itertools import zip_longest
from typing import Any

import gradio as gr
from starlette.concurrency import run_in_threadpool

from assistant.hostwords import PACES, PITCHES, HostWords, Persona
from avatar.face import FaceError
from avatar.voice import VoiceError
from knowledge.model import Text
from web.console import html
from web.console.page import Page
from web.console.portrait import looks_of_portraits, portrait_editor
from web.preview import face_picture, voice_sample
from web.wiring import preview_face, preview_voice

SPEAKERS = {
    "female": Text("女声", "Female"), "female-bright": Text("女声，明亮", "Female, bright"),
    "male": Text("男声", "Male"), "male-deep": Text("男声，低沉", "Male, deep"),
}  # fmt: skip
MOST = 40  # ways to begin, and words not said
SAMPLE = Text("大家好，欢迎来到直播间，有问题直接发弹幕。", "Hello everyone, welcome in. Just type your question.")


def personas_tab(page: Page, tab: gr.Tab) -> None:
    """Build the tab; call it inside `gr.Blocks`."""
    say, desk = page.say, Desk(page)
    gr.Markdown(
        say(
            "### 主播\n怎么称呼观众、怎么开场、用谁的声音和形象。开播时选一位。",
            "### Hosts\nHow viewers are addressed, how a host opens, whose voice and face. Choose one to go on air.",
        )
    )
    with gr.Row(equal_height=False):
        with gr.Column(scale=2, min_width=260):
            pick = gr.Radio([], label=say("主播", "Host"), show_label=False, container=False, elem_classes="zb-pick")
            new = gr.Button(say("＋ 新主播", "+ New host"), size="sm")
            face = gr.Image(label=say("形象", "Face"), interactive=False, height=320, buttons=[])
            sample = gr.Audio(label=say("声音", "Voice"), interactive=False, buttons=[])
        with gr.Column(scale=3, min_width=330):
            fields = _form(page)
            said = gr.HTML(padding=False)
            with gr.Row():
                listen = gr.Button(say("试听", "Listen"), min_width=80)
                look = gr.Button(say("看形象", "See the face"), min_width=80)
                save = gr.Button(say("保存", "Save"), variant="primary", min_width=80)
                remove = gr.Button(say("删除", "Delete"), variant="stop", min_width=80)
    with gr.Accordion(say("用一张照片做主播", "A photograph as the host"), open=False):
        changed = portrait_editor(page, tab)
    voice, appearance, pace, pitch = fields[-4:]
    for event in changed:
        event.then(lambda: gr.update(choices=looks(page)), None, appearance, show_progress="hidden")
    page.fresh(desk.listing, pick, pick, tab)
    pick.input(desk.load, pick, [*fields, said], show_progress="hidden").then(desk.face, appearance, face)
    new.click(lambda: (None, *desk.load(None)), None, [pick, *fields, said], show_progress="hidden")
    listen.click(desk.listen, [voice, pace, pitch], sample)
    look.click(desk.face, appearance, face)
    appearance.input(desk.face, appearance, face)
    save.click(desk.save, [pick, *fields], [said, pick])
    remove.click(desk.remove, pick, [said, pick])


def _form(page: Page) -> list[Any]:
    say = page.say
    with gr.Row():
        name_zh = gr.Textbox(label=say("名字（中文）", "Name (Chinese)"), max_lines=1, min_width=140)
        name_en = gr.Textbox(label=say("名字（英文）", "Name (English)"), max_lines=1, min_width=140)
    with gr.Row():
        all_zh = gr.Textbox(
            label=say("称呼观众（中文）", "Viewers (Chinese)"), placeholder="大家", max_lines=1, min_width=140
        )
        all_en = gr.Textbox(
            label=say("称呼观众（英文）", "Viewers (English)"), placeholder="everyone", max_lines=1, min_width=140
        )
    with gr.Row():
        lead_zh = gr.Textbox(
            label=say("引出卖点（中文）", "Leads in (Chinese)"), placeholder="来，", max_lines=1, min_width=140
        )
        lead_en = gr.Textbox(
            label=say("引出卖点（英文）", "Leads in (English)"), placeholder="All right, ", max_lines=1, min_width=140
        )
    slots = say(
        "多一种说法，和共用的轮换。可用 {title} 商品名、{category} 类目、{all} 称呼。",
        "One more wording, in turn with the shared ones. {title}, {category} and {all} are filled in.",
    )
    opening_zh = gr.Textbox(label=say("开场白（中文）", "Opening (Chinese)"), info=slots, max_lines=3)
    opening_en = gr.Textbox(label=say("开场白（英文）", "Opening (English)"), max_lines=3)
    closing_zh = gr.Textbox(label=say("收尾（中文）", "Closing (Chinese)"), max_lines=3)
    closing_en = gr.Textbox(label=say("收尾（英文）", "Closing (English)"), max_lines=3)
    with gr.Row():
        heads_zh = gr.Textbox(
            label=say("口头禅（中文，每行一个）", "Ways to begin a line (Chinese, one a line)"), lines=2, max_lines=5,
            placeholder="来来来，\n跟大家说，", min_width=140,
        )  # fmt: skip
        heads_en = gr.Textbox(
            label=say("口头禅（英文，每行一个）", "Ways to begin a line (English, one a line)"), lines=2, max_lines=5,
            placeholder="Now then,", min_width=140,
        )  # fmt: skip
    never = gr.Textbox(
        label=say("不说的词（每行一个）", "Words this host never says (one a line)"), lines=2, max_lines=6,
        info=say("含有这些词的台词不会选用。", "Lines that hold one of them are not chosen."),
    )  # fmt: skip
    with gr.Row():
        voice = gr.Dropdown(voices(page), value="", label=say("声音", "Voice"), min_width=140)
        look = gr.Dropdown(looks(page), value="", label=say("形象", "Face"), min_width=140)
    own = say("自带的声音才有。", "Of the embedded voice.")
    with gr.Row():
        pace = gr.Slider(*PACES, 100, step=1, label=say("语速 %", "Pace, %"), info=own, min_width=140)
        pitch = gr.Slider(-PITCHES, PITCHES, 0, step=1, label=say("音高", "Pitch"), info=own, min_width=140)
    return [
        name_zh, name_en, all_zh, all_en, lead_zh, lead_en, opening_zh, opening_en, closing_zh, closing_en,
        heads_zh, heads_en, never, voice, look, pace, pitch,
    ]  # fmt: skip


def _lines(text: str | None) -> tuple[str, ...]:
    return tuple([line.strip()[:60] for line in (text or "").splitlines() if line.strip()][:MOST])


def voices(page: Page) -> list[tuple[str, str]]:
    """Voices to choose from, the configured one first."""
    from avatar.voices.espeak import SPEAKERS as known

    default = page.say(f"默认（{page.services.settings.voice}）", f"Default ({page.services.settings.voice})")
    return [(default, ""), *((SPEAKERS.get(name, Text(name, name))(page.say.lang), f"espeak:{name}") for name in known)]


def looks(page: Page) -> list[tuple[str, str]]:
    """Drawn hosts and portraits to choose from, the configured one first."""
    from avatar.faces.drawn import looks as known

    return [
        (page.say("默认", "Default"), ""),
        *((look.title[page.say.lang], name) for name, look in known().items()),
        *looks_of_portraits(page),
    ]


class Desk:
    """What the buttons do."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._words = HostWords(page.catalog.store)

    def listing(self, chosen: str | None) -> Any:
        personas = self._words.personas()
        kept = chosen if chosen in {persona.id for persona in personas} else None
        return gr.update(choices=[(one.name(self._page.say.lang), one.id) for one in personas], value=kept)

    def load(self, persona_id: str | None) -> tuple[Any, ...]:
        if not persona_id:
            return *([""] * 15), 100, 0, ""
        one = self._words.persona(persona_id)
        pairs = (one.name, one.everyone, one.lead, one.opening, one.closing)
        told = (said for text in pairs for said in (text.zh, text.en))
        lists = ([each.zh for each in one.leads], [each.en for each in one.leads], one.never)
        written = ("\n".join(filter(None, lines)) for lines in lists)
        return *told, *written, one.voice, one.look, one.pace, one.pitch, ""

    def save(self, request: gr.Request, persona_id: str | None, *values: Any) -> tuple[str, Any]:
        say = self._page.say
        known = persona_id or self._new_id(values[1] or "")
        pairs = [Text(zh or "", en or "") for zh, en in zip(values[0:10:2], values[1:10:2], strict=True)]
        name, everyone, lead, opening, closing = pairs
        zh, en, never = map(_lines, values[10:13])
        voice, look, pace, pitch = values[13:17]
        persona = Persona(known, name, everyone, lead, opening, closing, voice or "", look or "")
        leads = tuple(Text(*pair) for pair in zip_longest(zh, en, fillvalue=""))
        persona = replace(persona, leads=leads, never=never, pace=round(pace), pitch=round(pitch))
        if not persona.name or not persona.everyone:
            return html.note(
                say("名字和对观众的称呼都要填。", "Fill in the name and the word for the viewers.")
            ), gr.skip()
        try:
            self._words.save(persona)
        except ValueError as error:
            return html.note(say(f"花括号里的名字不对：{error}", f"{error}.")), gr.skip()
        self._page.record(request, "host save", known)
        done = say(
            "已保存，下次开播、下一件商品起生效。", "Saved; it holds from the next product and the next start on."
        )
        return html.note(done, "good"), self.listing(known)

    def remove(self, request: gr.Request, persona_id: str | None) -> tuple[str, Any]:
        say = self._page.say
        if not persona_id:
            return html.note(say("请先在左边选一位。", "Choose one on the left first.")), gr.skip()
        self._words.remove(persona_id)
        self._page.record(request, "host remove", persona_id)
        done = say("已删除；自带的主播恢复原样。", "Deleted; a host that came along is as it was.")
        return html.note(done, "good"), self.listing(None)

    async def listen(self, voice: str | None, pace: float = 100, pitch: float = 0) -> Any:
        settings, lang = self._page.services.settings, self._page.say.lang
        try:
            return await voice_sample(
                preview_voice(settings, voice or "", round(pace), round(pitch)), SAMPLE(lang), lang
            )
        except VoiceError as error:
            raise gr.Error(str(error), print_exception=False) from None

    async def face(self, look: str | None) -> Any:
        try:
            return await run_in_threadpool(face_picture, preview_face(self._page.services.settings, look or ""))
        except FaceError as error:
            raise gr.Error(str(error), print_exception=False) from None

    def _new_id(self, english: str) -> str:
        plain = "-".join(
            "".join(char if char.isascii() and char.isalnum() else " " for char in english.lower()).split()
        )
        taken = {persona.id for persona in self._words.personas()}
        base = (plain or "host")[:30]
        return next(name for name in (base, *(f"{base}-{number}" for number in range(2, 1000))) if name not in taken)

"""A portrait of the merchant's own as the host: upload, consent, points of the face, a look at it speaking."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from starlette.concurrency import run_in_threadpool

from avatar.consent import Consent
from avatar.face import FaceError
from avatar.faces.photo.host import Marks, PhotoHost, Point
from avatar.faces.photo.mark import FIRST, NAMES
from avatar.media import Frame
from knowledge.model import Text
from web.console import html
from web.console.page import Page
from web.errors import Refusal
from web.portraits import PREFIX, found, speaking, uploaded
from web.wiring import portraits

_GROUND = (247, 232, 226)
_OUTLINES = (
    ("left_eye_outer", "eye_top", "left_eye_inner", "eye_bottom", "left_eye_outer"),
    ("right_eye_inner", "right_eye_outer"),
    ("mouth_left", "lip_top", "mouth_right", "lip_bottom", "mouth_left"),
    ("mouth_left", "lip_line", "mouth_right"),
    ("lip_bottom", "chin"),
)
PURPOSE = Text("本店直播间的数字人主播", "digital host of this shop's live rooms")


@dataclass(frozen=True, slots=True)
class Draft:
    """What is being made: the picture, the first points clicked, and all twelve once those four are there."""

    picture: Frame
    first: tuple[tuple[str, Point], ...] = ()
    marks: Marks | None = None

    def clicked(self, name: str, at: Point) -> "Draft":
        if self.marks is not None and name in NAMES:
            return replace(self, marks=replace(self.marks, **{name: at}))
        first = {**dict(self.first), name: at}
        marks = Marks.placed(**first) if len(first) == len(FIRST) else None
        return replace(self, first=tuple(first.items()), marks=marks)

    @property
    def next(self) -> str | None:
        """The point to click now; None: all are there."""
        known = dict(self.first)
        return None if self.marks is not None else next(name for name in FIRST if name not in known)


def looks_of_portraits(page: Page) -> list[tuple[str, str]]:
    """Portraits to choose from; one whose consent ended is not among them."""
    mark = page.say("照片", "photograph")
    every = portraits(page.services.settings).all()
    return [(f"{host.consent.person} · {mark}", PREFIX + name) for name, host in every if isinstance(host, PhotoHost)]


def portrait_editor(page: Page, tab: gr.Tab) -> tuple[Any, Any]:
    """Build the part; call it inside `gr.Blocks`. The events after which there are other portraits."""
    say, booth = page.say, Booth(page)
    draft = gr.State(None)
    with gr.Row(equal_height=False):
        with gr.Column(scale=2, min_width=300):
            photo = gr.File(
                label=say("照片（JPEG、PNG 或 WebP）", "Photograph (JPEG, PNG or WebP)"),
                file_types=[".jpg", ".jpeg", ".png", ".webp"], height=90,
            )  # fmt: skip
            shown = gr.Image(
                label=say("点画面标记", "Click to mark"), interactive=False, height=460, buttons=[], elem_id="zb-marks"
            )
        with gr.Column(scale=3, min_width=330):
            said = gr.HTML(booth.hint(None), padding=False)
            step = gr.Radio([], label=say("现在点哪里", "Click now"), visible=False)
            with gr.Row():
                person = gr.Textbox(label=say("照片里的人", "Who is shown"), max_lines=1, min_width=140)
                given = gr.Textbox(
                    label=say("同意的日期", "Day of the consent"),
                    value=date.today().isoformat,
                    max_lines=1,
                    min_width=140,
                )
                until = gr.Textbox(
                    label=say("到哪天为止（可空）", "Its last day (may be empty)"), max_lines=1, min_width=140
                )
            purpose = gr.Textbox(label=say("用途", "Given for"), value=PURPOSE(say.lang), max_lines=2)
            text = gr.Textbox(label=say("同意书内容", "What was agreed to"), value=booth.consent_text(), lines=3)
            document = gr.Textbox(
                label=say("签字的同意书放在哪里", "Where the signed paper is kept"), max_lines=1,
                placeholder=say("合同 2026-17，保险柜", "contract 2026-17, safe"),
            )  # fmt: skip
            with gr.Row():
                look = gr.Button(say("看它说话", "See it speak"), min_width=100)
                save = gr.Button(say("保存", "Save"), variant="primary", min_width=100)
            strip = gr.Image(show_label=False, interactive=False, buttons=[], visible=False, elem_id="zb-strip")
    with gr.Row():
        mine = gr.Dropdown([], label=say("已有的照片主播", "Portraits there are"), min_width=200)
        remove = gr.Button(say("删除照片和同意记录", "Delete picture and consent"), variant="stop", min_width=120)
    form = [draft, person, given, until, purpose, text, document]
    photo.upload(booth.upload, photo, [draft, shown, step, said])
    shown.select(booth.click, [draft, step], [draft, shown, step, said], show_progress="hidden")
    look.click(booth.preview, form, [strip, said])
    page.fresh(booth.listing, None, mine, tab)
    return save.click(booth.save, form, [said, mine]), remove.click(booth.remove, mine, [said, mine])


class Booth:
    """What the boxes do."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._portraits = portraits(page.services.settings)

    def consent_text(self) -> str:
        shop = self._page.catalog.shop.name(self._page.say.lang)
        return self._page.say(
            f"本人同意{shop}用这张照片制作会说话的数字人主播，用于上述用途；我可以随时撤回同意。",
            f"I agree that {shop} makes a speaking digital host of this photograph for the purpose above; I may take "
            "my consent back at any time.",
        )

    def hint(self, draft: Draft | None) -> str:
        say = self._page.say
        if draft is None:
            words = say(
                "一个人，正面，光线均匀，闭着嘴；只能用本人书面同意的照片。",
                "One person from the front, evenly lit, mouth shut; only with that person's written consent.",
            )
        elif draft.next is not None:
            words = say(f"请点：{FIRST[draft.next][0]}", f"Click the {FIRST[draft.next][1]}.")
        else:
            words = say(
                "十二个点都有了。不准的，在下面选中它，再点画面。",
                "All twelve points are there. To move one, choose it below and click the picture.",
            )
        return html.note(words, "good")

    async def upload(self, path: str | None) -> tuple[Any, ...]:
        if not path:
            return None, None, gr.update(visible=False), self.hint(None)
        try:
            data = await run_in_threadpool(Path(path).read_bytes)
            picture = await run_in_threadpool(uploaded, data)
        except Refusal as refusal:
            return None, None, gr.update(visible=False), html.note(refusal.message(self._page.say.lang))
        models = self._page.services.settings.data / "models"
        draft = Draft(picture, marks=await run_in_threadpool(found, picture, models))
        return self._shown(draft)

    def click(self, draft: Draft | None, name: str | None, at: gr.SelectData) -> tuple[Any, ...]:
        if draft is None:
            return None, None, gr.update(visible=False), self.hint(None)
        point = (float(at.index[0]), float(at.index[1]))
        chosen = draft.next or name
        return self._shown(draft.clicked(chosen, point) if chosen else draft, chosen)

    def _shown(self, draft: Draft, chosen: str | None = None) -> tuple[Any, ...]:
        names = FIRST if draft.next else NAMES
        choices = [(self._page.say(*said), name) for name, said in names.items()]
        kept = draft.next or (chosen if chosen in NAMES else None)
        step = gr.update(choices=choices, value=kept, visible=True)
        return draft, _marked(draft), step, self.hint(draft)

    async def preview(self, draft: Draft | None, *form: str) -> tuple[Any, str]:
        say = self._page.say
        try:
            marks, consent, purpose = self._checked(draft, form)
            frames = await run_in_threadpool(speaking, draft.picture, consent, purpose, marks)  # type: ignore[union-attr]
        except (FaceError, Refusal) as error:
            return gr.update(visible=False), self._note(error)
        seen = say("闭嘴、“啊”、“衣”、“乌”、“嗯”。", "At rest, “ah”, “ee”, “oo”, “m”.")
        strip = np.concatenate([_grounded(frame) for frame in frames], axis=1)
        return gr.update(value=strip, visible=True), html.note(seen, "good")

    def save(self, request: gr.Request, draft: Draft | None, *form: str) -> tuple[str, Any]:
        try:
            marks, consent, purpose = self._checked(draft, form)
            taken = f"{self._page.who(request)}, {datetime.now(UTC).isoformat(timespec='seconds')}"
            made = self._portraits.add(draft.picture, replace(consent, recorded=taken), purpose, marks)  # type: ignore[union-attr]
        except (FaceError, Refusal) as error:
            return self._note(error), gr.skip()
        self._page.record(request, "portrait save", made)
        done = self._page.say(
            "已保存，同意记录在案。开播时在“换形象”里选，或者设成上面某位主播的形象。",
            "Saved, with its consent on record. Choose it as another face when you go on air, or for a host above.",
        )
        return html.note(done, "good"), self.listing(PREFIX + made)

    def remove(self, request: gr.Request, look: str | None) -> tuple[str, Any]:
        say, name = self._page.say, (look or "").removeprefix(PREFIX)
        try:
            self._portraits.remove(name)
        except FaceError:
            return html.note(say("请先选一个。", "Choose one first.")), self.listing(None)
        self._page.record(request, "portrait remove", name)
        done = say(
            "照片和同意记录都删了；正在用它直播的，请下播再开。",
            "Picture and consent are gone; a room that shows it now must be stopped and started.",
        )
        return html.note(done, "good"), self.listing(None)

    def listing(self, chosen: str | None = None) -> Any:
        """Also those whose consent ended: they can be deleted here, and are shown nowhere else."""
        ended = self._page.say("不能再用：", "not to be used: ")
        choices = [
            (host.consent.person if isinstance(host, PhotoHost) else f"{name} · {ended}{host}", PREFIX + name)
            for name, host in self._portraits.all()
        ]
        return gr.update(choices=choices, value=chosen)

    def _checked(self, draft: Draft | None, form: tuple[str, ...]) -> tuple[Marks, Consent, str]:
        person, given, until, purpose, text, document = (field.strip() for field in map(str, (f or "" for f in form)))
        if draft is None or draft.marks is None:
            raise Refusal("invalid", "先传照片，再标好点。", "Upload a photograph and mark its points first.")
        draft.marks.check()
        if not (person and document and purpose and text):
            raise Refusal(
                "invalid", "同意记录要写全：谁、内容、用途、签字的同意书放在哪里。",
                "The consent needs all of it: who, what was agreed to, what for, where the signed paper is kept.",
            )  # fmt: skip
        consent = Consent(person[:80], _day(given), document[:200], _day(until) if until else None, text[:2000])
        return draft.marks, consent, purpose[:200]

    def _note(self, error: FaceError | Refusal) -> str:
        return html.note(error.message(self._page.say.lang) if isinstance(error, Refusal) else str(error))


def _day(told: str) -> date:
    try:
        return date.fromisoformat(told)
    except ValueError as error:
        raise Refusal("invalid", "日期写成 2026-11-28 这样。", "Write a day like 2026-11-28.") from error


def _marked(draft: Draft) -> NDArray[np.uint8]:
    """The picture with what has been marked, as large as it is: clicks come in its pixels."""
    image = Image.fromarray(_grounded(_premultiplied(draft.picture)))
    pen, unit = ImageDraw.Draw(image), max(image.size) / 460
    points = {**dict(draft.first), **({} if draft.marks is None else _points(draft.marks))}
    for outline in _OUTLINES:
        pen.line([points[name] for name in outline if name in points], fill="white", width=max(1, round(unit)))
    for name in points if draft.marks is None else NAMES:
        x, y = points[name]
        size = 3.2 * unit
        pen.ellipse((x - size, y - size, x + size, y + size), fill=(229, 38, 77), outline="white", width=round(unit))
    return np.asarray(image)


def _points(marks: Marks) -> dict[str, Point]:
    return {name: getattr(marks, name) for name in NAMES}


def _premultiplied(picture: Frame) -> Frame:
    alpha = picture[..., 3:].astype(np.uint16)
    return np.concatenate([(picture[..., :3] * alpha + 127) // 255, alpha], axis=2).astype(np.uint8)


def _grounded(frame: Frame) -> NDArray[np.uint8]:
    """(h, w, 3) before a plain ground; `frame` is premultiplied."""
    under = np.array(_GROUND, np.uint16) * (255 - frame[..., 3:].astype(np.uint16)) // 255
    return (frame[..., :3] + under).clip(0, 255).astype(np.uint8)

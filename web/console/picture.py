"""The picture of a room before it goes on air: what viewers would see, lying and upright, from the same renderer."""

from dataclasses import replace
from functools import partial
from typing import Any

import gradio as gr
from starlette.concurrency import run_in_threadpool

from assistant.hostwords import HostWords
from avatar.face import FaceError
from knowledge.model import Lang, Text
from web.console.page import Page
from web.preview import scene_picture
from web.rooms import RoomPlan
from web.settings import SettingsError
from web.wiring import preview_scene

SAYS = Text("这款现在很划算，有问题直接发弹幕问我。", "It's good value right now; just type your question.")
ASKS = Text("这个怎么用？好洗吗？", "How do I use it? Is it easy to clean?")
VIEWER = Text("小***", "L***")
LONGEST = 120


def templates(page: Page) -> list[tuple[str, str]]:
    """Templates to choose from, the configured one first; one with a mistake in it is named by its folder."""
    from streaming.scenes.reading import TemplateError
    from streaming.scenes.template import template
    from streaming.scenes.template import templates as known

    own, lang = page.services.settings.data / "templates", page.say.lang
    choices = [(page.say("默认", "Default"), "")]
    for name in known(own):
        try:
            choices.append((template(name, own).title[lang], name))
        except TemplateError:
            choices.append((page.say(f"{name}（有错）", f"{name} (has a mistake)"), name))
    return choices


def picture_preview(page: Page, tab: gr.Tab, plan: list[Any]) -> None:
    """Build the part; call it inside `gr.Blocks`. `plan`: the boxes with products, host, language, look, template."""
    say, desk = page.say, Desk(page)
    with gr.Row(equal_height=False):
        with gr.Column(scale=1, min_width=260):
            product = gr.Dropdown(page.products(), value=None, label=say("商品", "Product"))
            said = gr.Textbox(value=SAYS(say.lang), label=say("字幕", "Subtitle"), max_lines=2, max_length=LONGEST)
            asked = gr.Textbox(
                value=ASKS(say.lang), label=say("观众的问题（空着：不显示）", "A viewer's question (empty: none)"),
                max_lines=2, max_length=LONGEST,
            )  # fmt: skip
            again = gr.Button(say("刷新", "Draw again"), size="sm")
            gr.Markdown(
                say(
                    "和直播用同一套画面。模板、主播在上面选；自己的模板放进数据目录的 `templates` 文件夹。",
                    "Drawn as on air. Template and host are chosen above; templates of your own go into the folder "
                    "`templates` of the data folder.",
                )
            )
        with gr.Column(scale=3, min_width=330):
            wide = gr.Image(
                label=say("横屏", "Landscape"), show_label=False, interactive=False, buttons=[], elem_id="zb-wide"
            )
        with gr.Column(scale=1, min_width=200):
            tall = gr.Image(
                label=say("竖屏", "Portrait"), show_label=False, interactive=False, buttons=[], elem_id="zb-tall"
            )
    boxes, stills = [*plan, product, said, asked], [wide, tall]
    for box in (*plan, product):
        box.input(desk.draw, boxes, stills, show_progress="minimal", trigger_mode="always_last")
    for box in (said, asked):
        box.submit(desk.draw, boxes, stills, show_progress="minimal", trigger_mode="always_last")
        box.blur(desk.draw, boxes, stills, show_progress="minimal", trigger_mode="always_last")
    again.click(desk.draw, boxes, stills, show_progress="minimal")
    tab.select(desk.opened, product, product, show_progress="hidden").then(desk.draw, boxes, stills)


class Desk:
    """What the boxes do."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._words = HostWords(page.catalog.store)

    def opened(self, product_id: str | None) -> Any:
        products = self._page.products()
        return gr.update(choices=products, value=product_id or (products[0][1] if products else None))

    async def draw(
        self,
        products: list[str] | None,
        persona: str | None,
        lang: Lang,
        look: str | None,
        template: str | None,
        product_id: str | None,
        said: str | None,
        asked: str | None,
    ) -> tuple[Any, Any]:
        """Both orientations; raises gr.Error with what is wrong with the template or the face."""
        host = await run_in_threadpool(self._words.persona, persona or "")
        plan = RoomPlan(
            "preview", (), "en" if lang == "en" else "zh", look=look or host.look, template=template or "",
        )  # fmt: skip
        shown = product_id or next(iter(products or ()), "")
        question = (VIEWER(lang), (asked or "").strip()[:LONGEST])
        stills = []
        try:
            for portrait in (False, True):
                stills.append(await run_in_threadpool(self._still, plan, portrait, shown, question, said or ""))
        except (SettingsError, FaceError) as error:
            raise gr.Error(str(error), print_exception=False) from None
        return stills[0], stills[1]

    def _still(self, plan: RoomPlan, portrait: bool, product_id: str, question: tuple[str, str], said: str) -> Any:
        services = self._page.services
        make = partial(preview_scene, services.settings, services.core, replace(plan, portrait=portrait))
        return scene_picture(make, product_id, question, said.strip()[:LONGEST])

"""The console as one application: every tab in Chinese below zh/, in English below en/."""

from pathlib import Path

import gradio as gr
from fastapi import FastAPI

from knowledge.model import LANGS, Lang
from web.console import html
from web.console.analytics import analytics_tab
from web.console.audit import audit_tab
from web.console.catalogue import catalogue_tab
from web.console.chat import chat_tab
from web.console.claims import claims_tab
from web.console.door import PATH
from web.console.faq import faq_tab
from web.console.gaps import gaps_tab
from web.console.models import models_tab
from web.console.page import Page
from web.console.personas import personas_tab
from web.console.policies import policies_tab
from web.console.promotions import promotions_tab
from web.console.reminders import reminders_tab
from web.console.rooms import rooms_tab
from web.console.say import Say
from web.console.settings import settings_tab
from web.console.users import users_tab
from web.console.webhooks import webhooks_tab
from web.services import Running

ASSETS = Path(__file__).parent / "assets"
# Screen readers pronounce by it; Gradio's page always says English.
_SPEAKS = "() => {{ document.documentElement.lang = '{lang}' }}"
_REDS = (
    "#fdf3f0 #fbeae5 #f5cfc5 #eba896 #dd7763 #c8402c #b83a27 #a93321 #8b2a1b #6e2116 #4a160f"
).split()  # fmt: skip
_FONTS = [
    "-apple-system",
    "Segoe UI",
    "PingFang SC",
    "Microsoft YaHei",
    "Noto Sans SC",
    "Noto Sans CJK SC",
    "sans-serif",
]

OWNERS = (users_tab, audit_tab)  # these show themselves to those who may see them


def theme() -> gr.themes.Base:
    """The colours of the shop pages; fonts of the reader's machine, so nothing is fetched from elsewhere."""
    return gr.themes.Base(
        primary_hue=gr.themes.Color(*_REDS),
        neutral_hue=gr.themes.colors.stone,
        radius_size=gr.themes.sizes.radius_lg,
        font=_FONTS,
        font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"],
    ).set(
        body_background_fill="#faf7f3",
        block_border_color="#e7dfd5",
        block_radius="14px",
        block_shadow="none",
        border_color_primary="#e7dfd5",
        input_background_fill="#ffffff",
        input_border_color="#cfc4b6",
        input_border_width="1px",
        input_radius="10px",
        checkbox_label_background_fill="#f3eee8",
        checkbox_label_background_fill_hover="#ece5dc",
        checkbox_label_background_fill_selected="#fbeae5",
        checkbox_border_color="#a89d90",
        button_large_radius="10px",
        button_large_text_size="14px",
        button_large_text_weight="600",
        button_large_padding="8px 18px",
        button_small_radius="10px",
        button_secondary_background_fill="#f0e9e0",
        button_secondary_background_fill_hover="#e7dfd5",
        button_secondary_text_color="#221e1a",
        button_primary_background_fill="#b83a27",
        button_primary_background_fill_hover="#a93321",
        button_primary_background_fill_dark="#b83a27",
        button_primary_background_fill_hover_dark="#c8402c",
        button_primary_text_color="#ffffff",
        body_text_color_subdued="#6a625a",
        body_text_color_subdued_dark="#b5aca2",
        block_label_text_color="#5f574e",
        block_info_text_color="#6a625a",
        block_info_text_color_dark="#b5aca2",
        body_background_fill_dark="#121010",
        block_background_fill_dark="#1c1917",
        block_border_color_dark="#332e2a",
        border_color_primary_dark="#332e2a",
        input_background_fill_dark="#141210",
        input_border_color_dark="#3b352f",
        button_secondary_background_fill_dark="#2a2622",
        button_secondary_background_fill_hover_dark="#38322d",
        button_secondary_border_color_dark="#3b352f",
        checkbox_label_background_fill_dark="#211e1b",
        checkbox_label_background_fill_hover_dark="#2a2622",
        checkbox_label_background_fill_selected_dark="#3a201b",
        input_placeholder_color="#766d64",
        input_placeholder_color_dark="#a39a8f",
    )


def build_console(running: Running) -> FastAPI:
    """An application of its own that serves the console below PATH. Slow: call it in a thread."""
    outer = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    for lang in LANGS:
        blocks = _page(running, lang)
        blocks.queue(default_concurrency_limit=8, max_size=64)
        gr.mount_gradio_app(
            outer,
            blocks,
            path=f"{PATH}/{lang}",
            footer_links=[],
            run_history=False,
            show_error=True,
            max_file_size="64mb",
            ssr_mode=False,
            theme=theme(),
            css_paths=[ASSETS / "console.css"],
            js=_SPEAKS.format(lang="zh-CN" if lang == "zh" else "en"),
        )
    return outer


def _page(running: Running, lang: Lang) -> gr.Blocks:
    say = Say(lang)
    name = running.services.catalog.shop.name(lang)
    with gr.Blocks(title=say("智播控制台", "Zhibo console"), analytics_enabled=False, fill_width=True) as blocks:
        page = Page(running, say, blocks)
        gr.HTML(html.head(say, name), padding=False)
        with gr.Tabs(elem_id="zb-tabs"):
            for title, build in (
                (say("数据", "Figures"), analytics_tab),
                (say("商品", "Catalogue"), catalogue_tab),
                (say("活动", "Promotions"), promotions_tab),
                (say("政策", "Policies"), policies_tab),
                (say("问答", "FAQ"), faq_tab),
                (say("没答上的", "Gaps"), gaps_tab),
                (say("试聊", "Test chat"), chat_tab),
                (say("主播", "Hosts"), personas_tab),
                (say("直播间", "Live rooms"), rooms_tab),
                (say("核验", "Claims"), claims_tab),
                (say("提醒", "Reminders"), reminders_tab),
                (say("模型", "Models"), models_tab),
                ("Webhook" if lang == "zh" else "Webhooks", webhooks_tab),
                (say("员工", "People"), users_tab),
                (say("操作记录", "Audit"), audit_tab),
                (say("设置", "Settings"), settings_tab),
            ):
                with gr.Tab(title, visible=build not in OWNERS) as tab:
                    build(page, tab)
    return blocks

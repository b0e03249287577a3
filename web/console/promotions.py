"""Offers: what they take off, from when until when, on what."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, get_args

import gradio as gr

from assistant.guard.verdict import Verdict
from knowledge.model import Promotion, PromotionKind, Text
from web.console.editor import editor
from web.console.page import Page
from web.console.policies import texts
from web.editing import Editing, Kind

KINDS: Mapping[PromotionKind, Text] = {
    "threshold": Text("满减", "Amount off from a threshold"),
    "per_amount": Text("每满减", "Amount off per amount spent"),
    "percent": Text("折扣", "Percentage off"),
    "nth_percent": Text("第 N 件打折", "Percentage off the nth piece"),
    "buy_x_get_y": Text("买赠（买几送几）", "Buy some, get some free"),
    "coupon": Text("优惠券", "Coupon"),
    "member_price": Text("会员价", "Member price"),
    "cross_shop": Text("跨店满减", "Cross-shop amount off"),
    "deposit": Text("定金膨胀", "Deposit that counts for more"),
    "free_shipping": Text("包邮", "Free shipping"),
    "gift": Text("赠品", "Gift"),
}
# What a kind needs or may have, besides name, text, scope and dates.
FIELDS: Mapping[str, tuple[Text, frozenset[PromotionKind]]] = {
    "threshold": (
        Text("满多少元", "From this amount"),
        frozenset(("threshold", "per_amount", "percent", "coupon", "cross_shop", "free_shipping", "gift")),
    ),
    "minus": (Text("减多少元", "Amount off"), frozenset(("threshold", "per_amount", "coupon", "cross_shop"))),
    "percent_off": (
        Text("减百分之几（20 就是八折）", "Percentage off (20 = 20% off)"),
        frozenset(("percent", "nth_percent", "member_price")),
    ),
    "cap": (Text("最多减多少元", "At most"), frozenset(("percent",))),
    "buy": (Text("买几件", "Buy"), frozenset(("nth_percent", "buy_x_get_y"))),
    "get": (Text("送几件", "Get free"), frozenset(("buy_x_get_y",))),
    "max_times": (
        Text("一单最多几次", "At most so often in an order"),
        frozenset(("per_amount", "cross_shop", "nth_percent", "buy_x_get_y")),
    ),
    "deposit": (Text("定金", "Deposit"), frozenset(("deposit",))),
    "worth": (Text("定金抵多少", "The deposit counts for"), frozenset(("deposit",))),
    "tail_from": (Text("尾款开始时间", "Rest is paid from"), frozenset(("deposit",))),
    "gift": (Text("赠品的商品编号", "Product id of the gift"), frozenset(("gift",))),
    "code": (Text("口令", "Code"), frozenset(("coupon",))),
    "member_levels": (Text("会员等级（逗号隔开）", "Member levels (with commas)"), frozenset(("member_price",))),
}
WHOLE = frozenset(("buy", "get", "max_times", "per_customer"))


def promotions_tab(page: Page, tab: gr.Tab) -> None:
    """Build the tab; call it inside `gr.Blocks`."""
    say = page.say
    editor(
        page, tab, _Sheet(page), title=say("活动", "Promotions"), name=say("活动", "promotion"),
        hint=say(
            "时间按店铺所在时区。到点自动开始和结束，客服和主播下一句话就按新的说。",
            "Times are on the shop's clock. An offer begins and ends by itself; the next sentence already knows.",
        ),
    )  # fmt: skip


class _Sheet:
    kind: Kind = "promotions"
    prefix = "promo"

    def __init__(self, page: Page) -> None:
        self._page = page
        self._editing = Editing(page.catalog, page.services.guard)

    def choices(self) -> list[tuple[str, str]]:
        return [
            (f"{one.name(self._page.say.lang)} · {self._state(one)}", one.id) for one in self._page.catalog.offers()
        ]

    def form(self) -> Sequence[Any]:
        say = self._page.say
        with gr.Row():
            zh = gr.Textbox(label=say("名称（中文）", "Name (Chinese)"), max_lines=1, min_width=200)
            en = gr.Textbox(label=say("名称（英文）", "Name (English)"), max_lines=1, min_width=200)
        choices = [(KINDS[kind](say.lang), kind) for kind in get_args(PromotionKind)]
        kind = gr.Dropdown(choices, value="threshold", label=say("种类", "Kind"))
        with gr.Row():
            own = [
                gr.Textbox(label=title(say.lang), max_lines=1, min_width=150, visible="threshold" in kinds)
                for title, kinds in FIELDS.values()
            ]
        with gr.Row():
            starts = gr.Textbox(label=say("开始", "Begins"), placeholder="2026-11-28 00:00", max_lines=1, min_width=150)
            ends = gr.Textbox(label=say("结束", "Ends"), placeholder="2026-12-01", max_lines=1, min_width=150)
        text_zh = gr.Textbox(label=say("规则说明（中文）", "Rule as shoppers read it (Chinese)"), lines=2, max_lines=6)
        text_en = gr.Textbox(label=say("规则说明（英文）", "Rule as shoppers read it (English)"), lines=2, max_lines=6)
        products = gr.Dropdown(
            self._page.products(), multiselect=True, value=[],
            label=say("只有这些商品（空着：看类目）", "Only these products (empty: see categories)"),
        )  # fmt: skip
        categories = gr.Dropdown(
            self._categories(), multiselect=True, value=[], allow_custom_value=True,
            label=say("只有这些类目（空着：全店）", "Only these categories (empty: the whole shop)"),
        )  # fmt: skip
        with gr.Accordion(say("更多限制", "More limits"), open=False), gr.Row():
            limit = gr.Textbox(label=say("每位顾客几单", "Orders per customer"), max_lines=1, min_width=150)
            group = gr.Textbox(
                label=say("互斥组（同组只用一个）", "Group (one of it per order)"), max_lines=1, min_width=150
            )
            stacks = gr.Checkbox(label=say("可与别组叠加", "May be combined with other groups"), value=True)
            first = gr.Checkbox(label=say("只限首单", "First order only"))
        kind.change(lambda chosen: self._shown(chosen), kind, own, show_progress="hidden")
        return zh, en, kind, *own, starts, ends, text_zh, text_en, products, categories, limit, group, stacks, first

    def values(self, row_id: str) -> Sequence[Any]:
        found = next((one for one in self._page.catalog.offers() if one.id == row_id), None)
        one = found or Promotion("", Text(), "threshold")
        own = [
            gr.update(value=self._plain(getattr(one, name)), visible=one.kind in kinds)
            for name, (_, kinds) in FIELDS.items()
        ]
        return (
            one.name.zh, one.name.en, one.kind, *own, self._plain(one.starts), self._plain(one.ends), one.text.zh,
            one.text.en, gr.update(value=list(one.products), choices=self._page.products()),
            gr.update(value=list(one.categories), choices=self._categories()), self._plain(one.per_customer),
            one.group, one.stacks, one.first_order,
        )  # fmt: skip

    def document(self, row_id: str, values: Sequence[Any]) -> Mapping[str, Any]:
        zh, en, kind, *rest = values
        own, (starts, ends, text_zh, text_en, products, categories, limit, group, stacks, first) = (
            rest[: len(FIELDS)],
            rest[len(FIELDS) :],
        )
        given: dict[str, Any] = {
            name: value.strip()
            for (name, (_, kinds)), value in zip(FIELDS.items(), own, strict=True)
            if kind in kinds and value and value.strip()
        }
        given |= {
            name: text.strip() for name, text in (("per_customer", limit), ("group", group)) if (text or "").strip()
        }
        given |= {name: at.strip() for name, at in (("starts", starts), ("ends", ends)) if (at or "").strip()}
        for name in WHOLE & given.keys():
            given[name] = int(given[name]) if given[name].isdigit() else given[name]
        if "member_levels" in given:
            given["member_levels"] = [each.strip() for each in given["member_levels"].split(",") if each.strip()]
        kept = next((one for one in self._page.catalog.offers() if one.id == row_id), None)
        return {
            "id": row_id, "name": texts(zh, en), "kind": kind, "text": texts(text_zh, text_en),
            "products": list(products or ()), "categories": list(categories or ()), "stacks": bool(stacks),
            "first_order": bool(first), **({"mix": True} if kept and kept.mix else {}), **given,
        }  # fmt: skip

    def store(self, document: Mapping[str, Any], *, dry_run: bool) -> list[Verdict]:
        return self._editing.promotion(document, dry_run=dry_run)

    def _shown(self, kind: PromotionKind) -> list[Any]:
        return [gr.update(visible=kind in kinds) for _, kinds in FIELDS.values()]

    def _categories(self) -> list[str]:
        lang = self._page.say.lang
        return sorted({product.category(lang) for product in self._page.catalog.products()} - {""})

    def _plain(self, value: Any) -> str:
        match value:
            case None:
                return ""
            case datetime():
                return value.astimezone(self._page.zone).strftime("%Y-%m-%d %H:%M")
            case Decimal():
                return f"{value.normalize():f}"
            case tuple():
                return ", ".join(map(str, value))
        return str(value)

    def _state(self, one: Promotion) -> str:
        say, now = self._page.say, datetime.now(UTC)
        if one.starts and one.starts > now:
            return say(f"{self._page.moment(one.starts)} 开始", f"begins {self._page.moment(one.starts)}")
        if one.ends and one.ends <= now:
            return say("已结束", "over")
        if one.ends:
            return say(f"进行中，到 {self._page.moment(one.ends)}", f"running until {self._page.moment(one.ends)}")
        return say("进行中", "running")

"""The run sheet of a room: what goes on air when, which flash sales there are, and what a person decides now."""

import re
from datetime import UTC, datetime
from html import escape
from typing import Any

import gradio as gr
from starlette.concurrency import run_in_threadpool

from knowledge.model import Promotion
from streaming.control import RoomError
from streaming.records import Records
from streaming.runsheet import Daypart, Plan
from web.console import html
from web.console.page import Page

_HOURS = re.compile(r"\* (?:(\d+)(?:-(\d+))?|\*) \* \* (\S+)")  # a daypart of whole hours, as this page writes it
_SLOT = re.compile(r"(\d{1,2})(?::00)?\s*[-–—~到至]\s*(\d{1,2})(?::00)?")


def runsheet_editor(page: Page, tab: gr.Tab, room: Any) -> None:
    """Build the part; call it inside `gr.Blocks`. `room`: the box with the room's name."""
    say, desk = page.say, Desk(page)
    with gr.Row(equal_height=False):
        with gr.Column(scale=3, min_width=330):
            order = gr.Dropdown(
                page.products(), multiselect=True, value=[],
                label=say("平时的顺序（空着：全部商品轮着讲）", "Usual order (empty: all products in turn)"),
            )  # fmt: skip
            parts = gr.Dataframe(
                headers=[
                    say("星期", "Days"), say("几点到几点", "Hours"),
                    say("商品编号", "Product ids"), say("主播", "Host"),
                ],
                datatype=["str"] * 4, type="array", column_count=(4, "fixed"), row_count=(1, "dynamic"), wrap=True,
                label=say("分时段（先写的先算）", "By time of day (the first that holds counts)"), interactive=True,
            )  # fmt: skip
            gr.Markdown(
                say(
                    "星期写 `1-5`、`6,7` 或 `*`（每天），时间写 `19-22`，商品编号用逗号隔开；主播空着就用开播时选的。",
                    "Days as `1-5`, `6,7` or `*` (all); hours as `19-22`; ids with commas; an empty host is the one "
                    "chosen at the start.",
                )
            )
            said = gr.HTML(padding=False)
            save = gr.Button(say("保存节目单", "Save the run sheet"), variant="primary")
        with gr.Column(scale=2, min_width=330):
            product = gr.Dropdown(page.products(), value=None, label=say("现在", "Right now"))
            with gr.Row():
                show = gr.Button(say("马上讲", "Show it now"), min_width=90)
                pin = gr.Button(say("置顶", "Pin it"), min_width=90)
                unpin = gr.Button(say("取消置顶", "Unpin"), min_width=90)
            with gr.Row():
                following = gr.Button(say("下一件", "Next product"), min_width=90)
                pause = gr.Button(say("暂停", "Pause"), min_width=90)
                resume = gr.Button(say("继续", "Go on"), min_width=90)
            state = gr.HTML(padding=False)
            sales = gr.HTML(padding=False)
    for button, what in (
        (show, "show"), (pin, "pin"), (unpin, "unpin"), (following, "next"), (pause, "pause"), (resume, "resume"),
    ):  # fmt: skip
        button.click(desk.decide(what), [room, product], state)
    save.click(desk.save, [room, order, parts], said)
    shown = [order, parts, product, sales, said]
    room.change(desk.opened, room, shown, show_progress="hidden")
    tab.select(desk.opened, room, shown, show_progress="hidden")


class Desk:
    """What the buttons do."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def opened(self, room: str) -> tuple[Any, ...]:
        """The run sheet as it is kept, and the flash sales there are."""
        return await run_in_threadpool(self._opened, room)

    def _opened(self, room: str) -> tuple[Any, ...]:
        products = self._page.products()
        try:
            plan = Plan.from_json(Records(self._page.catalog.store, room or "").plan())
        except ValueError as error:
            return gr.skip(), gr.skip(), gr.skip(), self.sales(), html.note(str(error))
        rows = [row_of(each) for each in plan.dayparts] or [["", "", "", ""]]
        known = {product_id for _, product_id in products}
        order = [each for each in plan.products if each in known]
        return gr.update(choices=products, value=order), rows, gr.update(choices=products), self.sales(), ""

    async def save(self, request: gr.Request, room: str, order: list[str] | None, rows: list[list[Any]]) -> str:
        say = self._page.say
        try:
            dayparts = [part for row in rows if any(str(cell or "").strip() for cell in row) for part in [part_of(row)]]
        except ValueError as error:
            return html.note(
                say(f"这一行时段看不懂：{error}。星期如 1-5，时间如 19-22。",
                    f"This daypart cannot be read: {error}. Days as 1-5, hours as 19-22.")
            )  # fmt: skip
        unknown = [each for part in dayparts for each in part.products if self._page.catalog.product(each) is None]
        if unknown:
            return html.note(say(f"没有这件商品：{escape(unknown[0])}。", f"There is no product {escape(unknown[0])}."))
        records = Records(self._page.catalog.store, room or "")
        kept = await run_in_threadpool(records.plan)
        plan = {**kept, **Plan(tuple(order or ()), dayparts=tuple(dayparts)).to_json()}
        plan |= {name: kept[name] for name in ("weights", "margins") if name in kept}  # the API's
        supervisor = self._page.services.supervisor
        if supervisor.known(room) and supervisor.view(room)["state"] == "on_air":
            try:
                await self._page.services.room_client(room).direct("plan", plan=plan)
            except RoomError as error:
                return html.note(escape(str(error)))
        else:
            await run_in_threadpool(records.save_plan, plan)
        await run_in_threadpool(self._page.record, request, "room plan", room)
        done = say("已保存，从下一件商品起生效。", "Saved; it holds from the next product on.")
        return html.note(done, "good")

    def decide(self, what: str) -> Any:
        """What one of the buttons does."""

        async def pressed(request: gr.Request, room: str, product_id: str | None) -> str:
            say = self._page.say
            if what in ("show", "pin") and not product_id:
                return html.note(say("先选一件商品。", "Choose a product first."))
            try:
                stands = await self._page.services.room_client(room).direct(what, product_id=product_id or "")
            except RoomError as error:
                supervisor = self._page.services.supervisor
                on_air = supervisor.known(room) and supervisor.view(room)["state"] == "on_air"
                off = say(f"直播间 {room} 没有在播，先开播。", f"Room {room} is not on air; start it first.")
                return html.note(escape(str(error) if on_air else off))
            await run_in_threadpool(self._page.record, request, f"room {what}", room)
            return self._stands(stands)

        return pressed

    def _stands(self, stands: dict[str, Any]) -> str:
        say = self._page.say
        words = [say("已暂停：说完这句就停", "Paused after this sentence")] if stands.get("paused") else []
        if pinned := stands.get("pinned"):
            words.append(say(f"置顶：{self._page.title(pinned)}", f"Pinned: {self._page.title(pinned)}"))
        return html.note(escape(" · ".join(words) or say("照节目单讲", "By the run sheet")), "good")

    def sales(self) -> str:
        """Offers with a time that are for single products: they come on air by themselves and are counted down."""
        say, now = self._page.say, datetime.now(UTC)
        mine = [
            each for each in self._page.catalog.offers() if each.products and (each.ends is None or each.ends > now)
        ]
        timed = sorted(
            (each for each in mine if each.ends or each.starts), key=lambda each: each.starts or each.ends or now
        )
        rows = [self._sale(each, now) for each in timed[:12]]
        title = say(
            "限时抢购（到点自动上，画面倒计时）", "Flash sales (on air by themselves, counted down on the picture)"
        )
        none = say("没有。在“活动”里给单件商品加一个有起止时间的优惠。",
                   "None. Add an offer with a beginning and an end for a product under Promotions.")  # fmt: skip
        heads = (say("优惠", "Offer"), say("商品", "Product"), say("从", "From"), say("到", "Until"))
        return html.card(title, html.table(heads, rows) if rows else f'<p class="hint">{none}</p>')

    def _sale(self, sale: Promotion, now: datetime) -> list[str]:
        say, page = self._page.say, self._page
        begun = sale.starts is None or sale.starts <= now
        starts = say("进行中", "running") if begun else page.moment(sale.starts or now)
        names = say("、", ", ").join(page.title(each) for each in sale.products[:3])
        cells = (sale.name(say.lang), names, starts, page.moment(sale.ends) if sale.ends else "—")
        return [
            f"<span class='zb-{'long' if at < 2 else 'short'}'>{escape(cell)}</span>" for at, cell in enumerate(cells)
        ]


def row_of(part: Daypart) -> list[str]:
    """A daypart as a row of the table; one that is not of whole hours stands in the first cell as it is."""
    found = _HOURS.fullmatch(part.when)
    names = ", ".join(part.products)
    if found is None:
        return [part.when, "", names, part.persona]
    first, last, days = found.groups()
    hours = "" if first is None else f"{first}-{int(last or first) + 1}"
    return [days, hours, names, part.persona]


def part_of(row: list[Any]) -> Daypart:
    """The daypart that a row means. Raises ValueError with what cannot be read."""
    days, hours, names, persona = (str(cell or "").strip() for cell in (*row, "", "", "", "")[:4])
    products = tuple(each for each in re.split(r"[\s,，、]+", names) if each)
    if not products:
        raise ValueError("names no product")
    if " " in days:  # as cron has it
        return Daypart(days, products, persona)
    when = "*"
    if hours:
        found = _SLOT.fullmatch(hours)
        if found is None or not 0 <= int(found[1]) < int(found[2]) <= 24:
            raise ValueError(hours)
        when = f"{int(found[1])}-{int(found[2]) - 1}"
    return Daypart(f"* {when} * * {days.replace('，', ',') or '*'}", products, persona)

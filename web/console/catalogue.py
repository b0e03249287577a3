"""Taking in files, with every column's meaning shown and open to correction, and the products as they stand."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import gradio as gr

from knowledge.ingest.reasons import in_chinese
from knowledge.ingest.report import IngestError
from knowledge.model import Product, Text
from web.api.catalogue import safe_name
from web.console import html
from web.console.page import Page
from web.console.say import Say
from web.intake import report_json
from web.present import money, picture_url

SHOWN = 60
COLUMNS_SHOWN = 80
ROWS_SHOWN = 200
FIELDS = {
    "title": Text("商品名称", "Title"), "title.zh": Text("商品名称（中文）", "Title (Chinese)"),
    "title.en": Text("商品名称（英文）", "Title (English)"), "id": Text("商品编号", "Product id"),
    "group": Text("款号（多行同款）", "Group (rows of one product)"), "sku": Text("规格编码", "SKU"),
    "price": Text("售价", "Price"), "price.cents": Text("售价（分）", "Price in cents"),
    "list_price": Text("原价", "List price"), "list_price.cents": Text("原价（分）", "List price in cents"),
    "sale_dates": Text("促销时间", "Sale dates"), "currency": Text("币种", "Currency"), "stock": Text("库存", "Stock"),
    "unit": Text("单位", "Unit"), "on_sale": Text("是否在售", "On sale"), "category": Text("类目", "Category"),
    "brand": Text("品牌", "Brand"), "brief": Text("卖点", "Selling point"),
    "description": Text("描述", "Description"), "option": Text("规格（颜色、尺码）", "Option (colour, size)"),
    "option_name": Text("规格名", "Option name"), "option_value": Text("规格值", "Option value"),
    "pictures": Text("图片", "Pictures"), "tags": Text("标签", "Tags"), "attribute": Text("普通属性", "Attribute"),
    "attributes": Text("属性列表", "List of attributes"), "variants": Text("规格列表", "List of variants"),
    "ignore": Text("不用", "Not used"),
}  # fmt: skip
STEPS = {
    "look": Text("看文件", "Looking"),
    "read": Text("读取", "Reading"),
    "compare": Text("比较", "Comparing"),
    "store": Text("保存", "Storing"),
    "vectors": Text("建检索", "Indexing"),
}


def catalogue_tab(page: Page, tab: gr.Tab) -> None:
    """Build the tab; call it inside `gr.Blocks`."""
    say, desk = page.say, Desk(page)
    found, fixed, signature = gr.State([]), gr.State({}), gr.State("")
    with gr.Row(equal_height=False):
        with gr.Column(scale=2, min_width=320):
            gr.Markdown(
                say(
                    "### 导入\n商品表（CSV、XLSX、JSON、XML、网页）、说明书、问答和政策（PDF、DOCX、Markdown）。"
                    "先预览，再导入。",
                    "### Take in\nProduct tables (CSV, XLSX, JSON, XML, web pages), manuals, questions and policies "
                    "(PDF, DOCX, Markdown). Preview what each column is taken for, then import.",
                )
            )
            upload = gr.File(label=say("文件", "File"), type="filepath", height=130)
            with gr.Accordion(say("更多选项", "More options"), open=False):
                products = gr.Textbox(
                    label=say("说明书讲的商品", "Products a manual is about"),
                    placeholder=say("编号，用逗号隔开；文件名或标题里有就不用填", "ids, with commas between"),
                    max_lines=1,
                )
                replace = gr.Checkbox(
                    label=say("删除同名文件上次有、这次没有的商品", "Remove what a file of this name no longer has")
                )
            with gr.Row():
                preview = gr.Button(say("预览", "Preview"), min_width=110)
                take = gr.Button(say("导入", "Import"), variant="primary", min_width=110)
            outcome = gr.HTML(padding=False)
        with gr.Column(scale=3, min_width=330):
            _mapping_rows(page, found, fixed)
            forget = gr.Button(
                say("忘记对这种文件的更正，重新猜", "Forget the corrections for such files"), size="sm", visible=False
            )
    search = gr.Textbox(
        label=say("查找商品", "Find products"), max_lines=1,
        placeholder=say("两百以内的防滑鞋", "non-slip shoes under 200"),
    )  # fmt: skip
    table = gr.HTML(desk.look(""), padding=False)
    given = [upload, products, replace, fixed]
    told = [found, fixed, signature, forget, outcome, table]
    preview.click(desk.preview, given, told)
    take.click(desk.take, given, told)
    forget.click(desk.forget, [signature, *given], told)
    upload.change(lambda: ([], {}, "", gr.update(visible=False), "", gr.skip()), None, told)
    search.submit(desk.look, search, table)
    page.fresh(desk.look, search, table, tab)


def _mapping_rows(page: Page, found: gr.State, fixed: gr.State) -> None:
    """A line a column: its name and samples, how sure the guess is, and a list to choose another meaning from."""
    say = page.say
    choices = [(title(say.lang), name) for name, title in FIELDS.items()]

    def rows(guesses: Sequence[Mapping[str, Any]]) -> None:
        if not guesses:
            gr.HTML(
                html.empty(
                    say(
                        "选一个文件，点“预览”：这里显示每一列被当作什么，不对就改。",
                        "Choose a file and press Preview: what each column is taken for shows here, to be corrected.",
                    )
                ),
                padding=False,
            )
            return
        gr.Markdown(
            say(
                "**每一列被当作什么**，不对就改；改过的会记住。",
                "**What the columns are.** Correct what is wrong; it is remembered.",
            )
        )
        with gr.Column(elem_classes="zb-mapping"):
            for guess in guesses[:COLUMNS_SHOWN]:
                with gr.Row(elem_classes="zb-map-row"):
                    gr.HTML(mapping_row(say, guess), padding=False, min_height=0)
                    choice = gr.Dropdown(
                        choices,
                        value=guess["field"] or "ignore",
                        label=guess["column"],
                        show_label=False,
                        container=False,
                        interactive=True,
                        min_width=220,
                    )

                def choose(field: str, chosen: dict[str, str], column: str = guess["column"]) -> dict[str, str]:
                    return {**chosen, column: field}

                choice.input(choose, [choice, fixed], fixed, show_progress="hidden")

    gr.render(inputs=[found])(rows)


class Desk:
    """What the buttons do."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._catalog = page.catalog
        self._say = page.say

    def look(self, query: str | None) -> str:
        """The products, or those found for `query`."""
        everything = self._catalog.products()
        if query and query.strip():
            found = [hit.product for hit in self._catalog.search(query, limit=SHOWN).hits]
        else:
            found = list(everything[:SHOWN])
        return product_table(self._say, found, len(everything))

    def preview(
        self,
        path: str | None,
        products: str,
        replace: bool,
        fixed: dict[str, str],
        progress: Any = gr.Progress(),  # noqa: B008
    ) -> tuple[Any, ...]:
        return self._read(path, products, replace, fixed, progress)

    def take(
        self,
        request: gr.Request,
        path: str | None,
        products: str,
        replace: bool,
        fixed: dict[str, str],
        progress: Any = gr.Progress(),  # noqa: B008
    ) -> tuple[Any, ...]:
        return self._read(path, products, replace, fixed, progress, request)

    def forget(
        self,
        request: gr.Request,
        signature: str,
        path: str | None,
        products: str | None,
        replace: bool | None,
        fixed: dict[str, str],
    ) -> tuple[Any, ...]:
        if self._catalog.forget_mapping(signature):
            self._page.record(request, "catalogue forget", signature)
        return self._read(path, products, replace, {}, lambda *_args, **_more: None)

    def _read(
        self,
        path: str | None,
        products: str | None,
        replace: bool | None,
        fixed: dict[str, str],
        progress: Any,
        request: gr.Request | None = None,
    ) -> tuple[Any, ...]:
        """Take it in for whoever asks; without `request` only look at it."""
        dry_run = request is None
        if not path:
            raise gr.Error(self._say("请先选择一个文件。", "Please choose a file first."), print_exception=False)

        def tell(step: str, done: int, total: int | None) -> None:
            title = STEPS[step](self._say.lang) if step in STEPS else step
            progress((done, total), desc=title, unit="")

        file = Path(path)
        try:
            taken = self._catalog.ingest(
                file,
                self._mapping(fixed),
                dry_run=dry_run,
                replace=bool(replace),
                products=[name for part in (products or "").split(",") if (name := part.strip())],
                progress=tell,
            )
        except IngestError as error:
            chinese = in_chinese(str(error))
            said = html.note(self._say(f"{chinese}。" if chinese else "", "") or f"{safe_name(file.name)}: {error}")
            return gr.skip(), gr.skip(), gr.skip(), gr.skip(), said, self.look("")
        if request is not None:
            self._page.record(request, "catalogue import", safe_name(file.name))
        shown = report_json(taken)
        kept = fixed if dry_run else {}
        forget = gr.update(visible=bool(taken.signature))
        return (
            shown["mapping"],
            kept,
            taken.signature,
            forget,
            report(self._say, shown, dry_run=dry_run),
            self.look(""),
        )

    def _mapping(self, fixed: Mapping[str, str]) -> dict[str, str] | None:
        return dict(fixed) or None


def product_table(say: Say, products: Sequence[Product], total: int) -> str:
    if not total:
        return html.empty(say("还没有商品。先在上面导入一个文件。", "No products yet. Import a file above."))
    if not products:
        return html.empty(say("没有找到这样的商品。", "No product like this was found."))
    heads = (
        say("图", "Picture"), say("商品", "Product"), say("类目", "Category"), say("价格", "Price"),
        say("库存", "Stock"), say("属性", "Attributes"), say("来源", "Source"),
    )  # fmt: skip
    note = say(f"{len(products)} / {total} 件", f"{len(products)} of {total} products")
    rows = (_product_row(say, product) for product in products)
    return f'<div class="zb zb-table"><p>{note}</p>{html.table(heads, rows, numbers=(3, 4, 5))}</div>'


def _product_row(say: Say, product: Product) -> list[str]:
    picture = product.pictures[0] if product.pictures else ""
    was = f"<s>{money(product.list_price)}</s>" if product.list_price else ""
    stock = "—" if product.stock is None else str(product.stock)
    other = product.title.en if say.lang == "zh" else product.title.zh
    return [
        f'<img src="{escape(picture_url(picture))}" alt="" loading="lazy">' if picture else "",
        f'<a href="/product/{escape(product.id)}" target="_blank">{escape(product.title(say.lang))}</a>'
        f"<small>{escape(other)}</small>",
        escape(product.category(say.lang)),
        f"<b>{money(product.price) or '—'}</b> {was}",
        f'<span class="low">{say("售罄", "Sold out")}</span>' if product.stock == 0 else stock,
        str(len(product.attributes)),
        f"<small>{escape(product.source)} · v{product.version}</small>",
    ]


def report(say: Say, found: Mapping[str, Any], *, dry_run: bool) -> str:
    """What an import did, or would do."""
    figures = {
        say("读到", "Read"): found["read"], say("新增", "New"): found["added"],
        say("变动", "Changed"): found["changed"], say("不变", "Same"): found["unchanged"],
        say("拒绝", "Refused"): found["refused_count"],
    }  # fmt: skip
    more = {"joined": ("合并", "Joined"), "left_out": ("停售", "Off sale"), "removed": ("删除", "Removed")}
    figures |= {say(*title): found[name] for name, title in more.items() if found[name]}
    title = say("预览：什么都没有改", "Preview: nothing was changed") if dry_run else say("已导入", "Taken in")
    download = ""
    if found["refused_file"]:
        address = f"/api/catalogue/refused/{quote(found['refused_file'])}"
        words = say("下载被拒的行，改好再导入", "Download the refused rows, mend them and import again")
        download = f'<p><a class="zb-download" href="{address}" download>{words} ↓</a></p>'
    lists = _rows(say, say("拒绝", "Refused"), found["refused"], found["refused_count"], download)
    lists += _rows(say, say("提醒", "Warnings"), found["warnings"], len(found["warnings"]))
    return f'<div class="zb zb-report"><h3>{title}</h3>{html.chips(figures)}{lists}</div>'


def _rows(say: Say, title: str, rows: Sequence[Mapping[str, str]], count: int, more: str = "") -> str:
    if not rows:
        return ""
    lines = [
        f"<li><code>{escape(row['row'])}</code> {escape(say(row['reason_zh'], '') or row['reason'])}</li>"
        for row in rows[:ROWS_SHOWN]
    ]
    if count > ROWS_SHOWN:
        lines.append(f"<li>… {count - ROWS_SHOWN}</li>")
    return f"<details open><summary>{title} {count}</summary><ul>{''.join(lines)}</ul>{more}</details>"


def mapping_row(say: Say, guess: Mapping[str, Any]) -> str:
    """A column: its name, what stands in it, and how sure the guess is."""
    sure = float(guess["confidence"])
    level = "high" if sure >= 0.8 else "middle" if sure >= 0.5 else "low"
    samples = " · ".join(escape(sample) for sample in guess["samples"]) or "—"
    table = f"<em>{escape(guess['table'])}</em>" if guess["table"] else ""
    known = {"given": say("已更正", "corrected"), "remembered": say("已记住", "remembered")}
    said = known.get(guess["reason"], f"{sure:.0%}")
    return (
        f'<div class="zb zb-column"><b>{escape(guess["column"])}{table}</b><small>{samples}</small>'
        f'<i class="sure {level}">{said}</i></div>'
    )

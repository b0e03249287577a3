"""The catalogue in the console: taking in files, with every column's meaning shown and open to correction."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from knowledge.ingest.reasons import in_chinese
from knowledge.ingest.report import IngestError
from web import consolehtml as view
from web.api.catalogue import safe_name
from web.intake import report_json
from web.services import Running

SHOWN = 60
COLUMNS_SHOWN = 80
FIELDS = {
    "title": "商品名称", "title.zh": "商品名称（中文）", "title.en": "商品名称（英文）", "id": "商品编号",
    "group": "款号（多行同款）", "sku": "规格编码", "price": "售价", "price.cents": "售价（分）", "list_price": "原价",
    "list_price.cents": "原价（分）", "sale_dates": "促销时间", "currency": "币种", "stock": "库存", "unit": "单位",
    "on_sale": "是否在售", "category": "类目", "brand": "品牌", "brief": "卖点", "description": "描述",
    "option": "规格（颜色、尺码）", "option_name": "规格名", "option_value": "规格值", "pictures": "图片",
    "tags": "标签", "attribute": "普通属性", "attributes": "属性列表", "variants": "规格列表", "ignore": "不用",
}  # fmt: skip
CHOICES = [(f"{title} · {name}", name) for name, title in FIELDS.items()]
STEPS = {
    "look": "看 looking",
    "read": "读 reading",
    "compare": "比 comparing",
    "store": "存 storing",
    "vectors": "检索 indexing",
}
HINT = """### 导入 · Take in
商品表（CSV、XLSX、JSON、XML、网页）、说明书、问答和政策（PDF、DOCX、Markdown）。先预览，再导入。
Preview first: see what each column is taken for, then import."""


def catalogue_tab(running: Running) -> None:
    """Build the tab; call it inside `gr.Blocks`."""
    desk = _Desk(running)
    found, fixed, signature = gr.State([]), gr.State({}), gr.State("")
    with gr.Row(equal_height=False):
        with gr.Column(scale=2, min_width=320):
            gr.Markdown(HINT)
            upload = gr.File(label="文件 · File", type="filepath", height=130)
            with gr.Accordion("更多选项 · More options", open=False):
                products = gr.Textbox(
                    label="说明书讲的商品 · Products a manual is about",
                    placeholder="编号，用逗号隔开；文件名或标题里有就不用填 · ids, with commas between",
                    max_lines=1,
                )
                replace = gr.Checkbox(
                    label="删除同名文件上次有、这次没有的商品", info="Remove what this file no longer has"
                )
            with gr.Row():
                preview = gr.Button("预览 Preview", min_width=120)
                take = gr.Button("导入 Import", variant="primary", min_width=120)
            outcome = gr.HTML(padding=False)
        with gr.Column(scale=3, min_width=360):
            _mapping_rows(found, fixed)
            forget = gr.Button("忘记对这种文件的更正，重新猜 · Forget the corrections", size="sm", visible=False)
    search = gr.Textbox(label="查找 · Find", placeholder="两百以内的防滑鞋 · non-slip shoes under 200", max_lines=1)
    table = gr.HTML(desk.look(""), padding=False)
    given = [upload, products, replace, fixed]
    told = [found, fixed, signature, forget, outcome, table]
    preview.click(desk.preview, given, told)
    take.click(desk.take, given, told)
    forget.click(desk.forget, [signature, *given], told)
    upload.change(lambda: ([], {}, "", gr.update(visible=False), "", gr.skip()), None, told)
    search.submit(desk.look, search, table)


def _mapping_rows(found: gr.State, fixed: gr.State) -> None:
    """A line a column: its name and samples, how sure the guess is, and a list to choose another meaning from."""

    def rows(guesses: Sequence[Mapping[str, Any]]) -> None:
        if not guesses:
            return
        gr.Markdown(
            "**每一列被当作什么**，不对就改；改过的会记住。 · What the columns are; corrections are remembered."
        )
        with gr.Column(elem_classes="zb-mapping"):
            for guess in guesses[:COLUMNS_SHOWN]:
                with gr.Row(elem_classes="zb-map-row"):
                    gr.HTML(view.mapping_row(guess), padding=False, min_height=0)
                    choice = gr.Dropdown(
                        CHOICES,
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


class _Desk:
    """What the buttons do."""

    def __init__(self, running: Running) -> None:
        self._catalog = running.services.catalog

    def look(self, query: str) -> str:
        """The products, or those found for `query`."""
        everything = self._catalog.products()
        if query.strip():
            found = [hit.product for hit in self._catalog.search(query, limit=SHOWN).hits]
        else:
            found = list(everything[:SHOWN])
        return view.product_table(found, len(everything))

    def preview(
        self,
        path: str | None,
        products: str,
        replace: bool,
        fixed: dict[str, str],
        progress: Any = gr.Progress(),  # noqa: B008
    ) -> tuple[Any, ...]:
        return self._read(path, products, replace, fixed, progress, dry_run=True)

    def take(
        self,
        path: str | None,
        products: str,
        replace: bool,
        fixed: dict[str, str],
        progress: Any = gr.Progress(),  # noqa: B008
    ) -> tuple[Any, ...]:
        return self._read(path, products, replace, fixed, progress, dry_run=False)

    def forget(
        self, signature: str, path: str | None, products: str | None, replace: bool | None, fixed: dict[str, str]
    ) -> tuple[Any, ...]:
        self._catalog.forget_mapping(signature)
        return self._read(path, products, replace, {}, lambda *_args, **_more: None, dry_run=True)

    def _read(
        self,
        path: str | None,
        products: str | None,
        replace: bool | None,
        fixed: dict[str, str],
        progress: Any,
        *,
        dry_run: bool,
    ) -> tuple[Any, ...]:
        if not path:
            raise gr.Error("请先选择一个文件。Please choose a file first.")

        def tell(step: str, done: int, total: int | None) -> None:
            progress((done, total), desc=STEPS.get(step, step), unit="")

        file = Path(path)
        try:
            report = self._catalog.ingest(
                file,
                self._mapping(fixed),
                dry_run=dry_run,
                replace=bool(replace),
                products=[name for part in (products or "").split(",") if (name := part.strip())],
                progress=tell,
            )
        except IngestError as error:
            chinese = in_chinese(str(error))
            said = view.note(f"{chinese}。 {error}" if chinese else f"{safe_name(file.name)}: {error}")
            return gr.skip(), gr.skip(), gr.skip(), gr.skip(), said, self.look("")
        shown = report_json(report)
        kept = fixed if dry_run else {}
        forget = gr.update(visible=bool(report.signature))
        return shown["mapping"], kept, report.signature, forget, view.report(shown, dry_run=dry_run), self.look("")

    def _mapping(self, fixed: Mapping[str, str]) -> dict[str, str] | None:
        return dict(fixed) or None

"""`zhibo ingest`: what the columns are taken for, how far it is, and what became of the rows."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from knowledge.catalog import Catalog
from knowledge.ingest.reasons import in_chinese
from knowledge.ingest.report import FieldGuess, IngestError, IngestReport
from knowledge.ingest.report import Progress as Tell
from web.commands import print_json
from web.intake import report_json
from web.log import configure_logging
from web.settings import Settings
from web.wiring import open_catalog

ROWS_SHOWN = 20
NAME_SHOWN = 34  # cells of the terminal that a column's name takes at most
STEPS = {
    "look": "看 looking",
    "read": "读 reading",
    "compare": "比 comparing",
    "store": "存 storing",
    "vectors": "检索 indexing",
}
KINDS = {
    "products": "商品 products", "faqs": "问答 questions", "policies": "政策 policies",
    "passages": "说明书段落 passages", "shop": "店铺 shop",
}  # fmt: skip
IGNORED = "— 不用 ignored"


@dataclass(frozen=True, slots=True)
class IngestPlan:
    """What the command line asked for; see `Catalog.ingest`."""

    files: Sequence[Path]
    mapping: Path | None = None
    dry_run: bool = False
    refused: Path | None = None
    replace: bool = False
    products: tuple[str, ...] = ()
    forget: bool = False
    as_json: bool = False


def run_ingest(settings: Settings, plan: IngestPlan) -> bool:
    """Whether every file could be read; refused rows are reported and are no failure."""
    configure_logging("error")
    catalog = open_catalog(settings)
    console, reports, fine = Console(), [], True
    try:
        for number, path in enumerate(plan.files):
            try:
                report = _taken_in(catalog, plan, path, _refused_file(plan, number))
            except IngestError as error:
                fine = False
                reports.append({"file": str(path), "error": str(error)})
                if not plan.as_json:
                    console.print(Text.assemble(("✗ ", "red"), _both(path.name, str(error))))
                continue
            reports.append({"file": str(path), **report_json(report), "refused_file": report.refused_file})
            if not plan.as_json:
                show_report(console, path.name, report, dry_run=plan.dry_run)
    finally:
        catalog.close()
    if plan.as_json:
        print_json({"dry_run": plan.dry_run, "reports": reports})
    return fine


def _both(name: str, error: str) -> str:
    chinese = in_chinese(error)
    said = f"{chinese}。{error}" if chinese else error
    return said if name in said else f"{name}: {said}"


def _taken_in(catalog: Catalog, plan: IngestPlan, path: Path, refused: Path | None) -> IngestReport:
    with _bar(path.name, shown=not plan.as_json) as tell:
        return catalog.ingest(
            path,
            plan.mapping,
            replace=plan.replace,
            dry_run=plan.dry_run,
            refused=refused,
            products=plan.products,
            forget=plan.forget,
            progress=tell,
        )


def _refused_file(plan: IngestPlan, number: int) -> Path | None:
    """Several files do not share one file of refused rows: their columns differ."""
    if plan.refused is None or number == 0:
        return plan.refused
    return plan.refused.with_stem(f"{plan.refused.stem}-{number + 1}")


@contextmanager
def _bar(name: str, *, shown: bool) -> Iterator[Tell]:
    """A bar on the terminal that vanishes at the end; nothing where the output is no terminal."""
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=32),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not shown or not console.is_terminal,
    ) as progress:
        tasks: dict[str, TaskID] = {}

        def tell(step: str, done: int, total: int | None) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(f"{name} · {STEPS.get(step, step)}", total=total)
            progress.update(tasks[step], completed=done, total=total)

        yield tell


def show_report(console: Console, name: str, report: IngestReport, *, dry_run: bool) -> None:
    kinds = " + ".join(KINDS.get(kind, kind) for kind in report.kind.split("+"))
    head = "试运行，什么都没有改 dry run, nothing was changed" if dry_run else "已导入 taken in"
    console.print(Text.assemble("\n", (name, "bold"), f" · {kinds} · {head}"))
    if report.mapping:
        console.print(_mapping_table(report.mapping, console.width))
    if report.signature:
        console.print(
            "按记住的更正读取；--forget 重新猜。Read by remembered corrections; --forget guesses anew.", style="cyan"
        )
    figures: list[tuple[str, Any]] = [
        ("读 read", report.read), ("新 new", report.added), ("变 changed", report.changed),
        ("同 same", report.unchanged), ("并 joined", report.joined), ("停售 off sale", report.left_out),
        ("删 removed", report.removed), ("拒 refused", report.refused_count),
    ]  # fmt: skip
    always = {"读 read", "新 new", "变 changed", "同 same", "拒 refused"}
    console.print(
        " · ".join(f"{title} {value}" for title, value in figures if value or title in always), highlight=False
    )
    _show_rows(console, "✗", report.refused, report.refused_count, "red")
    _show_rows(console, "!", report.warnings, len(report.warnings), "yellow")
    if report.refused_file:
        console.print(
            Text.assemble(
                ("→ ", "bold"), report.refused_file, ("  改好再导入 put these right and feed them again", "dim")
            )
        )


def _mapping_table(mapping: Sequence[FieldGuess], width: int) -> Table:
    names = min(NAME_SHOWN, max(cell_len(guess.column) for guess in mapping))
    fields = max(14, *(len(guess.field) for guess in mapping))
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("列 column", width=max(10, names), overflow="ellipsis", no_wrap=True)
    table.add_column("当作 taken as", no_wrap=True, width=fields)
    table.add_column("把握 sure", justify="right", no_wrap=True, min_width=9)
    left = width - max(10, names) - fields - 9 - 3 * 2
    table.add_column("样例 samples", overflow="ellipsis", no_wrap=True, max_width=max(12, left))
    before = ""
    for guess in mapping:
        if guess.table != before:
            table.add_row(Text(before := guess.table, style="cyan"))
        style = "green" if guess.confidence >= 0.8 else "yellow" if guess.confidence >= 0.5 else "dim"
        field = Text(guess.field, style="bold") if guess.field else Text(IGNORED, style="dim")
        sure = Text(f"{guess.confidence:.0%}", style=style)
        table.add_row(Text(guess.column), field, sure, Text(" | ".join(guess.samples), style="dim"))
    return table


def _show_rows(console: Console, mark: str, rows: Sequence[tuple[str, str]], count: int, style: str) -> None:
    for row, reason in rows[:ROWS_SHOWN]:
        said = f"{chinese} · {reason}" if (chinese := in_chinese(reason)) else reason
        console.print(f"  {mark} {row}: {said}", style=style, markup=False, highlight=False)
    if count > ROWS_SHOWN:
        console.print(f"  … {count - ROWS_SHOWN} more (--json lists them)", style="dim")

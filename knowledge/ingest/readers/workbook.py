"""Excel and OpenDocument workbooks, old and new, sheet by sheet."""

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from knowledge.ingest.readers.grid import cell_text, grid_rows
from knowledge.ingest.readers.rows import Row, Table
from knowledge.ingest.report import IngestError
from knowledge.ingest.values import same_name

UNPACKED_MB = 1024  # what a workbook may hold unpacked


def workbook_tables(path: Path) -> list[Table]:
    """One table a visible sheet that is not empty. Raises `IngestError` when the file is damaged or locked."""
    from python_calamine import CalamineError, PasswordError, SheetVisibleEnum, load_workbook

    check_unpacked(path)
    try:
        book = load_workbook(path)
        visible = [sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
        sheets = [book.get_sheet_by_name(name) for name in visible]
    except PasswordError as error:
        raise IngestError(f"{path.name} is protected by a password; save it without one") from error
    except (CalamineError, OSError, ValueError) as error:
        raise IngestError(f"{path.name} is damaged or no Excel workbook; save it again as .xlsx") from error
    return [_table(path.name, sheet) for sheet in sheets if sheet.height]


def check_unpacked(path: Path) -> None:
    """Raises `IngestError` when a packed file would unpack to more than `UNPACKED_MB`, or is damaged."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            if file.read(2) == b"PK":
                raise IngestError(f"{path.name} is damaged: its parts cannot be unpacked; save it again")
        return
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise IngestError(f"{path.name} is damaged: its parts cannot be unpacked; save it again") from error
    if size > UNPACKED_MB << 20:
        raise IngestError(f"{path.name} unpacks to more than {UNPACKED_MB} MB; split it into several files")


def _table(file: str, sheet: Any) -> Table:
    name = f"{file}[{sheet.name}]"
    left = sheet.start[1] if sheet.start else 0
    merged = [(top, bottom, column - left) for (top, column), (bottom, _) in sheet.merged_cell_ranges or ()]
    starts = {(top, column): bottom for top, bottom, column in merged if bottom > top}

    def rows() -> Iterator[Row]:
        return grid_rows(name, _filled_down(sheet.iter_rows(), starts))

    return Table(name, rows, is_sheet=True)


def _filled_down(
    rows: Iterator[Sequence[Any]], starts: dict[tuple[int, int], int]
) -> Iterator[tuple[int, Sequence[Any]]]:
    """Numbered rows; what stands in a cell merged over several rows stands in each of them. Stock is left as it is: one
    figure for several rows is their sum, not what each has."""
    running: dict[int, tuple[int, Any]] = {}  # column → last row of the merged cell, its value
    stock: set[int] = set()
    for number, row in enumerate(rows):
        cells = list(row)
        for at, cell in enumerate(cells):
            if isinstance(cell, str) and (same_name(cell) or ("",))[0] == "stock":
                stock.add(at)
        for at, (last, value) in list(running.items()):
            if number > last:
                del running[at]
            elif at < len(cells) and not cell_text(cells[at]).strip():
                cells[at] = value
        if starts:
            for at, cell in enumerate(cells):
                last = starts.get((number, at), -1)
                if last >= 0 and at not in stock and cell_text(cell).strip():
                    running[at] = (last, cell)
        yield number + 1, cells

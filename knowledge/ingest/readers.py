"""Rows out of files, whatever a spreadsheet program made of them."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from charset_normalizer import from_bytes

from knowledge.ingest.report import IngestError
from knowledge.ingest.values import looks_like_amount, looks_like_url, same_name

_SAMPLE = 200_000  # bytes that are looked at to find encoding and separator
_UNPACKED_MB = 1024  # what a workbook may hold unpacked
_HEADER_AMONG = 12  # rows at the top in which the header may stand
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_ENCODINGS = ["utf_8", "gb18030", "big5", "utf_16", "cp1252"]


@dataclass(frozen=True, slots=True)
class Row:
    """`values` by column name, or a nested JSON object; `problem` when the row cannot be read."""

    where: str  # "products.csv:12"
    values: dict[str, Any]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that share their columns: a file, or one sheet of a workbook."""

    name: str
    rows: Iterator[Row]
    is_sheet: bool = False


def read_tables(path: Path, max_mb: int) -> Iterator[Table]:
    """The tables of a file. Raises `IngestError` when it is none."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(_SAMPLE)
    except OSError as error:
        raise IngestError(f"{path} cannot be read: {error.strerror}") from error
    if size > max_mb * 1024 * 1024:
        raise IngestError(f"{path.name} has {size >> 20} MB, more than {max_mb} MB; split it into several files")
    if not start.strip():
        raise IngestError(f"{path.name} is empty")
    if start.startswith(_OLD_EXCEL):
        raise IngestError(f"{path.name} is an old Excel file; save it as .xlsx or CSV")
    if start.startswith(b"PK"):
        yield from _workbook(path)
        return
    text = _text(path, start)
    stripped = text.lstrip()
    if path.suffix.lower() in (".json", ".jsonl", ".ndjson") or stripped[:1] in ("{", "["):
        yield Table(path.name, _json_rows(path.name, text))
        return
    yield Table(path.name, _csv_rows(path.name, text))


def _text(path: Path, start: bytes) -> str:
    data = path.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    if b"\0" in start:
        raise IngestError(f"{path.name} is not a table: it holds binary data; use CSV, XLSX, JSON or JSONL")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        guess = from_bytes(start, cp_isolation=_ENCODINGS).best()
    if guess is None:
        raise IngestError(f"{path.name} is not text in a known encoding; save it as UTF-8")
    # GB2312 and GBK are parts of GB18030, and files that claim the small set use the large one.
    encoding = "gb18030" if guess.encoding in ("gb2312", "gbk", "gb18030", "hz") else guess.encoding
    return data.decode(encoding, errors="replace")


def _csv_rows(name: str, text: str) -> Iterator[Row]:
    csv.field_size_limit(16 * 1024 * 1024)
    lines = csv.reader(io.StringIO(text), delimiter=_separator(text[:_SAMPLE]))
    head: list[tuple[int, list[str]]] = []
    for cells in lines:
        head.append((lines.line_num, cells))
        if len(head) == _HEADER_AMONG:
            break

    def numbered() -> Iterator[tuple[int, Sequence[Any]]]:
        yield from head
        for cells in lines:
            yield lines.line_num, cells

    place = _header_place([cells for _, cells in head])
    return _grid_rows(name, numbered(), place)


def _separator(sample: str) -> str:
    """The mark that splits the first lines into the same number of cells, at least two."""
    lines = [line for line in sample.split("\n")[:20] if line.strip()]
    marks = (",", "\t", ";", "|", "，")
    return max(
        marks, key=lambda mark: (sum(line.count(mark) > 0 for line in lines), sum(line.count(mark) for line in lines))
    )


def _workbook(path: Path) -> Iterator[Table]:
    from openpyxl import load_workbook  # slow to load, and most processes read no workbook

    try:
        with zipfile.ZipFile(path) as archive:
            if sum(part.file_size for part in archive.infolist()) > _UNPACKED_MB * 1024 * 1024:
                raise IngestError(f"{path.name} unpacks to more than {_UNPACKED_MB} MB; split it into several files")
        book = load_workbook(path, read_only=True, data_only=True)
    except IngestError:
        raise
    except Exception as error:  # openpyxl lets through whatever a damaged part makes of it
        raise IngestError(f"{path.name} is damaged or no Excel workbook; save it again as .xlsx") from error
    try:
        for sheet in book.worksheets:
            name = f"{path.name}[{sheet.title}]"
            try:
                rows = [list(cells) for cells in sheet.iter_rows(values_only=True)]
            except Exception as error:  # as above
                raise IngestError(f"the sheet {sheet.title!r} of {path.name} is damaged; save it again") from error
            if any(_filled(cells) for cells in rows):
                place = _header_place([[_cell(cell) for cell in cells] for cells in rows[:_HEADER_AMONG]])
                grid = ((number, cells) for number, cells in enumerate(rows, 1))
                yield Table(name, _grid_rows(name, grid, place), is_sheet=True)
    finally:
        book.close()


def _header_place(rows: Sequence[Sequence[str]]) -> int | None:
    """Which of the first rows names the columns; None when all of them are data."""
    best: tuple[int, int] | None = None
    for place, cells in enumerate(rows):
        filled = [cell.strip() for cell in cells if cell.strip()]
        if not filled or any(looks_like_amount(cell) or looks_like_url(cell) or len(cell) > 60 for cell in filled):
            continue
        known = sum(bool(same_name(cell)) for cell in filled)
        score = known * 100 + len(filled)
        if (known or len(filled) > 1) and (best is None or score > best[0]):
            best = (score, place)
    return None if best is None else best[1]


def _grid_rows(name: str, grid: Iterator[tuple[int, Sequence[Any]]], place: int | None) -> Iterator[Row]:
    columns: list[str] = []
    for index, (number, cells) in enumerate(grid):
        if place is not None and index < place:
            continue  # a title or notes above the header
        if place is not None and index == place:
            columns = _column_names(cells)
            continue
        if not _filled(cells):
            continue
        if not columns:
            columns = [f"column {at + 1}" for at in range(len(cells))]
        extra = [cell for cell in cells[len(columns) :] if _cell(cell).strip()]
        if extra:
            problem = f"the row has {len(cells)} cells, the header {len(columns)}: a separator inside an unquoted text?"
            yield Row(f"{name}:{number}", {}, problem)
            continue
        yield Row(f"{name}:{number}", {column: cell for column, cell in zip(columns, cells, strict=False) if column})


def _column_names(cells: Sequence[Any]) -> list[str]:
    names: list[str] = []
    for at, cell in enumerate(cells):
        name = " ".join(_cell(cell).split()) or f"column {at + 1}"
        names.append(name if name not in names else f"{name} ({at + 1})")
    while names and re.fullmatch(r"column \d+", names[-1]):
        names.pop()
    return names


def _filled(cells: Sequence[Any]) -> bool:
    return any(_cell(cell).strip() for cell in cells)


def _cell(cell: Any) -> str:
    return "" if cell is None else str(cell)


def _json_rows(name: str, text: str) -> Iterator[Row]:
    """Objects of a JSON list, of the longest list inside a JSON object, or one a line."""
    try:
        document = json.loads(text.removeprefix("\ufeff"))
    except ValueError as error:
        first = text.split("\n", 1)[0].strip()
        if not (first.startswith("{") and first.endswith("}")):
            raise IngestError(f"{name} is not JSON: {error}") from error
        yield from _json_lines(name, text)
        return
    except RecursionError as error:
        raise IngestError(f"{name} is nested too deeply") from error
    items, path = (document, name) if isinstance(document, list) else _longest_list(document, name)
    for number, item in enumerate(items):
        where = f"{path}[{number}]"
        yield (
            Row(where, item)
            if isinstance(item, dict)
            else Row(where, {}, f"expected an object, got {str(item)[:40]!r}")
        )


def _json_lines(name: str, text: str) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        where = f"{name}:{number}"
        try:
            item = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield Row(where, {}, f"this line is not JSON: {error}")
            continue
        yield Row(where, item) if isinstance(item, dict) else Row(where, {}, "expected an object")


def _longest_list(document: Any, name: str) -> tuple[list[Any], str]:
    if not isinstance(document, dict):
        raise IngestError(f"{name} holds no list of products")
    lists = [(len(value), key) for key, value in document.items() if isinstance(value, list)]
    if lists:
        key = max(lists)[1]
        return document[key], f"{name}/{key}"
    inner = [value for value in document.values() if isinstance(value, dict)]
    if inner and len(inner) == len(document):  # {"1001": {…}, "1002": {…}}
        return [{"id": key} | value for key, value in document.items()], name
    return [document], name  # a single product

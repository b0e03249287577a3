"""Rows of cells as rows with columns: finds the header, and what in a sheet is no row of the table."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from knowledge.ingest.readers.rows import Row
from knowledge.ingest.values import looks_like_amount, looks_like_url, same_name

_HEADER_AMONG = 12  # rows at the top in which the header may stand
_TOTALS = frozenset("合计 总计 小计 共计 总数 合计数 total totals grand_total subtotal sum".split())
_NOTE = re.compile(
    r"\s*(?:注|备注|说明|提示|附注|制表|单位|note|remark|\*|※|★|（注|\(注|—|-{2,}|={2,}|\d+[、.]\s)", re.I
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_ODD = "\ufffd"
EXTRA = "extra cell"  # beginning of the names of cells beyond the header's


def grid_rows(name: str, grid: Iterable[tuple[int, Sequence[Any]]]) -> Iterator[Row]:
    """The rows below the header of numbered rows of cells. Titles above it are skipped; totals, headings and notes in
    the table or below it come as rows with `aside`."""
    cells_of = iter(grid)
    head = list(islice(cells_of, _HEADER_AMONG))
    place = _header_place([[cell_text(cell) for cell in cells] for _, cells in head])
    if place is None:
        width = max((len(cells) for _, cells in head), default=0)
        columns = [f"column {at + 1}" for at in range(width)]
    else:
        columns = _column_names(head[place][1])
    names = [column.strip() for column in columns]
    for number, cells in chain(head[0 if place is None else place + 1 :], cells_of):
        filled = [(at, text) for at, cell in enumerate(cells) if (text := cell_text(cell).strip())]
        if not filled:
            continue
        where = f"{name}:{number}"
        if aside := _aside(filled, names):
            yield Row(where, {}, aside=aside)
            continue
        yield _row(where, cells, columns)


def cell_text(cell: Any) -> str:
    return "" if cell is None else str(cell)


def _row(where: str, cells: Sequence[Any], columns: Sequence[str]) -> Row:
    values = {column: cell for column, cell in zip(columns, cells, strict=False) if column}
    extra = [cell for cell in cells[len(columns) :] if cell_text(cell).strip()]
    if extra:
        values |= {f"{EXTRA} {number}": cell for number, cell in enumerate(cells[len(columns) :], 1)}
        problem = f"the row has {len(cells)} cells, the header {len(columns)}: a separator inside an unquoted text?"
        return Row(where, values, problem)
    if any(isinstance(cell, str) and _ODD in cell for cell in cells):
        return Row(where, values, "it holds characters that could not be decoded (�); save the file as UTF-8")
    return Row(where, values)


def _aside(filled: Sequence[tuple[int, str]], columns: Sequence[str]) -> str:
    """Why a row is none of the table's; empty when it is one."""
    first = unicodedata.normalize("NFKC", filled[0][1]).strip(" :：").lower().replace(" ", "_")
    if first in _TOTALS and all(looks_like_amount(text) for _, text in filled[1:]):
        return "a row of totals was left out"
    if len(filled) == sum(map(bool, columns)) > 1 and all(columns[at : at + 1] == [text] for at, text in filled):
        return "the header stands here once more and was left out"
    if len(filled) == 1 and len(columns) >= 3 and _is_note(*filled[0], columns):
        return f"a note or heading was left out: {' '.join(filled[0][1].split())[:40]}"
    return ""


def _is_note(at: int, text: str, columns: Sequence[str]) -> bool:
    if looks_like_amount(text) or looks_like_url(text):
        return False
    if _NOTE.match(text):
        return True
    field = same_name(columns[at]) if at < len(columns) else None
    if field is not None and field[0] == "title":
        return False
    return bool(_HAN.search(text)) or " " in text or len(text) > 24


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


def _column_names(cells: Sequence[Any]) -> list[str]:
    names: list[str] = []
    for at, cell in enumerate(cells):
        name = " ".join(cell_text(cell).split()) or f"column {at + 1}"
        names.append(name if name not in names else f"{name} ({at + 1})")
    while names and re.fullmatch(r"column \d+", names[-1]):
        names.pop()
    return names

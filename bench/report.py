"""What every benchmark shares: one option, one table, one JSON file."""

import argparse
import json
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

Cell = str | int | float | None


def arguments(description: str) -> argparse.ArgumentParser:
    """A parser with `--json FILE`; add what the benchmark needs."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to this file")
    return parser


def report(title: str, rows: Sequence[Mapping[str, Cell]], json_file: Path | None = None, **about: Cell) -> None:
    """Print `rows` (same keys in each) as a table; with `json_file`, write them with what was measured on."""
    table = Table(title=title, title_justify="left")
    for column in rows[0] if rows else ():
        numeric = all(isinstance(row[column], int | float) for row in rows)
        table.add_column(column, justify="right" if numeric else "left")
    for row in rows:
        table.add_row(*(_shown(cell) for cell in row.values()))
    Console().print(table)
    if json_file is not None:
        figures = {
            "benchmark": title,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "python": platform.python_version(),
            "machine": platform.machine(),
            **about,
            "rows": [dict(row) for row in rows],
        }
        json_file.write_text(json.dumps(figures, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _shown(cell: Cell) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return f"{cell:.3f}" if abs(cell) < 10 else f"{cell:,.1f}"
    return str(cell)

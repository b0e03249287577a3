"""What every reader of tables hands on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """`values` by column name, or a nested object. A row with a `problem` cannot be used and is refused for it; one
    with `aside` is none of the table's rows (totals, notes) and is left out for it."""

    where: str  # "products.csv:12"
    values: dict[str, Any]
    problem: str = ""
    aside: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that share their columns: a file, one sheet of a workbook, the pages of a folder. `rows` begins anew with
    every call, so a table can be looked through before it is taken in."""

    name: str
    rows: Callable[[], Iterator[Row]]
    is_sheet: bool = False

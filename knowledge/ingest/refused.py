"""The file of refused rows: the original columns, so that it can be put right and fed again, and why each was
refused."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from knowledge.ingest.guess import flat
from knowledge.ingest.reasons import in_chinese
from knowledge.ingest.stage import Stage

REASON, PLACE = "拒收原因 refused because", "原文件行 row in the original file"


def write_refused(stage: Stage, path: Path) -> int:
    """Write the refused rows as CSV that spreadsheet programs open as it is; returns how many. Nothing is written when
    there are none."""
    columns: dict[str, None] = {}
    count = 0
    for _, _, fields in stage.refused():
        columns |= dict.fromkeys(flat(fields))
        count += 1
    if not count:
        return 0
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow([REASON, PLACE, *columns])
        for place, reason, fields in stage.refused():
            values = flat(fields)
            both = " · ".join(filter(None, (in_chinese(reason), reason)))
            table.writerow([both, place, *(_cell(values.get(column)) for column in columns)])
    part.replace(path)
    return count


def fed_again(values: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """(the row's place in the original file or "", its fields) of a row that may come from a file of refused rows.
    Lists that such a file holds as JSON are lists again."""
    place = values.get(PLACE)
    fields = {name: _value(value) for name, value in values.items() if name not in (REASON, PLACE)}
    return (str(place).strip() if place else "", fields)


def _cell(value: Any) -> str:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value)


def _value(cell: Any) -> Any:
    if isinstance(cell, str) and cell[:1] == "[" and cell.rstrip()[-1:] == "]":
        try:
            return json.loads(cell)
        except (ValueError, RecursionError):
            return cell
    return cell

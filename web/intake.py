"""Taking in a merchant's file: what the API, the console and the command line share."""

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from knowledge.catalog import Catalog
from knowledge.ingest.report import IngestReport


def take_in(catalog: Catalog, path: Path, mapping: Path | Mapping[str, str] | None, *, dry_run: bool) -> IngestReport:
    """Blocking. Raises IngestError when nothing of the file can be used; `dry_run` changes nothing."""
    if not dry_run:
        return catalog.ingest(path, mapping)
    with tempfile.TemporaryDirectory(prefix="zhibo-rehearsal-") as folder:
        rehearsal = Catalog.open(replace(catalog.settings, data_dir=Path(folder), database_url=""))
        try:
            rehearsal.put(catalog.products(), shop=catalog.shop, source="rehearsal")
            return rehearsal.ingest(path, mapping)
        finally:
            rehearsal.close()


def report_json(report: IngestReport) -> dict[str, Any]:
    return {
        "origin": report.origin,
        "read": report.read,
        "added": report.added,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "removed": report.removed,
        "version": report.version,
        "refused": [{"row": row, "reason": reason} for row, reason in report.refused],
        "warnings": [{"row": row, "reason": reason} for row, reason in report.warnings],
        "mapping": [
            {
                "column": guess.column,
                "field": guess.field,
                "confidence": round(guess.confidence, 2),
                "samples": list(guess.samples),
                "reason": guess.reason,
            }
            for guess in report.mapping
        ],
    }

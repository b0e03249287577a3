"""Taking in a merchant's file: what the API, the console and the command line tell about it."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from knowledge.ingest.report import IngestReport


def report_json(report: IngestReport) -> dict[str, Any]:
    """The report as JSON; `refused_file` is the name of the file of refused rows, without its folder."""
    return {
        **asdict(report),
        "refused": [{"row": row, "reason": reason} for row, reason in report.refused],
        "warnings": [{"row": row, "reason": reason} for row, reason in report.warnings],
        "mapping": [asdict(guess) | {"confidence": round(guess.confidence, 2)} for guess in report.mapping],
        "refused_file": Path(report.refused_file).name,
    }

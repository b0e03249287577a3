"""Taking in a merchant's file: what the API, the console and the command line tell about it."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from knowledge.ingest.reasons import in_chinese
from knowledge.ingest.report import IngestReport


def report_json(report: IngestReport) -> dict[str, Any]:
    """The report as JSON; `refused_file` is the name of the file of refused rows, without its folder."""
    return {
        **asdict(report),
        "refused": [_row(*refusal) for refusal in report.refused],
        "warnings": [_row(*warning) for warning in report.warnings],
        "mapping": [asdict(guess) | {"confidence": round(guess.confidence, 2)} for guess in report.mapping],
        "refused_file": Path(report.refused_file).name,
    }


def _row(row: str, reason: str) -> dict[str, str]:
    return {"row": row, "reason": reason, "reason_zh": in_chinese(reason)}

"""What came of taking in a file."""

from dataclasses import dataclass
from typing import NamedTuple


class IngestError(Exception):
    """A whole file cannot be taken in; the message is one sentence that says what to do."""


class Refusal(NamedTuple):
    """One row that was left out."""

    row: str  # file and line: "products.csv:12", "products.xlsx[Sheet1]:7", "products.json[3]"
    reason: str


@dataclass(frozen=True, slots=True)
class FieldGuess:
    """What one column or JSON path of the file is taken for."""

    column: str  # as the file calls it; nested names joined by dots
    field: str  # see knowledge.ingest.guess.FIELDS; "attribute", or "" when it is ignored
    confidence: float  # 0..1; 1.0 when a person said so
    samples: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """Counts are rows: `read` = added + changed + unchanged + refused. Refused rows change nothing that was there."""

    origin: str
    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    refused: tuple[Refusal, ...] = ()
    warnings: tuple[Refusal, ...] = ()  # rows that were taken in, with what is wrong about them
    mapping: tuple[FieldGuess, ...] = ()
    version: int = 0  # of the catalogue afterwards

"""What came of taking in a file."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol


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
    table: str = ""  # which sheet or file of several it is in


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """`read` rows = `joined` + `left_out` + those refused + what they made: added + changed + unchanged. Refused rows
    change nothing that was there."""

    origin: str
    kind: str = "products"  # or "shop", "faqs", "policies", "passages": what the rows are
    read: int = 0
    joined: int = 0  # rows that are a further variant or picture of a product
    left_out: int = 0  # rows of goods that the file says are not on sale
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    refused: tuple[Refusal, ...] = ()  # the first REPORTED of them; the file of refused rows has them all
    refused_count: int = 0
    warnings: tuple[Refusal, ...] = ()  # rows that were taken in, with what is wrong about them; the first REPORTED
    mapping: tuple[FieldGuess, ...] = ()
    signature: str = ""  # of the columns' shape, when a remembered mapping was used: what `forget_mapping` takes
    refused_file: str = ""  # where the refused rows were written; empty when there are none
    version: int = 0  # of the catalogue afterwards


REPORTED = 1_000  # refusals and warnings that a report lists


class Progress(Protocol):
    """Is told how far taking in is: `done` of `total` (None: not known yet) in the step "look", "read",
    "compare", "store" or "vectors"."""

    def __call__(self, step: str, done: int, total: int | None) -> None: ...

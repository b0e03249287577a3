"""Counting what becomes of an intake."""

from dataclasses import dataclass, field

from knowledge.ingest.report import REPORTED, FieldGuess, Refusal


@dataclass
class Tally:
    """What becomes of the rows of one intake, counted and told."""

    read: int = 0
    joined: int = 0
    left_out: int = 0
    refused_count: int = 0
    refused: list[Refusal] = field(default_factory=list)
    warnings: list[Refusal] = field(default_factory=list)
    mapping: list[FieldGuess] = field(default_factory=list)
    signature: str = ""

    def refuse(self, where: str, reason: str) -> None:
        self.refused_count += 1
        if len(self.refused) < REPORTED:
            self.refused.append(Refusal(where, reason))

    def warn(self, where: str, remark: str) -> None:
        if len(self.warnings) < REPORTED:
            self.warnings.append(Refusal(where, remark))

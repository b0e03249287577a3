"""Units and amounts: what `units.yaml` says of the units, and quantities that convert between them."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from typing import Literal

from knowledge.model import Lang
from knowledge.parsing import parsed
from knowledge.text import normalise

Bound = Literal["exact", "about", "under", "most", "over", "least"]  # most, least: the figure itself included


@dataclass(frozen=True, slots=True)
class Unit:
    id: str
    dimension: str
    factor: Decimal  # to the dimension's base unit
    zh: str = ""
    en: str = ""

    def name(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en


NO_UNIT = Unit("", "", Decimal(1))
DATE = Unit("date", "date", Decimal(1))  # values are yyyymmdd, or mmdd when no year was said
GENERATION = Unit("G", "generation", Decimal(1), "G", "G")  # 4G, 5G networks


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount; `low` = `high` unless a range was written. `sides` holds the figures of 40×40×7, else it is empty."""

    low: Decimal
    high: Decimal
    unit: Unit = NO_UNIT
    bound: Bound = "exact"
    sides: tuple[Decimal, ...] = ()
    tolerance: Decimal = Decimal(0)  # ± in `unit`

    @property
    def dimension(self) -> str:
        return self.unit.dimension

    @property
    def approximate(self) -> bool:
        return self.bound == "about"

    def base(self) -> tuple[Decimal, ...]:
        """(low, high), or the sides, in the dimension's base unit."""
        return tuple(self._to_base(value) for value in self.sides or (self.low, self.high))

    def _to_base(self, value: Decimal) -> Decimal:
        return (value - 32) * 5 / 9 if self.unit.id == "f" else value * self.unit.factor

    def to(self, unit: Unit) -> "Quantity":
        """The same amount in another unit of its dimension."""
        if unit.dimension != self.dimension:
            raise ValueError(f"{self.unit.id or 'a bare number'} can't be turned into {unit.id}")

        def turn(value: Decimal) -> Decimal:
            base = self._to_base(value)
            return base * 9 / 5 + 32 if unit.id == "f" else base / unit.factor

        return replace(
            self,
            low=turn(self.low),
            high=turn(self.high),
            unit=unit,
            sides=tuple(turn(side) for side in self.sides),
            tolerance=self.tolerance * self.unit.factor / unit.factor,
        )

    def equals(self, other: "Quantity", *, share: Decimal = Decimal("0.001")) -> bool:
        """Whether both name the same amount; `share` is how far figures in different units may be apart."""
        if self.dimension != other.dimension or len(self.sides) != len(other.sides):
            return False
        if self.unit.id == other.unit.id:
            share = Decimal(0)
        elif self.dimension == "time":
            share = max(share, Decimal("0.02"))  # 30 days and a month, 365 days and a year
        return all(
            a == b or abs(a - b) <= share * max(abs(a), abs(b)) for a, b in zip(self.base(), other.base(), strict=True)
        )


@lru_cache(maxsize=1)
def unit_table() -> tuple[dict[str, Unit], dict[str, Unit], dict[str, tuple[str, ...]]]:
    """Units by id, by name, and the names by first character, longest first."""
    table = parsed((resources.files("knowledge") / "units.yaml").read_text(encoding="utf-8"))
    by_id: dict[str, Unit] = {}
    by_name: dict[str, Unit] = {}
    for dimension, entries in table.items():
        for key, entry in entries.items():
            found = Unit(str(key), dimension, Decimal(str(entry["factor"])), str(entry["zh"]), str(entry["en"]))
            by_id[found.id] = found
            for name in entry["names"]:
                by_name.setdefault(normalise(str(name)).text, found)
    first: dict[str, list[str]] = {}
    for name in by_name:
        first.setdefault(name[0], []).append(name)
    return by_id, by_name, {char: tuple(sorted(names, key=len, reverse=True)) for char, names in first.items()}


@lru_cache(maxsize=64)
def unit_names(dimension: str) -> re.Pattern[str]:
    """Finds any name of a dimension's units in a normalised text; a quick way to see that there is none."""
    _, by_name, _ = unit_table()
    names = sorted((name for name, one in by_name.items() if one.dimension == dimension), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, names)) or r"(?!)")


def unit(name: str) -> Unit | None:
    """The unit with this id or any of its names."""
    by_id, by_name, _ = unit_table()
    return by_id.get(name) or by_name.get(normalise(name.strip()).text)


def known(name: str) -> Unit:
    return unit_table()[0][name]


def energy(charge: Quantity, voltage: Quantity) -> Quantity:
    """The energy of a battery whose voltage is stated, in Wh: mAh × V / 1000. Without a voltage the two don't compare.
    Raises `ValueError` when they are not a charge and a voltage."""
    if charge.dimension != "charge" or voltage.dimension != "voltage":
        raise ValueError(f"{charge.unit.id or 'a bare number'} at {voltage.unit.id or 'a bare number'} is no energy")
    volts = max(voltage.base())
    low, high = (amount * volts / 1000 for amount in charge.base())
    return replace(charge, low=low, high=high, unit=known("wh"), tolerance=Decimal(0))

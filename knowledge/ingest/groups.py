"""Rows that together are one product: a variant a row, pictures in rows of their own, merged cells."""

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from knowledge.ingest.guess import flat
from knowledge.ingest.products import KEYS, ProductMaker, numbered_options, picture_parts
from knowledge.ingest.readers.rows import Row
from knowledge.ingest.sales import Sale
from knowledge.ingest.values import ValueProblem, is_nothing, plain

_ONCE = ("title", "category", "brand", "brief", "description")
_OF_VARIANTS = ("option", "option_value", "sku", "price")
_CODE = re.compile(r"[A-Za-z\d\-]*\d{5,}[A-Za-z\d\-]*")  # of an article or a parcel, not a choice
_VALUES = 6  # of a property that differs between variants, told as a list


@dataclass(frozen=True, slots=True)
class Keyed:
    """A row with its flat fields and the key of its product ("" when it has none)."""

    row: Row
    fields: dict[str, Any]
    key: str


@dataclass(frozen=True, slots=True)
class Merged:
    """Rows as one: the product's own fields, its variants, and the rows that are none of it, each with the reason."""

    fields: Mapping[str, Any]
    variants: Sequence[Mapping[str, Any]] = ()
    rows: Sequence[Row] = ()
    refused: Sequence[tuple[Row, str]] = ()


def keyed(rows: Iterable[Row], maker: ProductMaker) -> Iterator[Keyed]:
    """Rows with their keys. A row without id and title that gives a variant goes on with the product above it, as where
    cells were merged before a sheet became a CSV file."""
    last: Keyed | None = None
    for row in rows:
        fields = flat(row.values)
        key = maker.key(fields)
        goes_on = not key and last is not None and not row.problem
        if goes_on and not _has(fields, maker, _ONCE) and _has(fields, maker, _OF_VARIANTS):
            key = last.key if last is not None else ""
        now = Keyed(row, fields, key)
        last = now if key else None
        yield now


def shared_keys(rows: Iterable[Keyed]) -> dict[int, int]:
    """Keys (hashed, so that a large file needs little memory) that several rows have → how many."""
    once: set[int] = set()
    counts: Counter[int] = Counter()
    for found in rows:
        if not found.key:
            continue
        name = hash(found.key)
        if name in once:
            counts[name] += 1
        once.add(name)
    return {name: more + 1 for name, more in counts.items()}


def grouped(rows: Iterable[Keyed], shared: Mapping[int, int]) -> Iterator[list[Keyed]]:
    """The rows of one product together, wherever they stand; each as soon as its last row has come."""
    waiting: dict[str, list[Keyed]] = {}
    for found in rows:
        times = shared.get(hash(found.key), 1) if found.key else 1
        if times == 1:
            yield [found]
            continue
        group = waiting.setdefault(found.key, [])
        group.append(found)
        if len(group) == times:
            yield waiting.pop(found.key)
    yield from waiting.values()


def merged(group: Sequence[Keyed], maker: ProductMaker) -> Merged:
    """One product of rows that share a key. Raises `ValueProblem` with the reason when one of them is bad: half a
    product would drop its other variants when it is fed again."""
    maker.remarks, maker.one_sale = [], True
    for found in group:
        if found.row.problem:
            raise ValueProblem(found.row.problem + (f" ({found.row.where})" if len(group) > 1 else ""))
    if len(group) == 1:
        return Merged(group[0].fields, rows=[group[0].row])
    ours, refused = _of_one_title(group, maker)
    if len(ours) > 1 and not _differing(ours, maker) and len(_codes(ours, maker)) < 2:
        ours, again = _without_copies(ours, maker)
        refused += again
    if len(ours) == 1:
        return Merged(ours[0].fields, rows=[ours[0].row], refused=refused)
    fields, variants = _joined(ours, maker), variants_of(ours, maker)
    if len(variants) > 1 and any(variant["stock"] is not None for variant in variants):
        for column in maker.columns("stock"):
            fields[column] = None  # each variant has its own
    return Merged(fields, variants, [found.row for found in ours], refused)


def variants_of(ours: Sequence[Keyed], maker: ProductMaker) -> list[dict[str, Any]]:
    """The variants that rows of one product give, as `ProductMaker.make` takes them."""
    chosen = _differing(ours, maker) or [column for column in maker.columns("option") if len(ours) == 1]
    names, variants, sales = _joined(ours, maker), list[dict[str, Any]](), set[Sale]()
    ours = [found for found in ours if _has(found.fields, maker, _OF_VARIANTS)]
    stocked = [found for found in ours if _has(found.fields, maker, ("stock",))]
    sum_of_all = len(ours) > 1 and len(stocked) == 1  # one figure for several rows is not what one of them has
    for found in ours:
        fields = found.fields
        try:
            price, sale = maker.prices(fields)
            list_price = sale.list_price or maker.price(fields, "list_price").amount
        except ValueProblem as problem:
            raise ValueProblem(f"{problem} ({found.row.where})") from None
        sales.add(sale)
        options = {column.rpartition(".")[2]: plain(fields.get(column), 120) for column in chosen}
        options |= dict(numbered_options(maker, fields, names))
        stock = next((fields[column] for column in maker.columns("stock") if not is_nothing(fields.get(column))), None)
        variants.append(
            {
                "sku": _code(fields, maker),
                "price": price.amount,
                "list price": list_price,
                "stock": None if sum_of_all else stock,
                "options": {name: value for name, value in options.items() if not is_nothing(value)},
            }
        )
    maker.one_sale = len(sales) < 2
    return variants


def _of_one_title(group: Sequence[Keyed], maker: ProductMaker) -> tuple[list[Keyed], list[tuple[Row, str]]]:
    """Rows with another name than the first are other products under the same id, unless the id is one of groups."""
    first, ours, refused = group[0], [group[0]], list[tuple[Row, str]]()
    name = _title(first, maker)
    for found in group[1:]:
        other = _title(found, maker)
        if other and name and other != name and not _has(found.fields, maker, ("group",)):
            refused.append(
                (found.row, f"the id {found.key!r} stands already in {first.row.where}, for another product")
            )
        else:
            ours.append(found)
    return ours, refused


def _title(found: Keyed, maker: ProductMaker) -> str:
    columns = [column for suffix in ("", ".zh", ".en") for column in maker.columns("title" + suffix)]
    return "|".join(plain(found.fields.get(column), 300) for column in columns).strip("|")


def _without_copies(ours: Sequence[Keyed], maker: ProductMaker) -> tuple[list[Keyed], list[tuple[Row, str]]]:
    """The first row with those that only bring pictures; the others say nothing that tells them from it."""
    first, kept, refused = ours[0], [ours[0]], list[tuple[Row, str]]()
    pictures = {*maker.columns("pictures"), *(column for name in KEYS for column in maker.columns(name))}
    for found in ours[1:]:
        said = {name: found.fields.get(name) for name in maker.used if not is_nothing(found.fields.get(name))}
        if said.keys() <= pictures and _has(said, maker, ("pictures",)):
            kept.append(found)
        elif all(first.fields.get(name) == value for name, value in said.items()):
            refused.append((found.row, f"it says the same as {first.row.where}"))
        else:
            reason = f"{found.key!r} stands already in {first.row.where}, and no option tells the two apart"
            refused.append((found.row, reason))
    return kept, refused


def _differing(ours: Sequence[Keyed], maker: ProductMaker) -> list[str]:
    """Columns that tell variants apart: options where any differ, else other properties that do."""
    numbered = any(not is_nothing(found.fields.get(name)) for found in ours for name in maker.columns("option_value"))
    for kind in ("option",) if numbered else ("option", "attribute"):
        values = {column: _said(ours, column) for column in maker.columns(kind)}
        if chosen := [name for name, said in values.items() if len(said) > 1 and not all(map(_CODE.fullmatch, said))]:
            return chosen
    return []


def _said(ours: Sequence[Keyed], column: str) -> list[str]:
    texts = (plain(found.fields.get(column), 120) for found in ours)
    return list(dict.fromkeys(text for text in texts if not is_nothing(text)))


def _joined(ours: Sequence[Keyed], maker: ProductMaker) -> dict[str, Any]:
    """Every field as the first row that has it says, the pictures of all rows, and of properties all values: none of
    them holds for every variant."""
    fields: dict[str, Any] = {}
    for found in ours:
        for name, value in found.fields.items():
            if name not in fields or is_nothing(fields[name]):
                fields[name] = value
    for column in maker.columns("pictures"):
        fields[column] = [part for found in ours for part in picture_parts(found.fields.get(column))]
    for column in [*maker.columns("option"), *maker.columns("attribute")]:
        if len(values := _said(ours, column)) > 1:
            told = column in maker.columns("attribute") and len(values) <= _VALUES
            fields[column] = "、".join(values) if told and not all(map(_CODE.fullmatch, values)) else None
    for column in [*maker.columns("sku"), *maker.columns("option_value")]:
        fields[column] = None
    for column in [name for suffix in ("", ".zh", ".en") for name in maker.columns("title" + suffix)]:
        fields[column] = _common(_said(ours, column))
    return fields


def _common(titles: Sequence[str]) -> str:
    """What the names of variants begin with: "Rain jacket" of "Rain jacket – S" and "Rain jacket – M"."""
    if len(titles) < 2:
        return "".join(titles)
    start = os.path.commonprefix(list(titles))
    if start and start[-1].isascii() and start[-1].isalnum():
        whole = all(not title[len(start) : len(start) + 1].isalnum() for title in titles)
        start = start if whole else start.rpartition(" ")[0]
    start = start.strip(" -–—|,，/·:：(（")
    return start if len(start) >= (4 if start.isascii() else 2) else titles[0]


def _codes(ours: Sequence[Keyed], maker: ProductMaker) -> set[str]:
    return {code for found in ours if (code := _code(found.fields, maker))}


def _code(fields: Mapping[str, Any], maker: ProductMaker) -> str:
    """The variant's own code: its sku, or its id where the product's is that of the group."""
    for name in ("sku", "id") if maker.columns("group") else ("sku",):
        for column in maker.columns(name):
            if not is_nothing(fields.get(column)):
                return plain(fields.get(column), 100)
    return ""


def _has(fields: Mapping[str, Any], maker: ProductMaker, names: Iterable[str]) -> bool:
    return any(not is_nothing(fields.get(column)) for name in names for column in maker.columns(name))

"""Tables of rows become products on the stage."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from knowledge.ingest.groups import Keyed, grouped, keyed, merged, shared_keys, variants_of
from knowledge.ingest.guess import flat, guess
from knowledge.ingest.products import ProductMaker, currency_guess
from knowledge.ingest.questions import faq_of, question_columns
from knowledge.ingest.readers.grid import EXTRA
from knowledge.ingest.readers.rows import Row, Table
from knowledge.ingest.refused import fed_again
from knowledge.ingest.remembered import Remembered
from knowledge.ingest.report import FieldGuess, IngestError
from knowledge.ingest.sales import sale_promotion
from knowledge.ingest.stage import Stage
from knowledge.ingest.tally import Tally
from knowledge.ingest.values import ValueProblem, is_nothing, plain, same_name

_SAMPLE_ROWS = 200  # looked at to guess what columns mean
_TICK = 500  # rows between two words about the progress


@dataclass(frozen=True)
class _Plan:
    """A table and what its columns were found to be."""

    table: Table
    columns: Sequence[str]
    sample: Sequence[Mapping[str, Any]]
    mapping: Sequence[FieldGuess]


class TableIntake:
    """Takes in the tables of one source. `recall` gives what is remembered for columns, `progress` is told (rows done,
    rows there are)."""

    def __init__(
        self,
        stage: Stage,
        given: Mapping[str, str],
        recall: Callable[[Sequence[str]], Remembered | None],
        currency: str,
        progress: Callable[[str, int, int | None], None],
    ) -> None:
        self.tally = Tally()
        self.shapes: list[Sequence[str]] = []  # the columns of each table
        self._stage = stage
        self._given = given
        self._recall = recall
        self._currency = currency
        self._progress = progress
        self._several = False  # tables, so that it has to be said which one a column is in

    def take(self, tables: Sequence[Table]) -> None:
        """Raises `IngestError` when a table has no names of products, or a mapping names a column that none has."""
        plans = [self._plan(table) for table in tables]
        plans = [plan for plan in plans if plan.columns]
        if not plans:
            rows = (row for table in tables for row in self._rows(table) if row.problem)
            first = next(rows, None)
            why = "there are no rows in it" if first is None else f"no row can be read; the first: {first.problem}"
            raise IngestError(f"{tables[0].name}: {why}")
        everywhere = {name for plan in plans for name in plan.columns}
        if unknown := next((name for name in self._given if name not in everywhere), None):
            raise IngestError(f"the mapping names {unknown!r}, but the columns are: {', '.join(sorted(everywhere))}")
        for plan in [plan for plan in plans if question_columns(plan.columns) is not None]:
            self._take_questions(plan)
            plans.remove(plan)
        main, side = _with_side(plans)
        self._several = len(plans) > 1
        for plan in main:
            self._check(plan)
            self._take(plan, side.get(id(plan)))

    def _plan(self, table: Table) -> _Plan:
        sample = [
            flat(row.values) for row in islice(self._rows(table), _SAMPLE_ROWS) if not row.problem and not row.aside
        ]
        columns = list(dict.fromkeys(name for row in sample for name in row))
        given = {name: said for name, said in self._given.items() if name in columns}
        self.shapes.append(columns)
        kept = self._recall(columns) if columns else None
        if kept is not None:
            self.tally.signature = kept.signature
        return _Plan(table, columns, sample, guess(sample, given, kept.mapping if kept is not None else None))

    def _check(self, plan: _Plan) -> None:
        if not any(found.field.partition(".")[0] == "title" for found in plan.mapping):
            raise IngestError(
                f"no column of {plan.table.name} looks like product names; give a mapping such as "
                f'{{"{plan.columns[0]}": "title"}} (columns: {", ".join(plan.columns)})'
            )

    def _take(self, plan: _Plan, side: "_Plan | None") -> None:
        currency, remark = currency_guess(plan.sample, plan.mapping, self._currency)
        if remark:
            self.tally.warn(plan.table.name, remark)
        maker = ProductMaker(plan.mapping, currency)
        self._tell_mapping(plan)
        variants = self._variants_beside(side, currency) if side is not None else None
        shared = shared_keys(self._watched("look", keyed(self._goods(plan.table), maker), None))
        total, before = self._looked, self.tally.read
        rows = keyed(self._goods(plan.table, counted=True), maker)
        for number, group in enumerate(grouped(rows, shared), 1):
            self._make(group, maker, variants)
            if number % _TICK == 0:
                self._progress("read", self.tally.read - before, total)
        self._progress("read", total, total)
        for rest in (variants or _Beside({}, maker)).rows.values():
            for found in rest:
                self._refuse(found.row, f"there is no product {found.key!r} in {plan.table.name}")

    def _tell_mapping(self, plan: _Plan) -> None:
        table = plan.table.name if self._several else ""
        self.tally.mapping += [replace(found, table=table) for found in plan.mapping]

    def _take_questions(self, plan: _Plan) -> None:
        """A table of frequent questions."""
        question, answer = question_columns(plan.columns) or ("", "")
        self.tally.mapping += [
            FieldGuess(found.column, name, 0.9, found.samples, "name")
            for found in plan.mapping
            for name in ("question", "answer")
            if found.column == (question if name == "question" else answer)
        ]
        for row in self._goods(plan.table, counted=True):
            values = flat(row.values)
            asked, said = plain(values.get(question), 500), plain(values.get(answer), 5_000)
            reason = row.problem or ("the question is missing" if is_nothing(asked) else "")
            reason = reason or ("the answer is missing" if is_nothing(said) else "")
            if not reason:
                earlier = self._stage.add("faqs", faq_of(asked, said), row.where)
                reason = f"the question stands already in {earlier}" if earlier else ""
            if reason:
                self._refuse(row, reason)

    def _watched(self, step: str, rows: Iterator[Keyed], total: int | None) -> Iterator[Keyed]:
        self._looked = 0
        for found in rows:
            self._looked += 1
            if self._looked % _TICK == 0:
                self._progress(step, self._looked, total)
            yield found

    def _make(self, group: Sequence[Keyed], maker: ProductMaker, beside: "_Beside | None") -> None:
        try:
            found = merged(group, maker)
            if maker.is_off_sale(found.fields):
                self._leave_out(group, maker.key(found.fields))
                return
            variants = [*found.variants, *(beside.variants(group[0].key) if beside else ())]
            where = group[0].row.where
            product = maker.make(found.fields, where, variants)
            earlier = self._stage.add("products", product, where)
            if earlier:
                raise ValueProblem(f"the id {product.id!r} stands already in {earlier}")
        except ValueProblem as problem:
            self._refuse_group(group, str(problem), maker)
            return
        self.tally.joined += len(found.rows) - 1
        for row, reason in found.refused:
            self._refuse(row, reason)
        for remark in maker.remarks:
            self.tally.warn(where, remark)
        promotion = sale_promotion(product, maker.sale)
        if promotion is not None:
            self._stage.add("promotions", promotion, where)

    def _leave_out(self, group: Sequence[Keyed], key: str) -> None:
        self.tally.left_out += len(group)
        self.tally.warn(group[0].row.where, f"{key!r} is not on sale and was left out")
        self._stage.take_off_sale(key)

    def _refuse_group(self, group: Sequence[Keyed], reason: str, maker: ProductMaker) -> None:
        for found in group:
            if found.key:
                self._stage.keep("products", found.key)
        reason = group[0].row.problem if len(group) == 1 and group[0].row.problem else reason
        whole = f"{reason}; all {len(group)} rows of {group[0].key!r} were left out" if len(group) > 1 else reason
        for found in group:
            self._refuse(found.row, whole)

    def _refuse(self, row: Row, reason: str) -> None:
        self.tally.refuse(row.where, reason)
        self._stage.refuse(row.where, reason, row.values)

    def _rows(self, table: Table) -> Iterator[Row]:
        """The rows, those of a file of refused rows as they were in the original."""
        for row in table.rows():
            place, values = fed_again(row.values)
            problem = row.problem
            if place and any(name.startswith(EXTRA) and not is_nothing(values[name]) for name in values):
                problem = f"there is still something under {EXTRA!r}: move it to the column that it belongs to"
            yield Row(place or row.where, values, problem, row.aside)

    def _goods(self, table: Table, *, counted: bool = False) -> Iterator[Row]:
        for row in self._rows(table):
            if row.aside:
                if counted:
                    self.tally.warn(row.where, row.aside)
                continue
            self.tally.read += counted
            yield row

    def _variants_beside(self, side: _Plan, currency: str) -> "_Beside":
        maker = ProductMaker(side.mapping, currency)
        self._tell_mapping(side)
        rows: dict[str, list[Keyed]] = {}
        for found in keyed(self._goods(side.table, counted=True), maker):
            if found.row.problem or not found.key:
                self._refuse(found.row, found.row.problem or "it names no product")
            else:
                rows.setdefault(found.key, []).append(found)
        return _Beside(rows, maker, self.tally)


@dataclass
class _Beside:
    """Variants that stand in a sheet of their own, by the id of their product."""

    rows: dict[str, list[Keyed]]
    maker: ProductMaker
    tally: Tally | None = None

    def variants(self, key: str) -> Sequence[Mapping[str, Any]]:
        ours = self.rows.pop(key, [])
        if self.tally is not None:
            self.tally.joined += len(ours)
        return variants_of(ours, self.maker)


def _with_side(plans: Sequence[_Plan]) -> tuple[list[_Plan], dict[int, _Plan]]:
    """The tables of products, and by the identity of one the sheet of its variants: another sheet whose rows name ids
    of its products and give options, prices or stock."""
    side: dict[int, _Plan] = {}
    taken: set[int] = set()
    for plan in plans:
        key = _column(plan, "id")
        if key is None or _column(plan, "title") is None or not plan.table.is_sheet:
            continue
        names = {str(row.get(key)): _name(plan, row) for row in plan.sample if not is_nothing(row.get(key))}
        for other in plans:
            if other is plan or id(other) in taken or id(plan) in taken or not other.table.is_sheet:
                continue
            link = _link(other, names)
            if link is not None:
                mapping = guess(other.sample, _as_side(other, link))
                side[id(plan)] = _Plan(other.table, other.columns, other.sample, mapping)
                taken.add(id(other))
                break
    return [plan for plan in plans if id(plan) not in taken], side


def _name(plan: _Plan, row: Mapping[str, Any]) -> str:
    column = _column(plan, "title", named=True)
    return "" if column is None else str(row.get(column) or "").strip()


def _link(plan: _Plan, names: Mapping[str, str]) -> str | None:
    """The column whose values are ids of products (`names` by id), when the table gives variants of them."""
    fields = {found.field for found in plan.mapping} | {
        field[0] for name in plan.columns if (field := same_name(name)) is not None
    }
    if not fields & {"option", "option_value", "sku", "price", "stock"}:
        return None
    for column in plan.columns:
        rows = [row for row in plan.sample if not is_nothing(row.get(column))]
        known = [row for row in rows if str(row[column]) in names and _name(plan, row) in ("", names[str(row[column])])]
        share = 0.8 if _column(plan, "title", named=True) is not None else 0.5
        if len(names) > 1 and len(known) > 1 and len(known) >= share * len(rows):
            return column
    return None


def _as_side(plan: _Plan, link: str) -> dict[str, str]:
    """The mapping of a sheet of variants: the link is the id, and no column is a name."""
    said = {found.column: "attribute" for found in plan.mapping if found.field.partition(".")[0] == "title"}
    for name in plan.columns:
        if name != link and (field := same_name(name)) is not None and field[0] in ("id", "group"):
            said[name] = "sku"
    return said | {link: "id"}


def _column(plan: _Plan, field_name: str, *, named: bool = False) -> str | None:
    for found in plan.mapping:
        if found.field.partition(".")[0] == field_name and (not named or same_name(found.column) is not None):
            return found.column
    return None

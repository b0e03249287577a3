"""Rows as products."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from knowledge.documents import text_of
from knowledge.ingest.guess import MONEY, TEXTS, other_name, pair_of
from knowledge.ingest.report import FieldGuess
from knowledge.ingest.sales import NO_SALE, Sale, span_of
from knowledge.ingest.values import (
    Price,
    ValueProblem,
    columns_file,
    is_nothing,
    is_off_sale,
    is_sale,
    key_of,
    looks_like_url,
    plain,
    price_of,
    stock_of,
    variant_part,
)
from knowledge.model import Attribute, Product, Text, Variant
from knowledge.text import normalise
from knowledge.thesaurus import default_thesaurus

_TITLE, _VALUE, _LONG = 300, 2_000, 20_000  # characters that are kept
NO_CHOICE = frozenset(("标准", "默认", "default", "default title", "standard", "均码", "one size"))
KEYS = ("group", "id", "sku")  # fields that tell products apart, the first that a row has
_NUMBER = re.compile(r"\d+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass
class ProductMaker:
    """Makes products of the rows of one table by its mapping."""

    mapping: Sequence[FieldGuess]
    currency: str  # of rows that name none
    remarks: list[str] = field(default_factory=list)  # about the row made last
    sale: Sale = NO_SALE  # of the row made last
    one_sale: bool = True  # whether the variants of the row made last have the same one

    def __post_init__(self) -> None:
        self._by_field: dict[str, list[str]] = {}
        for guess in sorted(self.mapping, key=lambda guess: -guess.confidence):
            base = guess.field.partition(".")[0]
            if guess.field:
                self._by_field.setdefault(base if base in MONEY else guess.field, []).append(guess.column)
        self.used = tuple(guess.column for guess in self.mapping if guess.field)  # columns that say something
        self._fields = {guess.column: guess.field for guess in self.mapping}
        self._has_key = any(name in self._by_field for name in KEYS)
        self._order = {guess.column: place for place, guess in enumerate(self.mapping)}
        self._plain_attributes = sorted(
            [column for name in ("attribute", "option", "sku") for column in self.columns(name)],
            key=self._order.__getitem__,
        )

    def columns(self, name: str) -> Sequence[str]:
        """The columns taken for a field, the surest first."""
        return self._by_field.get(name, ())

    def key(self, row: Mapping[str, Any]) -> str:
        """What tells the product of a flat row from others: its id, or its title where the file has no ids."""
        for name in KEYS:
            if found := self._one(row, name, 200):
                return unicodedata.normalize("NFKC", found)
        return "" if self._has_key else str(self._text(row, "title", _TITLE)("zh"))

    def make(self, row: Mapping[str, Any], where: str, variants: Sequence[Mapping[str, Any]] = ()) -> Product:
        """The product of a flat row, with the variants that other rows give. Raises `ValueProblem` with the reason when
        it is none. Adds to `remarks`; the caller empties them."""
        title = self._text(row, "title", _TITLE)
        if not title:
            raise ValueProblem("the title is missing")
        product_id = self.key(row) if self._has_key else _made_id(title)
        if not product_id:
            raise ValueProblem("the id is missing")
        price, sale = self.prices(row)
        list_price = sale.list_price or self._list_price(row)
        made = self._variants(row, price.amount, variants)
        attributes = self._attributes(row, price.unit, without_code=bool(made))
        if price.amount is None and all(variant.price is None for variant in made):
            self.remarks.append("there is no price, so the product is not offered by price")
        self.sale = sale if self.one_sale else NO_SALE
        if not self.one_sale and sale.ends is not None:
            self.remarks.append(
                "its variants have different sale prices with dates, so only the usual prices were taken"
            )
        return Product(
            id=product_id,
            title=title,
            category=self._text(row, "category", _TITLE),
            brand=self._one(row, "brand", 100),
            brief=self._text(row, "brief", _VALUE),
            description=self._text(row, "description", _LONG),
            currency=self._one(row, "currency", 3).upper() or price.currency or self.currency,
            price=price.amount,
            list_price=list_price,
            stock=self._stock(row),
            attributes=attributes,
            variants=made,
            pictures=self._pictures(row),
            tags=self._tags(row),
            source=where,
        )

    def is_off_sale(self, row: Mapping[str, Any]) -> bool:
        """Whether the row says that the product is not sold now."""
        return any(is_off_sale(row.get(column)) for column in self.columns("on_sale"))

    def price(self, row: Mapping[str, Any], name: str = "price") -> Price:
        """The first filled of the columns for "price" or "list_price"."""
        for column in self.columns(name):
            try:
                found = price_of(row.get(column), cents=self._fields[column].endswith(".cents"))
            except ValueProblem as problem:
                raise ValueProblem(str(problem).replace("the price", f"the {name.replace('_', ' ')}", 1)) from None
            if found.remark:
                self.remarks.append(found.remark)
            if found.amount is not None:
                return found
        return Price(None)

    def prices(self, row: Mapping[str, Any]) -> tuple[Price, Sale]:
        """What it costs, and the sale when the row gives a lower price for a while. A sale without dates is the price;
        one with dates is told apart, because it ends."""
        price = self.price(row)
        columns = [column for column in self.columns("price") if not is_nothing(row.get(column))]
        if len(columns) < 2 or not is_sale(columns[0]) or price.amount is None:
            return price, NO_SALE
        usual = price_of(row.get(columns[1]), cents=self._fields[columns[1]].endswith(".cents"))
        if usual.amount is None or usual.amount <= price.amount:
            return price, NO_SALE
        span = next((text for column in self.columns("sale_dates") if (text := plain(row.get(column), 200))), "")
        if not span:
            return price, Sale(list_price=usual.amount)
        starts, ends = span_of(span)
        return usual, Sale(price=price.amount, usual=usual.amount, starts=starts, ends=ends)

    def _list_price(self, row: Mapping[str, Any]) -> Decimal | None:
        return self.price(row, "list_price").amount

    def _one(self, row: Mapping[str, Any], name: str, limit: int) -> str:
        found = (plain(_joined(row.get(column)), limit).replace("\n", " ") for column in self.columns(name))
        return next((text for text in found if not is_nothing(text)), "")

    def _text(
        self, row: Mapping[str, Any], name: Literal["title", "category", "brief", "description"], limit: int
    ) -> Text:
        """A text in its language: the one that the column says, or the one it is written in."""
        texts: dict[str, str] = {}
        for column in (column for suffix in ("", ".zh", ".en") for column in self.columns(name + suffix)):
            raw = _joined(row.get(column))
            said = plain(raw, limit)
            if is_nothing(said):
                continue
            if len(said) == limit and len(str(raw)) > limit:
                self.remarks.append(f"{column!r} is longer than {limit} characters; the rest was cut off")
            lang = self._fields[column].partition(".")[2] or ("zh" if _HAN.search(said) else "en")
            texts.setdefault(lang, said if name in ("brief", "description") else said.replace("\n", " "))
        return Text(texts.get("zh", ""), texts.get("en", ""))

    def _stock(self, row: Mapping[str, Any]) -> int | None:
        for column in self.columns("stock"):
            number, remark = stock_of(row.get(column))
            if remark:
                self.remarks.append(remark)
            if number is not None:
                return number
        return None

    def _attributes(self, row: Mapping[str, Any], unit: str, *, without_code: bool) -> tuple[Attribute, ...]:
        found: dict[str, Attribute] = {}

        def add(name: str, value: Any) -> None:
            said = plain(_joined(value), _VALUE)
            if is_nothing(said) or not name.strip() or looks_like_url(said):
                return
            named, old = attribute_name(name), found.get(key_of(name))
            if old is not None:
                said = "；".join(part for part in (old.value("zh"), said) if part)
            found[key_of(name)] = Attribute(named, text_of(said))

        for column in self.columns("attributes"):
            value = row.get(column)
            for item in value if isinstance(value, list) else ():
                if pair := pair_of(item):
                    add(plain(pair[0], 80), pair[1])
        codes = self.columns("sku") if without_code else ()
        for column in self._plain_attributes:
            if column not in codes:
                add("sku" if column in self.columns("sku") else column.rpartition(".")[2], row.get(column))
        for name, value in numbered_options(self, row):
            if value.lower() not in NO_CHOICE:
                add(name, value)
        if unit := self._one(row, "unit", 20) or unit:
            add("单位", unit)
        return tuple(found.values())

    def _variants(
        self, row: Mapping[str, Any], price: Decimal | None, others: Sequence[Mapping[str, Any]]
    ) -> tuple[Variant, ...]:
        items = [*others]
        for column in self.columns("variants"):
            value = row.get(column)
            items += [item for item in (value if isinstance(value, list) else ()) if isinstance(item, Mapping)]
        choices = [_options(item) for item in items]
        names = _option_names(choices)
        made: list[Variant] = []
        seen: set[str] = set()
        for item, values in zip(items, choices, strict=True):
            parts = _parts(item)
            options = tuple(
                Attribute(named, text_of(value))
                for named, value in zip(_named(values, names), values.values(), strict=True)
                if len(items) > 1 or value.lower() not in NO_CHOICE
            )
            variant_id = plain(parts.get("id"), 100) or "-".join(values.values())[:80] or str(len(made) + 1)
            while variant_id in seen:
                variant_id += "+"
            seen.add(variant_id)
            amount, list_amount = _amount(parts, "price", variant_id), _amount(parts, "list_price", variant_id)
            pieces, _ = stock_of(parts.get("stock"))
            amount = price if amount is None else amount
            if list_amount is not None and amount is not None and list_amount <= amount:
                list_amount = None
            made.append(Variant(variant_id, options, amount, list_amount, pieces))
        return tuple(made)

    def _pictures(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        found = [text for column in self.columns("pictures") for text in picture_parts(row.get(column))]
        return tuple(dict.fromkeys("https:" + text if text.startswith("//") else text for text in found))[:20]

    def _tags(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        found: list[str] = []
        for column in self.columns("tags"):
            value = row.get(column)
            items = value if isinstance(value, list) else re.split(r"[,，;；|、]+", str(value or ""))
            found += [text for item in items if not is_nothing(text := plain(item, 60))]
        return tuple(dict.fromkeys(found))[:50]


def numbered_options(
    maker: ProductMaker, row: Mapping[str, Any], named: Mapping[str, Any] | None = None
) -> list[tuple[str, str]]:
    """(name, value) from columns such as "Option1 Name" and "Option1 Value". Where several rows are one product, only
    the first may give the names; `named` is the row that has them."""
    values = {_number(column): plain(row.get(column), 120) for column in maker.columns("option_value")}
    names = row if named is None else named
    pairs = []
    for column in sorted(maker.columns("option_name"), key=_number):
        name, value = plain(names.get(column), 60), values.get(_number(column), "")
        if name and value:
            pairs.append((name, value))
    return pairs


def picture_parts(value: Any) -> list[str]:
    """The addresses in a cell of pictures."""
    items = value if isinstance(value, list) else re.split(r"[,;|\s]+", str(value or ""))
    return [text for item in items if isinstance(item, str) and looks_like_url(text := item.strip())]


def _number(column: str) -> str:
    found = _NUMBER.search(column)
    return found[0] if found else ""


def currency_guess(rows: Sequence[Mapping[str, Any]], mapping: Sequence[FieldGuess], default: str) -> tuple[str, str]:
    """(currency of prices without a sign, a remark when it had to be guessed)."""
    columns = [guess.column for guess in mapping if guess.field.partition(".")[0] in TEXTS]
    for guess in mapping:
        if guess.field == "currency":
            return default, ""
    texts = [str(row.get(column) or "") for row in rows for column in columns]
    for row in rows:
        for guess in mapping:
            if guess.field.partition(".")[0] != "price":
                continue
            try:
                currency = price_of(row.get(guess.column)).currency
            except ValueProblem:
                continue
            if currency:
                return currency, ""
    if default == "CNY" and any(texts) and not any(_HAN.search(text) for text in texts):
        return (
            "USD",
            "the file names no currency; its texts are English, so USD was taken (add a column currency to change it)",
        )
    return default, ""


def attribute_name(name: str) -> Text:
    spoken = " ".join(_CAMEL.sub(" ", name).replace("_", " ").split())
    if not _HAN.search(spoken) and spoken == spoken.lower() or _CAMEL.search(name):
        spoken = spoken.lower()
    zh, en = other_name(name)
    own = text_of(spoken)
    return Text(own.zh or zh, own.en or en)


def _parts(item: Mapping[str, Any]) -> dict[str, Any]:
    """A variant's parts by what their names mean; the surest name of each."""
    found: dict[str, tuple[int, Any]] = {}
    for key, value in item.items():
        part = variant_part(str(key))
        if part is not None and (part[0] not in found or part[1] < found[part[0]][0]):
            found[part[0]] = (part[1], value)
    return {name: value for name, (_, value) in found.items()}


def _amount(parts: Mapping[str, Any], name: str, variant_id: str) -> Decimal | None:
    value = parts.get(name)
    if isinstance(value, Mapping):  # {"amount": "9.90", "currency": "USD"}
        value = next((value[key] for key in ("amount", "value", "price") if key in value), None)
    try:
        return price_of(value).amount
    except ValueProblem as problem:
        raise ValueProblem(f"{problem} (variant {variant_id})") from None


def _options(item: Mapping[str, Any]) -> dict[str, str]:
    """A variant's choices by name; names are "0", "1", … when the file gives only values."""
    raw = _parts(item).get("options")
    if isinstance(raw, Mapping):
        return {plain(name, 60): plain(value, 120) for name, value in raw.items() if not is_nothing(value)}
    if isinstance(raw, list):
        pairs = [pair_of(part) for part in raw]
        if raw and all(pairs) and not all(isinstance(part, str) for part in raw):
            return {plain(pair[0], 60): plain(pair[1], 120) for pair in pairs if pair}
        return {str(place): plain(part, 120) for place, part in enumerate(raw) if not is_nothing(part)}
    if isinstance(raw, str) and raw.strip():
        return {str(place): plain(part, 120) for place, part in enumerate(re.split(r"[;；/|]", raw)) if part.strip()}
    taken = {key for names in columns_file()["variant"].values() for key in map(key_of, names)}
    return {
        plain(key, 60): plain(value, 120)
        for key, value in item.items()
        if key_of(str(key)) not in taken
        and isinstance(value, str)
        and 0 < len(value) <= 60
        and not looks_like_url(value)
    }


def _option_names(choices: Sequence[Mapping[str, str]]) -> dict[str, Text]:
    """Names for choices that have none: 颜色 where every value is a colour, else 规格."""
    values: dict[str, set[str]] = {}
    for options in choices:
        for name, value in options.items():
            if name.isdigit():
                values.setdefault(name, set()).add(normalise(value).text)
    thesaurus, names, plain_ones = default_thesaurus(), {}, 0
    for name, found in sorted(values.items()):
        if all(thesaurus.colours_in(value) or value.endswith("色") for value in found):
            names[name] = Text("颜色", "color")
        else:
            plain_ones += 1
            mark = "" if plain_ones == 1 else str(plain_ones)
            names[name] = Text(f"规格{mark}", f"option{' ' if mark else ''}{mark}")
    return names


def _named(values: Mapping[str, str], names: Mapping[str, Text]) -> list[Text]:
    return [names[name] if name in names else attribute_name(name) for name in values]


def _made_id(title: Text) -> str:
    key = hashlib.blake2b(f"{title.zh}|{title.en}".encode(), digest_size=5).hexdigest()
    return f"t-{key}"


def _joined(value: Any) -> Any:
    """A list or a nested object as one text."""
    if isinstance(value, list):
        return "、".join(str(item) for item in value if not isinstance(item, dict | list))
    return "" if isinstance(value, dict) else value

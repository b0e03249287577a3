"""Rows as products."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from knowledge.documents import text_of
from knowledge.ingest.guess import TEXTS, flat, other_name, pair_of
from knowledge.ingest.report import FieldGuess
from knowledge.ingest.values import (
    ValueProblem,
    columns_file,
    is_nothing,
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
_NO_CHOICE = frozenset(("标准", "默认", "default", "default title", "standard", "均码", "one size"))
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass
class ProductMaker:
    """Makes products of the rows of one table by its mapping."""

    mapping: Sequence[FieldGuess]
    currency: str  # of rows that name none
    remarks: list[str] = field(default_factory=list)  # about the row made last

    def __post_init__(self) -> None:
        self._by_field: dict[str, list[str]] = {}
        for guess in self.mapping:
            if guess.field:
                self._by_field.setdefault(guess.field, []).append(guess.column)
        self._has_id = "id" in self._by_field

    def make(self, values: Mapping[str, Any], where: str) -> Product:
        """The product of a row. Raises `ValueProblem` with the reason when it is none."""
        self.remarks = []
        row = flat(values)
        title = self._text(row, "title", _TITLE)
        if not title:
            raise ValueProblem("the title is missing")
        product_id = self._one(row, "id", 200) if self._has_id else _made_id(title)
        if not product_id:
            raise ValueProblem("the id is missing")
        price, currency = self._price(row, "price")
        list_price, other_currency = self._price(row, "list_price")
        variants = self._variants(row, price)
        attributes = self._attributes(row)
        if price is None and all(variant.price is None for variant in variants):
            self.remarks.append("there is no price, so the product is not offered by price")
        return Product(
            id=product_id,
            title=title,
            category=self._text(row, "category", _TITLE),
            brand=self._one(row, "brand", 100),
            brief=self._text(row, "brief", _VALUE),
            description=self._text(row, "description", _LONG),
            currency=self._one(row, "currency", 3).upper() or currency or other_currency or self.currency,
            price=price,
            list_price=list_price,
            stock=self._stock(row),
            attributes=attributes,
            variants=variants,
            pictures=self._pictures(row),
            tags=self._tags(row),
            source=where,
        )

    def _columns(self, name: str) -> Sequence[str]:
        return self._by_field.get(name, ())

    def _one(self, row: Mapping[str, Any], name: str, limit: int) -> str:
        found = (plain(_joined(row.get(column)), limit).replace("\n", " ") for column in self._columns(name))
        return next((text for text in found if not is_nothing(text)), "")

    def _text(
        self, row: Mapping[str, Any], name: Literal["title", "category", "brief", "description"], limit: int
    ) -> Text:
        """A text in its language: the one that the column says, or the one it is written in."""
        texts: dict[str, str] = {}
        for column in (column for suffix in ("", ".zh", ".en") for column in self._columns(name + suffix)):
            raw = _joined(row.get(column))
            said = plain(raw, limit)
            if is_nothing(said):
                continue
            if len(said) == limit and len(str(raw)) > limit:
                self.remarks.append(f"{column!r} is longer than {limit} characters; the rest was cut off")
            field_name = next(guess.field for guess in self.mapping if guess.column == column)
            lang = field_name.partition(".")[2] or ("zh" if _HAN.search(said) else "en")
            texts.setdefault(lang, said if name in ("brief", "description") else said.replace("\n", " "))
        return Text(texts.get("zh", ""), texts.get("en", ""))

    def _price(self, row: Mapping[str, Any], name: str) -> tuple[Decimal | None, str]:
        for column in self._columns(name):
            amount, currency, remark = price_of(row.get(column))
            if remark:
                self.remarks.append(remark)
            if amount is not None:
                return amount, currency
        return None, ""

    def _stock(self, row: Mapping[str, Any]) -> int | None:
        for column in self._columns("stock"):
            number, remark = stock_of(row.get(column))
            if remark:
                self.remarks.append(remark)
            if number is not None:
                return number
        return None

    def _attributes(self, row: Mapping[str, Any]) -> tuple[Attribute, ...]:
        found: dict[str, Attribute] = {}

        def add(name: str, value: Any) -> None:
            said = plain(_joined(value), _VALUE)
            if is_nothing(said) or not name.strip() or looks_like_url(said):
                return
            named, old = _attribute_name(name), found.get(key_of(name))
            if old is not None:
                joined = "；".join(part for part in (old.value("zh"), said) if part)
                found[key_of(name)] = Attribute(named, text_of(joined))
            else:
                found[key_of(name)] = Attribute(named, text_of(said))

        for column in self._columns("attributes"):
            for item in row.get(column) or ():
                if pair := pair_of(item):
                    add(plain(pair[0], 80), pair[1])
        for column in self._columns("attribute"):
            add(column.rpartition(".")[2], row.get(column))
        return tuple(found.values())

    def _variants(self, row: Mapping[str, Any], price: Decimal | None) -> tuple[Variant, ...]:
        items = [
            item for column in self._columns("variants") for item in row.get(column) or () if isinstance(item, Mapping)
        ]
        choices = [_options(item) for item in items]
        names = _option_names(choices)
        made: list[Variant] = []
        seen: set[str] = set()
        for item, values in zip(items, choices, strict=True):
            parts = _parts(item)
            options = tuple(
                Attribute(named, text_of(value))
                for named, value in zip(_named(values, names), values.values(), strict=True)
                if len(items) > 1 or value.lower() not in _NO_CHOICE
            )
            variant_id = plain(parts.get("id"), 100) or "-".join(values.values())[:80] or str(len(made) + 1)
            while variant_id in seen:
                variant_id += "+"
            seen.add(variant_id)
            amount, _, _ = price_of(parts.get("price"))
            list_amount, _, _ = price_of(parts.get("list_price"))
            pieces, _ = stock_of(parts.get("stock"))
            amount = price if amount is None else amount
            if list_amount is not None and amount is not None and list_amount <= amount:
                list_amount = None
            made.append(Variant(variant_id, options, amount, list_amount, pieces))
        return tuple(made)

    def _pictures(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        found: list[str] = []
        for column in self._columns("pictures"):
            value = row.get(column)
            items = value if isinstance(value, list) else re.split(r"[,;|\s]+", str(value or ""))
            found += [text for item in items if isinstance(item, str) and looks_like_url(text := item.strip())]
        return tuple(dict.fromkeys("https:" + text if text.startswith("//") else text for text in found))[:20]

    def _tags(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        found: list[str] = []
        for column in self._columns("tags"):
            value = row.get(column)
            items = value if isinstance(value, list) else re.split(r"[,，;；|、]+", str(value or ""))
            found += [text for item in items if not is_nothing(text := plain(item, 60))]
        return tuple(dict.fromkeys(found))[:50]


def currency_guess(rows: Sequence[Mapping[str, Any]], mapping: Sequence[FieldGuess], default: str) -> tuple[str, str]:
    """(currency of prices without a sign, a remark when it had to be guessed)."""
    columns = [guess.column for guess in mapping if guess.field.partition(".")[0] in TEXTS]
    for guess in mapping:
        if guess.field == "currency":
            return default, ""
    texts = [str(row.get(column) or "") for row in rows for column in columns]
    for row in rows:
        for guess in mapping:
            if guess.field != "price":
                continue
            try:
                _, currency, _ = price_of(row.get(guess.column))
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


def _attribute_name(name: str) -> Text:
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
    return [names[name] if name in names else _attribute_name(name) for name in values]


def _made_id(title: Text) -> str:
    key = hashlib.blake2b(f"{title.zh}|{title.en}".encode(), digest_size=5).hexdigest()
    return f"t-{key}"


def _joined(value: Any) -> Any:
    """A list or a nested object as one text."""
    if isinstance(value, list):
        return "、".join(str(item) for item in value if not isinstance(item, dict | list))
    return "" if isinstance(value, dict) else value

"""What the columns of a file mean: by their names, by what stands in them, or because a person says so."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.ingest.report import FieldGuess, IngestError
from knowledge.ingest.values import (
    columns_file,
    in_cents,
    is_ignored,
    is_nothing,
    key_of,
    looks_like_amount,
    looks_like_url,
    same_name,
    variant_part,
)
from knowledge.model import LANGS

TEXTS = ("title", "category", "brief", "description")  # may say the language: "title.en"
MONEY = ("price", "list_price")  # may say that the amounts are hundredths: "price.cents"
FIELDS = (
    "id", "title", "category", "brand", "brief", "description", "price", "list_price", "sale_dates", "currency",
    "stock", "unit", "on_sale", "pictures", "tags", "attributes", "group", "sku", "option", "option_name",
    "option_value", "variants", "attribute", "ignore",
)  # fmt: skip
_ENGLISH = re.compile(r"(?:[\s_\-.(（]|^)(?:en|eng|english|英文|英语)[)）]?$|^english\b|^英文", re.I)
_CHINESE = re.compile(r"(?:[\s_\-.(（]|^)(?:zh|cn|chinese|中文)[)）]?$|^chinese\b|^中文", re.I)
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*")
_SAMPLES = 3
GIVEN, REMEMBERED = "given", "remembered"
SAID = (GIVEN, REMEMBERED)  # reasons of what a person said
_DIGITS = re.compile(r"(?<=\D)\d+")
_ALONE = frozenset(
    "id title category brand brief description price list_price sale_dates stock unit currency attributes variants "
    "group sku".split()
)


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """A nested object's values by dotted names; lists and pairs stay as they are."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        path = f"{prefix}{name}"
        if isinstance(value, Mapping) and value and len(prefix) < 60:
            found |= {path: None} if is_ignored(str(name)) else flat(value, f"{path}.")
        else:
            found[path] = value
    return found


def guess(
    rows: Sequence[Mapping[str, Any]], given: Mapping[str, str], kept: Mapping[str, str] | None = None
) -> tuple[FieldGuess, ...]:
    """One guess a column of `rows` (flat, a sample of the file). `given` (now) and `kept` (earlier) are what a person
    said, by column name."""
    said = {name: (field, REMEMBERED) for name, field in (kept or {}).items()}
    said |= {name: (field, GIVEN) for name, field in given.items()}
    columns: dict[str, list[Any]] = {}
    for row in rows:
        for name, value in row.items():
            columns.setdefault(name, []).append(value)
    guesses = [
        _given(name, *said[name], values) if name in said else _by_name(name, values)
        for name, values in columns.items()
    ]
    guesses = _one_each(guesses)
    guesses = _one_key(guesses, columns)
    guesses = _by_values(guesses, columns)
    return tuple(guesses)


def read_mapping(mapping: Path | Mapping[str, str] | None) -> dict[str, str]:
    """{"售价": "price"} from a dict, or from a YAML or JSON file (the pairs themselves, or below `columns`)."""
    if mapping is None:
        return {}
    if isinstance(mapping, Path):
        try:
            text = mapping.read_text(encoding="utf-8-sig")
            document = json.loads(text) if mapping.suffix == ".json" else yaml.safe_load(text)
        except OSError as error:
            raise IngestError(f"the mapping {mapping} cannot be read: {error.strerror}") from error
        except (ValueError, yaml.YAMLError) as error:
            raise IngestError(f"the mapping {mapping} is no YAML or JSON: {' '.join(str(error).split())}") from error
        document = document.get("columns", document) if isinstance(document, Mapping) else document
    else:
        document = mapping
    if not isinstance(document, Mapping):
        raise IngestError("a mapping is pairs of a column and a field, such as 售价: price")
    pairs = {str(column): str(field or "ignore") for column, field in document.items()}
    for column, field in pairs.items():
        base, _, more = field.partition(".")
        if field not in FIELDS and not (base in TEXTS and more in LANGS) and not (base in MONEY and more == "cents"):
            raise IngestError(f"the mapping of {column!r} says {field!r}; fields are {', '.join(FIELDS)}")
    return pairs


def other_name(name: str) -> tuple[str, str]:
    """(zh, en) of an attribute's name; one of them empty when only one is known."""
    return _names().get(key_of(name), ("", ""))


def _given(name: str, field: str, reason: str, values: Sequence[Any]) -> FieldGuess:
    return FieldGuess(name, "" if field == "ignore" else field, 1.0, _samples(values), reason)


def _by_name(name: str, values: Sequence[Any]) -> FieldGuess:
    leaf, samples = name.rpartition(".")[2], _samples(values)
    filled = [value for value in values if not is_nothing(value)]
    if is_ignored(name) or is_ignored(leaf) or any(is_ignored(part) for part in name.split(".")[:-1]):
        return FieldGuess(name, "", 0.9, samples, "not about the goods")
    if filled and all(_are_people(value) for value in filled):
        return FieldGuess(name, "", 0.8, samples, "a list of records, such as reviews")
    if filled and all(_are_pairs(value) for value in filled):
        return FieldGuess(name, "attributes", 0.9, samples, "pairs of names and values")
    if filled and all(_are_variants(value) for value in filled):
        return FieldGuess(name, "variants", 0.9, samples, "records with prices or stock")
    bare = _CHINESE.sub("", _ENGLISH.sub("", name)).strip(" _-.()（）") or name
    lang = ".en" if _ENGLISH.search(name) else ".zh" if _CHINESE.search(name) else ""
    cents = in_cents(bare)
    found = same_name(cents or bare) or same_name(_DIGITS.sub("", bare))
    if cents and (found is None or found[0] not in MONEY):
        found = same_name(bare)
    if found is not None and (field := found[0]) not in ("attributes", "variants"):
        fits = _fits(field, filled)
        if fits >= 0.5:
            confidence = round((0.95 - 0.02 * min(found[1], 15)) * (0.6 + 0.4 * fits), 2)
            suffix = lang if field in TEXTS else ".cents" if field in MONEY and cents else ""
            return FieldGuess(name, field + suffix, confidence, samples, "name")
    return FieldGuess(name, "attribute", 0.3, samples, "")


def _one_each(guesses: Sequence[FieldGuess]) -> list[FieldGuess]:
    """Only the surest column keeps a field that a product has once; the others stay attributes or are left out. Further
    columns of prices stand in where the first one is empty."""
    best: dict[str, FieldGuess] = {}
    for guess_ in guesses:
        kept = best.get(guess_.field)
        if guess_.field.partition(".")[0] in _ALONE and (kept is None or guess_.confidence > kept.confidence):
            best[guess_.field] = guess_
    settled = []
    for guess_ in guesses:
        winner = best.get(guess_.field)
        if winner is not None and winner is not guess_ and guess_.reason not in SAID:
            field, reason = "attribute", f"{guess_.field} is taken from {winner.column!r}"
            if guess_.field == "price":
                field, reason = "price", f"where {winner.column!r} is empty"
            elif guess_.field in ("list_price", "currency", "sale_dates"):
                field = ""
            guess_ = FieldGuess(guess_.column, field, 0.5, guess_.samples, reason)
        settled.append(guess_)
    return settled


def _one_key(guesses: Sequence[FieldGuess], columns: Mapping[str, Sequence[Any]]) -> list[FieldGuess]:
    """Which column tells products apart: one that several rows share counts only where rows do share it."""
    by_field = {guess_.field: guess_ for guess_ in guesses}
    group, code, key = by_field.get("group"), by_field.get("sku"), by_field.get("id")

    def become(old: FieldGuess, field: str, reason: str) -> list[FieldGuess]:
        new = FieldGuess(old.column, field, old.confidence, old.samples, reason)
        return [new if guess_ is old else guess_ for guess_ in guesses]

    if group is not None and group.reason not in SAID and key_of(group.column) != "item group id":
        shared = _is_shared(columns[group.column])
        if key is None and not shared:
            return _one_key(become(group, "id", "no other column is an id"), columns)
        if key is not None and (not shared or _is_shared(columns[key.column])):
            return _one_key(become(group, "attribute", f"id is taken from {key.column!r}"), columns)
    if code is not None and code.reason not in SAID and key is None and group is None:
        return become(code, "id", "no other column is an id")
    return list(guesses)


def _is_shared(values: Sequence[Any]) -> bool:
    filled = [str(value) for value in values if not is_nothing(value)]
    return len(set(filled)) < len(filled)


def _by_values(guesses: Sequence[FieldGuess], columns: Mapping[str, Sequence[Any]]) -> list[FieldGuess]:
    """Fields that no name gave, from what stands in the columns that are left."""
    settled = list(guesses)
    taken = {guess_.field.partition(".")[0] for guess_ in guesses}

    def take(field: str, fits: Any, confidence: float, reason: str) -> None:
        if field in taken:
            return
        scored = []
        for place, guess_ in enumerate(settled):
            values = [value for value in columns[guess_.column] if not is_nothing(value)]
            if guess_.field == "attribute" and not guess_.reason and values and (score := fits(values)) > 0:
                scored.append((score, -place))
        if scored:
            place = -max(scored)[1]
            old = settled[place]
            settled[place] = FieldGuess(old.column, field, confidence, old.samples, reason)
            taken.add(field)

    for place, guess_ in enumerate(settled):
        values = [value for value in columns[guess_.column] if not is_nothing(value)]
        if guess_.field != "attribute" or not values or guess_.reason:
            continue
        if _share(values, _is_picture) > 0.8:
            settled[place] = FieldGuess(guess_.column, "pictures", 0.7, guess_.samples, "addresses of pictures")
        elif _share(values, _is_noise) > 0.8:
            settled[place] = FieldGuess(guess_.column, "", 0.7, guess_.samples, "addresses or times")
    take(
        "price",
        lambda values: _share(values, _has_sign) if _share(values, _has_sign) > 0.6 else 0,
        0.7,
        "amounts of money",
    )
    take("title", _titleness, 0.5, "short texts, nearly all different")
    take("description", lambda values: _mean(values) if _mean(values) > 60 else 0, 0.5, "long texts")
    take(
        "price",
        lambda values: 0.5 * (_share(values, _is_amount) > 0.9 and "." in "".join(map(str, values))),
        0.4,
        "amounts",
    )
    return settled


def _fits(field: str, values: Sequence[Any]) -> float:
    """The share of values that can be what the field needs."""
    if not values:
        return 1.0
    if field in ("price", "list_price"):
        return _share(values, lambda value: _is_amount(value) or any(char.isdigit() for char in str(value)[:30]))
    if field == "stock":
        return _share(values, lambda value: isinstance(value, int | float) or len(str(value)) <= 12)
    if field == "pictures":
        return _share(values, lambda value: isinstance(value, list) or looks_like_url(str(value).split(",")[0]))
    if field in ("tags", "category"):
        return _share(values, lambda value: isinstance(value, str | list))
    return _share(values, lambda value: isinstance(value, str | int | float))


def _titleness(values: Sequence[Any]) -> float:
    texts = [str(value) for value in values if isinstance(value, str)]
    if not texts or not 3 <= _mean(texts) <= 120 or _share(texts, looks_like_url) or _share(texts, _is_amount) > 0.2:
        return 0.0
    return len(set(texts)) / len(values) * (1 if any(len(text) > 3 for text in texts) else 0)


def _are_pairs(value: Any) -> bool:
    """[["材质", "棉"], …] or [{"name": "材质", "value": "棉"}, …]."""
    return isinstance(value, list) and bool(value) and all(pair_of(item) is not None for item in value)


def pair_of(item: Any) -> tuple[str, Any] | None:
    if isinstance(item, list | tuple) and len(item) == 2 and isinstance(item[0], str) and not isinstance(item[1], dict):
        return item[0], item[1]
    if isinstance(item, Mapping) and 2 <= len(item) <= 4:
        name = next(
            (item[key] for key in item if key_of(key) in ("name", "key", "attr", "attribute", "属性", "名称")), None
        )
        value = next((item[key] for key in item if key_of(key) in ("value", "val", "values", "text", "值")), None)
        if isinstance(name, str) and value is not None:
            return name, value
    return None


def _are_variants(value: Any) -> bool:
    if not isinstance(value, list) or not value or not all(isinstance(item, Mapping) for item in value):
        return False
    parts = {part[0] for item in value for key in item if (part := variant_part(str(key))) is not None}
    return bool(parts & {"price", "stock"}) and bool(parts & {"options", "id", "price"})


def _are_people(value: Any) -> bool:
    """Records that are neither variants nor pairs: reviews, comments."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item, Mapping) for item in value)
        and not _are_variants(value)
        and not _are_pairs(value)
    )


def _samples(values: Sequence[Any]) -> tuple[str, ...]:
    found = (" ".join(_shown(value).split())[:40] for value in values if not is_nothing(value))
    return tuple(list(dict.fromkeys(found))[:_SAMPLES])


def _shown(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _share(values: Sequence[Any], test: Any) -> float:
    return sum(bool(test(value)) for value in values) / len(values) if values else 0.0


def _mean(values: Sequence[Any]) -> float:
    return sum(len(str(value)) for value in values) / len(values)


def _is_amount(value: Any) -> bool:
    return (isinstance(value, int | float) and not isinstance(value, bool)) or looks_like_amount(str(value))


def _has_sign(value: Any) -> bool:
    text = str(value)
    return looks_like_amount(text) and not text.replace(",", "").replace(".", "").strip().isdigit()


def _is_picture(value: Any) -> bool:
    first = value[0] if isinstance(value, list) and value else value
    return looks_like_url(str(first)) and bool(re.search(r"\.(?:jpe?g|png|webp|gif|avif)", str(first), re.I))


def _is_noise(value: Any) -> bool:
    return looks_like_url(str(value)) or bool(_TIME.fullmatch(str(value)))


@cache
def _names() -> Mapping[str, tuple[str, str]]:
    names: dict[str, tuple[str, str]] = {}
    for line in columns_file()["names"]:
        zh, _, en = (part.strip() for part in str(line).partition("|"))
        first_zh, first_en = zh.split(",")[0].strip(), en.split(",")[0].strip()
        for name in (*zh.split(","), *en.split(",")):
            names[key_of(name)] = (first_zh, first_en)
    return names

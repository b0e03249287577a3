"""The model's values as JSON documents: what the database stores and what a shop folder holds.

`encode` leaves out what has its default, so documents stay small and adding a field changes none. `decode` is strict:
an unknown field, a missing one or a wrong type raises `DocumentError` with the place and what to write instead.
"""

import hashlib
import json
import re
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, TypeVar

from knowledge.model import Attribute, Text

T = TypeVar("T")
_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_RELATIVE = re.compile(r"([+-])\s*((?:\d+\s*[wdhm]\s*)+)")
_PART = re.compile(r"(\d+)\s*([wdhm])")
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes"}


class DocumentError(ValueError):
    """A document is not what its kind needs; the message names the field."""


@dataclass(frozen=True, slots=True)
class _Context:
    now: datetime


_Decoder = Callable[[Any, str, _Context], Any]


def encode(value: Any) -> Any:
    """A value as plain JSON: money as strings, times in ISO 8601, `Text` as {zh, en}, defaults left out."""
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Text):
        return {lang: text for lang, text in (("zh", value.zh), ("en", value.en)) if text}
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    kind: Any = type(value)
    return {name: encode(found) for name, default in _defaults(kind) if (found := getattr(value, name)) != default}


def decode(kind: type[T], document: Any, *, now: datetime | None = None, where: str = "") -> T:
    """The value that `document` describes; relative times like "-3d 4h" count from `now`."""
    of: Any = kind
    result = _decoder(of)(document, where or kind.__name__.lower(), _Context(now or datetime.now(UTC)))
    return typing.cast(T, result)


def canonical(document: Any) -> str:
    """A document as JSON text, the same whenever its content is."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(document: Any) -> str:
    """A short name for a document's content, the same in every process."""
    return digest_of_text(canonical(document))


def digest_of_text(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def text_of(value: str) -> Text:
    """A plain string is in the language it is written in."""
    return Text(zh=value) if _CHINESE.search(value) else Text(en=value)


def moment(value: str, now: datetime) -> datetime:
    """An ISO 8601 time (in the zone of `now` when it has no offset), `now`, or one relative to it such as "-3d 4h"."""
    text = value.strip().lower()
    if text == "now":
        return now
    if found := _RELATIVE.fullmatch(text):
        span = timedelta()
        for number, unit in _PART.findall(found[2]):
            span += timedelta(**{_UNITS[unit]: int(number)})
        now = now.astimezone(UTC)  # an hour is an hour, also where clocks change
        return now - span if found[1] == "-" else now + span
    parsed = datetime.fromisoformat(value.strip())
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=now.tzinfo)


@cache
def _defaults(kind: Any) -> tuple[tuple[str, Any], ...]:
    return tuple(
        (field.name, field.default_factory() if field.default_factory is not MISSING else field.default)
        for field in fields(kind)
    )


@cache
def _decoder(kind: Any) -> _Decoder:
    simple = _SIMPLE.get(kind)
    if simple is not None:
        return simple
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is Literal:
        return _choice(arguments)
    if origin in (types.UnionType, typing.Union):
        inner = _decoder(next(part for part in arguments if part is not type(None)))
        return lambda value, where, context: None if value is None else inner(value, where, context)
    if origin is tuple:
        return _sequence(_decoder(arguments[0]))
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(_any_string if arguments[1] is str else _decoder(arguments[1]))
    if is_dataclass(kind):
        return _record(typing.cast(type, kind))
    raise TypeError(f"no documents for {kind!r}")


def _record(kind: type) -> _Decoder:
    hints = typing.get_type_hints(kind)
    decoders = {field.name: _decoder(hints[field.name]) for field in fields(kind)}
    required = [field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING]

    def read(document: Any, where: str, context: _Context) -> Any:
        if not isinstance(document, Mapping):
            raise DocumentError(f"{where}: expected fields, got {_short(document)}")
        values = {}
        for key, value in document.items():
            decoder = decoders.get(key)
            if decoder is None:
                raise DocumentError(f"{where}: unknown field {key!r}; known are {', '.join(decoders)}")
            values[key] = decoder(value, f"{where}.{key}", context)
        for name in required:
            if name not in values:
                raise DocumentError(f"{where}: {name} is missing")
        return kind(**values)

    return read


def _sequence(item: _Decoder) -> _Decoder:
    def read(value: Any, where: str, context: _Context) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise DocumentError(f"{where}: expected a list, got {_short(value)}")
        return tuple(item(part, f"{where}[{index}]", context) for index, part in enumerate(value))

    return read


def _choice(allowed: tuple[Any, ...]) -> _Decoder:
    def read(value: Any, where: str, context: _Context) -> Any:
        if value not in allowed:
            raise DocumentError(f"{where}: {_short(value)} is not one of {', '.join(map(str, allowed))}")
        return value

    return read


def _mapping(item: _Decoder) -> _Decoder:
    def read(value: Any, where: str, context: _Context) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            raise DocumentError(f"{where}: expected fields, got {_short(value)}")
        return MappingProxyType({str(key): item(one, f"{where}.{key}", context) for key, one in value.items()})

    return read


def _any_string(value: Any, where: str, context: _Context) -> str:
    return str(value)


def _string(value: Any, where: str, context: _Context) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return str(value)  # YAML reads an id such as 1001 as a number
    raise DocumentError(f"{where}: expected text, got {_short(value)}")


def _text(value: Any, where: str, context: _Context) -> Text:
    if isinstance(value, Mapping):
        unknown = set(value) - {"zh", "en"}
        if unknown:
            raise DocumentError(f"{where}: expected zh and en, got {', '.join(map(str, value))}")
        return Text(**{lang: _string(part, f"{where}.{lang}", context) for lang, part in value.items()})
    return text_of(_string(value, where, context))


def _attribute(value: Any, where: str, context: _Context) -> Attribute:
    if isinstance(value, list | tuple):
        if len(value) != 4:
            raise DocumentError(f"{where}: expected [名称, Name, 值, Value], got {len(value)} parts")
        name_zh, name_en, zh, en = (_string(part, where, context) for part in value)
        return Attribute(Text(name_zh, name_en), Text(zh, en))
    if not isinstance(value, Mapping) or set(value) != {"name", "value"}:
        raise DocumentError(f"{where}: expected name and value, got {_short(value)}")
    return Attribute(_text(value["name"], f"{where}.name", context), _text(value["value"], f"{where}.value", context))


def _money(value: Any, where: str, context: _Context) -> Decimal:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        amount = Decimal("NaN")
    if isinstance(value, bool) or not amount.is_finite() or abs(amount) >= 10**12:
        raise DocumentError(f"{where}: expected an amount such as 199.00, got {_short(value)}")
    return amount


def _whole(value: Any, where: str, context: _Context) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise DocumentError(f"{where}: expected a whole number, got {_short(value)}")
    return value


def _flag(value: Any, where: str, context: _Context) -> bool:
    if not isinstance(value, bool):
        raise DocumentError(f"{where}: expected true or false, got {_short(value)}")
    return value


def _time(value: Any, where: str, context: _Context) -> datetime:
    if isinstance(value, datetime):  # YAML reads an unquoted time
        return value if value.tzinfo else value.replace(tzinfo=context.now.tzinfo)
    try:
        return moment(str(value), context.now)
    except (ValueError, OverflowError) as error:
        raise DocumentError(f'{where}: expected a time such as "-3d 4h" or 2026-11-11T00:00:00+08:00') from error


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


_SIMPLE: dict[Any, _Decoder] = {
    str: _string,
    Text: _text,
    Attribute: _attribute,
    Decimal: _money,
    int: _whole,
    bool: _flag,
    datetime: _time,
}

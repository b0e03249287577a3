"""JSON and JSON lines. A list at the top and lines are read piece by piece, whatever their size; a document whose
list of products lies deeper is read whole, so it may be no larger than `_WHOLE_MB`."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from knowledge.ingest.readers.delimited import encoding_of
from knowledge.ingest.readers.rows import Row, Table
from knowledge.ingest.readers.shapes import is_group, product_lists, unwrapped, wrapper_of
from knowledge.ingest.report import IngestError

_WHOLE_MB = 64
_BLOCK = 1 << 20
_LONGEST_ITEM = 16 << 20  # characters of one element of a list
_MORE = "more to come"
_LOOKED_AT = 50  # elements of a list that tell whether they are products


def json_table(path: Path, start: bytes) -> Table:
    """Raises `IngestError` when the file is no JSON or holds no list of products."""
    encoding = encoding_of(path, start)
    name = path.name

    def opened() -> TextIO:
        return path.open(encoding=encoding, errors="replace")

    with opened() as file:
        head = file.read(_BLOCK).lstrip("\ufeff \t\r\n")
    if head.startswith("["):
        with opened() as file:
            first_ones = list(islice(_elements(file, name), _LOOKED_AT))
        if not any(isinstance(item, Mapping) and is_group(item) for item in first_ones):
            key = wrapper_of(first_ones)
            return Table(name, lambda: _listed(opened, name, key))
    first = head.split("\n", 1)[0].strip()
    if path.suffix.lower() in (".jsonl", ".ndjson") or isinstance(_parsed(first), dict) and "\n" in head.strip():
        around = wrapper_of([_parsed(line) for line in head.split("\n")[:_LOOKED_AT]])
        return Table(name, lambda: _lines(opened, name, around))
    size = path.stat().st_size
    if size > _WHOLE_MB << 20:
        raise IngestError(
            f"{name} has {size >> 20} MB and its products lie below other fields; "
            "save them as a list at the top or one a line (.jsonl)"
        )
    return Table(name, lambda: _nested(opened, name))


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _listed(opened: Callable[[], TextIO], name: str, key: str) -> Iterator[Row]:
    with opened() as file:
        for number, item in enumerate(_elements(file, name)):
            yield _row(f"{name}[{number}]", item, key)


def _row(where: str, item: Any, key: str = "") -> Row:
    if isinstance(item, Mapping):
        return Row(where, unwrapped(item, key))
    return Row(where, {"value": item}, f"expected an object, got {str(item)[:40]!r}")


def _elements(file: TextIO, name: str) -> Iterator[Any]:
    """The elements of the list at the top of a file."""
    decoder, text, at, lines = json.JSONDecoder(), file.read(_BLOCK), 0, 1
    at = text.index("[") + 1
    ended = False
    while True:
        while True:  # up to the next element
            while at < len(text) and text[at] in " \t\r\n,":
                at += 1
            if at < len(text) or ended:
                break
            lines, text, at = lines + text.count("\n"), file.read(_BLOCK), 0
            ended = not text
        if at >= len(text):
            raise IngestError(f"{name} is not JSON: the list ends without ]")
        if text[at] == "]":
            return
        try:
            item, end = decoder.raw_decode(text, at)
            if end == len(text) and not ended:  # a number may go on
                raise json.JSONDecodeError(_MORE, text, end)
        except RecursionError as error:
            raise IngestError(f"{name} is nested too deeply") from error
        except json.JSONDecodeError as error:
            more = "" if ended or len(text) - error.pos > _LONGEST_ITEM else file.read(_BLOCK)
            if not more and (ended or error.msg != _MORE):
                line = lines + text.count("\n", 0, error.pos)
                raise IngestError(f"{name} is not JSON: {error.msg} in line {line}") from error
            ended = not more
            lines, text, at = lines + text.count("\n", 0, at), text[at:] + more, 0
            continue
        yield item
        at = end


def _lines(opened: Callable[[], TextIO], name: str, key: str) -> Iterator[Row]:
    with opened() as file:
        for number, line in enumerate(file, 1):
            line = line.strip("\ufeff \t\r\n")
            if not line:
                continue
            where = f"{name}:{number}"
            try:
                item = json.loads(line)
            except RecursionError:
                yield Row(where, {"value": line[:2_000]}, "this line is nested too deeply")
            except ValueError as error:
                yield Row(where, {"value": line[:2_000]}, f"this line is not JSON: {error}")
            else:
                yield _row(where, item, key)


def _nested(opened: Callable[[], TextIO], name: str) -> Iterator[Row]:
    with opened() as file:
        text = file.read()
    try:
        document = json.loads(text.lstrip("\ufeff"))
    except RecursionError as error:
        raise IngestError(f"{name} is nested too deeply") from error
    except json.JSONDecodeError as error:
        raise IngestError(f"{name} is not JSON: {error.msg} in line {error.lineno}") from error
    lists: Sequence[tuple[str, Sequence[Any]]] = product_lists(document)
    if not lists:
        raise IngestError(f"{name} holds no list of products")
    for path, items in lists:
        where = f"{name}/{path}" if path else name
        for number, item in enumerate(items):
            yield _row(f"{where}[{number}]", item)

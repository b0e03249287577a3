"""XML product feeds: Google Merchant (RSS 2.0 and Atom), and any other file that repeats one element a product.

Google's fields: https://support.google.com/merchants/answer/7052112. Read piece by piece; entities and external parts
are refused.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from knowledge.ingest.readers.rows import Row, Table
from knowledge.ingest.report import IngestError

_PRODUCTS = ("item", "entry", "product", "offer", "goods", "sku")
_LOOKED_AT = 3_000  # elements at the beginning that tell which one is repeated
_NOT_THE_GOODS = frozenset(("shipping", "tax", "installment", "subscription_cost", "loyalty_program"))


def feed_table(path: Path) -> Table:
    """Raises `IngestError` when the file repeats no element that holds fields."""
    tag = _repeated(path)
    if not tag:
        raise IngestError(f"{path.name} holds no products: no element of it is repeated")
    return Table(path.name, lambda: _rows(path, tag))


def _rows(path: Path, tag: str) -> Iterator[Row]:
    number, parents = 0, list[Element]()
    for event, element in _events(path, ("start", "end")):
        if event == "start":
            parents.append(element)
            continue
        parents.pop()
        if _local(element.tag) == tag and not any(_local(parent.tag) == tag for parent in parents):
            number += 1
            yield Row(f"{path.name}: {tag} {number}", _fields(element))
            if parents:
                parents[-1].remove(element)  # what was read is forgotten, so memory stays small
            element.clear()


def _events(path: Path, kinds: tuple[str, ...]) -> Iterator[tuple[str, Element]]:
    try:
        yield from iterparse(str(path), events=kinds, forbid_dtd=False)
    except ParseError as error:
        line, column = error.position
        raise IngestError(f"{path.name} is broken XML in line {line}, column {column}: {error}") from error
    except DefusedXmlException as error:
        raise IngestError(f"{path.name} defines XML entities, which no feed needs; it was not read") from error


def _repeated(path: Path) -> str:
    """The element that is a product: one of the usual names, else the one that is repeated most and has fields."""
    counts: Counter[str] = Counter()
    depth = 0
    for place, (event, element) in enumerate(_events(path, ("start", "end"))):
        depth += 1 if event == "start" else -1
        if event == "end" and 1 <= depth <= 4 and len(element):
            counts[_local(element.tag)] += 1
        if place > _LOOKED_AT:
            break
    usual = next((name for name in _PRODUCTS if counts[name]), "")
    if usual or not counts:
        return usual
    tag, times = counts.most_common(1)[0]
    return tag if times > 1 else ""


def _fields(element: Element) -> dict[str, Any]:
    """{local name: text, list of texts, or nested fields}; attributes of an element stand beside its children."""
    fields: dict[str, Any] = {}

    def add(name: str, value: Any) -> None:
        if value in ("", None, {}):
            return
        if name not in fields:
            fields[name] = value
        elif isinstance(fields[name], list):
            fields[name].append(value)
        else:
            fields[name] = [fields[name], value]

    for name, value in element.attrib.items():
        add(_local(name), value)
    for child in element:
        name, text = _local(child.tag), (child.text or "").strip()
        if name in _NOT_THE_GOODS:
            continue
        if name == "link" and not text:
            text = child.attrib.get("href", "")  # Atom
        if name == "param" and (title := child.attrib.get("name")):
            add(title, text)  # YML: <param name="Colour">blue</param>
        elif name in ("product_detail", "attribute") and len(child):
            detail = _fields(child)
            title = detail.get("attribute_name") or detail.get("name")
            add(str(title), detail.get("attribute_value") or detail.get("value"))
        elif len(child):
            add(name, _fields(child))
        else:
            add(name, text)
            for attribute, value in child.attrib.items():
                if attribute == "currency":
                    add("currency", value)
    return fields


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]

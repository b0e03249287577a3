"""Where the products are in a JSON document of any shape."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from knowledge.ingest.values import key_of, same_name, variant_part

_DEEPEST = 8
_COUNTED = 200  # elements that are looked at to weigh a list
_CONTAINERS = frozenset(
    "products product items item goods data list results records rows edges nodes hits entries 商品 商品列表".split()
)
_VARIANTS = frozenset("variants skus sku list options offers 规格列表".split())
_Lists = dict[str, list[tuple[str, Sequence[Any]]]]


def product_lists(document: Any) -> Sequence[tuple[str, Sequence[Any]]]:
    """(path, elements) of the lists that hold the products: all that stand at the same place, such as
    `categories[].products`, where that place holds the most that looks like products."""
    found: _Lists = {}
    _collect(document, "", "", {}, found, 0)
    if found:
        return max(found.values(), key=lambda lists: sum(_weight(items) for _, items in lists))
    longest: list[tuple[str, Sequence[Any]]] = []
    _any_lists(document, "", longest, 0)
    if longest:
        return [max(longest, key=lambda place: len(place[1]))]
    return [("", [document])] if isinstance(document, Mapping) and document else []


def wrapper_of(items: Sequence[Any]) -> str:
    """The field in which elements hold their product, {"rank": 1, "product": {…}}; "" when they are products."""
    counts: Counter[str] = Counter()
    looked = [item for item in items[:_COUNTED] if isinstance(item, Mapping)]
    for item in looked:
        inner = [str(key) for key, value in item.items() if isinstance(value, Mapping)]
        if not is_product(item) and len(inner) == 1 and "title" in _fields(item[inner[0]]):
            counts[inner[0]] += 1
    key, times = counts.most_common(1)[0] if counts else ("", 0)
    return key if times * 2 > len(looked) else ""


def unwrapped(item: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The product that an element holds below `key`, with the element's own id when it has none."""
    inner = item.get(key)
    if not key or not isinstance(inner, Mapping):
        return dict(item)
    return {name: value for name, value in item.items() if (same_name(str(name)) or ("",))[0] == "id"} | dict(inner)


def is_product(item: Mapping[str, Any]) -> bool:
    """Whether an object has a name and something else that a product has, and holds no list of products itself."""
    fields = _fields(item)
    return "title" in fields and len(fields) > 1 and not is_group(item)


def is_group(item: Mapping[str, Any]) -> bool:
    """Whether an object holds a list of things that are products: a category with its goods."""
    return any(
        key_of(str(key)) in _CONTAINERS and isinstance(value, list) and any(_is_product_like(part) for part in value)
        for key, value in item.items()
    )


def _is_product_like(part: Any) -> bool:
    return isinstance(part, Mapping) and "title" in _fields(unwrapped(part, wrapper_of([part])))


def _fields(item: Mapping[str, Any]) -> set[str]:
    found = {field[0] for key in item if (field := same_name(str(key))) is not None}
    if any(key_of(str(key)) in _VARIANTS and isinstance(value, list) for key, value in item.items()):
        found.add("variants")
    return found


def _weight(items: Sequence[Any]) -> float:
    looked = [item for item in items[:_COUNTED] if isinstance(item, Mapping)]
    known = sum(len(_fields(item)) for item in looked) / max(1, len(looked))
    return len(items) * known * known  # a few rich products outweigh many names of categories


def _collect(node: Any, path: str, place: str, given: Mapping[str, Any], found: _Lists, depth: int) -> None:
    if depth > _DEEPEST:
        return
    if isinstance(node, list):
        key = wrapper_of(node)
        items = [unwrapped(item, key) if isinstance(item, Mapping) else item for item in node]
        if _are_products(items):
            found.setdefault(place, []).append((path, [_with(item, given) for item in items]))
            return
        for number, item in enumerate(node):
            if isinstance(item, Mapping):
                _collect(item, f"{path}[{number}]", f"{place}[]", given, found, depth + 1)
        return
    if not isinstance(node, Mapping):
        return
    if len(node) > 1 and all(isinstance(value, Mapping) for value in node.values()) and _are_products(node.values()):
        items = [{"id": key, **value} for key, value in node.items()]  # {"1001": {…}, "1002": {…}}
        found.setdefault(place, []).append((path, [_with(item, given) for item in items]))
        return
    if is_product(node) and len(_fields(node)) > 2:
        found.setdefault(place, []).append((path, [_with(node, given)]))
        return
    inherited = _category(node) or given
    for key, value in node.items():
        deeper = f"{path}.{key}" if path else str(key)
        _collect(value, deeper, f"{place}.{key}" if place else str(key), inherited, found, depth + 1)


def _are_products(values: Any) -> bool:
    looked = [value for value in list(values)[:_COUNTED] if isinstance(value, Mapping)]
    return bool(looked) and sum(map(is_product, looked)) > len(looked) / 2


def _category(node: Mapping[str, Any]) -> dict[str, Any]:
    """What a group of products is called: the category of those that name none."""
    if not is_group(node):
        return {}
    for wanted in ("category", "title"):
        for key, value in node.items():
            if isinstance(value, str) and (same_name(str(key)) or ("",))[0] == wanted:
                return {"category": value}
    return {}


def _with(item: Any, given: Mapping[str, Any]) -> Any:
    if not given or not isinstance(item, Mapping) or "category" in _fields(item):
        return item
    return {**item, **given}


def _any_lists(node: Any, path: str, found: list[tuple[str, Sequence[Any]]], depth: int) -> None:
    if depth > _DEEPEST:
        return
    if isinstance(node, list):
        if any(isinstance(item, Mapping) for item in node):
            found.append((path, node))
    elif isinstance(node, Mapping):
        for key, value in node.items():
            if not any(variant_part(str(inner)) for inner in node):
                _any_lists(value, f"{path}.{key}" if path else str(key), found, depth + 1)

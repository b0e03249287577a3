"""Cells as merchants fill them: prices with signs and units, stock in words, text with HTML in it."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from html.parser import HTMLParser
from importlib import resources
from typing import Any, NamedTuple

import yaml

from knowledge.quantity import find_quantities

_NUMBER = r"\d{1,3}(?:[, ']\d{3})+(?:\.\d+)?|\d{1,3}(?:[. ]\d{3})*,\d{1,2}(?!\d)|\d+(?:\.\d+)?"
_PRICE = re.compile(
    rf"(?P<sign>us\$|hk\$|nt\$|[¥￥$€£]|rmb|cny|usd|eur|gbp|人民币)?\s*[:：]?\s*(?P<number>{_NUMBER})\s*(?P<times>万|千)?\s*"
    r"(?P<unit>元|块钱|块|圆|人民币|rmb|cny|yuan|美元|usd|dollars?|eur|€|gbp|欧元|英镑)?\s*(?:[/每](?P<per>[^\d\s]{1,6})|起)?"
)
_TIMES = {"万": Decimal(10_000), "千": Decimal(1_000), None: Decimal(1)}
_CURRENCIES = {
    "¥": "CNY", "￥": "CNY", "rmb": "CNY", "cny": "CNY", "元": "CNY", "块": "CNY", "块钱": "CNY", "圆": "CNY",
    "人民币": "CNY", "yuan": "CNY", "$": "USD", "us$": "USD", "usd": "USD", "美元": "USD", "dollar": "USD",
    "dollars": "USD", "€": "EUR", "eur": "EUR", "欧元": "EUR", "£": "GBP", "gbp": "GBP", "英镑": "GBP",
    "hk$": "HKD", "nt$": "TWD",
}  # fmt: skip
_NOTHING = frozenset(
    "- -- — / n/a na nan null none nil tbd ? #n/a #value! #ref! #name? 无 暂无 没有 面议 待定 询价 咨询客服".split()
)
_SOLD_OUT = frozenset(("缺货", "无货", "售罄", "断货", "卖完", "out of stock", "sold out", "no", "false", "否"))
_ON_SALE = frozenset(
    (
        "有货",
        "充足",
        "现货",
        "有",
        "预售",
        "in stock",
        "preorder",
        "backorder",
        "limited availability",
        "available",
        "low stock",
        "yes",
        "true",
        "是",
        "大量",
    )
)
_OFF_SALE = frozenset(
    "draft archived inactive unpublished hidden disabled off no false 0 n "
    "下架 已下架 未上架 停售 停产 草稿 隐藏 否 仓库中".split()
)
_URL = re.compile(r"(?:https?:)?//\S+\.\S+|[\w./\-]+\.(?:jpe?g|png|webp|gif|avif)", re.I)
_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>")
_CENTS = re.compile(r"(?: in)? cents$| fen$| 分$| minor(?: units?)?$")
_HIDDEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\ud800-\uf8ff\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
_MARKS = re.compile(r"[\s_\-./()（）\[\]【】:：*#]+")
_SPACED = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")  # 品 名
_OF_WHAT = re.compile(r" (?:元|￥|¥|rmb|cny|usd|eur|件|个|双|台|pcs|含税|必填|选填|required|optional)$")  # 售价（元）
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BLOCKS = frozenset(("p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "section"))
_SILENT = frozenset(("script", "style", "template", "noscript", "head", "iframe", "object", "svg"))


class ValueProblem(ValueError):
    """A cell cannot be what its column is taken for; the message is the reason for the row's refusal."""


def plain(value: Any, limit: int = 20_000) -> str:
    """A cell as plain text of at most `limit` characters: HTML reduced to what it says, invisible characters gone."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # spreadsheets keep 39 as 39.0
    text = str(value)[: limit * 5]
    if len(text) <= limit and text.isprintable() and "<" not in text and "&" not in text:
        return " ".join(text.split())  # as most cells are
    if "<" in text or "&" in text:
        text = _without_html(text)
    text = _HIDDEN.sub("", text)
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)[:limit]


def is_nothing(value: Any) -> bool:
    """Whether a cell says that there is no value: empty, N/A, 暂无, 面议."""
    return value is None or value == [] or value == {} or str(value).strip().lower() in _NOTHING | {""}


class Price(NamedTuple):
    """A cell read as a price: no amount when it says that there is none."""

    amount: Decimal | None
    currency: str = ""  # when the cell says which, ISO 4217
    remark: str = ""
    unit: str = ""  # what it is the price of: 件 in "199元/件"


def price_of(value: Any, *, cents: bool = False) -> Price:
    """A price cell; `cents` when the column gives hundredths. Raises `ValueProblem` when it cannot be understood."""
    if is_nothing(value) or isinstance(value, bool):
        return Price(None)
    scale = Decimal("0.01") if cents else Decimal(1)
    if isinstance(value, int | float | Decimal):
        return Price(_checked(Decimal(str(value)) * scale, value))
    text = unicodedata.normalize("NFKC", plain(value, 200)).lower().strip()
    text = text.replace("，", ",")
    if text in ("免费", "free"):
        return Price(Decimal(0))
    if found := _PRICE.fullmatch(text):
        currency = _CURRENCIES.get(found["sign"] or found["unit"] or "", "")
        amount = Decimal(_plain_number(found["number"])) * _TIMES[found["times"]] * scale
        return Price(_checked(amount, value), currency, unit=found["per"] or "")
    if text.startswith("-") and _PRICE.fullmatch(text[1:].strip()):
        raise ValueProblem(f"the price {text!r} is below zero")
    amounts = [mention.quantity for mention in find_quantities(text) if mention.quantity.dimension in ("money", "")]
    if not amounts:
        raise ValueProblem(f"the price {text[:40]!r} is no amount")
    low, high = min(min(amount.base()) for amount in amounts), max(max(amount.base()) for amount in amounts)
    unit = next((amount.unit.id for amount in amounts if amount.dimension == "money"), "")
    remark = f"the price {text!r} is a range; its lowest was taken" if low != high else ""
    return Price(_checked(low * scale, value), unit if unit in _CURRENCIES.values() else "", remark)


def _plain_number(text: str) -> str:
    """A number without marks of thousands; a comma before one or two last digits is a decimal mark."""
    if re.search(r",\d{1,2}$", text):
        return re.sub(r"[. ]", "", text).replace(",", ".")
    return re.sub(r"[, ']", "", text)


def stock_of(value: Any) -> tuple[int | None, str]:
    """(pieces, a remark or ""); None when the cell does not say how many."""
    if is_nothing(value):
        return None, ""
    text = unicodedata.normalize("NFKC", plain(value, 100)).lower().replace(",", "").replace("_", " ")
    if text in _SOLD_OUT:
        return 0, ""
    if text in _ON_SALE:
        return None, ""
    if re.match(r"\d{1,3}(?:\.\d{3})+(?!\d)", text):
        text = text.replace(".", "")  # there is no 1.200th of a piece: the point marks thousands
    found = re.match(r"-?\d+(?:\.\d+)?", text)
    if not found:
        return None, f"the stock {text[:40]!r} is no number and was left out"
    number = int(Decimal(found[0]))
    return (number, "") if number >= 0 else (0, f"the stock {text[:40]!r} is below zero; 0 was taken")


def is_off_sale(value: Any) -> bool:
    """Whether a cell about being on sale says no."""
    return unicodedata.normalize("NFKC", plain(value, 40)).strip().lower() in _OFF_SALE


def looks_like_amount(text: str) -> bool:
    return bool(_PRICE.fullmatch(unicodedata.normalize("NFKC", text).lower().strip()))


def looks_like_url(text: str) -> bool:
    return bool(_URL.fullmatch(text.strip()))


@lru_cache(4096)
def key_of(name: str) -> str:
    """A column's name for comparing: "subTitle", "sub_title" and "Sub title " are one."""
    spaced = _CAMEL.sub(" ", unicodedata.normalize("NFKC", name)).lower()
    return " ".join(_MARKS.sub(" ", spaced).split())


def same_name(name: str) -> tuple[str, int] | None:
    """The field that a column's name stands for, with its place in the list of names (0 is the surest)."""
    names, key = _field_names(), key_of(name)
    return names.get(key) or names.get(_SPACED.sub("", key)) or names.get(_SPACED.sub("", _OF_WHAT.sub("", key)))


def in_cents(name: str) -> str:
    """The column's name without the words that say its amounts are hundredths; empty when it says no such thing."""
    bare = _CENTS.sub("", key := key_of(name))
    return "" if bare == key else bare


def is_ignored(name: str) -> bool:
    key = key_of(name)
    return key in _listed("ignored") or key.endswith(" ids")


def is_sale(name: str) -> bool:
    """Whether a column of prices gives those that hold for a while."""
    return key_of(name) in _listed("sale")


def variant_part(name: str) -> tuple[str, int] | None:
    """The part of a variant that a key in a nested file stands for."""
    return _variant_names().get(key_of(name))


@cache
def columns_file() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(data_file("columns.yaml"))
    return document


@cache
def papers_file() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(data_file("papers.yaml"))
    return document


def data_file(name: str) -> str:
    """The text of a data file of this package."""
    return (resources.files("knowledge") / "data" / name).read_text(encoding="utf-8")


@cache
def _listed(name: str) -> frozenset[str]:
    return frozenset(key_of(str(other)) for other in columns_file()[name])


@cache
def _field_names() -> dict[str, tuple[str, int]]:
    return _ranked(columns_file()["fields"])


@cache
def _variant_names() -> dict[str, tuple[str, int]]:
    return _ranked(columns_file()["variant"])


def _ranked(names: dict[str, list[str]]) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for field, others in names.items():
        for place, name in enumerate(others):
            found.setdefault(key_of(name), (field, place))
    return found


def _checked(amount: Decimal, value: Any) -> Decimal:
    try:
        amount = amount.quantize(Decimal("0.01")) if amount != amount.to_integral() else amount.quantize(Decimal(1))
    except InvalidOperation as error:
        raise ValueProblem(f"the price {str(value)[:40]!r} is no amount") from error
    if amount < 0:
        raise ValueProblem(f"the price {str(value)[:40]!r} is below zero")
    if amount >= 10**10:
        raise ValueProblem(f"the price {str(value)[:40]!r} is too high to be one")
    return amount


def _without_html(text: str) -> str:
    for _ in range(3):  # escaped tags are tags once they are read
        reader = _Reader()
        reader.feed(text)
        reader.close()
        text = "".join(reader.parts)
        if not _TAG.search(text):
            break
    return _TAG.sub("", text)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)

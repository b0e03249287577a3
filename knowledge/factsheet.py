"""Every statement the shop stands behind about one of its things, as facts in both languages."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from knowledge.facts import Fact, FactKind, Facts
from knowledge.model import LANGS, Faq, Lang, Order, Passage, Policy, Product, Promotion, Text

_SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "HKD": "HK$", "TWD": "NT$"}
_UNITS_ZH = {"CNY": "元", "USD": "美元", "EUR": "欧元", "GBP": "英镑", "JPY": "日元", "HKD": "港元", "TWD": "新台币"}
_STATES = {
    "unpaid": Text("待付款", "awaiting payment"),
    "paid": Text("已付款，待发货", "paid, not shipped yet"),
    "packed": Text("已打包，待揽收", "packed, waiting for pickup"),
    "shipped": Text("运输中", "in transit"),
    "delivered": Text("已签收", "delivered"),
    "completed": Text("已完成", "completed"),
    "cancelled": Text("已取消", "cancelled"),
    "return_requested": Text("已申请退货", "return requested"),
    "returning": Text("退货途中", "being returned"),
    "refunded": Text("已退款", "refunded"),
    "exchanging": Text("换货中", "being exchanged"),
}

_DETAILS = {
    "invoice": Text("发票", "invoice"),
    "refund": Text("退款", "refund"),
    "warranty": Text("保修", "warranty"),
    "installation": Text("安装", "installation"),
}


def money(amount: Decimal, currency: str, lang: Lang) -> str:
    """An amount as one writes it: 899元 and ¥899, 9.99美元 and $9.99."""
    number = format(amount.normalize() if amount == amount.to_integral() else amount, "f")
    if lang == "zh":
        return number + _UNITS_ZH.get(currency, " " + currency)
    sign = _SIGNS.get(currency)
    return f"{sign}{number}" if sign else f"{number} {currency}"


def order_state(state: str) -> Text:
    return _STATES[state]


def product_facts(product: Product) -> Facts:
    """Title, category, brand, prose, prices, stock, each attribute, and each variant's options, price and stock."""
    return Facts.of(_product_facts(product))


def promotion_facts(promotion: Promotion, currency: str, version: int = 1) -> Facts:
    return Facts.of(_promotion_facts(promotion, currency, version))


def policy_facts(policy: Policy, version: int = 1) -> Facts:
    sheet = _Sheet(f"policy:{policy.id}", "policy", version=version)
    facts = [
        *sheet.both("title", Text("名称", "title"), policy.title),
        *sheet.both("text", Text("内容", "text"), policy.text),
    ]
    for attribute in policy.attributes:
        facts += sheet.both(attribute.name("zh"), attribute.name, attribute.value)
    return Facts.of(facts)


def faq_facts(faq: Faq, version: int = 1) -> Facts:
    sheet = _Sheet(f"faq:{faq.id}", "faq", version=version)
    return Facts.of(sheet.both("answer", faq.question, faq.answer))


def passage_facts(product_id: str, passages: Sequence[Passage]) -> Facts:
    """What manuals say about a product, as its prose; the source names file and page."""
    facts: list[Fact] = []
    for passage in passages:
        sheet = _Sheet(product_id, "text", source=passage.source)
        name = passage.title if passage.title else Text("说明书", "manual")
        facts += sheet.both(f"manual/{passage.id}", name, passage.text)
    return Facts.of(facts)


def order_facts(order: Order, currency: str) -> Facts:
    """Facts of one order; only for whoever has shown that the order is theirs."""
    return Facts.of(_order_facts(order, currency))


class _Sheet:
    """Makes the facts of one subject."""

    def __init__(self, subject: str, kind: FactKind, *, source: str = "", version: int = 1) -> None:
        self._subject = subject
        self._kind = kind
        self._source = source or subject
        self._version = version

    def both(
        self, key: str, name: Text, value: Text, *, kind: FactKind | None = None, variant: str = ""
    ) -> Iterator[Fact]:
        """One fact for each language the value is written in."""
        at = f"{self._subject}#{variant}" if variant else self._subject
        langs: tuple[Lang, ...] = ("zh", "en")
        for lang in langs:
            said = value.zh if lang == "zh" else value.en
            if said:
                yield Fact(
                    id=f"{at}/{key}",
                    subject=self._subject,
                    attribute=name(lang),
                    value=said,
                    kind=kind or self._kind,
                    variant=variant,
                    source=self._source,
                    version=self._version,
                )

    def money(
        self,
        key: str,
        name: Text,
        amount: Decimal | None,
        currency: str,
        *,
        kind: FactKind | None = None,
        variant: str = "",
    ) -> Iterator[Fact]:
        if amount is not None:
            value = Text(money(amount, currency, "zh"), money(amount, currency, "en"))
            yield from self.both(key, name, value, kind=kind, variant=variant)

    def count(
        self, key: str, name: Text, number: int | None, *, kind: FactKind | None, variant: str = ""
    ) -> Iterator[Fact]:
        if number is not None:
            yield from self.both(key, name, Text(str(number), str(number)), kind=kind, variant=variant)


def _product_facts(product: Product) -> Iterator[Fact]:
    sheet = _Sheet(product.id, "attribute", source=product.source, version=product.version)
    currency = product.currency
    yield from sheet.both("title", Text("名称", "title"), product.title, kind="title")
    yield from sheet.both("category", Text("类目", "category"), product.category, kind="category")
    yield from sheet.both("brand", Text("品牌", "brand"), Text(product.brand, product.brand), kind="brand")
    yield from sheet.both("brief", Text("简介", "summary"), product.brief, kind="text")
    yield from sheet.both("description", Text("介绍", "description"), product.description, kind="text")
    yield from sheet.money("price", Text("价格", "price"), product.price, currency, kind="price")
    yield from sheet.money("list_price", Text("原价", "list price"), product.list_price, currency, kind="list_price")
    yield from sheet.count("stock", Text("库存", "stock"), product.stock, kind="stock")
    for attribute in product.attributes:
        yield from sheet.both(attribute.name("zh"), attribute.name, attribute.value)
    for variant in product.variants:
        for option in variant.options:
            yield from sheet.both(option.name("zh"), option.name, option.value, kind="option", variant=variant.id)
        yield from sheet.money(
            "price", Text("价格", "price"), variant.price, currency, kind="price", variant=variant.id
        )
        yield from sheet.money(
            "list_price",
            Text("原价", "list price"),
            variant.list_price,
            currency,
            kind="list_price",
            variant=variant.id,
        )
        yield from sheet.count("stock", Text("库存", "stock"), variant.stock, kind="stock", variant=variant.id)


def _promotion_facts(promotion: Promotion, currency: str, version: int) -> Iterator[Fact]:
    sheet = _Sheet(f"promotion:{promotion.id}", "promotion", version=version)
    yield from sheet.both("name", Text("活动", "offer"), promotion.name)
    yield from sheet.both("text", Text("规则", "rule"), promotion.text)
    yield from sheet.money("threshold", Text("门槛", "threshold"), promotion.threshold, currency)
    yield from sheet.money("minus", Text("减", "off"), promotion.minus, currency)
    yield from sheet.money("cap", Text("最高减", "at most"), promotion.cap, currency)
    yield from sheet.money("deposit", Text("定金", "deposit"), promotion.deposit, currency)
    yield from sheet.money("worth", Text("定金可抵", "deposit counts for"), promotion.worth, currency)
    if promotion.percent_off is not None:
        percent = format(promotion.percent_off.normalize(), "f")
        fold = format(((100 - promotion.percent_off) / 10).normalize(), "f")
        yield from sheet.both("percent_off", Text("折扣", "discount"), Text(f"{fold}折", f"{percent}% off"))
    for key, name, number in (
        ("buy", Text("买", "buy"), promotion.buy),
        ("get", Text("送", "get"), promotion.get),
        ("max_times", Text("最多次数", "at most so many times"), promotion.max_times),
        ("per_customer", Text("每人限用", "per customer"), promotion.per_customer),
    ):
        yield from sheet.count(key, name, number, kind="promotion")
    yield from sheet.both("code", Text("优惠码", "code"), Text(promotion.code, promotion.code))
    yield from sheet.both("starts", Text("开始时间", "starts"), _day(promotion.starts))
    yield from sheet.both("ends", Text("结束时间", "ends"), _day(promotion.ends))
    yield from sheet.both("tail_from", Text("付尾款时间", "rest is due from"), _day(promotion.tail_from))


def _order_facts(order: Order, currency: str) -> Iterator[Fact]:
    sheet = _Sheet(f"order:{order.id}", "order")
    yield from sheet.both("id", Text("订单号", "order number"), Text(order.id, order.id))
    yield from sheet.both("state", Text("状态", "status"), order_state(order.state))
    yield from sheet.both("created", Text("下单时间", "ordered"), _day(order.created))
    yield from sheet.money("total", Text("实付", "total paid"), order.total, currency)
    yield from sheet.money("shipping_fee", Text("运费", "shipping fee"), order.shipping_fee, currency)
    yield from sheet.money("discount", Text("优惠", "discount"), order.discount, currency)
    yield from sheet.both("carrier", Text("快递公司", "carrier"), order.carrier)
    yield from sheet.both("tracking", Text("运单号", "tracking number"), Text(order.tracking, order.tracking))
    yield from sheet.both("address", Text("收货地址", "address"), Text(order.address, order.address))
    yield from sheet.both("expected", Text("预计送达", "expected"), _day(order.expected))
    for number, item in enumerate(order.items, 1):
        yield from sheet.both(f"item{number}", Text("商品", "item"), item.title)
        yield from sheet.count(f"item{number}/quantity", Text("数量", "quantity"), item.quantity, kind="order")
        yield from sheet.money(f"item{number}/price", Text("单价", "price each"), item.price, currency)
    for number, event in enumerate(order.events, 1):
        yield from sheet.both(f"event{number}", Text("物流", "shipment"), _event(event.at, event.text, event.place))
    for name, said in order.details.items():
        yield from sheet.both(f"detail/{name}", _DETAILS.get(name, Text(name, name)), said)


def _day(at: datetime | None) -> Text:
    if at is None:
        return Text()
    return Text(f"{at.year}年{at.month}月{at.day}日", f"{at:%B} {at.day}, {at.year}")


def _event(at: datetime, text: Text, place: Text) -> Text:
    zh, en = (f" {place(lang)}" if place else "" for lang in LANGS)
    return Text(f"{at.month}月{at.day}日 {at:%H:%M}{zh} {text('zh')}", f"{at:%B} {at.day} {at:%H:%M}{en} {text('en')}")


def merge(sheets: Iterable[Facts]) -> Facts:
    return Facts.of(fact for facts in sheets for fact in facts)

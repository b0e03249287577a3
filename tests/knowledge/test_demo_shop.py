"""The demo shop is held to what a real one would be: complete in both languages, consistent, lawful, priced right."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest

from assistant.guard.guard import Guard
from assistant.guard.sentences import SentenceSplitter
from knowledge.catalog import Catalog
from knowledge.facts import Facts
from knowledge.ingest.folder import ShopFolder, load_shop_folder
from knowledge.model import LANGS, Lang, OrderState, Product, PromotionKind, Text
from knowledge.quantity import find_quantities
from knowledge.settings import KnowledgeSettings

FOLDER = Path(__file__).parents[2] / "knowledge" / "demo"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HAN = re.compile(r"[\u3400-\u9fff]")
ASCII_MARKS = re.compile(r"[\u3400-\u9fff][,;!?()]|[,;!?()][\u3400-\u9fff]")
SUPERLATIVES = re.compile(
    r"最好|最佳|最低|最高级|最强|第一品牌|全网|国家级|顶级|极致|唯一|百分百有效|永久|万能|治疗|疗效|抗癌|杀菌率"
    r"|\b(the best|cheapest|number one|no\. ?1|world-class|100% effective|cures?|heals?|guaranteed)\b",
    re.IGNORECASE,
)
NUMBERS = re.compile(r"\d+(?:\.\d+)?")


@pytest.fixture(scope="module")
def shop() -> ShopFolder:
    return load_shop_folder(FOLDER, now=NOW)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    opened = Catalog.open(KnowledgeSettings(data_dir=tmp_path_factory.mktemp("shop")))
    report = opened.ingest(FOLDER)
    assert not report.refused
    assert not report.warnings
    yield opened
    opened.close()


def texts(shop: ShopFolder) -> Iterator[tuple[str, Text]]:
    """Every text that a shopper may see, with where it stands."""
    yield "shop", shop.shop.name
    yield "shop", shop.shop.slogan
    yield "shop", shop.shop.hours
    for product in shop.products:
        for text in (product.title, product.category, product.brief, product.description):
            yield product.id, text
        for attribute in product.attributes:
            yield product.id, attribute.name
            yield product.id, attribute.value
        for variant in product.variants:
            for option in variant.options:
                yield f"{product.id}#{variant.id}", option.name
                yield f"{product.id}#{variant.id}", option.value
    for promotion in shop.promotions:
        yield promotion.id, promotion.name
        yield promotion.id, promotion.text
    for policy in shop.policies:
        yield policy.id, policy.title
        yield policy.id, policy.text
        for attribute in policy.attributes:
            yield policy.id, attribute.name
            yield policy.id, attribute.value
    for faq in shop.faqs:
        yield faq.id, faq.question
        yield faq.id, faq.answer
    for order in shop.orders:
        for event in order.events:
            yield order.id, event.text


def test_nothing_is_refused_or_odd(shop: ShopFolder) -> None:
    assert shop.refused == []
    assert shop.warnings == []


def test_the_shop_is_as_large_as_one_would_run(shop: ShopFolder) -> None:
    assert len(shop.products) >= 84
    assert len({product.category for product in shop.products}) >= 8
    assert min(Counter(product.category for product in shop.products).values()) >= 8
    assert len(shop.promotions) >= 12
    assert len(shop.faqs) >= 60
    assert len(shop.customers) >= 40
    assert len(shop.orders) >= 60


def test_every_text_stands_in_both_languages(shop: ShopFolder) -> None:
    wrong = [(where, text) for where, text in texts(shop) if not text.zh and not text.en]
    assert wrong == []
    # A text may be the same in both (USB-C, 39), but then it holds no Chinese.
    chinese = [(where, text) for where, text in texts(shop) if HAN.search(text("en"))]
    assert chinese == []


def test_long_texts_are_written_in_both_languages(shop: ShopFolder) -> None:
    long = [text for p in shop.products for text in (p.title, p.category, p.brief, p.description)]
    long += [text for f in shop.faqs for text in (f.question, f.answer)] + [p.text for p in shop.promotions]
    assert [text for text in long if not (HAN.search(text.zh) and text.en)] == []


def test_chinese_uses_chinese_punctuation(shop: ShopFolder) -> None:
    assert [(where, text.zh) for where, text in texts(shop) if ASCII_MARKS.search(text.zh)] == []


def test_both_languages_state_the_same_figures(shop: ShopFolder) -> None:
    """Attribute values are facts: a figure that stands in one language only would contradict the other."""
    for where, attributes in [(p.id, p.attributes) for p in shop.products] + [
        (p.id, p.attributes) for p in shop.policies
    ]:
        for attribute in attributes:
            zh = sorted(NUMBERS.findall(attribute.value("zh").replace(",", "")))
            en = sorted(NUMBERS.findall(attribute.value("en").replace(",", "")))
            assert zh == en, f"{where}: {attribute}"


def test_descriptions_are_a_few_sentences(shop: ShopFolder) -> None:
    for product in shop.products:
        assert 2 <= len(re.findall(r"[。！]", product.description.zh)) <= 5, product.id
        assert 2 <= len(re.findall(r"[.!](?:\s|$)", product.description.en)) <= 6, product.id


def test_each_product_has_six_to_fifteen_attributes(shop: ShopFolder) -> None:
    for product in shop.products:
        assert 6 <= len(product.attributes) <= 15, product.id
        for lang in LANGS:
            names = [attribute.name(lang) for attribute in product.attributes]
            assert len(set(names)) == len(names), product.id


@pytest.mark.parametrize("lang", LANGS)
def test_figures_are_read_with_their_units(shop: ShopFolder, lang: Lang) -> None:
    measured = {"容量", "净重", "净含量", "额定功率", "电池容量", "保质期", "保修", "杯口直径", "电源线长", "额定电压"}
    for product in shop.products:
        for attribute in product.attributes:
            if attribute.name.zh not in measured:
                continue
            found = find_quantities(attribute.value(lang), lang)
            assert any(mention.quantity.dimension for mention in found), f"{product.id}: {attribute.value(lang)}"


def test_a_category_shares_attribute_names(shop: ShopFolder) -> None:
    """Comparison tables need rows that several products of a category have."""
    for category in {product.category for product in shop.products}:
        members = [product for product in shop.products if product.category == category]
        names = Counter(attribute.name.zh for product in members for attribute in product.attributes)
        assert sum(count >= len(members) * 0.5 for count in names.values()) >= 3, category.zh


def test_prices_make_sense(shop: ShopFolder) -> None:
    for product in shop.products:
        for offer in product.variants or (product,):
            assert offer.price is not None and offer.list_price is not None and offer.stock is not None, product.id
            assert Decimal(5) <= offer.price < offer.list_price <= offer.price * Decimal("1.6"), product.id
            assert offer.stock >= 0


def test_some_stock_is_low_and_some_is_gone(shop: ShopFolder) -> None:
    stocks = [variant.stock for product in shop.products for variant in product.variants]
    assert stocks.count(0) >= 3
    assert sum(stock is not None and 0 < stock < 10 for stock in stocks) >= 5


def test_tags_name_products_that_exist(shop: ShopFolder) -> None:
    ids = {product.id for product in shop.products}
    related = [tag.split(":", 1)[1] for product in shop.products for tag in product.tags if ":" in tag]
    assert len(related) >= 30
    assert [name for name in related if name not in ids] == []


def test_promotions_cover_every_kind_and_exclude_each_other(shop: ShopFolder) -> None:
    assert {promotion.kind for promotion in shop.promotions} == set(get_args(PromotionKind))
    groups = Counter(promotion.group for promotion in shop.promotions if promotion.group)
    assert sum(count >= 2 for count in groups.values()) >= 4
    assert any(not promotion.stacks for promotion in shop.promotions)
    assert any(promotion.cap for promotion in shop.promotions)
    codes = [promotion.code for promotion in shop.promotions if promotion.kind == "coupon"]
    assert len(set(codes)) == len(codes) and all(codes)


def test_one_promotion_is_over_and_one_to_come(shop: ShopFolder) -> None:
    over = [promotion.id for promotion in shop.promotions if promotion.ends and promotion.ends <= NOW]
    coming = [promotion.id for promotion in shop.promotions if promotion.starts and promotion.starts > NOW]
    assert over == ["autumn-500-100"]
    assert coming == ["winter-bedding-10"]


def test_promotion_texts_state_their_own_figures(shop: ShopFolder) -> None:
    for promotion in shop.promotions:
        for amount in (promotion.threshold, promotion.minus, promotion.cap):
            if amount is None:
                continue
            for lang in LANGS:
                figures = NUMBERS.findall((promotion.name(lang) + promotion.text(lang)).replace(",", ""))
                assert str(amount) in figures, f"{promotion.id} ({lang}) does not say {amount}"
        if promotion.code:
            assert promotion.code in promotion.text.zh and promotion.code in promotion.text.en


def test_policies_state_what_can_be_checked(shop: ShopFolder) -> None:
    policies = {policy.id: policy for policy in shop.policies}
    assert {"shipping", "returns", "exchange", "warranty", "payment", "invoice", "privacy", "price-protection"} <= set(
        policies
    )
    for policy in shop.policies:
        for attribute in policy.attributes:
            for lang in LANGS:
                figures = NUMBERS.findall(attribute.value(lang).replace(",", ""))
                assert set(figures) <= set(NUMBERS.findall(policy.text(lang).replace(",", ""))), (policy.id, attribute)


def test_free_shipping_is_the_same_in_policy_and_promotion(shop: ShopFolder) -> None:
    [offer] = [promotion for promotion in shop.promotions if promotion.kind == "free_shipping"]
    [policy] = [policy for policy in shop.policies if policy.id == "shipping"]
    values = {attribute.name.zh: attribute.value.zh for attribute in policy.attributes}
    assert values["包邮门槛"] == f"{offer.threshold}元"


def test_questions_are_asked_in_several_ways(shop: ShopFolder) -> None:
    for faq in shop.faqs:
        assert len(faq.aliases) >= 2, faq.id
        assert any(HAN.search(alias) for alias in faq.aliases), faq.id
    assert sum(bool(faq.products) for faq in shop.faqs) >= 25
    assert sum(not faq.products for faq in shop.faqs) >= 25


def test_customers_are_plainly_invented(shop: ShopFolder) -> None:
    for customer in shop.customers:
        assert re.fullmatch(r"1380000\d{4}", customer.phone), customer.id
        assert customer.email.endswith("@example.com"), customer.id
    tails = [customer.phone[-4:] for customer in shop.customers]
    assert len(set(tails)) == len(tails)  # the last four digits tell who asks about an order
    assert {customer.level for customer in shop.customers} == {"normal", "silver", "gold", "vip"}
    assert {customer.lang for customer in shop.customers} == {"zh", "en"}


def test_orders_are_in_every_state(shop: ShopFolder) -> None:
    states = Counter(order.state for order in shop.orders)
    assert set(states) == set(get_args(OrderState))
    assert min(states.values()) >= 3
    languages = {customer.id: customer.lang for customer in shop.customers}
    assert Counter(languages[order.customer_id] for order in shop.orders).keys() == {"zh", "en"}


def test_order_sums_are_right(shop: ShopFolder) -> None:
    products = {product.id: product for product in shop.products}
    for order in shop.orders:
        goods = sum((item.price * item.quantity for item in order.items), Decimal(0))
        assert order.total == goods + order.shipping_fee - order.discount, order.id
        assert Decimal(0) <= order.discount < goods
        for item in order.items:
            assert item.price == price_of(products[item.product_id], item.variant_id), order.id


def price_of(product: Product, variant_id: str) -> Decimal | None:
    for variant in product.variants:
        if variant.id == variant_id:
            return variant.price
    assert not product.variants and not variant_id, f"{product.id} has variants: an order names one"
    return product.price


def test_shipping_fees_follow_the_policy(shop: ShopFolder) -> None:
    addresses = {customer.id: customer.address for customer in shop.customers}
    for order in shop.orders:
        remote = bool(re.search("新疆|西藏|内蒙古", addresses[order.customer_id]))
        paid = order.total - order.shipping_fee
        due = (20 if paid < 199 else 0) if remote else (10 if paid < 88 else 0)
        assert order.shipping_fee == due, order.id


def test_order_events_are_in_order_and_in_the_past(shop: ShopFolder) -> None:
    for order in shop.orders:
        times = [event.at for event in order.events]
        assert times == sorted(times), order.id
        assert all(order.created <= time <= NOW for time in times), order.id
        if order.state == "shipped":
            assert order.tracking and order.carrier and order.expected and order.events


def test_parcels_are_also_late_and_lost(shop: ShopFolder) -> None:
    travelling = [order for order in shop.orders if order.state == "shipped"]
    late = [order for order in travelling if order.expected and order.expected < NOW - timedelta(hours=12)]
    assert len(late) >= 2
    assert any("遗失" in event.text.zh for order in travelling for event in order.events)
    assert any("退款处理中" in event.text.zh for order in shop.orders for event in order.events)


def test_no_text_boasts_or_promises_a_cure(shop: ShopFolder) -> None:
    found = [(where, text(lang)) for where, text in texts(shop) for lang in LANGS if SUPERLATIVES.search(text(lang))]
    assert found == []


def test_the_guard_lets_the_shop_say_its_own_texts(catalog: Catalog) -> None:
    """What the shop wrote must pass its own gate, or the assistant could not answer with it."""
    guard = Guard()
    shop_facts = catalog.shop_facts()
    said: list[tuple[str, Text, Facts, tuple[str, ...]]] = []
    for product in catalog.products():
        facts = catalog.facts(product.id) | shop_facts
        said += [
            (product.id, text, facts, (product.id,)) for text in (product.title, product.brief, product.description)
        ]
    said += [(policy.id, policy.text, shop_facts, ()) for policy in catalog.policies()]
    for faq in catalog.faqs():
        facts = shop_facts | catalog.faq_facts(faq)  # as whoever quotes it has them
        for product_id in faq.products:
            facts |= catalog.facts(product_id)
        said.append((faq.id, faq.answer, facts, faq.products))
    changed = []
    for where, text, facts, about in said:
        for lang in LANGS:
            splitter = SentenceSplitter()
            for sentence in splitter.feed(text(lang)) + splitter.flush():
                verdict = guard.review(sentence, facts, lang=lang, about=about)
                if verdict.label != "ok":
                    changed.append((where, verdict.label, sentence, verdict.text))
    assert changed == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("保温杯", {"cup-316-500", "cup-316-750", "cup-feather-400"}),
        ("adjustable trekking poles", {"pole-alu", "pole-carbon"}),
        ("猫砂", {"litter-tofu-6"}),
        ("noise cancelling headphones", {"headset-anc"}),
        ("雨靴", {"boots-rain"}),
    ],
)
def test_shoppers_find_things(catalog: Catalog, query: str, expected: set[str]) -> None:
    found = {hit.product.id for hit in catalog.search(query, limit=4).hits}
    assert expected <= found


def test_a_price_that_a_shopper_asks_by_has_an_answer(catalog: Catalog) -> None:
    gifts = [product for product in catalog.products() if "送妈妈" in product.tags and (product.price or 0) < 100]
    assert len(gifts) >= 4
    bottles = {product.id: product for product in catalog.products() if "保温杯" in product.tags}
    weights = {name: dict(weigh(product)) for name, product in bottles.items()}
    assert weights["cup-316-500"]["净重"] < weights["cup-316-750"]["净重"]


def weigh(product: Product) -> Iterator[tuple[str, Decimal]]:
    for attribute in product.attributes:
        if attribute.name.zh == "净重":
            [mention] = find_quantities(attribute.value.zh, "zh")
            yield "净重", mention.quantity.base()[0]


def test_loading_twice_changes_nothing(catalog: Catalog) -> None:
    before = catalog.version
    report = catalog.ingest(FOLDER)
    assert (report.added, report.changed, report.removed) == (0, 0, 0)
    assert catalog.version == before


def test_the_page_about_the_shop_is_true(shop: ShopFolder) -> None:
    page = (FOLDER.parents[1] / "docs" / "demo-shop.md").read_text(encoding="utf-8")
    tails = {customer.id: customer.phone[-4:] for customer in shop.customers}
    orders = {order.id: tails[order.customer_id] for order in shop.orders}
    named = re.findall(r"\| (YQ\d+) \| (\d{4}) \|", page)
    assert len(named) >= 10
    assert [row for row in named if orders.get(row[0]) != row[1]] == []
    variants = sum(len(product.variants) for product in shop.products)
    aliases = sum(len(faq.aliases) for faq in shop.faqs)
    assert f"{len(shop.products)} products, {variants} variants" in page
    assert f"answers and {aliases} other ways of asking | {len(shop.faqs)} |" in page
    for name, rows in (("promotions", shop.promotions), ("policies", shop.policies), ("customers", shop.customers)):
        [line] = [line for line in page.splitlines() if line.startswith(f"| `{name}.")]
        assert line.endswith(f"| {len(rows)} |"), line
    flowing = " ".join(page.split())
    assert [p.category for p in shop.products if f"{p.category.zh} {p.category.en}" not in flowing] == []

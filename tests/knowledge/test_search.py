from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from knowledge.catalog import Catalog
from knowledge.faq import FaqIndex
from knowledge.matching import has
from knowledge.measures import Limit, Sense
from knowledge.model import Attribute, Product, Text, Variant
from knowledge.quantity import parse_quantity
from knowledge.search import Filters
from knowledge.settings import KnowledgeSettings
from knowledge.text import Terms
from knowledge.thesaurus import contains, default_thesaurus
from knowledge.understand import ShopWords, understand


def _colour(zh: str, en: str) -> Attribute:
    return Attribute(Text("颜色", "color"), Text(zh, en))


def _size(value: str) -> Attribute:
    return Attribute(Text("尺码", "Size"), Text(value, value))


def _made_of(zh: str, en: str) -> Attribute:
    return Attribute(Text("成分", "Ingredients"), Text(zh, en))


def _made(product_id: str, zh: str, en: str, price: int | None, *attributes: Attribute, **more: object) -> Product:
    product = Product(
        product_id, Text(zh, en), price=None if price is None else Decimal(price), attributes=attributes, stock=5
    )
    return replace(product, **more)  # type: ignore[arg-type]


SOLE = Attribute(Text("鞋底", "Sole"), Text("防滑橡胶", "non-slip rubber"))
SHOP = [
    _made(
        "boots", "雨靴", "Rain boots", 129, SOLE, _colour("军绿", "olive"), category=Text("鞋靴", "Shoes"), brand="山间"
    ),
    _made("boots-black", "经典雨靴", "Classic rain boots", 119, SOLE, _colour("黑色", "black"), category=Text("鞋靴")),
    _made("boots-fine", "真皮防滑雨靴", "Leather rain boots", 399, SOLE, category=Text("鞋靴", "Shoes")),
    _made("phone", "星河智能手机", "Galaxy smartphone", 2999, category=Text("数码", "Electronics"), brand="星河"),
    _made("case", "手机壳 透明", "Clear phone case", 29, category=Text("配件", "Accessories")),
    _made("watch-w", "女士石英表", "Women's quartz watch", 259, category=Text("手表", "Watches")),
    _made("watch-m", "男士机械表", "Men's automatic watch", 199, category=Text("手表", "Watches")),
    _made("lipstick", "红色口红", "Red lipstick", 89),
    _made("soap", "温和洁面", "Gentle cleanser", 59, _made_of("不含酒精", "no alcohol")),
    _made("toner", "清爽化妆水", "Fresh toner", 69, _made_of("含酒精", "alcohol")),
    _made("mystery", "神秘礼盒", "Mystery gift box", None),
    _made(
        "shirt", "速干衬衫", "Quick-dry shirt", 99,
        variants=(
            Variant("w-m", (_colour("白色", "white"), _size("M")), Decimal(99), None, 3),
            Variant("b-l", (_colour("黑色", "black"), _size("L")), Decimal(99), None, 3),
        ),
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    opened = Catalog.open(KnowledgeSettings(data_dir=tmp_path_factory.mktemp("shop")))
    opened.put(SHOP)
    yield opened
    opened.close()


def found(shop: Catalog, query: str, filters: Filters | None = None) -> list[str]:
    return [hit.product.id for hit in shop.search(query, filters=filters).hits]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("两百以内适合雨天散步的防滑鞋，不要黑色", ["boots"]),
        ("rain boots under 200, not black", ["boots"]),
        ("手机", ["phone"]),
        ("phone", ["phone"]),
        ("手机壳", ["case"]),
        ("phone case", ["case"]),
        ("女士手表", ["watch-w"]),
        ("men's watch", ["watch-m"]),
        ("red lipstick", ["lipstick"]),
        ("白色的速干衬衫", ["shirt"]),
        ("quick-dry shirt size M", ["shirt"]),
        ("lipstik", ["lipstick"]),
        ("不要真皮的雨靴 300以上", ["boots", "boots-black"]),
    ],
)
def test_what_a_sentence_finds(shop: Catalog, query: str, ids: list[str]) -> None:
    assert sorted(found(shop, query)[: len(ids)]) == sorted(ids)
    assert not set(found(shop, query)) - set(ids) or len(found(shop, query)) > len(ids)


def test_denied_ingredients_are_not_ingredients(shop: Catalog) -> None:
    assert found(shop, "不要酒精的洁面") == ["soap"]
    assert shop.search("清爽化妆水", filters=Filters(without=("酒精",))).relaxed == ("避不开酒精",)


def test_wishes_nothing_meets_are_let_go_one_by_one_and_said(shop: Catalog) -> None:
    dear = shop.search("三百以上的手机壳")
    assert [hit.product.id for hit in dear.hits] == ["case"]
    assert dear.relaxed == ("300元以上没有",)
    white = shop.search("white rain boots under 130")
    assert {hit.product.id for hit in white.hits} == {"boots", "boots-black"}
    assert "nothing in white" in white.relaxed
    cheap = shop.search("50元以内的口红")
    assert [hit.product.id for hit in cheap.hits] == ["lipstick"]
    assert cheap.relaxed == ("50元以内没有",)
    assert cheap.filters.price_max == Decimal(50)


def test_options_must_meet_in_one_variant(shop: Catalog) -> None:
    assert shop.search("衬衫 白色 M码").relaxed == ()
    assert shop.search("衬衫 白色 L码").relaxed != ()


def test_goods_the_shop_has_not_are_not_sure(shop: Catalog) -> None:
    assert not shop.search("猫粮").sure
    assert not shop.search("laptop").sure
    assert shop.search("雨靴").sure


def test_nonsense_finds_nothing(shop: Catalog) -> None:
    assert shop.search("qwxz vbnmp").hits == ()


def test_cheapest_and_dearest(shop: Catalog) -> None:
    assert found(shop, "最便宜的雨靴")[0] == "boots-black"
    assert found(shop, "most expensive rain boots")[0] == "boots-fine"


def test_filters_alone_list_the_shelf(shop: Catalog) -> None:
    cheap = shop.search("", filters=Filters(price_max=Decimal(60)), limit=20)
    assert {hit.product.id for hit in cheap.hits} == {"case", "soap"}
    assert cheap.total == 2
    assert found(shop, "", Filters(products=("phone",))) == ["phone"]
    assert set(found(shop, "", Filters(categories=("鞋",)))) == {"boots", "boots-black", "boots-fine"}


def test_what_is_sold_out_comes_last_or_not_at_all(catalog: Catalog) -> None:
    gone = _made("a", "蓝色马克杯", "Blue mug", 20, stock=0)
    catalog.put([gone, _made("b", "蓝色马克杯 大号", "Big blue mug", 20)])
    assert found(catalog, "马克杯") == ["b", "a"]
    assert found(catalog, "马克杯 有货") == ["b"]


def test_reasons_are_bound_to_what_the_shop_says(shop: Catalog) -> None:
    hit = shop.search("两百以内适合雨天的防滑鞋").hits[0]
    zh = [str(reason) for reason in hit.reasons]
    assert "119元，不超过200元" in zh or "129元，不超过200元" in zh
    assert any(reason.startswith("雨天：鞋底 防滑橡胶") for reason in zh)
    sole = next(reason for reason in hit.reasons if reason.attribute == "鞋底")
    assert (sole.value, sole.fact_id) == ("防滑橡胶", f"{hit.product.id}/鞋底")
    assert sole.fact_id in {fact.id for fact in shop.facts(hit.product.id)}
    en = [str(reason) for reason in shop.search("rain boots under 200 for a rainy walk").hits[0].reasons]
    assert any("Sole non-slip rubber" in reason for reason in en)


def test_long_and_hostile_queries_are_only_words(shop: Catalog) -> None:
    assert shop.search("雨靴" * 5_000).hits
    for query in ("<script>alert(1)</script>", "%_'\";--", "((((", "\\d+*", "🥾" * 500, "\x00\u202e", "-1元以内"):
        shop.search(query)


def _limit(measure: str, sense: Sense, text: str) -> Limit:
    quantity = parse_quantity(text)
    assert quantity is not None
    return Limit(measure, sense, quantity, text)


SHOP_WORDS = ShopWords(Terms([("星河", "星河"), ("Apple", "Apple")]))


@pytest.mark.parametrize(
    ("query", "expected", "text"),
    [
        ("两百以内的枕头", Filters(price_max=Decimal(200)), "枕头"),
        ("pillow under $50", Filters(price_max=Decimal(50)), "pillow"),
        ("100-200元的四件套", Filters(price_min=Decimal(100), price_max=Decimal(200)), "四件套"),
        ("between 20 and 40 dollars headphones", Filters(price_min=Decimal(20), price_max=Decimal(40)), "headphones"),
        ("一千五以上的手机", Filters(price_min=Decimal(1500)), "手机"),
        ("预算三百 耳机", Filters(price_max=Decimal(300)), "耳机"),
        ("200元左右的台灯", Filters(price_min=Decimal(160), price_max=Decimal(240)), "台灯"),
        ("不要红色和蓝色的杯子", Filters(without=("红色", "蓝色")), "杯子"),
        ("boots without leather", Filters(without=("leather",)), "boots"),
        ("星河手机", Filters(brands=("星河",)), "星河手机"),
        ("apple", Filters(), "apple"),
        ("no sugar drinks", Filters(features=("no sugar",)), "no sugar drinks"),
        ("39码白色运动鞋有货吗", Filters(options=("白色", "39"), in_stock=True), "白色运动鞋"),
        ("dress size M", Filters(options=("m",)), "dress"),
        ("3件套 1.5米床", Filters(limits=(_limit("", "is", "1.5米"),)), "3件套 1.5米床"),
        ("12 pro max", Filters(), "12 pro max"),
        ("童装 女", Filters(audiences=("童装", "女")), "童装 女"),
    ],
)
def test_what_is_understood(query: str, expected: Filters, text: str) -> None:
    need = understand(query, default_thesaurus(), SHOP_WORDS)
    assert need.filters == expected
    assert need.text == text


def test_an_english_word_is_found_whole_and_in_its_endings() -> None:
    assert contains("two running shoes", "shoe")
    assert contains("dark face creams", "face cream")
    assert not contains("ice cream for your face", "face cream")
    assert not contains("a carpet", "pet")


def test_no_word_of_the_thesaurus_is_lost() -> None:
    thesaurus = default_thesaurus()
    assert len(thesaurus.groups) >= 400
    for group in thesaurus.groups:
        assert group.zh
        assert group.en
        assert set(group.words) <= set(thesaurus.widened(group.words[0]))
    for scene in thesaurus.scenes:
        assert scene.when
        assert scene.wants


def test_searching_the_demo_shop(demo: Catalog) -> None:
    for query in ("保温杯", "thermos", "送妈妈的礼物", "headphones under 200", "两百以内的鞋，不要黑色", "猫砂"):
        result = demo.search(query)
        assert result.hits, query
        limit = result.filters.price_max
        prices = [hit.product.price for hit in result.hits if hit.product.price is not None]
        assert limit is None or result.relaxed or max(prices) <= limit


def test_other_shops_answer_in_the_other_language(tmp_path: Path, shared_data: Path) -> None:
    catalog = Catalog.open(KnowledgeSettings(data_dir=tmp_path))
    catalog.ingest(shared_data / "catalogs" / "dummyjson" / "products.json")
    for query, category in (
        ("香水", "fragrances"),
        ("手机", "smartphones"),
        ("沙发", "furniture"),
        ("男鞋", "mens-shoes"),
    ):
        assert catalog.search(query).hits[0].product.category.en == category
    catalog.close()
    chinese = Catalog.open(KnowledgeSettings(data_dir=tmp_path / "zh"))
    chinese.ingest(shared_data / "catalogs" / "litemall" / "products.json")
    for query, word in (("bedding set under 500", "四件套"), ("suitcase", "箱"), ("pillow", "枕"), ("wok", "炒锅")):
        assert word in chinese.search(query).hits[0].product.title.zh
    chinese.close()


def test_questions_find_their_answers(demo: Catalog) -> None:
    for query in ("怎么退货", "多久能发货啊", "how do I return something", "包邮吗", "can I get an invoice"):
        (best, *_) = demo.search_faq(query)
        assert best.score > 0.5, query
    for query in ("今天天气怎么样", "who won the football match"):
        assert all(hit.score < 0.5 for hit in demo.search_faq(query)), query


def test_a_question_answered_word_for_word_is_never_missed_for_the_search_that_was_saved(demo: Catalog) -> None:
    faqs = [replace(faq, exact=number % 3 == 0) for number, faq in enumerate(demo.faqs())]
    index = FaqIndex(faqs, default_thesaurus())
    core = [text for faq in faqs for text in (faq.question.zh, faq.question.en, *faq.aliases) if text]
    said = [begins + text + ends for text in core for begins, ends in (("", ""), ("请问", "？"), ("hi, ", " 谢谢"))]
    sure = [text for text in said if any(hit.faq.exact and hit.score >= 0.85 for hit in index.search(text))]
    assert len(sure) > 20
    assert all(index.may_be_exact(text, 0.85) for text in sure)
    assert sum(index.may_be_exact(text, 0.85) for text in said) < len(said) / 2, "most searches are saved"
    assert not FaqIndex(list(demo.faqs()), default_thesaurus()).may_be_exact(core[0], 0.85), "nothing is approved"


def test_an_embedder_nobody_knows_is_said(tmp_path: Path, settings: KnowledgeSettings) -> None:
    from knowledge.embed import EmbedderError

    with pytest.raises(EmbedderError, match="hashed"):
        Catalog.open(replace(settings, embedder="nosuch"))


def test_only_what_nothing_meets_is_let_go_and_dislikes_last(shop: Catalog) -> None:
    # Something under 130 is not black: the price is kept, the colour white goes.
    white = shop.search("white rain boots under 130, not black")
    assert [hit.product.id for hit in white.hits] == ["boots"]
    assert white.relaxed == ("nothing in white",)
    # The price is stretched before anything else goes.
    near = shop.search("100元以内的雨靴，不要黑色")
    assert [hit.product.id for hit in near.hits] == ["boots"]
    assert near.relaxed == ("100元以内没有",)
    # No leather is kept at any price.
    assert shop.search("three hundred to four hundred yuan rain boots, no leather").hits[0].product.id != "boots-fine"


def test_what_a_wish_kept_out_is_told_with_its_fact(shop: Catalog) -> None:
    result = shop.search("两百以内的雨靴，不要黑色")
    why = {left.product.id: [(str(reason), reason.fact_id) for reason in left.why] for left in result.left_out}
    assert why["boots-fine"] == [("399元，高于200元", "boots-fine/price")]
    assert why["boots-black"] == [("只有黑色", "boots-black/颜色")]
    facts = {fact.id for product_id in why for fact in shop.facts(product_id)}
    assert {fact_id for reasons in why.values() for _, fact_id in reasons} <= facts


def test_several_needs_take_turns(shop: Catalog) -> None:
    result = shop.search("一双雨靴和一件衬衫")
    assert [hit.product.id in ("boots", "boots-black", "boots-fine") for hit in result.hits][:3] == [True, False, True]
    assert len(result.parts) == 2
    assert result.sure


def test_properties_are_told_from_their_denial() -> None:
    assert has("含酒精", "酒精")
    assert not has("不含酒精", "酒精")
    assert not has("alcohol-free", "alcohol")
    assert not has("faux leather", "leather")
    assert has("100%棉", "棉")
    assert has("不锈钢内胆", "钢")
    assert has("无线蓝牙连接", "蓝牙")

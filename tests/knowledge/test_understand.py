"""Sentences taken apart: what each wish is read as, and what is left to look up."""

from decimal import Decimal

import pytest

from knowledge.text import Terms, normalise
from knowledge.thesaurus import default_thesaurus
from knowledge.understand import Need, ShopWords, understand, understand_all

SHOP = ShopWords(
    Terms([("檐雀 Yanque", "檐雀 Yanque"), ("檐雀", "檐雀 Yanque"), ("Yanque", "檐雀 Yanque")]),
    Terms([("水杯茶具", "水杯茶具")]),
    lambda word: word in ("cooler", "boats"),
)


def read(text: str) -> Need:
    return understand(text, default_thesaurus(), SHOP)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("两三百的耳机", 200, 300), ("一百到两百的耳机", 100, 200), ("预算三百左右的耳机", None, 360),
        ("千元以内的手机", None, 1000), ("不超过两百块的鞋", None, 200), ("至少一百块的礼盒", 100, None),
        ("百来块的杯子", 80, 120), ("两百多块的耳机", 200, 299), ("headphones under 50 bucks", None, 50),
        ("between 20 and 40 mugs", 20, 40), ("a lamp for no more than $30", None, 30), ("max 60 yuan mug", None, 60),
        ("headphones from $50 to $80", 50, 80), ("三十六码的鞋", None, None), ("12寸的披萨盘", None, None),
        ("三件套", None, None), ("earphones 20-ish dollars", 16, 24),
    ],
)  # fmt: skip
def test_prices(text: str, low: int | None, high: int | None) -> None:
    filters = read(text).filters
    assert (filters.price_min, filters.price_max) == (low, high)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("500ml以上的保温杯", ("capacity", "least")), ("300克以内的杯子", ("weight", "most")),
        ("不低于2公斤的哑铃", ("weight", "least")), ("续航要20小时以上的耳机", ("battery", "least")),
        ("headphones with at least 10 hours of battery life", ("battery", "least")),
        ("a flask that holds more than 1 litre", ("capacity", "over")), ("噪音30分贝以下的风扇", ("noise", "most")),
        ("保温12小时的杯子", ("warmth", "is")), ("1.8米床的四件套", ("", "is")), ("四个人用的帐篷", ("people", "is")),
        ("三岁孩子的玩具", ("age", "is")), ("a toy for a 2 year old", ("age", "is")), ("半升的水壶", ("", "is")),
        ("承重10公斤以上的支架", ("load", "least")), ("5米以上的网线", ("length", "least")),
    ],
)  # fmt: skip
def test_limits(text: str, limit: tuple[str, str]) -> None:
    (found,) = read(text).filters.limits
    assert (found.measure, found.sense) == limit


@pytest.mark.parametrize("text", ["7天内能到吗", "一周内送达", "within 3 days", "第二件半价", "3个一共多少钱"])
def test_days_of_delivery_and_counts_limit_nothing(text: str) -> None:
    assert read(text).filters.limits == ()


@pytest.mark.parametrize(
    ("text", "without", "goods"),
    [
        ("不要黑色的雨靴", ("黑色",), "雨靴"), ("不要黑色雨靴", ("黑色",), "雨靴"),
        ("别要红的和蓝的杯子", ("红", "蓝"), "杯子"),
        ("非真皮的包", ("真皮",), "包"), ("除了黑色还有什么颜色的背包", ("黑色",), "背包"),
        ("不含酒精的湿巾", ("酒精",), "湿巾"), ("我对坚果过敏，想买饼干", ("坚果",), "饼干"),
        ("没有香味的洗衣液", ("香味",), "洗衣液"), ("a bag, no leather", ("leather",), "bag"),
        ("shoes but not black or red", ("black", "red"), "shoes"), ("anything but white mugs", ("white",), "mugs"),
        ("wipes without alcohol", ("alcohol",), "wipes"), ("i'm allergic to wool, a scarf please", ("wool",), "scarf"),
        ("无线耳机", (), "无线耳机"), ("非常好看的杯子", (), "杯子"), ("有没有雨伞", (), "雨伞"),
        ("无糖饼干", (), "饼干"), ("no idea, a mug", (), "mug"), ("不锈钢保温杯", (), "保温杯"),
    ],
)  # fmt: skip
def test_dislikes(text: str, without: tuple[str, ...], goods: str) -> None:
    need = read(text)
    assert need.filters.without == without
    assert need.head == goods


@pytest.mark.parametrize(
    ("text", "leanings", "by", "order"),
    [
        ("轻一点的背包", [("weight", "least")], None, "relevance"),
        ("别太重的锅", [("weight", "least")], None, "relevance"),
        ("大一点的杯子", [("size", "most")], None, "relevance"),
        ("安静点的风扇", [("noise", "least")], None, "relevance"),
        ("not too big a backpack", [("size", "least")], None, "relevance"), ("别太贵的耳机", [], None, "cheapest"),
        ("便宜点的耳机", [], None, "cheapest"), ("最轻的充电宝", [], ("weight", "least"), "relevance"),
        ("headphones with the longest battery life", [], ("battery", "most"), "relevance"),
        ("the cheapest mug", [], None, "cheapest"), ("最贵的茶", [], None, "dearest"),
        ("轻奢四件套", [], None, "relevance"),
    ],
)  # fmt: skip
def test_preferences_and_orders(
    text: str, leanings: list[tuple[str, str]], by: tuple[str, str] | None, order: str
) -> None:
    need = read(text)
    assert [(one.measure, one.extreme) for one in need.prefers] == leanings
    assert (None if need.by is None else (need.by.measure, need.by.extreme)) == by
    assert need.order == order


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("手机充电器", "充电器"), ("能放15寸电脑的双肩包", "双肩包"), ("backpack for a 15 inch laptop", "backpack"),
        ("泡茶和咖啡的杯子", "杯子"), ("a gift for a tea lover", ""), ("something for my cat", ""),
        ("I'm looking for a kettle", "kettle"), ("四件套 1.8米床", "四件套"), ("1.8米的床", "床"),
        ("给妈妈买条围巾", "围巾"), ("给我爸的礼物，他爱喝茶", ""), ("手机和电脑通用的耳机", "耳机"),
    ],
)  # fmt: skip
def test_the_kind_of_goods_asked_for(text: str, head: str) -> None:
    assert read(text).head == head


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("保文杯", "保温杯"), ("蓝压耳机", "蓝牙耳机"), ("电动牙涮", "电动牙刷"), ("钱宝", "钱包"), ("语鞋", "雨鞋"),
        ("有冇雨遮", "有没有雨遮"), ("整一个保温杯", "要一个保温杯"), ("藍色雨傘", "蓝色雨伞"),
        ("headphnes", "headphones"),
        ("sneekers", "sneakers"), ("a wireles keybord", "a wireless keyboard"),
        # what is right stays as it is
        ("被子", "被子"), ("儿童房", "儿童房"), ("羽绒裤", "羽绒裤"), ("大一点的", "大一点的"), ("cooler", "cooler"),
        ("she loves tea", "she loves tea"),
    ],
)  # fmt: skip
def test_slips_dialect_and_traditional_characters(text: str, mended: str) -> None:
    assert default_thesaurus().spelling.mend(normalise(text).text, SHOP.has) == mended


def test_the_rest_of_a_sentence() -> None:
    need = read("檐雀的白色保温杯，要两个，有现货的，送妈妈")
    assert need.filters.brands == ("檐雀 Yanque",)
    assert need.filters.options == ("白色",)
    assert need.filters.in_stock
    assert need.filters.audiences == ("女士",)
    assert (need.count, need.rest, need.lang) == (2, "保温杯", "zh")
    assert [word for word, _ in need.scenes] == ["送妈妈"]
    assert read("水杯茶具里最便宜的").filters.categories == ("水杯茶具",)
    assert read("颜色随便，预算不限的背包").dropped == {"colour", "price"}
    assert read("two mugs please").count == 2


@pytest.mark.parametrize(
    ("text", "heads", "highest"),
    [
        ("一个保温杯和一双雨鞋", ["保温杯", "雨鞋"], [None, None]),
        ("两百以内的耳机和键盘", ["耳机", "键盘"], [200, 200]),
        ("a kettle and a desk lamp, under 200 each", ["kettle", "desk lamp"], [200, 200]),
        ("红色和蓝色的杯子", ["杯子"], [None]),
        ("手机和电脑通用的耳机", ["耳机"], [None]),
        ("泡茶和咖啡的杯子", ["杯子"], [None]),
        ("backpack for laptop and tablet", ["backpack"], [None]),
        ("不要皮鞋和凉鞋", ["凉鞋"], [None]),
    ],
)
def test_several_needs(text: str, heads: list[str], highest: list[int | None]) -> None:
    needs = understand_all(text, default_thesaurus(), SHOP)
    assert len(needs) == len(heads)
    if len(needs) > 1 or not needs[0].filters.without:
        assert [need.head for need in needs] == heads
    assert [need.filters.price_max for need in needs] == [None if one is None else Decimal(one) for one in highest]

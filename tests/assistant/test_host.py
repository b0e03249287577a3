"""What the host of a live room says to viewers: the answer first, about what is on air, in words that can be spoken."""

import re

import pytest

from assistant.events import PageContext
from assistant.models.grounded.aloud import _signs
from knowledge.model import Lang
from tests.assistant.conftest import Counter

# What is on air, what is asked, what must be said, what must not.
SAID = [
    ("cup-316-500", "有别的颜色吗？", "雾白", "推荐|积木"),
    ("cup-316-500", "黑色还有吗", "墨黑", "推荐|伞"),
    ("cup-316-500", "能机洗吗？", "不可机洗", "否|资料里"),
    ("cup-316-500", "重量多少克呢", "285g", ""),
    ("cup-316-500", "多少", "129元", ""),
    ("cup-316-500", "链接呢", "购物袋", "没听懂"),
    ("cup-316-500", "求讲5号", "购物袋", "米|推荐"),
    ("cup-316-500", "有优惠券吗", "新人券", "300"),
    ("cup-316-500", "杯口多大", "4.5cm", ""),
    ("cup-316-500", "盖子怎么开", "弹盖", ""),
    ("cup-316-500", "能放冰箱吗", "资料里", "冰箱店里|推荐"),
    ("cup-316-500", "支持定制吗", "资料里", "兼容"),
    ("cup-316-500", "漏水吗", "资料里", "预算|没听懂"),
    ("cup-316-500", "送妈妈合适吗", "单手可开", "木梳"),
    ("cup-316-500", "有大一点的吗", "750ml", "帐篷"),
    ("cup-316-500", "和750的有什么区别", "容量500ml", ""),
    ("cup-316-500", "主播多大了", "", "cm"),
    ("cup-316-500", "坏了怎么办", "12个月", "发给人工"),
    ("cup-316-500", "是哪个牌子", "檐雀", "资料里"),
    ("cup-316-500", "你是真人吗", "AI", "库存"),
    ("cup-316-500", "有没有雨伞", "晴雨两用伞", ""),
    ("tee-cotton-220", "170穿什么码", "165–172cm选M", ""),
    ("tee-cotton-220", "白色xl有没", "XL有货|XL现在有货", ""),
    ("tee-cotton-220", "有裤子吗", "裤子店里没有", "您"),
    ("sneaker-knit", "有37的没", "37有货|37现在有货", ""),
    ("sneaker-knit", "下雨天能穿不", "这款不防水", "一项"),
    ("sneaker-knit", "真人还是AI啊", "不是真人", "资料"),
    ("sneaker-knit", "今晚拍明天发吗", "48小时", "资料里"),
    ("sneaker-knit", "到广州要几天", "2–4天", "资料里"),
    ("sneaker-knit", "能发京东不", "飞檐快递", "资料里"),
    ("sneaker-knit", "能丢洗衣机不", "资料里", "洗衣机店里"),
    ("buds-tws-1", "充电多久", "1.5小时", "USB"),
    ("buds-tws-1", "电池能用多久", "7小时", "mAh"),
    ("cup-316-500", "any other colors?", "pine green", "suggest|look at"),
    ("cup-316-500", "does it keep cold too", "8 °C", "68"),
    ("cup-316-500", "dishwasher safe?", "No, this one is not dishwasher safe", ""),
    ("cup-316-500", "link please", "bag", "quite get"),
    ("cup-316-500", "any bigger one?", "750 ml", "Tent"),
    ("cup-316-500", "how old are you", "", "cm"),
    ("cup-316-500", "is it ok for kids", "one-touch lid", "lamp"),
    ("cup-316-500", "what colours are there", "mist white, pine green, lotus pink and ink black", ":"),
    ("cup-316-500", "how heavy is it", "weighs 285 g", ":"),
    ("cup-316-500", "does it keep drinks hot overnight", "at least 68 °C after 6 hours", "≥|:"),
    ("cup-316-500", "保温多久", "6小时后不低于68℃", "≥"),
    ("cup-316-500", "how many left", "196", ":"),
    ("cup-316-500", "what brand is this", "Yanque", "檐雀"),
    ("cup-316-500", "two of these how much", "¥258", "list price"),
    ("cup-316-500", "how much if I buy three", "¥387", "list price"),
    ("cup-316-500", "拿三个啥价", "387元", ""),
    ("cup-316-500", "is there a red one", "doesn't come in red", "no red this"),
    ("cup-316-500", "how do I clean it", "not dishwasher safe, hand wash", "^No"),
    ("cup-316-500", "can I put it in the microwave", "data|colleague", "68"),
    ("cup-316-500", "how long is shipping", "2–4 days", "24 months"),
    ("tee-cotton-220", "can I iron it", "data|colleague", "shop"),
    ("tee-cotton-220", "what fabric is it", "made of 100% cotton", "220"),
    ("tee-cotton-220", "how thick is it", "220 g", "S–XL"),
    ("tee-cotton-220", "any in white XL", "Natural white, XL|in Natural white", " / "),
    ("sneaker-knit", "鞋底什么材质", "MD", "聚酯"),
    ("sneaker-knit", "are they waterproof", "No, this one is not waterproof", ":"),
    ("honey-500", "can babies eat it", "Not for infants under one", ""),
    ("honey-500", "宝宝能吃吗", "一岁|1岁|周岁", "特点"),
    ("buds-tws-1", "what bluetooth version", "Bluetooth 5.4", ":"),
]


def of(text: str) -> Lang:
    return "zh" if re.search(r"[一-龥]", text) else "en"


def test_signs_are_said_as_words_however_they_are_written() -> None:
    assert [_signs(value, "en") for value in ("≥68 °C", "≥ 68 °C", "≤8 °C, ≥ 6 h")] == [
        "at least 68 °C", "at least 68 °C", "at most 8 °C, at least 6 h",
    ]  # fmt: skip
    assert _signs("6小时后≥ 68℃", "zh") == "6小时后不低于68℃"


@pytest.mark.parametrize(("product_id", "question", "said", "unsaid"), SAID)
async def test_a_viewer_hears_the_answer(
    counter: Counter, product_id: str, question: str, said: str, unsaid: str
) -> None:
    context = PageContext(channel="live", product_id=product_id, lang=of(question))
    answer = (await (await counter.shopper(context=context)).says(question)).text
    assert re.search(said, answer) and not (unsaid and re.search(unsaid, answer)), answer
    assert "\n" not in answer and "·" not in answer, "a list cannot be heard"
    assert len(answer) < 130 or of(question) == "en"


async def test_in_a_chat_goods_keep_their_names(counter: Counter) -> None:
    shopper = await counter.shopper(context=PageContext(channel="chat", product_id="cup-316-500", lang="zh"))
    assert "檐雀轻旅316不锈钢保温杯 500ml" in (await shopper.says("多重")).text


async def test_a_room_has_more_than_one_way_to_say_it(counter: Counter) -> None:
    context = PageContext(channel="live", product_id="cup-316-500", lang="en")
    said = {(await (await counter.shopper(context=context)).says("how heavy is it")).text for _ in range(12)}
    assert len(said) > 1 and all("285 g" in text for text in said)

"""What is only a claim together with what stands before it: answers, lines below a label, cells of a table."""

import pytest

from assistant.assistant import review_sentences
from assistant.guard.guard import Guard
from assistant.guard.sheet import facts_from_sheet
from knowledge.facts import Fact, Facts

GUARD = Guard()
CUP = facts_from_sheet(
    {"名称": "小鹿保温杯", "售价": "99元", "容量": "500ml", "颜色": "白色、黑色", "产地": "中国浙江", "质保": "2年"},
    "cup",
)
QUILT = facts_from_sheet(
    {"名称": "云朵羽绒被", "售价（1.5米）": "599元", "售价（1.8米）": "699元", "库存": "12件", "产地": "中国江苏"},
    "quilt",
)
BOTTLE = facts_from_sheet(
    {
        "name": "Fawn Bottle",
        "price": "$19.99",
        "color": "white, black",
        "origin": "Japan",
        "warranty": "2 year warranty",
    },
    "bottle",
)
LAMP = facts_from_sheet({"name": "Harbor Lamp", "price": "$48.50", "color": "brass", "material": "oak"}, "lamp")
ALL = {
    "zh": (CUP | QUILT, ("cup", "quilt")),
    "en": (BOTTLE | LAMP, ("bottle", "lamp")),
}


def said(text: str, lang: str) -> str:
    facts, about = ALL[lang]
    return "".join(verdict.text for verdict in review_sentences(GUARD, text, facts, None, about))


FALSE = [
    ("它的容量呢？1000ml。", "它的容量呢？500ml。"),
    ("价格？79。", "价格？99。"),
    ("这款多少钱？79！", "这款多少钱？99！"),
    ("质保呢？五年。", "质保呢？2年。"),
    ("哪里产的？日本。", "哪里产的？浙江。"),
    ("价格：\n79", "价格：\n99"),
    ("**质保**：\n五年\n", "**质保**：\n2年\n"),
    ("## 质保\n五年\n", "## 质保\n2年\n"),
    ("质保……五年。", "质保……2年。"),
    ("| 容量 | 价格 |\n|---|---|\n| 1000ml | 79 |\n", "| 容量 | 价格 |\n|---|---|\n| 500ml | 99 |\n"),
    ("| 项目 | 内容 |\n|--|--|\n| 质保 | 五年 |\n", "| 项目 | 内容 |\n|--|--|\n| 质保 | 2年 |\n"),
    (
        "| 商品 | 产地 |\n|---|---|\n| 小鹿保温杯 | 江苏 |\n| 云朵羽绒被 | 浙江 |\n",
        "| 商品 | 产地 |\n|---|---|\n| 小鹿保温杯 | 浙江 |\n| 云朵羽绒被 | 江苏 |\n",
    ),
    (
        "| | 小鹿保温杯 | 云朵羽绒被 |\n|---|---|---|\n| 产地 | 江苏 | 浙江 |\n",
        "| | 小鹿保温杯 | 云朵羽绒被 |\n|---|---|---|\n| 产地 | 浙江 | 江苏 |\n",
    ),
    ("容量\t价格\n500ml\t79\n", "容量\t价格\n500ml\t99\n"),
]
FALSE_EN = [
    ("Warranty? Five years.", "Warranty? 2 years."),
    ("What color is it? Pink.", "What color is it? white."),
    ("Where is it made? Germany.", "Where is it made? Japan."),
    ("- Warranty:\n  - five years\n", "- Warranty:\n  - 2 years\n"),
    (
        "| | Fawn Bottle | Harbor Lamp |\n|---|---|---|\n| Price | $48.50 | $19.99 |\n",
        "| | Fawn Bottle | Harbor Lamp |\n|---|---|---|\n| Price | $19.99 | $48.50 |\n",
    ),
    (
        "| Spec | Value |\n|---|---|\n| Color | pink |\n| Origin | Japan |\n",
        "| Spec | Value |\n|---|---|\n| Color | white |\n| Origin | Japan |\n",
    ),
]
TRUE = [
    "价格？99。",
    "这款多少钱？99元。",
    "您喜欢什么颜色？粉色的话我帮您问问。",
    "颜色：\n- 白色\n- 黑色\n",
    "质保……2年。",
    "产地是浙江。有白色和黑色两款。",
    "| 质保 | 颜色 |\n|---|---|\n| 2年 | 白色、黑色 |\n",
    "| | 小鹿保温杯 | 云朵羽绒被 |\n|---|---|---|\n| 库存 | 有货 | 12件 |\n| 产地 | 中国浙江 | 中国江苏 |\n",
    "| 商品 | 评价 |\n|---|---|\n| 小鹿保温杯 | 好看。好用！ |\n",
]
TRUE_EN = [
    "Where is it made? Japan.",
    "The details:\n- Color: white, black\n- Origin: Japan\n",
    "| | Fawn Bottle | Harbor Lamp |\n|---|---|---|\n| Price | $19.99 | $48.50 |\n| Color | white, black | brass |\n",
    "Which one do you like? The black one.",
]


@pytest.mark.parametrize(("text", "instead", "lang"), [(*c, "zh") for c in FALSE] + [(*c, "en") for c in FALSE_EN])
def test_a_value_apart_from_its_property_is_a_claim(text: str, instead: str, lang: str) -> None:
    assert said(text, lang) == instead


@pytest.mark.parametrize(("text", "lang"), [(text, "zh") for text in TRUE] + [(text, "en") for text in TRUE_EN])
def test_what_is_true_stays(text: str, lang: str) -> None:
    assert said(text, lang) == text


def test_spans_point_into_the_sentence_itself() -> None:
    (_, answer) = review_sentences(GUARD, "质保呢？五年。", CUP, "zh", ("cup",))
    (span,) = answer.spans
    assert (answer.original[span.start : span.end], answer.label) == ("五年", "contradicted")


SHOP = Facts.of(
    [
        Fact("policy:warranty/a", "policy:warranty", "小家电质保", "24个月", "policy"),
        Fact("promotion:p/minus", "promotion:p", "减", "50元", "promotion"),
        Fact("promotion:p/threshold", "promotion:p", "门槛", "300元", "promotion"),
        Fact("policy:shipping/time", "policy:shipping", "发货时效", "48小时", "policy"),
        Fact("boots/title", "boots", "名称", "听雨雨靴", "title"),
        Fact("boots/price", "boots", "价格", "119元", "price"),
        Fact("boots/warranty", "boots", "保修", "6个月"),
        Fact("boots/off", "boots", "活动后", "69元", "computed"),
    ]
)


@pytest.mark.parametrize(
    ("sentence", "instead"),
    [
        ("只要50元就买到了。", "只要119元就买到了。"),
        ("价格是69元。", "价格是119元。"),
        ("保修两年。", "保修6个月。"),
        ("满300减50。", "满300减50。"),
        ("用券后69元。", "用券后69元。"),
        ("48小时内发货。", "48小时内发货。"),
        ("小家电质保两年。", "小家电质保两年。"),
    ],
)
def test_the_shops_figures_make_nothing_true_of_a_product(sentence: str, instead: str) -> None:
    assert GUARD.review(sentence, SHOP, about=("boots",)).text == instead

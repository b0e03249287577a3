"""False alarms are as bad as misses: what honest clerks say, and what merchants write, passes untouched."""

import json
from pathlib import Path

import pytest
import yaml

from assistant.guard.guard import Guard
from assistant.guard.sentences import sentences
from assistant.guard.sheet import facts_from_sheet
from knowledge.factsheet import faq_facts, merge, policy_facts, product_facts, promotion_facts
from knowledge.ingest.folder import load_shop_folder
from knowledge.model import LANGS

GUARD = Guard()
ORDINARY = yaml.safe_load((Path(__file__).parent / "ordinary.yaml").read_text(encoding="utf-8"))
SHEETS = {
    "zh": facts_from_sheet(
        {"名称": "云朵羽绒被", "售价": "599元", "库存": "12件", "颜色": "白色", "面料": "100%棉"}, "p"
    ),
    "en": facts_from_sheet(
        {"name": "Harbor Lamp", "price": "$48.50", "stock": "4", "color": "brass", "size": "S"}, "p"
    ),
}


@pytest.mark.parametrize(("lang", "sentence"), [(lang, s) for lang in ORDINARY for s in ORDINARY[lang]])
def test_ordinary_sentences_pass(lang: str, sentence: str) -> None:
    verdict = GUARD.review(sentence, SHEETS[lang], about=("p",))
    assert verdict.label == "ok", [span.reason for span in verdict.spans]


def test_there_are_three_hundred_of_them() -> None:
    assert sum(map(len, ORDINARY.values())) >= 300


def test_the_demo_shop_may_say_everything_it_wrote() -> None:
    """Every brief, description, attribute, policy, offer and answer of the demo shop, sentence by sentence."""
    folder = load_shop_folder(Path(__file__).parents[3] / "knowledge" / "demo")
    offers = merge(promotion_facts(p, "CNY") for p in folder.promotions)
    shop = merge([offers, *(policy_facts(policy) for policy in folder.policies)])
    changed = []
    for product in folder.products:
        facts = product_facts(product) | shop
        for lang in LANGS:
            said = [product.brief(lang), product.description(lang)]
            form = "这款的{}是{}。" if lang == "zh" else "The {} is {}."
            said += [form.format(a.name(lang), a.value(lang)) for a in product.attributes]
            changed += [
                s
                for text in said
                for s in sentences(text)
                if GUARD.review(s, facts, lang=lang, about=(product.id,)).changed
            ]
    for faq in folder.faqs:
        facts = shop | faq_facts(faq)
        for lang in LANGS:
            changed += [s for s in sentences(faq.answer(lang)) if GUARD.review(s, facts, lang=lang).changed]
    assert changed == []


def test_merchants_briefs(shared_data: Path) -> None:
    """Of 239 real briefs only those that promise a cure or "the best" are touched."""
    rows = json.loads((shared_data / "catalogs" / "litemall" / "products.json").read_text(encoding="utf-8"))
    touched = [
        row["brief"]
        for row in rows
        if GUARD.review(
            row["brief"], facts_from_sheet({"名称": row["name"], "简介": row["brief"]}, "p"), about=("p",)
        ).changed
    ]
    assert sorted(touched) == ["人体工学设计，缓解腰背疼痛", "安心舒适是最好的礼物"]


PILLOW = facts_from_sheet(
    {
        "名称": "山泉枕",
        "售价": "89元",
        "原价": "119元",
        "库存": "40件",
        "尺寸": "45*70cm",
        "重量": "900g",
        "面料": "100%棉",
        "填充物": "超细羊毛",
        "填充物重量": "700g",
    },
    "p",
)


@pytest.mark.parametrize(
    "sentence",
    [
        "布料上有一小块颜色深一点。",
        "毯子很大一块，够用。",
        "买了两块，客厅卧室都放了。",
        "打算对折起来用。",
        "和外面一两百的枕头差不多。",
        "和四件套一起买的。",
        "配水洗棉四件套正好。",
        "放在1.5米的床上刚刚好。",
        "三年前的旧枕头可以换了。",
        "到现在有十天了，还是很软。",
        "今天刚收到，家里人很喜欢。",
        "到货当天就用上了。",
        "比59元那款软一些。",
        "必须给十二分好评。",
        "尺寸有点大，枕套刚好装得下。",
        "摸着和真丝的没有什么区别。",
        "支持国货！",
        "用防尘袋装着，很贴心。",
        "熨烫一下更平整。",
        "里面确实是羊毛的。",
        "I bought one two years ago.",
        "It arrived today, thanks.",
    ],
)
def test_what_only_looks_like_a_claim_about_the_product(sentence: str) -> None:
    verdict = GUARD.review(sentence, PILLOW, about=("p",))
    assert not verdict.changed, (verdict.text, [span.reason for span in verdict.spans])


@pytest.mark.parametrize(
    ("sentence", "instead"),
    [
        ("只要两块钱。", "只要89块钱。"),
        ("现在打对折。", ""),
        ("面料是真丝的。", "面料是100%棉的。"),
        ("京东卖120元。", ""),
        ("它重一斤。", "它重900g。"),
    ],
)
def test_what_is_one_is_still_one(sentence: str, instead: str) -> None:
    verdict = GUARD.review(sentence, PILLOW, about=("p",))
    assert verdict.label == "contradicted" and (not instead or verdict.text == instead), verdict.text


@pytest.mark.parametrize("sentence", ["以旧换新至高补贴325元。", "每单捐一元。", "进店抽百元E卡。", "外面卖到200元。"])
def test_no_amount_but_a_price_is_mended_with_the_price(sentence: str) -> None:
    said = GUARD.review(sentence, PILLOW, about=("p",)).text
    assert "89" not in said and "119" not in said


BEDDING = facts_from_sheet(
    {"名称": "山雾蚕丝子母被", "售价": "899元", "库存": "5件", "重量": "0.5+1.5KG", "面料": "100%棉", "根数": "200根"},
    "p",
)


@pytest.mark.parametrize(
    "sentence",
    [
        "外面三层包装，拆得很费劲。",
        "手工很细致，走线整齐。",
        "上次做活动送过手工皂。",
        "婆婆给做了枕套，刚好配它。",
        "昨晚盖着发热，半夜踢了被子。",
        "折起来很重，柜子要结实点。",
        "洗的时候放网兜里。",
        "带子伸缩性不错。",
        "垂感应该比上一床好。",
        "夏天用0.5公斤的，春秋用1.5公斤的。",
        "四个角有六根绑带系着。",
        "本来想要买芍药那床，可惜没货了。",
        "已经装好被套了。",
        "能触摸到里面的蚕丝。",
    ],
)
def test_what_shoppers_tell_of_their_homes_is_no_claim(sentence: str) -> None:
    assert GUARD.review(sentence, BEDDING, about=("p",)).text == sentence


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        ("这床有三百根。", "这床有200根。"),
        ("它能折叠收起来。", ""),
        ("是纯手工缝的。", ""),
        ("带感应灯。", ""),
        ("春秋用1.8公斤的。", "春秋用1.5公斤的。"),
        ("里面装着小风扇。", ""),
    ],
)
def test_the_same_words_as_claims_are_still_found(lie: str, said: str) -> None:
    assert GUARD.review(lie, BEDDING, about=("p",)).text == said


def test_a_certificate_the_facts_list_may_be_named() -> None:
    lamp = facts_from_sheet({"name": "Mia lamp", "certification": "CE, RoHS"}, "p")
    none = facts_from_sheet({"name": "Mia lamp", "certification": "no CE"}, "p")
    sentence = "It's CE certified."
    assert GUARD.review(sentence, lamp, about=("p",)).label == "ok"
    assert GUARD.review("It's FDA certified.", lamp, about=("p",)).label != "ok"
    assert GUARD.review(sentence, none, about=("p",)).label != "ok"

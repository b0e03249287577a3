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

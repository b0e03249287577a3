"""Free wording over products nobody tuned for, and what is said of a whole shop's products side by side."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.guard.guard import Guard
from assistant.guard.sheet import facts_from_sheet
from knowledge.facts import Facts
from knowledge.factsheet import merge, policy_facts, product_facts, promotion_facts
from knowledge.ingest.folder import load_shop_folder

DATA: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "unseen.yaml").read_text(encoding="utf-8"))
CASES = [(sheet, *case) for sheet, cases in DATA["cases"].items() for case in cases]
GUARD = Guard()


@cache
def sheet_facts(sheet: str) -> Facts:
    return facts_from_sheet(DATA["sheets"][sheet], sheet)


@cache
def shop_facts(*ids: str) -> Facts:
    folder = load_shop_folder(Path(__file__).parents[3] / "knowledge" / "demo")
    products = [product_facts(product) for product in folder.products if product.id in ids]
    offers = [promotion_facts(promotion, "CNY") for promotion in folder.promotions]
    return merge([*products, *offers, *(policy_facts(policy) for policy in folder.policies)])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[2])
def test_label(case: tuple[str, ...]) -> None:
    sheet, label, sentence, reason = case
    verdict = GUARD.review(sentence, sheet_facts(sheet), about=(sheet,))
    assert verdict.label == label, f"{reason}: {[span.reason for span in verdict.spans]}"
    assert (verdict.text == sentence) == (label == "ok")


def test_half_of_them_are_false_and_half_of_them_are_english() -> None:
    chinese = [case for case in CASES if any("\u4e00" <= char <= "\u9fff" for char in case[2])]
    honest = [case for case in CASES if case[1] == "ok"]
    assert len(chinese) >= 75 and len(CASES) - len(chinese) >= 75
    assert len(honest) >= 65 and len(CASES) - len(honest) >= 65


HONEST = [
    (
        "boots-rain",
        "付款后48小时内从杭州仓发货，一般2–4天送达。",
        "a policy word for word, whatever the product's origin",
    ),
    ("brush-head-4", "替换刷头四支装39元。", "four in the pack that costs 39"),
    ("brush-head-4", "The pack of 4 is ¥39.", "four in the pack that costs 39"),
    ("pole-alu", "登山杖一对129元。", "the pair is what is sold"),
    ("comb-wood soap-hand-3", "清风木梳（49元）、四时手工皂（59元）都适合送人。", "each price beside its product"),
    ("cup-feather-400 cup-316-500", "Yanque Qinglü 316 Stainless Vacuum Bottle 500 ml is ¥129.", "its own title"),
    ("cup-316-500 mug-ceramic-380", "山色陶瓷马克杯也不错，容量380ml。", "the product named, not the first one"),
    ("cup-316-500", "From ¥129, and it takes part in ¥50 off ¥300.", "a price, and an offer by its name"),
    ("cup-316-500", "不要点陌生链接，也不用加微信。", "a warning leads nobody away"),
]
FALSE = [
    ("boots-rain", "付款后从上海仓发货。", "another warehouse"),
    ("comb-wood soap-hand-3", "清风木梳（59元）、四时手工皂（49元）都适合送人。", "the prices exchanged"),
    ("cup-316-500", "From ¥119.", "the product costs ¥129"),
    ("cup-316-500", "全场不限金额一律包邮。", "free from 88 on"),
    ("cup-316-500", "看 evil . com 有优惠。", "an address in pieces"),
    ("cup-316-500", "Go to evil dot com.", "an address in words"),
    ("cup-316-500", "私信我拿低价。", "away from the shop"),
    ("cup-316-500", "扫码加群领红包。", "away from the shop"),
    ("cup-316-500", "加V：abc_123 聊。", "an account"),
    ("cup-316-500", "DM me for a better price.", "away from the shop"),
]


@pytest.mark.parametrize(("ids", "sentence", "reason"), HONEST, ids=lambda value: value)
def test_honest_about_the_shop(ids: str, sentence: str, reason: str) -> None:
    verdict = GUARD.review(sentence, shop_facts(*ids.split()), about=tuple(ids.split()))
    assert verdict.label == "ok" and verdict.text == sentence, f"{reason}: {verdict.text}"


@pytest.mark.parametrize(("ids", "sentence", "reason"), FALSE, ids=lambda value: value)
def test_false_about_the_shop(ids: str, sentence: str, reason: str) -> None:
    verdict = GUARD.review(sentence, shop_facts(*ids.split()), about=tuple(ids.split()))
    assert verdict.label in ("contradicted", "unsupported") and verdict.text != sentence, reason


def test_a_mended_promise_of_free_shipping_reads_well() -> None:
    verdict = GUARD.review("全场不限金额一律包邮。", shop_facts("cup-316-500"), about=("cup-316-500",))
    assert verdict.text == "满88元包邮。"


def test_process_talk_cites_nothing() -> None:
    verdict = GUARD.review("按您说的，我会先看这三款。", shop_facts("cup-316-500"), about=("cup-316-500",))
    assert verdict.label == "ok" and not verdict.evidence

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
    ("cup-brush-3", "A three-piece cup brush set for ¥19.90.", "three in the set"),
    ("boots-rain", "Rain boots from ¥119, sizes 36 to 41.", "a price, not a list price"),
    ("pole-alu", "登山杖一对129元。", "the pair is what is sold"),
    ("comb-wood soap-hand-3", "清风木梳（49元）、四时手工皂（59元）都适合送人。", "each price beside its product"),
    ("cup-feather-400 cup-316-500", "Yanque Qinglü 316 Stainless Vacuum Bottle 500 ml is ¥129.", "its own title"),
    ("cup-316-500 mug-ceramic-380", "山色陶瓷马克杯也不错，容量380ml。", "the product named, not the first one"),
    ("cup-316-500", "From ¥129, and it takes part in ¥50 off ¥300.", "a price, and an offer by its name"),
    ("cup-316-500", "2 of Yanque Qinglü 316 Stainless Vacuum Bottle 500 ml come to ¥258.", "two of a product named"),
    ("cup-316-500", "喜欢的点一下头像旁边的关注，想看主页的朋友点左上角。", "the page's own buttons"),
    ("cup-316-500", "Text us if anything arrives broken.", "service, not a way out"),
    ("cup-316-500 cup-feather-400", "轻羽超薄保温杯比轻旅316不锈钢保温杯便宜30元。", "the difference of two products"),
    ("cup-316-500", "不要点陌生链接，也不用加微信。", "a warning leads nobody away"),
]
FALSE = [
    ("cup-316-500 cup-feather-400", "轻羽超薄保温杯比轻旅316不锈钢保温杯便宜50元。", "an offer's amount, not theirs"),
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

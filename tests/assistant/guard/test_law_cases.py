"""Graded sentences: what the law says of them, which goods a rule is for, and folders of packs of one's own."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.guard.guard import Guard
from assistant.guard.law import Law, RulePackError, load_law
from assistant.guard.sheet import facts_from_sheet
from knowledge.facts import Facts
from knowledge.text import normalise
from web.settings import Settings, SettingsError
from web.wiring import build_guard

LAW = load_law()
GRADES = ("ok", "caution", "evidence", "ban")
CASES = yaml.safe_load((Path(__file__).parent / "law_cases.yaml").read_text(encoding="utf-8"))
ALL = [case for part in CASES.values() for case in part]


def grade(text: str, goods: str = "") -> str:
    """The gravest thing the law has to say of it."""
    about = normalise(f"{text} {goods}").text
    found = [b.rule.severity for b in LAW.breaches(normalise(text)) if b.rule.concerns(about)]
    return max(found, key=GRADES.index, default="ok")


@pytest.mark.parametrize("case", ALL, ids=lambda case: case["text"])
def test_graded_sentences(case: dict[str, Any]) -> None:
    assert grade(case["text"], case.get("goods", "")) == case["grade"], case["why"]


def test_there_are_enough_of_them_and_enough_lawful_ones() -> None:
    lawful = [case for case in ALL if case["grade"] in ("ok", "caution")]
    assert len(CASES["first"]) >= 120 and len(ALL) >= 300
    assert len(lawful) >= 0.4 * len(ALL)
    assert len({case["text"] for case in ALL}) == len(ALL)


def test_a_rule_for_certain_goods_is_not_raised_at_others() -> None:
    lamp = facts_from_sheet({"名称": "布罩台灯", "类目": "灯具", "售价": "99元"}, "p")
    cream = facts_from_sheet({"名称": "珍珠霜", "类目": "护肤品", "售价": "99元"}, "p")
    said = "它的表面抑菌，不怕潮。"
    guard = Guard()
    assert guard.review(said, lamp, about=("p",)).label != "forbidden"
    assert guard.review(said, cream, about=("p",)).label == "forbidden"
    assert guard.review(said, lamp | facts_of_another(), about=()).label == "forbidden"  # it may be meant
    assert guard.review(said, Facts()).label == "forbidden"  # nothing is known


def facts_of_another() -> Facts:
    return facts_from_sheet({"名称": "雪松洗面奶", "售价": "59元"}, "q")


def test_words_of_a_sentence_tell_the_goods_too() -> None:
    unknown = facts_from_sheet({"名称": "七号", "售价": "99元"}, "p")
    assert Guard().review("这款面霜抑菌。", unknown, about=("p",)).label == "forbidden"


def test_packs_of_ones_own_stand_beside_ours(tmp_path: Path) -> None:
    pack = (
        "applies: [wine, 葡萄酒]\nrules:\n"
        "- {id: SHOP-1, name: n, article: house rule, reason: {zh: 不说, en: not said}, terms: [千杯不醉]}\n"
        "- {id: SHOP-2, name: m, article: house rule, applies: [], reason: {zh: 不说, en: no}, terms: [蓝猫]}\n"
    )
    (tmp_path / "house.yaml").write_text(pack, encoding="utf-8")
    law = Law.load(extra=tmp_path)
    rules = {b.rule.id: b.rule for b in law.breaches(normalise("千杯不醉，蓝猫，全网最低价"))}
    assert {"SHOP-1", "SHOP-2", "AD-9-3"} <= rules.keys()
    assert rules["SHOP-1"].concerns("red wines 750 ml") and not rules["SHOP-1"].concerns("desk lamp")
    assert rules["SHOP-2"].concerns("desk lamp")


def test_the_pack_shown_in_the_documentation_works(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "law.md").read_text(encoding="utf-8")
    (tmp_path / "house.yaml").write_text(page.split("```yaml")[1].split("```")[0], encoding="utf-8")
    law = Law.load(extra=tmp_path)
    (rule,) = [each for each in law.rules if each.pack == "house"]
    for sentence in rule.bad:
        assert rule in [breach.rule for breach in law.breaches(normalise(sentence))], sentence
    for sentence in rule.good:
        assert not law.breaches(normalise(sentence)), sentence


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(RulePackError, match="nowhere"):
        Law.load(extra=tmp_path / "nowhere")


def test_settings_choose_packs_and_name_what_is_wrong(tmp_path: Path) -> None:
    chosen = build_guard(Settings(law_packs="absolute, identity"))
    assert chosen.review("全网最低价。", Facts()).label == "forbidden"
    assert "AD-17" not in [span.rule for span in chosen.review("它能治疗失眠。", Facts()).spans]
    (tmp_path / "house.yaml").write_text("rules: [{id: H-1, name: 我的}]", encoding="utf-8")
    with pytest.raises(SettingsError, match="house.yaml.*我的"):
        build_guard(Settings(law_folder=tmp_path))
    with pytest.raises(SettingsError, match="no rule pack named"):
        build_guard(Settings(law_packs="fod"))

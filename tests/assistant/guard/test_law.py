"""The rule packs keep their own examples; disguises are seen through; bad packs are refused with a clear word."""

import json
from pathlib import Path

import pytest

from assistant.guard.law import Law, Rule, RulePackError, load_law, unmask
from knowledge.text import normalise

LAW = load_law()


def ids(rule: Rule) -> str:
    return f"{rule.pack}/{rule.name}"


@pytest.mark.parametrize("rule", LAW.rules, ids=ids)
def test_each_rule_catches_its_own_examples(rule: Rule) -> None:
    for sentence in rule.bad:
        assert any(breach.rule.id == rule.id for breach in LAW.breaches(normalise(sentence))), sentence


@pytest.mark.parametrize("rule", LAW.rules, ids=ids)
def test_each_rule_leaves_its_honest_examples(rule: Rule) -> None:
    for sentence in rule.good:
        assert not [b for b in LAW.breaches(normalise(sentence)) if b.rule.severity == "ban"], sentence


def test_every_ban_has_examples_and_reasons_in_both_languages() -> None:
    for rule in LAW.rules:
        assert rule.reason_zh and rule.reason_en and rule.article
        if rule.severity == "ban":
            assert rule.bad, f"{rule.pack}: {rule.name} has no example"


@pytest.mark.parametrize(
    ("disguised", "plain"),
    [
        ("国.家.级", "国家级"),
        ("做工ding级", "做工顶级"),
        ("全网zui低", "全网最低"),
        ("质量醉好", "质量最好"),
        ("che@pest", "cheapest"),
        ("b e s t", "best"),
        ("b3st", "best"),
        ("n0.1", "no.1"),
    ],
)
def test_disguises_come_off(disguised: str, plain: str) -> None:
    assert unmask(normalise(disguised).text)[0] == plain


@pytest.mark.parametrize("text", ["3.5l", "a5笔记本", "iphone 13 pro", "5g手机", "喝醉好难受", "mp3", "usb-c 3.0"])
def test_ordinary_tokens_stay(text: str) -> None:
    assert unmask(text)[0] == text


def test_places_lead_back_to_the_text() -> None:
    text = normalise("这是国.家.级品质").text
    breach = LAW.breaches(normalise("这是国.家.级品质"))[0]
    assert text[breach.start : breach.end] == "国.家.级"


def test_a_bad_pack_names_file_and_rule(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("rules:\n- {id: X, name: 我的规则, article: a}\n", encoding="utf-8")
    with pytest.raises(RulePackError, match="mine.yaml.*我的规则"):
        Law.load(folder=tmp_path)


def test_a_bad_pattern_is_named(tmp_path: Path) -> None:
    pack = "rules:\n- {id: X, name: n, article: a, reason: {zh: z, en: e}, patterns: ['(']}\n"
    (tmp_path / "mine.yaml").write_text(pack, encoding="utf-8")
    with pytest.raises(RulePackError, match="bad pattern"):
        Law.load(folder=tmp_path)


def test_an_unknown_pack_is_refused() -> None:
    with pytest.raises(RulePackError, match="no rule pack"):
        Law.load(["nonsense"])


def test_own_packs_replace_ours(tmp_path: Path) -> None:
    pack = "rules:\n- {id: SHOP-1, name: n, article: house rule, reason: {zh: 不说, en: not said}, terms: [蓝猫]}\n"
    (tmp_path / "house.yaml").write_text(pack, encoding="utf-8")
    law = Law.load(folder=tmp_path)
    assert [breach.rule.id for breach in law.breaches(normalise("买蓝猫送红狗"))] == ["SHOP-1"]
    assert not law.breaches(normalise("全网最低价"))


def test_public_advertising_cases(shared_data: Path) -> None:
    """27 published cases: flagged where they expect a hit, silent where they expect none."""
    file = shared_data / "compliance" / "adlaw-packs" / "adlaw_cases.jsonl"
    for line in file.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        found = LAW.breaches(normalise(case["text"]))
        assert bool(found) == bool(case["hits"]), case["text"]

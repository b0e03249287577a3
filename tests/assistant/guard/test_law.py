"""The rule packs keep their own examples; disguises are seen through; bad packs are refused with a clear word."""

import json
from pathlib import Path

import pytest

from assistant.guard.disguises import unmask
from assistant.guard.law import Law, Rule, RulePackError, load_law
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
    """No rule for all goods, and none of the same pack, forbids them."""
    for sentence in rule.good:
        found = [b.rule for b in LAW.breaches(normalise(sentence)) if b.rule.severity == "ban"]
        assert not [each for each in found if each.applies is None or each.pack == rule.pack], sentence
        assert rule not in [b.rule for b in LAW.breaches(normalise(sentence))], sentence


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
        ("t0p1", "no.1"),
        ("beeeest", "best"),
        ("b🔥e🔥s🔥t", "best"),
        ("be*st", "best"),
        ("w o r l d ' s  b e s t", "world's best"),
        ("t.h.e b.e.s.t", "the best"),
        ("国🔥家🔥级", "国家级"),
        ("国【家】级", "国家级"),
        ("国、家、级", "国家级"),
        ("最 好", "最好"),
        ("Zui Hao的", "最好的"),
        ("18cmzui好的", "18cm最好的"),
        ("quanwang di yi", "全网第一"),
        ("第壹", "第一"),
        ("全网第弌", "全网第一"),
        ("独依无二", "独一无二"),
    ],
)
def test_disguises_come_off(disguised: str, plain: str) -> None:
    assert unmask(normalise(disguised).text).text == plain


@pytest.mark.parametrize(
    "text",
    [
        "3.5l",
        "a5笔记本",
        "www.example.com",
        "a-b 两种",
        "红、黄、蓝三色",
        "the women you asked about",
        "国家及地区",
        "wang jia 的店",
        "iphone 13 pro",
        "5g手机",
        "喝醉好难受",
        "mp3",
        "usb-c 3.0",
    ],
)
def test_ordinary_tokens_stay(text: str) -> None:
    assert unmask(text).text == text


def test_places_lead_back_to_the_text() -> None:
    text = normalise("这是国.家.级品质").text
    breach = LAW.breaches(normalise("这是国.家.级品质"))[0]
    assert text[breach.start : breach.end] == "国.家.级"


def test_of_rules_that_one_place_breaks_the_first_is_named_first(tmp_path: Path) -> None:
    """And gives the reason that is shown, in every process the same."""
    entry = {"id": "AD-9-3", "article": "9", "reason": {"zh": "不", "en": "no"}, "terms": ["全网最低"]}
    rules = {"rules": [{**entry, "name": name} for name in "abcdefgh"]}
    (tmp_path / "mine.yaml").write_text(json.dumps(rules), encoding="utf-8")
    found = Law.load(folder=tmp_path).breaches(normalise("全网最低"))
    assert [breach.rule.name for breach in found] == list("abcdefgh")


def test_a_bad_pack_names_file_and_rule(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("rules:\n- {id: X, name: 我的规则, article: a}\n", encoding="utf-8")
    with pytest.raises(RulePackError, match="mine.yaml.*我的规则"):
        Law.load(folder=tmp_path)


def test_a_bad_pattern_is_named(tmp_path: Path) -> None:
    pack = "rules:\n- {id: X, name: n, article: a, reason: {zh: z, en: e}, patterns: ['(']}\n"
    (tmp_path / "mine.yaml").write_text(pack, encoding="utf-8")
    with pytest.raises(RulePackError, match="bad pattern"):
        Law.load(folder=tmp_path)


@pytest.mark.parametrize("field", ["reason: 不说", "reason: {zh: z, en: e}, applies: 7"])
def test_a_field_of_the_wrong_kind_is_named(tmp_path: Path, field: str) -> None:
    (tmp_path / "mine.yaml").write_text(f"rules:\n- {{id: X, name: 我的规则, article: a, {field}}}\n", encoding="utf-8")
    with pytest.raises(RulePackError, match="mine.yaml.*我的规则.*brackets"):
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
    """27 published cases: what they expect is hit, each in its place, and nothing else.

    Ours are often longer, as what has to go is: "本地销量第一" where they mark "销量第一".
    """
    file = shared_data / "compliance" / "adlaw-packs" / "adlaw_cases.jsonl"
    for line in file.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        normal = normalise(case["text"])
        places = {(b.start, b.end) for b in LAW.breaches(normal) if _is_grave(b.rule, normal.text)}
        widest = [(s, e) for s, e in places if not any(a <= s and e <= b and (a, b) != (s, e) for a, b in places)]
        found = [case["text"][slice(*normal.span(start, end))] for start, end in sorted(widest)]
        assert len(found) == len(case["hits"]), (case["text"], found)
        assert all(hit in ours for hit, ours in zip(case["hits"], found, strict=True)), (case["text"], found)


def _is_grave(rule: Rule, goods: str) -> bool:
    return rule.severity != "caution" and rule.concerns(goods)


# Terms that the published list forbids or marks and that pass here, each with the reason.
ARGUED = {
    "最大": "a measure (最大承重) or a comparison with oneself more often than a rank; 全城最大 is caught",
    "首家": "caught with its field (全国首家), else a date of the firm's history",
    "完美": "praise without rank: the enforcement guide speaks of what misleads or belittles",
    "全能": "praise without rank",
    "100%": "a share of material (100%棉) more often than a promise; 100%有效 is caught",
    "百分之百": "the same",
    "百分百": "the same",
    "冠军": "a person's title; 销量冠军 is caught",
    "生发": "a registered effect of special cosmetics: may be said on evidence",
    "不满意退款": "a promise of the shop: the facts decide",
    "假一赔十": "a promise of the shop: the facts decide",
    "假一罚十": "a promise of the shop: the facts decide",
    "治愈": "also of music and lamps: remarked; 治愈率 and 治愈失眠 are caught",
    "治疗": "also of those who are under treatment: remarked; with an illness it is caught",
    "清肝": "only with what it is said to do (清肝明目)",
}
ILLNESSES = {
    "糖尿病",
    "高血压",
    "高血脂",
    "心脏病",
    "心血管",
    "癌症",
    "肿瘤",
    "关节炎",
    "痛风",
    "失眠",
    "便秘",
    "胃病",
    "肝病",
    "肾病",
}


def test_published_terms(shared_data: Path) -> None:
    """Of 287 graded terms, those graded "ban" are banned and the others at least remarked, or it is argued why not.

    The name of an illness alone is no claim: "糖尿病人请先问医生" has to be said.
    """
    file = shared_data / "compliance" / "adlaw-packs" / "adlaw_terms.json"
    order = ("caution", "evidence", "ban")
    lighter = []
    for group in json.loads(file.read_text(encoding="utf-8")):
        for term in group["terms"]:
            found = [order.index(b.rule.severity) for b in LAW.breaches(normalise(f"这款产品{term}。"))]
            least = 2 if group["level"] == "ban" else 0
            if max(found, default=-1) < least and term not in ILLNESSES:
                lighter.append(term)
    assert sorted(set(lighter) - ARGUED.keys()) == []
    assert ARGUED.keys() - set(lighter) == set()


# Hits of the published grading without context that ours must not repeat.
@pytest.mark.parametrize("text", ["糖尿病人请先问医生。", "最大承重50公斤。", "面料是100%棉。", "她是奥运冠军。"])
def test_terms_out_of_context_pass(text: str) -> None:
    assert not [b for b in LAW.breaches(normalise(text)) if _is_grave(b.rule, text)]

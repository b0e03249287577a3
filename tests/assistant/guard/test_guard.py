"""The door: labels, spans, evidence, products and their binding, bars on the benchmark, and that nothing breaks it."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.guard.guard import Guard
from assistant.guard.sheet import facts_from_sheet
from bench.claims import load_scorer, predict
from knowledge.facts import Fact, Facts

GUARD = Guard()
CUP = facts_from_sheet(
    {
        "名称": "小鹿保温杯",
        "售价": "99元",
        "划线价": "129元",
        "库存": "30件",
        "容量": "500ml",
        "材质": "316不锈钢",
        "颜色": "白色、黑色",
    },
    "cup",
)
PAN = facts_from_sheet({"名称": "铸铁煎锅", "售价": "228元", "库存": "8件", "口径": "26cm", "材质": "铸铁"}, "pan")
BOTH = CUP | PAN


def test_spans_reasons_and_evidence() -> None:
    sentence = "好的，小鹿保温杯售价是89元。"
    verdict = GUARD.review(sentence, CUP, about=("cup",))
    (span,) = verdict.spans
    assert (verdict.label, verdict.text) == ("contradicted", "好的，小鹿保温杯售价是99元。")
    assert sentence[span.start : span.end] == "89元"
    assert span.replacement == "99元" and span.field == "price" and "价格" in span.reason
    assert [fact.value for fact in span.evidence] == ["99元"]
    assert any(fact.value == "99元" for fact in verdict.evidence)


def test_an_ok_sentence_carries_its_evidence() -> None:
    verdict = GUARD.review("售价是99元，容量半升。", CUP, about=("cup",))
    assert verdict.label == "ok" and not verdict.changed
    assert {"99元", "500ml"} <= {fact.value for fact in verdict.evidence}


def test_spans_are_places_in_the_sentence_as_it_came() -> None:
    sentence = "只要８9​元哦"
    (span,) = GUARD.review(sentence, CUP, about=("cup",)).spans
    assert sentence[span.start : span.end] == "８9​元"


def test_each_figure_is_held_against_the_product_it_is_said_of() -> None:
    assert GUARD.review("小鹿保温杯99元，铸铁煎锅228元。", BOTH).label == "ok"
    swapped = GUARD.review("小鹿保温杯228元，铸铁煎锅99元。", BOTH)
    assert swapped.text == "小鹿保温杯99元，铸铁煎锅228元。"


def test_it_is_what_the_conversation_is_about() -> None:
    assert GUARD.review("它卖228元。", BOTH, about=("pan", "cup")).label == "ok"
    assert GUARD.review("它卖228元。", BOTH, about=("cup", "pan")).text == "它卖99元。"


def test_without_any_product_in_question_a_figure_of_any_of_them_will_do() -> None:
    assert GUARD.review("有99元的，也有228元的。", BOTH).label == "ok"
    assert GUARD.review("有59元的。", BOTH).label == "unsupported"


def test_forbidden_though_the_catalogue_says_it() -> None:
    facts = facts_from_sheet({"名称": "护颈枕", "售价": "99元", "卖点": "缓解颈椎病，国家级品质"}, "p")
    verdict = GUARD.review("护颈枕能缓解颈椎病，售价99元。", facts, about=("p",))
    assert verdict.label == "forbidden" and verdict.spans[0].rule == "AD-17"
    assert verdict.text == "护颈枕售价99元。"


def test_forbidden_before_contradicted_before_unsupported() -> None:
    assert GUARD.review("只要89元，送杯刷，全网最低价。", CUP, about=("cup",)).label == "forbidden"
    assert GUARD.review("只要89元，送杯刷。", CUP, about=("cup",)).label == "contradicted"
    assert GUARD.review("只要99元，送杯刷。", CUP, about=("cup",)).label == "unsupported"


def test_a_variants_price_is_its_own() -> None:
    facts = facts_from_sheet({"名称": "云朵手机", "售价（128G）": "2999元", "售价（256G）": "3499元"}, "p")
    assert GUARD.review("256G的卖3499元。", facts, about=("p",)).label == "ok"
    assert GUARD.review("256G的卖2999元。", facts, about=("p",)).text == "256G的卖3499元。"


def test_facts_of_a_tools_result_back_what_is_said_of_it() -> None:
    basket = Fact("basket/total", "basket", "合计", "366元", "computed")
    assert GUARD.review("这三件算下来一共366元。", CUP | Facts.of([basket]), about=("cup",)).label == "ok"


def test_without_facts_only_what_claims_nothing_passes() -> None:
    assert GUARD.review("您好，请问想看什么？", Facts()).label == "ok"
    assert GUARD.review("这款只要99元。", Facts()).text == ""


def test_nothing_of_a_bare_lie_is_left() -> None:
    assert GUARD.review("这款是全网最低价！", CUP, about=("cup",)).text == ""


def test_space_after_a_sentence_is_kept() -> None:
    english = facts_from_sheet({"name": "Pan", "price": "$20"}, "p")
    assert GUARD.review("It costs $30. ", english, about=("p",)).text == "It costs $20. "


def test_the_language_may_be_given() -> None:
    (span,) = GUARD.review("99.5元", CUP, lang="en", about=("cup",)).spans
    assert span.reason == "the price is not the one in the facts"


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            "小鹿保温杯 售价 是 99元 89元 ， 。 最低价 全网 不 500ml 三件 一共 满88 包邮 是不是 https://a.b/?x=1 <b>"
            " 【】 我是真人 7天 退 ！ ？ 半 \n it's $20 not the best in world 、 ( ) % 100% 折 ②".split(" ")
        ),
        max_size=18,
    ).map("".join)
)
def test_whatever_comes_in_what_goes_out_is_clean(sentence: str) -> None:
    verdict = GUARD.review(sentence, BOTH, about=("cup",))
    assert all(0 <= span.start <= span.end <= len(sentence) for span in verdict.spans)
    assert (verdict.label == "ok") == (not verdict.spans)
    if verdict.text:
        assert GUARD.review(verdict.text, BOTH, about=("cup",)).label == "ok"


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80))
def test_no_text_breaks_it(sentence: str) -> None:
    GUARD.review(sentence, CUP, about=("cup",))


@pytest.mark.parametrize(
    "figure, bar",
    [
        ("f1", 0.97),
        ("four_way_accuracy", 0.93),
        ("ok_left_untouched", 0.98),
        ("span_recall", 0.95),
        ("correction_exact", 0.80),
    ],
)
def test_bars_on_the_claim_benchmark(shared_data: Path, figure: str, bar: float) -> None:
    for lang in ("zh", "en"):
        assert _figures(shared_data)[lang][figure] >= bar


def test_bars_on_what_users_notice(shared_data: Path) -> None:
    for lang in ("zh", "en"):
        for kind in ("hard_negative", "paraphrase_true"):
            right, rows = map(int, _figures(shared_data)[lang]["correct_by_type"][kind].split("/"))
            assert right / rows >= 0.97


_MEASURED: dict[str, dict[str, dict]] = {}  # type: ignore[type-arg]


def _figures(shared_data: Path) -> dict:  # type: ignore[type-arg]
    if not _MEASURED:
        file = shared_data / "claimbench" / "dev.jsonl"
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        score = load_scorer(file)
        assert score is not None
        _MEASURED.update(score(rows, predict(GUARD, rows)))
    return _MEASURED


@pytest.mark.parametrize("sentence", ["这款一件899元！", "899元一件，包含四件。", "平均每件224.75元。"])
def test_one_of_a_set_is_the_set_unless_each_of_its_pieces_is_meant(sentence: str) -> None:
    facts = facts_from_sheet({"名称": "轻奢水洗四件套", "售价": "899元", "件数": "4件"}, "p")
    assert GUARD.review(sentence, facts, about=("p",)).label == "ok"

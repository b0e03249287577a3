"""What may be said but should be known to a person: rules of caution, and claims that rest on the shop's own facts."""

from assistant.assistant import review_text
from assistant.guard.guard import Guard
from assistant.guard.sheet import facts_from_sheet
from web.present import verdict_json

GUARD = Guard()
CUP = facts_from_sheet(
    {
        "名称": "小鹿保温杯",
        "售价": "99元",
        "材质": "食品级硅胶",
        "专利技术": "无",
        "说明": "not clinically tested; dermatologist recommended",
    },
    "cup",
)


def test_a_caution_leaves_a_remark_and_nothing_else() -> None:
    sentence = "这只杯子很养生。"
    verdict = GUARD.review(sentence, CUP, about=("cup",))
    assert (verdict.label, verdict.text, verdict.spans) == ("ok", sentence, ())
    (remark,) = verdict.remarks
    assert sentence[remark.start : remark.end] == "养生"
    assert (remark.label, remark.rule, remark.replacement) == ("ok", "AD-17", None)
    assert "批准" in remark.reason


def test_a_claim_on_evidence_names_its_evidence() -> None:
    (remark,) = GUARD.review("杯盖是食品级的。", CUP, about=("cup",)).remarks
    assert [fact.attribute for fact in remark.evidence] == ["材质"]
    assert "材质" in remark.reason
    (remark,) = GUARD.review("It is dermatologist recommended.", CUP, about=("cup",)).remarks
    assert [fact.attribute for fact in remark.evidence] == ["说明"]


def test_a_fact_that_denies_it_is_no_evidence() -> None:
    assert GUARD.review("它采用专利技术。", CUP, about=("cup",)).label == "unsupported"
    assert GUARD.review("It is clinically tested.", CUP, about=("cup",)).label == "unsupported"


def test_remarks_stay_with_what_stays() -> None:
    mended = GUARD.review("这只杯子很养生，只要89元。", CUP, about=("cup",))
    assert (mended.label, mended.text) == ("contradicted", "这只杯子很养生，只要99元。")
    assert [remark.rule for remark in mended.remarks] == ["AD-17"]
    dropped = GUARD.review("这只杯子是养生的国家级品质。", CUP, about=("cup",))
    assert (dropped.label, dropped.text, dropped.remarks) == ("forbidden", "", ())


def test_remarks_of_several_sentences_count_from_the_start_and_reach_the_interface() -> None:
    text = "您好。这只杯子很养生。"
    (shown,) = verdict_json(review_text(GUARD, text, CUP, "zh", ("cup",)))["remarks"]
    assert text[shown["start"] : shown["end"]] == "养生"
    assert shown["label"] == "ok"

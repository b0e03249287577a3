"""The gap report: what went unanswered is grouped over both languages, ranked, and ends with an approved answer."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.conversation import BotMessage, Conversations
from assistant.events import Channel, Finished, PageContext, Sentence
from assistant.gaps import Gap, Gaps
from assistant.guard.guard import Guard
from assistant.guard.verdict import Verdict
from assistant.messages import TextDelta
from assistant.models.scripted import ScriptedModel
from assistant.vetting import Vetting, objections
from knowledge.catalog import Catalog
from knowledge.model import Attribute, Faq, Policy, Promotion, Text
from knowledge.questions import ALIKE, QuestionGroups
from knowledge.settings import KnowledgeSettings

RETURNS = Policy("returns", Text("退换", "Returns"), Text("7天无理由退货。", "Returns within 7 days."))
UNKNOWN = Text("抱歉，资料里没有。", "Sorry, I do not know that.")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog.open(KnowledgeSettings(data_dir=tmp_path))
    opened.put(policies=[RETURNS], source="test")
    yield opened
    opened.close()


@pytest.fixture
async def talks(shop: Catalog) -> Conversations:
    return Conversations(shop.store.engine)


async def ask(
    talks: Conversations, text: str, *, unanswered: bool = True, channel: str = "chat", product_id: str = ""
) -> tuple[str, int]:
    """A conversation with one question, and the number of its answer."""
    made = await talks.create(channel=channel, product_id=product_id)
    await talks.receive(made.id, text)
    message = BotMessage(f"b-{made.id}"[:40], UNKNOWN.zh, "grounded", unanswered=unanswered)
    [event] = await talks.append(made.id, [("message", {"role": "bot", "text": message.text})], message=message) or []
    return made.id, event["seq"]


def only(gaps: list[Gap]) -> Gap:
    assert len(gaps) == 1, [gap.examples for gap in gaps]
    return gaps[0]


@pytest.mark.parametrize(
    ("question", "same", "other"),
    [
        ("可以刻字吗", "Can I get it engraved?", "可以包邮吗"),
        ("想问下杯子什么材质", "亲，杯子是什么材质的呀", "想问下杯子防水吗"),
        ("能寄到加拿大吗", "do you ship to canada", "do you ship to japan"),
        ("洗了会掉色吗？", "does the colour run when washed", "洗了会缩水吗"),
        ("多久发货", "什么时候发货", "发什么快递"),
        ("machine washable?", "可以用洗衣机洗吗", "可以用洗碗机洗吗"),
    ],
)
def test_the_same_question_is_known_in_other_words_and_languages(question: str, same: str, other: str) -> None:
    groups = QuestionGroups()
    groups.add("one", question)
    near = groups.nearest(same)
    assert near is not None
    assert near[1] >= ALIKE
    far = groups.nearest(other)
    assert far is None or far[1] < ALIKE


async def test_gaps_are_ranked_by_how_many_shoppers_ran_into_them(shop: Catalog, talks: Conversations) -> None:
    for text in ("可以刻字吗？", "能定制刻字吗", "Can I get it engraved?"):
        await ask(talks, text, product_id="S1")
    await ask(talks, "有没有实体店")
    await ask(talks, "多久发货", unanswered=False)
    await ask(talks, "试一试刻字行吗", channel="test")
    await ask(talks, "转人工")
    gaps = Gaps(shop.store)
    assert gaps.refresh() == 4
    assert gaps.refresh() == 0, "each question is counted once"
    first, second = gaps.report()
    assert (first.shoppers, first.questions, first.why) == (3, 3, {"not_found": 3})
    assert {example.lang for example in first.examples} == {"zh", "en"}
    assert first.question.en == "Can I get it engraved?"
    assert first.products == (("S1", 3),)
    assert second.question == Text("有没有实体店", "")
    assert not first.answer
    await talks.close()


async def test_thumbs_ratings_and_handovers_say_that_an_answer_was_bad(shop: Catalog, talks: Conversations) -> None:
    conversation, seq = await ask(talks, "洗碗机能洗吗", unanswered=False)
    await talks.feedback(conversation, seq, up=False)
    rated, _ = await ask(talks, "有没有实体店", unanswered=False)
    await talks.rate(rated, 1)
    handed, _ = await ask(talks, "能刻字吗", unanswered=False)
    await talks.transition(handed, "waiting", reason="low_confidence")
    happy, _ = await ask(talks, "你们发顺丰吗", unanswered=False)
    await talks.rate(happy, 5)
    gaps = Gaps(shop.store)
    gaps.refresh()
    assert {gap.question.zh: next(iter(gap.why)) for gap in gaps.report()} == {
        "洗碗机能洗吗": "thumbs",
        "有没有实体店": "rating",
        "能刻字吗": "handoff",
    }
    await talks.close()


async def test_what_a_colleague_answered_is_suggested_and_personal_data_never_is(
    shop: Catalog, talks: Conversations
) -> None:
    conversation, _ = await ask(talks, "能刻字吗，我电话13812345678")
    await talks.take(conversation, "小王")
    await talks.say(conversation, "可以刻字，加20元，联系13987654321。", author="小王")
    gaps = Gaps(shop.store)
    gaps.refresh()
    gap = only(gaps.report())
    assert gap.answer.zh == "可以刻字，加20元，联系[PHONE]。"
    assert "138" not in gap.examples[0].text
    await talks.delete(conversation)
    assert gaps.report() == [], "who deletes a conversation takes the question along"
    await talks.close()


async def test_an_approved_answer_is_given_at_once_without_the_model(shop: Catalog, talks: Conversations) -> None:
    gaps, model = Gaps(shop.store), ScriptedModel([TextDelta("我不知道。")])
    assistant = Assistant(shop, model, Guard(), talks)
    await ask(talks, "可以刻字吗？")
    gaps.refresh()
    gap = only(gaps.report())
    faq = Faq("gap-1", Text("可以刻字吗？"), Text("可以刻字，三天内做好。"), exact=True)
    assert not objections(Vetting(shop, assistant.guard).faq(faq))

    async def answer(text: str, channel: Channel = "chat") -> tuple[str, str]:
        made = await talks.create(channel=channel)
        events = [event async for event in assistant.answer(made.id, text, PageContext(channel))]
        said = "".join(event.text for event in events if isinstance(event, Sentence))
        return said, next(event.model for event in events if isinstance(event, Finished))

    assert (await answer("可以刻字吗"))[1] == "scripted"
    shop.put(faqs=[faq], source="console")
    gaps.decide(gap.id, "answered", "小王", faq.id)
    assert await answer("可以刻字吗") == ("可以刻字，三天内做好。", "faq")
    assert await answer("请问可以刻字吗", "live") == ("可以刻字，三天内做好。", "faq"), "a viewer hears it as well"
    assert (await answer("可以刻字吗？另外多久能寄到加拿大"))[1] == "scripted", "more was asked than was approved"
    assert gaps.report() == []
    assert only(gaps.report("answered")).faq_id == "gap-1"
    await ask(talks, "可以刻字吗")
    gaps.refresh()
    assert only(gaps.report()).decided, "asked in vain again, it is open again"
    shop.put(faqs=[replace(faq, exact=False)], source="console")
    assert (await answer("可以刻字吗"))[1] == "scripted"
    await talks.close()


def test_what_the_guard_would_not_say_is_shown_before_it_is_saved(shop: Catalog) -> None:
    vetting = Vetting(shop, Guard())
    banned = Faq("a", Text("质量好吗？"), Text("我们的质量是全网第一。放心洗。"))
    found: list[Verdict] = objections(vetting.faq(banned))
    assert [verdict.label for verdict in found] == ["forbidden"]
    changed = replace(RETURNS, text=Text("15天无理由退货。"))
    assert not objections(vetting.policy(changed)), "a policy may say something new about itself"
    limit = Attribute(Text("退货期限", "Return window"), Text("7天", "7 days"))
    [wrong] = objections(vetting.policy(replace(changed, attributes=(limit,))))
    assert wrong.label == "contradicted", "but not go against its own figures"
    offer = Promotion("p", Text("满99减10"), "threshold", threshold=Decimal(99), minus=Decimal(10))
    assert not objections(vetting.promotion(offer))
    assert objections(vetting.promotion(replace(offer, text=Text("满99元立减20元。"))))
    assert shop.remove("policies", ["returns"])
    assert shop.policies() == ()


def test_the_demo_shops_own_texts_pass(catalog: Catalog, guard: Guard) -> None:
    """A merchant who opens and saves what came along must not be told that it is wrong."""
    vetting = Vetting(catalog, guard)
    for policy in catalog.policies():
        assert not objections(vetting.policy(policy)), policy.id
    for promotion in catalog.offers():
        assert not objections(vetting.promotion(promotion)), promotion.id
    for faq in catalog.faqs():
        assert not objections(vetting.faq(faq)), faq.id

"""Forms of the flow: their messages are words that the flow itself understands."""

import pytest

from assistant.forms import Form
from assistant.service.asking import form_of
from knowledge.model import Lang
from tests.assistant.service.test_flow import Talk
from tests.assistant.service.zh_shop import ZhTalk


def _form(talk: Talk | ZhTalk, lang: Lang, text: str) -> Form:
    turn = talk.say(text)
    form = form_of(turn.told, talk.words, lang)
    assert turn.asks_question and form is not None
    return form


def _filled(form: Form, choice: str) -> str:
    options = form.fields[0].options
    assert not options or choice in options
    return form.message.replace("{it}", choice)


@pytest.mark.parametrize(
    ("text", "choice", "write"),
    [
        ("我要退货", "80000003", "return_items"),
        ("770001给我来一台", "微信", "place_order"),
        ("80000003约个师傅，周六", "维修", "schedule_service"),
        ("80000003约师傅维修", "周日", "schedule_service"),
        ("80000001开张公司发票", "青山科技", "issue_invoice"),
        ("80000001我想换货", "770003", "exchange_items"),
    ],
)
def test_what_a_form_sends_goes_on_with_what_was_asked(text: str, choice: str, write: str) -> None:
    talk = ZhTalk()
    if text == "我要退货":  # one order alone could be meant: another one, in the same state, makes it a question
        first = talk.shop.held["80000003"]
        talk.shop.held["80000009"] = type(first)("80000009", "c1", first.state, first.lines, first.address, first.paid)
    assert talk.say(_filled(_form(talk, "zh", text), choice)).asks_confirmation
    talk.say("确认")
    assert talk.done[0][0] == write


def test_an_english_reason_is_a_choice() -> None:
    talk = Talk()
    form = _form(talk, "en", "I'm Ann Lee, zip 50101. Please cancel order A1001.")
    assert form.fields[0].options == ("unwanted", "mistake")
    assert talk.say(_filled(form, "mistake")).asks_confirmation


def test_no_form_where_nothing_is_asked() -> None:
    talk = ZhTalk()
    assert form_of(talk.say("80000001取消").told, talk.words, "zh") is None

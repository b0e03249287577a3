"""The flow: identity, gates, an explicit yes, once; changes of mind; and nothing without them."""

import json
from collections.abc import Sequence

import pytest
from pydantic import TypeAdapter

from assistant.service.flow import Flow
from assistant.service.model import ServiceOrder
from assistant.service.policy import PolicyError, load_policy
from assistant.service.session import Session, Turn
from assistant.service.shop import ShopError
from assistant.service.understand.english import English
from assistant.service.wordings import Words
from tests.assistant.service.shops import MemoryShop, policy

IAM = "I'm Ann Lee, zip 50101."


class Talk:
    """A conversation with the flow; what was said last is in `text`."""

    def __init__(self, shop: MemoryShop | None = None) -> None:
        rules = policy()
        self.shop = shop or MemoryShop()
        self.flow = Flow(self.shop, rules, English(rules.order_number))
        self.words = Words(rules, "en")
        self.session = Session()
        self.text = ""

    def say(self, text: str) -> Turn:
        turn = self.flow.turn(text, self.session, "talk")
        self.text = self.words.say(turn.told)
        return turn

    @property
    def done(self) -> list[tuple[str, dict[str, object]]]:
        return [(write.name, dict(write.arguments)) for write in self.shop.executed]


@pytest.fixture
def talk() -> Talk:
    return Talk()


def test_nothing_is_done_before_it_is_known_who_asks_and_before_a_yes(talk: Talk) -> None:
    assert not talk.say("Please cancel order A1001, I don't need it.").asks_confirmation
    assert talk.done == [] and "who you are" in talk.text
    assert talk.say("It's Ann Lee and the zip is 50101.").asks_confirmation
    assert talk.done == [] and "A1001" in talk.text and "Travel Mug" in talk.text and "$60.00" in talk.text
    talk.say("Yes please.")
    assert talk.done == [("cancel_order", {"order_id": "A1001", "reason": "unwanted"})]


def test_a_no_leaves_everything_as_it_is(talk: Talk) -> None:
    talk.say(f"{IAM} Cancel A1001, I don't want it.")
    turn = talk.say("No, leave it.")
    assert talk.done == [] and not turn.asks_confirmation and "as it is" in talk.text
    talk.say("yes")
    assert talk.done == []  # there is nothing left to say yes to


def test_a_question_in_between_is_answered_and_the_proposal_still_waits(talk: Talk) -> None:
    talk.say(f"{IAM} Cancel A1001, I don't need it.")
    turn = talk.say("What's the tracking number of A1003?")
    assert "T-A1003" in talk.text and turn.asks_confirmation and talk.done == []
    talk.say("ok, go ahead")
    assert [name for name, _ in talk.done] == ["cancel_order"]


def test_a_change_of_mind_is_put_anew(talk: Talk) -> None:
    talk.say(f"{IAM} In A1001 change the mug to a blue one, the rest the same. Use my Visa.")
    assert "blue, 300ml" in talk.text
    talk.say("Wait, change the mug to the red 500ml one instead. Visa again.")
    assert "red, 500ml" in talk.text and talk.done == []
    talk.say("Yes")
    (write,) = talk.done
    assert write[1]["new_item_ids"] == ["mug-red-500"]


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("Cancel A1003, I don't need it.", "on its way"),
        ("Return the lamp from A1003 to my Visa.", "on its way"),
        ("Cancel A2001, I don't want it.", "only work with orders on your own account"),
        ("Cancel A9999, I don't want it.", "only work with orders on your own account"),  # the same, word for word
        ("In A1001 change the mug to a green 500ml one, with my Visa.", "not available"),
        ("In A1001 change the mug to a red 500ml one, pay with my gift card. ", ""),
        ("In A1001 change the mug to a blue 500ml one and use my gift card.", "not enough"),
        ("In A1001 change the mug to a lamp, Visa.", "same product"),
        ("Please cancel only the mug in A1001, I don't need it.", "only the whole order"),
        ("Use my gift card to pay for A1001.", "not enough"),
    ],
)
def test_what_policy_forbids_is_refused_with_its_reason(talk: Talk, asked: str, why: str) -> None:
    turn = talk.say(f"{IAM} {asked}")
    assert turn.asks_confirmation == (why == "")
    assert why in talk.text
    assert talk.done == []


def test_another_customers_order_is_told_apart_from_none_in_no_way() -> None:
    real, none = Talk(), Talk()
    real.say(f"{IAM} What is in order A2001?")
    none.say(f"{IAM} What is in order A9999?")
    assert real.text.replace("A2001", "A9999") == none.text


def test_several_asks_are_confirmed_one_by_one_and_the_address_comes_before_the_items(talk: Talk) -> None:
    talk.say(
        f"{IAM} In order A1001 change the mug to a blue one, everything else the same, with my Visa. "
        "Also send that same order to the same address as A1003. And return the mug from A1002, refund to the original "
        "payment method."
    )
    for _ in range(3):
        talk.say("yes")
    assert [name for name, _ in talk.done] == ["modify_address", "modify_items", "return_items"]
    assert talk.done[0][1]["address1"] == "9 Quay Street"


def test_what_is_missing_is_asked_for(talk: Talk) -> None:
    assert talk.say(f"{IAM} Please return the mug from A1002.").asks_question
    assert "Which payment method" in talk.text
    assert talk.say("To my Visa.").asks_confirmation
    talk.say("yes")
    assert talk.done[0][1]["payment_method_id"] == "card_1"


def test_a_refusal_may_be_asked_another_way(talk: Talk) -> None:
    talk.say(f"{IAM} In A1001 change the mug to a blue 500ml one and use my gift card.")
    turn = talk.say("Then put it on my Visa.")
    assert turn.asks_confirmation and "$6.50" in talk.text


def test_the_same_yes_twice_is_done_once(talk: Talk) -> None:
    """The process dies after the shop has done it and before the session is stored: the yes comes again."""
    talk.say(f"{IAM} Cancel A1001, I don't need it.")
    stored = TypeAdapter(Session).dump_json(talk.session)
    talk.say("yes")
    again = Talk(talk.shop)
    again.session = TypeAdapter(Session).validate_json(stored)
    again.say("yes")
    assert [name for name, _ in talk.done] == ["cancel_order"]
    assert again.text == talk.text


def test_a_session_is_plain_data_at_every_step(talk: Talk) -> None:
    adapter = TypeAdapter(Session)
    for text in (
        f"{IAM} Return the mug from A1002.",
        "Visa",
        "how much is that?",
        "yes",
        "and cancel A1001",
        "mistake",
    ):
        talk.say(text)
        plain = json.loads(adapter.dump_json(talk.session))
        assert adapter.validate_python(plain) == talk.session


def test_guessing_who_somebody_is_ends_with_a_person(talk: Talk) -> None:
    turns = [talk.say(f"Cancel A1001. I'm Ann Lee, zip {code}.") for code in range(10000, 10006)]
    assert not turns[0].handoff and turns[-1].handoff and talk.session.client_id == ""
    talk.say(IAM)
    assert talk.session.client_id == ""  # also the right answer comes too late


@pytest.mark.parametrize(
    "text", ["I want to talk to a human.", "You charged my card twice!", "Please undo the cancellation of A1001."]
)
def test_what_only_people_can_do_goes_to_a_person(talk: Talk, text: str) -> None:
    assert talk.say(f"{IAM} {text}").handoff and talk.done == []


def test_a_complaint_changes_nothing(talk: Talk) -> None:
    for text in (IAM, "The mug from A1002 leaks and I'm quite annoyed.", "It was expensive too!"):
        assert not talk.say(text).writes
    assert talk.done == []


@pytest.mark.parametrize("text", ["", "identity: [email]", "identity: [email]\norder_number: '('\nactions: {}"])
def test_a_policy_that_can_t_be_used_names_its_file(tmp_path, text: str) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "policy.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError, match=r"policy\.yaml"):
        load_policy(file)


class Falling(MemoryShop):
    """Falls silent as soon as it has done something."""

    def orders(self, client_id: str) -> Sequence[ServiceOrder]:
        if self.executed:
            raise ShopError("gone")
        return super().orders(client_id)


def test_what_is_done_is_told_also_when_the_shop_falls_silent_right_after() -> None:
    talk = Talk(Falling())
    talk.say(f"{IAM} Cancel A1001, I don't need it.")
    turn = talk.say("Yes. And what is in A1002?")
    assert [write.name for write in talk.shop.executed] == ["cancel_order"] == [one.name for _, one, _ in turn.writes]
    assert "A1001 is cancelled" in talk.text and "isn't answering" in talk.text

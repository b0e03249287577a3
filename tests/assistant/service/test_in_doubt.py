"""Where what is said fits several things, it is asked which: a yes must not confirm what nobody meant."""

import pytest

from tests.assistant.service.wide import EN_GOODS, MAEVE, WideShop, WideTalk


def _with_two_bottles() -> WideTalk:
    talk = WideTalk("en")
    two = ("B5006", "received", "pp_5", "bottle-plastic-500ml bottle-steel-1000ml")
    talk.shop.held |= WideShop(MAEVE, EN_GOODS, (two,)).held
    return talk


@pytest.mark.parametrize(
    "text",
    [
        "In B5006 I have two bottles, one's steel and one's plastic. Take it back please, PayPal",
        "return the bottle from B5006, paypal",
    ],
)
def test_one_of_two_that_are_alike_is_asked_for(text: str) -> None:
    talk = _with_two_bottles()
    turn = talk.say(text)
    assert turn.asks_question and not turn.asks_confirmation, talk.text


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("return the steel bottle from B5006, paypal", ["bottle-steel-1000ml"]),
        ("return the bottle from B5006, the plastic one, paypal", ["bottle-plastic-500ml"]),
        ("return both bottles from B5006, paypal", ["bottle-plastic-500ml", "bottle-steel-1000ml"]),
    ],
)
def test_what_tells_them_apart_is_taken(text: str, items: list[str]) -> None:
    talk = _with_two_bottles()
    talk.say(text)
    talk.say("yes")
    assert [write.arguments["item_ids"] for write in talk.shop.executed] == [items]


def test_a_yes_in_other_words_is_no_part_of_an_address() -> None:
    talk = WideTalk("en")
    talk.say("B5002 must go to 12 Rosewood Drive")
    talk.say("apartment 4B")
    talk.say("Tucson, AZ 85701")
    talk.say("all correct")
    write, *others = talk.shop.executed
    assert not others and (write.name, write.arguments["city"]) == ("modify_address", "Tucson")


@pytest.mark.parametrize("text", ["Can you send me a link to the camera?", "I don't need the charger, just the camera"])
def test_what_one_might_buy_is_left_to_the_catalogue(text: str) -> None:
    assert not WideTalk("en").concerns(text)


def test_of_what_is_owned_it_concerns_the_service() -> None:
    assert WideTalk("en").concerns("I don't need the backpack any more")


@pytest.mark.parametrize(
    ("answer", "items"),
    [
        ("the steel one", ["bottle-steel-1000ml"]),
        ("the dearer of the two", ["bottle-plastic-500ml"]),
        ("both", ["bottle-plastic-500ml", "bottle-steel-1000ml"]),
    ],
)
def test_an_answer_is_about_those_that_were_asked_about(answer: str, items: list[str]) -> None:
    talk = WideTalk("en")
    more = ("B5006", "received", "pp_5", "phones-black bottle-plastic-500ml bottle-steel-1000ml espresso-15_bar")
    talk.shop.held |= WideShop(MAEVE, EN_GOODS, (more,)).held
    assert talk.say("return the bottle from B5006, paypal").asks_question
    talk.say(answer)
    talk.say("yes")
    assert [write.arguments["item_ids"] for write in talk.shop.executed] == [items]

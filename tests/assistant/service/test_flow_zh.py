"""The flow with a Chinese shopper: what is understood, what is put, what is never done."""

import pytest

from tests.assistant.service.zh_shop import ZhTalk


@pytest.fixture
def talk() -> ZhTalk:
    return ZhTalk()


@pytest.mark.parametrize(
    "text",
    [
        "把80000001取消掉",
        "80000001这单我不想要了",
        "订单80000001拍错了，撤了吧",
        "麻烦取消一下，订单号80000001",
        "还没发货的话就把80000001取消了",
    ],
)
def test_a_cancellation_is_put_and_brings_the_money_back_to_the_card(talk: ZhTalk, text: str) -> None:
    turn = talk.say(text)
    assert turn.asks_confirmation and "239.00退回购物卡" in talk.text and talk.done == []
    talk.say("确认")
    assert talk.done == [("cancel_order", {"order_id": "80000001"}), ("give_back", {"amount": "239.00"})]
    talk.say("确认")
    assert len(talk.done) == 2


@pytest.mark.parametrize(
    "answer", ["先别取消", "算了，不取消了", "等等，我再想想", "不用了", "那取消不了就算了", "好，那约个师傅维修，周三"]
)
def test_only_a_plain_yes_cancels(talk: ZhTalk, answer: str) -> None:
    talk.say("取消80000001")
    talk.say(answer)
    assert "cancel_order" not in [name for name, _ in talk.done]


def test_a_yes_to_something_else_is_none(talk: ZhTalk) -> None:
    talk.say("80000002给我催一下")
    talk.say("确认取消")
    assert talk.done == []
    talk.say("嗯，确认")
    assert [name for name, _ in talk.done] in ([], ["urge_shipment"])


def test_a_return_only_after_a_refused_exchange(talk: ZhTalk) -> None:
    assert not talk.say("80000003想换个大点的").asks_confirmation
    assert talk.say("换不了就退货吧").asks_confirmation
    talk.say("好的")
    assert talk.done[0] == ("return_items", {"order_id": "80000003"})


def test_an_exchange_that_can_be_done_is_not_undone_by_its_condition(talk: ZhTalk) -> None:
    assert talk.say("80000001换成6升的").asks_confirmation
    assert talk.say("换不了就退货").asks_confirmation
    talk.say("对，确认")
    told = {"order_id": "80000001", "item_ids": ["770001"], "new_item_ids": ["770003"]}
    assert talk.done == [("exchange_items", told)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("取消80000002", "运输中"),
        ("80000001给我退货", "已收货"),
        ("把80000001换成2升的", "缺货"),
        ("80000001换成9升的有吗，没有就算了", "没有"),
        ("用购物卡给我买一台770002", "余额"),
        ("下单一个770005，微信付", "已下架"),
        ("80000002要价保，退差价", "购物卡"),
        ("80000003价保，把差价退我", "没有降价"),
        ("给80000003登记晒单返现", "截图"),
        ("89999990取消", "本人账号"),
    ],
)
def test_what_policy_forbids_is_refused_with_its_reason(talk: ZhTalk, text: str, why: str) -> None:
    assert not talk.say(text).asks_confirmation
    assert why in talk.text
    talk.say("确认")
    assert talk.done == []


def test_price_protection_gives_the_difference_back(talk: ZhTalk) -> None:
    assert talk.say("80000001现在降价了，给我补差价").asks_confirmation
    assert "40.00" in talk.text
    talk.say("行")
    assert talk.done == [("give_back", {"order_id": "80000001", "amount": "40.00"})]


def test_buying_lists_the_order_and_what_comes_after_is_about_it(talk: ZhTalk) -> None:
    assert not talk.say("770001给我来一台").asks_confirmation and "购物卡" in talk.text
    assert talk.say("购物卡付").asks_confirmation
    assert "199.00" in talk.text and "文一路" in talk.text
    talk.say("确认")
    assert talk.done == [
        ("place_order", {"items": [{"product_id": "770001", "quantity": 1}], "payment": "购物卡"}),
        ("take", {"product_id": "770001", "quantity": 1}),
    ]
    talk.say("刚下的这单加急")
    talk.say("确认")
    assert talk.done[-1] == ("urge_shipment", {"order_id": "89999999"})


def test_one_is_chosen_among_those_spoken_of(talk: ZhTalk) -> None:
    talk.say("770001和770002有什么区别")
    talk.say("就要便宜的那个，用微信，买两台")
    assert "静音加湿器4升, ¥199.00 × 2" in talk.text
    talk.say("确认")
    assert talk.done[0][1]["items"] == [{"product_id": "770001", "quantity": 2}]


def test_a_visit_takes_what_is_said_and_the_rest_from_the_account(talk: ZhTalk) -> None:
    talk.say("80000003的烤箱坏了怎么修")
    assert talk.say("那约个师傅来看看吧").asks_question
    talk.say("周六上午，联系人王二，电话13700002222")
    talk.say("可以，就这么办")
    assert talk.done == [
        (
            "schedule_service",
            {
                "order_id": "80000003",
                "user_name": "王二",
                "phone_number": "13700002222",
                "service_type": "维修",
                "service_time": "周六上午",
            },
        )
    ]


@pytest.mark.parametrize(
    ("text", "title", "kind"),
    [
        ("80000001开个个人发票", "林小满", "个人"),
        ("80000001帮我开票，抬头写青山科技有限公司", "青山科技有限公司", "企业"),
        ("给80000001开张公司发票，抬头：青山科技有限公司", "青山科技有限公司", "企业"),
    ],
)
def test_an_invoice_has_its_title(talk: ZhTalk, text: str, title: str, kind: str) -> None:
    talk.say(text)
    talk.say("确认")
    (write,) = talk.done
    assert write[1]["title"] == title and write[1]["invoice_type"] == kind


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("770001怎么装", "接水通电"),
        ("770001保修多久", "保修2年"),
        ("770001报E02是怎么回事", "缺水"),
        ("770001送滤芯吗", "附送一枚"),
        ("770001送耳机吗", "没有耳机"),
        ("我购物卡还剩多少", "400.00"),
        ("80000002到哪了", "已到杭州"),
        ("有什么优惠活动", "满500减50"),
        ("80000001能换成什么", "770003"),
    ],
)
def test_questions_are_answered_from_the_shops_data(talk: ZhTalk, text: str, said: str) -> None:
    turn = talk.say(text)
    assert said in talk.text and not turn.asks_confirmation


@pytest.mark.parametrize(
    "text", ["80000003的烤箱用着真闹心", "早知道不买了", "我先用两天，实在不行再退", "说说而已", "谢谢"]
)
def test_what_asks_for_nothing_changes_nothing(talk: ZhTalk, text: str) -> None:
    assert not talk.say(text).asks_confirmation
    talk.say("确认")
    assert talk.done == []


def test_nobody_acts_for_somebody_unknown() -> None:
    talk = ZhTalk(signed_in=False)
    assert not talk.say("取消订单80000001").asks_confirmation and "手机号后四位" in talk.text
    assert not talk.say("尾号2222").asks_confirmation
    assert talk.say("手机尾号是1111").asks_confirmation
    talk.say("确认")
    assert talk.done[0] == ("cancel_order", {"order_id": "80000001"})


@pytest.mark.parametrize("text", ["转人工", "家里地板泡坏了，你们得赔", "再不处理我就找律师"])
def test_what_only_people_can_do_goes_to_a_person(talk: ZhTalk, text: str) -> None:
    assert talk.say(text).handoff and talk.done == []


@pytest.mark.parametrize(("wrong", "known"), [(1, "c1"), (6, "")])
def test_what_others_answer_proves_an_order_but_not_by_trying(wrong: int, known: str) -> None:
    talk = ZhTalk(signed_in=False)
    for number in range(wrong):
        talk.flow.overhear(f"80000001 尾号{number:04}到哪了", talk.session)
    talk.flow.overhear("80000001 尾号1111到哪了", talk.session)
    assert talk.session.client_id == known
    assert talk.session.spoken.order_id == ("80000001" if known else "")

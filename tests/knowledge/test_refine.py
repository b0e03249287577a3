"""Ellipsis over two turns: what was wanted, what is said now, and the sentence both come to."""

import pytest

from knowledge.refine import refine

TWO_TURNS = [
    # Price
    ("两百以内适合雨天散步的防滑鞋，不要黑色", "算了，预算加到三百", "防滑鞋，适合雨天、散步，300以内，不要黑色"),
    ("200以内的耳机", "预算不限", "耳机"),
    ("200以内的耳机", "再加50", "耳机，250以内"),
    ("耳机", "129太贵了", "耳机，129以内"),
    ("一个耳机 300以内", "有便宜点的吗", "耳机，300以内，便宜一点"),
    ("300以内的键盘", "至少一百", "键盘，价格100到300"),
    ("100到200的键盘", "80以内", "键盘，80以内"),
    ("headphones under 200", "actually make it under 100", "headphones, under 100"),
    ("headphones under $50", "price doesn't matter", "headphones"),
    ("a desk lamp", "$149 is too expensive", "desk lamp, under 149"),
    # Colour, both ways
    ("两百以内适合雨天散步的防滑鞋，不要黑色", "换成白色", "白色的防滑鞋，适合雨天、散步，200以内，不要黑色"),
    ("黑色的背包", "不要黑色了", "背包，不要黑色"),
    ("黑色的背包", "还是要绿色吧", "绿色的背包"),
    ("不要黑色的耳机", "黑色也行", "耳机"),
    ("白色或者黑色的保温杯", "颜色随便", "保温杯"),
    ("rain boots under 200, not black", "in blue instead", "blue rain boots, under 200, without black"),
    ("white sneakers", "black is fine too", "white or black sneakers"),
    ("earbuds", "anything but white", "earbuds, without white"),
    # Size, material, what it is like
    ("防滑鞋 39码", "40码", "防滑鞋，40码"),
    ("shoes size 9", "size 8", "shoes, size 8"),
    ("纯棉四件套", "换成亚麻的", "亚麻四件套"),
    ("纯棉四件套 1.8米床", "1.5米床的呢", "纯棉 1.5米床四件套"),
    ("耳机，续航20小时以上", "要降噪的", "降噪耳机，续航20小时以上"),
    ("leather backpack", "no leather", "backpack, without leather"),
    ("背包", "还要防水", "防水背包"),
    # Measures
    ("充电宝 10000毫安以上", "20000毫安以上", "充电宝，容量20000毫安以上"),
    ("保温杯", "轻一点的", "保温杯，轻一点的"),
    ("保温杯 500ml", "大一点的", "保温杯，容量超过500ml，大一点的"),
    ("kettle", "at least 1.5 L", "kettle, capacity at least 1.5 l"),
    ("kettle at least 1.5 L", "and under 40 dollars", "kettle, capacity at least 1.5 l, under $40"),
    ("backpack for hiking", "something lighter", "backpack, for hiking, lighter"),
    ("帐篷 4人", "2人的呢", "帐篷，2人"),
    # For whom, for what
    ("两百以内的男士保温杯", "那儿童的呢", "保温杯，儿童，200以内"),
    ("给三岁孩子的杯子", "五岁的呢", "杯子，儿童，五岁"),
    ("a thermos for my dad under $30", "for my mom", "thermos, for my mom, under $30"),
    ("防水背包，适合徒步", "上班用", "防水背包，适合上班"),
    ("防水背包，适合徒步", "上班也要用", "防水背包，适合徒步、上班"),
    # How many
    ("白色保温杯", "要两个", "要2个白色的保温杯"),
    # Another kind of goods
    ("给妈妈买个保温杯，200以内", "还要一双雨鞋", "雨鞋"),
    ("给妈妈买个保温杯，200以内", "再看看围巾，同样预算，也是送她的", "围巾，给妈妈，200以内"),
    ("a mug for my mom under 20 dollars", "how about a scarf for her", "scarf, for my mom"),
    ("black headphones under 200", "a keyboard instead, same budget", "keyboard, under 200"),
    ("防滑鞋 39码", "要雨靴", "防滑雨靴，39码"),
    ("white shoes under 300", "rain boots", "white rain boots, under 300"),
    # Nothing was wanted before; nothing is wanted now
    ("", "两百以内的耳机", "耳机，200以内"),
    ("耳机，200以内", "谢谢", "耳机，200以内"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "now", "both"), TWO_TURNS)
def test_two_turns_are_one_sentence(before: str, now: str, both: str) -> None:
    assert refine(before, now) == both


@pytest.mark.parametrize(("before", "now"), [(before, now) for before, now, _ in TWO_TURNS if now != "再加50"])
def test_saying_it_again_changes_nothing(before: str, now: str) -> None:
    both = refine(before, now)
    assert refine(both, now) == both


@pytest.mark.parametrize(("before", "now"), [(before, now) for before, now, _ in TWO_TURNS])
def test_the_sentence_is_canonical(before: str, now: str) -> None:
    both = refine(before, now)
    assert refine("", both) == both


def test_the_joining_words_are_in_the_language_of_the_message() -> None:
    assert refine("200以内的耳机", "actually in white") == "white 耳机, under 200"
    assert refine("headphones under 200", "要白色的") == "白色的headphones，200以内"
    assert refine("headphones under 200", "白色", lang="en") == "白色 headphones, under 200"

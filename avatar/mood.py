"""What a sentence asks of the face: a mood, and whether to point at the product. Read from its words alone."""

import re
from dataclasses import dataclass

from avatar.media import Mood
from avatar.voice import Lang


@dataclass(frozen=True, slots=True)
class Manner:
    mood: Mood = "calm"
    pointing: bool = False


def _any(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(word for line in words for word in line.split()))


def _words(*words: str) -> re.Pattern[str]:
    """English words and phrases, written with _ for a space inside one."""
    whole = "|".join(word.replace("_", r"\s") for line in words for word in line.split())
    return re.compile(rf"(?<![\w'])(?:{whole})(?!\w)", re.I)


# In the order in which they are tried: who apologises for a late parcel does not beam at the refund.
_MOODS: dict[Lang, tuple[tuple[Mood, re.Pattern[str]], ...]] = {
    "zh": (
        ("concerned", _any("抱歉 对不起 不好意思 遗憾 投诉 破损 坏了 漏水 没收到 失望 着急 担心 生气 难过 受伤 过敏")),
        ("happy", _any(
            "优惠 立减 直降 满减 打折 [0-9一二三四五六七八九.]折 赠 免费 福利 惊喜 划算 到手 特价 秒杀",
            "省[了下]?[0-9一二三四五六七八九十] 欢迎 谢谢 感谢 恭喜 太好了 喜欢 开心 爱了 好消息",
        )),
        ("thoughtful", _any(
            r"[？?]\s*$ [吗呢]\s*$ 请问 怎么 如何 为什么 为啥 哪[个种款一里] 是不是 能不能 可不可以 有没有",
            "想知道 看看资料 查一下",
        )),
    ),
    "en": (
        ("concerned", _words(
            r"sorry apolog\w+ regret\w* unfortunately complain\w* broken damaged leak\w* disappoint\w* upset worr\w+",
            r"hurt allerg\w+",
        )),
        ("happy", _words(
            r"welcome thanks? thank_you congrat\w+ great_news deals? discounts? \d+%_off save free gifts? bonus",
            "bargain offers? love lovely glad happy special_price",
        )),
        ("thoughtful", re.compile(_words(
            r"let_me_(?:see|check|look) wonder\w* asks? asked which_one how_come whether").pattern + r"|\?\s*$", re.I,
        )),
    ),
}  # fmt: skip
_POINTING: dict[Lang, re.Pattern[str]] = {
    "zh": _any(
        "看(?:一下|一看|这|屏幕|右边|左边|旁边|卡片|图) 大家看 来看 瞧 购物[袋车] 小黄车 下方链接",
        "点击 点开 卡片上 演示 展示",
    ),
    "en": _words(
        "look_(?:at|here) (?:take|have)_a_look see_(?:here|it_here|the_card) on_the_card on_(?:the_)?screen tap click",
        "shopping_bag basket link_below show_you let_me_show",
    ),
}


def manner_of(text: str, lang: Lang) -> Manner:
    """The manner in which to say `text`: concerned at a complaint, happy about an offer, thoughtful over a question."""
    mood: Mood = next((name for name, words in _MOODS[lang] if words.search(text)), "calm")
    return Manner(mood, _POINTING[lang].search(text) is not None)

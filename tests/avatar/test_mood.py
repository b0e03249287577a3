import numpy as np
import pytest

from avatar.media import Moment, Mood
from avatar.mood import manner_of
from avatar.motion import Expression, Motion
from avatar.performer import Performer
from avatar.voice import Lang
from avatar.voices.silent import SilentVoice

FPS = 25
SILENCE = np.zeros(1764, np.int16)


@pytest.mark.parametrize(
    ("text", "lang", "mood"),
    [
        ("今天这款到手只要129元，", "zh", "happy"),
        ("两件打8.8折，", "zh", "happy"),
        ("欢迎小林来到直播间，", "zh", "happy"),
        ("非常抱歉，这款赠品已经送完了。", "zh", "concerned"),
        ("有朋友说杯盖漏水，", "zh", "concerned"),
        ("这款可以放进洗碗机吗？", "zh", "thoughtful"),
        ("小林想知道怎么清洗，", "zh", "thoughtful"),
        ("净重285克。", "zh", "calm"),
        ("Two for 20% off today,", "en", "happy"),
        ("Sorry, the free gift has run out.", "en", "concerned"),
        ("Can it go in the dishwasher?", "en", "thoughtful"),
        ("It weighs 285 grams.", "en", "calm"),
    ],
)
def test_the_mood_follows_the_words(text: str, lang: Lang, mood: Mood) -> None:
    assert manner_of(text, lang).mood == mood


@pytest.mark.parametrize(
    ("text", "lang", "pointing"),
    [
        ("大家看一下这个杯盖，", "zh", True),
        ("点击购物袋就能下单。", "zh", True),
        ("净重285克。", "zh", False),
        ("Take a look at the lid,", "en", True),
        ("Tap the bag to order.", "en", True),
        ("It weighs 285 grams.", "en", False),
    ],
)
def test_words_that_show_something_are_known(text: str, lang: Lang, pointing: bool) -> None:
    assert manner_of(text, lang).pointing is pointing


async def test_a_performance_carries_the_mood_to_the_face() -> None:
    performer = Performer(SilentVoice())
    await performer.say("大家看一下，今天立减30元！", "zh", 1)
    moment = performer.next()
    assert moment.mood == "happy"
    assert moment.pointing


def face_at(mood: Mood) -> Expression:
    motion = Motion(seed=2, fps=FPS)
    many = [motion.step(Moment(n, SILENCE, energy=0.3, utterance=1, mood=mood)) for n in range(4 * FPS)]
    return many[-1]


def test_each_mood_is_another_face() -> None:
    calm, happy, concerned, thoughtful = (face_at(mood) for mood in ("calm", "happy", "concerned", "thoughtful"))
    assert happy.smile > calm.smile + 0.2 > thoughtful.smile + 0.3
    assert happy.squint > calm.squint + 0.1
    assert concerned.smile < 0.25
    assert concerned.worry > 0.7
    assert happy.worry < 0.05
    assert thoughtful.brows > calm.brows + 0.2


def test_the_mood_fades_after_the_words() -> None:
    motion = Motion(seed=2, fps=FPS)
    for n in range(50):
        motion.step(Moment(n, SILENCE, energy=0.3, utterance=1, mood="concerned"))
    after = [motion.step(Moment(n, SILENCE)) for n in range(50, 50 + 5 * FPS)]
    assert after[FPS].worry > 0.6, "not gone with the last word"
    assert after[-1].worry < 0.05


def test_the_hand_shows_the_product_at_once_and_the_eyes_go_with_it() -> None:
    motion = Motion(seed=2, fps=FPS)
    for n in range(5 * FPS):
        motion.step(Moment(n, SILENCE, energy=0.3, utterance=1))
    shown = [motion.step(Moment(n, SILENCE, energy=0.3, utterance=2, pointing=True)) for n in range(5 * FPS, 8 * FPS)]
    assert shown[0].gesture == "present"
    assert any(e.gaze[0] + 1.5 * e.yaw > 0.6 for e in shown[: FPS // 2])
    assert shown[FPS].gesture == "present", "held long enough to be followed"

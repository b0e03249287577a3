"""The spoken reminder that an AI speaks: how often, in which words."""

import re
from itertools import product
from pathlib import Path

import pytest

from assistant.data import load
from assistant.guard.guard import Guard
from assistant.hostwords import came_along
from assistant.script_words import WINDOW_S, Heard, Wordings, joined, key
from knowledge.facts import Facts
from knowledge.model import Lang
from streaming.phrases import Phrases
from streaming.reminding import GRACE_S, LEAST_MIN, Reminders
from streaming.settings import RoomSettings

# GB 45438-2025: an AI element, and that something is generated or synthesised.
LABEL = re.compile(r"(?:AI|人工智能).*(?:生成|合成)|(?:生成|合成).*(?:AI|人工智能)|\bAI\b.*generated|generated.*\bAI\b")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_wording_says_what_the_law_wants_and_passes_the_guard(lang: Lang) -> None:
    guard = Guard()
    spoken = load(f"host_{lang}.yaml")["between"]["reminder"]
    host, shop = came_along()[0], "山间小店" if lang == "zh" else "Hill Shop"
    slots = {"shop": shop, **host.manner(lang)}
    for frame, head, tail in product(spoken["frames"], spoken["heads"], ("", *spoken["tails"])):
        text = joined(*(part.format_map(slots) for part in (head, frame, tail)), lang=lang)
        assert LABEL.search(text), text
        assert guard.review(text, Facts(()), lang=lang).text == text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_is_there_whenever_it_is_due_and_never_in_the_same_words(lang: Lang) -> None:
    """As often as may be set, for five hours, whichever host speaks."""
    now, said = [1_800_000_000.0], dict[str, float]()
    for host in came_along()[:2]:
        phrases = Phrases(lang, "山间小店", Wordings(heard=Heard(lambda: now[0])), host.manner(lang), host.heads(lang))
        said.clear()
        for _ in range(5 * 60 // LEAST_MIN):
            text = phrases("reminder")
            assert text, "the host has run out of words"
            assert now[0] - said.get(key(text), 0) > WINDOW_S, text
            said[key(text)] = now[0]
            now[0] += LEAST_MIN * 60


def test_a_room_that_comes_back_reminds_when_the_time_is_up(tmp_path: Path) -> None:
    now = [0.0]
    back = Reminders(600, lambda: now[0], age_s=400)
    assert not back.due
    now[0] = 200.0
    assert back.due
    back.said()
    assert not back.due
    back.said()
    now[0] = 800.0 + GRACE_S - 1
    assert back.due and not back.overdue, "it lets a question go first"
    now[0] += 1
    assert back.overdue
    assert Reminders(600, float).due and not Reminders(600, float).overdue and not Reminders(0, float).due
    assert RoomSettings(room="r", folder=tmp_path).reminder_min > 0
    with pytest.raises(ValueError, match=r"2\.\.60 minutes, or 0"):
        RoomSettings(room="r", folder=tmp_path, reminder_min=1)

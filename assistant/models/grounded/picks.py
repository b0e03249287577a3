"""How finds are introduced: in an order, by a figure, or as near to something that the shop has not."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from assistant.data import load
from assistant.models.grounded import speech
from assistant.models.grounded.dialogue import Dialogue, Goods
from assistant.models.grounded.speech import lower, property_phrase, without_money
from assistant.models.grounded.wording import say
from assistant.tools.products import likeness
from knowledge.model import Lang
from knowledge.text import normalise
from knowledge.thesaurus import default_thesaurus


def order_line(d: Dialogue, order: Mapping[str, Any], found: int) -> str:
    """The line above goods that were put in order. No superlative: the figures beneath speak."""
    if order.get("unknown"):
        return say(d, "rank_unknown")
    if found == 1:
        return say(d, "found_one")
    names: Mapping[str, str] = load("properties.yaml").get(order["measure"], {})
    name = order["name"] or names.get(d.lang, "").removeprefix("the ")
    rises = order["order"] == "least"
    if d.lang == "zh":
        kind = "低到高" if order["measure"] == "price" else "小到大"
        way = f"从{kind if rises else kind[::-1]}"
    else:
        way = "from the low end up" if rises else "from the high end down"
    return say(d, "ranked", name=lower(name, d.lang), way=way)


def measured(pairs: Sequence[Sequence[str]], lang: Lang) -> str:
    """The figures that the wish was about."""
    return ("，" if lang == "zh" else ", ").join(property_phrase(name, value, lang) for name, value in pairs[:2])


def reasons(goods: Goods, lang: Lang) -> str:
    """The first two reasons that a fact carries, the price apart, which is told anyway."""
    by_fact = {
        (name, value): reason_phrase(text, name, value, lang)
        for text, name, value in reversed(goods.get("reasons", ()))
        if name and name.lower() not in ("价格", "price")
    }
    # One fact may answer two wishes: it is told once. What fills three lines is for the card.
    told = [phrase for phrase in reversed(by_fact.values()) if len(phrase) <= _LONGEST[lang]][:2]
    joined_ = ("，" if lang == "zh" else "; ").join(told)
    return joined_ if len(joined_) <= _LONGEST[lang] else "".join(told[:1])


_LONGEST: Mapping[Lang, int] = {"zh": 36, "en": 90}  # characters of two reasons on one line


def reason_phrase(text: str, name: str, value: str, lang: Lang) -> str:
    """净重 178g reads 净重178g, 雨天：防滑 5mm防滑纹路 reads 雨天：5mm防滑纹路."""
    stated = f"{name} {value}"
    if not name or not text.endswith(stated):
        return text
    occasion = text.removesuffix(stated)
    plain = name.lower() in value.lower() or (occasion and not any(char.isdigit() for char in value))
    return occasion + (speech.clean(value) if plain else property_phrase(name, value, lang))


def notes(d: Dialogue, data: Mapping[str, Any]) -> list[str]:
    """Who is better served by which pick, and what was left out and why; each product in a sentence of its own."""
    lines = []
    if told := [_trade_off(d, one) for one in data.get("trade_offs") or ()]:
        lines.append(speech.sentences(told, d))
    if left := [say(d, "left_out", title=one["title"], why=one["why"]) for one in data.get("left_out") or ()]:
        lines.append(speech.sentences(left, d))
    return lines


def _trade_off(d: Dialogue, one: Mapping[str, Any]) -> str:
    wishes = [wish for wish, _, _ in one["wins"]]
    facts = [property_phrase(name, value, d.lang) if name else value for _, name, value in one["wins"]]
    both = "、" if d.lang == "zh" else " and "
    return say(
        d, "trade_off", wish=both.join(wishes), title=one["title"], fact=("，" if d.lang == "zh" else ", ").join(facts)
    )


def head(query: str) -> str:
    """The word that says what kind of thing is meant: the last one."""
    runs = re.findall(r"[\u3400-\u9fff]+|[a-z][a-z-]+", without_money(query).lower())
    if not runs:
        return ""
    return str(runs[-1][-2:] if runs[-1][0] >= "\u3400" else runs[-1].removesuffix("s"))


def named_so(query: str, goods: Sequence[Goods], lang: Lang) -> bool:
    """Whether one of the finds bears the name after all."""
    return any(likeness(without_money(query), str(one["title"])) >= 0.5 for one in goods)


def related(query: str, goods: Sequence[Goods], lang: Lang) -> list[Goods]:
    """Those whose data speaks of what was wanted: cables for phones where there are no phones."""
    word = head(query)
    if len(word) < 2:
        return []
    return [one for one in goods if _speaks_of(_data(one), word)]


def _speaks_of(text: str, word: str) -> bool:
    """Whether a text has the word by itself: 洗手机 is about no 手机."""
    longer = [(one.start, one.end) for one in default_thesaurus().find(text) if len(one.word) > len(word)]
    places = (match.span() for match in re.finditer(re.escape(word), text))
    return any(not any(start <= s and e <= end for start, end in longer) for s, e in places)


def _data(goods: Goods) -> str:
    told = " ".join(f"{name} {value}" for name, value in goods.get("attributes", ()))
    return normalise(f"{goods['title']} {goods.get('brief', '')} {told}").text

"""The things English messages name: which products, in what words, what is to stay and what shall become of them."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from assistant.service.asks import Item, Kind
from assistant.service.understand import english_words as w

_NEW = re.compile(r"an?\s", re.IGNORECASE)
_THING = "⟦thing⟧"  # any word for a product
_POINTS = re.compile(
    r"(?:it|them|that|those|these|this|mine|both|ones?|that one|the item|the (?:same|other) ones?)?", re.IGNORECASE
)
_WORD = re.compile(r"[\w-]+")
_ANOTHER_WORD = re.compile(r"(?: [\w-]+)?")


@lru_cache(maxsize=32)
def names_of_goods(goods: tuple[str, ...]) -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    """A pattern for all words for products, and what each of them may mean."""
    called: dict[str, dict[str, None]] = {}
    for name in goods:
        words = name.lower().split()
        forms = {" ".join(words), words[-1]}
        if len(words) > 2:
            forms.add(" ".join(words[-2:]))
        if len(words) > 3 or any(char.isdigit() for char in name):  # a title, no plain name: any telling word of it
            forms |= {word.strip(",.()") for word in words if len(word) > 3 and word.strip(",.()").isalpha()}
        for form in forms:
            for said in (
                form,
                form + "s",
                form.rstrip("s"),
                form + "es",
                form.replace("-", " "),
                form.replace("-", ""),
            ):
                called.setdefault(said, {})[name] = None
    for said, names in w.ALSO_CALLED.items():
        for name in goods:
            if name in names or name.endswith(tuple(f" {one}" for one in names)):
                called.setdefault(said, {})[name] = None
    words_of = sorted(called, key=len, reverse=True)
    pattern = re.compile(
        r"(?<![\w-])(?:" + "|".join(re.escape(one).replace(r"\ ", r"[\s-]") for one in words_of) + r")(?![\w])", re.I
    )
    return pattern, {said: tuple(names) for said, names in called.items()}


def named(text: str, goods: tuple[str, ...]) -> list[tuple[int, int, tuple[str, ...]]]:
    """(start, end, products it may be) of every word for a product."""
    pattern, called = names_of_goods(goods)
    found = []
    for match in pattern.finditer(text):
        key = re.sub(r"[\s-]", " ", match[0].lower())
        names = called.get(key) or called.get(match[0].lower()) or called.get(key.replace(" ", "-")) or ()
        if names and not w.NO_THING.match(text, match.end()):
            found.append((match.start(), match.end(), names))
    return found


def asks_after_a_thing(text: str, goods: tuple[str, ...]) -> bool:
    """Whether a text asks how far a thing is: "where's my keyboard", "has the lamp been sent"."""
    marked = _marked(text, goods)
    return _THING in marked and (w.WHEREABOUTS.search(marked) or w.COMING.search(marked)) is not None


def complains_of_a_thing(text: str, goods: tuple[str, ...]) -> bool:
    """Whether a text tells what is wrong with a thing: "the lamp arrived cracked"."""
    marked = _marked(text, goods)
    return _THING in marked and w.TROUBLE.search(marked) is not None


def _marked(text: str, goods: tuple[str, ...]) -> str:
    for start, end, _ in reversed(named(text, goods)):
        text = f"{text[:start]}{_THING}{text[end:]}"
    return text


def listed(text: str, goods: tuple[str, ...]) -> tuple[Item, ...]:
    """Things told with what they shall be as in a list: "the lamp: black, the mug: 500ml"."""
    return tuple(item for item in described(text, goods) if w.LISTED.match(item.wanted))


def described(text: str, goods: tuple[str, ...]) -> tuple[Item, ...]:
    """Each thing that a text names and that doesn't stay, with what is said after it up to the next."""
    places = named(text, goods)
    found = []
    for number, (start, end, names) in enumerate(places):
        floor = places[number - 1][1] if number else 0
        following = places[number + 1][0] if number + 1 < len(places) else len(text)
        articles = list(w.ARTICLE.finditer(text, end, following))
        stop = articles[-1].start() if articles and number + 1 < len(places) else following
        if _left_out(text, start):
            continue
        said, wanted = text[opening_of(text, floor, start) : end], text[end:stop]
        if _NEW.match(said):  # "I need a black mug"
            said, wanted = text[start:end], f"{said} {wanted}"
        found.append(Item("|".join(names), said, wanted))
    return tuple(found)


def said_of(one: Item, before: Item) -> str:
    """The words that tell which thing is meant: "the grey one" tells more than what was said before, "it" less."""
    return before.said if _POINTS.fullmatch(one.said.strip()) else one.said


def items_in(text: str, kind: Kind, goods: tuple[str, ...]) -> tuple[tuple[Item, ...], bool, tuple[Item, ...]]:
    """The things a piece is about, whether all of an order, and what is excepted."""
    if kind in ("address", "profile_address", "payment", "handoff"):
        return (), False, ()
    except_at = w.EXCEPT.search(text)
    everything = bool(w.EVERYTHING.search(text)) or except_at is not None
    head, tail = (text[: except_at.start()], text[except_at.end() :]) if except_at and kind != "swap" else (text, "")
    but = tuple(Item("|".join(names), _phrase(tail, 0, start, end)) for start, end, names in named(tail, goods))
    if kind == "swap":
        return _swaps(text, goods), False, ()
    verb = w.VERB_AT.search(head) if kind in ("return", "cancel") else None
    places = [one for one in _mentions(head, goods) if not _left_out(head, one[1])]
    if verb and any(start > verb.start() for _, start, _, _ in places):
        places = [one for one in places if one[1] > verb.start()]
    if verb and (aside := w.ASIDE.search(head, verb.end())):
        places = [one for one in places if one[1] < aside.start()]
    items = tuple(Item("|".join(names), _phrase(head, start, noun, end)) for start, noun, end, names in places)
    ones = w.ONES.search(head) if kind in ("return", "cancel", "urge", "lookup") else None
    if ones and (not items or (kind == "return" and w.AND_THAT.match(head, ones.end()))):
        before = [names for start, _, names in named(head, goods) if start < ones.start()]
        items = (Item("|".join(before[-1]) if before else "", ones["said"]), *items)
    return (() if everything and but else items), everything, but


def _left_out(text: str, noun: int) -> bool:
    """Whether a thing is named as one that stays: "keep the mug", "the mug stays"."""
    if w.LEFT_OUT.search(text[max(0, noun - 48) : noun]):
        return True
    word = _WORD.match(text, noun)
    rest = _ANOTHER_WORD.match(text, word.end() if word else noun)
    return any(end is not None and w.STAYS.match(text, end.end()) is not None for end in (word, rest))


def _mentions(text: str, goods: tuple[str, ...]) -> Iterable[tuple[int, int, int, tuple[str, ...]]]:
    """Each thing with where the words that describe it begin, and where they end: at the next thing."""
    places = named(text, goods)
    for number, (start, end, names) in enumerate(places):
        opening = opening_of(text, places[number - 1][1] if number else 0, start)
        closing = opening_of(text, end, places[number + 1][0]) if number + 1 < len(places) else _closing(text, end)
        yield opening, start, max(end, closing), names


def opening_of(text: str, floor: int, start: int) -> int:
    """Where the noun phrase whose noun stands at `start` begins: at its article."""
    articles = list(w.ARTICLE.finditer(text, floor, start))
    return articles[-1].start() if articles else max(floor, start - 60)


def _closing(text: str, start: int) -> int:
    match = w.PHRASE_END.search(text, start)
    return match.start() if match else len(text)


def _phrase(text: str, start: int, noun: int, end: int) -> str:
    return text[start:end].strip(" ,.;")


def _swaps(text: str, goods: tuple[str, ...]) -> tuple[Item, ...]:
    """What is changed to what: each old thing reaches to its link word, each new one to the next old thing."""
    rather = w.RATHER.search(text)
    if rather:
        old = named(rather["old"], goods)
        new = named(rather["new"], goods)
        if old:
            other = "" if not new or set(new[0][2]) & set(old[0][2]) else "|".join(new[0][2])
            return (Item("|".join(old[0][2]), rather["old"], rather["new"], other),)
    text = w.MORE_LIKE.sub(" ", text)
    verb = w.SWAP_VERB.search(text)
    it = w.IT_CHANGED.search(text)
    if it and not w.LINK.search(text[: it.start()]) and (change := w.CHANGE_IT.search(text, it.start())):
        before = [one for one in named(text[: it.start()], goods) if not _left_out(text, one[0])]
        if len(before) == 1:  # "the mug, can I change it to a lamp?"
            start, end, names = before[0]
            new = named(change["new"], goods)
            other = "|".join(new[0][2]) if new and not set(new[0][2]) & set(names) else ""
            return (Item("|".join(names), text[opening_of(text, 0, start) : end], change["new"], other),)
        return (Item("", change["old"] or "it", change["new"]),)
    if not named(text, goods) and (ones := list(w.ONE_TO.finditer(text))):
        return tuple(Item("", one["old"], one["new"]) for one in ones)
    items: list[Item] = []
    place = 0
    places = [one for one in named(text, goods) if not _left_out(text, one[0])]
    behind = verb is not None and verb[0].lower().startswith("should")  # "the kettle should be black, the mug grey"
    if verb and not behind and any(start > verb.start() for start, _, _ in places):
        places = [one for one in places if one[0] > verb.start()]
    link_words = w.LINK_WITH if verb and verb[0].lower().startswith("replac") else w.LINK
    for number, (start, end, names) in enumerate(places):
        if start < place:
            continue
        following = places[number + 1 :]
        link = link_words.search(text, end) or _to_other(text, end, following, names)
        limit = next((s for s, _, n in following if not set(n) & set(names)), len(text))
        if link is None or (link.start() > limit and opening_of(text, end, limit) < link.start()):
            if _is_old(text, start, place):
                over = w.WANTED_END.search(text, end)
                stop = min(limit, over.start() if over else len(text))
                items.append(Item("|".join(names), text[opening_of(text, place, start) : end], text[end:stop]))
            place = end
            continue
        stop, other = len(text), ""
        for s, _, n in following:
            if s < link.end():
                continue
            opening = opening_of(text, link.end(), s)
            if re.match(r"(?:the|my|this|that)\b", text[opening:s], re.I) and re.search(
                r"(?:,|\band|;)\s*$", text[link.end() : opening]
            ):
                stop = opening
                break
            if (
                not set(n) & set(names)
                and re.match(r"\s*(?:an?|the|some)?\s*[\w\s-]*$", text[link.end() : s])
                and not other
            ):
                other = "|".join(n)
        wanted = text[link.end() : stop]
        cut = re.search(r"⟦order⟧|\b(?:in|from) ⟦|; ", wanted)
        wanted = wanted[: cut.start()] if cut else wanted
        items.append(Item("|".join(names), text[opening_of(text, place, start) : link.start()], wanted, other))
        place = stop
    if not items and w.WITH_OPTIONS.search(text):
        return described(text, goods)
    if not places and (it := w.CHANGE_IT.search(text)) and it["old"]:
        items.append(Item("", it["old"], it["new"]))
    return tuple(items)


def _to_other(
    text: str, end: int, following: Sequence[tuple[int, int, tuple[str, ...]]], names: tuple[str, ...]
) -> re.Match[str] | None:
    """Where the word between a thing and another product for it stands: "the mug for the lamp"."""
    for start, _, other in following:
        if not set(other) & set(names):
            return re.compile(r"\s+(?:for|into|with)\s+(?:(?:the|an?|one of|some|your|\w+)\s+){0,3}").fullmatch(
                text, end, start
            )
    return None


def _is_old(text: str, start: int, place: int) -> bool:
    before = w.SWAP_VERB.sub(" ", text[place:start])  # "to exchange the lamp"
    return not re.search(r"\b(?:to|for|into) (?! )(?:an?\s)?[\w\s-]{0,20}$", before)

"""Ellipsis over two turns: an earlier wish and a later message as one sentence that stands by itself."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from knowledge.measures import Limit, Sense, measure_of, measures
from knowledge.model import Lang
from knowledge.quantity import find_quantities
from knowledge.text import language, normalise
from knowledge.thesaurus import Mention, Scene, Thesaurus, default_thesaurus
from knowledge.understand import Filters, Need, understand


def refine(before: str, now: str, *, lang: Lang | None = None, thesaurus: Thesaurus | None = None) -> str:
    """What a shopper wants after saying `before` and then `now`, as one sentence that search understands.

    What `now` says about price, colour, size, material, occasion, recipient or a measure takes the place of what was
    said about it; all else is kept, dislikes add up, and a wish takes back a dislike of the same. Another kind of goods
    starts anew: only "同样预算" or "for her too" then keep the budget or the recipient. Saying the same again changes
    nothing, except "再加50". `lang` is the language of the joining words, by default that of `now`.
    """
    thesaurus = thesaurus or default_thesaurus()
    said = lang or language(now, language(before))
    old = understand(before, thesaurus, lang=said)
    text, price = _relative(normalise(now).text, old)
    new = understand(_plain(text), thesaurus, lang=said)
    if price is not None:
        new = replace(new, filters=replace(new.filters, price_max=price))
    if not before.strip():
        return written(new, thesaurus)
    merged = _merged(old, new, now, thesaurus)
    return written(merged, thesaurus)


def _merged(old: Need, new: Need, now: str, thesaurus: Thesaurus) -> Need:
    text = normalise(now).text
    if new.goods is not None and old.goods is not None and _is_bed_size(new, new.goods):
        new = replace(new, mentions=tuple(mention for mention in new.mentions if mention is not new.goods))
    if new.goods is not None and old.goods is not None and not _kin(old.goods, new.goods, thesaurus):
        return _started_anew(old, new, text)
    old = _stretched(old, new)
    filters = _filters(old, new, text, thesaurus)
    adds = bool(_ADDS.search(text))
    leanings = {leaning.measure: leaning for leaning in (*old.prefers, *new.prefers)}
    return replace(
        new,
        filters=filters,
        rest=_rest(old, new, text, thesaurus),
        scenes=_scenes(old.scenes, new.scenes, adds),
        order=old.order if new.order == "relevance" else new.order,
        by=new.by or old.by,
        prefers=tuple(leanings.values()),
        currency=new.currency or old.currency,
        count=new.count if new.count > 1 else old.count,
    )


def _is_bed_size(need: Need, goods: Mention) -> bool:
    """1.5米床的呢? asks for the size of what is spoken of, not for a bed."""
    return any(need.text[: goods.start].endswith(limit.text) for limit in need.filters.limits if limit.sense == "is")


def _started_anew(old: Need, new: Need, text: str) -> Need:
    filters = new.filters
    if _SAME_BUDGET.search(text) and filters.price_min is None and filters.price_max is None:
        filters = replace(filters, price_min=old.filters.price_min, price_max=old.filters.price_max)
        new = replace(new, currency=new.currency or old.currency)
    if _SAME_PERSON.search(text):
        whom = tuple(pair for pair in old.scenes if pair[1].whom)
        new = replace(new, scenes=new.scenes + whom)
        filters = filters & Filters(audiences=old.filters.audiences, limits=_of_person(old.filters.limits))
    return replace(new, filters=filters)


_SAME_BUDGET = re.compile(
    r"(?:同样|一样|相同)的?(?:预算|价位|价格)|(?:预算|价位|价格)(?:同样|一样|不变|照旧)|same (?:budget|price)"
)
_SAME_PERSON = re.compile(
    r"(?:也|还|同样|一样)(?:是)?(?:给|送)(?:她|他|它|ta|同一|的|[，,。\s]|$)|(?:给|送)(?:她|他|ta)(?!们)|"
    r"\bfor (?:her|him|them|the same person)\b"
)
_ADDS = re.compile(r"也|还(?!是)|同时|另外|再加|并且|\b(?:also|too|as well|and|plus)\b")
_ALSO_FINE = re.compile(
    r"(?:也|都)(?:行|可以|ok|好|没关系|能接受)|\b(?:is|are|would be|'s) (?:also |ok|fine|okay)|"
    r"\b(?:fine|ok|okay) too\b|\btoo\b$"
)
_SWAPS = re.compile(r"换成?|改成?|改为|instead|make (?:it|that)|呢[？?]?$|how about|what about|rather")


def _plain(now: str) -> str:
    """The message without the words that only join it to what was said before."""
    text = normalise(now).text
    return " ".join(_JOINTS.sub(" ", text).split())


_JOINTS = re.compile(
    r"算了|不如|要不(?!然)|换成?|改成?|改为|那么|那(?!种|款|个|件|双|些)|还是(?!有)|说错了|不对|不好意思|其实|对了|哦对|"
    r"(?:再|还|也)(?:看看|看下|来|要|想要|想|有|需要|是)?|(?:同样|一样)是?(?=给|送)|(?:给|送)(?:她|他|ta)(?!们)的?|"
    r"(?:行|可以|ok|好)(?:吧|了)?$|(?:都|也)(?:行|可以|ok|没关系|能接受)|"
    r"(?:同样|一样|相同)的?(?:预算|价位|价格)|(?:预算|价位|价格)(?:同样|一样|不变|照旧)|"
    r"\b(?:actually|make (?:it|that)|instead|how about|what about|let'?s go with|let'?s say|sorry|wait|hmm|ok(?:ay)?|"
    r"well|then|change (?:it|that) to|switch to|rather|on second thought|(?:the )?same (?:budget|price)|"
    r"for (?:her|him|them)|(?:is|are|would be) (?:also |ok|fine|okay)+(?: too| as well)?|also|too|as well)\b"
)


# --- one dimension after the other ------------------------------------------------------------------------------------


def _filters(old: Need, new: Need, text: str, thesaurus: Thesaurus) -> Filters:
    was, now = old.filters, new.filters
    low, high = _price(old, new)
    options = _options(was.options, now, new, text, thesaurus)
    without = [word for word in was.without if not _meant(word, (*now.options, *now.features), thesaurus)]
    if _ALSO_FINE.search(text):
        without = [word for word in without if not _meant(word, tuple(m.word for m in new.mentions), thesaurus)]
    without += [word for word in now.without if not _meant(word, without, thesaurus)]
    audiences = now.audiences or was.audiences
    return Filters(
        price_min=low,
        price_max=high,
        brands=now.brands or was.brands,
        options=tuple(word for word in options if not _meant(word, now.without, thesaurus)),
        without=tuple(without),
        audiences=audiences,
        limits=_limits(was.limits, now.limits, old_audience=not now.audiences or bool(now.limits)),
        in_stock=was.in_stock or now.in_stock,
    )


def _price(old: Need, new: Need) -> tuple[Decimal | None, Decimal | None]:
    was, now = old.filters, new.filters
    if "price" in new.dropped:
        return None, None
    low, high = now.price_min, now.price_max
    if low is None and high is None:
        return was.price_min, was.price_max
    if low is None and was.price_min is not None and high is not None and was.price_min < high:
        low = was.price_min
    elif high is None and was.price_max is not None and low is not None and was.price_max > low:
        high = was.price_max
    return low, high


_CHANGED_BY = re.compile(
    r"(?:预算|价格)?(?:可以|能)?再?(?:加|提高|涨|降|减|(?<![至最不])少)(?=[\d一二两三四五六七八九十百千半几])|\b(?:raise|increase|lower|add)"
    r"(?: (?:it|the budget|my budget))?(?: by)? ?(?=[$€£¥\d])"
)
_LESS = re.compile(r"[降减少]$|lower")
_TOO_DEAR = re.compile(r"\s?(?:还是|有点|也)?太贵了?|\s?(?:is |was |'s )?too (?:much|expensive|pricey|dear)")


def _relative(text: str, old: Need) -> tuple[str, Decimal | None]:
    """A message without "再加50" or "129太贵了", and the highest price that this comes to."""
    if match := _CHANGED_BY.search(text):
        amount = next(iter(find_quantities(text[match.end() :])), None)
        if amount is not None and amount.start == 0 and old.filters.price_max is not None:
            step = amount.quantity.low * (-1 if _LESS.search(match[0].strip()) else 1)
            return text[: match.start()] + " " + text[match.end() + amount.outer[1] :], old.filters.price_max + step
    if match := _TOO_DEAR.search(text):
        amounts = find_quantities(text[: match.start()])
        if amounts and amounts[-1].outer[1] == match.start():
            return text[: amounts[-1].outer[0]] + " " + text[match.end() :], amounts[-1].quantity.low
    return text, None


def _options(was: Sequence[str], now: Filters, new: Need, text: str, thesaurus: Thesaurus) -> tuple[str, ...]:
    colours = [word for word in was if thesaurus.is_colour(word)]
    sizes = [word for word in was if not thesaurus.is_colour(word)]
    new_colours = [word for word in now.options if thesaurus.is_colour(word)]
    new_sizes = [word for word in now.options if not thesaurus.is_colour(word)]
    if new_colours and _ALSO_FINE.search(text):  # 白色也行: one more, and no wish where there was none
        colours = [*colours, *new_colours] if colours else []
    elif new_colours or "colour" in new.dropped:
        colours = new_colours
    if new_sizes or "size" in new.dropped:
        sizes = new_sizes
    return tuple(dict.fromkeys([*colours, *sizes]))


def _limits(was: Sequence[Limit], now: Sequence[Limit], *, old_audience: bool) -> tuple[Limit, ...]:
    """The new ones, and the old ones about something else. Another audience does away with an age."""
    kept = [
        limit
        for limit in was
        if not any(_same_measure(limit, other) for other in now) and (old_audience or limit.measure != "age")
    ]
    return (*kept, *now)


def _same_measure(one: Limit, other: Limit) -> bool:
    if one.dimension != other.dimension or (one.measure and other.measure and one.measure != other.measure):
        return False
    if one.at_least == other.at_least or "is" in (one.sense, other.sense):
        return True
    low, high = (one, other) if one.at_least else (other, one)
    return max(low.quantity.base()) > min(high.quantity.base())  # no range is left between them


def _stretched(old: Need, new: Need) -> Need:
    """After "500ml", "大一点的" asks for more than 500 ml."""
    turned, rest = list(old.filters.limits), old.rest
    for leaning in new.prefers:
        for limit in old.filters.limits:
            if limit.sense == "is" and limit.dimension in measure_of(leaning.measure).dimensions and not limit.measure:
                turned.remove(limit)
                ends: tuple[Sense, str, str] = (
                    ("over", "超过", "over ") if leaning.extreme == "most" else ("under", "小于", "under ")
                )
                said = (ends[1] if old.lang == "zh" else ends[2]) + limit.text
                usual = next(one for one in measures() if limit.dimension in one.dimensions)
                turned.append(Limit(usual.id, ends[0], limit.quantity, said))
                rest = rest.replace(limit.text, " ")
    return replace(old, filters=replace(old.filters, limits=tuple(turned)), rest=rest)


def _of_person(limits: Sequence[Limit]) -> tuple[Limit, ...]:
    return tuple(limit for limit in limits if limit.measure == "age")


Named = tuple[tuple[str, Scene], ...]


def _scenes(was: Named, now: Named, adds: bool) -> Named:
    """A new occasion takes the place of the old ones, a new person that of the old person."""
    kept = was
    if not adds:
        persons = any(scene.whom for _, scene in now)
        occasions = any(not scene.whom for _, scene in now)
        kept = tuple((word, scene) for word, scene in was if not (persons if scene.whom else occasions))
    have = [scene for _, scene in now]
    return tuple((word, scene) for word, scene in kept if scene not in have) + now


def _rest(old: Need, new: Need, text: str, thesaurus: Thesaurus) -> str:
    """The goods and what describes them: the old words, with the new ones in their place or beside them."""
    words = _words(old.rest, thesaurus)
    fresh = _words(new.rest, thesaurus)
    amounts = [limit for limit in old.filters.limits if limit.sense == "is" and not limit.measure]
    gone = [limit.text for limit in amounts if any(_same_measure(limit, other) for other in new.filters.limits)]
    words = [
        word
        for word in words
        if word.text.removesuffix("床") not in gone and not _meant(word.text, new.filters.without, thesaurus)
    ]
    if any(word.is_of("materials") for word in fresh) and not _ADDS.search(text):
        words = [word for word in words if not word.is_of("materials")]
    if new.goods is not None:
        words = [word for word in words if not word.is_of("goods")]
        if old.goods is None:  # "想送她个": what was said around goods that were not named yet
            words = [word for word in words if word.mention or word.is_figure]
    if _SWAPS.search(text) and any(not word.mention for word in fresh):
        words = [word for word in words if word.mention or word.is_figure]
    have = {word.text for word in words}
    fresh = [word for word in fresh if word.text not in have and not _meant(word.text, tuple(have), thesaurus)]
    plain = [word for word in (*words, *fresh) if not word.is_of("goods")]
    goods = [word for word in (*words, *fresh) if word.is_of("goods")]
    known = _joined(word.text for word in (*plain, *goods) if word.mention or word.is_figure)
    return " ".join((*(word.text for word in plain if not word.mention and not word.is_figure), known)).strip()


class _Word:
    """A word of the thesaurus, or what stands between two of them."""

    def __init__(self, text: str, mention: Mention | None) -> None:
        self.text = text
        self.mention = mention
        self.is_figure = any(char.isdigit() for char in text)

    def is_of(self, section: str) -> bool:
        return self.mention is not None and any(group.section == section for group in self.mention.groups)


def _words(text: str, thesaurus: Thesaurus) -> list[_Word]:
    """A text as words of the thesaurus, amounts, and what stands between them."""
    found_amounts = (one for one in find_quantities(text) if one.quantity.dimension not in ("", "count", "percent"))
    amounts = [(one.outer[0], one.outer[1] + text.startswith("床", one.outer[1])) for one in found_amounts]
    mentions: list[tuple[int, int, Mention | None]] = [(m.start, m.end, m) for m in thesaurus.find(text)]
    mentions = [one for one in mentions if not any(s < one[1] and one[0] < e for s, e in amounts)]
    found: list[_Word] = []
    reached = 0
    for start, end, mention in [
        *sorted([*mentions, *((s, e, None) for s, e in amounts)], key=lambda one: one[:2]),
        (len(text), len(text), None),
    ]:
        found += [_Word(part, None) for part in text[reached:start].split()]
        if end > start:
            found.append(_Word(text[start:end], mention))
        reached = end
    return found


def _joined(words: Iterable[str]) -> str:
    """Chinese words run together, English ones apart."""
    out = ""
    for word in words:
        apart = out and ((out[-1].isascii() and out[-1].isalnum()) or (word[0].isascii() and word[0].isalnum()))
        out += (" " if apart else "") + word
    return out


def _meant(word: str, others: Iterable[str], thesaurus: Thesaurus) -> bool:
    """Whether one of the other words means the same."""
    wide = set(thesaurus.widened(word))
    return any(normalise(other).text in wide for other in others)


def _kin(one: Mention, other: Mention, thesaurus: Thesaurus) -> bool:
    """Whether two kinds of goods are one, or one is a kind of the other: 鞋 and 雨鞋."""
    left, right = set(one.groups), set(other.groups)
    if left & right:
        return True
    wider = {wide for group in left for wide in thesaurus.broader(group)}
    return bool(wider & right) or any(left & thesaurus.broader(group) for group in right)


# --- written out ------------------------------------------------------------------------------------------------------


def written(need: Need, thesaurus: Thesaurus | None = None) -> str:
    """A need as one sentence in its language, which `understand` reads as the same need."""
    return (
        _written_zh(need, thesaurus or default_thesaurus())
        if need.lang == "zh"
        else _written_en(need, thesaurus or default_thesaurus())
    )


def _written_zh(need: Need, thesaurus: Thesaurus) -> str:
    filters = need.filters
    colours = [word for word in filters.options if thesaurus.is_colour(word)]
    sizes = [word for word in filters.options if not thesaurus.is_colour(word)]
    head = ("、".join(colours) + "的" if colours else "") + need.rest
    whom = [word for word, scene in need.scenes if scene.whom]
    occasions = [word for word, scene in need.scenes if not scene.whom]
    parts = [
        f"要{need.count}个{head}" if need.count > 1 else head,
        "、".join(filters.brands),
        *(f"{size}码" for size in sizes),
        *_audience(need, " ".join([head, *whom])),
        *whom,
        "适合" + "、".join(occasions) if occasions else "",
        *_limit_words(filters.limits, "zh"),
        *(leaning.text for leaning in (*need.prefers, *([need.by] if need.by else []))),
        _price_zh(filters, need.currency),
        "不要" + "、".join(filters.without) if filters.without else "",
        {"cheapest": "便宜一点", "dearest": "最贵的", "relevance": ""}[need.order],
        "有现货" if filters.in_stock else "",
    ]
    return "，".join(part for part in (one.strip() for one in parts) if part)


def _written_en(need: Need, thesaurus: Thesaurus) -> str:
    filters = need.filters
    colours = [word for word in filters.options if thesaurus.is_colour(word)]
    sizes = [word for word in filters.options if not thesaurus.is_colour(word)]
    head = " ".join(filter(None, [" or ".join(colours), *filters.brands, need.rest]))
    parts = [
        f"{need.count} {head}" if need.count > 1 else head,
        *(f"size {size}" for size in sizes),
        *_audience(need, " ".join([head, *(word for word, _ in need.scenes)])),
        *(word if word.startswith("for ") else f"for {word}" for word, _ in need.scenes),
        *_limit_words(filters.limits, "en"),
        *(leaning.text for leaning in (*need.prefers, *([need.by] if need.by else []))),
        _price_en(filters, need.currency),
        "without " + " or ".join(filters.without) if filters.without else "",
        {"cheapest": "cheap", "dearest": "most expensive", "relevance": ""}[need.order],
        "in stock" if filters.in_stock else "",
    ]
    return ", ".join(part for part in (one.strip() for one in parts) if part)


def _audience(need: Need, said: str) -> list[str]:
    """Whom it is for, unless the goods or the occasion say so already."""
    implied = {word for _, scene in need.scenes for word in scene.audience}
    return [word for word in need.filters.audiences if word not in said and word not in implied]


def _limit_words(limits: Sequence[Limit], lang: Lang) -> list[str]:
    words = []
    for limit in limits:
        if limit.sense == "is" and not limit.measure:
            continue  # it stands among the words
        if limit.measure in ("age", "people"):
            words.append(limit.text)
            continue
        name = measure_of(limit.measure).name(lang)
        words.append(f"{name}{limit.text}" if lang == "zh" else f"{name} {limit.text}")
    return words


_SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}
_NAMES = {"CNY": "元", "USD": "美元", "EUR": "欧元", "GBP": "英镑", "JPY": "日元", "HKD": "港元", "TWD": "新台币"}


def _price_zh(filters: Filters, currency: str) -> str:
    low, high = (None if one is None else _figure(one) for one in (filters.price_min, filters.price_max))
    name = _NAMES.get(currency, "")
    if low and high:
        return f"价格{low}到{high}{name}"
    return f"{high}{name}以内" if high else f"{low}{name}以上" if low else ""


def _price_en(filters: Filters, currency: str) -> str:
    sign = _SIGNS.get(currency, "")
    low, high = (None if one is None else sign + _figure(one) for one in (filters.price_min, filters.price_max))
    if low and high:
        return f"price between {low} and {high}"
    return f"under {high}" if high else f"price over {low}" if low else ""


def _figure(amount: Decimal) -> str:
    return f"{amount.normalize():f}"

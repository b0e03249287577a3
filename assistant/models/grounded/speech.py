"""Sentences about goods, prices, stock, offers and orders, made from what the tools returned."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from assistant.attributes import asked_concepts, asked_features
from assistant.data import load
from assistant.measures import needs_unit
from assistant.models.grounded.aloud import told
from assistant.models.grounded.dialogue import Dialogue, Goods
from assistant.models.grounded.papers import papers
from assistant.models.grounded.understand import colour_pattern
from assistant.models.grounded.wording import called, joined, say
from knowledge.factsheet import money, order_state
from knowledge.model import Lang

_NOISE = re.compile(
    r"货号|型号|供货|产地|提示|说明|保修|质保|退货|发货|warranty|return|shipping|温馨|注意|备注|编号|条码|标准|许可|备案|折扣|评分|起订|供货|barcode|note|sku|discount|rating|minimum|availab",
    re.I,
)
_BARE = re.compile(r"[\d.,\s]+")  # a figure without a unit says nothing to a shopper


_BOOLEAN = re.compile(r"是|否|不|可|支持|能|有|无|yes|no\b|not\b", re.I)

# Money


def amount(value: str, currency: str, lang: Lang) -> str:
    return money(Decimal(value), currency, lang)


def price(goods: Goods, lang: Lang) -> str:
    if not goods.get("price"):
        return "价格以商品页为准" if lang == "zh" else "see the product page for its price"
    return amount(str(goods["price"]), str(goods.get("currency", "CNY")), lang)


def price_sentence(d: Dialogue, goods: Goods, *, colours: Sequence[str] = (), again: bool = False) -> str:
    """What it costs: one price, or the span of its variants with what makes the difference."""
    if not goods.get("price"):
        return say(d, "price_none", title=goods["title"])
    variants = [one for one in goods.get("variants", ()) if one.get("price")]
    if colours:
        roots = [colour.removesuffix("色") for colour in colours]
        fitting = [one for one in variants if any(root in " ".join(one["options"]).lower() for root in roots)]
        variants = fitting or variants
    prices = sorted({Decimal(one["price"]) for one in variants})
    if len(prices) > 1:
        currency = str(goods["currency"])
        span = {"low": money(prices[0], currency, d.lang), "high": money(prices[-1], currency, d.lang)}
        return say(d, "price_range", title=goods["title"], **span)
    now = money(prices[0], str(goods["currency"]), d.lang) if prices else price(goods, d.lang)
    before = goods.get("list_price")
    if before and Decimal(before) > (prices[0] if prices else Decimal(goods["price"])):
        listed = amount(str(before), str(goods["currency"]), d.lang)
        return say(d, "price_it_listed" if again else "price_listed", title=goods["title"], price=now, listed=listed)
    return say(d, "price_it" if again else "price", title=goods["title"], price=now)


def price_list(goods: Sequence[Goods], lang: Lang) -> str:
    if lang == "zh":
        return "；".join(f"{one['title']}{price(one, lang)}" for one in goods) + "。"
    return "; ".join(f"{one['title']}: {price(one, lang)}" for one in goods) + "."


# Picks


def pick(goods: Goods, why: str, lang: Lang) -> str:
    """One line of a recommendation."""
    if lang == "zh":
        return bullet(f"{goods['title']}，{price(goods, lang)}" + (f"，{why}" if why else "") + "。", lang)
    return bullet(f"{goods['title']}, {price(goods, lang)}" + (f": {why}" if why else "") + ".", lang)


def bullet(text: str, lang: Lang) -> str:
    return f"· {text}" if lang == "zh" else f"- {text}"


def points(texts: Sequence[str], lang: Lang) -> list[str]:
    """Each as a sentence on a line of its own."""
    return [bullet(clean(text) + ("。" if lang == "zh" else "."), lang) for text in texts]


def reason(goods: Goods, query: str, lang: Lang) -> str:
    """Why this one: the property that the need speaks of, else what the shop says first about it. Always quoted."""
    wanted = _pairs(query)
    best: tuple[int, str] = (0, "")
    for name, value in goods.get("attributes", ()):
        if _dull(name, value) or len(value) > 30:
            continue
        fit = len(_pairs(value) & wanted) * 2 + len(_pairs(name) & wanted)
        if fit > best[0]:
            best = fit, property_phrase(name, value, lang)
    if best[1]:
        return best[1]
    brief = clean(re.split(r"(?<=[。！？])|(?<=[.!?])\s", str(goods.get("brief", "")).strip())[0])
    if brief and len(brief) <= (34 if lang == "zh" else 110) and brief not in goods["title"]:
        return brief
    for name, value in goods.get("attributes", ()):
        if not _dull(name, value) and len(value) <= (18 if lang == "zh" else 40):
            return property_phrase(name, value, lang)
    return ""


def _dull(name: str, value: str) -> bool:
    return _NOISE.search(name) is not None or _BARE.fullmatch(value) is not None


def property_phrase(name: str, value: str, lang: Lang) -> str:
    """容量500ml, 材质是纯棉, 洗涤：专业洗涤，不可机洗 / capacity: 500 ml."""
    value = clean(value)
    if lang == "en" or name[0] < "\u3400":
        return f"{name.lower() if lang == 'en' else name}: {value}"
    if _FIGURE.match(value) or (_VERBAL.match(name) and "，" not in value):
        return f"{name}{value}"
    return f"{name}：{value}" if _SEVERAL.search(value) else f"{name}是{value}"


_FIGURE = re.compile(r"[≥≤约]?\s*[\d０-９]|SPF|UPF|IP[X\d]")
_VERBAL = re.compile(r"适[用合]|支持|兼容|附送|可选")  # names that read as verbs: 适用手机、平板
_SEVERAL = re.compile(r"[，,；;：:]|^[是否有无不可能]")


def clean(text: str) -> str:
    return " ".join(text.split()).rstrip("。.;；，, ")


def introduction(goods: Goods, lang: Lang) -> str:
    brief = clean(_whole(str(goods.get("brief", ""))))
    facts = [
        property_phrase(name, value, lang)
        for name, value in goods.get("attributes", ())
        if not _dull(name, value) and len(value) <= 40
    ][:3]
    if lang == "zh":
        head = f"{goods['title']}：{brief}。" if brief else f"{goods['title']}。"
        return head + ("，".join(facts) + "。" if facts else "")
    head = f"{goods['title']}: {brief}. " if brief else f"{goods['title']}. "
    return (head + (_capital(", ".join(facts)) + "." if facts else "")).rstrip()


def _whole(brief: str) -> str:
    """Without a last sentence that was cut off."""
    if not brief.endswith("…"):
        return brief
    kept = re.split(r"(?<=[。！？])|(?<=[.!?])\s", brief)[:-1]
    return " ".join(kept) if kept else brief


def next_steps(d: Dialogue, goods: Sequence[Goods]) -> list[str]:
    if d.lang == "zh":
        return ["对比一下", "有什么优惠", "换一批"] if len(goods) > 1 else ["多久发货", "有什么优惠"]
    return (
        ["Compare them", "Any discounts?", "Show me others"] if len(goods) > 1 else ["Shipping time?", "Any discounts?"]
    )


def count(number: int, lang: Lang) -> str:
    return {2: "两", 3: "三", 4: "四"}.get(number, str(number)) if lang == "zh" else str(number)


# Properties


def values_sentence(d: Dialogue, goods: Goods, values: Sequence[Sequence[str]]) -> str:
    """What was asked, in the merchant's own words."""
    name, value = values[0][0], clean(values[0][1])
    if d.live and (flag := _flag(d, goods, name, value)):
        return flag
    long = len(value) > (40 if d.lang == "zh" else 80)
    bare = _BARE.fullmatch(value) and needs_unit(name)
    if d.live and not (bare or long) and (aloud := told(d, called(d, goods), name, value)):
        return aloud
    key = "value_bare" if bare else "value_long" if long else "value_bool" if _BOOLEAN.match(value) else "value"
    text = say(d, key, title=goods["title"], name=lower(name, d.lang), value=value)
    if d.live:
        return text
    more = [property_phrase(one[0], one[1], d.lang) for one in values[1:] if len(one[1]) <= 60]
    if more:
        text += say(d, "value_more", more=joined(d, more))
    return text


def _flag(d: Dialogue, goods: Goods, name: str, value: str) -> str:
    """A yes-or-no property as one says it: 可机洗 否，请手洗 is 不可机洗，请手洗."""
    if name in value and re.match(r"[不可能支有无]", value):
        return say(d, "live_as_is", title=goods["title"], value=value)
    said = _FLAG.match(value)
    if said is None or not _FLAG_NAME.search(name):
        return ""
    key = "live_yes" if said[1].lower() in ("是", "yes") else "live_not"
    if key == "live_not" and _HOW.search(d.text):
        key = "live_not_so"  # "how do I clean it" is not answered by "No"
    return say(d, key, title=goods["title"], name=lower(name, d.lang), more=value[said.end(1) :])


_FLAG = re.compile(r"(是|否|yes|no)(?=$|[，,；;])", re.I)
_HOW = re.compile(r"^\W*how\b|怎么", re.I)
_FLAG_NAME = re.compile(r"^[可能]|(?:safe|proof|able|resistant)$", re.I)


def speaks_of(question: str, goods: Goods) -> bool:
    """Whether its data has an attribute that the question asks for."""
    words = asked_features(question)
    return any(
        any(concept.named.search(name) for concept in asked_concepts(question))
        or any(word in value.lower() for word in words)
        for name, value in goods.get("attributes", ())
    )


def prose_sentence(d: Dialogue, goods: Goods, texts: Sequence[str]) -> str:
    return say(d, "prose", title=goods["title"], text=clean(texts[0]))


def values_of_each(d: Dialogue, goods: Sequence[Goods]) -> str:
    lines = []
    for one in goods:
        asked = one.get("asked") or {}
        if asked.get("values"):
            name, value = asked["values"][0]
            lines.append(
                bullet(
                    f"{one['title']}{'：' if d.lang == 'zh' else ': '}{property_phrase(name, value, d.lang)}", d.lang
                )
            )
        elif asked.get("text"):
            lines.append(bullet(f"{one['title']}{'：' if d.lang == 'zh' else ': '}{clean(asked['text'][0])}", d.lang))
        else:
            lines.append(bullet(say(d, "silent_short", title=one["title"]), d.lang))
    return "\n".join(lines)


def in_title(text: str, title: str) -> str:
    """The piece of a title that speaks of what is asked; empty when none does."""
    named = [concept.named for concept in asked_concepts(text)]
    return next((piece for piece in title.split() if any(one.search(piece) for one in named)), "")


def asked_for(text: str, lang: Lang) -> str:
    """What was asked, as a word to put into "the data does not mention …"."""
    for concept in asked_concepts(text):
        names: Mapping[str, str] = load("properties.yaml").get(concept.id, {})
        if lang in names:
            return names[lang]
    features = asked_features(text)
    if features:
        return features[0]
    return "这一点" if lang == "zh" else "that"


# Stock


def sold_out(goods: Goods) -> bool:
    return goods.get("stock") == 0


def stock_sentence(d: Dialogue, goods: Goods) -> str:
    """In stock or not, for the variant that the question names when it names one."""
    text = d.text.lower()
    named = [one for one in goods.get("variants", ()) if any(_says(text, option) for option in one["options"])]
    in_full = [one for one in named if any(len(option) > 1 and option.lower() in text for option in one["options"])]
    named = in_full or named
    best = [one for one in named if all(_says(text, option) for option in one["options"])] or named
    if best and len(best) < len(goods.get("variants", ())):
        there = [one for one in best if one.get("stock") != 0]
        what = _BETWEEN[d.lang, d.live].join(option for option in best[0]["options"] if _says(text, option))
        if not there:
            said = say(d, "stock_variant_no", title=goods["title"], what=what)
            others = ["/".join(one["options"]) for one in goods["variants"] if one.get("stock") != 0]
            if others and not d.live:
                said += ("" if d.lang == "zh" else " ") + say(d, "stock_variant_there", values=joined(d, others[:4]))
            return said
        numbers = [one["stock"] for one in there]
        left = sum(numbers) if all(number is not None for number in numbers) else None
        if left is not None and left <= 10:
            return say(d, "stock_variant_few", title=goods["title"], what=what, number=left)
        return say(d, "stock_variant", title=goods["title"], what=what)
    stock = goods.get("stock")
    if stock is None:
        return say(d, "stock_unknown", title=goods["title"])
    if stock == 0:
        return say(d, "stock_no", title=goods["title"])
    asks_number = re.search(r"多少|几|how many|left", d.text, re.I)
    return say(d, "stock_number" if asks_number or stock <= 10 else "stock_yes", title=goods["title"], number=stock)


# Options of one variant: in writing with a stroke, which nobody says.
_BETWEEN: Mapping[tuple[Lang, bool], str] = {
    ("zh", False): " / ", ("en", False): " / ", ("zh", True): "", ("en", True): ", "
}  # fmt: skip


def has_named_variant(d: Dialogue, goods: Goods) -> bool:
    """Whether it comes in the size or colour that the question names."""
    return any(_says(d.text.lower(), option) for one in goods.get("variants", ()) for option in one["options"])


def stock_list(d: Dialogue, goods: Sequence[Goods], colours: Sequence[str] = ()) -> str:
    lines = (missing_option(d, one, colours) or stock_sentence(d, one) for one in goods)
    return "\n".join(bullet(line, d.lang) for line in lines)


def missing_option(d: Dialogue, goods: Goods, colours: Sequence[str]) -> str:
    """When a colour is asked for that does not exist: which ones do. Empty when it exists or none are known."""
    if not colours:
        return ""
    for name, values in (goods.get("options") or {}).items():
        if re.search(r"颜色|花色|colou?r", name, re.I):
            if any(colour.removesuffix("色") in value.lower() for colour in colours for value in values):
                return ""
            return say(d, "no_colour", title=goods["title"], colour=colours[0], values=joined(d, list(values)))
    return ""


def _says(text: str, option: str) -> bool:
    """Whether the question names this option: 39, 1.8米, 白色 for 雾白."""
    option = option.lower()
    roots = [match.group().lower().removesuffix("色") for match in colour_pattern().finditer(text)]
    if any(root in option for root in roots):
        return True
    size = re.match(r"\d+(?:\.\d+)?(?=\s*(?:米|m|码|cm|寸|号)?(?:\D|$))", option)
    if size and re.search(rf"(?<![\d.]){re.escape(size.group())}\s*(?:米|m|码|cm|寸|号|$)", text):
        return True
    if option.isascii():
        return re.search(rf"(?<![a-z0-9]){re.escape(option)}(?![a-z0-9])", text) is not None
    return option in text or (option.endswith("色") and len(option) > 1 and option[:-1] in text)


# Comparing


def comparison(d: Dialogue, goods: Sequence[Goods], rows: Sequence[Mapping[str, Any]]) -> str:
    """What they differ in, a line for each product: what is said of one is checked against that one. The table stands
    beside it."""
    differing = [row for row in rows[1:] if len(set(row["values"])) > 1 and not _dull(row["name"], row["values"][0])]
    short = [row for row in differing if all(len(value) <= _LONGEST_CELL[d.lang] for value in row["values"])]
    told = (short or differing[:1])[: 2 if d.live else 3]
    lines = [say(d, "compare_intro", titles=joined(d, [str(one["title"]) for one in goods]))]
    for place, one in enumerate(goods):
        cells = [
            property_phrase(row["name"], row["values"][place], d.lang) for row in told if row["values"][place] != "—"
        ]
        lines.append(pick(one, ("，" if d.lang == "zh" else "; ").join(cells), d.lang))
    return "\n".join(lines)


_LONGEST_CELL: Mapping[Lang, int] = {"zh": 20, "en": 40}  # characters of a value that a comparison repeats


def mentioned(d: Dialogue) -> list[Goods]:
    """Products shown before that the message names or counts off."""
    found = [goods for goods in d.known if _short_title(goods) in d.text]
    numbers = {"一": 1, "二": 2, "两": 2, "三": 3, "1": 1, "2": 2, "3": 3}
    for match in re.finditer(r"第([一二三123])", d.text):
        number = numbers[match.group(1)]
        if number <= len(d.listed):
            found.append(d.listed[number - 1])
    if re.search(r"前(两|二|2)(个|款)|(first|top) two", d.text, re.I):
        found += d.listed[:2]
    return list({goods["id"]: goods for goods in found}.values())


def _short_title(goods: Goods) -> str:
    return str(goods["title"])


# The shop


def policy(d: Dialogue, found: Mapping[str, Any]) -> str:
    text = str(found["text"]).strip()
    sentences_ = [one for one in re.split(r"(?<=[。！？!?\n])|(?<=\.)\s", text) if one.strip()]
    short = (
        "".join(sentences_[: 1 if d.live else 4])
        if d.lang == "zh"
        else " ".join(s.strip() for s in sentences_[: 1 if d.live else 4])
    )
    return short or say(d, "no_policy", what=found["title"])


def offer(one: Mapping[str, Any], lang: Lang, *, whole: bool = False) -> str:
    name, code = str(one["name"]), str(one.get("code", ""))
    text = clean(re.split(r"(?<=。)|(?<=\.)\s", str(one.get("text", "")).strip())[0])  # the rest is small print
    if not whole or not text or text == name:
        return f"{name}"
    said = f"{name}：{text}" if lang == "zh" else f"{name}: {text}"
    if code and code not in said:
        said += f"，券码{code}" if lang == "zh" else f", code {code}"
    return said + ("。" if lang == "zh" else ".")


def order(d: Dialogue, orders: Sequence[Mapping[str, Any]]) -> str:
    """The newest in detail, the others by a line."""
    asked = papers(d.text)
    first = next((one for one in orders if any(one["details"].get(name) for name in asked)), orders[0])
    state = order_state(str(first["state"]))(d.lang)
    items = joined(d, [f"{item['title']}×{item['quantity']}" for item in first["items"][:3]])
    parts = [say(d, "order_line", id=first["id"], items=items, state=state)]
    if first["carrier"] and first["tracking"] and first["state"] in ("shipped", "delivered", "returning", "exchanging"):
        parts.append(say(d, "order_parcel", carrier=first["carrier"], tracking=first["tracking"]))
    if first["events"]:
        last = first["events"][-1]
        parts.append(
            say(d, "order_event", when=_moment(last["at"], d.lang), text=clean(last["text"]), place=last["place"])
        )
    if first["expected"] and first["state"] in ("paid", "packed", "shipped"):
        late = datetime.fromisoformat(first["expected"]) < datetime.now(UTC)
        parts.append(say(d, "order_late" if late else "order_expected", day=_day(first["expected"], d.lang)))
    if first["state"] == "unpaid":
        parts.append(say(d, "order_unpaid"))
    parts += [clean(first["details"][name]) for name in asked if first["details"].get(name)]
    text = sentences(parts, d)
    for other in [one for one in orders if one is not first][:2]:
        titles = joined(d, [str(item["title"]) for item in other["items"][:2]])
        line = say(d, "order_other", id=other["id"], items=titles, state=order_state(str(other["state"]))(d.lang))
        text += "\n" + bullet(line, d.lang)
    return text


def _moment(at: str, lang: Lang) -> str:
    moment = datetime.fromisoformat(at)
    return (
        f"{moment.month}月{moment.day}日 {moment:%H:%M}" if lang == "zh" else f"{moment:%B} {moment.day} {moment:%H:%M}"
    )


def _day(at: str, lang: Lang) -> str:
    moment = datetime.fromisoformat(at)
    return f"{moment.month}月{moment.day}日" if lang == "zh" else f"{moment:%B} {moment.day}"


def sentences(parts: Sequence[str], d: Dialogue) -> str:
    return ("" if d.lang == "zh" else " ").join(part for part in parts if part)


# Needs and kinds


@cache
def _request(lang: Lang) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in load("requests.yaml")[lang]), re.I)


def need(text: str, lang: Lang) -> str:
    """The message without the words of asking: what a search should see, limits and wishes included."""
    text = re.sub(r"[。！？?!~～…]+", " ", text)
    return " ".join(_request(lang).sub(" ", text).split()).strip(" ，,、.")


def is_kind(topic: str, goods: Goods) -> bool:
    """Whether the topic is just the kind of thing that these goods are (杯子 for 马克杯)."""
    topic = topic.lower()
    names = f"{goods['title']} {goods.get('category', '')}".lower()
    if topic.isascii():
        return all(re.sub(r"(ves|ies|es|s)$", "", word) in names for word in topic.split())
    head = re.sub(r"[子儿]$", "", topic)
    return len(topic) <= 4 and (topic in names or (len(head) >= 1 and names.split()[0].endswith(head)) or head in names)


def kind(goods: Goods) -> str:
    return str(goods.get("category") or goods["title"])


def supports(topic: str, goods: Sequence[Goods]) -> bool:
    """Whether what was found has anything to do with the words, rather than being merely the least bad."""
    wanted = _pairs(topic)
    if not wanted:
        return False
    for one in goods[:3]:
        text = " ".join([str(one["title"]), str(one.get("category", "")), str(one.get("brief", ""))])
        text += " ".join(f"{name} {value}" for name, value in one.get("attributes", ()))
        if len(wanted & _pairs(text)) >= max(1, 0.3 * len(wanted)):
            return True
    return False


def without_features(topic: str) -> str:
    for feature in asked_features(topic):
        topic = re.sub(re.escape(feature), " ", topic, flags=re.I)
    return " ".join(topic.split())


def without_colours(topic: str) -> str:
    return " ".join(colour_pattern().sub(" ", topic).split())


_PIECES = re.compile(
    r"[\d两二三四五六七八九十]+\s*(件|个|双|套|条|盒|瓶|台|只|支|包|箱|斤|袋|份)?"
    r"|\b(two|three|four|five|six|ten|dozen)\b|一共|总共",
    re.I,
)


def without_numbers(topic: str) -> str:
    return " ".join(_PIECES.sub(" ", topic).split())


_MONEY = re.compile(
    r"[¥￥$€£]?\s*\d+(\.\d+)?\s*(元|块钱?|美元|刀|dollars?|usd|rmb)?\s*(以内|以下|以上|左右|上下|之内|内)?"
    r"|[一二两三四五六七八九]百(以内|以下|左右|多)?"
    r"|\b(under|below|over|less than|up to|around|about|at most)\b|预算|不超过|不到|低于|高于",
    re.I,
)


def without_money(text: str) -> str:
    return " ".join(_MONEY.sub(" ", text).split())


def shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _pairs(text: str) -> set[str]:
    found: set[str] = set()
    for word in re.findall(r"[a-z]{3,}|\d+|[\u3400-\u9fff]+", text.lower()):
        if word[0] >= "\u3400":
            found |= {word[index : index + 2] for index in range(len(word) - 1)}
        else:
            found.add(word.rstrip("s"))
    return found


def lower(name: str, lang: Lang) -> str:
    return name.lower() if lang == "en" and name.isascii() and not name.isupper() else name


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

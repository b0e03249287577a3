"""Prices, list prices, savings, coupons, totals, shipping thresholds: looked up, or computed from facts."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from assistant.guard.checks.offers import check_offers
from assistant.guard.checks.till import Amount, Till, amounts_of, decimals_of, holds, till_of
from assistant.guard.checks.unit_price import check_unit_price
from assistant.guard.claims import Finding, Reading
from assistant.guard.openings import compile_quick
from assistant.guard.pieces import SHARED, pieces_before
from assistant.guard.sheet import Sheet, squeeze
from assistant.guard.style import in_words_like, money_like, rounded_bound
from assistant.guard.variants import variant_at, variants_in
from assistant.guard.words import Role, words
from knowledge.facts import Fact
from knowledge.quantity import Mention, Quantity
from knowledge.sieve import Finder
from knowledge.text import normalise

_MONEY_WORD = compile_quick(
    r"价|卖|元|块|券|标|降|省|便宜|贵|付|满|减|[¥$€£]|\b(?:price|prices|priced|costs?|pay"
    r"|lists?|dollars?|cents?)\b|包邮|免邮|运费|一共|总共|合计"
)
_NOT_MONEY_AFTER = re.compile(
    r"\s?(?:left|in stock|remaining|available|of (?:the|these|them|this)|out of|percent|%"
    r"|stars?|reviews?|colou?rs?|sizes?|more|times|days?|hours?|minutes?|weeks?|months?"
    r"|years?|people|viewers)\b"
    r"|[号个件只条张把双套瓶盒袋片根层人名位次天日年月周点秒分步种款折级度倍米升斤克两]|包(?!邮)|:\d"
)
_REASONS = {
    "price": ("价格与资料不符", "the price is not the one in the facts"),
    "list_price": ("划线价与资料不符", "the list price is not the one in the facts"),
    "difference": ("差价算错了", "the difference does not add up"),
    "saving": ("省下的金额算错了", "the saving does not add up"),
    "after_coupon": ("券后价算错了", "the price after the coupon does not add up"),
    "total": ("几件的总价算错了", "the total does not add up"),
    "ship_threshold": ("包邮门槛与资料不符", "free shipping starts at another amount"),
    "ship_fee": ("运费与资料不符", "the shipping fee is another one"),
    "coupon_threshold": ("优惠门槛与资料不符", "the offer starts at another amount"),
    "coupon_minus": ("优惠金额与资料不符", "the offer takes off another amount"),
}
_FIELDS = {
    "said_price": "price",
    "bound_price": "price",
    "total": "price",
    "saving": "list_price",
    "ship_threshold": "shipping_fee",
    "ship_fee": "shipping_fee",
    "after_coupon": "coupon",
    "coupon_threshold": "coupon",
    "coupon_minus": "coupon",
}


def check_money(reading: Reading) -> Iterable[Finding]:
    yield from check_offers(reading)
    for mention in reading.mentions:
        quantity = mention.quantity
        if quantity.dimension not in ("money", "") or quantity.sides:
            continue
        verdict, finding = check_unit_price(reading, mention)
        if verdict:
            if finding is not None:
                yield finding
            continue
        role = role_of(reading, mention)
        if role is None:
            continue
        finding = _judge(reading, mention, role)
        if finding is not None:
            yield finding


def role_of(reading: Reading, mention: Mention) -> str | None:
    """What the amount is said to be; None when a bare figure is no amount."""
    text = reading.text
    clause = reading.clause_at(mention.start)
    before, after = (
        text[max(0, mention.outer[0] - 100) : mention.outer[0]],
        text[mention.outer[1] : mention.outer[1] + 90],
    )
    bare = mention.quantity.dimension == ""
    near = text[clause.start : clause.end]
    if bare and _NOT_MONEY_AFTER.match(after):
        return None
    if bare and _is_named_price(reading, mention):
        return "price"
    paid = bare and (_pays(before, after, _nameless(reading, mention)) or _is_todays_price(reading, mention))
    if bare and not (paid or _MONEY_WORD.search(near)):
        return None
    for cue, role in words().money_roles.fitting(text):
        if role.pieces:
            fits = pieces_before(reading, mention) is not None and (not bare or bool(_TOTALLED.search(before)))
        else:
            fits = _fits(role, cue, before, after, near, reading, mention)
        if fits:
            if role.before is None and role.after is None and role.near is None and role.around is None:
                if role.pieces:
                    return role.name
                if bare:
                    return "said_price" if paid else None
                return _same_as_before(reading, mention) or "price"
            return "said_price" if role.name == "price" else role.name
    return None


_PAY_BEFORE = re.compile(
    r"(?:按|算您?|给您?(?:按|算)?|收您?|才|只要|实付|到手)\s?$"
    r"|\b(?:yours for|go(?:es|ing)? for|sell(?:s|ing)? for|runs? you|sets? you back|you['’]d pay|you pay)\s?$"
)
_NEAR = 24  # characters: more than the longest of these
_PAY_AFTER = re.compile(r"\s?(?:拿走|带走|包走|抱走|到手|就行|$|[，。！!,.;]|(?:today|tonight|right now|flat|even)\b)")
_TAKEN_FOR = re.compile(r"\s?(?:就|便)?(?:能|可以)?(?:直接)?(?:拿走|带走|带回家|抱走|抱回家|拿下|入手|到手(?!价))")
_TOTALLED = re.compile(
    r"(?:一共|总共|合计|一起|共|加起来|只要|才|就是|comes? to|would be|will be|are|totals?|makes?|cost|run you|back)"
    r"(?:是|才|只要|就|就是)?\s?$"
)
_OTHER_FIGURE = re.compile(r"身高|体重|重|高|长|宽|厚|岁|度|码|剩|余|还有|库存|倒计时|数到|编号|页|楼")


def _nameless(reading: Reading, mention: Mention) -> str:
    """The clause without the products' names: 长毛坐垫 speaks of no length."""
    clause, text = reading.clause_at(mention.start), reading.text
    for start, end, _ in reading.regions:
        if clause.start <= start and end <= clause.end:
            text = text[:start] + " " * (end - start) + text[end:]
    return text[clause.start : clause.end]


def _pays(before: str, after: str, near: str) -> bool:
    """才228, 给您按550: a figure that ends its clause after a word for what one pays."""
    said = (_PAY_BEFORE.search(before[-_NEAR:]) and _PAY_AFTER.match(after)) or _TAKEN_FOR.match(after)
    return bool(said) and not _OTHER_FIGURE.search(near)


def _is_named_price(reading: Reading, mention: Mention) -> bool:
    """山月壶268，清风梳49: a bare figure that is all a clause says of a product, and the price of one at hand."""
    clause = reading.clause_at(mention.start)
    named = [end for start, end, _ in reading.regions if clause.start <= start and end <= mention.start]
    if not named or reading.text[mention.end : clause.end].strip():
        return False
    if not _NAMED_PRICE.fullmatch(reading.text[named[-1] : mention.outer[0]]):
        return False
    prices = (a.value for s in reading.in_play() for a in amounts_of(reading.index.sheet(s).get("price")))
    return mention.quantity.low in set(prices)


def _is_todays_price(reading: Reading, mention: Mention) -> bool:
    """今天也是699: a bare figure that ends its clause and is near what the product costs."""
    clause = reading.clause_at(mention.start)
    if reading.text[mention.outer[1] : clause.end].strip("哦哈啦呢吧 "):
        return False
    if not _TODAY.search(reading.text[clause.start : mention.outer[0]]):
        return False
    sheets = reading.sheets_at(mention.start)[:1]
    prices = [amount.value for sheet in sheets for amount in amounts_of(sheet.get("price"))]
    return any(price / 3 <= mention.quantity.low <= price * 3 for price in prices)


_TODAY = re.compile(r"(?:今天|今晚|现在|目前|直播间)(?:也|都|就|只|还)?(?:是|要|卖|只要)?\s?$")
_NAMED_PRICE = re.compile(r"[的那款个：:（( ]*(?:is |at )?")


def _same_as_before(reading: Reading, mention: Mention) -> str | None:
    """In "the list price is not $39.99, it's $49.99" the second figure is what the first one was."""
    if not _INSTEAD.search(reading.text[max(0, mention.outer[0] - 12) : mention.outer[0]]):
        return None
    earlier = [m for m in reading.mentions if m.end <= mention.start and m.quantity.dimension == "money"]
    return role_of(reading, earlier[-1]) if earlier else None


_TAKES_OFF = re.compile(r"(?:再|立|直|另|额外)?(?:减|返|返现)\s?$")
_INSTEAD = re.compile(r"(?:[,;.] ?(?:but )?(?:it's|it is|actually)|[，,]\s?(?:而|应该|其实)?是)\s*$")


def _fits(role: Role, cue: Finder, before: str, after: str, near: str, reading: Reading, mention: Mention) -> bool:
    """Whether the words around the amount are the role's; `cue` finds those before it, where the role has any."""
    return (
        (role.before is None or cue.search(before) is not None or _with_bound(role, reading, mention))
        and (role.after is None or role.after.match(after) is not None)
        and (role.near is None or role.near.search(near) is not None)
        and (role.around is None or role.around.search(reading.around(mention.start)) is not None)
    )


def _with_bound(role: Role, reading: Reading, mention: Mention) -> bool:
    """The words of the bound may be the cue itself: 单件不到99, over $88."""
    if mention.outer[0] == mention.start or role.before is None:
        return False
    if mention.quantity.bound == "under" and role.name not in ("bound_price", "ship_threshold"):
        return False
    return role.before.search(reading.text[max(0, mention.start - 100) : mention.start]) is not None


def _judge(reading: Reading, mention: Mention, role: str) -> Finding | None:
    sheets = reading.sheets_at(mention.start)
    shop_wide = role in ("ship_threshold", "ship_fee", "coupon_threshold", "coupon_minus")
    if not sheets:
        if not shop_wide:
            return None if _is_free_amount(reading, mention) else _unbacked(reading, mention, role)
        sheets = [Sheet("")]
    surface = squeeze(reading.text[mention.start : mention.end])
    stated = role == "price" and any(surface in sheet.text for sheet in sheets)
    if stated and mention.quantity.unit.id == "CNY" and not _PRICED.search(reading.clause_text(mention.start)):
        return None  # 小方块6块 counts pieces
    if role == "price" and _is_pieces(reading, mention):
        return None
    pieces = pieces_before(reading, mention)
    tills = [till_of(sheet, reading.index.common, variant_at(reading, sheet, mention.start)) for sheet in sheets]
    parts = (
        [part for till in tills[:1] for part in till.parts(reading.clause_text(mention.start))]
        if "price" in role
        else []
    )
    hit_part = next((part for part in parts if holds(mention.quantity, part.value)), None)
    if hit_part is not None:
        reading.said(*hit_part.facts)
        return None
    for till in tills:
        hit = _backed(till, mention.quantity, role, pieces, reading, mention.start, spoken=_is_spoken(mention))
        if hit is not None:
            negation = reading.negation_before(mention.outer[0])
            if negation and not reading.is_quoted(mention.start, mention.end):
                return _denied_truth(reading, negation, role, hit)
            reading.said(*hit)
            return None
    if reading.negation_before(mention.outer[0]) or reading.is_quoted(mention.start, mention.end):
        return None
    if parts:
        return _mended(reading, mention, "price", tills[0], parts[0])
    if role == "saving" and _TAKES_OFF.search(reading.text[max(0, mention.start - 4) : mention.start]):
        return _unbacked(reading, mention, role)  # 再减20 is an offer of its own, not a sum gone wrong
    truth = _truth(reading, tills, mention, role, pieces)
    if truth is None and role == "ship_fee" and not tills[0].thresholds:
        free = _ships_free(reading, sheets)
        if free is not None:
            zh, en = _REASONS["ship_fee"]
            text = ("0" + reading.raw(mention.number[1], mention.end)) if reading.lang == "zh" else "free"
            reason = zh if reading.lang == "zh" else en
            return Finding(
                mention.start, mention.end, "contradicted", reason, "shipping_fee", replacement=text, evidence=(free,)
            )
    if truth is None and role == "after_coupon" and tills[0].coupons and tills[0].prices:
        reason = "没到用券的门槛" if reading.lang == "zh" else "the price is below what the coupon needs"
        return Finding(*mention.outer, "contradicted", reason, "coupon", evidence=(tills[0].coupons[0].fact,))
    if truth is None:
        return _unbacked(reading, mention, role)
    return _mended(reading, mention, role, *truth)


def _ships_free(reading: Reading, sheets: Sequence[Sheet]) -> Fact | None:
    """The fact that says shipping costs nothing, whatever is ordered."""
    entries = [e for sheet in [*sheets[:1], reading.index.common] for e in sheet.get("shipping_fee")]
    return next(
        (e.fact for e in entries if re.search(r"包邮|免邮|免运费|\bfree\b", normalise(e.fact.value).text)), None
    )


def _is_pieces(reading: Reading, mention: Mention) -> bool:
    """两块对接, 一毛一样: a small number word before 块 or 毛, with nothing about a price beside it."""
    following = reading.text[mention.end : mention.end + 1]
    return (
        mention.style == "zh"
        and mention.quantity.low < 10
        and reading.raw(mention.number[1], mention.end) in ("块", "毛")
        and bool(following)
        and following not in "，。！？,!?；的"
        and not _PRICED.search(reading.clause_text(mention.start))
    )


def _backed(
    till: Till, claim: Quantity, role: str, pieces: Decimal | None, reading: Reading, place: int, *, spoken: bool
) -> tuple[Fact, ...] | None:
    if role in ("bound_price", "said_price"):
        amounts = [*till.prices, *till.computed] if till.prices else till.lists
        if _WITH_SHIPPING.search(reading.text):
            amounts = [*amounts, *till.shipped(pieces or Decimal(1))]
        if _with_code(reading, till):
            amounts = [*amounts, *till.allowed("after_coupon", pieces)]
        if spoken:
            amounts = [*amounts, *(Amount(amount.value / 100, amount.facts) for amount in amounts)]
        return next((amount.facts for amount in amounts if holds(claim, amount.value)), None)
    if role in ("ship_threshold", "coupon_threshold") and claim.bound in ("over", "least", "under"):
        claim = _exact(claim)
    if _compares(reading, role):
        return next((a.facts for a in _between_products(reading) if holds(claim, a.value)), None)
    amounts = list(_allowed(reading, till, role, pieces, place))
    if role == "price":
        # "Link 1 is the pan at $24.99": a price without a word for which one may be either.
        amounts += till.lists if not till.prices else []
        # Shoppers of a Chinese shop read any bare price as what they pay.
        amounts += [a for a in till.lists if claim.bound == "exact" and reading.lang == "en"]
    if role == "list_price" and not till.lists:
        amounts += till.prices
    amounts += till.computed
    if role in ("price", "total") and _WITH_SHIPPING.search(reading.text):
        amounts += till.shipped(pieces or Decimal(1))
    if role in ("price", "total") and _with_code(reading, till):
        amounts += till.allowed("after_coupon", pieces)
    if role == "total" and pieces and SHARED.search(reading.clause_text(place)):
        amounts += [
            Amount(round(total.value / pieces, 2), total.facts)
            for total in [*till.allowed("total", pieces), *till.allowed("after_coupon", pieces)]
        ]
    if role == "difference" and _MISSING.search(reading.clause_text(place)):
        amounts += till.gaps(pieces or Decimal(1))
    if role == "saving" and len(reading.in_play()) == 2:
        amounts += _between_products(reading)
    if role in ("total", "saving", "after_coupon", "coupon_threshold", "coupon_minus"):
        amounts += till.offered
    if role == "coupon_threshold":
        amounts += till.lists  # "$20 off $99" of a list price
    if role == "coupon_minus":
        amounts += till.savings()
    if spoken:  # "four ninety-nine" is $4.99 or $499
        amounts += [Amount(amount.value / 100, amount.facts) for amount in amounts]
    for amount in amounts:
        if holds(claim, amount.value):
            return amount.facts
    if role == "ship_threshold":  # 满99包邮 follows from 满88包邮
        return next((a.facts for a in till.thresholds if claim.low >= a.value), None)
    return None


def _allowed(reading: Reading, till: Till, role: str, pieces: Decimal | None, place: int) -> Sequence[Amount]:
    """The amounts for a role; of a difference, that of the two variants which the clause names."""
    if role == "difference" and till.sheet.variants:
        clause = reading.clause_at(place)
        named = variants_in(reading, till.sheet, clause.start, clause.end)
        of_them = [amount for amount in till.all_prices if amount.facts[0].variant in named]
        if len(named) == 2 and len(of_them) == 2:
            one, other = of_them
            return [Amount(abs(one.value - other.value), one.facts + other.facts)]
    return till.allowed(role, pieces)


def _with_code(reading: Reading, till: Till) -> bool:
    """Whether the sentence reckons with a coupon in percent, by its name or by its code."""
    codes = {code for _, fact in till.cuts for code in _CODE.findall(normalise(fact.value).text)}
    return bool(till.cuts) and (bool(_OF_COUPON.search(reading.text)) or any(code in reading.text for code in codes))


_CODE = re.compile(r"\b[a-z]+\d+\b")
_MISSING = re.compile(r"还差|就差|[只再]差|凑|\b(?:away from|short of|shy of|to go)\b")


def _is_spoken(mention: Mention) -> bool:
    return mention.style == "en" and mention.quantity.low != int(mention.quantity.low)


_WITH_SHIPPING = re.compile(
    r"加上?(?:运费|邮费)|[含连]运费|\b(?:plus|add|with|including|after)\b[^.;!?]{0,24}\b(?:shipping|delivery|postage)"
)


def _compares(reading: Reading, role: str) -> bool:
    """Whether the amount is what one of two products costs more or less than the other."""
    named = {subject for _, _, subject in reading.regions}
    if role not in ("difference", "saving") or len(reading.in_play(named)) < 2 or not named:
        return False
    if len(named) == 1 and any(reading.index.sheet(subject).get("list_price") for subject in named):
        return False
    return role == "difference" or len(named) == 1 or _THAN.search(reading.text) is not None


_THAN = re.compile(r"比|\bthan\b")


def _between_products(reading: Reading) -> list[Amount]:
    """How much more one of the products named costs than another."""
    subjects = {subject for _, _, subject in reading.regions}
    if len(subjects) < 2:
        subjects = set(reading.in_play(subjects)[:2])
    prices = [a for subject in subjects for a in amounts_of(reading.index.sheet(subject).get("price"))]
    return [Amount(a.value - b.value, a.facts + b.facts) for a in prices for b in prices if a.value > b.value]


_PRICED = re.compile(r"价|卖|钱|元|¥|到手|付|只要|券|省|降")


def _exact(claim: Quantity) -> Quantity:
    return Quantity(claim.low, claim.high, claim.unit)


def _is_free_amount(reading: Reading, mention: Mention) -> bool:
    """Whether any shop-wide fact (an order's total, a computed basket, an offer) holds this amount."""
    entries = reading.index.common.entries
    hit = next(
        (
            e
            for e in entries
            for q in e.quantities
            if q.dimension in ("money", "") and not q.sides and holds(mention.quantity, q.low)
        ),
        None,
    )
    if hit is not None:
        reading.said(hit.fact)
    return hit is not None


def _truth(
    reading: Reading, tills: Sequence[Till], mention: Mention, role: str, pieces: Decimal | None
) -> tuple[Till, Amount] | None:
    """The amount that should stand there, when exactly one product is meant."""
    if len(tills) != 1:
        return None
    till = tills[0]
    wanted = "price" if role in ("bound_price", "said_price") else role
    if role == "price" and _belongs_to_other(reading, till, mention, "list_price"):
        wanted = "list_price"
    amounts = (
        _between_products(reading)
        if _compares(reading, role)
        else _allowed(reading, till, wanted, pieces, mention.start)
    )
    if not amounts and wanted == "price":
        amounts = till.lists
    if not amounts and wanted == "list_price":
        amounts = till.prices
    if role == "total":
        amounts = sorted(amounts, key=lambda amount: not _speaks_of(reading, amount))
    return (till, amounts[0]) if amounts else None


_OF_COUPON = re.compile(r"券|满减|立减|coupon|voucher|\bcode\b")
_OF_OFFER = compile_quick(r"半价|折|[送赠]|\bfree\b|\bhalf\b|\boffer\b|\bdeal\b|% off")


def _speaks_of(reading: Reading, amount: Amount) -> bool:
    """Whether a total is reckoned with what the sentence reckons with: the coupon, the offer, or neither."""
    wanted = _OF_COUPON.search(reading.text) or _OF_OFFER.search(reading.text)
    rest = amount.facts[1:]
    if not wanted:
        return not rest
    cue = _OF_COUPON if _OF_COUPON.search(reading.text) else _OF_OFFER
    return any(cue.search(normalise(fact.value).text) for fact in rest)


def _belongs_to_other(reading: Reading, till: Till, mention: Mention, key: str) -> bool:
    """Whether the wrong figure is that property of another product in the sentence: then the same one is meant here."""
    others = {subject for _, _, subject in reading.regions} - {till.sheet.subject}
    return bool(till.lists) and any(
        amount.value == mention.quantity.low
        for subject in others
        for amount in amounts_of(reading.index.sheet(subject).get(key))
    )


def _mended(reading: Reading, mention: Mention, role: str, till: Till, truth: Amount) -> Finding:
    zh, en = _REASONS.get(role, _REASONS["price"])
    bound = mention.quantity.bound
    start, end = mention.start, mention.end
    if bound in ("under", "most", "over", "least") and role in ("price", "said_price", "bound_price"):
        value = rounded_bound(truth.value, bound, mention.quantity.low)
        text = reading.raw(mention.outer[0], mention.number[0]) + in_words_like(mention.style, value, "")
        text += reading.raw(mention.number[1], mention.outer[1])
        start, end = mention.outer
    else:
        said = reading.raw(mention.start, mention.end)
        own = {decimals_of(fact.value) for fact in truth.facts[:1] if len(truth.facts) == 1 and role not in ("total",)}
        decimals = own.pop() if own else till.decimals
        text = money_like(said, reading.raw(mention.number[1], mention.end), mention.style, truth.value, decimals)
    return Finding(
        start,
        end,
        "contradicted",
        zh if reading.lang == "zh" else en,
        _FIELDS.get(role, role),
        replacement=text,
        evidence=truth.facts,
    )


def _unbacked(reading: Reading, mention: Mention, role: str) -> Finding:
    reason = "资料里没有这个金额" if reading.lang == "zh" else "the facts hold no such amount"
    return Finding(mention.outer[0], mention.outer[1], "unsupported", reason, _FIELDS.get(role, role))


def _denied_truth(reading: Reading, negation: tuple[int, int], role: str, facts: tuple[Fact, ...]) -> Finding:
    return deny(reading, negation, _FIELDS.get(role, role), facts)


def deny(reading: Reading, negation: tuple[int, int], key: str, facts: tuple[Fact, ...]) -> Finding:
    """A true value that the sentence negates: the negation goes."""
    start, end = negation
    said = reading.text[start:end]
    stripped = said.rstrip()
    positive = re.sub(r"(?:n['’]t| not)\b", "", stripped).strip() if reading.lang == "en" else "是"
    positive = {"does": "", "do": "", "not": ""}.get(positive, positive)
    reason = "资料写的正是这个值" if reading.lang == "zh" else "the facts say exactly this"
    lead = stripped[: len(stripped) - len(stripped.lstrip())]
    return Finding(
        start + len(lead), start + len(stripped), "contradicted", reason, key, replacement=positive, evidence=facts
    )

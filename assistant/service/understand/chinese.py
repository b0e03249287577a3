"""Chinese messages about orders: clause by clause into asks, each with its order, products and details.

A clause asks for something to be done, asks a question, or tells more of what the clauses around it ask. Conditions
("有的话就…", "换不了就…") stay with what hangs on them; what is put off or refused asks for nothing.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Literal

from assistant.service.asks import LATER, Ask, Condition, Heard, Item, Kind, OrderRef, PayRef, Wish
from assistant.service.understand import chinese_words as w
from assistant.service.understand.chinese_addresses import address_in
from assistant.service.understand.chinese_clauses import Clause, Read, kind_of, read_clause, topics_in
from assistant.service.understand.chinese_goods import items_in
from assistant.service.understand.chinese_orders import described
from assistant.service.understand.chinese_sounds import heard_as
from assistant.service.understand.chinese_spelling import spelled_out
from assistant.service.understand.numbers import in_digits, joined

_ORDER, _PRODUCT = "⟦o⟧", "⟦p⟧"
_URL = re.compile(r"https?://\S*?(\d{7,14})[^\s一-龥，。]*")
_GLUED = re.compile(r"(?<=[一-龥]) +(?=[A-Za-z0-9]{1,6}(?![A-Za-z0-9]))|(?<=[A-Za-z0-9]) +(?=[一-龥]{1,2}(?![一-龥]))")
_MINE = re.compile("我(?:的|那|这|买|下|上)|俺|买的|下的|那单|订单|退的|换的")
_TOKEN = re.compile(r"⟦[op]⟧")
_DOUBLE_SURNAMES = ("欧阳", "司马", "上官", "诸葛", "司徒", "公孙", "皇甫", "尉迟", "慕容", "令狐", "夏侯", "东方")
_YES_AND = re.compile(
    r"^(?:(?:嗯+|对+|是|好+|行|可以|没问题|没毛病|没得问题|没错|地址没错|确认|确定|同意|要得|中|成|ok|okay|要(?=加|取|退|换|开|约|办)|能(?=[，,]))"
    r"[的了呢呐哪吧嘞啊哈滴]*[，,。!！\s]*)+(?=[^，,。\s])",
    re.I,
)
_TELLS_MORE = {("swap", "address"), ("address", "visit"), ("address", "invoice")}  # "地址改一下，改成…"
_AND_YES = re.compile(r"[，,。\s](?:我)?(?:确认|确定|同意)(?:了|的)?[。！!]*$")
# What the bare verb of a yes agrees to: "行嘞，撤", "好的退吧" also to the difference.
_VERBS: Mapping[str, tuple[Kind, ...]] = {
    "退货": ("return",),
    "退": ("return", "price_protect"),
    "补": ("price_protect",),
    "换货": ("swap",),
    "换": ("swap",),
    "撤": ("cancel",),
    "取消": ("cancel",),
    "弄掉": ("cancel",),
    "改": ("address", "swap", "payment"),
    "约": ("visit",),
    "催": ("urge",),
    "发": ("urge",),
    "开": ("invoice",),
    "下单": ("buy",),
    "买": ("buy",),
    "拍": ("buy",),
}
_VERB = "|".join(_VERBS)
_DO_IT = re.compile(
    rf"^(?:那|就|给我|快)*(?P<verb>{_VERB})(?:了|掉|给我|过来)?(?P<go>[吧呗])?(?:[，,]?(?P=verb)[吧呗]?)*[。！!]*$"
)
_LONGEST_YES = 12
_DECIDED = re.compile("换成|换货|能换|可换|下单|帮我(?:买|拍|订)|就(?:买|要|拍|它)")
_PRODUCT_KINDS = ("buy", "swap")
# "不要了", "钱退我": before it is sent that is one thing, after it came the other.
_EITHER: Mapping[Kind, Kind] = {"cancel": "return", "return": "cancel"}


@dataclass(slots=True)
class _Context:
    """What the clauses so far have named."""

    orders: tuple[str, ...] = ()
    goods: tuple[Wish, ...] = ()
    items: tuple[Item, ...] = ()
    ref: OrderRef = field(default_factory=lambda: OrderRef(lenient=True))
    carried: Condition = ""
    asked: bool = False  # an ask has taken what is named here: what describes another order begins anew
    taken_back: bool = False  # what is named next is meant instead
    against: list[Ask] = field(default_factory=list)


class Chinese:
    """`order_number` and `product_number` find the shop's numbers, each in its first group; `payments`: words for each
    kind of payment."""

    def __init__(
        self,
        order_number: re.Pattern[str],
        product_number: re.Pattern[str] | None = None,
        payments: Mapping[str, re.Pattern[str]] | None = None,
    ) -> None:
        self._order = order_number
        self._product = product_number
        self._payments = payments or {}

    def read(self, text: str, goods: tuple[str, ...]) -> Heard:
        said = self._normal(text, goods)
        clauses = list(self._clauses(said))
        reads = _in_turn(clauses)
        asks: list[Ask] = []
        context = _Context()
        later = False
        for clause, read in zip(clauses, reads, strict=True):
            later = later or read.later
            if read.later:
                put_off = items_in(clause.marked, goods)
                context.against += [Ask("nothing", clause.raw, items=put_off)] if put_off else []
                continue
            self._take(clause, read, goods, asks, context)
        if later and all(ask.kind != "lookup" for ask in asks):  # "用两天看看，不行再退"
            asks = [ask for ask in asks if ask.kind in ("lookup", "handoff") or not ask.tentative]
        if w.JUST_ASKING.search(said):
            asks = [ask for ask in asks if not ask.tentative]
        if w.CHEAPER.search(said):
            asks = [_of_the_price(ask) for ask in asks]
        asks = [_with_last_named(ask, context) for ask in asks]
        if any("compare" in ask.topics for ask in asks):  # who compares hasn't decided
            asks = [ask for ask in asks if ask.kind not in ("buy", "swap") or _DECIDED.search(ask.text)]
        if len(bought := [ask for ask in asks if ask.kind == "buy"]) == 1:  # "E卡付，来一台"
            asks = [replace(ask, payment=ask.payment or self._payment(said)) if ask in bought else ask for ask in asks]
        details = self._details(said, asks, clauses)
        asks = [self._detailed(ask, details, said, clauses) for ask in asks]
        acts = [ask for ask in asks if ask.kind not in ("lookup", "nothing")]
        if acts:  # "坏了，报修": a statement that goes with a wish is no question
            asks = [ask for ask in asks if ask.kind != "lookup" or w.TELLING.search(ask.text)]
        if len(acts) > 1:  # "地址填错了，直接取消吧"
            asks = [ask for ask in asks if ask.kind != "address" or ask.details]
            asks = [ask for ask in asks if ask.kind != "swap" or w.SAID_TO_SWAP.search(ask.text)]
        if w.PAPER_NOTE.search(said):  # "票上留138…"
            asks = [_of_the_paper(ask, said) for ask in asks]
        leaves = any(read.leaves for read in reads)
        answer, confirms = self._answer(said, acts, clauses, details)
        return Heard(
            asks=tuple(asks),
            payment=self._payment(said),
            mentioned=context.items,
            everything=w.EVERYTHING.search(said) is not None,
            order=replace(context.ref, ids=context.orders, goods=tuple(one.product_id for one in context.goods)),
            tails=tuple(tail for groups in w.TAIL.findall(self._order.sub(" ", said)) for tail in groups if tail),
            answer=answer,
            leaves_it=leaves and not acts,
            text=text,
            confirms=confirms,
            goods=context.goods,
            wanted=said,
            quantity=_quantity(said),
            details=details,
            asks_something=any(clause.asks or w.ASKS.search(clause.raw) for clause in clauses),
            trouble=_trouble(said),
            complains=w.COMPLAINT.search(said) is not None,
            mine=_MINE.search(text) is not None,
            corrects=w.CORRECTS.search(said) is not None,
            drops=w.DROPS.search(said) is not None,
            only=w.ONLY.search(said) is not None,
            against=tuple(context.against),
            closes=later or leaves or w.CLOSING.match(said) is not None,
        )

    def _normal(self, text: str, goods: tuple[str, ...]) -> str:
        """A message without its slips; what is an order number stays as it is: "DD" may be an order's head."""
        said = joined(in_digits(unicodedata.normalize("NFKC", text).strip()), self._order)
        said = _URL.sub(r" \1 ", said)
        numbers = [match[0] for match in self._order.finditer(said)]
        parts, place = [], 0
        for match in self._order.finditer(said):
            parts.append(spelled_out(said[place : match.start()]))
            place = match.end()
        said = "".join(part + number for part, number in zip_longest(parts, numbers, fillvalue="")) + spelled_out(
            said[place:]
        )
        said = re.sub("除了([^，,。]{1,12}?)[，,]?(?=[^，,。]{1,16}也)", r"\1和", said)
        return _GLUED.sub("", heard_as(said, goods))

    # --- clauses

    def _clauses(self, said: str) -> Iterator[Clause]:
        orders, goods = [], []

        def order(match: re.Match[str]) -> str:
            orders.append(match[1].upper())
            return _ORDER

        def product(match: re.Match[str]) -> str:
            goods.append(match[1])
            return _PRODUCT

        marked = self._order.sub(order, said)
        marked = self._product.sub(product, marked) if self._product else marked
        start = 0
        for match in [*w.CLAUSE_END.finditer(marked), None]:
            end = match.start() if match else len(marked)
            piece = marked[start:end].strip()
            start = match.end() if match else end
            if not piece:
                continue
            own, named = piece.count(_ORDER), piece.count(_PRODUCT)
            ids, numbers = tuple(orders[:own]), goods[:named]
            del orders[:own], goods[:named]
            raw = _filled(piece, ids, numbers)
            asks = match is not None and bool(re.search("[?？]", match[0]))
            yield Clause(piece, raw, ids, _wishes(piece, numbers), asks)

    def _take(self, clause: Clause, read: Read, goods: tuple[str, ...], asks: list[Ask], context: _Context) -> None:
        """Put what a clause says where it belongs: a new ask, or more of the last one."""
        items = items_in(clause.marked, goods)
        ref = described(clause.marked, goods)
        if goods and w.PAID_WITH.search(clause.marked) and (paid := self._payment(clause.raw)) is not None:
            ref = replace(ref, paid=paid.kind)
        items = tuple(item for item in items if item.name not in {one.name for one in ref.without})
        if context.asked and (items or ref.describes):
            context.items, context.ref, context.asked = (), OrderRef(lenient=True), False
        back, context.taken_back = context.taken_back, False
        if read.leaves and w.NOT_BOUGHT.search(clause.marked) and (items or clause.orders or ref.describes):
            read = Read("cancel", explicit=False)
        if read.kind == "nothing" and items and not read.later:
            read = _with_verb(clause, read, items)
        if asks and read.kind == "nothing" and (said := w.TAKEN_BACK.match(clause.marked)):
            context.taken_back = said.end() == len(clause.marked)
            back = back or not context.taken_back
        if back and asks and read.kind == "nothing" and asks[-1].kind == "swap" and not (items or clause.orders):
            asks[-1] = replace(asks[-1], wanted=f"{asks[-1].wanted} {LATER} {clause.raw}")
            return
        if back and asks and read.kind == "nothing" and (items or clause.orders):
            asks[-1] = _instead(asks[-1], clause, items)
            context.items, context.orders = items or context.items, clause.orders or context.orders
            return
        if (
            items
            and read.kind in ("nothing", "lookup")
            and (w.NEGATED.search(clause.marked) or w.KEPT.search(clause.marked))
        ):
            context.against.append(Ask("nothing", clause.raw, items=items))
        if asks and (read.kind, asks[-1].kind) in _TELLS_MORE and "地址" not in clause.raw:
            read = replace(read, kind="nothing")
        if w.KEPT.search(clause.marked) and read.kind == "nothing":
            return
        if read.condition_only:
            context.carried = read.when
            _name(context, clause, items, ref)
            return
        when, context.carried = read.when or context.carried, ""
        if read.kind == "nothing" and items and w.WHERE_IS_IT.search(clause.marked):
            read = Read("lookup", ("shipment",))
        if read.kind == "nothing":
            _name(context, clause, items, ref)
            if asks and asks[-1].kind != "lookup":
                asks[-1] = self._told_more(asks[-1], clause, items, ref)
            elif asks and clause.goods:  # "…有什么差别: A, B, C"
                asks[-1] = replace(asks[-1], goods=(*asks[-1].goods, *clause.goods))
            return
        ask = self._ask(clause, replace(read, when=when), items, ref, context)
        _name(context, clause, items, ref)
        last = asks[-1] if asks else None
        if last is not None and when == "failed" and last.kind not in ("lookup", "nothing"):
            asks[-1] = replace(last, otherwise=replace(ask, when=""))
        elif last is not None and last.kind == ask.kind and _adds_nothing_of_its_own(ask, last):
            asks[-1] = _joined(last, ask)
        elif last is not None and _is_other_way_to_say(ask, last):
            asks[-1] = last if last.kind != "swap" else self._told_more(last, clause, items, ref)
        else:
            asks.append(ask)
        context.asked = True

    def _ask(self, clause: Clause, read: Read, items: tuple[Item, ...], ref: OrderRef, context: _Context) -> Ask:
        new_thing = read.kind == "buy"
        own_order = bool(clause.orders) or ref.latest or ref.other or ref.every
        order = replace(ref, ids=clause.orders or (() if own_order or new_thing else context.orders))
        if not own_order and not new_thing:
            known = context.ref
            order = replace(order, latest=known.latest, other=known.other, every=known.every)
            if not (items or clause.orders or clause.goods):
                order = order.with_known(known)
        named = clause.goods or (() if own_order and read.kind != "lookup" else context.goods)
        if clause.orders and not clause.goods:
            named = ()
        if read.kind == "swap" and len(clause.goods) > 1:  # "把…换成…"
            named = clause.goods[:1]
        elif read.kind == "swap" and clause.goods and _after_target(clause.marked):
            named = context.goods
        things = items or (() if named or clause.orders else context.items)
        return Ask(
            read.kind,
            clause.raw,
            replace(order, goods=() if new_thing else tuple(one.product_id for one in named)),
            things,
            payment=self._payment(clause.raw),
            topics=read.topics,
            goods=named,
            wanted=clause.raw,
            quantity=_quantity(clause.marked),
            everything=read.kind == "return" and w.EVERYTHING.search(clause.marked) is not None,
            when=read.when,
            tentative=read.tentative,
            otherwise=None
            if read.explicit
            else Ask(_EITHER[read.kind], clause.raw, replace(order, lenient=True), things),
            either=not read.explicit,
        )

    def _told_more(self, ask: Ask, clause: Clause, items: tuple[Item, ...], ref: OrderRef) -> Ask:
        order = ask.order
        if clause.orders and not order.ids:
            order = replace(order, ids=clause.orders)
        if ref.every or ref.other or ref.latest:
            order = replace(order, every=ref.every, other=ref.other, latest=ref.latest)
        if ask.kind != "buy" and not order.describes:
            order = order.with_known(ref)
        goods = ask.goods
        if clause.goods and ask.kind == "buy":
            goods = (
                *(one for one in goods if one.product_id not in {g.product_id for g in clause.goods}),
                *clause.goods,
            )
        elif clause.goods and ask.kind != "swap" and not goods:
            goods, order = clause.goods, replace(order, goods=tuple(one.product_id for one in clause.goods))
        return replace(
            ask,
            order=order,
            goods=goods,
            items=ask.items or (items if not order.ids and ask.kind != "buy" else ()),
            payment=self._payment(clause.raw) or ask.payment,
            wanted=f"{ask.wanted} {clause.raw}",
            quantity=_quantity(clause.marked) or ask.quantity,
            text=f"{ask.text} {clause.raw}",
        )

    # --- details

    def _payment(self, text: str) -> PayRef | None:
        found = None
        for kind, said in self._payments.items():
            for match in said.finditer(text):
                if not re.search(r"(?:不用|别用|不要用|不想用)$", text[: match.start()]):
                    found = PayRef(kind)
        return found

    def _details(self, said: str, asks: Sequence[Ask], clauses: Sequence[Clause]) -> dict[str, str]:
        found: dict[str, str] = {}
        bare = self._order.sub(" ", said)
        if day := w.DAY.search(bare):
            found["day"] = day[0]
        if phone := w.PHONE.search(bare):
            found["phone"] = phone[0]
        named = w.NAMED.search(said)
        if named and _is_name(named["name"]):
            found["name"] = named["name"]
        elif bare_names := [one.raw for one in clauses if _is_bare_name(one.raw)]:
            found["name"] = bare_names[0]
        if company := _company(said):
            found["title"] = company
        elif (title := w.TITLE.search(said)) and not re.search(
            r"你|查|个人|公司$|企业$|单位$|我自己|怎么|什么|[吗么呢]$|能|可以|我的", title["title"]
        ):
            found["title"] = re.sub(r"(?:吧|就行|就好|即可)$", "", title["title"])
        return found

    def _detailed(self, ask: Ask, details: Mapping[str, str], said: str, clauses: Sequence[Clause]) -> Ask:
        if ask.kind == "address":
            return replace(ask, details=address_in(said))
        if ask.kind in ("visit", "invoice"):
            return replace(ask, details=dict(details), wanted=_trouble(said) or said if ask.kind == "visit" else said)
        if ask.kind == "buy" and not ask.goods:
            return replace(ask, wanted=said)
        return ask

    # --- yes or no

    def _answer(
        self, said: str, acts: Sequence[Ask], clauses: Sequence[Clause], details: Mapping[str, str]
    ) -> tuple[Literal["yes", "no", ""], tuple[Kind, ...]]:
        new = bool(details) or any(clause.orders or clause.goods for clause in clauses)
        if re.fullmatch(r"(?:那)?(?:就)?(?:取消)+(?:吧|了|掉)?[。！!]*", said):
            return "no", ("cancel",)
        if w.YES.match(said) and w.YES_WORD.search(said):  # "好的取消吧" is none to anything else
            return "yes", ("cancel",) if "取消" in said else ()
        if (meant := _bare_yes(said)) and not new:
            return "yes", meant
        if w.YES.match(said) and len(acts) == 1 and not new:  # "赶紧的"
            return "yes", (acts[0].kind,)
        again = len(acts) == 1 and not new and not acts[0].payment and len(said) <= _LONGEST_YES
        again = again and "的话" not in said and sum(not w.YES.match(clause.raw) for clause in clauses) == 1
        if again and (_YES_AND.match(said) or _AND_YES.search(said)):
            return "yes", (acts[0].kind,)
        if not acts and not new and w.NO.match(said):
            return "no", ()
        strong = re.match(
            r"^(?:(?:嗯+|对|是的?|好的?|行|可以)[，,\s]*)*(?:确认|确定|同意|没错|没问题)[了的吧]*[，,。\s]", said
        )
        return ("yes", ()) if strong and acts else ("", ())


def _in_turn(clauses: Sequence[Clause]) -> list[Read]:
    """What each clause says; "开一张" and the like are about the paper named before."""
    reads, paper = list[Read](), ""
    for clause in clauses:
        named = w.PAPER.search(clause.marked)
        told = paper and not named and w.MAKE_ONE.search(clause.marked)
        reads.append(read_clause(replace(clause, marked=f"{clause.marked}{paper}") if told else clause))
        paper = named[0] if named else paper
    return reads


def _of_the_paper(ask: Ask, said: str) -> Ask:
    """A number for the invoice is none for the parcel."""
    only_phone = ask.kind == "address" and set(ask.details) == {"phone"}
    return replace(ask, kind="invoice", wanted=said) if only_phone else ask


def _bare_yes(said: str) -> tuple[Kind, ...]:
    """What a yes agrees to that is hardly more than a verb; "退" alone is a wish."""
    yes = _YES_AND.match(said)
    done = _DO_IT.match(said[yes.end() :] if yes else said)
    return _VERBS[done["verb"]] if done and (yes or done["go"]) else ()


def _after_target(text: str) -> bool:
    target, product = w.TARGET.search(text), text.find(_PRODUCT)
    return target is not None and product >= target.end() - 1


def _name(context: _Context, clause: Clause, items: tuple[Item, ...], ref: OrderRef) -> None:
    """Remember what a clause names: the last named counts."""
    if clause.orders:
        context.orders = clause.orders
        if not clause.goods:
            context.goods = ()
    if clause.goods:
        if context.orders and not clause.orders:
            context.goods = clause.goods
        else:
            context.goods = clause.goods if clause.orders or not context.goods else (*context.goods, *clause.goods)
    if items:
        context.items = items
    if ref.other or ref.latest or ref.every:
        context.ref = replace(context.ref, other=ref.other, latest=ref.latest, every=ref.every)
    known = context.ref
    context.ref = replace(ref.with_known(known), same=False, other=known.other, latest=known.latest, every=known.every)


_FULLER = {"退": "退掉", "换": "换掉", "催": "催一下"}


def _with_verb(clause: Clause, read: Read, items: tuple[Item, ...]) -> Read:
    """ "退耳机", "催扫地机": a clause whose verb stands right before the thing, which makes it one."""
    verb = re.search(
        rf"(?<![不别])([退换催])(?:一下|掉|了)?(?:我的|那个|这个)?(?={re.escape(items[0].said)})", clause.marked
    )
    if verb is None:
        return read
    text = clause.marked[: verb.start()] + _FULLER[verb[1]] + clause.marked[verb.end() :]
    return read_clause(replace(clause, marked=text))


def _instead(ask: Ask, clause: Clause, items: tuple[Item, ...]) -> Ask:
    """An ask with what its writer means after all: "把耳机退了，哦不，是炸锅"."""
    order = replace(ask.order, ids=clause.orders, goods=())
    other = (
        replace(ask.otherwise, order=replace(ask.otherwise.order, ids=clause.orders), items=items)
        if ask.otherwise
        else None
    )
    return replace(ask, order=order, goods=(), items=items, otherwise=other)


def _adds_nothing_of_its_own(ask: Ask, last: Ask) -> bool:
    """Whether two clauses ask for the same thing: "换个小一点的" after "我要换货"."""
    if ask.kind == "lookup":
        return replace(ask.order, same=False) == replace(last.order, same=False) and ask.goods == last.goods
    if ask.order.ids and last.order.ids and ask.order.ids != last.order.ids:
        return False
    if ask.kind == "visit":
        return not (ask.order.other and not last.order.other)
    return True


def _is_other_way_to_say(ask: Ask, last: Ask) -> bool:
    """ "不要了，退钱"; "拍小了，要6升的"."""
    if last.kind == "swap" and ask.kind == "buy":
        return not ask.goods
    same = not ask.order.ids or ask.order.ids == last.order.ids
    same = same and (not ask.items or ask.items == last.items)
    return same and ask.either and _EITHER.get(last.kind) == ask.kind


def _joined(last: Ask, ask: Ask) -> Ask:
    order = ask.order if ask.order.ids or ask.order.every else last.order
    goods = (
        (*last.goods, *(one for one in ask.goods if one not in last.goods)) if ask.kind in _PRODUCT_KINDS else ask.goods
    )
    return replace(
        ask,
        text=f"{last.text} {ask.text}",
        wanted=f"{last.wanted} {ask.wanted}",
        order=order,
        goods=goods or last.goods,
        items=ask.items or last.items,
        payment=ask.payment or last.payment,
        quantity=ask.quantity or last.quantity,
        topics=tuple(dict.fromkeys((*last.topics, *ask.topics))),
        when=last.when or ask.when,
        tentative=last.tentative and ask.tentative,
        otherwise=last.otherwise and ask.otherwise,
        either=last.either and ask.either,
    )


def _of_the_price(ask: Ask) -> Ask:
    """ "降价了，退我钱": no thing is to be sent back."""
    if ask.kind != "return" or not ask.either:
        return ask
    return replace(ask, kind="price_protect", otherwise=None, either=False)


def _with_last_named(ask: Ask, context: _Context) -> Ask:
    """An ask that came before what it is about was named: "帮我取消，订单号是…"."""
    order = ask.order
    if ask.kind == "buy" or order.ids or order.every or order.other or order.latest:
        return ask
    if not order.goods and not ask.items:
        order = replace(order, ids=context.orders)
        if not order.ids and context.goods and ask.kind != "swap":
            order = replace(order, goods=tuple(one.product_id for one in context.goods))
    goods = ask.goods or (context.goods if ask.kind == "lookup" else ())
    return replace(ask, order=order, goods=goods)


# --- small things ---------------------------------------------------------------------------------------------------


def _filled(piece: str, orders: Sequence[str], goods: Sequence[str]) -> str:
    ids, numbers = iter(orders), iter(goods)
    return _TOKEN.sub(lambda match: next(ids) if match[0] == _ORDER else next(numbers), piece)


def _number(match: re.Match[str] | None) -> int:
    if match is None:
        return 0
    digits = match["n"] or match["n2"]
    return int(digits) if digits else w.NUMBERS[match["zh"]]


def _quantity(text: str) -> int:
    return _number(w.QUANTITY.search(text))


def _wishes(piece: str, goods: Sequence[str]) -> tuple[Wish, ...]:
    """The products of a clause, each with the quantity said beside it."""
    parts = piece.split(_PRODUCT)
    each = _quantity(piece) if re.search("各|都|每", piece) or len(goods) == 1 else 0
    found = []
    for number, product in enumerate(goods):
        before = _quantity(parts[0]) if number == 0 and not _quantity(parts[1]) else 0
        found.append(Wish(product, each or _quantity(parts[number + 1]) or before))
    return tuple(found)


_ABOUT_A_TITLE = re.compile(
    r"(?:抬头)?(?:换|改|写)(?:成(?![都武安])|为)(?:公司|企业|单位)?的?"
    r"|抬头(?:是|为|写|开|填|用|就|换成|改成)*|(?:开|发票|公司名称?|名称)+[是为:]*"
)


def _company(said: str) -> str:
    """The company in whose name an invoice is to be; the longest name, "一张公司的" being none."""
    named = [match["title"] for match in w.COMPANY.finditer(_ABOUT_A_TITLE.sub(" ", said))]
    return max((name for name in named if not w.NO_COMPANY.fullmatch(name)), key=len, default="")


def _trouble(said: str) -> str:
    """What is wrong with a thing, with the word for what it needs; empty where nothing is."""
    return f"{said} 坏了，维修" if w.SYMPTOM.search(said) else ""


def _is_name(text: str) -> bool:
    if len(text) > (4 if text[:2] in _DOUBLE_SURNAMES else 3) or text[:1] not in w.SURNAMES | set("欧司上诸公"):
        return False
    if w.DAY.search(text) or w.COMPLAINT.search(text) or w.LEAVE.search(text) or w.YES.match(text) or w.NO.match(text):
        return False
    return not re.search("你|我|查|自己|账号|一下|周[一二三四五六日天末]|确认|安装|维修", text)


def _is_bare_name(text: str) -> bool:
    """Whether a clause is nothing but a name: "潘宛丘"."""
    if not (w.BARE_NAME.match(text) and _is_name(text)):
        return False
    return kind_of(text) == "nothing" and not topics_in(text)

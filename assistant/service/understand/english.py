"""English messages about orders: sentence by sentence into asks, each with its order, items and payment."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Literal

from assistant.service.addresses import speaks_of_one
from assistant.service.asks import Ask, Heard, Item, Kind, OrderRef, PayRef, Topic
from assistant.service.understand import english_words as w
from assistant.service.understand.english_slips import mended, repaired
from assistant.service.understand.english_spelling import spelled_out
from assistant.service.understand.english_things import (
    asks_after_a_thing,
    complains_of_a_thing,
    described,
    items_in,
    listed,
    named,
    names_of_goods,
    opening_of,
    said_of,
)
from assistant.service.understand.numbers import joined


class English:
    """`order_number` finds the shop's order numbers, its first group being the bare number."""

    def __init__(self, order_number: re.Pattern[str]) -> None:
        self._number = order_number

    def read(self, text: str, goods: tuple[str, ...]) -> Heard:
        text = self._plain(text, goods)
        asks: list[Ask] = []
        payment: PayRef | None = None
        order, mentioned = OrderRef(), tuple[Item, ...]()
        against: list[Ask] = []
        for sentence in _sentences(text):
            found = [self._ask(piece, goods, asks) for piece in _pieces(sentence)]
            found = [ask for ask in found if ask.kind != "nothing"]
            against += _against(sentence, goods)
            if found:
                for ask in found:
                    _add(asks, _in_context(ask, order, mentioned), sentence)
                continue
            said, bare = self._order(sentence, goods)
            paid = payment_in(sentence)
            if asks and not w.IDENTITY.search(sentence):
                last = next((n for n in range(len(asks) - 1, -1, -1) if asks[n].kind != "lookup"), len(asks) - 1)
                asks[last] = _told_more(asks[last], sentence, said, paid, goods)
                if asks[last].kind == "lookup":  # "Which one? The mug."
                    mentioned = mentioned or items_in(bare, "lookup", goods)[0]
            else:
                order = order if said.is_open else said
                mentioned = mentioned or items_in(bare, "lookup", goods)[0]
            payment = paid or payment
        answer, hangs = _answer(text)
        acts = any(ask.kind not in ("lookup", "nothing") for ask in asks)
        hangs = hangs or (answer == "yes" and not acts and "?" in _sentences(text)[0])  # "ok, but when?"
        if asks and not acts and _MAY_IT.match(text):  # "can that go on my card?"
            payment = payment or payment_in(text)
        if answer == "yes":  # "skip what the gift card can't cover" names no way of paying
            payment = payment_in(w.SETTLED.sub(" ", text))
        return Heard(
            tuple(_with_details(ask, text) for ask in _with_payments(_with_addresses(asks), payment)),
            payment,
            order,
            mentioned,
            tuple(w.EMAIL.findall(text)),
            _people(text),
            _codes(self._number.sub(" ", text)),
            tuple(tail[-4:] for tail in w.PHONE.findall(self._number.sub(" ", text))),
            "" if hangs else answer,
            bool(w.LEAVE.search(text)) and not any(ask.kind not in ("lookup", "nothing") for ask in asks),
            text,
            details=_details(text),
            wanted=text,
            hangs=hangs,
            corrects=bool(w.CORRECTS.search(text)),
            drops=bool(w.DROPS.search(text)),
            only=bool(w.ONLY.search(text)),
            against=tuple(against),
            described=() if acts else described(text, goods),
            could_be=w.COULD_BE.search(text) is not None,
            mine=asks_after_a_thing(text, goods),
            complains=not asks and complains_of_a_thing(text, goods),
        )

    def _plain(self, text: str, goods: tuple[str, ...]) -> str:
        """A message without slips, and without what is taken back in it."""
        text = joined(text.replace("’", "'").strip(), self._number)
        text = mended(spelled_out(_typed_email(text)), goods)
        text = _BIG_NUMBER.sub(lambda said: str(_NUMBERS[said[0].lower()]), text)
        return repaired(text, (w.ORDER_WITH, self._number, *([names_of_goods(goods)[0]] if goods else [])))

    # --- one piece of a sentence

    def _ask(self, piece: str, goods: tuple[str, ...], before: Sequence[Ask]) -> Ask:
        if possible := w.IF_POSSIBLE.match(piece):
            piece = possible["wish"]
        condition, rest = _condition(piece)
        if w.HANDOFF.search(w.NEGATED.sub(" ", rest)):
            return Ask("handoff", piece)
        if condition and (w.LEAVE.search(rest) or not rest.strip()):
            return Ask("nothing", piece)
        kind = kind_of(rest)
        unwanted = kind == "nothing" and w.UNWANTED.search(rest) is not None
        rest = w.BUT_THIS.sub("", rest) if unwanted else rest
        if kind == "nothing" and not (unwanted and _says_which(rest, goods, self._number)):
            return Ask("nothing", piece)
        kind = "cancel" if unwanted else kind
        order, bare = self._order(rest, goods)
        items, everything, but = items_in(bare, kind, goods)
        if kind in ("address", "payment") and _is_unnamed(order) and (held := _first_named(bare, goods)):
            order = replace(order, holds=held)  # "the lamp should go to …"
        over = w.COSTS_OVER.search(condition)
        return Ask(
            kind,
            piece,
            order,
            items,
            everything,
            but,
            payment_in(rest),
            topics=topics_in(piece) if kind == "lookup" else (),
            only_if_first_fails=bool(condition) and bool(before),
            over=Decimal(over[1].replace(",", "")) if over else None,
            otherwise=Ask("return", piece, order, items, payment=payment_in(rest)) if unwanted else None,
            either=unwanted,
            tentative=kind in _TENTATIVE and w.TENTATIVE.search(rest) is not None,
        )

    def _order(self, text: str, goods: tuple[str, ...]) -> tuple[OrderRef, str]:
        """The order a piece speaks of, and the piece without the words for it."""
        ids = tuple(dict.fromkeys(match[1].upper() for match in self._number.finditer(text)))
        bare = text
        address_of = w.ADDRESS_OF_ORDER.search(self._number.sub("⟦order⟧", text))
        if address_of:  # the address is that order's, the order meant is another
            number = self._number.sub("⟦order⟧", text)[: address_of.end()].count("⟦order⟧") - 1
            every = [match[1].upper() for match in self._number.finditer(text)]
            ids = tuple(dict.fromkeys(one for place, one in enumerate(every) if place != number))
        bare = re.sub(
            rf"(?:\b(?:in|from|on|of|for|with)\s+)?(?:\b(?:my|the|your|this)\s+)?(?:\border\s+)?(?:number\s+)?{self._number.pattern}",
            " ⟦order⟧ ",
            bare,
            flags=re.I,
        )
        holds: list[Item] = []
        state = ""
        for match in w.ORDER_WITH.finditer(bare):
            held = match["holds"]
            if w.KEPT_ORDER.search(bare[: match.start()]):
                continue
            holds += [
                Item("|".join(names), held[opening_of(held, 0, start) : end])
                for start, end, names in named(held, goods)
            ]
            state = state or w.state_of(match[0])
        for match in w.CAME_WITH.finditer(bare):
            holds += [Item("|".join(names), match["holds"][:end]) for _, end, names in named(match["holds"], goods)]
        bare = w.CAME_WITH.sub(" ⟦order⟧ ", w.ORDER_WITH.sub(" ⟦order⟧ ", bare))
        for start, end, names in named(bare, goods)[::-1]:  # "my backpack order"
            if tail := re.compile(r"\s+(?:order|purchase)\b(?!\s+(?:number|#))", re.IGNORECASE).match(bare, end):
                holds.append(Item("|".join(names), bare[start:end]))
                bare = f"{bare[: opening_of(bare, 0, start)]} ⟦order⟧ {bare[tail.end() :]}"
        states = w.STATE_ORDER.search(bare)
        state = state or (w.state_of(states[0]) if states else "") or w.state_of(bare)
        ends = w.ENDS_IN.search(text)
        ref = OrderRef(
            ids,
            ends[1] if ends and not w.CARD_ENDING.search(text) else "",
            tuple(holds),
            state,
            bool(w.SAME_ORDER.search(text)),
            bool(w.OTHER_ORDER.search(text)),
            bool(w.EVERY_ORDER.search(text)),
            things=1 if holds and w.NOTHING_ELSE.search(text) else 0,
        )
        bare = w.SAME_ORDER.sub(" ⟦order⟧ ", bare)
        bare = w.OTHER_ORDER.sub(" ⟦order⟧ ", bare)
        return ref, bare


# --- sentences ------------------------------------------------------------------------------------------------------


def _sentences(text: str) -> list[str]:
    return [part.strip() for part in w.SENTENCE_END.split(text) if part.strip()]


def _pieces(sentence: str) -> list[str]:
    """A sentence at its second verb: "return the hose, and exchange the boots"."""
    pieces, start = [], 0
    for match in w.SECOND_VERB.finditer(sentence):
        head = sentence[start : match.start()]
        if w.IF.match(f"{head}, then "):
            continue  # what is asked hangs on it
        kind = kind_of(head)
        if kind not in ("nothing", "lookup") or (kind == "lookup" and w.ASKED_FIRST.match(head)):
            pieces.append(head)
            start = match.end()
    return [*pieces, sentence[start:]]


def _condition(piece: str) -> tuple[str, str]:
    """("if …", what then is to be done)."""
    match = w.IF.match(piece)
    if match is None:
        return "", piece
    return match["if"] or match["else"], piece[match.end() :]


def _add(asks: list[Ask], ask: Ask, sentence: str) -> None:
    last = asks[-1] if asks else None
    if last is not None and last.kind == "lookup" and ask.kind == "swap" and _goes_on(ask, last):
        items = ask.items if any(item.name for item in ask.items) else tuple(replace(i, said="") for i in last.items)
        ask = replace(ask, text=f"{last.text} {ask.text}", items=items)  # "Is there a plastic one? If so, swap mine"
    if last is not None and ask.only_if_first_fails:
        if w.ONLY_ONE.search(sentence):
            asks[:] = [one for one in asks if one.kind == ask.kind]
            return
        if ask.over is not None:
            asks[-1] = replace(last, over=ask.over, otherwise=ask)
            return
        if ask.order.is_open and not ask.items and last.kind not in ("lookup", "nothing"):
            ask = replace(ask, order=last.order, items=last.items, everything=last.everything)
        if last.kind != "lookup":
            asks[-1] = replace(last, otherwise=ask)
            return
    if last is not None and ask.kind == last.kind and ask.order.is_open and not ask.items and not last.order.is_open:
        asks[-1] = replace(last, text=f"{last.text} {ask.text}", payment=ask.payment or last.payment)
        return
    if (
        last is not None
        and ask.kind == last.kind == "swap"
        and not last.items
        and (ask.order.is_open or ask.order.same)
    ):
        asks[-1] = replace(ask, order=last.order, text=f"{last.text} {ask.text}")  # "Can you edit order 7? Change …"
        return
    if last is not None and ask.kind == last.kind == "swap" and last.items and _says_no_more(ask):
        asks[-1] = replace(last, text=f"{last.text} {ask.text}", payment=ask.payment or last.payment)
        return
    if ask.kind == "swap" and not ask.items and last is not None and last.kind in ("cancel", "return"):
        asks[-1] = replace(last, text=f"{last.text} {sentence}")  # "Cancel it. I ordered the wrong thing."
        return
    why = last is not None and last.kind == "swap" and ask.kind in ("cancel", "return") and not ask.items
    if last is not None and why and not w.SAYS_SWAP.search(last.text):  # "It's the wrong size. My money back, please."
        items = tuple(replace(one, wanted="", other="") for one in last.items)
        order = last.order if ask.order.is_open or ask.order.same else ask.order
        asks[-1] = replace(ask, items=items, order=order, text=f"{last.text} {ask.text}")
        return
    if w.MAKE_IT.search(sentence) and last is not None and last.kind in ("cancel", "return"):
        asks[-1] = replace(last, kind=ask.kind)  # "Oh wait, I've received them, so make it a return"
        return
    asks.append(ask)


def _goes_on(ask: Ask, asked: Ask) -> bool:
    """Whether a change is for what was asked after just before, if there is one."""
    own = {item.name for item in ask.items if item.name}
    return w.IS_THERE.search(asked.text) is not None and own <= {item.name for item in asked.items}


def _says_no_more(ask: Ask) -> bool:
    """ "Swap it, same card", after what it shall become."""
    return bool(ask.items) and all(
        not item.name and not w.PAYMENT.sub("", item.wanted).strip(" ,.;!") for item in ask.items
    )


def _in_context(ask: Ask, order: OrderRef, mentioned: tuple[Item, ...]) -> Ask:
    """An ask that says "it" means what was spoken of just before it."""
    if ask.order.is_open and not order.is_open:
        ask = replace(ask, order=order)
    if mentioned and ask.kind not in ("address", "profile_address", "payment", "handoff"):
        if ask.items and not ask.items[0].name:
            ask = replace(
                ask,
                items=tuple(
                    one
                    if one.name
                    else replace(one, name=mentioned[0].name, said=_said_now(one, mentioned[0], ask.text))
                    for one in ask.items
                ),
            )
        elif not ask.items and not ask.everything and (ask.kind in _OF_WHAT_WAS_SAID or w.PRONOUN.search(ask.text)):
            ask = replace(ask, items=tuple(replace(one, said=_said_now(one, one, ask.text)) for one in mentioned))
        elif not ask.items and ask.kind == "swap" and len(mentioned) == 1:  # "Headphones, navy. Swap."
            ask = replace(ask, items=(replace(mentioned[0], wanted=f"{mentioned[0].said} {ask.text}", said=""),))
    if mentioned and ask.kind in ("address", "payment") and _is_unnamed(ask.order):
        ask = replace(ask, order=replace(ask.order, holds=mentioned))
    return replace(ask, near=mentioned)


def _said_now(one: Item, before: Item, text: str) -> str:
    """The words for a thing spoken of before; "it" of two that are alike is one of them."""
    said = said_of(one, before)
    return w.SEVERAL.sub("the", said) if w.JUST_IT.search(text) and not w.SEVERAL.search(text) else said


def _told_more(ask: Ask, sentence: str, order: OrderRef, payment: PayRef | None, goods: tuple[str, ...]) -> Ask:
    if (
        payment
        and ask.kind in ("return", "swap", "payment", "lookup")
        and (ask.payment is None or not w.PREFERS.search(sentence))
    ):
        ask = replace(ask, payment=payment)
    if ask.order.is_open and not order.is_open:
        ask = replace(ask, order=order)
    elif order.state and not ask.order.state and not ask.order.ids:
        ask = replace(ask, order=replace(ask.order, state=order.state))
    if ask.kind in ("address", "payment") and _is_unnamed(ask.order) and (held := _first_named(sentence, goods)):
        ask = replace(ask, order=replace(ask.order, holds=held))
    if not ask.items and not ask.everything and ask.kind in ("swap", "return"):
        ask = replace(ask, items=items_in(sentence, ask.kind, goods)[0])
    elif ask.kind == "return" and w.ALSO_THAT.match(sentence):
        ask = replace(ask, items=(*ask.items, *items_in(sentence, ask.kind, goods)[0]))
    elif ask.kind == "swap":
        ask = replace(ask, items=(*ask.items, *listed(sentence, goods)))
    return replace(ask, text=f"{ask.text} {sentence}")


def _with_payments(asks: Sequence[Ask], payment: PayRef | None) -> Iterable[Ask]:
    """An ask without its own payment takes the next one's: "return A, exchange B, gift card for both"."""
    later, asked = payment, None
    done: list[Ask] = []
    for ask in reversed(asks):
        if ask.kind in ("return", "swap"):
            if ask.payment is None:
                ask = replace(ask, payment=later)
            later = ask.payment or later
        elif ask.kind == "payment" and ask.payment is None:  # "not my gift card. Can it go on my Visa?"
            ask = replace(ask, payment=later or asked)
        asked = ask.payment if ask.kind == "lookup" else asked
        done.append(ask)
    return reversed(done)


def _details(text: str) -> dict[str, str]:
    """In whose name an invoice is to be, the day of a visit, and where to call."""
    title, day, phone = w.INVOICE_TITLE.search(text), w.VISIT_DAY.search(text), w.CALL.search(text)
    called = {"phone": phone["phone"]} if phone else {}
    return (
        called
        | ({"title": title["title"].strip()} if title else {})
        | ({"day": day[0].removeprefix("on ")} if day else {})
    )


def _with_addresses(asks: Iterable[Ask]) -> list[Ask]:
    """An ask to send something "there, too" takes the address that was written out before it."""
    done: list[Ask] = []
    told = ""
    for ask in map(_of_profile, asks):
        if ask.kind in ("address", "profile_address"):
            if speaks_of_one(ask.text):
                told = ask.text
            elif told and w.THERE.search(ask.text):
                ask = replace(ask, text=f"{told} {ask.text}")
        done.append(ask)
    return done


def _of_profile(ask: Ask) -> Ask:
    """An address that is written out for "my profile" is the customer's own."""
    own = ask.kind == "address" and ask.order.is_open and w.ON_PROFILE.search(ask.text) is not None
    return replace(ask, kind="profile_address") if own and speaks_of_one(ask.text) else ask


def _with_details(ask: Ask, text: str) -> Ask:
    return replace(ask, details=_details(text)) if ask.kind in ("invoice", "visit") else ask


_OF_WHAT_WAS_SAID = ("return", "urge", "invoice", "visit", "price_protect", "cashback")
_NUMBERS = {word: n for n, word in enumerate("six seven eight nine ten eleven twelve".split(), 6)}
_MAY_IT = re.compile(
    r"\W*(?:(?:oh|hmm|ok|and|also|actually)\W+)*(?:can|could|may) (?:that|it|this|you|we|i)\b", re.IGNORECASE
)
_BIG_NUMBER = re.compile(rf"\b(?:{'|'.join(_NUMBERS)})\b(?! (?:days|weeks|of|times|o'clock))", re.IGNORECASE)
_TENTATIVE = ("cancel", "return", "swap", "address")


# --- what is to be done ---------------------------------------------------------------------------------------------


def topics_in(piece: str) -> tuple[Topic, ...]:
    """What of the customer's own standing with the shop a piece asks for."""
    topics: tuple[tuple[Topic, re.Pattern[str]], ...] = (("points", w.POINTS), ("member", w.MEMBER))
    return tuple(topic for topic, asked in topics if asked.search(piece))


def kind_of(piece: str) -> Kind:
    """What one piece of a sentence asks for."""
    said = w.NEGATED.sub(" ", piece)
    if w.HANDOFF.search(said):
        return "handoff"
    if topics_in(said):
        return "lookup"
    if w.JUST_CHECKING.search(said):
        return "lookup"
    if w.TOLD.search(said) and not w.ACTION_REQUEST.search(said):
        return "lookup"
    if (w.WRITTEN_ADDRESS.search(said) or speaks_of_one(said)) and not w.PROFILE_ADDRESS.search(said):
        return "address"
    question = w.QUESTION.search(said) is not None and not w.POLITE.search(said)
    if w.PROFILE_ADDRESS.search(said) and not question:
        return "profile_address" if not w.TO_PROFILE.search(said) else "address"
    paid = payment_in(said) is not None and "address" not in said.lower()
    if w.ADDRESS.search(said) and not (question or paid or w.NO_ADDRESS.search(said) or w.UNWANTED.search(said)):
        return "address"
    if w.PAY_CHANGE.search(said) and not question:
        return "payment"
    if question and not w.ACTION_REQUEST.search(said):
        return "lookup"
    for kind, pattern in w.VERBS:
        if pattern.search(said):
            return kind
    return "lookup" if w.LOOKUP.search(said) else "nothing"


def _answer(text: str) -> tuple[Literal["yes", "no", ""], bool]:
    """(yes or no, whether a yes is none yet: "if it's free")."""
    if yes := w.YES.match(text):
        rest = w.SETTLED.sub(" ", text[yes.end() :])
        return "yes", w.HANGS.search(rest) is not None
    if w.NO.match(text):
        return "no", False
    return "", False


def _against(sentence: str, goods: tuple[str, ...]) -> list[Ask]:
    """What is not to be done: "no to the bottle", "but not the mug"."""
    found = []
    for match in w.AGAINST.finditer(sentence):
        items = tuple(Item("|".join(names), match["what"]) for _, _, names in named(match["what"], goods)[:1])
        found += [Ask("nothing", match[0], items=items)] if items else []
    return found


def _is_unnamed(order: OrderRef) -> bool:
    """Whether no more than its state is told of an order."""
    return replace(order, state="").is_open


def _says_which(text: str, goods: tuple[str, ...], number: re.Pattern[str]) -> bool:
    return bool(number.search(text) or named(text, goods))


def _first_named(text: str, goods: tuple[str, ...]) -> tuple[Item, ...]:
    places = named(text, goods)
    return (Item("|".join(places[0][2]), text[opening_of(text, 0, places[0][0]) : places[0][1]]),) if places else ()


def _typed_email(text: str) -> str:
    """An address for e-mail that is typed with blanks or dictated: "ann at example dot com"."""

    def typed(match: re.Match[str]) -> str:
        said = re.sub(r"\s*[(\[]?\bdot\b[)\]]?\s*", ".", match[0], flags=re.IGNORECASE)
        return re.sub(r"\s*(?:@|[(\[]at[)\]]|\bat\b)\s*", "@", said, flags=re.IGNORECASE)

    return w.SPOKEN_EMAIL.sub(typed, text)


def _people(text: str) -> tuple[str, ...]:
    """Names of people a text may give: two capitalised words, or what is said to be one."""
    found = dict.fromkeys(f"{a} {b}" for a, b in w.NAME.findall(text))
    for match in w.SAID_NAME.finditer(text):
        found[re.sub(r"(?<![A-Za-z])[a-z]", lambda letter: letter[0].upper(), match["name"] or match["bare"])] = None
    return tuple(found)


def _codes(text: str) -> tuple[str, ...]:
    """Postal codes a text may give, as they are written: "LS1 4DY"."""
    return (*w.ZIP.findall(text), *(f"{a} {b}".upper() for a, b in w.POSTCODE.findall(text)))


def payment_in(text: str) -> PayRef | None:
    """The way of paying a text names last, by itself or as the one that was used."""
    found: PayRef | None = None
    for match in w.PAYMENT.finditer(text):
        if w.NOT_THIS.search(text[max(0, match.start() - 24) : match.start()]):
            continue
        if match["original"]:
            found = PayRef(original=True)
        elif match["gift"]:
            found = PayRef("gift_card")
        elif match["paypal"]:
            found = PayRef("paypal")
        else:
            brand = (match["brand"] or "").lower().replace("master card", "mastercard")
            found = PayRef("credit_card", {"amex": "american express"}.get(brand, brand), match["last4"] or "")
    return found

"""The address and the phone number that a Chinese message asks a parcel to be sent to."""

import re

from assistant.service.understand import chinese_words as w

_WITH_PHONE = re.compile(r"[，,]?(?:电话|手机|联系).{0,8}1\d{10}.*")
_BEFORE_PLACE = re.compile(  # "送到我公司:…"; 成都 is a place
    r"^(?:现在(?:住)?(?:在|是)?|其实是|应该是|新的?是|为|成(?![都武安县华])|到|是|送到?|寄到?|发到?|[换改](?:到|成(?![都武安县华])|为|至))*(?:我?(?:的)?(?:公司|家里?|单位|新家|老家|学校|宿舍)(?:的)?(?:地址)?[:：是在]+)?"
)
_NOT_THE_OLD = re.compile(r"[,，]?(?:而)?(?:不是|不要|别).*$")
# "改成家里行不": no place yet.
_NOWHERE = re.compile(
    "(?:我们?|[他她]们?)?的?(?:(?:[一-龥]{0,5}家|公司|单位|学校|宿舍|别的?地方|别处)(?:里|那边|那里|那儿|这边)?|[一-龥]{1,5}那(?:里|儿|边))"
    "(?:去)?(?:行|可以|能|成|好)?(?:不行|[不吗么呗吧嘛没啊哈])*"
)
_PIECE = re.compile(r"[^，,；;\n]+")


def address_in(said: str) -> dict[str, str]:
    """`address` and `phone`, each where a message tells it."""
    found: dict[str, str] = {}
    phone = w.PHONE_NEW.search(said) or w.PHONE.search(said)
    if phone:
        found["phone"] = phone["phone"] if "phone" in phone.re.groupindex else phone[0]
    for match in w.ADDRESS_TO.finditer(said):
        text = place_of((match["address"] or match["address2"] or "").strip())
        if text and not _NOWHERE.fullmatch(text) and not _only_a_number(text) and re.search(r"[一-龥]{2}", text):
            found["address"] = text
            break
    if "address" not in found and (meant := w.ADDRESS_MEANT.search(said)):
        found["address"] = place_of(_NOT_THE_OLD.sub("", meant["address"] or meant["address3"]))
    if "address" not in found and (plain := w.ADDRESS_PLAIN.search(said)):
        found["address"] = place_of(plain["address"].split(" ")[0])
    return found


def _only_a_number(text: str) -> bool:
    """ "换成我的138…": whose number it is, is no place."""
    number = re.fullmatch(r"(?P<whose>[一-龥]{0,6})1\d{10}.*", text)
    return number is not None and w.PLACE_WORD.search(number["whose"]) is None


def place_of(text: str) -> str:
    """What of a text is an address: its pieces from the first that looks like one, as long as they do; all where none
    does."""
    text = _BEFORE_PLACE.sub("", _WITH_PHONE.sub("", text))
    pieces = list(_PIECE.finditer(text))
    like = [_looks_like_a_place(piece[0]) for piece in pieces]
    if any(like):
        first = like.index(True)
        last = next((at for at in range(first, len(like)) if not like[at]), len(like)) - 1
        text = _BEFORE_PLACE.sub("", text[pieces[first].start() : pieces[last].end()])
    return w.ADDRESS_END.sub("", text).strip(' ，,"“”')


def _looks_like_a_place(text: str) -> bool:
    return w.PLACE_WORD.search(text) is not None and w.NO_PLACE.search(text) is None

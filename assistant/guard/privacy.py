"""Personal data masked before any model call, log or analytics, and put back for the shopper's own eyes."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from assistant.guard.openings import compile_quick
from knowledge.sieve import Sieve
from knowledge.text import normalise

Kind = Literal["phone", "id", "card", "email", "address", "plate", "name", "account"]


@dataclass(frozen=True, slots=True)
class Personal:
    """Characters `start:end` of the text are personal data."""

    start: int
    end: int
    kind: Kind


MARK = re.compile(r"\[(?:PHONE|ID|CARD|EMAIL|ADDRESS|PLATE|NAME|ACCOUNT)(?:_\d+)?\]", re.I)
# Written out so that collectors don't find it: john (at) example (dot) com, lily#example.com, john at example dot com.
_VEILED_DOT = r"(?:\s?[(\[（]\s?(?:dot|\.|点)\s?[)\]）]\s?|\sdot\s|\.)"
_VEILED_HOST = (
    rf"[a-z0-9-]+(?:{_VEILED_DOT}[a-z0-9-]+)*?{_VEILED_DOT}(?:com|cn|net|org|edu|io|me|uk|de|fr|example)(?![a-z0-9])"
)
_VEILED_EMAIL = re.compile(
    rf"(?<![a-z0-9._%+-])[a-z0-9._%+-]{{1,40}}(?:\s?[(\[（]\s?(?:at|@|圈a)\s?[)\]）]\s?|#|\s?@\s?){_VEILED_HOST}"
)
_SPELLED_EMAIL = re.compile(
    rf"(?<![a-z0-9._%+-])[a-z0-9._%+-]{{1,40}}\sat\s(?=[a-z0-9-]+\s?(?:dot\b|[(\[])){_VEILED_HOST}"
)
_EMAIL = re.compile(r"[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}")
_ID_18 = re.compile(r"(?<![\da-z])\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dx](?![\da-z])")
_CN_MOBILE = re.compile(r"(?<![\d.])(?:(?:\+|00)?86[ -]?)?1[3-9]\d[ .-]?\d{4}[ .-]?\d{4}(?!\.?\d)")
_SAID = "零〇一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖"
_SPOKEN_MOBILE = re.compile(
    rf"(?<![{_SAID}\d])[一幺壹1][\s-]?[三四五六七八九叁肆伍陆柒捌玖3-9](?:[\s-]?[{_SAID}\d]){{9}}(?![{_SAID}\d])"
)
_CN_LANDLINE = re.compile(r"(?<![\d-])(?:[(（]0\d{2,3}[)）][ -]?|0\d{2,3}[ -])\d{7,8}(?:-\d{1,5})?(?![\d-])")
_SERVICE_LINE = re.compile(r"(?<!\d)(?:400|800)[ -]?\d{3}[ -]?\d{4}(?!\d)")  # a firm's number is not personal
_INTERNATIONAL = re.compile(r"(?<![\d+])\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,4}(?:[ .-]?\d{2,4}){2,4}(?!\d)")
_US_PHONE = re.compile(r"(?<![\d-])\(?[2-9]\d{2}\)?[ .-][2-9]\d{2}[ .-]\d{4}(?![\d-])")
_CARD = re.compile(r"(?<![\d-])(?:\d{4}[ -]){3}\d{1,7}(?:[ -]\d{1,4})?(?![\d-])|(?<![\da-z-])\d{13,19}(?![\da-z])")
_CARD_LABEL = compile_quick(
    r"(?:银行)?卡号?|账号|账户|\bcard\b|\baccount\b|\bdebit\b|\bcredit\b|\bvisa\b|master ?card|银联"
)
# In the same clause, and no word for a telephone after it: "订单的联系电话 138…" is one.
_NO_CALL = r"(?:(?!电话|手机|联系|[打拨]|call|phone|tel|mobile|reach|text)[^\d，。！？；,!?;])"
_ORDER_LABEL = re.compile(
    rf"(?:订单|运单|快递单|物流|单号|流水){_NO_CALL}{{0,6}}$|\b(?:order|tracking|invoice|parcel)\b{_NO_CALL}{{0,12}}$"
)
_PLATE = re.compile(
    r"(?:(?<![\u4e00-\u9fff])|(?<=[牌号是为开源]))[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
    r"[a-hj-np-z][·. ]?[a-hj-np-z0-9]{4,5}[a-hj-np-z0-9挂学警港澳](?![a-z0-9])"
)
_ACCOUNT = compile_quick(
    r"(?:微信(?:同?号)?|wechat(?: id)?|weixin|\bvx|\bwx|[我加]v信?|qq(?:号码?)?|whatsapp|telegram|line id|instagram"
    r"|(?:支付宝|抖音|快手|微博|小红书|淘宝)账?号)\s?(?:(?:是|为|is|:|：)\s?(?P<told>@?[a-z0-9._-]{5,24})"
    r"|(?P<value>@?(?=[a-z]*[\d._-])[a-z0-9._-]{5,24}))"
)
_ID_15 = re.compile(r"(?<![\da-z])[1-6]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?![\da-z])")
_ID_LABEL = re.compile(r"(?:身份证|证件)\D{0,6}$")  # those of 15 digits have no checksum
_ID_SPACED = re.compile(r"(?<![\da-z])\d{6} \d{4} ?\d{4} \d{3}[\dx](?![\da-z])")
_IBAN = re.compile(r"(?<![a-z0-9])[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,3})?(?![a-z0-9])")
_SSN = re.compile(
    r"(?:\bssn|social security(?: (?:no\.?|number))?)\s?(?:is|:|#)?\s?(?P<value>\d{3}[- ]?\d{2}[- ]?\d{4})(?!\d)"
)
_PO_BOX = re.compile(r"\bp\.?\s?o\.? ?box \d{1,6}\b")
_PASSPORT = re.compile(
    r"(?:护照号?码?|passport(?: (?:no\.?|number))?)\s?(?:是|为|is|:|：)?\s?(?P<value>[a-z]{1,2}\d{7,8})(?!\d)"
)
_SURNAMES = (
    "欧阳|司马|上官|诸葛|司徒|慕容|皇甫|夏侯|东方|令狐|尉迟|公孙|[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹"
    "彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵"
    "钱严覃武戴莫孔向汤温康施牛樊葛邢齐乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂苗"
    "盛曲翁骆蓝路靳管柴蒙鲍华喻祁蒲房滕屈饶牟艾阳穆农司卓古吉缪简车项麦褚娄窦戚岑景费卜冷晏席柏瞿佟臧苟邬卞姬仇栾隋商沙荣巫寇桑"
    "郎甄仲虞敖巩苑邝]"
)
_NAME_ZH = re.compile(
    r"(?:姓名|收件人|收货人|联系人|真实姓名|持卡人|寄件人|户名|我叫|名字叫|名字是|本人叫|我是(?=[\u4e00-\u9fff]{2,4}[，,]))"
    rf"\s?(?:是|为|叫|:|：)?\s?(?P<value>(?:{_SURNAMES})[\u4e00-\u9fff]{{1,2}}?)"
    r"(?=[，。,.!！；;、\s\d\[]|$|手机|电话|地址|住|的|想|要|身份证|先生|女士)"
)
_NAME_EN = compile_quick(
    r"(?:(?:[Ff]ull |[Mm]y )?[Nn]ame(?: is|['’]s|:)|I['’]m called|[Rr]ecipient(?: is|:)|[Cc]onsignee:?|[Cc]ardholder:?"
    r"|[Ss]hip(?:ped)? to:|[Aa]ttn:?)\s+(?!United|New|Hong|South|North|Great|The\b)"
    r"(?P<value>[A-Z][A-Za-z'’-]+(?:\s+[A-Z](?:[A-Za-z'’-]+|\.)){0,2})"
)
_REGION = r"(?:[\u4e00-\u9fff]{2,7}?(?:省|自治区|特别行政区)|北京市?|上海市?|天津市?|重庆市?)?"
_ADDRESS_ZH = re.compile(
    rf"{_REGION}(?:[\u4e00-\u9fff]{{2,7}}?(?:市|州|盟|地区))?(?:[\u4e00-\u9fff]{{1,8}}?(?:区|县|旗|镇|乡))?"
    r"[\u4e00-\u9fff0-9a-z]{1,14}?(?:路|街|道|巷|弄|胡同|大道|村|小区|花园|公寓|大厦|广场|苑|园|社区)"
    r"(?:[\u4e00-\u9fff0-9a-z]{0,8}?)(?:\d{1,5}[-\d]{0,6}\s?(?:号楼|号院|号|弄|栋|幢|座|室"
    r"|单元|楼|层))(?:[\d一-鿿a-z#-]{0,16}?(?:号楼|号|栋|幢|座|单元|室|楼|层"
    r"|房))*(?:\d{2,5}(?!\d|元|块|件))?"
)
_ADDRESS_LABEL = re.compile(
    r"(?:收货地址|收件地址|地址|住址|寄到|送到|住在)\s?(?:是|为|:|：|改成"
    r"|改为)?\s?(?P<value>[\u4e00-\u9fff0-9a-z#-]{6,50})"
)
_ADDRESS_LEAD = re.compile(
    r"[\u4e00-\u9fff]{0,6}?(?:地址|寄到|送到|住在|收货|改成|改为|发到|是|在|到)+(?=[\u4e00-\u9fff]{2})"
)
_PLACE_WORD = re.compile(r"[省市区县镇路街道巷弄村号栋楼室]")
# A street has a capital letter: "5 star court" and "the 750 ml flask suits road trips" are no addresses.
_ADDRESS_EN = re.compile(
    r"\b\d{1,6}\s+(?:[A-Z0-9][A-Za-z0-9.'’-]*\s+){1,4}(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr"
    r"|Court|Ct|Way|Place|Pl|Terrace|Parkway|Pkwy|STREET|AVENUE|ROAD|LANE|DRIVE)\b\.?(?: (?:NW|NE|SW|SE)\b)?"
    r"(?:,?\s+(?:[Aa]pt|[Aa]partment|[Ss]uite|[Uu]nit|#)\.?\s*[\w-]+)?(?:,\s*[A-Z][A-Za-z .]*[A-Za-z]){0,2}"
    r"(?:,?\s+[A-Z]{2})?(?:\s+\d{5}(?:-\d{4})?)?"
)


def find_personal(text: str) -> list[Personal]:
    """Personal data in `text`, in order, not overlapping.

    Identity and bank card numbers count only when their checksums are right (bank cards also need a known beginning or
    a word such as 卡号), so order and tracking numbers stay readable.
    """
    normal = normalise(text)
    found: list[Personal] = []
    # The names and street addresses of English need capitals, which the normal form has not.
    for pattern, capital in _CAPITALS.fitting(text):
        found.extend(Personal(*_span(m), capital) for m in pattern.finditer(text))
    for kind, start, end in _in_normal(normal.text):
        if kind == "address":
            lead = _ADDRESS_LEAD.match(normal.text, start, end)
            start = lead.end() if lead else start
        found.append(Personal(*normal.span(start, end), kind))
    kept: list[Personal] = []
    for item in sorted(found, key=lambda p: (-(p.end - p.start), p.start)):
        if not any(k.start < item.end and item.start < k.end for k in kept):
            kept.append(item)
    return sorted(kept, key=lambda p: p.start)


def _span(match: re.Match[str]) -> tuple[int, int]:
    for name in match.re.groupindex:
        if match[name] is not None:
            return match.span(name)
    return match.span()


_SIMPLE: Sieve[Kind] = Sieve(
    (
        (_EMAIL, "email"),
        (_VEILED_EMAIL, "email"),
        (_SPELLED_EMAIL, "email"),
        (_PO_BOX, "address"),
        (_PLATE, "plate"),
        (_ACCOUNT, "account"),
        (_PASSPORT, "id"),
        (_NAME_ZH, "name"),
        (_ADDRESS_ZH, "address"),
    )
)
_CAPITALS: Sieve[Kind] = Sieve(((_NAME_EN, "name"), (_ADDRESS_EN, "address")))
_NUMBERS: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (_SSN, "id"),
    (_CN_LANDLINE, "phone"),
    (_INTERNATIONAL, "phone"),
    (_US_PHONE, "phone"),
)
_STRETCH = re.compile(rf"(?:[\d{_SAID}][\s.()（）-]{{0,2}}){{6}}")  # as many figures the shortest of these numbers has
_IBAN_HEAD = re.compile(r"\d\d(?<=[a-z]{2}..)")


def _in_normal(text: str) -> Iterator[tuple[Kind, int, int]]:
    for match in _IBAN.finditer(text) if _IBAN_HEAD.search(text) else ():
        if iban_is_valid(match[0]):
            yield "card", *match.span()
    for match in _ADDRESS_LABEL.finditer(text) if not text.isascii() else ():
        if len(_PLACE_WORD.findall(match["value"])) >= 2:
            yield "address", *match.span("value")
    long = _STRETCH.search(text) is not None
    firm = [m.span() for m in _SERVICE_LINE.finditer(text)] if long else []
    numbers = _NUMBERS if long else ()
    for pattern, kind in (*_SIMPLE.fitting(text), *numbers):
        for match in pattern.finditer(text):
            if not any(s <= match.start() < e for s, e in firm):
                yield kind, *_span(match)
    if long:
        yield from _long_numbers(text)


def _long_numbers(text: str) -> Iterator[tuple[Kind, int, int]]:
    for match in (*_CN_MOBILE.finditer(text), *_SPOKEN_MOBILE.finditer(text)):
        if not _ORDER_LABEL.search(text[max(0, match.start() - 16) : match.start()]):
            yield "phone", *match.span()
    for match in _ID_18.finditer(text):
        if id_number_is_valid(match[0]):
            yield "id", *match.span()
    for match in _ID_SPACED.finditer(text):
        if id_number_is_valid(match[0].replace(" ", "")):
            yield "id", *match.span()
    for match in _ID_15.finditer(text):
        if _ID_LABEL.search(text[max(0, match.start() - 10) : match.start()]):
            yield "id", *match.span()
    for match in _CARD.finditer(text):
        if _is_card(text, match):
            yield "card", *match.span()


def _is_card(text: str, match: re.Match[str]) -> bool:
    digits = re.sub(r"\D", "", match[0])
    if not 13 <= len(digits) <= 19 or not luhn_is_valid(digits):
        return False
    before = text[max(0, match.start() - 20) : match.start()]
    if _ORDER_LABEL.search(before):
        return False
    grouped = bool(re.search(r"[ -]", match[0]))
    known = digits.startswith(("62", "34", "37")) or bool(
        re.match(r"4\d{12}(?:\d{3})?$|5[1-5]\d{14}$|2[2-7]\d{14}$", digits)
    )
    return bool(_CARD_LABEL.search(before)) or (known and (grouped or len(digits) in (15, 16, 19)))


def id_number_is_valid(number: str) -> bool:
    """The checksum of a Chinese identity number of 18 characters (ISO 7064, MOD 11-2)."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], weights, strict=True))
    return "10x98765432"[total % 11] == number[17].lower()


def iban_is_valid(text: str) -> bool:
    """The checksum of an international account number (ISO 7064, MOD 97-10)."""
    bare = text.replace(" ", "").lower()
    return 15 <= len(bare) <= 34 and int("".join(str(int(char, 36)) for char in bare[4:] + bare[:4])) % 97 == 1


def luhn_is_valid(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


class Vault:
    """Masks the texts of one conversation and can put back what it masked; the same value gets the same mark."""

    def __init__(self) -> None:
        self._marks: dict[tuple[Kind, str], str] = {}
        self._values: dict[str, str] = {}

    def mask(self, text: str) -> str:
        """`text` with personal data as [PHONE_1], [ADDRESS_1], …"""
        return _replaced(text, self._mark)

    def restore(self, text: str) -> str:
        """The marks of this vault turned back; unknown marks stay. Only for the eyes of the shopper they belong to."""
        return MARK.sub(lambda match: self._values.get(match[0].upper(), match[0]), text)

    def _mark(self, kind: Kind, value: str) -> str:
        key = (kind, re.sub(r"[\s-]", "", value))
        mark = self._marks.get(key)
        if mark is None:
            number = sum(known == kind for known, _ in self._marks) + 1
            mark = self._marks[key] = f"[{kind.upper()}_{number}]"
            self._values[mark] = value
        return mark


def mask(text: str) -> str:
    """`text` with personal data replaced by [PHONE], [ID], …, for good: what logs and models get to see."""
    return _replaced(text, lambda kind, _: f"[{kind.upper()}]")


def _replaced(text: str, mark: Callable[[Kind, str], str]) -> str:
    out, place = [], 0
    for item in find_personal(text):
        out += [text[place : item.start], mark(item.kind, text[item.start : item.end])]
        place = item.end
    return "".join(out) + text[place:]

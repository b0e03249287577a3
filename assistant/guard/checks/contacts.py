"""Links, phone numbers and other ways out of the shop: only those the facts hold."""

import re
from collections.abc import Iterable

from assistant.guard.claims import Finding, Reading
from assistant.guard.law import is_denied
from assistant.guard.openings import compile_quick
from assistant.guard.privacy import find_personal
from assistant.guard.sheet import squeeze
from knowledge.sieve import Sieve

_ENDS = (
    "com|cn|net|org|shop|store|info|xyz|top|vip|io|co|cc|me|link|site|online|club|biz|app|ru|example|test|tk|ml|cf|gq"
    "|icu|fun|click|live|page|dev|ai|tv|ws|pw|gg|ly|us|uk|eu|de|fr|jp|kr|hk|tw|sg|in|buzz|cyou|mobi|asia|ltd|wang|ink"
)
_LINK = re.compile(
    r"(?:https?|ftp)://[^\s\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+|www\.[a-z0-9-]+(?:\.[a-z0-9-]+)+[^\s\u3400-\u9fff，。！？]*"
    rf"|(?<![a-z0-9@.-])[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.(?:{_ENDS})(?:/[^\s\u3400-\u9fff，。！？]*)?(?![a-z0-9])"
)
_SPACED_LINK = re.compile(
    r"(?<![a-z0-9])[a-z0-9-]{2,}\s?"
    r"(?:(?: [.。·]|\n[.。·])\s?|[。·]\s?|\s?[(\[（]?\s?(?:dot|点)\s?[)\]）]?\s?|\s?[(\[（]\.[)\]）]\s?)"
    r"(?:com?|cn|net|org|shop|store|xyz|top|vip|io|cc|me|link|site|online|club|example)(?![a-z0-9])"
    r"|(?<![a-z0-9@./-])[a-z0-9-]{1,30}\.[a-z]{2,4}/(?=[a-z0-9_-]*[a-z0-9])[a-z0-9_-]{3,}"  # a short link
)
_LEAD = compile_quick(  # ways out of the room that need no address
    r"(?:点|戳|看|进)(?:一下|击|开)?(?:我|主播|咱)(?:的)?(?:头像|主页)|点(?:击|开)?头像(?=$|[，。！进领加有看])"
    r"|加(?:一下|个|我|咱|主播|客服)?(?:的)?(?:微信|威信|薇信|微❤|vx?信?|wx|薇|扣扣|qq|企鹅|telegram|电报)(?![a-z])"
    r"|(?:微信|威信|薇信|v信|vx|wx)(?:号|群)?(?:是|为|:|：|加|搜)"
    r"|(?:加|进|入|拉你?进?)(?:我们?的?|咱们?的?|个|粉丝|福利|微信|qq|优惠)*群|群里(?:领|发)"
    r"|私(?:聊|信|我)(?:我|主播|一下)?(?:拿|领|要|给|发|低价|下单|转账|更)"
    r"|扫(?:一下|描|我)?(?:这个|下方|屏幕|二维)*码(?:加|进|领|关注|转|入)"
    r"|(?:直接)?(?:转账|打款|付款)(?:给|到)(?:我|主播|个人|这个)"
    r"|\b(?:dm|pm|inbox|whatsapp|telegram) (?:me|us)\b"
    r"|\b(?:message|text|call|ping) (?:me\b|us (?:on|at) |us for (?:an?|your) )"
    r"|\badd (?:me|us) on\b"
    r"|\b(?:my|our) (?:whatsapp|telegram|wechat|instagram|signal|line id|profile)\b|\btap my (?:avatar|profile)\b"
    r"|\b(?:telegram|whatsapp|wechat|instagram|insta|snapchat|signal)\s?(?:id)?\s?[:：@]"
    r"|\bscan (?:the|this|my) (?:qr )?code to (?:join|add|get|claim|pay)|\bjoin (?:our|my) (?:group|channel)\b"
    r"|\b(?:venmo|cash ?app|zelle|paypal) (?:me|it|the money)\b"
)
_ACCOUNT = re.compile(
    r"(?:加|搜|找)\s?(?:v|vx|wx|q)\s?[:：]?\s?[a-z0-9_-]{4,}|(?:(?<![a-z0-9._-])|[a-z0-9._-]{2,})@[a-z0-9_]{4,}"
)
_CONSIGNEE = re.compile(
    r"(?:收件人|收货人|寄件人|持卡人|户名|recipient|consignee|cardholder|shipp?(?:ed)? to)\W{0,3}(?:是|为|is)?\W{0,3}$"
)
_SERVICE_LINE = re.compile(r"(?<!\d)(?:400|800)[ -]?\d{3}[ -]?\d{4}(?!\d)")
_REASON = {
    "link": ("资料里没有这个链接", "the facts hold no such link"),
    "lead": ("不能把顾客引到店外的地方", "shoppers may not be led away to places the facts do not name"),
    "person": ("资料里没有这个联系方式或个人信息", "the facts hold no such contact or personal data"),
}
_PATTERNS = Sieve(
    ((_LINK, "link"), (_SPACED_LINK, "link"), (_SERVICE_LINE, "person"), (_ACCOUNT, "person"), (_LEAD, "lead"))
)


def check_contacts(reading: Reading) -> Iterable[Finding]:
    def is_known(said: str, *, prose: bool = False) -> bool:
        sheets = (reading.index.common, *map(reading.index.sheet, reading.index.products[:6]))
        return any(squeeze(said) in (sheet.text if prose else sheet.deliberate) for sheet in sheets)

    for pattern, kind in _PATTERNS.fitting(reading.text):
        for match in pattern.finditer(reading.text):
            if kind == "lead" and _is_warning(reading.text, *match.span()):
                continue
            if not is_known(match[0].rstrip(".,;!?")) and not reading.in_name(*match.span()):
                yield _finding(reading, match.start(), match.end(), kind)
    for item in find_personal(reading.text):
        # A description may say where something is made; whom to call, the shop says elsewhere.
        if item.kind == "name" and not _CONSIGNEE.search(reading.text[max(0, item.start - 12) : item.start]):
            continue  # "My name is" a host's or a brand's
        if not is_known(reading.text[item.start : item.end], prose=item.kind == "address"):
            yield _finding(reading, item.start, item.end, "person")


_WARNS = compile_quick(
    r"(?:别|不要|勿|不用|不需要?|不会|不能|谨防|小心|警惕|没有)[^，。！？,!?]{0,5}$"
    r"|(?:\bnever|\bnot|n['’]t|\bno need to|\bwithout)(?: [a-z]+){0,2} $"
)


def _is_warning(text: str, start: int, end: int) -> bool:
    return _WARNS.search(text[max(0, start - 30) : start]) is not None or is_denied(text, start, end)


def _finding(reading: Reading, start: int, end: int, kind: str) -> Finding:
    zh, en = _REASON[kind]
    return Finding(start, end, "unsupported", zh if reading.lang == "zh" else en, "contact")

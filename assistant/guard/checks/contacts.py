"""Links, phone numbers and other ways out of the shop: only those the facts hold."""

import re
from collections.abc import Iterable

from assistant.guard.claims import Finding, Reading
from assistant.guard.privacy import find_personal
from assistant.guard.sheet import squeeze

_LINK = re.compile(
    r"(?:https?|ftp)://[^\s\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+|www\.[a-z0-9-]+(?:\.[a-z0-9-]+)+[^\s\u3400-\u9fff，。！？]*"
    r"|(?<![a-z0-9@.-])[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.(?:com|cn|net|org|shop|store|info|xyz|top|vip|io|co|cc|me|link|site|online|club|biz|app|ru)(?:/[^\s\u3400-\u9fff，。！？]*)?(?![a-z0-9])"
)
_SERVICE_LINE = re.compile(r"(?<!\d)(?:400|800)[ -]?\d{3}[ -]?\d{4}(?!\d)")
_REASON = {
    "link": ("资料里没有这个链接", "the facts hold no such link"),
    "person": ("资料里没有这个联系方式或个人信息", "the facts hold no such contact or personal data"),
}


def check_contacts(reading: Reading) -> Iterable[Finding]:
    known = "\n".join(
        sheet.text for sheet in (reading.index.common, *map(reading.index.sheet, reading.index.products[:6]))
    )
    for pattern, kind in ((_LINK, "link"), (_SERVICE_LINE, "person")):
        for match in pattern.finditer(reading.text):
            if squeeze(match[0].rstrip(".,;!?")) not in known and not reading.in_name(*match.span()):
                yield _finding(reading, match.start(), match.end(), kind)
    for item in find_personal(reading.text):
        if item.kind in ("name",) or squeeze(reading.text[item.start : item.end]) in known:
            continue
        yield _finding(reading, item.start, item.end, "person")


def _finding(reading: Reading, start: int, end: int, kind: str) -> Finding:
    zh, en = _REASON[kind]
    return Finding(start, end, "unsupported", zh if reading.lang == "zh" else en, "contact")

"""Personal data never reaches a model, a log or a statistic."""

import re

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d)")
_ID_CARD = re.compile(r"(?<!\d)[1-9]\d{5}(?:19|20)\d{9}[\dXx](?!\d)")


def mask(text: str) -> str:
    """`text` with e-mail addresses, mobile numbers and identity numbers replaced by what they are."""
    text = _EMAIL.sub("[邮箱]", text)
    text = _ID_CARD.sub("[证件号]", text)
    return _MOBILE.sub("[手机号]", text)

"""The part of a Chinese address that is to be otherwise: "是120号不是100号", "应该是5单元"."""

import re

_PARTS = re.compile(r"(?P<n>\d+|[一二三四五六七八九十]+)(?P<of>号楼|号院|号|栋|幢|座|单元|楼|层|室|弄|巷)?")
_NOT = re.compile(
    r"(?:不是|而不是|不叫|别写|写成|填成)[^，,。是]*|[^，,。]{0,12}(?:写错|填错|错了|不对|打错)[^，,。]*?(?=[，,。]|是|$)"
)
_SAID = re.compile(r"(?P<n>\d+)(?P<of>号楼|号院|号|栋|幢|座|单元|楼|层|室|弄|巷)")
_BEFORE_WORDS = re.compile(r"[一-龥]*?(?:应该|应当|得)?(?:是|为|改成|改为|换成|成)")


def corrected_chinese(text: str, address: str) -> str:
    """`address` with the numbers that a text says are otherwise; empty where it says none that fits.

    Only a number with its word changes ("5单元" where a unit stands), and only where the text names no other place.
    """
    said = _NOT.sub(" ", text)
    found = list(_SAID.finditer(said))
    if not found or re.search(r"[省市区县镇路街道巷](?![一-龥]*(?:错|不对))", _BEFORE_WORDS.sub("", said)):
        return ""
    changed = address
    for match in found:
        places = [one for one in _PARTS.finditer(changed) if one["of"] == match["of"]]
        if len(places) != 1:
            return ""
        changed = changed[: places[0].start("n")] + match["n"] + changed[places[0].end("n") :]
    return changed if changed != address else ""

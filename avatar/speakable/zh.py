"""How a Chinese host says figures, prices, units, dates and model numbers."""

import re

from avatar.speakable.numerals import cardinal_zh, digits_zh, number_zh
from avatar.speakable.scan import Rule, rule

N = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
TO = r"\s?[-~～—–至到]{1,2}\s?"

UNITS = {
    "ml": "毫升", "l": "升", "cl": "厘升", "kg": "公斤", "g": "克", "mg": "毫克", "t": "吨", "lb": "磅", "oz": "盎司",
    "mm": "毫米", "cm": "厘米", "dm": "分米", "m": "米", "km": "公里", "in": "英寸", "inch": "英寸", "ft": "英尺",
    "㎡": "平方米", "m²": "平方米", "m2": "平方米", "m³": "立方米", "cm²": "平方厘米",
    "w": "瓦", "kw": "千瓦", "v": "伏", "a": "安", "ma": "毫安", "mah": "毫安时", "wh": "瓦时", "kwh": "千瓦时",
    "hz": "赫兹", "khz": "千赫", "mhz": "兆赫", "ghz": "吉赫兹", "db": "分贝", "lm": "流明",
    "°c": "摄氏度", "℃": "摄氏度", "°f": "华氏度", "℉": "华氏度", "°": "度",
    "kb": "K B", "mb": "兆", "gb": "G B", "tb": "T B", "mbps": "兆每秒", "rpm": "转每分钟",
    "km/h": "公里每小时", "m/s": "米每秒", "l/min": "升每分钟", "g/㎡": "克每平方米", "g/m²": "克每平方米",
    "pa": "帕", "kpa": "千帕", "mpa": "兆帕", "kcal": "千卡", "kj": "千焦", "min": "分钟", "h": "小时", "s": "秒",
    "pcs": "件", "d": "旦", "″": "英寸", '"': "英寸", "寸": "寸",
}  # fmt: skip
_UNIT = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
_UNIT = rf"(?:{_UNIT})(?![A-Za-z0-9])"
_CASED = {"M": "兆"}  # a capital that means something else than its small letter

MEASURES = (
    "个件条只双套款台瓶盒袋包张次天年人位种米斤块元升克支根片本把份层步杯碗颗粒枚对副箱罐桶卷块顶部辆间家倍秒"
    "分岁吨磅楼箱组样档口日周万千百"
)
_TWO_LIANG = rf"(?=[{MEASURES}]|小时|分钟|公斤|公里|毫升|厘米|星期|个月|套装|平方)"

CURRENCIES = {"¥": "元", "￥": "元", "rmb": "元", "cny": "元", "$": "美元", "us$": "美元", "€": "欧元", "£": "英镑"}
_SIGN = "|".join(re.escape(sign) for sign in sorted(CURRENCIES, key=len, reverse=True))


def _price(number: str, unit: str = "元") -> str:
    """19.9 → 十九块九, 19.95 → 十九块九毛五, 1,299.00 → 一千二百九十九元; foreign money keeps its decimals."""
    whole, _, fraction = number.replace(",", "").partition(".")
    fraction = fraction.rstrip("0")
    if not fraction:
        return cardinal_zh(int(whole), counting=True) + unit
    if unit != "元" or len(fraction) > 2 or whole == "0":
        return number_zh(f"{whole}.{fraction}") + unit
    yuan = cardinal_zh(int(whole), counting=True) + "块"
    jiao = digits_zh(fraction[0])
    return yuan + (
        jiao if len(fraction) == 1 else f"{jiao}毛{digits_zh(fraction[1])}" if jiao != "零" else digits_zh(fraction)
    )


def _signed_price(match: re.Match[str]) -> str:
    unit = CURRENCIES[match["sign"].lower()]
    scale = match["scale"] or ""
    if match["high"]:
        return f"{number_zh(match['low'])}到{_price(match['high'], unit)}"
    if scale:
        return number_zh(match["low"]) + scale + unit
    return _price(match["low"], unit)


def _unit_word(unit: str) -> str:
    return _CASED.get(unit) or UNITS[unit.lower()]


def _quantity(match: re.Match[str]) -> str:
    unit = _unit_word(match["unit"])
    minus = "零下" if match["minus"] and "度" in unit else "负" if match["minus"] else ""
    if match["high"]:
        return f"{minus}{number_zh(match['low'], counting=True)}到{number_zh(match['high'], counting=True)}{unit}"
    return minus + number_zh(match["low"], counting=True) + unit


def _date(match: re.Match[str]) -> str | None:
    month, day = int(match["month"]), int(match["day"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"{digits_zh(match['year'])}年{cardinal_zh(month)}月{cardinal_zh(day)}日"


def _time(match: re.Match[str]) -> str:
    hour, minute = int(match["hour"]), int(match["minute"])
    spoken = cardinal_zh(hour, counting=True) + "点"
    if minute == 30:
        return spoken + "半"
    if minute == 0:
        return spoken + "整"
    return spoken + ("零" if minute < 10 else "") + cardinal_zh(minute) + "分"


def _dimensions(match: re.Match[str]) -> str:
    spoken: list[str] = []
    for part in re.split(r"\s?[*×xX✕]\s?", match[0]):
        found = re.fullmatch(rf"({N})({_UNIT})?", part, re.IGNORECASE)
        if found is None:  # the pattern allows nothing else
            return " ".join(spoken)
        spoken.append(number_zh(found[1]) + (_unit_word(found[2]) if found[2] else ""))
    return "乘".join(spoken)


def _model_digits(digits: str) -> str:
    return digits_zh(digits) if len(digits) > 2 or digits.startswith("0") else cardinal_zh(int(digits))


def _letters(word: str) -> str:
    return " ".join(word) if word.isupper() and len(word) <= 4 else word


def _model(match: re.Match[str]) -> str:
    parts = re.findall(r"[A-Za-z]+|\d+(?:\.\d+)?", match[0])
    return " ".join(
        number_zh(part) if "." in part else _model_digits(part) if part[0].isdigit() else _letters(part)
        for part in parts
    )


def _long(match: re.Match[str]) -> str | None:
    return digits_zh(match[0]) if len(match[0]) > 8 or (match[0][0] == "0" and len(match[0]) > 1) else None


RULES: tuple[Rule, ...] = (
    rule(r"https?://\S+|www\.\S+", lambda m: "链接"),
    rule(r"[\w.+-]+@[\w-]+\.[\w.]+", lambda m: "邮箱"),
    rule(r"双\s?11|11\.11(?=大促|活动|狂欢|购物)", lambda m: "双十一"),
    rule(r"双\s?12", lambda m: "双十二"),
    rule(r"618(?=大促|活动|年中|狂欢|购物)", lambda m: "六幺八"),
    rule(r"(?P<year>(?:19|20)\d\d)[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})(?:日|(?!\d))", _date),
    rule(r"((?:19|20)\d\d)(?=年(?!质保|保修|以上)|款|版|新款)", lambda m: digits_zh(m[1])),
    rule(r"(?P<hour>[01]?\d|2[0-3])[:：](?P<minute>[0-5]\d)(?::[0-5]\d)?(?!\d)", _time),
    rule(r"1[3-9]\d{9}(?!\d)|400-?\d{3}-?\d{4}(?!\d)|0\d{2,3}-\d{7,8}(?!\d)", lambda m: digits_zh(m[0], phone=True)),
    rule(
        rf"(?P<sign>{_SIGN})\s?(?P<low>{N})(?:{TO}(?:{_SIGN})?(?P<high>{N}))?(?P<scale>[万亿])?\s?元?",
        _signed_price,
        stress=True,
    ),
    rule(rf"({N}){TO}({N})(?:元|块钱?)", lambda m: f"{number_zh(m[1])}到{_price(m[2])}", stress=True),
    rule(rf"({N})(?:元|块钱)(?!/)", lambda m: _price(m[1]), stress=True),
    rule(rf"({N})元/", lambda m: _price(m[1]) + "每", stress=True),
    rule(r"(\d)(\d)折", lambda m: digits_zh(m[1] + m[2]) + "折", stress=True),
    rule(rf"({N})折", lambda m: number_zh(m[1]) + "折", stress=True),
    rule(rf"({N})%?{TO}({N})%", lambda m: f"百分之{number_zh(m[1])}到百分之{number_zh(m[2])}"),
    rule(rf"({N})%", lambda m: "百分之" + ("百" if m[1] == "100" else number_zh(m[1]))),
    rule(r"(\d{3})L?(?=(?:食品级|医用级)?不锈钢|钢)", lambda m: digits_zh(m[1]) + (" L" if m[0][-1] in "lL" else "")),
    rule(r"([2-9])([KG])(?![A-Za-z0-9])", lambda m: f"{cardinal_zh(int(m[1]))}{m[2]}" if m[2].isupper() else None),
    rule(rf"(?:{N})(?:{_UNIT})?(?:\s?[*×xX✕]\s?(?:{N})(?:{_UNIT})?)+", _dimensions),
    rule(
        rf"(?:(?<![\w）)])(?P<minus>[-−]))?(?P<low>{N})(?:{TO}(?P<high>{N}))?\s?(?P<unit>{_UNIT})",
        _quantity,
    ),
    rule(rf"第({N})", lambda m: "第" + number_zh(m[1])),
    rule(r"(?<![A-Za-z])(?:[A-Za-z]+[- ]?\d+(?:\.\d+)?[A-Za-z]*|\d+[A-Za-z]+\d*)(?![A-Za-z0-9])", _model),
    rule(r"([1-9]\d?)/([1-9]\d?)(?!\d|/)", lambda m: f"{cardinal_zh(int(m[2]))}分之{cardinal_zh(int(m[1]))}"),
    rule(r"\d+", _long),
    rule(
        rf"({N}){TO}({N}){_TWO_LIANG}",
        lambda m: f"{number_zh(m[1], counting=True)}到{number_zh(m[2], counting=True)}",
    ),
    rule(rf"({N}){TO}({N})(?=\D|$)", lambda m: f"{number_zh(m[1])}到{number_zh(m[2])}"),
    rule(rf"({N}){_TWO_LIANG}", lambda m: number_zh(m[1], counting=True)),
    rule(rf"(?<![\w）)])[-−]({N})", lambda m: "负" + number_zh(m[1])),
    rule(N, lambda m: number_zh(m[0])),
    rule(r"(?<=[\w元])/(?=[件个只双套瓶盒袋斤天次月年人])", lambda m: "每"),
    rule(r"(?<=\w)\s?\+\s?(?=\w)", lambda m: "加"),
    rule(r"(?<=\w)\s?&\s?(?=\w)", lambda m: "和"),
    rule(r"≥|>=", lambda m: "大于等于"),
    rule(r"≤|<=", lambda m: "小于等于"),
    rule(r"±", lambda m: "正负"),
    rule(r"[×✕]", lambda m: "乘"),
    rule(r"=", lambda m: "等于"),
    rule(r"(?<![A-Za-z])[A-Z]{2,4}(?![A-Za-z])", lambda m: _letters(m[0]) if m[0].isupper() else None),
)

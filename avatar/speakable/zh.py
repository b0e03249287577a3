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
    "pcs": "件", "d": "旦", "ppm": "P P M", "fps": "帧", "w/m": "瓦每米", "lux": "勒克斯",
    "″": "英寸", '"': "英寸", "寸": "寸",
}  # fmt: skip
_UNIT = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
_UNIT = rf"(?:{_UNIT})(?![A-Za-z0-9])"
_CASED = {"M": "兆"}  # a capital that means something else than its small letter

MEASURES = (
    "个件条只双套款台瓶盒袋包张次天年人位种米斤块元升克支根片本把份层步杯碗颗粒枚对副箱罐桶卷顶部辆间家倍秒"
    "分岁吨磅组样档口日周万千百匹厅室房成排列扇滴勺团处项串捆幅批顿餐架场期朵盆株管提板头尾晚圈遍趟面毛角"
)
_MEASURE = "[包瓶盒袋支片件个条只双套罐桶卷箱份枚粒]"
_TWO_LIANG = rf"(?=[{MEASURES}]|点(?![零一二三四五六七八九\d])|小时|分钟|公斤|公里|毫升|厘米|星期|个月|套装|平方)"

CURRENCIES = {
    "¥": "元",
    "￥": "元",
    "rmb": "元",
    "cny": "元",
    "$": "美元",
    "us$": "美元",
    "€": "欧元",
    "£": "英镑",
    "hk$": "港币",
    "nt$": "新台币",
    "a$": "澳元",
    "c$": "加元",
    "₩": "韩元",
    "jp¥": "日元",
}
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


def _span(match: re.Match[str]) -> str:
    """-10℃-40℃: each end with its own sign and unit."""
    low = _measured(match["minus"], match["low"], match["first"])
    return f"{low}到{_measured(match['below'], match['high'], match['unit'])}"


def _measured(minus: str | None, number: str, written: str) -> str:
    unit = _unit_word(written)
    sign = "" if not minus else "零下" if "度" in unit else "负"
    return sign + number_zh(number, counting=True) + unit


def _date(match: re.Match[str]) -> str | None:
    month, day = int(match["month"]), int(match["day"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"{digits_zh(match['year'])}年{cardinal_zh(month)}月{cardinal_zh(day)}日"


def _month_day(match: re.Match[str]) -> str | None:
    month, day = int(match["month"]), int(match["day"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"{cardinal_zh(month)}月{cardinal_zh(day)}{match['word']}"


def _time(match: re.Match[str]) -> str:
    spoken = _clock(match["hour"], match["minute"], exact=not match["until"])
    return spoken + ("到" + _clock(match["until"], match["then"], exact=False) if match["until"] else "")


def _clock(at_hour: str, at_minute: str, *, exact: bool) -> str:
    """`exact`: a full hour is said to be one."""
    hour, minute = int(at_hour), int(at_minute)
    spoken = cardinal_zh(hour, counting=True) + "点"
    if minute == 30:
        return spoken + "半"
    if minute == 0:
        return spoken + ("整" if exact else "")
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


def _fraction(match: re.Match[str]) -> str | None:
    top, bottom = int(match[1]), int(match[2])
    return f"{cardinal_zh(bottom)}分之{cardinal_zh(top)}" if top < bottom else None


def _ratio(match: re.Match[str]) -> str:
    return "比".join(number_zh(part) for part in re.split(r"\s?[:：]\s?", match[0]))


def _storage(match: re.Match[str]) -> str | None:
    return f"{cardinal_zh(int(match[1]))}{match[2]}" if match[2].isupper() else None


def _more_than(match: re.Match[str]) -> str:
    scale = "万" if match[2] and match[2] in "wW万" else match[2] or ""
    return number_zh(match[1], counting=bool(scale)) + scale + ("多" if match[3] else "加")


def _sizes(match: re.Match[str]) -> str:
    said = (
        "".join(f"{digits_zh(char)} " if char.isdigit() else f"{char} " for char in size) for size in _ends(match[0])
    )
    return "到".join(size.strip() for size in said)


def _ends(text: str) -> list[str]:
    return re.split(r"\s?[-~～—–至到]\s?", text.upper())


def _long(match: re.Match[str]) -> str | None:
    return digits_zh(match[0]) if len(match[0]) > 8 or (match[0][0] == "0" and len(match[0]) > 1) else None


_HALVES = {"½": "二分之一", "¼": "四分之一", "¾": "四分之三", "⅓": "三分之一", "⅔": "三分之二"}
_SIZE = r"[2-6]?X{0,4}[SL]|M"
_CALLED = "|".join(
    f"(?<={word}{colon})"
    for word in "电话 热线 拨打 致电 货号 编号 款号 型号 单号 尾号 暗号 口令".split()
    for colon in ("", "：", ":", "是")
)  # fmt: skip
_WORDS = frozenset("OK TOP NEW HOT SALE PRO MAX MINI PLUS AIR LOVE BUY GO NO YES SEE".split())  # capitals, yet words


def _capitals(match: re.Match[str]) -> str | None:
    return _letters(match[0]) if match[0].isupper() and match[0] not in _WORDS else None


RULES: tuple[Rule, ...] = (
    rule(r"(?:https?://|www\.)[!-~]+", lambda m: "链接"),
    rule(
        r"(?<![A-Za-z0-9@.-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|cn|net|org|shop)(?![a-z])(?:/[!-~]*)?",
        lambda m: "链接",
    ),
    rule(r"(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.]+", lambda m: "邮箱"),
    rule(r"双\s?11|11\.11(?=大促|活动|狂欢|购物)", lambda m: "双十一"),
    rule(r"双\s?12", lambda m: "双十二"),
    rule(r"6\.?18(?=大促|活动|年中|狂欢|购物)", lambda m: "六幺八"),
    rule(r"12\.12(?=大促|活动|狂欢|购物)", lambda m: "双十二"),
    rule(r"3\.8(?=节|女神|大促|女王|活动)", lambda m: "三八"),
    rule(r"3\.?15(?=晚会|活动|维权|消费者)", lambda m: "三幺五"),
    rule(r"(?:(?<=[^\d])|^)([6-9]0|00|[089]5)(?=后(?![天来面续期半]))", lambda m: digits_zh(m[1])),
    rule(r"(?<=[扣打刷])(\d)\1{1,7}(?!\d|折)", lambda m: digits_zh(m[0])),
    rule(rf"(?:{_CALLED})\s?\d{{3,8}}(?!\d|-\d)", lambda m: digits_zh(m[0], phone=True)),
    rule(r"3M(?=胶|口罩|净|耳塞|魔|无痕|双面)", lambda m: "三 M"),
    rule(r"(\d{4})(?=铝合金|铝镁|铝材)|(\d{3,4})(?=室(?!\d))", lambda m: digits_zh(m[0])),
    rule(r"N9([59])", lambda m: "N 九" + digits_zh(m[1])),
    rule(r"IP([0-6]\d)(?!\d)", lambda m: "I P " + digits_zh(m[1])),
    rule(r"(?<![A-Za-z])PA(\+{2,4})", lambda m: f"P A {cardinal_zh(len(m[1]))}个加"),
    rule(r"(?<![A-Za-z])TOP\s?(\d+)", lambda m: "top " + number_zh(m[1])),
    rule(r"(?<![A-Za-z])no\.\s?(\d+)", lambda m: "第" + number_zh(m[1])),
    rule(r"(925|990|999|950|750)(?=足?[金银]|纯银|铂|黄金)", lambda m: digits_zh(m[1])),
    rule(r"([3-9])D(?![A-Za-z0-9])", lambda m: f"{cardinal_zh(int(m[1]))} D"),
    rule(r"([2-6])(A{1,3})(?=级|景)", lambda m: f"{cardinal_zh(int(m[1]))}{m[2]}"),
    rule(r"(4|6|8|12|16|18|24|32|64|128|256|512)(G)(?:B)?(?![A-Za-z])", _storage),
    rule(r"([1248])(T)(?=硬盘|固态|存储|版|内存|空间|大)", _storage),
    rule(r"(\d{3})/(\d{2,3})([ABCY])(?![A-Za-z])", lambda m: f"{digits_zh(m[1])} {digits_zh(m[2])} {m[3].upper()}"),
    rule(r"(?<!\d)(\d)v(\d)(?!\d)", lambda m: f"{digits_zh(m[1])}对{digits_zh(m[2])}"),
    rule(
        r"(\d{1,2})h(\d{1,2})m(?:in)?(?![A-Za-z])",
        lambda m: f"{cardinal_zh(int(m[1]), counting=True)}小时{cardinal_zh(int(m[2]), counting=True)}分钟",
    ),
    rule(rf"({N})([wW万千])?\+(?=([个件条只双套款瓶盒袋包张次天年人位种份家单好])|(?![\w+]))", _more_than),
    rule(rf"满\s?({N})\s?[-—–]\s?({N})(?![\d件])", lambda m: f"满{number_zh(m[1])}减{number_zh(m[2])}", stress=True),
    rule(
        r"(\d{1,3})\.(\d)(?=包邮|秒杀|一件|一斤|任选|带走|拿走)",
        lambda m: f"{cardinal_zh(int(m[1]), counting=True)}块{digits_zh(m[2])}",
        stress=True,
    ),
    rule(rf"(?<![A-Za-z])(?:{_SIZE})\s?[-~～—–至到]\s?(?:{_SIZE})(?![A-Za-z])", _sizes),
    rule(r"((?:19|20)\d\d)\s?[-到至~]\s?((?:19|20)\d\d)(?=年)", lambda m: f"{digits_zh(m[1])}到{digits_zh(m[2])}"),
    rule(r"(?P<year>(?:19|20)\d\d)[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})(?:日|(?!\d))", _date),
    rule(r"(?<!\d)(?P<month>\d{1,2})月(?P<day>\d{1,2})(?P<word>[日号])", _month_day),
    rule(
        r"(?<!\d)(?P<month>1[0-2]|[1-9])/(?P<day>[12]\d|3[01])(?P<word>)(?=开售|开播|发货|当天|晚|起|号|前|之前|截止|上新)",
        lambda m: (
            f"{cardinal_zh(int(m['month']))}月{cardinal_zh(int(m['day']))}"
            + ("" if m.string[m.end() : m.end() + 1] == "号" else "号")
        ),
    ),
    rule(
        r"((?:19|20)\d\d)(?=年(?!质保|保修|以上)|款|版|新款|[春夏秋冬])",
        lambda m: digits_zh(m[1]),
    ),
    rule(r"(?:16|21)[:：](?:9|10)(?![\d])|9[:：]16(?=竖|画|比|屏|的)", _ratio),
    rule(rf"(?:(?<=比例)|(?<=稀释)|(?<=按)|(?<=勾兑)|(?<=配比))\s?(?:{N})\s?[:：]\s?(?:{N})", _ratio),
    rule(r"(?<!\d)\d{1,4}[:：]\d{1,4}(?=稀释|兑水|比例|的比例|复刻|还原|勾兑|配比)", _ratio),
    rule(
        r"(?<!\d)(?P<hour>[01]?\d|2[0-3])[:：](?P<minute>[0-5]\d)(?::[0-5]\d)?(?!\d)"
        r"(?:\s?[-~～—–至到]{1,2}\s?(?P<until>[01]?\d|2[0-4])[:：](?P<then>[0-5]\d)(?!\d))?",
        _time,
    ),
    rule(r"(?<![\d:：])\d{1,3}[:：]\d{1,3}(?![\d:：])", _ratio),
    rule(r"1[3-9]\d{9}(?!\d)|400-?\d{3}-?\d{4}(?!\d)|0\d{2,3}-\d{7,8}(?!\d)", lambda m: digits_zh(m[0], phone=True)),
    rule(
        rf"(?P<sign>{_SIGN})\s?(?P<low>{N})(?:{TO}(?:{_SIGN})?(?P<high>{N}))?(?P<scale>[万亿])?\s?元?",
        _signed_price,
        stress=True,
    ),
    rule(rf"({N}){TO}({N})(?:元|块钱?)", lambda m: f"{number_zh(m[1])}到{_price(m[2])}", stress=True),
    rule(rf"({N})(?:元|块钱)(?!/)", lambda m: _price(m[1]), stress=True),
    rule(rf"({N})元/({_UNIT})?", lambda m: _price(m[1]) + "每" + (_unit_word(m[2]) if m[2] else ""), stress=True),
    rule(r"(\d)(\d)折", lambda m: digits_zh(m[1] + m[2]) + "折", stress=True),
    rule(rf"({N})折", lambda m: number_zh(m[1]) + "折", stress=True),
    rule(rf"({N})%?{TO}({N})%", lambda m: f"百分之{number_zh(m[1])}到百分之{number_zh(m[2])}"),
    rule(
        rf"(?:(?<![\w）)])([-−]))?({N})%",
        lambda m: ("负" if m[1] else "") + "百分之" + ("百" if m[2] == "100" else number_zh(m[2])),
    ),
    rule(r"(\d{3})L?(?=(?:食品级|医用级)?不锈钢|钢)", lambda m: digits_zh(m[1]) + (" L" if m[0][-1] in "lL" else "")),
    rule(r"([2-9])([KG])(?![A-Za-z0-9])", lambda m: f"{cardinal_zh(int(m[1]))}{m[2]}" if m[2].isupper() else None),
    rule(rf"(?:{N})(?:{_UNIT})?(?:\s?[*×xX✕]\s?(?:{N})(?:{_UNIT})?(?![\d.]|{_MEASURE}))+", _dimensions),
    rule(
        rf"(?:(?<![A-Za-z0-9）)])(?P<minus>[-−]))?(?P<low>{N})\s?(?P<first>{_UNIT})\s?[-~～—–至到]\s?"
        rf"(?P<below>[-−])?(?P<high>{N})\s?(?P<unit>{_UNIT})",
        _span,
    ),
    rule(
        rf"(?:(?<![A-Za-z0-9）)])(?P<minus>[-−]))?(?P<low>{N})(?:{TO}(?P<high>{N}))?\s?(?P<unit>{_UNIT})",
        _quantity,
    ),
    rule(rf"第({N})", lambda m: "第" + number_zh(m[1])),
    rule(r"(?<![A-Za-z])(?:[A-Za-z]+[- ]?\d+(?:\.\d+)?[A-Za-z]*|\d+[A-Za-z]+\d*)(?![A-Za-z0-9])", _model),
    rule(r"(?<!\d)([1-9]\d?)/([1-9]\d?)(?!\d|/)", _fraction),
    rule(r"(\d*)([½¼¾⅓⅔])", lambda m: (cardinal_zh(int(m[1])) + "又" if m[1] else "") + _HALVES[m[2]]),
    rule(r"[①-⑩]", lambda m: cardinal_zh(ord(m[0]) - 0x245F) + "，"),
    rule(r"\d+", _long),
    rule(
        rf"({N}){TO}({N}){_TWO_LIANG}",
        lambda m: f"{number_zh(m[1], counting=True)}到{number_zh(m[2], counting=True)}",
    ),
    rule(rf"({N}){TO}({N})(?=\D|$)", lambda m: f"{number_zh(m[1])}到{number_zh(m[2])}"),
    rule(rf"({N}){_TWO_LIANG}", lambda m: number_zh(m[1], counting=True)),
    rule(rf"(?<![\w）)])[-−]({N})", lambda m: "负" + number_zh(m[1])),
    rule(N, lambda m: number_zh(m[0])),
    rule(r"(?<=[\w元])/(?=[件个只双套瓶盒袋斤天次月年人组包箱条支片块米罐份张位分日周晚克])", lambda m: "每"),
    rule(r"(?<=\w)\s?\+\s?(?=\w)", lambda m: "加"),
    rule(r"(?<=\d)\+(?![\w+])", lambda m: "加"),
    rule(r"(?<=\w)\s?&\s?(?=\w)", lambda m: "和"),
    rule(r"≥|>=", lambda m: "大于等于"),
    rule(r"≤|<=", lambda m: "小于等于"),
    rule(r"±", lambda m: "正负"),
    rule(rf"(?<=\w)\s?[×✕*]\s?({N}){_TWO_LIANG}", lambda m: "乘" + number_zh(m[1], counting=True)),
    rule(r"<(?=\s?\d)", lambda m: "小于"),
    rule(r">(?=\s?\d)", lambda m: "大于"),
    rule(r"[×✕]|(?<=\w)\s?\*\s?(?=\d)", lambda m: "乘"),
    rule(r"=", lambda m: "等于"),
    rule(r"(?<![A-Za-z])[A-Z]{2,4}(?![A-Za-z])", _capitals),
)

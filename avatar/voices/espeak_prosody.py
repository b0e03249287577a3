"""What espeak-ng is told besides the words: which prices to dwell on, where to rise, and how its dictionary errs."""

import re
from dataclasses import dataclass
from html import escape

from avatar.voice import Lang

# Words that espeak's Mandarin dictionary misreads: characters of the right sound in their place. Found by holding its
# readings of 7,000 words of shop talk against a pinyin dictionary.
_READINGS = {
    "便宜": "骈宜", "褪": "退", "曝光": "报光", "藏青": "葬青", "店长": "店掌", "长高": "掌高", "似的": "是的",
    "地垫": "弟垫", "地暖": "弟暖", "几点": "挤点", "供应商": "供映商", "种草": "众草", "洗发": "洗珐", "护发": "护珐",
    "短发": "短珐", "生发": "生珐", "发型": "珐型", "发箍": "珐箍", "卷发": "锩珐", "划痕": "画痕", "倒计时": "到计时",
    "柚木": "油木", "称手": "趁手", "系鞋带": "记鞋带", "系绳": "记绳", "盛饭": "成饭", "尽早": "紧早", "抹布": "妈布",
    "绗缝": "航逢", "角色": "绝色", "调温": "条温", "钻戒": "攥戒", "削皮": "消皮", "剥壳": "包壳", "相册": "象册",
    "杉木": "沙木", "还款": "环款", "还钱": "环钱", "还清": "环清", "还货": "环货",
    "倒车": "到车", "应季": "映季", "应景": "映景", "种菜": "众菜", "行货": "航货", "重启": "虫启", "重播": "虫播",
    "长个": "掌个",
    "长痘": "掌痘", "占地": "占弟", "扫地": "扫弟", "洗地": "洗弟", "拖地": "拖弟", "产地": "产弟", "场地": "场弟",
    "基地": "基弟",
    "这儿": "这里", "那儿": "那里", "哪儿": "哪里", "今儿": "今天", "明儿": "明天",
}  # fmt: skip
# Words with 儿 that it spells in English instead of speaking them: "one point two four five".
_BARE_ER = "(?<=[点事活花头份个块会])儿|(?<=玩意)儿"
_NAMES = {
    "xiaomi": "shau-mee", "huawei": "hwah-way", "qipao": "chee-pow", "guangzhou": "gwang-joe", "hanfu": "han-foo",
    "shenzhen": "shun-jun", "oppo": "oppoh", "jingdong": "jing-dong", "douyin": "doh-yin", "yixing": "ee-shing",
}  # fmt: skip
_READ: dict[Lang, re.Pattern[str]] = {
    "zh": re.compile("|".join([*sorted(_READINGS, key=len, reverse=True), _BARE_ER])),
    "en": re.compile(rf"\b(?:{'|'.join(_NAMES)})\b", re.IGNORECASE),
}

_ZH_NUMBER = "[零一二两三四五六七八九十百千万亿点]+"
_EN_NUMBER = (
    "(?:(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    "seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|point)"
    "[ -])+"
)
_PRICES: dict[Lang, re.Pattern[str]] = {
    "zh": re.compile(
        rf"{_ZH_NUMBER}(?:块{_ZH_NUMBER}(?:毛{_ZH_NUMBER})?|块|元|美元|欧元|英镑)|{_ZH_NUMBER}折|百分之{_ZH_NUMBER}"
    ),
    "en": re.compile(
        rf"\b{_EN_NUMBER}(?:dollars?|yuan|euros?|pounds?|cents?|pence|percent)\b"
        rf"(?: and {_EN_NUMBER}(?:cents?|penny|pence)\b)?"
    ),
}
_ASKED = re.compile(r"[㐀-鿿]{1,2}(?=[？?])")  # English questions rise by themselves
_DWELL = '<prosody rate="87%" pitch="+7%">'
_RISE = '<prosody pitch="+14%">'
_END = "</prosody>"


@dataclass(frozen=True, slots=True)
class Marked:
    """SSML, and for each of its characters where that stands in the text it was made of."""

    ssml: str
    origin: tuple[int, ...]

    def at(self, position: int) -> int:
        return self.origin[min(max(position, 0), len(self.origin) - 1)]


def marked(text: str, lang: Lang) -> Marked:
    spans = [(match.span(), _DWELL) for match in _PRICES[lang].finditer(text)]
    if lang == "zh":
        dwelt = [span for span, _ in spans]
        spans += [
            (match.span(), _RISE)
            for match in _ASKED.finditer(text)
            if all(match.end() <= low or match.start() >= high for low, high in dwelt)
        ]
    opens, closes = {span[0]: tag for span, tag in spans}, {span[1] for span, _ in spans}
    read = _instead(text, lang)
    written: list[str] = []
    origin: list[int] = []
    for index, char in [*enumerate(read), (len(text), "")]:
        tags = (_END if index in closes else "") + opens.get(index, "")
        piece = tags + escape(char, quote=False)
        written.append(piece)
        origin += [min(index, len(text) - 1)] * len(piece)
    head, tail = "<speak>", "</speak>"
    whole = (0,) * len(head) + tuple(origin) + (max(0, len(text) - 1),) * len(tail)
    return Marked(head + "".join(written) + tail, whole)


def _instead(text: str, lang: Lang) -> list[str]:
    """What is read at each character of `text`: itself, another, several, or nothing."""
    read = list(text)
    for match in _READ[lang].finditer(text):
        said = _READINGS.get(match[0], "") if lang == "zh" else _NAMES[match[0].lower()]
        size = match.end() - match.start()
        same = [*said] if len(said) == size else [said, *[""] * (size - 1)]
        read[match.start() : match.end()] = same
    return read

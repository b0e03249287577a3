"""Words that only look like a claim about the product: another thing, another shop, time gone by, a way of speaking.

Found in what shoppers and merchants really write. Each pattern covers the words a finding may lie on; what stands
around them tells that they are about something else.
"""

import re
from dataclasses import replace

from assistant.guard.claims import Finding, Reading
from knowledge.sieve import Sieve

_N = r"[\d.零〇一二两三四五六七八九十百千半几]+"
_ABOUT_ELSE = Sieve(
    (re.compile(words), None)
    for words in (
        # pieces and shapes, not yuan
        r"(?<=[大小厚薄长宽])一块(?![零钱\d])|[一两几]?(?:小|大|整)块|买了[两二三四五2-5]块(?!钱)",
        r"对折(?=起来|一下|叠|放|好|后)",
        r"一两(?=[百千万])",
        # sets that are bought or used along with it
        r"(?:和|跟|配上?|搭配?|买了?|[棉绒])[三四五六七]件套|^[三四五六七]件套(?=[，、])|\d+(?=[三四五六七]件套)",
        # beds and people
        rf"(?:放在|铺在|宿舍|家里|对于|单人床，?){_N}(?:米|m)(?:{_N})?(?:的?床)?|身为{_N}斤",
        # time gone by
        rf"{_N}(?:年|个?月|天|周)前|到现在有?{_N}天|已经{_N}(?:天|年|个?月)了|(?:到货|收到货?)的?当天",
        r"今天(?:刚|才|就)?收到|今天就到了|隔天就到了",
        rf"比{_N}元的?那[款个]",
        r"十二分(?=好评|满意|用心|感谢|地)",
        # opinions and comparisons
        r"有?点[大小](?=[，。！]|了|$)",
        r"(?:摸着|摸起来|看着|看起来|穿着|盖着|感觉|触感|手感|质感|好|就|很|有点)[就很有点好]*(?:像|如|似|媲美|堪比)[^，。！？]{1,10}",
        r"(?:和|跟|与|像)[^，。！？]{1,10}?的?(?=(?:没有?|有)[^，。！？]{0,6}区别|一样|似的|差不多)",
        # other words with the same letters
        r"支持(?=严选|国货|你们|咱|店家|老店|主播|一下)[^，。！？]*|防尘(?=[袋套罩])|水洗(?=棉)|熨烫一下",
        r"触摸(?=[到感着时])|伸缩(?=性)|感应(?=该)|[网裤衣肚围]兜|兜(?=[里住风底圈])",
        r"手工(?=[很真也还非常挺]*(?:不错|好|精细|细致?|差|一般|粗糙?))|手工(?=[皂艺费坊])",
        # what people do with it, feel in it, and how it travels
        r"(?:自己|自个儿?|妈妈?|婆婆|奶奶)(?:给|帮[我忙])?手工",
        r"(?:睡|盖|穿|捂|浑身|身上|手|脚)[着得上]?发热",
        r"折起来(?=[相当很挺有点真特别]*[重沉厚])",
        r"(?:[单双三多]|[一二两四五\d]+)层(?=的?(?:快递)?(?:包装|纸箱|塑料|气泡))",
        r"(?:下载|打开|逛|把|在)(?:这个|严选的?|你们的?)?app(?!里?(?:控制|操作|设置|调))",
        r"(?:本来|原本|原来|之前)(?:是)?想要?买[^。！？]{0,14}(?:没货|缺货|断货|卖完|售罄)了?",
        # English
        r"\b(?:a|an|one|two|three|[\d.]+) (?:day|week|month|year)s? ago\b",
        r"\b(?:arrived|came|got here|received it|got it) (?:today|yesterday)\b",
    )
)
_OTHER_SHOP = re.compile(
    r"(?:考拉|京东|淘宝|天猫|拼多多|外面|市面上|别家|别的店|实体店|专柜|超市)[^，。！？]{0,14}$"
    r"|\b(?:on amazon|on ebay|elsewhere|other (?:shops|stores)|competitors?)\b[^.!?]{0,30}$"
)
_NO_PRICE = re.compile(
    r"(?:补贴|返现?|抽|赢|赠|送|奖|抵|捐)[了个]?(?:至高|高达|最高)?$"
    r"|\b(?:donat\w+|subsid\w+|cashback of|win|refund of) (?:up to )?$"
)
_A_CARD = re.compile(r"^(?:元|块)?(?:e卡|礼券|代金券|购物卡|红包)")
_PLAIN = re.compile(r"100%|纯|全")
_EACH = re.compile(r"一个.{0,12}[，,]\s?(?:一个|另一)|\bone is\b.{0,30}\bthe other\b")  # of two products
_PART = re.compile(r"面料|被面|外层|里料|外壳|内胆|表面|填充|内芯|里面")


def about_the_product(reading: Reading, finding: Finding) -> Finding | None:
    """`finding`, if it is about the product; without what it would put there where that would be false."""
    for pattern, _ in _ABOUT_ELSE.fitting(reading.text):
        for found in pattern.finditer(reading.text):
            if found.start() < finding.end and finding.start < found.end():
                return None
    said = reading.text[finding.start : finding.end]
    if finding.label != "contradicted" or finding.replacement is None:
        return finding
    if finding.field in ("material", "filling", "weight") and _is_made_of(reading, finding, said):
        return None
    before, after = reading.text[max(0, finding.start - 24) : finding.start], reading.text[finding.end :]
    if _OTHER_SHOP.search(before) or _NO_PRICE.search(before) or _A_CARD.search(after):
        return replace(finding, replacement=None)  # ours in its place would be another lie
    return finding


def _is_made_of(reading: Reading, finding: Finding, said: str) -> bool:
    """Whether a material stands in another of the product's facts, and the sentence doesn't say which part it means."""
    stuff = _PLAIN.sub("", said)
    if len(stuff) < 2 or re.search(r"\d", stuff) or _PART.search(reading.clause_text(finding.start)):
        return False
    sheets = reading.sheets_at(finding.start)
    if _EACH.search(reading.text):
        sheets = [reading.index.sheet(one) for one in reading.about if one in reading.index.known]
    facts = "\n".join(sheet.text for sheet in sheets).replace("绵", "棉")
    return stuff in facts

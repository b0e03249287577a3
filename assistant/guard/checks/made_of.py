"""What a product is said to be made of, in words no lexicon lists: 牛角做的, "carved out of jade"."""

import re
from collections.abc import Iterable

from assistant.guard.checks.belongings import may_be_judged
from assistant.guard.checks.parts import entries_of, in_language, part_at
from assistant.guard.claims import Finding, Reading
from assistant.guard.sheet import squeeze
from assistant.guard.words import frames, words
from knowledge.lexical import stem
from knowledge.sieve import Sifted
from knowledge.text import normalise

_REASON = {
    "zh": ("材质与资料不符", "资料里没有写这种材质"),
    "en": ("the facts name another material", "the facts name no such material"),
}
_FRAME_ZH = frames()["made_of_zh"]
_FRAME_EN = Sifted(frames()["made_of_en"])
_CUT_EN = frames()["rest_en"]
_ABSTRACT_EN = frames()["abstract_en"]
_NO_STUFF_EN = frames()["no_stuff_en"]
_PURE_EN = re.compile(
    r"^(?:(?:an?|the|some|only|solid|pure|real|genuine|actual|natural|one|single|\d+ ?%|piece of|block of) )+"
)
# What the material of the whole says nothing of.
_PART = re.compile(
    r"盖|柄|把手|提手|底|内胆|壳|里料|内衬|扣|拉链|腿|脚|框|芯|帽|带"
    r"|\b(?:lid|cap|handle|base|bottom|sole|lining|liner|shell|strap|band|buckle|zip(?:per)?|legs?|feet|frame|core|cover)\b"
)
_WORD_EN = re.compile(r"[a-z0-9]+(?:['-][a-z0-9]+)*")
_LONGEST = 32  # characters of a fact that can stand in place of a word


def check_made_of(reading: Reading) -> Iterable[Finding]:
    for match in _FRAME_ZH.finditer(reading.text) if "zh" in reading.scripts else ():
        if _is_judged_here(reading, match, match["what"]) and not _is_stuff_of(reading, match, match["what"]):
            yield _finding(reading, match, match.end("what"))
    for match in _FRAME_EN.finditer(reading.text) if reading.lang == "en" else ():
        what = _CUT_EN.sub("", match["what"]).rstrip()
        content = _WORD_EN.findall(_PURE_EN.sub("", what))
        if not content or _ABSTRACT_EN.fullmatch(content[-1]) or _NO_STUFF_EN.fullmatch(content[-1]):
            continue
        if _is_judged_here(reading, match, what) and not _is_stuff_of(reading, match, content[-1]):
            yield _finding(reading, match, match.start("what") + len(what))


def _is_stuff_of(reading: Reading, match: re.Match[str], noun: str) -> bool:
    """Whether the product's facts mention the material, its colours aside: what is gold in colour is not of gold."""
    entries = [e for e in reading.sheets_at(match.start())[0].entries if e.key != "color" and e.fact.kind != "option"]
    if noun.isascii():
        told = (
            word for e in entries for word in _WORD_EN.findall(normalise(f"{e.fact.attribute} {e.fact.value}").text)
        )
        return stem(noun) in {stem(part) for word in told for part in (word, *word.split("-"))}
    if len(noun) == 1:  # 金 also stands in 金额
        entries = entries_of(reading.sheets_at(match.start())[0], "material")
    return any(squeeze(noun) in e.squeezed for e in entries)


def _is_judged_here(reading: Reading, match: re.Match[str], what: str) -> bool:
    """Whether no other check knows the material: of 羊驼毛 the lexicon knows 驼毛 only."""
    known = any(kind == "material" and not start for start, _, (kind, _) in words().values.find(what))
    return not known and may_be_judged(reading, match)


def _finding(reading: Reading, match: re.Match[str], end: int) -> Finding:
    sheet = reading.sheets_at(match.start())[0]
    false, silent = _REASON[reading.lang]
    start = match.start("pure") if match["pure"] else match.start("what")
    part = part_at(reading, sheet, match.start("what"))
    true = [part[0]] if part is not None else in_language(reading, entries_of(sheet, "material"))
    if not true:
        return Finding(match.start(), end, "unsupported", silent, "material")
    value = part[1] if part is not None else true[0].fact.value.strip()
    fits = len(value) <= _LONGEST and value.isascii() == (reading.lang == "en")
    fits = fits and (part is not None or not _PART.search(reading.text, reading.clause_at(start).start, start))
    return Finding(
        start, end, "contradicted", false, "material", replacement=value if fits else None, evidence=(true[0].fact,)
    )

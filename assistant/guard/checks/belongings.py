"""What a product is said to have or to hold, in words no lexicon lists: the facts must mention it.

A frame ("comes with …", 自带…) opens the claim, its noun is what must be backed: by the same word anywhere in the
product's facts or the shop's, by a word that means the same, or as a feature that the facts state under another name.
"""

import re
from collections.abc import Iterable

from assistant.guard.checks.features import stated
from assistant.guard.checks.subjects import is_about_product, is_only_asked
from assistant.guard.claims import Finding, Reading
from assistant.guard.law import is_denied
from assistant.guard.sheet import Sheet, squeeze
from assistant.guard.words import feature_words, frames, words
from knowledge.lexical import stem
from knowledge.sieve import Sieve
from knowledge.text import normalise
from knowledge.thesaurus import default_thesaurus

_SILENT = {"zh": "资料里没有写这一项", "en": "the facts say nothing of this"}

# --- Chinese ---------------------------------------------------------------------------------------------------------

# The first is said of goods alone: whatever noun follows is a claim. The second also of much else: only a noun for a
# thing makes a claim of it.
_FRAMES_ZH = Sieve(((frames()["has_zh"], True), (frames()["may_have_zh"], False)))
_THING_ZH = frames()["thing_zh"]
_NOT_THING_ZH = frames()["no_thing_zh"]
_COUNT_ZH = frames()["counted_zh"]
_CUT_ZH = frames()["rest_zh"]
_LIST_ZH = re.compile(r"、|和|与|以及|还有|跟")
_STOP_ZH = re.compile(r"的|了|着|小|大|新|一|个|是|有|款")

# --- English ---------------------------------------------------------------------------------------------------------

_FRAMES_EN = Sieve((frames()[name], None) for name in ("comes_with_en", "has_en", "there_is_en"))
_BARE_EN = re.compile(r"^(?:has|have)$")
_CUT_EN = frames()["rest_en"]
_ABSTRACT_EN = frames()["abstract_en"]
_SMALL_EN = frames()["small_en"]
_WORD_EN = re.compile(r"[a-z0-9]+(?:['-][a-z0-9]+)*")


def check_belongings(reading: Reading) -> Iterable[Finding]:
    for frame, strong in _FRAMES_ZH.fitting(reading.text) if "zh" in reading.scripts else ():
        for match in frame.finditer(reading.text):
            if may_be_judged(reading, match):
                yield from _chinese(reading, match, strong)
    if "zh" in reading.scripts:
        yield from _places(reading)
    if "en" in reading.scripts and reading.lang == "en":
        for frame, _ in _FRAMES_EN.fitting(reading.text):
            for match in frame.finditer(reading.text):
                if may_be_judged(reading, match):
                    yield from _english(reading, match)


def may_be_judged(reading: Reading, match: re.Match[str]) -> bool:
    """Whether a match of a frame is a claim about one product; `what` is what must be backed."""
    start, end = match.span()
    if any(m.start < end and match.start("what") <= m.start and m.quantity.unit.id for m in reading.mentions):
        return False  # a figure, judged as one
    if reading.in_name(*match.span("what")) and reading.in_name(end - 1, end):
        return False
    if is_only_asked(reading, start, match.start("what")) or reading.is_quoted(start, end):
        return False
    if is_denied(reading.text, match.start("what"), end) or is_denied(reading.text, start, end):
        return False
    return len(reading.sheets_at(start)) == 1 and is_about_product(reading, start)


def _finding(reading: Reading, start: int, end: int) -> Finding:
    return Finding(start, end, "unsupported", _SILENT[reading.lang], "contents")


def _chinese(reading: Reading, match: re.Match[str], strong: bool) -> Iterable[Finding]:
    sheet = reading.sheets_at(match.start())[0]
    whole = match["what"]
    what = _CUT_ZH.sub("", whole)
    place = match.start("what")
    bad: list[tuple[int, int]] = []
    pieces = [p for p in _LIST_ZH.split(what) if p]
    for piece in pieces:
        start = reading.text.find(piece, place)
        core = _COUNT_ZH.sub("", piece).removesuffix("的")
        head = core.rpartition("的")[2] or core
        if not strong and (not _THING_ZH.search(head) or _NOT_THING_ZH.search(core)):
            continue
        if strong and (_NOT_THING_ZH.search(core) or len(head) < 2 or not _is_noun(reading, core)):
            continue
        if not _is_backed_zh(reading, sheet, core, head):
            bad.append((start, start + len(piece)))
    if not bad:
        return
    if len(bad) < len(pieces) and len(pieces) > 1:
        yield from _without(reading, bad)
    else:
        yield _finding(reading, match.start(), match.start("what") + len(what))


_JOINT = re.compile(r"(?:、|和|与|以及|还有|跟|,? and(?: also)?|,|，| plus)\s?$")


def _without(reading: Reading, bad: list[tuple[int, int]]) -> Iterable[Finding]:
    """Of a list some hold: only the others leave it, each with its joint."""
    for start, end in bad:
        joint = _JOINT.search(reading.text, 0, start)
        after = re.compile(r"\s?(?:、|和|与|以及|还有|跟|,? and |, )").match(reading.text, end)
        if joint:
            start = joint.start()
        elif after:
            end = after.end()
        yield Finding(start, end, "unsupported", _SILENT[reading.lang], "contents", replacement="")


def _is_noun(reading: Reading, core: str) -> bool:
    """Whether the piece may name a thing: words of opinion and of quantity do not."""
    return re.search(r"^(?:心|情|爱|好|真|最|更|满满|十足|一致|不错|上乘)|[很太真好棒美]$", core) is None


def _is_backed_zh(reading: Reading, sheet: Sheet, core: str, head: str) -> bool:
    texts = (sheet.text, reading.index.common.text)
    said = squeeze(core)
    if any(said in text for text in texts):
        return True
    if _by_feature(sheet, core):
        return True
    plain = _STOP_ZH.sub("", squeeze(head)) or squeeze(head)
    if len(plain) == 1:
        return any(plain in text for text in texts)
    for mention in default_thesaurus().find(core):
        if mention.end == len(core) and any(
            squeeze(word) in text for word in default_thesaurus().widened(mention.word) for text in texts
        ):
            return True
    pairs = [plain[i : i + 2] for i in range(len(plain) - 1)]
    return pairs[-1] in "\n".join(texts) and sum(p in t for p in pairs for t in texts[:1]) >= 0.5 * len(pairs)


def _by_feature(sheet: Sheet, text: str) -> bool:
    known = stated(sheet)
    return any(known.get(feature.id, ([], []))[0] for _, _, (feature, _) in feature_words().find(text))


def _english(reading: Reading, match: re.Match[str]) -> Iterable[Finding]:
    sheet = reading.sheets_at(match.start())[0]
    what = _CUT_EN.sub("", match["what"])
    bad: list[tuple[int, int]] = []
    place = match.start("what")
    pieces = [p for p in re.split(r" and | plus |, ", what) if p.strip()]
    judged = 0
    for piece in pieces:
        start = reading.text.find(piece, place)
        named = _WORD_EN.findall(piece)
        content = [word for word in named if not _SMALL_EN.fullmatch(word)]
        if not content or _ABSTRACT_EN.fullmatch(content[-1]) or named[0] in ("no", "not", "nothing", "been", "never"):
            continue
        if content[-1].endswith(("ed", "ly", "ing", "ful", "ous")) and len(content) == 1:
            continue
        judged += 1
        if not _is_backed_en(reading, sheet, content, piece):
            bad.append((start, start + len(piece.rstrip())))
    if not bad:
        return
    if len(bad) < len(pieces) and len(pieces) > 1:
        yield from _without(reading, bad)
    else:
        end = match.start("what") + len(what.rstrip())
        yield _filled(reading, sheet, match, end) or _finding(reading, match.start(), end)


_FILLED_EN = re.compile(r"(?:filled|stuffed|padded|lined) with")


def _filled(reading: Reading, sheet: Sheet, match: re.Match[str], end: int) -> Finding | None:
    """ "Filled with goose down" of what is filled with something else."""
    entries = [e for e in sheet.entries if e.key == "filling" or e.name in ("lining", "padding", "stuffing")]
    entries = [e for e in entries if e.fact.value.isascii() and (e.name == "lining") == match[0].startswith("lined")]
    if not entries or not _FILLED_EN.match(match[0]):
        return None
    return Finding(
        match.start("what"), end, "contradicted", "the facts say otherwise", entries[0].key,
        replacement=entries[0].fact.value, evidence=(entries[0].fact,),
    )  # fmt: skip


_FROM_ZH = frames()["from_zh"]


def _places(reading: Reading) -> Iterable[Finding]:
    """Where it comes from, by names no lexicon has: 产自武夷山 of what comes from 安溪."""
    for match in _FROM_ZH.finditer(reading.text):
        if not may_be_judged(reading, match) or words().values.find(match["what"]):
            continue
        sheet = reading.sheets_at(match.start())[0]
        said, origins = squeeze(match["what"]), sheet.get("origin")
        if said in sheet.text or reading.negation_before(match.start()):
            continue
        if not origins:
            yield Finding(*match.span(), "unsupported", _SILENT["zh"], "origin")
            continue
        yield Finding(
            *match.span("what"), "contradicted", "与资料不符", "origin", replacement=origins[0].fact.value.strip(),
            evidence=(origins[0].fact,),
        )  # fmt: skip


def _is_backed_en(reading: Reading, sheet: Sheet, content: list[str], piece: str) -> bool:
    stems = stems_of(sheet) | stems_of(reading.index.common)
    head = content[-1]
    if stem(head) in stems or any(stem(part) in stems for part in head.split("-") if len(part) > 3):
        return True
    if _by_feature(sheet, piece) or any(head in field.names for field in words().fields.values()):
        return True
    return any(
        mention.end >= len(piece.rstrip()) - 1
        and any(
            set(map(stem, _WORD_EN.findall(word))) <= stems
            for word in default_thesaurus().widened(mention.word)
            if word.isascii()
        )
        for mention in default_thesaurus().find(piece.rstrip())
    )


def stems_of(sheet: Sheet) -> frozenset[str]:
    """The English words of a sheet, stemmed; read once and kept on the sheet."""
    found: frozenset[str] | None = sheet.__dict__.get("_stems")
    if found is None:
        text = "\n".join(f"{entry.fact.value} {entry.fact.attribute}" for entry in sheet.entries)
        found = frozenset(
            stem(part) for word in _WORD_EN.findall(normalise(text).text) for part in (word, *word.split("-"))
        )
        sheet.__dict__["_stems"] = found
    return found

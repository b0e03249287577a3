"""What no answer of a shop is made of: code, ciphers, markup, other languages, other people's business.

A hijacked model can say anything. What the guard can't read it can't check, so what is neither plain Chinese nor plain
English is withheld; and a few things that read well are never a shop's business: passwords, downloads, winnings.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from assistant.guard.claims import Finding, Reading
from assistant.guard.injection import detect, patterns
from assistant.guard.law import is_denied
from assistant.guard.openings import compile_quick
from assistant.guard.privacy import MARK
from assistant.guard.sheet import squeeze
from assistant.guard.verdict import Span, Verdict
from knowledge.model import Lang

_TO_THE_MODEL = frozenset({"override", "role", "markup", "script"})  # in an answer: it recites what it was told
_REASON = {
    "foreign": ("店里的回答不会有这样的内容", "no answer of a shop contains this"),
    "unreadable": ("这段文字无法核对", "this can't be read, so it can't be checked"),
}
_WARNS = compile_quick(
    r"(?:别|不要|勿|不用|不需要?|无需|不会|不能|谨防|小心|警惕|没有|从不|绝不|无法)[^，。！？,!?]{0,8}$"
    r"|(?:\bnever|\bnot|\bcannot|n['’]t|\bno need to|\bwithout|\bbeware of)(?: [a-z]+){0,4} $"
)
# Words no English sentence of some length does without.
_ENGLISH = frozenset(
    "the and of to is are it its it's that this these those for with you your yours we our they their i i'm i've we're "
    "you're can could will would should have has had be been not don't doesn't isn't if at by from when what which who "
    "how about than then only also very just but here there more most some any both each other my his her please let "
    "yes does did do or as on in a an was were so me us up out all no into over too because while after before".split()
)
# The same of French, German, Italian, Portuguese and Spanish.
_NEIGHBOURS = frozenset(
    "el los las del que una uno por con para está es su sus y muy pero como le les des une est pour avec dans vous "
    "nous sur au aux ce cette qui pas et der die das und ist nicht mit für ein eine auf von zu sie wir il gli che di "
    "della per sono questo um uma não os seu você da".split()
)
_FOREIGN = _NEIGHBOURS - _ENGLISH
_BACKWARDS = frozenset(word[::-1] for word in _ENGLISH if len(word) >= 2) - _ENGLISH
# Pairs of letters that make up nine tenths of English; a substituted alphabet has a third of them.
_PAIRS = frozenset((
    "ab ac ad ag ai al am an ap ar as at ba be bl bo bp br ca ce ch ck cl cm co ct cu de di do ds ea eb ec ed ee "
    "ei el em en er es et ev fe fi fo ge gh gi gr gu ha he hi ho hs ht ia ic id ie ig il im in io ip is it iz ke "
    "kg la le li ll lo lu ma me mi ml mm mo na nc nd ne ng no nq ns nt oa od oe of ol om on oo op or ot ou ow pa "
    "pe pi pl po pr qu ra rd re ri ro rr rs rt ru ry sa se sh si so sp ss st su ta te th ti to tr ts tt tu ty ua "
    "ue um un up ur us ut ve wa we wh wi wo ya ze "
).split())  # fmt: skip
_WORD = re.compile(r"[a-zà-ÿ]+(?:'[a-z]+)?")
_OTHER_SCRIPT = re.compile(
    r"[\u0400-\u052f]{4,}|[\u0590-\u06ff]{3,}|[\u0900-\u0dff]{3,}|[\u0e00-\u0e7f]{4,}|[\u3041-\u30ff]{3,}|[\uac00-\ud7af]{3,}"
)
_LONG = 16  # characters without a blank: no shorter ones are looked at
_BLOB = re.compile(rf"[A-Za-z0-9+/_=-]{{{_LONG},}}")
_RUN_ON = re.compile(
    r"[a-z]{26,}|(?=[a-z0-9]{20})(?:[a-z]*\d){1,2}[a-z]*(?<=[a-z0-9]{20})(?![a-z0-9])"
)  # words with their spaces taken out
_NUMBER_CIPHER = re.compile(r"\d(?<![\d.]\d)\d?(?:[\s,，、-]+\d{1,2}){7,}(?![\d.])")
_LEET = re.compile(r"(?<![a-z0-9])[a-z]{1,12}(?:[0-9@#$%&*][a-z]{1,12}){1,4}(?![a-z0-9])|(?<![a-z0-9])[@#$&][a-z]{2,}")
_LEET_MARK = re.compile(r"[0-9@#$%&*][a-z]")  # every leet word holds one
_WORDS_ZH = (
    "这款",
    "我们",
    "可以",
    "现在",
    "没有",
    "只要",
    "什么",
    "价格",
    "本店",
    "商品",
    "全网",
    "最低",
    "顾客",
    "优惠",
)


_BACKWARDS_ZH = tuple(word[::-1] for word in _WORDS_ZH)


def check_smuggled(reading: Reading) -> Iterable[Finding]:
    """The whole sentence is at fault: of a cipher or of a recited instruction no half is worth keeping."""
    kind = _fault(reading)
    if kind:
        zh, en = _REASON[kind]
        yield Finding(0, len(reading.text), "unsupported", zh if reading.lang == "zh" else en, "smuggled")


def recited(sentence: str, lang: Lang) -> Verdict:
    """The verdict on a sentence that tells what the model was told."""
    zh, en = _REASON["foreign"]
    span = Span(0, len(sentence), "unsupported", zh if lang == "zh" else en, "smuggled", "", "", ())
    return Verdict("unsupported", sentence, "", (span,))


def _fault(reading: Reading) -> str:
    if any(suspicion.kind in _TO_THE_MODEL for suspicion in detect(reading.normal.source)):
        return "foreign"
    text = reading.text if "[" not in reading.text else MARK.sub(lambda mark: " " * len(mark[0]), reading.text)
    for pattern, kind in patterns("said").fitting(text):
        for match in pattern.finditer(text):
            if kind == "markup":
                return "foreign"
            if not _is_known(reading, match[0]) and not _is_warning(reading.text, *match.span()):
                return "foreign"
    return "unreadable" if _is_unreadable(reading) else ""


def _is_known(reading: Reading, said: str) -> bool:
    text = squeeze(said)
    if not text:
        return False
    sheets = (reading.index.common, *map(reading.index.sheet, reading.index.products[:6]))
    return any(text in sheet.deliberate for sheet in sheets)


def _is_warning(text: str, start: int, end: int) -> bool:
    return _WARNS.search(text[max(0, start - 40) : start]) is not None or is_denied(text, start, end)


def _is_unreadable(reading: Reading) -> bool:
    source, text = reading.normal.source, reading.text
    if not source.isascii() and any(not _is_known(reading, match[0]) for match in _OTHER_SCRIPT.finditer(source)):
        return True
    if max(map(len, source.split()), default=0) >= _LONG:
        if any(_is_code(match[0]) and not _is_known(reading, match[0]) for match in _BLOB.finditer(source)):
            return True
        if any(not _is_known(reading, match[0]) for match in _RUN_ON.finditer(text)):
            return True
    if any(_is_number_cipher(match[0]) and not _is_known(reading, match[0]) for match in _NUMBER_CIPHER.finditer(text)):
        return True
    if len(_LEET_MARK.findall(text)) >= 3 and sum(not _is_known(reading, m[0]) for m in _LEET.finditer(text)) >= 3:
        return True
    return (not text.isascii() and _is_mirrored(text)) or _is_no_english(reading)


def _is_mirrored(text: str) -> bool:
    """Chinese written backwards: 元1要只款这."""
    back = sum(word in text for word in _BACKWARDS_ZH)
    return back >= 2 and back > sum(word in text for word in _WORDS_ZH)


def _is_code(token: str) -> bool:
    """A run of letters and digits that is no word, name or number: base64, base32, hexadecimal, a wallet, a key."""
    bare = token.strip("-_=/+")
    if re.fullmatch(r"[0-9a-fA-F]{16,}", bare) and not bare.isdigit():
        return True
    if re.fullmatch(r"[A-Z2-7]{16,}", bare) or len(re.findall(r"[a-z][A-Z0-9]|[0-9][A-Za-z]", bare)) >= 4:
        return True
    if not bare.isdigit():
        return False
    try:
        decoded = bytes.fromhex(bare[: len(bare) // 2 * 2])
    except ValueError:
        return False
    return all(0x20 <= byte < 0x7F for byte in decoded)


def _is_number_cipher(text: str) -> bool:
    """Letters as numbers, 2 21 25; sizes and steps, which only rise or only fall, are none."""
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    rising = all(a < b for a, b in pairwise(numbers)) or all(a > b for a, b in pairwise(numbers))
    return not rising and all(1 <= number <= 26 for number in numbers)


def _is_no_english(reading: Reading) -> bool:
    """Latin words that are neither English nor the catalogue's: a cipher, words backwards, another language."""
    words = _WORD.findall(reading.normal.source.lower().replace("’", "'"))
    english = _count(words, _ENGLISH)
    neighbour = _count(words, _FOREIGN)
    if neighbour >= 2 and neighbour >= english:
        return True
    regrouped = _is_regrouped(words)
    if regrouped or english == 0:
        unknown = [word for word in words if len(word) >= 3 and not _is_known(reading, word)]
        if len(unknown) >= 5 and (regrouped or _is_substituted(unknown)):
            return True
    backwards = _count(words, _BACKWARDS)
    return backwards >= 3 and backwards > english


def _count(words: Sequence[str], known: frozenset[str]) -> int:
    return sum(map(known.__contains__, words))


def _is_substituted(words: Sequence[str]) -> bool:
    """Whether the letters stand for others: their pairs are not those of English."""
    pairs = ["".join(pair) for word in words for pair in pairwise(word)]
    return sum(pair in _PAIRS for pair in pairs) < 0.55 * len(pairs)


def _is_regrouped(words: Sequence[str]) -> bool:
    """Whether the letters stand in groups of one size: theb ottl ecos tsju stone yuan."""
    return len(words) >= 8 and len({len(word) for word in words[:-1]}) == 1

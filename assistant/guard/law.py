"""What may never be said, whoever says so: rule packs in YAML, read in context, seen through evasions."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import yaml

from assistant.guard.disguises import unmask
from knowledge.model import Lang
from knowledge.needs import Late, late
from knowledge.sieve import Sieve
from knowledge.text import Normal, Terms

Severity = Literal["ban", "evidence", "caution"]
_SEVERITIES: tuple[Severity, ...] = ("ban", "evidence", "caution")


class RulePackError(Exception):
    """A rule pack can't be used; the message names the file and the rule."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One paragraph of the law in our words.

    ban: is never said. evidence: may be said when the shop's own facts say it. caution: is said, and noted.
    """

    id: str  # "AD-9-3": Advertising Law article 9, item 3
    name: str
    pack: str
    severity: Severity
    article: str
    reason_zh: str
    reason_en: str
    patterns: tuple[Late, ...] = ()
    exceptions: tuple[re.Pattern[str], ...] = ()
    negatable: bool = True  # "不能治疗失眠" breaks no rule; "不是AI" said by an AI does
    applies: re.Pattern[str] | None = None  # which goods, by category or title; None: all
    not_for: re.Pattern[str] | None = None  # goods it is not for: a medical device may name the illness it is for
    bad: tuple[str, ...] = ()  # examples that must be caught
    good: tuple[str, ...] = ()  # examples that must not

    def concerns(self, goods: str) -> bool:
        """Whether the rule is for goods whose normalised category, title or description is `goods`."""
        if self.not_for is not None and self.not_for.search(goods):
            return False
        return self.applies is None or bool(self.applies.search(goods))

    def reason(self, lang: Lang) -> str:
        return self.reason_zh if lang == "zh" else self.reason_en


@dataclass(frozen=True, slots=True)
class Breach:
    """`start:end` of the normalised text break `rule`."""

    start: int
    end: int
    rule: Rule


class Law:
    """Rule packs, compiled once."""

    def __init__(self, rules: Iterable[Rule], terms: Iterable[tuple[str, Rule]], spared: Iterable[tuple[str, Rule]]):
        self.rules = tuple(rules)
        self._patterns = Sieve((pattern, rule) for rule in self.rules for pattern in rule.patterns)
        self._terms = _by_term(terms)
        self._spared = _by_term(spared)

    @classmethod
    def load(
        cls, packs: Sequence[str] | None = None, folder: Path | None = None, *, extra: Path | None = None
    ) -> "Law":
        """The packs named (all of them by default) from `folder` (the ones that come with the package by default).

        `extra` is a folder of packs beside those: one of the same name replaces ours.
        """
        texts = dict(_read_packs(folder))
        if extra is not None:
            texts |= dict(_read_packs(extra))
        unknown = set(packs or ()) - texts.keys()
        if unknown:
            raise RulePackError(f"no rule pack named {sorted(unknown)}; there are {sorted(texts)}")
        rules: list[Rule] = []
        terms: list[tuple[str, Rule]] = []
        spared: list[tuple[str, Rule]] = []
        for name, text in texts.items():
            if packs is None or name in packs:
                for entry in _entries(name, text):
                    rule = _rule(name, entry)
                    rules.append(rule)
                    terms.extend((term, rule) for term in entry.get("terms", ()))
                    spared.extend((term, rule) for term in entry.get("except_terms", ()))
        return cls(rules, terms, spared)

    def breaches(self, normal: Normal) -> list[Breach]:
        """Every breach in the text, longest first where several begin together; ordered by place."""
        found = self._scan(normal.text)
        bare = unmask(normal.text)
        if bare.text != normal.text:
            for breach in self._scan(bare.text):
                found.append(Breach(bare.starts[breach.start], bare.ends[breach.end - 1], breach.rule))
        unique: list[Breach] = []
        for breach in sorted(dict.fromkeys(found), key=lambda b: (b.start, -b.end)):
            if not any(b.start <= breach.start and breach.end <= b.end and b.rule is breach.rule for b in unique):
                unique.append(breach)
        return unique

    def _scan(self, text: str) -> list[Breach]:
        hits = [Breach(start, end, rule) for start, end, rules in self._terms.find_all(text) for rule in rules]
        for pattern, rule in self._patterns.fitting(text):
            hits += [Breach(*match.span(), rule) for match in pattern.finditer(text) if match.end() > match.start()]
        if not hits:
            return hits
        spared = [(start, end, rule) for start, end, rules in self._spared.find_all(text) for rule in rules]
        for rule in {hit.rule.id + hit.rule.name: hit.rule for hit in hits}.values():
            for pattern in rule.exceptions:
                spared.extend((m.start(), m.end(), rule) for m in pattern.finditer(text))
        return [
            hit
            for hit in hits
            if not any(s < hit.end and hit.start < e and r is hit.rule for s, e, r in spared)
            and not (hit.rule.negatable and is_denied(text, hit.start, hit.end))
        ]


def _by_term(pairs: Iterable[tuple[str, Rule]]) -> Terms[tuple[Rule, ...]]:
    grouped: dict[str, list[Rule]] = {}
    for term, rule in pairs:
        grouped.setdefault(str(term), []).append(rule)
    return Terms((term, tuple(rules)) for term, rules in grouped.items())


def _read_packs(folder: Path | None) -> Iterable[tuple[str, str]]:
    root = folder if folder is not None else resources.files(__package__) / "rules"
    if not root.is_dir():
        raise RulePackError(f"there is no folder of rule packs at {root}")
    for file in sorted(root.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".yaml"):
            yield file.name.removesuffix(".yaml"), file.read_text(encoding="utf-8")


def _entries(name: str, text: str) -> list[dict[str, Any]]:
    try:
        data = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise RulePackError(f"rule pack {name}.yaml is not valid YAML: {error}") from error
    if not isinstance(data, dict) or not isinstance(data.get("rules"), list):
        raise RulePackError(f"rule pack {name}.yaml needs a list named 'rules'")
    shared: dict[str, str] = data.get("lists", {})
    for entry in data["rules"]:
        entry["patterns"] = [_fill(pattern, shared) for pattern in entry.get("patterns", ())]
        entry["except_patterns"] = [_fill(pattern, shared) for pattern in entry.get("except_patterns", ())]
        entry.setdefault("applies", data.get("applies"))
    return list(data["rules"])


def _fill(pattern: str, lists: dict[str, str]) -> str:
    """`<<name>>` in a pattern stands for the alternatives listed under that name."""
    for key, words in lists.items():
        pattern = pattern.replace(f"<<{key}>>", "(?:" + "|".join(str(words).split()).replace("_", " ") + ")")
    return pattern


def _rule(pack: str, entry: dict[str, Any]) -> Rule:
    name = str(entry.get("name", ""))
    try:
        severity = entry.get("severity", "ban")
        if severity not in _SEVERITIES:
            raise RulePackError(f"{pack}.yaml, rule {name!r}: severity must be one of {_SEVERITIES}, got {severity!r}")
        return Rule(
            id=str(entry["id"]),
            name=name,
            pack=pack,
            severity=severity,
            article=str(entry["article"]),
            reason_zh=str(entry["reason"]["zh"]),
            reason_en=str(entry["reason"]["en"]),
            patterns=tuple(map(late, entry["patterns"])),
            exceptions=tuple(re.compile(pattern) for pattern in entry["except_patterns"]),
            negatable=entry.get("negation", "excuses") == "excuses",
            applies=_goods(entry["applies"]),
            not_for=_goods(entry.get("not_for")),
            bad=tuple(map(str, entry.get("bad", ()))),
            good=tuple(map(str, entry.get("good", ()))),
        )
    except KeyError as error:
        raise RulePackError(f"{pack}.yaml, rule {name!r}: {error} is missing") from error
    except TypeError as error:
        raise RulePackError(f"{pack}.yaml, rule {name!r}: 'reason' needs zh and en, lists need brackets") from error
    except re.error as error:
        raise RulePackError(f"{pack}.yaml, rule {name!r}: bad pattern {error.pattern!r}: {error}") from error


def _goods(words: Sequence[str] | None) -> re.Pattern[str] | None:
    """Category words as one pattern; Latin ones are whole words, also in the plural."""
    if not words:
        return None
    return re.compile("|".join(rf"(?<![a-z]){w}s?(?![a-z])" if w.isascii() else w for w in map(str, words)))


@lru_cache(maxsize=4)
def load_law(extra: Path | None = None, packs: tuple[str, ...] = ()) -> Law:
    """The packs that come along and those in the folder `extra`, or of all these the ones named."""
    return Law.load(packs or None, extra=extra)


# --- denials --------------------------------------------------------------------------------------------------------

_SENTENCE_END = re.compile(r"[。！？!?;；\n]|\.(?=\s|$)")
_CLAUSE_END = re.compile(r"[，,：:。！？!?;；\n]|\.(?=\s|$)")
_DENIAL_ZH = re.compile(
    r"(?<!不)(?:不(?:能(?!不)|可以?|得|会(?!不)|是(?!只)|算|敢|保证|承诺|代表|属于|等于"
    r"|要说|宣传|宜|该|应|写|具备?|含|支持)"
    r"|(?<![是不])不$|无法|没法|并非|没有|没(?=说|写|法)|未|禁止|谈不上|算不上|避免)"
    r"(?:[^，。！？,!?]{0,7}|[^，。！？,!?]{0,6}(?:、[^，。！？,!?、]{1,4}){1,4}(?:[或和及与][^，。！？,!?]{0,6})?)$"
)
_DENIAL_EN = re.compile(
    r"(?:\b(?:not|cannot|never|neither|nor|without|unable to|avoid(?:s|ing)?|nobody"
    r"|no(?! (?:other|one|wonder|doubt|brand)\b))\b"
    r"|n['’]t\b)(?! (?:only|just|merely|simply))[^.,;!?]{0,32}$"
)
_DENIED_LIST = re.compile(  # "not intended to diagnose, treat, cure or prevent": what stands in the list is denied
    r"(?:\b(?:not|never|cannot)|n['’]t)(?: [a-z]+){1,5}(?:, [a-z]+)*,? (?:or|nor) [a-z]+"
)
_REPORTED = re.compile(
    r"(?:问|听说|有人说|您说|你说|提到|以为|是不是|是否|号称)"
    r"|\b(?:ask(?:ed|s|ing)?|wonder(?:ed|ing)?|whether|heard|mention(?:ed|s)?|claims?)\b"
)
_REFUSAL = re.compile(
    r"(?:不能|没法|无法|没有(?:依据|写|说|数据|资料|证据)|不确定|不清楚|不敢|不知道|不方便|不好说|查不到)"
    r"|\b(?:can(?:no|['’])t|no (?:data|proof|evidence|information|way)|unable|not (?:sure|able|something)"
    r"|don['’]t (?:know|have)|won['’]t)"
)


def is_denied(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` is said not to hold, or is only repeated in order to refuse it."""
    clause = max((m.end() for m in _CLAUSE_END.finditer(text, 0, start)), default=0)
    before = text[clause:start]
    if _DENIAL_ZH.search(before) or _DENIAL_EN.search(before):
        return True
    opening = max((m.end() for m in _SENTENCE_END.finditer(text, 0, start)), default=0)
    if any(m.start() < start < m.end() for m in _DENIED_LIST.finditer(text, opening)):
        return True
    return bool(_REPORTED.search(text, opening, start) and _REFUSAL.search(text, end))

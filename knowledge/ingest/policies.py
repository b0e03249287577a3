"""The shop's rules, from documents with a heading for each."""

import hashlib
import re
from collections.abc import Sequence

from knowledge.documents import text_of
from knowledge.ingest.readers.papers import Block
from knowledge.ingest.values import papers_file
from knowledge.model import Attribute, Policy, Text

_NUMBER = re.compile(r"^\s*(?:第?[一二三四五六七八九十]{1,3}[章节、.．]|\d{1,2}(?:\.\d{1,2})*[、.．]?)\s*")


def policies_of(blocks: Sequence[Block], title: str) -> list[tuple[Policy, int | None]]:
    """One policy for each of the headings that divide the document (the highest level that does so more than once),
    with the page it begins on; the whole document when it has none."""
    level = _dividing_level(blocks)
    sections: list[tuple[str, list[Block]]] = [(title, [])]
    for block in blocks:
        if block.kind == "heading" and block.level == level:
            sections.append((_NUMBER.sub("", block.text).strip() or block.text, []))
        elif block.kind == "heading" and block.level < level:
            continue
        else:
            sections[-1][1].append(block)
    found: dict[str, tuple[Policy, int | None]] = {}
    for heading, parts in sections:
        text = "\n".join(part.text for part in parts if part.text)
        if text:
            policy = _policy(heading, text, set(found))
            found[policy.id] = (policy, parts[0].page)
    return list(found.values())


def _dividing_level(blocks: Sequence[Block]) -> int:
    levels = [block.level for block in blocks if block.kind == "heading"]
    several = [level for level in sorted(set(levels)) if levels.count(level) > 1]
    return several[0] if several else max(levels, default=0)


def _policy(heading: str, text: str, taken: set[str]) -> Policy:
    known: dict[str, str] = papers_file()["policies"]
    kind = next((name for name, words in known.items() if re.search(words, heading, re.I)), "")
    kind = kind or next((name for name, words in known.items() if re.search(words, text[:60], re.I)), "")
    policy_id = kind
    if not kind or kind in taken:
        policy_id = f"p-{hashlib.blake2b(heading.encode(), digest_size=5).hexdigest()}"
    return Policy(policy_id, text_of(heading), text_of(text), _attributes(kind, text))


def _attributes(kind: str, text: str) -> tuple[Attribute, ...]:
    """What is plainly stated, each once: where two figures compete for a name (inland and abroad), neither is taken."""
    values: dict[str, set[str]] = {}
    names: dict[str, Text] = {}
    for zh, en, expression in papers_file()["attributes"].get(kind, ()):
        for found in re.finditer(expression, text, re.I):
            values.setdefault(zh, set()).add(" ".join(found["v"].split()))
            names[zh] = Text(zh, en)
    return tuple(Attribute(names[name], _both(said.pop())) for name, said in values.items() if len(said) == 1)


def _both(value: str) -> Text:
    """Hours and telephone numbers are the same in both languages."""
    return Text(value, value) if re.fullmatch(r"[\d\s:：–~\-]+", value) else text_of(value)

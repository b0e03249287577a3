"""Frequent questions, from whatever holds pairs of a question and its answer."""

import hashlib
import re
from collections.abc import Sequence

from knowledge.documents import text_of
from knowledge.ingest.readers.papers import Block
from knowledge.ingest.values import columns_file, key_of, papers_file
from knowledge.model import Faq
from knowledge.text import normalise

_NUMBER = re.compile(r"^\s*(?:\d{1,3}|[一二三四五六七八九十]{1,3})\s*[.、．)）]\s*")
_ENDS = re.compile(r"[?？]$")


def faq_of(question: str, answer: str, products: Sequence[str] = ()) -> Faq:
    """The id follows from the question, so that the same question again is the same one with a new answer."""
    asked = normalise(question).text.strip(" ?？。.!！")
    key = hashlib.blake2b(f"{asked}|{'|'.join(products)}".encode(), digest_size=6).hexdigest()
    return Faq(f"q-{key}", text_of(question), text_of(answer), products=tuple(products))


def question_columns(columns: Sequence[str]) -> tuple[str, str] | None:
    """(column of questions, column of answers) by their names."""
    found = []
    for part in ("question", "answer"):
        names = {key_of(str(name)) for name in columns_file()[part]}
        found.append(next((column for column in columns if key_of(column) in names), ""))
    return (found[0], found[1]) if all(found) else None


def pairs_of(blocks: Sequence[Block]) -> list[tuple[str, str, int | None]]:
    """(question, answer, page) of a document: lines marked 问/答 or Q/A, tables, headings that are questions. An answer
    may be empty: the document gives none."""
    return [*_marked(blocks), *_in_tables(blocks)] or _headed(blocks)


def _marked(blocks: Sequence[Block]) -> list[tuple[str, str, int | None]]:
    asks = re.compile(papers_file()["question"], re.I)
    answers = re.compile(papers_file()["answer"], re.I)
    pairs: list[tuple[str, list[str], int | None]] = []
    for block in blocks:
        if block.kind == "table":
            continue
        for line in re.split(rf"\n|(?<=[?？])\s*(?={papers_file()['answer']})", block.text, flags=re.I):
            line = _NUMBER.sub("", line).strip()
            if found := asks.match(line):
                pairs.append((line[found.end() :].strip(), [], block.page))
            elif pairs and (found := answers.match(line)):
                pairs[-1][1].append(line[found.end() :].strip())
            elif pairs and pairs[-1][1] and block.kind == "text":
                pairs[-1][1].append(line)
    return [(question, "\n".join(filter(None, answer)), page) for question, answer, page in pairs if question]


def _in_tables(blocks: Sequence[Block]) -> list[tuple[str, str, int | None]]:
    pairs: list[tuple[str, str, int | None]] = []
    for block in blocks:
        if not block.rows:
            continue
        named = question_columns(block.rows[0])
        if named is not None:
            at, other = block.rows[0].index(named[0]), block.rows[0].index(named[1])
            pairs += [(row[at], row[other], block.page) for row in block.rows[1:] if len(row) > max(at, other)]
        elif sum(bool(_ENDS.search(row[0])) for row in block.rows if row) > len(block.rows) / 2:
            pairs += [(row[0], row[1], block.page) for row in block.rows if len(row) == 2 and _ENDS.search(row[0])]
    return [pair for pair in pairs if pair[0]]


def _headed(blocks: Sequence[Block]) -> list[tuple[str, str, int | None]]:
    asks = re.compile(papers_file()["asks"], re.I)
    pairs: list[tuple[str, list[str], int | None]] = []
    inside = False
    for block in blocks:
        is_question = asks.match(block.text) if block.kind == "heading" else _is_alone(block)
        if is_question:
            pairs.append((_NUMBER.sub("", block.text).strip(), [], block.page))
            inside = True
        elif block.kind == "heading":
            inside = False
        elif inside:
            pairs[-1][1].append(block.text)
    return [(question, "\n".join(answer), page) for question, answer, page in pairs]


def _is_alone(block: Block) -> bool:
    """A paragraph that is one question."""
    return block.kind == "text" and len(block.text) <= 120 and bool(_ENDS.search(block.text)) and "。" not in block.text

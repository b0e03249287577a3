"""Manuals as passages: pieces short enough to be found and quoted, each with its place and its products."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from knowledge.documents import text_of
from knowledge.ingest.readers.papers import Block, walk
from knowledge.ingest.values import papers_file
from knowledge.model import Passage, Product
from knowledge.text import normalise

_NUMBER = re.compile(r"^\s*(?:第?[一二三四五六七八九十]{1,3}[章节、.．]|\d{1,2}(?:\.\d{1,2})*[、.．\s])\s*")
_LONG = 700  # characters of a passage; a paragraph alone may be longer
_SENTENCE = re.compile(r"(?<=[。！？!?；;])|(?<=\.)\s+")
_WORDS = re.compile(r"[\W_]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_ALIKE = 92  # of 100: the words of a title are in the name of a file


@dataclass
class _Piece:
    headings: tuple[str, ...]
    products: tuple[str, ...]
    page: int | None
    lines: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        return sum(map(len, self.lines))


def products_named(text: str, products: Mapping[str, Product]) -> tuple[str, ...]:
    """Ids of the products that a file's name or a heading is about: it holds their id or title, or the title holds
    it."""
    bare = re.sub(papers_file()["kinds"]["passages"], " ", normalise(text).text, flags=re.I)
    words = [word for word in _WORDS.split(bare) if word]
    name = " ".join(words)
    if not name:
        return ()
    by_id = [key for key in products if len(key) > 1 and normalise(key).text in words and not key.isdigit()]
    by_id += [key for key in products if key.isdigit() and len(key) >= 4 and key in words]
    if by_id:
        return tuple(by_id)
    return tuple(key for key, product in products.items() if _is_named(name, product))


def passages_of(
    file: str, blocks: Sequence[Block], products: Mapping[str, Product], given: Sequence[str]
) -> tuple[list[Passage], int]:
    """(the passages, how many pieces name no product). A section belongs to the products that its headings name, else
    to those of the whole document (`given`)."""
    passages, without = list[Passage](), 0
    for piece in _pieces(blocks, products, given):
        if not piece.products:
            without += 1
            continue
        passages.append(
            Passage(
                id=f"{file}#{len(passages) + 1}",
                text=text_of("\n".join(piece.lines)),
                products=piece.products,
                title=text_of(" › ".join(_NUMBER.sub("", heading) or heading for heading in piece.headings)),
                file=file,
                page=piece.page,
            )
        )
    return passages, without


def _pieces(blocks: Sequence[Block], products: Mapping[str, Product], given: Sequence[str]) -> Iterator[_Piece]:
    named: dict[str, tuple[str, ...]] = {}
    open_piece: _Piece | None = None
    for headings, block in walk(blocks):
        for heading in headings:
            if heading not in named:
                named[heading] = products_named(heading, products)
        own = next((named[heading] for heading in reversed(headings) if named[heading]), tuple(given))
        for text in _parts(block.text):
            piece = open_piece
            if (
                piece is None
                or (piece.headings, piece.page) != (headings, block.page)
                or piece.size + len(text) > _LONG
            ):
                if piece is not None:
                    yield piece
                piece = open_piece = _Piece(headings, own, block.page)
            piece.lines.append(text)
    if open_piece is not None:
        yield open_piece


def _parts(text: str) -> Iterator[str]:
    """A paragraph, cut at the ends of sentences where it is too long."""
    if len(text) <= _LONG:
        yield text
        return
    part = ""
    for sentence in _SENTENCE.split(text):
        if part and len(part) + len(sentence) > _LONG:
            yield part.strip()
            part = ""
        part += sentence
    if part.strip():
        yield part.strip()


def _is_named(name: str, product: Product) -> bool:
    for title in (product.title.zh, product.title.en):
        title = " ".join(word for word in _WORDS.split(normalise(title).text) if word)
        if not title:
            continue
        if _HAN.search(title):
            if len(title) >= 2 and title in name or (len(name) >= 3 and _HAN.search(name) and name in title):
                return True
            continue
        whole = len(title) >= 4 and f" {title} " in f" {name} "
        if whole or (len(name.split()) > 1 and fuzz.token_set_ratio(name, title) >= _ALIKE):
            return True
    return False

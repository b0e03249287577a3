"""Documents as blocks in reading order: headings, paragraphs, tables. PDF by pypdf, DOCX by python-docx; Markdown,
plain text and web pages here."""

import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Literal

from knowledge.ingest.readers.delimited import SAMPLE, encoding_of
from knowledge.ingest.report import IngestError

_HEADING = re.compile(
    r"(?:第?[一二三四五六七八九十]{1,3}[章节、.．]|第\s*\d+\s*[章节]|\d{1,2}(?:\.\d{1,2}){0,3}[、.．]?\s+(?=\D)|\d{1,2}[、．]|[（(][一二三四五六七八九十\d][）)]"
    r"|(?:chapter|section|part)\s+\d+)\s*\S",
    re.I,
)
_ENDS_SENTENCE = re.compile(r"[。！；;，,：:]$|(?<!\d)\.$")
_PAGE_NUMBER = re.compile(r"[-–—\s]*(?:第?\s*\d+\s*页?|page\s+\d+(?:\s+of\s+\d+)?|\d+\s*/\s*\d+)[-–—\s]*", re.I)
_MARKS = re.compile(r"(\*\*|__|`+|~~)|!\[([^\]]*)\]\([^)]*\)|\[([^\]]*)\]\([^)]*\)")
_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*")
_HAN = re.compile(r"[\u3400-\u9fff]")
_WIDE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")  # written without spaces between
_SCANNED = 8  # characters a page, below which a PDF has no text of its own


@dataclass(frozen=True, slots=True)
class Block:
    """`level` of a heading is 1 for the highest; `rows` are the cells of a table."""

    kind: Literal["heading", "text", "table"]
    text: str
    level: int = 0
    page: int | None = None
    rows: tuple[tuple[str, ...], ...] = ()


def read_paper(path: Path) -> list[Block]:
    """Raises `IngestError` when the document cannot be read or holds no text."""
    with path.open("rb") as file:
        start = file.read(SAMPLE)
    if start.startswith(b"%PDF"):
        blocks = _pdf(path)
    elif start.startswith(b"PK"):
        blocks = _docx(path)
    else:
        with path.open(encoding=encoding_of(path, start), errors="replace") as text_file:
            text = text_file.read()
        if path.suffix.lower() in (".html", ".htm"):
            blocks = _html(text)
        else:
            blocks = _markdown(text) if path.suffix.lower() in (".md", ".markdown") else _plain(text.split("\n"), None)
    kept = [block for block in blocks if block.text.strip() or block.rows]
    if not kept:
        raise IngestError(f"{path.name} holds no text")
    return kept


def _pdf(path: Path) -> list[Block]:
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what is wrong is said once, by us
    from pypdf import PdfReader  # not before: few files are PDF
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise IngestError(f"{path.name} is protected by a password; save it without one")
        pages = [_pdf_page(page) for page in reader.pages]
    except IngestError:
        raise
    except (PyPdfError, OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        # What a damaged part makes of it is not always pypdf's own error.
        raise IngestError(f"{path.name} is damaged or no PDF; save it again") from error
    if sum(len(line) for lines, _ in pages for line in lines) < _SCANNED * max(1, len(pages)):
        raise IngestError(
            f"{path.name} is a scan: its pages are pictures without text; run text recognition (OCR) first"
        )
    repeated = _repeated([lines for lines, _ in pages])
    blocks: list[Block] = []
    for number, (lines, large) in enumerate(pages, 1):
        kept = [line for line in lines if line not in repeated and not _PAGE_NUMBER.fullmatch(line)]
        blocks += _plain(kept, number, large)
    return blocks


def _pdf_page(page: Any) -> tuple[list[str], set[str]]:
    """(the lines, those in letters clearly larger than most)."""
    sizes: Counter[float] = Counter()
    runs: list[tuple[str, float]] = []

    def visit(text: str, _matrix: Any, text_matrix: Any, _font: Any, size: float) -> None:
        if text.strip():
            real = round(size * max(abs(text_matrix[0]), abs(text_matrix[3])), 1)
            sizes[real] += len(text)
            runs.append((text.strip(), real))

    lines = [" ".join(line.split()) for line in (page.extract_text(visitor_text=visit) or "").split("\n")]
    usual = sizes.most_common(1)[0][0] if sizes else 0.0
    large = {" ".join(line.split()) for text, size in runs if size > usual * 1.15 for line in text.split("\n")}
    return [line for line in lines if line], large


def _repeated(pages: Sequence[Sequence[str]]) -> set[str]:
    """Lines at the top or the foot of most pages: the manual's name, the maker's address."""
    if len(pages) < 3:
        return set()
    counts = Counter(line for lines in pages for line in {*lines[:2], *lines[-2:]})
    return {line for line, times in counts.items() if times > len(pages) / 2}


def _docx(path: Path) -> list[Block]:
    from docx import Document
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    try:
        document = Document(str(path))
        parts: list[Paragraph | Table] = list(document.iter_inner_content())
    except (KeyError, ValueError, OSError, AttributeError) as error:
        raise IngestError(f"{path.name} is damaged or no Word document; save it again as .docx") from error
    blocks: list[Block] = []
    for part in parts:
        if isinstance(part, Table):
            rows = tuple(tuple(" ".join(cell.text.split()) for cell in row.cells) for row in part.rows)
            blocks.append(_table(rows))
            continue
        text = part.text.strip()
        style = (part.style.name or "").lower() if part.style is not None else ""
        found = re.search(r"(?:heading|标题)\s*(\d)", style)
        if found or style == "title":
            blocks.append(Block("heading", text, int(found[1]) if found else 1))
        elif text and all(run.bold for run in part.runs if run.text.strip()) and _could_head(text):
            blocks.append(Block("heading", text, 3))
        else:
            blocks += _plain(text.split("\n"), None)
    return blocks


def _markdown(text: str) -> list[Block]:
    blocks: list[Block] = []
    lines = text.replace("\r", "").split("\n")
    table: list[tuple[str, ...]] = []
    fenced = False
    for number, line in enumerate(lines):
        if line.lstrip().startswith("|") and not fenced:
            if not _RULE.fullmatch(line):
                table.append(tuple(_bare(cell) for cell in line.strip().strip("|").split("|")))
            continue
        if table:
            blocks.append(_table(tuple(table)))
            table = []
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif found := re.match(r"(#{1,6})\s+(.+?)\s*#*$", line):
            blocks.append(Block("heading", _bare(found[2]), len(found[1])))
        elif number and re.fullmatch(r"(=+|-{2,})\s*", line) and blocks and lines[number - 1].strip():
            last = blocks[-1]
            blocks[-1] = replace(last, kind="heading", level=1 if line.startswith("=") else 2)
        else:
            said = _bare(re.sub(r"^\s*(?:[-*+]|>|#+)(?:\s+|$)", "", line))
            if said:
                blocks.append(Block("text", said))
    if table:
        blocks.append(_table(tuple(table)))
    return blocks


def _plain(lines: Iterable[str], page: int | None, large: Iterable[str] = ()) -> list[Block]:
    """Lines as headings and paragraphs. A line that ends before its sentence does goes on in the next."""
    heads, blocks, open_line = set(large), list[Block](), ""
    for raw in lines:
        line = " ".join(raw.split())
        if line and (line in heads or _HEADING.match(line)) and _could_head(line):
            if open_line:
                blocks.append(Block("text", open_line, page=page))
            open_line = ""
            blocks.append(Block("heading", line, _level(line), page))
            continue
        if not line:
            if open_line:
                blocks.append(Block("text", open_line, page=page))
            open_line = ""
        elif page is None:  # a file with paragraphs of its own
            blocks.append(Block("text", line))
        else:
            joint = "" if not open_line or (_WIDE.match(open_line[-1]) and _WIDE.match(line)) else " "
            open_line = f"{open_line}{joint}{line}"
            if re.search(r"[。！？!?；;：:.]$", line):
                blocks.append(Block("text", open_line, page=page))
                open_line = ""
    if open_line:
        blocks.append(Block("text", open_line, page=page))
    return blocks


def _html(text: str) -> list[Block]:
    reader = _Page()
    reader.feed(text)
    reader.close()
    reader.end()
    return reader.blocks


def _level(line: str) -> int:
    found = re.match(r"\d{1,2}((?:\.\d{1,2})*)", line)
    return 2 + (found[1].count(".") if found else 0)


def _could_head(line: str) -> bool:
    return len(line) <= (40 if _HAN.search(line) else 90) and not _ENDS_SENTENCE.search(line)


def _table(rows: tuple[tuple[str, ...], ...]) -> Block:
    return Block("table", "\n".join(_row_text(row) for row in rows), rows=rows)


def _row_text(row: Sequence[str]) -> str:
    cells = [cell for cell in dict.fromkeys(row) if cell]
    return "：".join(cells) if len(cells) == 2 and any(map(_HAN.search, cells)) else " | ".join(cells)


def _bare(text: str) -> str:
    """Markdown's marks taken off."""
    said = _MARKS.sub(lambda found: found[2] or found[3] or "", text)
    return " ".join(said.replace("\\", "").split())


class _Page(HTMLParser):
    """Headings, paragraphs and tables of a web page, without its navigation."""

    _ENDS = frozenset("p div li section article br dt dd ul ol tr".split())
    _SILENT = frozenset("script style nav header footer template noscript svg form".split())

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._text = ""
        self._rows: list[list[str]] | None = None
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag in self._SILENT:
            self._silent += 1
        elif tag == "table":
            self.end()
            self._rows = []
        elif self._rows is not None and tag == "tr":
            self._rows.append([])
        elif tag in self._ENDS or re.fullmatch(r"h[1-6]", tag):
            self.end()

    def handle_endtag(self, tag: str) -> None:
        if tag in self._SILENT:
            self._silent = max(0, self._silent - 1)
        elif self._rows is not None and tag in ("td", "th"):
            if self._rows:
                self._rows[-1].append(" ".join(self._text.split()))
            self._text = ""
        elif self._rows is not None and tag == "table":
            self.blocks.append(_table(tuple(tuple(row) for row in self._rows if row)))
            self._rows = None
        elif re.fullmatch(r"h[1-6]", tag):
            self.end(int(tag[1]))
        elif tag in self._ENDS and self._rows is None:
            self.end()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._text += data

    def end(self, level: int = 0) -> None:
        text, self._text = " ".join(self._text.split()), ""
        if text:
            self.blocks.append(Block("heading" if level else "text", text, level))


def walk(blocks: Sequence[Block]) -> Iterator[tuple[tuple[str, ...], Block]]:
    """(the headings a block stands under, the block) for every block that is no heading."""
    path: list[tuple[int, str]] = []
    for block in blocks:
        if block.kind == "heading":
            path = [(level, text) for level, text in path if level < block.level] + [(block.level, block.text)]
        else:
            yield tuple(text for _, text in path), block

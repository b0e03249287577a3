"""CSV and its relatives, read line by line: the encoding and the separator are found, an unclosed quote costs one
line."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from knowledge.ingest.readers.grid import grid_rows
from knowledge.ingest.readers.rows import Row, Table
from knowledge.ingest.report import IngestError

SAMPLE = 200_000  # bytes that are looked at to find encoding and separator
_LONGEST = 500  # lines that one quoted text may run over
_BLOCK = 1 << 20
_MARKS = (",", "\t", ";", "|", "，")
_ENCODINGS = ["utf_8", "gb18030", "big5", "utf_16", "cp1252"]
_HAN = re.compile(r"[\u4e00-\u9fff，。、（）：；！？《》【】￥]")
_FOREIGN = re.compile(r"[^\x00-\x7f]")


def delimited_table(path: Path, start: bytes) -> Table:
    """The table of a text file whose first `SAMPLE` bytes are `start`. Raises `IngestError` when it is no text."""
    encoding = encoding_of(path, start)
    sample = codecs.getincrementaldecoder(encoding)("replace").decode(start)
    mark = _separator(sample)
    counts = Counter(line.count(mark) for line in sample.split("\n")[:50] if line.strip())
    width = counts.most_common(1)[0][0] + 1

    def rows() -> Iterator[Row]:
        csv.field_size_limit(16 * 1024 * 1024)
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            yield from _with_problems(path.name, file, mark, width)

    return Table(path.name, rows)


def encoding_of(path: Path, start: bytes) -> str:
    """The name of a text file's encoding, for reading it without its mark of byte order."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in start:
        even, odd = start[::2].count(0), start[1::2].count(0)
        if max(even, odd) > len(start) // 10 and min(even, odd) < max(even, odd) // 20:
            return "utf-16-le" if odd > even else "utf-16-be"
        raise IngestError(f"{path.name} is not a table: it holds binary data; use CSV, XLSX, JSON or JSONL")
    if _is_utf8(path):
        return "utf-8-sig"
    chinese = codecs.getincrementaldecoder("gb18030")("replace").decode(start)
    foreign = len(_FOREIGN.findall(chinese))
    if "\ufffd" not in chinese and len(_HAN.findall(chinese)) > 0.6 * foreign:
        return "gb18030"
    from charset_normalizer import from_bytes  # 25 ms to import, for the few files that come here

    guess = from_bytes(start, cp_isolation=_ENCODINGS).best()
    if guess is None:
        raise IngestError(f"{path.name} is not text in a known encoding; save it as UTF-8")
    # GB2312 and GBK are parts of GB18030, and files that claim the small set use the large one.
    return "gb18030" if guess.encoding in ("gb2312", "gbk", "gb18030", "hz") else guess.encoding


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _separator(sample: str) -> str:
    """The mark that splits the first lines into the same number of cells, at least two."""
    lines = [line for line in sample.split("\n")[:20] if line.strip()]

    def score(mark: str) -> tuple[int, int]:
        return sum(mark in line for line in lines), sum(line.count(mark) for line in lines)

    return max(_MARKS, key=score)


def _with_problems(name: str, file: TextIO, mark: str, width: int) -> Iterator[Row]:
    """The rows; a line whose quote is never closed becomes a refused row instead of swallowing its neighbours."""
    lines = _Lines(file)
    broken: dict[int, str] = {}

    def cells() -> Iterator[tuple[int, Sequence[str]]]:
        reader = csv.reader(lines, delimiter=mark)
        while True:
            lines.begin()
            try:
                found = next(reader, None)
            except csv.Error as error:
                found, broken[lines.first] = [], f"this line cannot be read: {error}"
            if found is None and lines.ended:
                return
            if found and len(lines.taken) > 1 and _swallows(lines.taken, mark, width):
                broken[lines.first] = "a quotation mark in this line is not closed"
                found = lines.taken[0].replace('"', "").strip("\r\n").split(mark)
                lines.push_back()
            yield lines.first, found or []

    for row in grid_rows(name, cells()):
        problem = broken.pop(int(row.where.rpartition(":")[2]), "")
        yield Row(row.where, row.values, problem) if problem else row


def _swallows(lines: Sequence[str], mark: str, width: int) -> bool:
    """Whether a record of several lines holds a line that is a whole row itself."""
    return width >= 3 and any(line.count('"') % 2 == 0 and line.count(mark) >= width - 1 for line in lines[1:])


class _Lines:
    """The lines of a file for `csv.reader`, with those of the record being read at hand, so that they can be read
    again. A record ends after `_LONGEST` lines at the latest."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._again: list[str] = []
        self._number = 0
        self.taken: list[str] = []
        self.first = 1
        self.ended = False

    def begin(self) -> None:
        self.taken, self.first = [], self._number + 1

    def push_back(self) -> None:
        """All but the first line of the record shall come again."""
        self._again = self.taken[1:] + self._again
        self._number = self.first

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if len(self.taken) >= _LONGEST:
            raise StopIteration
        line = self._again.pop(0) if self._again else self._file.readline()
        if not line:
            self.ended = True
            raise StopIteration
        self._number += 1
        self.taken.append(line.replace("\0", ""))
        return self.taken[-1]

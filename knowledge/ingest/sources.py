"""What kind of thing a path is, and which reader is for it."""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge.ingest.readers.delimited import SAMPLE, delimited_table, encoding_of
from knowledge.ingest.readers.feed import feed_table
from knowledge.ingest.readers.jsonfile import json_table
from knowledge.ingest.readers.pages import has_products, page_table
from knowledge.ingest.readers.rows import Table
from knowledge.ingest.readers.workbook import check_unpacked, workbook_tables
from knowledge.ingest.report import IngestError

_OLE, _PDF = b"\xd0\xcf\x11\xe0", b"%PDF"
_WORD = {".md", ".markdown", ".txt", ".docx", ".pdf"}
_KNOWN = _WORD | {
    ".csv",
    ".tsv",
    ".xlsx",
    ".xlsm",
    ".xls",
    ".ods",
    ".json",
    ".jsonl",
    ".ndjson",
    ".xml",
    ".html",
    ".htm",
}
_MOST_FILES = 20_000


@dataclass(frozen=True, slots=True)
class Source:
    """What a path holds: tables of rows, papers (manuals, questions, policies), and web pages, which may be both."""

    origin: str
    tables: Sequence[Table] = ()
    papers: Sequence[Path] = ()
    pages: Sequence[Path] = ()


def open_source(path: Path, max_mb: int, unpacked: Path) -> Source:
    """Look into a file, a folder of files, or an archive, which is unpacked below `unpacked`. Raises `IngestError` when
    there is nothing that can be read."""
    if path.is_dir():
        return _several(path.name, _files(path), max_mb, f"{path} is a folder without shop.yaml and without any file")
    if _is_archive(path):
        _unpack(path, unpacked)
        return _several(path.name, _files(unpacked), max_mb, f"{path.name} holds no file")
    return _several(path.name, [path], max_mb, f"{path.name} is no file")


def _several(origin: str, files: Sequence[Path], max_mb: int, nothing: str) -> Source:
    if not files:
        raise IngestError(f"{nothing} that can be read (CSV, XLSX, JSON, XML, HTML, PDF, DOCX, Markdown)")
    tables: list[Table] = []
    papers: list[Path] = []
    pages: list[Path] = []
    for file in files:
        start = _start(file, max_mb)
        match _kind(file, start):
            case "page":
                pages.append(file)
            case "paper":
                papers.append(file)
            case "workbook":
                tables += workbook_tables(file)
            case "feed":
                tables.append(feed_table(file))
            case "json":
                tables.append(json_table(file, start))
            case _:
                tables.append(delimited_table(file, start))
    selling = [page for page in pages if has_products(page)]
    if selling:
        tables.append(page_table(origin, selling))
    return Source(origin, tables, papers, pages)


def _start(path: Path, max_mb: int) -> bytes:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(SAMPLE)
    except OSError as error:
        raise IngestError(f"{path} cannot be read: {error.strerror}") from error
    if size > max_mb << 20:
        raise IngestError(f"{path.name} has {size >> 20} MB, more than {max_mb} MB; split it into several files")
    if not start.strip():
        raise IngestError(f"{path.name} is empty")
    return start


def _kind(path: Path, start: bytes) -> str:
    suffix = path.suffix.lower()
    if start.startswith(_PDF):
        return "paper"
    if start.startswith(_OLE):
        if suffix == ".doc":
            raise IngestError(f"{path.name} is an old Word file; save it as .docx or PDF")
        return "workbook"
    if start.startswith(b"PK"):
        check_unpacked(path)
        with zipfile.ZipFile(path) as archive:
            return "paper" if any(name.startswith("word/") for name in archive.namelist()) else "workbook"
    if suffix in (".md", ".markdown"):
        return "paper"
    text = start.decode(encoding_of(path, start).replace("utf-8-sig", "utf-8"), "replace").lstrip("\ufeff \t\r\n")
    head = text[:300].lower()
    if head.startswith(("<!doctype html", "<html")) or suffix in (".html", ".htm"):
        return "page"
    if head.startswith("<") and suffix != ".csv":
        return "feed"
    if suffix in (".json", ".jsonl", ".ndjson") or text[:1] in ("{", "["):
        return "json"
    return "paper" if suffix == ".txt" and not _has_cells(text) else "delimited"


def _has_cells(text: str) -> bool:
    """Whether the lines of a text are split alike by tabs, commas or the like."""
    lines = [line for line in text.split("\n")[:12] if line.strip()]
    counts = [{line.count(mark) for line in lines} for mark in ("\t", ",", ";", "|")]
    return any(len(found) == 1 and found != {0} for found in counts) or all("\t" in line for line in lines)


def _is_archive(path: Path) -> bool:
    """A zip file that is no document of an office program."""
    if not zipfile.is_zipfile(path):
        return False
    check_unpacked(path)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    return not any(name.startswith(("xl/", "word/", "[Content_Types]")) or name == "content.xml" for name in names)


def _unpack(path: Path, folder: Path) -> None:
    """The files of an archive, flat: what their paths are inside it does not matter, and could lead elsewhere."""
    with zipfile.ZipFile(path) as archive:
        for number, part in enumerate(archive.infolist()):
            name = Path(part.filename.replace("\\", "/")).name
            if number >= _MOST_FILES or part.is_dir() or part.flag_bits & 1 or Path(name).suffix.lower() not in _KNOWN:
                continue
            target = folder / name
            while target.exists():
                target = target.with_name(f"{target.stem}+{target.suffix}")
            try:
                target.write_bytes(archive.read(part))
            except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
                raise IngestError(f"{path.name} is damaged: {name} cannot be unpacked") from error


def _files(folder: Path) -> list[Path]:
    found = [path for path in folder.rglob("*") if path.suffix.lower() in _KNOWN and path.is_file()]
    return sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts))

"""A feed, table or page at a web address, as the file that a merchant would have uploaded."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

from web.errors import Refusal
from web.fetching import Fetcher, FetchError, Limits

ENDINGS: Mapping[str, str] = {  # by content type: what its file is called where the address does not say
    "text/csv": ".csv", "text/tab-separated-values": ".tsv", "text/html": ".html", "text/xml": ".xml",
    "application/xml": ".xml", "application/rss+xml": ".xml", "application/atom+xml": ".xml",
    "application/json": ".json", "application/x-ndjson": ".jsonl", "text/plain": ".txt", "text/markdown": ".md",
    "application/pdf": ".pdf", "application/zip": ".zip", "application/octet-stream": "",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}  # fmt: skip
FILE = Limits(most_bytes=64 << 20, seconds=60.0, types=tuple(ENDINGS))


async def fetched(fetcher: Fetcher, url: str, folder: Path) -> Path:
    """The file, in `folder`. Raises a Refusal."""
    try:
        answer = await fetcher.get(url, limits=FILE)
    except FetchError as error:
        raise Refusal("invalid", error.message.zh, error.message.en) from None
    path = folder / file_name(answer.url, answer.kind)
    path.write_bytes(answer.body)
    return path


def file_name(url: str, kind: str) -> str:
    """The last part of the address, with an ending that tells the kind of file."""
    last = unquote(url.partition("?")[0].partition("#")[0].rstrip("/").rsplit("/", 1)[-1])
    plain = "".join(char for char in last if char.isalnum() or char in "-_. ")[-80:].lstrip(". ") or "feed"
    known = set(ENDINGS.values()) | {".htm", ".markdown", ".ndjson", ".xls", ".txt"}
    return plain if Path(plain).suffix.lower() in known - {""} else plain + ENDINGS.get(kind, "")

"""A room's history as files: transcript, subtitles, clips cut from its recording."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from streaming.airings import Entry

if TYPE_CHECKING:  # 60 ms to import, and a web server has it imported only once clips are cut
    import av
    from av.container import InputContainer, OutputContainer

Format = Literal["txt", "json", "srt", "vtt"]
FORMATS: tuple[Format, ...] = ("txt", "json", "srt", "vtt")

_AROUND_MS = 800  # kept before and after a clip's words
_LONGEST_MS = 60_000
_TOGETHER_MS = 1500  # clauses of one utterance with longer pauses between them were interrupted


class ExportError(ValueError):
    """Nothing can be exported; the message says why."""


@dataclass(frozen=True, slots=True)
class Highlight:
    """A part of one run's stream worth showing by itself."""

    run: str
    start_ms: int
    end_ms: int
    title: str  # the question, or the product
    text: str  # what is said in it
    kind: Literal["question", "offer"]
    weight: int = 1  # how many asked


def rendered(entries: Sequence[Entry], form: Format) -> str:
    """`entries` as one text. Subtitles count from the beginning of the first entry's run; more than one run cannot be
    put on one clock, so only the newest is taken."""
    match form:
        case "txt":
            return "".join(f"{line}\n" for line in _lines(entries))
        case "json":
            told = [{**asdict(entry), "at": entry.at.isoformat(timespec="milliseconds")} for entry in entries]
            return json.dumps(told, ensure_ascii=False, indent=1) + "\n"
        case "srt" | "vtt":
            return subtitles(_newest_run(entries), form)


def subtitles(entries: Sequence[Entry], form: Literal["srt", "vtt"], from_ms: int = 0) -> str:
    """What was said, clause by clause, with times that count from `from_ms` of the stream."""
    said = [entry for entry in entries if entry.kind == "said" and entry.end_ms > from_ms]
    blocks = []
    for number, entry in enumerate(said, 1):
        following = said[number].start_ms if number < len(said) else entry.end_ms
        start, end = max(0, entry.start_ms - from_ms), max(entry.start_ms + 1, min(entry.end_ms, following)) - from_ms
        comma = "," if form == "srt" else "."
        times = f"{_clock(start, comma)} --> {_clock(end, comma)}"
        text = entry.text.replace("-->", "→").strip()
        if form == "vtt":
            text = text.replace("&", "&amp;").replace("<", "&lt;")
        blocks.append(f"{number}\n{times}\n{text}\n")
    return ("WEBVTT\n\n" if form == "vtt" else "") + "\n".join(blocks)


def highlights(entries: Sequence[Entry], limit: int = 10) -> list[Highlight]:
    """The answers to what most viewers asked, then the offers; at most `limit`."""
    asked = {entry.comment_id: entry for entry in entries if entry.kind == "asked"}
    merged: defaultdict[str, int] = defaultdict(int)
    for entry in asked.values():
        merged[entry.text] += 1
    answers, offers = [], []
    for spoken in _spoken(entries):
        text = "".join(entry.text for entry in spoken)
        first = spoken[0]
        span = (first.run, first.start_ms, min(spoken[-1].end_ms, first.start_ms + _LONGEST_MS))
        if first.who == "answer" and first.comment_id in asked:
            question = asked[first.comment_id]
            answers.append(Highlight(*span, question.text, text, "question", merged[question.text]))
        elif first.who == "script" and any(char in text for char in "元¥￥$折减%") and any(map(str.isdigit, text)):
            offers.append(Highlight(*span, first.product_id, text, "offer"))
    best = sorted(_one_each(answers), key=lambda each: -each.weight) + list(_one_each(offers))
    return best[:limit]


def cut(recordings: Path, highlight: Highlight, target: Path) -> Path:
    """Cut a highlight out of the room's recording, without encoding it anew: from the key frame before it on. With it
    goes nothing else. Raises ExportError where there is no recording of that time."""
    start, end = max(0, highlight.start_ms - _AROUND_MS), highlight.end_ms + _AROUND_MS
    pieces = _pieces(recordings, highlight.run, start, end)
    if not pieces:
        raise ExportError(f"there is no recording of {highlight.title!r}; rooms record only with record = true")
    import av

    target.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(target), "w", format="mp4", options={"movflags": "faststart+use_metadata_tags"}) as out:
        if not _copy(pieces, start, end, out):
            raise ExportError(f"the recording of {highlight.title!r} has no picture at that time")
    return target


def begins_at(recordings: Path, highlight: Highlight) -> int:
    """Where in the stream the clip of a highlight begins: at the last key frame before it."""
    start = max(0, highlight.start_ms - _AROUND_MS)
    pieces = _pieces(recordings, highlight.run, start, highlight.end_ms)
    return _key_before(pieces[0], start) if pieces else start


Piece = tuple[int, Path]  # where in the stream it begins, in milliseconds


def _pieces(recordings: Path, run: str, start: int, end: int) -> list[Piece]:
    """The pieces of a run's recording that hold what lies between, in order."""
    found = sorted((int(path.stem.rsplit("-", 1)[1]), path) for path in recordings.glob(f"????-??-??/*-{run}-*.mp4"))
    first = max((number for number, (base, _) in enumerate(found) if base <= start), default=0)
    return [piece for piece in found[first:] if piece[0] < end]


def _key_before(piece: Piece, start: int) -> int:
    base, path = piece
    with _opened(path) as container:
        keys = [_ms(packet) for packet in container.demux(container.streams.video[0]) if packet.is_keyframe]
    return max((base + key for key in keys if base + key <= start), default=base)


def _copy(pieces: Sequence[Piece], start: int, end: int, out: "OutputContainer") -> int:
    """Copy packets from the key frame before `start` up to `end`; returns how many."""
    origin = _key_before(pieces[0], start)
    copied = 0
    streams: dict[str, av.stream.Stream] = {}
    for base, path in pieces:
        with _opened(path) as container:
            _label(container, out, streams)
            for packet in container.demux(container.streams.video[0], container.streams.audio[0]):
                at = base + _ms(packet)
                if packet.dts is None or packet.pts is None or at < origin or at >= end:
                    continue
                shift = round((base - origin) / 1000 / packet.time_base)
                packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                packet.stream = streams[packet.stream.type]
                out.mux(packet)
                copied += 1
    return copied


def _opened(path: Path) -> "InputContainer":
    import av

    return av.open(str(path))


def _label(container: "InputContainer", out: "OutputContainer", streams: "dict[str, av.stream.Stream]") -> None:
    """Streams like those of the first piece, and the mark that an AI made this."""
    if not streams:
        for each in (container.streams.video[0], container.streams.audio[0]):
            streams[each.type] = out.add_stream_from_template(each)
        out.metadata.update(container.metadata)


def _ms(packet: "av.Packet[Any]") -> int:
    return round((packet.dts or 0) * packet.time_base * 1000)


def _spoken(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """The clauses of each utterance, as far as they were said together."""
    current: list[Entry] = []
    for entry in (entry for entry in entries if entry.kind == "said"):
        if current and (
            (entry.run, entry.utterance_id) != (current[-1].run, current[-1].utterance_id)
            and not (entry.comment_id and entry.comment_id == current[-1].comment_id)
            or entry.start_ms - current[-1].end_ms > _TOGETHER_MS
        ):
            yield current
            current = []
        current.append(entry)
    if current:
        yield current


def _one_each(found: Sequence[Highlight]) -> Iterator[Highlight]:
    """One of each title, the newest."""
    newest: Mapping[str, Highlight] = {each.title: each for each in found}
    yield from newest.values()


def _newest_run(entries: Sequence[Entry]) -> list[Entry]:
    said = [entry for entry in entries if entry.kind == "said"]
    return [entry for entry in said if entry.run == said[-1].run] if said else []


def _lines(entries: Sequence[Entry]) -> Iterator[str]:
    for entry in entries:
        at = f"[{entry.at:%Y-%m-%d %H:%M:%S}]"
        match entry.kind:
            case "said":
                yield f"{at} ▶ {entry.text}"
            case "shown":
                yield f"{at} ▣ {entry.text}"
            case "asked":
                yield f"{at} ? {entry.who}: {entry.text}  ({entry.note})"
            case "blocked":
                yield f"{at} ✗ {entry.text}  → {entry.note or '—'}"


def _clock(ms: int, comma: str) -> str:
    seconds, ms = divmod(ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{comma}{ms:03}"

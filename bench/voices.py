"""Whether a voice keeps its memory over a long time on air:

    python -m bench.voices [--voice espeak|coqui|openai] [--model FOLDER] [--python PYTHON] [--url URL] [--sentences N]

Says N sentences, each another one, and tells for every tenth of them how much memory this process and those it started
hold (resident), and what processor time a sentence took of them all. Linux only: it reads /proc.
"""

import asyncio
import os
import sys
import time
from pathlib import Path

from avatar.voice import load_voice
from bench.report import Cell, arguments, report

THINGS = ("mug", "lamp", "scarf", "kettle", "chair", "pillow", "blanket", "umbrella")


def family(process: int) -> list[int]:
    """A process and all it started, by their ids."""
    found = [process]
    for child in Path(f"/proc/{process}/task").glob("*/children"):
        for each in child.read_text().split():
            found += family(int(each))
    return found


def megabytes(processes: list[int]) -> float:
    pages = sum(int(Path(f"/proc/{each}/statm").read_text().split()[1]) for each in processes)
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def seconds(processes: list[int]) -> float:
    ticks = 0
    for each in processes:
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


async def main() -> None:
    parser = arguments("Whether a voice keeps its memory over a long time on air")
    parser.add_argument("--voice", default="espeak")
    parser.add_argument("--model", default="")
    parser.add_argument("--python", type=Path, default=Path(sys.executable), help="has coqui-tts")
    parser.add_argument("--url", default="")
    parser.add_argument("--sentences", type=int, default=1000)
    told = parser.parse_args()
    options: dict[str, object] = {}
    if told.voice == "coqui":
        options = {"model": told.model, "python": told.python}
    elif told.voice == "openai":
        options = {"url": told.url, "model": told.model}
    voice = load_voice(told.voice, **options)
    spoken_s = first_s = 0.0
    try:
        rows: list[dict[str, Cell]] = []
        waits: list[float] = []
        before = seconds(family(os.getpid()))
        for number in range(1, told.sentences + 1):
            text = f"This {THINGS[number % 8]}, number {number}, is on offer for {number % 90 + 9} today."
            began, first_s = time.perf_counter(), 0.0
            async for speech in voice.speak(text, "en"):
                first_s = first_s or time.perf_counter() - began
                spoken_s += len(speech.audio.pcm) / speech.audio.rate
            waits.append(first_s * 1000)
            if number % max(1, told.sentences // 10) == 0:
                mine, *others = family(os.getpid())
                rows.append(
                    {
                        "sentences": number,
                        "this process MB": round(megabytes([mine]), 1),
                        "the others MB": round(megabytes(others), 1),
                        "CPU ms a sentence": round((seconds([mine, *others]) - before) * 1000 / number, 1),
                        "first sound ms": round(sorted(waits)[len(waits) // 2], 1),  # median of this tenth
                    }
                )
                waits.clear()
        report(f"Voice {told.voice}", rows, told.json, speech_s=round(spoken_s, 1))
    finally:
        close = getattr(voice, "close", None)
        if close is not None:
            await close()


if __name__ == "__main__":
    asyncio.run(main())

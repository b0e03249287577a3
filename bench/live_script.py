"""Does a host repeat itself?  python -m bench.live_script [--hours H] [--products N …] [--json FILE]

A day on air in a few minutes: the real writer, run sheet, phrases and guard, with a clock that moves as far as each
sentence takes to say. Viewers come in, ask and are answered in between, so the host also greets and turns back to the
script. A line counts as repeated when the same sentence was said within the two hours before. How alike two lines are
is the share of common shingles (three characters of Chinese, two words of English); for each line the most similar one
of the two hours before counts.
"""

import random
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from assistant.arithmetic import shop_and
from assistant.assistant import review_text
from assistant.guard.guard import Guard
from assistant.guard.sentences import sentences
from assistant.hostwords import HostWords
from assistant.script import ScriptWriter, spoken_title
from assistant.script_words import WINDOW_S, Heard, Wordings, key, shingles
from bench.report import Cell, arguments, report
from knowledge.catalog import Catalog
from knowledge.model import LANGS, Lang
from knowledge.settings import KnowledgeSettings
from streaming.phrases import Occasion, Phrases
from streaming.runsheet import RunSheet

SPEED = {"zh": 4.6, "en": 14.0}  # characters a second, as the embedded voice speaks
PAUSE_S = 0.4
AROUND: dict[Occasion, float] = {"back": 25.0, "welcome": 30.0, "several": 4.0, "thanks_follow": 8.0, "private": 3.0}
ANSWER_S = 9.0
MOST_ALIKE = 0.75  # p95 of the most similar line of two hours
BEGIN = datetime(2026, 11, 28, 6, 0, tzinfo=UTC).timestamp()


@dataclass
class Clock:
    now: float = BEGIN

    def __call__(self) -> float:
        return self.now


@dataclass
class Day:
    """What was said, and how it compares with the two hours before."""

    lines: int = 0
    repeated: int = 0
    alike: list[float] = field(default_factory=list)
    grams: Counter[str] = field(default_factory=Counter)
    _said: dict[str, float] = field(default_factory=dict)
    _window: deque[tuple[float, int, frozenset[str]]] = field(default_factory=deque)
    _with: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    _size: dict[int, int] = field(default_factory=dict)

    def say(self, text: str, now: float) -> None:
        self.lines += 1
        for sentence in sentences(text):
            said = key(sentence)
            self.repeated += now - self._said.get(said, -1e12) < WINDOW_S
            self._said[said] = now
        self._forget(now - WINDOW_S)
        mine = shingles(text)
        self.grams.update(mine)
        common = Counter(other for each in mine for other in self._with[each])
        nearest = max((n / (len(mine) + self._size[other] - n) for other, n in common.items()), default=0.0)
        self.alike.append(nearest)
        self._window.append((now, self.lines, mine))
        self._size[self.lines] = len(mine)
        for each in mine:
            self._with[each].add(self.lines)

    def _forget(self, since: float) -> None:
        while self._window and self._window[0][0] <= since:
            _, old, its = self._window.popleft()
            del self._size[old]
            for each in its:
                self._with[each].discard(old)


def host(catalog: Catalog, lang: Lang, products: int, persona: str, clock: Clock, until: float) -> Iterator[str]:
    """What is said on air, line by line; whoever asks for the next one has moved the clock."""
    guard, chance = Guard(), random.Random(f"{lang}{products}")
    wordings = Wordings(seed=f"{lang}/{products}", heard=Heard(clock))
    writer = ScriptWriter(catalog, guard, wordings=wordings)
    shelf = list(catalog.products())[:products] if products else list(catalog.products())
    sheet = RunSheet([each.id for each in shelf], clock=lambda: datetime.fromtimestamp(clock(), UTC))
    manner = HostWords(catalog.store).persona(persona).manner(lang)
    phrases = Phrases(lang, catalog.shop.name(lang), wordings, manner)
    names = ("小字开头的朋友", "阿字开头的朋友") if lang == "zh" else ("our friend A", "our friend J")
    current = ""
    while clock() < until:
        current, _ = sheet.after(current, shelf)
        product = catalog.product(current)
        assert product is not None
        for line in writer.lines(current, lang, persona):
            yield line.text
            for occasion, an_hour in AROUND.items():
                if chance.random() < an_hour * 5.0 / 3600:
                    if occasion == "back":
                        clock.now += ANSWER_S
                    title = spoken_title(product.title(lang))
                    text = phrases(occasion, title=title, names=chance.choice(names))
                    facts = shop_and(catalog, [current])
                    if text and review_text(guard, text, facts, lang, (current,)).text == text:
                        yield text


def measure(catalog: Catalog, lang: Lang, products: int, hours: float) -> dict[str, Cell]:
    clock, day, spoken = Clock(), Day(), 0.0
    began = time.process_time()
    for text in host(catalog, lang, products, "warm", clock, BEGIN + hours * 3600):
        day.say(text, clock())
        took = len(text) / SPEED[lang] + PAUSE_S
        clock.now += took
        spoken += took
    on_air_s = clock() - BEGIN
    ordered = sorted(day.alike)
    return {
        "lang": lang,
        "products": products or len(catalog.products()),
        "hours": round(on_air_s / 3600, 1),
        "lines an hour": round(day.lines / on_air_s * 3600),
        "repeats within 2 h": day.repeated,
        "alike p50": round(statistics.median(ordered), 3),
        "p95": round(ordered[int(0.95 * (len(ordered) - 1))], 3),
        "max": round(ordered[-1], 3),
        "distinct shingles": round(len(day.grams) / sum(day.grams.values()), 3),
        "CPU ms a line": round((time.process_time() - began) / day.lines * 1000, 2),
    }


def main() -> int:
    from web.wiring import DEMO_SHOP

    parser = arguments("A day of a live host's words: repeats and self-similarity")
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--products", type=int, nargs="+", default=[0, 6, 1], help="0: the whole demo shop")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="zhibo-bench-") as folder:
        catalog = Catalog.open(KnowledgeSettings(data_dir=Path(folder)))
        catalog.ingest(DEMO_SHOP)
        rows = [measure(catalog, lang, products, options.hours) for lang in LANGS for products in options.products]
        catalog.close()
    report(f"{options.hours:g} hours on air", rows, options.json, bound=MOST_ALIKE)
    failed = [row for row in rows if row["repeats within 2 h"] or float(row["p95"] or 0) > MOST_ALIKE]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

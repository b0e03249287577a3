"""How fast the guard is with a large shop loaded: `python -m bench.guard_speed [--products N] [--claims FILE]`.

Microseconds of CPU on one core for each sentence, by length; what the guard keeps for the shop, and the whole process.
With a claim benchmark its products stand among the others, and its sentences are timed too: when the guard has not read
the product's facts yet, and when it has.
"""

import json
import os
import random
import resource
import statistics
import sys
import time
import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.guard.guard import Guard
from bench.claims import facts_of, warm
from bench.report import Cell, arguments, report
from knowledge.facts import Fact, Facts

SENTENCES = {
    "short": ("好的。", "这款99元。", "Sure!", "It costs $20."),
    "usual": (
        "这款{title}现在{price}元，容量{size}ml，满88元包邮。",
        "{title}用的是316不锈钢，签收后7天内可以退货。",
        "您好，{title}库存还有{stock}件，有白色和黑色可以选。",
        "The {title} holds {size} ml and it costs {price} yuan today.",
    ),
    "wrong": (
        "这款{title}只要9元，容量{size}ml，是全网最低价。",
        "{title}用的是纯钛，还送杯刷，质保十年。",
        "The {title} holds 9 liters, and it is FDA approved.",
    ),
    "long": (
        "我给您介绍一下{title}，它的容量是{size}ml，材质是316不锈钢，颜色有白色和黑色，现在{price}元，满88元包邮，"
        "签收后7天内可以退货，库存还有{stock}件，日常用着很顺手，喜欢的话可以直接下单，有问题随时问我。",
    ),
}


OPINION = {"zh": "挺好的。", "en": " Lovely."}  # so that nothing of the first reading can be kept but the facts


def shop(products: int) -> tuple[Facts, list[dict[str, str]]]:
    """A made-up shop's facts, and for each product what a sentence may say of it."""
    rng = random.Random(7)
    kinds = ("保温杯", "煎锅", "四件套", "台灯", "背包", "耳机", "枕头", "水壶")
    facts, rows = [], []
    for number in range(products):
        subject = f"p{number}"
        title = f"檐雀{rng.choice('云山海川林溪')}{rng.choice('轻旅远行晴空')}{rng.choice(kinds)}{number}"
        row = {
            "title": title,
            "price": str(rng.randrange(19, 999)),
            "size": str(rng.randrange(100, 2000, 10)),
            "stock": str(rng.randrange(1, 400)),
        }
        rows.append(row)
        facts += [
            Fact(f"{subject}/title", subject, "名称", title, "title"),
            Fact(f"{subject}/price", subject, "价格", row["price"] + "元", "price"),
            Fact(f"{subject}/stock", subject, "库存", row["stock"], "stock"),
            Fact(f"{subject}/容量", subject, "容量", row["size"] + "ml"),
            Fact(f"{subject}/材质", subject, "材质", "316不锈钢"),
            Fact(f"{subject}/颜色", subject, "颜色", "白色、黑色"),
        ]
    facts += [
        Fact("policy:shipping/包邮门槛", "policy:shipping", "包邮门槛", "88元", "policy"),
        Fact("policy:returns/退货期限", "policy:returns", "退货期限", "7天", "policy"),
    ]
    return Facts.of(facts), rows


def measure(guard: Guard, facts: Facts, rows: Sequence[dict[str, str]], kind: str, times: int) -> list[float]:
    """Microseconds of CPU for each of `times` sentences, each about another product."""
    rng = random.Random(11)
    took = []
    for _ in range(times):
        number = rng.randrange(len(rows))
        sentence = rng.choice(SENTENCES[kind]).format(**rows[number])
        started = time.process_time()
        guard.review(sentence, facts, about=(f"p{number}",))
        took.append((time.process_time() - started) * 1_000_000)
    return sorted(took)


def measure_claims(guard: Guard, facts: Facts, rows: Sequence[dict[str, Any]]) -> tuple[list[float], list[float]]:
    """Microseconds of CPU for each sentence of a benchmark: the first time and, other words added, a second time."""
    took: tuple[list[float], list[float]] = ([], [])
    for row in rows:
        for times, text in zip(took, (row["text"], row["text"] + OPINION[row["lang"]]), strict=True):
            started = time.process_time()
            guard.review(text, facts, lang=row["lang"], about=(str(row["product_id"]),))
            times.append((time.process_time() - started) * 1_000_000)
    return sorted(took[0]), sorted(took[1])


def _line(name: str, characters: float, took: Sequence[float]) -> dict[str, Cell]:
    return {
        "sentences": name,
        "characters": round(characters),
        "mean µs": round(statistics.fmean(took)),
        "p50 µs": round(took[len(took) // 2]),
        "p95 µs": round(took[int(len(took) * 0.95)]),
        "p99 µs": round(took[int(len(took) * 0.99)]),
        "max µs": round(took[-1]),
    }


def one_core() -> None:
    """Nothing here runs in threads; where the system can tell, it is kept to one core all the same."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def resident_mb() -> float:
    """The most memory this process has held."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # kilobytes, on macOS bytes
    return most / (1_000_000 if sys.platform == "darwin" else 1_000)


def main(argv: Sequence[str] | None = None) -> int:
    parser = arguments("Time the guard with a large shop loaded.")
    parser.add_argument("--products", type=int, default=10_000, metavar="N", help="products in the facts (10000)")
    parser.add_argument("--claims", type=Path, metavar="FILE", help="a claim benchmark, JSON lines, timed as well")
    parser.add_argument("--times", type=int, default=300, metavar="N", help="sentences of each length (300)")
    args = parser.parse_args(argv)
    one_core()
    claims = [json.loads(line) for line in args.claims.open(encoding="utf-8")] if args.claims else []
    facts, rows = shop(args.products)
    facts = Facts.of([*facts, *(fact for row in claims for fact in facts_of(row))])
    guard = Guard()
    tracemalloc.start()
    started = time.process_time()
    guard.review("您好，请问这款多少钱？", facts, about=("p0",))
    first = (time.process_time() - started) * 1000
    memory = tracemalloc.get_traced_memory()[0] / 1_000_000
    tracemalloc.stop()
    warm(guard)
    table: list[dict[str, Cell]] = []
    for kind in SENTENCES:
        length = statistics.fmean(len(form.format(**rows[0])) for form in SENTENCES[kind])
        table.append(_line(kind, length, measure(guard, facts, rows, kind, args.times)))
    for lang in dict.fromkeys(row["lang"] for row in claims):
        own = [row for row in claims if row["lang"] == lang]
        length = statistics.fmean(len(row["text"]) for row in own)
        unread, read = measure_claims(guard, facts, own)
        table.append(_line(f"claims {lang}, facts unread", length, unread))
        table.append(_line(f"claims {lang}, facts read", length, read))
    resident = resident_mb()
    report(
        "Guard speed (CPU time a sentence, one core)",
        table,
        args.json,
        products=args.products,
        first_sentence_ms=round(first, 1),
        index_mb=round(memory, 1),
        resident_mb=round(resident, 1),
    )
    print(
        f"{args.products:,} products; first sentence (reads all names): {first:.0f} ms; "
        f"the guard keeps {memory:.1f} MB, the process {resident:.0f} MB with the facts"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

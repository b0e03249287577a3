"""The guard on a claim benchmark: `python -m bench.claims --data dev.jsonl --out predictions.jsonl [--json FILE]`.

Each line of the data holds a product as a flat table, a sentence, and what a checker should say of it. Predictions are
written in the format the benchmark's own `score.py` reads; when that lies beside the data, its figures are printed,
with what share of the corrections is safe and which rows fail.
"""

import gc
import importlib.util
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.guard.guard import Guard
from assistant.guard.sheet import facts_from_sheet
from bench.report import Cell, arguments, report
from knowledge.facts import Facts
from knowledge.sieve import compile_sieves


def facts_of(row: Mapping[str, Any]) -> Facts:
    """The facts of a row: its product, and the others its sentence may name."""
    facts = facts_from_sheet(row["product"], str(row["product_id"]))
    for number, other in enumerate(row.get("others") or ()):
        if other != row["product"]:
            facts = facts | facts_from_sheet(other, f"{row['product_id']}:other{number}")
    return facts


def warm(guard: Guard) -> None:
    """Puts the guard where a server's is after its first minute: all compiled, the collector kept off its tables."""
    guard.review("您好。Hello.", Facts.of(()))
    compile_sieves()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)  # as web/server.py has it


def predict(guard: Guard, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One prediction a row, with the milliseconds it took, reading the facts included."""
    predictions = []
    for row in rows:
        facts = facts_of(row)
        started = time.perf_counter()
        verdict = guard.review(row["text"], facts, lang=row["lang"], about=(str(row["product_id"]),))
        took = (time.perf_counter() - started) * 1000
        spans = [{"start": span.start, "end": span.end, "field": span.field} for span in verdict.spans]
        predictions.append(
            {"id": row["id"], "label": verdict.label, "spans": spans, "text": verdict.text, "ms": round(took, 3)}
        )
    return predictions


def load_scorer(data: Path) -> Callable[..., dict[str, Any]] | None:
    file = data.parent / "score.py"
    if not file.exists():
        return None
    spec = importlib.util.spec_from_file_location("claim_score", file)
    if spec is None or spec.loader is None:
        return None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.score  # type: ignore[no-any-return]


def _summary(figures: Mapping[str, Any]) -> list[dict[str, Cell]]:
    names = [name for name, value in figures["all"].items() if isinstance(value, float)]
    return [{"figure": name, **{lang: figures[lang][name] for lang in ("zh", "en", "all")}} for name in names]


OK_TYPES = ("clean", "paraphrase_true", "hard_negative", "puffery")


def by_type(figures: Mapping[str, Any]) -> list[dict[str, Cell]]:
    """How many rows of each type are on the right side: recall of the wrong ones, and of the true ones what is no
    false alarm."""
    types = figures["all"]["correct_by_type"]
    return [
        {
            "type": name,
            "is": "no false alarm" if name in OK_TYPES else "recall",
            **{lang: figures[lang]["correct_by_type"].get(name) for lang in ("zh", "en", "all")},
        }
        for name in sorted(types, key=lambda one: (one not in OK_TYPES, one))
    ]


def safe_corrections(
    guard: Guard, rows: Sequence[Mapping[str, Any]], predictions: Sequence[Mapping[str, Any]]
) -> dict[str, float]:
    """By language, the share of wrong rows whose correction is safe.

    The wrong words are gone, no word is there that stands neither in the sentence nor in the right one nor in the
    facts, and the rest passes. Leaving a clause out counts here; the guard judges itself, so never read this alone.
    """
    safe: dict[str, list[bool]] = {"zh": [], "en": [], "all": []}
    for row, prediction in zip(rows, predictions, strict=True):
        if row["label"] == "ok":
            continue
        good = _is_safe(guard, row, prediction["text"])
        safe[row["lang"]].append(good)
        safe["all"].append(good)
    return {lang: round(sum(found) / len(found), 4) for lang, found in safe.items() if found}


def _is_safe(guard: Guard, row: Mapping[str, Any], text: str) -> bool:
    if any(span["text"] in text and span["text"] not in row["gold_text"] for span in row["spans"]):
        return False
    if not text.strip():
        return True
    known = f"{row['text']} {row['gold_text']} {row['product']} {row.get('others') or ''}".lower()
    if any(word not in known for word in re.findall(r"[a-z]{4,}|\d+(?:\.\d+)?", text.lower())):
        return False
    return guard.review(text, facts_of(row), lang=row["lang"], about=(str(row["product_id"]),)).label == "ok"


def failures(rows: Sequence[Mapping[str, Any]], predictions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows with another label than the right one, ordered by what kind of mistake it is."""
    found = []
    for row, prediction in zip(rows, predictions, strict=True):
        if row["label"] == prediction["label"]:
            continue
        if row["label"] == "ok":
            kind = "false alarm"
        elif prediction["label"] == "ok":
            kind = "missed"
        else:
            kind = f"{row['label']} called {prediction['label']}"
        found.append({"kind": kind, "type": row["type"], "lang": row["lang"], "id": row["id"], "text": row["text"]})
    return sorted(found, key=lambda one: (one["kind"], one["type"], one["lang"]))


def main(argv: Sequence[str] | None = None) -> int:
    parser = arguments("Score the guard on a claim benchmark.")
    parser.add_argument("--data", type=Path, required=True, metavar="FILE", help="the benchmark, JSON lines")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="where the predictions go")
    args = parser.parse_args(argv)
    if not args.data.exists():
        print(f"no such file: {args.data}", file=sys.stderr)
        return 2
    rows = [json.loads(line) for line in args.data.read_text(encoding="utf-8").splitlines() if line.strip()]
    guard = Guard()
    warm(guard)
    predictions = predict(guard, rows)
    args.out.write_text("".join(json.dumps(p, ensure_ascii=False) + "\n" for p in predictions), encoding="utf-8")
    score = load_scorer(args.data)
    if score is None:
        labels = Counter(p["label"] for p in predictions)
        report("Claims (no score.py beside the data)", [{"label": k, "rows": v} for k, v in labels.items()], args.json)
        return 0
    figures = score(rows, predictions)
    report("Claims by type", by_type(figures))
    safe: dict[str, Cell] = {"figure": "correction_safe", **safe_corrections(guard, rows, predictions)}
    milliseconds = {f"ms_{name}": value for name, value in figures.get("ms", {}).items()}
    report("Claims", [*_summary(figures), safe], args.json, data=args.data.name, **milliseconds)
    failed = failures(rows, predictions)
    kinds = Counter((one["kind"], one["type"], one["lang"]) for one in failed)
    report(
        "Rows with another label, by kind",
        [{"kind": kind, "type": name, "lang": lang, "rows": count} for (kind, name, lang), count in kinds.items()],
    )
    for one in failed:
        print(f"[{one['kind']}] {one['type']} {one['id']}: {one['text']}")
    print("ms per sentence, facts read anew for each:", figures.get("ms"))
    return 0


if __name__ == "__main__":
    sys.exit(main())

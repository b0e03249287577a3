"""How well products are found:  python -m bench.retrieval --data DIR [--set NAME] [--embedder NAME] [--out RUN.tsv]

DIR holds sets as folders with corpus.tsv (id, text), queries.*.tsv (id, text) and qrels.*.tsv (query, document, grade).
Every method runs over the same documents; the table shows nDCG@10, MRR@10, Recall@100, build time and query latency.
"""

import argparse
import json
import math
import resource
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from knowledge.embed import load_embedder
from knowledge.lexical import Index, pieces, words
from knowledge.retrieval import Retriever, Scores, Weights, best, fused

Run = Mapping[str, Sequence[tuple[str, float]]]
Method = Callable[[str], Scores]


def read_pairs(path: Path) -> list[tuple[str, str]]:
    rows = (line.split("\t", 1) for line in path.read_text(encoding="utf-8").splitlines() if "\t" in line)
    return [(left, right) for left, right in rows]


def read_judgements(path: Path) -> dict[str, dict[str, float]]:
    judged: dict[str, dict[str, float]] = defaultdict(dict)
    for line in path.read_text(encoding="utf-8").splitlines():
        query, document, grade = line.split("\t")[:3]
        judged[query][document] = float(grade)
    return judged


def figures(run: Run, judged: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Means over the queries that have a relevant document: linear gain, log2 discount."""
    rows: list[tuple[float, float, float]] = []
    for query, grades in judged.items():
        relevant = {document for document, grade in grades.items() if grade >= 1}
        if not relevant:
            continue
        found = [document for document, _ in run.get(query, ())]
        gain = sum(grades.get(document, 0) / math.log2(rank + 2) for rank, document in enumerate(found[:10]))
        ideal = sum(
            grade / math.log2(rank + 2) for rank, grade in enumerate(sorted(grades.values(), reverse=True)[:10])
        )
        first = next((1 / (rank + 1) for rank, document in enumerate(found[:10]) if document in relevant), 0.0)
        rows.append((gain / ideal, first, len(relevant & set(found[:100])) / len(relevant)))
    means = np.array(rows).mean(axis=0)
    return {"queries": len(rows), "ndcg@10": means[0], "mrr@10": means[1], "recall@100": means[2]}


def methods(texts: Sequence[str], embedder: str) -> dict[str, tuple[float, Method]]:
    """Each method with the seconds its index took."""
    documents = [[(text, 1.0)] for text in texts]
    built: dict[str, tuple[float, Method]] = {}

    def add(name: str, make: Callable[[], Method]) -> None:
        started = time.perf_counter()
        method = make()
        built[name] = (time.perf_counter() - started, method)

    def by_words() -> Method:
        index = Index(documents, words)
        return lambda query: index.scores([(term, 1.0) for term in words(query)])

    add("bm25", by_words)
    add("pieces", lambda: Index(documents, pieces).cosine)
    add("words+pieces", lambda: Retriever(documents, Weights(pairs=0.0)).scores)
    retriever = Retriever(documents)
    add("zhibo", lambda: Retriever(documents).scores)

    def by_meaning() -> Method:
        model = load_embedder(embedder)
        matrix = model.embed(texts)
        return lambda query: fused(retriever.scores(query), matrix @ model.embed([query])[0], model.share)

    if embedder:
        add(f"zhibo+{embedder}", by_meaning)
    return built


def measure(folder: Path, split: str, embedder: str, out: Path | None) -> list[dict[str, float | str]]:
    ids, texts = zip(*read_pairs(folder / "corpus.tsv"), strict=True)
    queries = read_pairs(folder / f"queries.{split}.tsv")
    judged = read_judgements(folder / f"qrels.{split}.tsv")
    rows: list[dict[str, float | str]] = []
    for name, (build_s, method) in methods(texts, embedder).items():
        run: dict[str, list[tuple[str, float]]] = {}
        took = []
        for query, text in queries:
            started = time.perf_counter()
            scores = method(text)
            run[query] = [(ids[place], float(scores[place])) for place in best(scores, 100)]
            took.append((time.perf_counter() - started) * 1000)
        if out is not None:
            write_run(out.with_name(f"{out.stem}.{folder.name}.{name}{out.suffix}"), run)
        p50, p95 = np.percentile(took, (50, 95))
        latency = {"build_s": build_s, "p50_ms": float(p50), "p95_ms": float(p95)}
        rows.append({"set": folder.name, "documents": len(ids), "method": name, **figures(run, judged), **latency})
    return rows


def write_run(path: Path, run: Run) -> None:
    lines = [
        f"{query}\t{document}\t{rank}\t{score:.6f}"
        for query, found in run.items()
        for rank, (document, score) in enumerate(found, 1)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.retrieval", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of sets")
    parser.add_argument("--set", action="append", default=[], dest="sets", help="only this set; may be repeated")
    parser.add_argument("--split", default="dev")
    parser.add_argument("--embedder", default="", help="also with vectors of this embedder")
    parser.add_argument("--out", type=Path, help="write the runs beside this name, RUN.SET.METHOD.tsv")
    parser.add_argument("--json", type=Path, help="write the figures")
    arguments = parser.parse_args()
    folders = sorted(path.parent for path in arguments.data.glob("*/corpus.tsv"))
    rows = []
    print(
        f"{'set':9}{'method':18}{'docs':>7}{'nDCG@10':>9}{'MRR@10':>8}{'R@100':>7}"
        f"{'build s':>9}{'p50 ms':>8}{'p95 ms':>8}"
    )
    for folder in folders:
        if arguments.sets and folder.name not in arguments.sets:
            continue
        for row in measure(folder, arguments.split, arguments.embedder, arguments.out):
            rows.append(row)
            print(
                f"{row['set']:9}{row['method']:18}{row['documents']:7}{row['ndcg@10']:9.4f}{row['mrr@10']:8.4f}"
                f"{row['recall@100']:7.3f}{row['build_s']:9.2f}{row['p50_ms']:8.2f}{row['p95_ms']:8.2f}"
            )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"peak memory {peak} MB")
    if arguments.json:
        arguments.json.write_text(json.dumps({"rows": rows, "peak_mb": peak}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()

"""How well products are found:

    python -m bench.retrieval --data DIR [--set NAME] [--split dev] [--embedder NAME] [--rerank NAME] [--out RUN.tsv]

DIR is a set or holds sets as folders: corpus.tsv (id, text), queries.SPLIT.tsv (id, text) and qrels.SPLIT.tsv (query,
document, grade). Every method runs over the same documents, and the shop's own comes last: nDCG@10, MRR@10, Recall@100,
the seconds and megabytes of its index, and the latency of a query.

With one set, RUN.tsv is the shop's own run and RUN.METHOD.tsv those beside it; with several, RUN.SET.tsv and
RUN.SET.METHOD.tsv. A row is query, document, rank, score.
"""

import argparse
import gc
import json
import math
import resource
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np

from knowledge.embed import Embedder, Vectors, load_embedder
from knowledge.lexical import indexed, words
from knowledge.postings import CosineIndex, Index
from knowledge.rerank import Reranker, blended, load_reranker
from knowledge.retrieval import Retriever, Scores, best, fused

Run = Mapping[str, Sequence[tuple[str, float]]]
Method = Callable[[str], Scores]
OWN = "zhibo"
_DEEP = 100  # documents of a run
_RERANKED = 50


@dataclass(frozen=True, slots=True)
class Row:
    """What one method reached on one set."""

    set: str
    documents: int
    queries: int
    method: str
    ndcg: float
    mrr: float
    recall: float
    build_s: float
    index_mb: float
    p50_ms: float
    p95_ms: float

    def line(self) -> str:
        return (
            f"{self.set:9}{self.method:34}{self.documents:7}{self.ndcg:9.4f}{self.mrr:8.4f}{self.recall:7.3f}"
            f"{self.build_s:9.2f}{self.index_mb:8.1f}{self.p50_ms:8.2f}{self.p95_ms:8.2f}"
        )


HEAD = (
    f"{'set':9}{'method':34}{'docs':>7}{'nDCG@10':>9}{'MRR@10':>8}{'R@100':>7}"
    f"{'build s':>9}{'MB':>8}{'p50 ms':>8}{'p95 ms':>8}"
)


def read_pairs(path: Path) -> list[tuple[str, str]]:
    rows = (line.split("\t", 1) for line in path.read_text(encoding="utf-8").splitlines() if "\t" in line)
    return [(left, right) for left, right in rows]


def read_judgements(path: Path) -> dict[str, dict[str, float]]:
    judged: dict[str, dict[str, float]] = defaultdict(dict)
    for line in path.read_text(encoding="utf-8").splitlines():
        query, document, grade = line.split("\t")[:3]
        judged[query][document] = float(grade)
    return judged


def figures(run: Run, judged: Mapping[str, Mapping[str, float]]) -> tuple[int, float, float, float]:
    """How many queries have a relevant document, and over them the means of nDCG@10 (linear gain, log2 discount),
    MRR@10 and Recall@100."""
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
        rows.append((gain / ideal, first, len(relevant & set(found[:_DEEP])) / len(relevant)))
    ndcg, mrr, recall = (float(mean) for mean in np.array(rows or [(0.0, 0.0, 0.0)]).mean(axis=0))
    return len(rows), ndcg, mrr, recall


def makers(texts: Sequence[str], arguments: argparse.Namespace) -> dict[str, Callable[[], Method]]:
    """How each method's index is built, by its name; the shop's own comes last and is what was asked for. Texts are
    embedded once, which is told as the time of the first method that needs it."""
    documents = [[(text, 1.0)] for text in texts]

    def by_words() -> Method:
        index = Index(documents, words)
        return lambda query: index.scores([(term, 1.0) for term in words(query)])

    @cache
    def embedder() -> Embedder:
        return load_embedder(arguments.embedder, url=arguments.embedder_url, key=arguments.embedder_key)

    @cache
    def matrix() -> Vectors:
        return np.concatenate([embedder().embed(texts[at : at + 512]) for at in range(0, len(texts), 512)])

    def by_meaning() -> Method:
        rows, model = matrix(), embedder()
        return lambda query: np.einsum("ij,j->i", rows, model.embed([query], asked=True)[0])

    def together() -> Method:
        retriever, near, share = Retriever(documents), by_meaning(), embedder().share
        return lambda query: fused(retriever.scores(query), near(query), share)

    def own() -> Method:
        return together() if arguments.embedder else Retriever(documents).scores

    def reranked() -> Method:
        model, first = load_reranker(arguments.rerank), own()
        return lambda query: rerank(model, query, texts, first(query))

    found: dict[str, Callable[[], Method]] = {
        "bm25": by_words,
        "tf-idf": lambda: CosineIndex(documents, indexed).cosine,
    }
    if arguments.embedder or arguments.rerank:
        found["words"] = lambda: Retriever(documents).scores
    if arguments.embedder:
        found["vectors"] = by_meaning
    if arguments.embedder and arguments.rerank:
        found["words+vectors"] = together
    found[OWN] = reranked if arguments.rerank else own
    return found


def rerank(model: Reranker, query: str, texts: Sequence[str], scores: Scores) -> Scores:
    """The first `_RERANKED` read again by `model`, without the time limit that the product sets it."""
    places = best(scores, _RERANKED)
    if len(places):
        rated = model.rate(query, [texts[place] for place in places])
        scores = scores.copy()
        scores[places] = blended(rated.tolist(), scores[places].tolist())
    return scores


def measure(folder: Path, split: str, arguments: argparse.Namespace, out: Path | None) -> Iterator[Row]:
    """A row for each method. `out` names the run of the shop's own, the others' stand beside it."""
    ids, texts = zip(*read_pairs(folder / "corpus.tsv"), strict=True)
    queries = read_pairs(folder / f"queries.{split}.tsv")
    judged = read_judgements(folder / f"qrels.{split}.tsv")
    for name, make in makers(texts, arguments).items():
        gc.collect()
        before = resident_mb()
        started = time.perf_counter()
        method = make()
        build_s = time.perf_counter() - started
        gc.collect()
        index_mb = max(0.0, resident_mb() - before)
        run: dict[str, list[tuple[str, float]]] = {}
        took = []
        for query, text in queries:
            started = time.perf_counter()
            scores = method(text)
            run[query] = [(ids[place], float(scores[place])) for place in best(scores, _DEEP)]
            took.append((time.perf_counter() - started) * 1000)
        if out is not None:
            write_run(out if name == OWN else out.with_name(f"{out.stem}.{name}{out.suffix}"), run)
        p50, p95 = (float(value) for value in np.percentile(took, (50, 95)))
        count, ndcg, mrr, recall = figures(run, judged)
        shown = OWN + "".join(f"+{part}" for part in (short(arguments.embedder), short(arguments.rerank)) if part)
        label = shown if name == OWN else name
        yield Row(folder.name, len(ids), count, label, ndcg, mrr, recall, build_s, index_mb, p50, p95)


def short(name: str) -> str:
    """A back-end's name for the table: a model's folder by its last two parts."""
    return "/".join(name.rstrip("/").split("/")[-2:])[-24:]


def resident_mb() -> float:
    """Memory this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def write_run(path: Path, run: Run) -> None:
    lines = [
        f"{query}\t{document}\t{rank}\t{score:.6f}"
        for query, found in run.items()
        for rank, (document, score) in enumerate(found, 1)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def find_sets(data: Path, names: Sequence[str]) -> list[Path]:
    """The folders of sets in `data`, or `data` itself when it is one."""
    found = [data] if (data / "corpus.tsv").is_file() else sorted(path.parent for path in data.glob("*/corpus.tsv"))
    if missing := [name for name in names if name not in {folder.name for folder in found}]:
        raise SystemExit(f"no set {', '.join(missing)} in {data}; there are {', '.join(f.name for f in found)}")
    if not found:
        raise SystemExit(f"{data} is no retrieval set and holds none: a set is a folder with corpus.tsv")
    return [folder for folder in found if not names or folder.name in names]


def find_split(folder: Path, split: str) -> str:
    """The split to measure: the one asked for, else dev, else the only one there is."""
    there = sorted(
        path.name.removeprefix("queries.").removesuffix(".tsv")
        for path in folder.glob("queries.*.tsv")
        if (folder / path.name.replace("queries.", "qrels.", 1)).is_file()
    )
    wanted = split or ("dev" if "dev" in there else there[0] if there else "dev")
    if wanted not in there:
        raise SystemExit(f"{folder} has no queries.{wanted}.tsv with qrels.{wanted}.tsv beside it")
    return wanted


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.retrieval", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="a set, or a folder of sets")
    parser.add_argument("--set", action="append", default=[], dest="sets", help="only this set; may be repeated")
    parser.add_argument("--split", default="", help="which queries.SPLIT.tsv; dev when it is there, else the only one")
    parser.add_argument("--embedder", default="", help="with vectors, e.g. sentence-transformers:PATH or hashed")
    parser.add_argument("--embedder-url", default="", help="of an embedding server")
    parser.add_argument("--embedder-key", default="", help="its API key")
    parser.add_argument("--rerank", default="", help="with a reranker, e.g. cross-encoder:PATH")
    parser.add_argument("--out", type=Path, help="write the shop's own run here and the others beside it")
    parser.add_argument("--json", type=Path, help="write the figures")
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    folders = find_sets(arguments.data, arguments.sets)
    rows = []
    print(HEAD)
    for folder in folders:
        out: Path | None = arguments.out
        if out is not None and len(folders) > 1:
            out = out.with_name(f"{out.stem}.{folder.name}{out.suffix}")
        for row in measure(folder, find_split(folder, arguments.split), arguments, out):
            rows.append(row)
            print(row.line(), flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"peak memory {peak} MB")
    if arguments.json:
        arguments.json.write_text(json.dumps({"rows": [asdict(row) for row in rows], "peak_mb": peak}, indent=1))


if __name__ == "__main__":
    main()

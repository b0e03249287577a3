"""The retrieval benchmark on a set of five titles: runs in the named files, figures as defined."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

CORPUS = ("蓝色陶瓷马克杯", "不锈钢保温杯 500ml", "Non-slip rain boots", "Terracotta plant pot", "Red mug")
QUERIES = {"q1": ("保温杯", {1: 2}), "q2": ("rain boot", {2: 1}), "q3": ("mug", {4: 1, 0: 1}), "q4": ("nothing", {})}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in ("one", "two"):
        folder = tmp_path / "sets" / name
        folder.mkdir(parents=True)
        (folder / "corpus.tsv").write_text("".join(f"d{n}\t{text}\n" for n, text in enumerate(CORPUS)))
        (folder / "queries.test.tsv").write_text("".join(f"{q}\t{text}\n" for q, (text, _) in QUERIES.items()))
        grades = [(q, n, grade) for q, (_, judged) in QUERIES.items() for n, grade in judged.items()]
        (folder / "qrels.test.tsv").write_text("".join(f"{q}\td{n}\t{grade}\n" for q, n, grade in grades))
    return tmp_path / "sets"


def _bench(*arguments: object) -> str:
    command = [sys.executable, "-m", "bench.retrieval", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_one_set_alone_writes_its_run_where_it_is_told(data: Path, tmp_path: Path) -> None:
    _bench("--data", data / "one", "--out", tmp_path / "run.tsv", "--json", tmp_path / "f.json", "--embedder", "hashed")
    assert sorted(path.name for path in tmp_path.glob("run*")) == [
        "run.bm25.tsv", "run.tf-idf.tsv", "run.tsv", "run.vectors.tsv", "run.words.tsv",
    ]  # fmt: skip
    rows = [line.split("\t") for line in (tmp_path / "run.tsv").read_text().splitlines()]
    assert [row[:3] for row in rows if row[0] == "q1"][0] == ["q1", "d1", "1"]
    own = json.loads((tmp_path / "f.json").read_text())["rows"][-1]
    # d4 first for q3, d0 (which has no word of it) not found: (1 + 1 + 1 / (1 + 1 / log2(3))) / 3
    assert own["queries"] == 3
    assert own["ndcg"] == pytest.approx((2 + 1 / (1 + 0.63093)) / 3, abs=1e-4)
    assert own["mrr"] == 1
    assert own["recall"] == pytest.approx((1 + 1 + 0.5) / 3)


def test_several_sets_write_a_run_each(data: Path, tmp_path: Path) -> None:
    table = _bench("--data", data, "--out", tmp_path / "run.tsv")
    assert {"run.one.tsv", "run.two.tsv", "run.two.bm25.tsv"} <= {path.name for path in tmp_path.glob("run*")}
    assert table.count("zhibo") == 2


def test_what_is_no_set_is_said(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.retrieval", "--data", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "a set is a folder with corpus.tsv" in done.stderr

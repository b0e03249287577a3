import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from knowledge.embed import Vectors, load_embedder
from knowledge.embedders.hashed import HashedEmbedder
from knowledge.model import Product, Text
from knowledge.store import Store
from knowledge.vectors import VectorIndex
from knowledge.writing import Batch, write_batch

TEXTS = {"a": "蓝色陶瓷马克杯", "b": "non-slip rain boots", "c": "羊毛被 冬季加厚"}


class Counting(HashedEmbedder):
    """Counts what it is asked to embed."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def embed(self, texts: Sequence[str], *, asked: bool = False) -> Vectors:
        if not asked:
            self.seen += texts
        return super().embed(texts, asked=asked)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(f"sqlite:///{tmp_path / 'zhibo.db'}")
    made.migrate()
    with made.write() as connection:
        write_batch(connection, Batch(origin="", products=[Product(name, Text(text)) for name, text in TEXTS.items()]))
    return made


def test_hashed_vectors_are_unit_length_and_the_same_everywhere() -> None:
    embedder = load_embedder("hashed")
    vectors = embedder.embed(["雨靴", "rain boots", ""])
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), [1, 1, 0])
    assert np.array_equal(vectors, load_embedder("hashed").embed(["雨靴", "rain boots", ""]))
    assert vectors[1] @ embedder.embed(["rain boot"])[0] > 0.5


def test_only_new_texts_are_embedded(store: Store, tmp_path: Path) -> None:
    first = Counting()
    view = VectorIndex(store, tmp_path, first, ann_from=99).update(TEXTS)
    assert first.seen == list(TEXTS.values())
    scored = view("rain boots")
    assert scored is not None
    assert int(np.argmax(scored[0])) == 1
    second = Counting()
    index = VectorIndex(store, tmp_path, second, ann_from=99)
    index.update(TEXTS | {"a": "红色马克杯"})
    assert second.seen == ["红色马克杯"]
    index.update(TEXTS | {"a": "红色马克杯"})
    assert second.seen == ["红色马克杯"]


def test_a_view_keeps_its_moment(store: Store, tmp_path: Path) -> None:
    index = VectorIndex(store, tmp_path, HashedEmbedder(), ann_from=99)
    old = index.update(TEXTS)
    index.update({"a": TEXTS["a"]})
    scored = old("羊毛被")
    assert scored is not None
    assert len(scored[0]) == 3
    assert index.update({})("羊毛被") is None


def test_chroma_has_one_owner_and_the_others_still_answer(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "vectors"
    owner = VectorIndex(store, folder, HashedEmbedder(), ann_from=0)
    view = owner.update(TEXTS)
    assert owner.is_owner
    assert (folder / "chroma.sqlite3").is_file()
    program = (
        "import json, sys; from pathlib import Path; import numpy as np; from knowledge.store import Store\n"
        "from knowledge.embed import Vectors, load_embedder; from knowledge.vectors import VectorIndex\n"
        "index = VectorIndex(Store(sys.argv[1]), Path(sys.argv[2]), load_embedder('hashed'), ann_from=0)\n"
        "view = index.update(json.loads(sys.argv[3])); print(index.is_owner, int(np.argmax(view('rain boots')[0])))"
    )
    arguments = [f"sqlite:///{tmp_path / 'zhibo.db'}", str(folder), json.dumps(TEXTS)]
    answer = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True, timeout=120
    )
    assert answer.stdout.split() == ["False", "1"]
    for query, place in (("rain boots", 1), ("羊毛被", 2), ("马克杯", 0)):
        scored = view(query)
        assert scored is not None
        assert int(np.argmax(scored[0])) == place
    changed = owner.update({"b": TEXTS["b"], "c": "rain boots for kids"})
    scored = changed("rain boots for kids")
    assert scored is not None
    assert len(scored[0]) == 2
    assert int(np.argmax(scored[0])) == 1
    owner.close()
    heir = VectorIndex(store, folder, HashedEmbedder(), ann_from=0)
    heir.update(TEXTS)
    assert heir.is_owner
    heir.close()

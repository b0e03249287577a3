"""Another embedder is set: the old vectors answer until the new ones are all there, also over a restart."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge import vectors
from knowledge.catalog import Catalog
from knowledge.model import Product, Text
from knowledge.settings import KnowledgeSettings
from tests.knowledge.embedding_server import EmbeddingServer, serving_embeddings

COUNT = 150
WORDS = ("boots", "mug", "kettle", "scarf", "lamp", "chair", "pillow", "blanket", "umbrella", "basket")


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    with serving_embeddings() as running:
        yield running


def shelf() -> list[Product]:
    return [Product(f"p{n}", Text("", f"{WORDS[n % 10]} series {n // 10} xq{n:03}")) for n in range(COUNT)]


def opened(server: EmbeddingServer, folder: Path, model: str) -> Catalog:
    settings = KnowledgeSettings(data_dir=folder, embedder=f"openai:{model}", embedder_url=server.url)
    return Catalog.open(settings)


def first(catalog: Catalog, number: int) -> str:
    """Words find fifteen of a kind; which of them is meant, only the vectors tell."""
    return catalog.search(f"{WORDS[number % 10]} xq{number:03}x").hits[0].product.id


def questions(server: EmbeddingServer, model: str) -> int:
    return sum(request["model"] == model and len(request["input"]) == 1 for request in server.requests)


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.01)


def test_queries_are_answered_throughout_and_a_restart_goes_on(server: EmbeddingServer, tmp_path: Path) -> None:
    old = opened(server, tmp_path, "old")
    old.put(shelf())
    first(old, 1)
    assert old.embedded(within_s=30)
    assert first(old, 2) == "p2"
    old.close()

    server.lost_after["new-one"] = 1
    halfway = opened(server, tmp_path, "new-one")
    before = questions(server, "old")
    assert [first(halfway, n) for n in (3, 77, 149)] == ["p3", "p77", "p149"]
    assert questions(server, "old") - before == 3 and questions(server, "new-one") == 0
    until(lambda: len(server.asked_of("new-one")) > vectors._BEHIND)
    halfway.close()

    server.lost_after.clear()
    server.requests.clear()
    again = opened(server, tmp_path, "new-one")
    assert first(again, 4) == "p4"
    assert again.embedded(within_s=30)
    assert first(again, 5) == "p5"
    assert questions(server, "new-one") >= 1, "the new one answers now"
    made = [text for text in server.asked_of("new-one") if "series" in text]
    assert len(made) == len(set(made)) == COUNT - vectors._BEHIND, "what was made before the restart is not made again"
    server.requests.clear()
    assert first(again, 6) == "p6" and questions(server, "old") == 0
    again.close()

    back = opened(server, tmp_path, "old")  # its vectors are still there
    assert first(back, 7) == "p7"
    assert questions(server, "old") == 1
    assert not [text for text in server.asked_of("old") if "series" in text]
    back.close()


def test_every_answer_comes_from_one_embedder_while_they_change_over(server: EmbeddingServer, tmp_path: Path) -> None:
    old = opened(server, tmp_path, "old")
    old.put(shelf())
    first(old, 1)
    assert old.embedded(within_s=30)
    old.close()
    server.held = threading.Event()
    before = questions(server, "old")
    catalog, wrong, done = opened(server, tmp_path, "new-one"), [], threading.Event()

    def ask(start: int) -> None:
        number = start
        while not done.is_set():
            if first(catalog, number % COUNT) != f"p{number % COUNT}":
                wrong.append(number)
            number += 3

    askers = [threading.Thread(target=ask, args=(start,)) for start in range(2)]
    for asker in askers:
        asker.start()
    until(lambda: questions(server, "old") >= before + 4)
    server.held.set()
    assert catalog.embedded(within_s=30)
    changed = [replace(product, title=Text("", f"{product.title.en} new")) for product in shelf()[:5]]
    catalog.put(changed)  # the goods change meanwhile too
    assert catalog.embedded(within_s=30)
    until(lambda: questions(server, "new-one") >= 2)
    done.set()
    for asker in askers:
        asker.join()
    assert not wrong
    catalog.close()


def test_an_old_embedder_that_is_gone_leaves_the_words(server: EmbeddingServer, tmp_path: Path) -> None:
    old = opened(server, tmp_path, "old")
    old.put(shelf())
    first(old, 1)
    assert old.embedded(within_s=30)
    first(old, 2)
    old.close()
    (tmp_path / "vectors" / "serving.json").write_text('{"embedder": "sentence-transformers:/gone", "url": ""}')
    new = opened(server, tmp_path, "new-one")
    assert new.search("kettle series 4").hits[0].product.id == "p42"
    assert new.embedded(within_s=30)
    assert first(new, 8) == "p8"
    new.close()


def test_processes_that_begin_at_the_same_moment_do_not_take_each_others_file(tmp_path: Path) -> None:
    catalogs = [Catalog.open(KnowledgeSettings(data_dir=tmp_path)) for _ in range(8)]
    catalogs[0].put(shelf())
    begin, failed = threading.Barrier(8), []

    def ask(catalog: Catalog) -> None:
        begin.wait()
        for number in range(30):
            catalog._vectors._served = False  # as in a process that has just begun
            try:
                catalog._vectors._arrived()
            except OSError as error:
                failed.append((number, error))

    asking = [threading.Thread(target=ask, args=(catalog,)) for catalog in catalogs]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    for catalog in catalogs:
        catalog.close()
    assert not failed
    assert [path.name for path in (tmp_path / "vectors").glob("serving*")] == ["serving.json"]

"""Product vectors: kept in the database, scored exactly in memory, and in Chroma on disk for large catalogues.

A quick embedder embeds what is new before the next answer. One that takes seconds or a network works behind the
answers: until its vectors are there, and whenever it fails, words alone decide.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import sqlalchemy as sa
import structlog

from knowledge import store as tables
from knowledge.chroma import ChromaFolder
from knowledge.documents import digest
from knowledge.embed import Embedder, EmbedderError, Vectors
from knowledge.retrieval import Scores, best
from knowledge.store import Store

log = structlog.get_logger(__name__)

_CHUNK = 500  # vectors stored in one transaction
_BEHIND = 64  # the same for embedders that work behind the answers, where 500 texts may take a minute
_NEAREST = 300  # products that are compared closely when not all are
_MISSING = 0.1  # share of products that may lack a vector and the others' still count
_PAUSE_S = 30.0  # after a failure, before the embedder is asked again
_ASKED = 2_000  # questions whose vectors are remembered

_Digests = Mapping[str, str]  # product id → digest of the text its vector must be of


class VectorIndex:
    """Vectors of one embedder; safe to share between threads."""

    def __init__(
        self,
        store: Store,
        folder: Path,
        embedder: Embedder,
        *,
        ann_from: int,
        on_complete: Callable[[], None] = lambda: None,
    ) -> None:
        """`on_complete` hears when what was embedded behind the answers is whole."""
        self._store, self._on_complete = store, on_complete
        self._folder = folder
        self._embedder = embedder
        self._ann_from = ann_from
        self._lock = threading.Lock()
        self._known: dict[str, tuple[str, Vectors]] = {}  # product id → digest of its text, vector
        self._owner: ChromaFolder | None = None
        self._wanted: Mapping[str, str] = {}  # the texts that the thread behind the answers works on
        self._worker: threading.Thread | None = None
        self._closing = threading.Event()
        self._asked: OrderedDict[str, Vectors] = OrderedDict()
        self._silent_until = 0.0

    @property
    def is_owner(self) -> bool:
        """Whether this process holds the Chroma folder."""
        return self._owner is not None

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being embedded behind the answers."""
        return self._worker is None

    def update(self, texts: Mapping[str, str]) -> "VectorView":
        """The vectors of `texts` (by product id), in their order; embeds and stores only what is new or different."""
        names = {product_id: digest(text) for product_id, text in texts.items()}
        with self._lock:
            if not self._known:
                self._load()
            self._known = {product_id: found for product_id, found in self._known.items() if product_id in names}
            if not self._embedder.recalls:
                self._embed_stale(texts, names)
                self._mirror(names)
            elif self._stale(names):
                self._start(texts)
            else:
                self._mirror(names)
        return VectorView(self, names)

    def settle(self, within_s: float) -> bool:
        """Wait until every product has its vector; false when it takes longer."""
        worker = self._worker
        if worker is not None:
            worker.join(within_s)
        return worker is None or not worker.is_alive()

    def fill(self, texts: Iterable[tuple[str, str]], tick: Callable[[int], None]) -> None:
        """Embed and store what is new or different among (product id, text), without keeping it in memory: for a
        process that takes products in and answers nobody. `tick` is told how many were looked at. Where the embedder
        fails, the process that answers makes the rest."""
        left, table = iter(texts), tables.vectors
        while chunk := dict(islice(left, _CHUNK)):
            names = {product_id: digest(text) for product_id, text in chunk.items()}
            query = sa.select(table.c.product_id, table.c.digest).where(
                table.c.embedder == self._embedder.name, table.c.product_id.in_(list(chunk))
            )
            with self._store.read() as connection:
                known = {row.product_id: row.digest for row in connection.execute(query)}
            stale = [product_id for product_id, name in names.items() if known.get(product_id) != name]
            if stale:
                try:
                    made = self._embedder.embed([chunk[product_id] for product_id in stale])
                except EmbedderError as error:
                    return self._fail(error)
                self._store_rows(stale, names, made)
            tick(len(chunk))

    def close(self) -> None:
        self._closing.set()
        self.settle(10.0)
        with self._lock:
            if self._owner is not None:
                self._owner.close()
                self._owner = None

    def rows(self, names: _Digests) -> tuple[Vectors | None, bool]:
        """The vectors in the order of `names`, with zeros where there is none yet, and whether all are there. None
        when too many are missing."""
        with self._lock:
            stale = self._stale(names)
            if not names or len(stale) > _MISSING * len(names):
                return None, not names
            vectors = [self._known[product_id][1] if product_id in self._known else None for product_id in names]
            blank = np.zeros_like(next(vector for vector in vectors if vector is not None))
            matrix = np.stack([blank if vector is None else vector for vector in vectors])
            if not stale:  # rows of the one matrix from now on, instead of as much memory again
                self._known = {
                    product_id: (name, matrix[place]) for place, (product_id, name) in enumerate(names.items())
                }
            return matrix, not stale

    def asked(self, query: str) -> Vectors | None:
        """The vector of a question; None when it has no content or the embedder cannot be had just now."""
        with self._lock:
            found = self._asked.get(query)
            if found is not None:
                self._asked.move_to_end(query)
                return found if found.any() else None
        if time.monotonic() < self._silent_until:
            return None
        try:
            vector: Vectors = self._embedder.embed([query], asked=True)[0]
        except EmbedderError as error:
            self._fail(error)
            return None
        with self._lock:
            self._asked[query] = vector
            if len(self._asked) > _ASKED:
                self._asked.popitem(last=False)
        return vector if vector.any() else None

    def nearest(self, vector: Vectors) -> Sequence[str] | None:
        """Ids of the products that Chroma finds nearest; None when this process does not hold its folder."""
        owner = self._owner
        return None if owner is None else owner.nearest(vector, _NEAREST)

    @property
    def embedder(self) -> Embedder:
        return self._embedder

    def _load(self) -> None:
        table = tables.vectors
        query = sa.select(table.c.product_id, table.c.digest, table.c.vector).where(
            table.c.embedder == self._embedder.name
        )
        with self._store.read() as connection:
            for product_id, name, data in connection.execute(query):
                self._known[product_id] = (name, np.frombuffer(data, np.float32))

    def _stale(self, names: _Digests) -> list[str]:
        known = self._known
        return [product_id for product_id, name in names.items() if known.get(product_id, ("",))[0] != name]

    def _embed_stale(self, texts: Mapping[str, str], names: _Digests) -> None:
        stale = self._stale(names)
        for start in range(0, len(stale), _CHUNK):
            ids = stale[start : start + _CHUNK]
            self._keep(ids, names, self._embedder.embed([texts[product_id] for product_id in ids]))

    def _keep(self, ids: Sequence[str], names: _Digests, made: Vectors) -> None:
        self._store_rows(ids, names, made)
        for product_id, vector in zip(ids, made, strict=True):
            self._known[product_id] = (names[product_id], vector)

    def _store_rows(self, ids: Sequence[str], names: _Digests, made: Vectors) -> None:
        """Store vectors, of products that are still there."""
        table, products, of_model = tables.vectors, tables.products, self._embedder.name
        rows = {
            product_id: {
                "product_id": product_id, "embedder": of_model, "digest": names[product_id], "vector": vector.tobytes()
            }
            for product_id, vector in zip(ids, made, strict=True)
        }  # fmt: skip
        with self._store.write() as connection:
            there = connection.scalars(sa.select(products.c.id).where(products.c.id.in_(ids))).all()
            connection.execute(table.delete().where(table.c.embedder == of_model, table.c.product_id.in_(ids)))
            if there:
                connection.execute(table.insert(), [rows[product_id] for product_id in there])

    # behind the answers

    def _start(self, texts: Mapping[str, str]) -> None:
        self._wanted = texts
        if self._worker is None or not self._worker.is_alive():
            self._worker = threading.Thread(target=self._work, name="embedding", daemon=True)
            self._worker.start()

    def _work(self) -> None:
        """Embed what is wanted, chunk by chunk, until nothing is stale; what is wanted may change meanwhile."""
        while not self._closing.is_set():
            with self._lock:
                texts = self._wanted
                names = {product_id: digest(text) for product_id, text in texts.items()}
                ids = self._stale(names)[:_BEHIND]
                if not ids:
                    self._mirror(names)
                    self._worker = None
                    break
            try:
                made = self._embedder.embed([texts[product_id] for product_id in ids])
            except EmbedderError as error:
                self._fail(error)
                self._closing.wait(_PAUSE_S)
                continue
            with self._lock:
                if not self._closing.is_set():
                    self._keep(ids, names, made)
        else:
            return
        self._on_complete()

    def _fail(self, error: EmbedderError) -> None:
        self._silent_until = time.monotonic() + _PAUSE_S
        log.warning("words alone find products until the embedder answers again", reason=str(error))

    def _mirror(self, names: _Digests) -> None:
        """Bring Chroma's folder up to date, when this process may."""
        if len(names) < self._ann_from:
            return
        if self._owner is None:
            self._owner = ChromaFolder.claim(self._folder, self._embedder.name)
        if self._owner is not None:
            self._owner.keep({product_id: (name, self._known[product_id][1]) for product_id, name in names.items()})


class VectorView:
    """The vectors of one moment's products. Calling it scores every product by nearness to a query."""

    def __init__(self, index: VectorIndex, names: _Digests) -> None:
        self._index = index
        self._names = names
        self._places = {product_id: place for place, product_id in enumerate(names)}
        self._matrix, self._complete = index.rows(names)

    @property
    def steady(self) -> bool:
        """Whether all vectors are there, and come from this process rather than from a server that may fail."""
        return self._complete and not self._index.embedder.recalls

    @property
    def ready(self) -> bool:
        """Whether every product has its vector by now."""
        if not self._complete and self._index.is_idle:
            self._matrix, self._complete = self._index.rows(self._names)
        return self._complete

    def __call__(self, query: str, by_words: Scores | None = None) -> tuple[Scores, float] | None:
        """(nearness in the order of the products, the share of the score it should make up); None without vectors.
        Vectors that only refine are compared for what `by_words` puts first, the others' nearness is 0."""
        complete = self.ready
        matrix, embedder = self._matrix, self._index.embedder
        if matrix is None or (vector := self._index.asked(query)) is None:
            return None
        scores = np.zeros(len(matrix), np.float32)
        if by_words is not None and not embedder.recalls:
            places = best(by_words, _NEAREST)
            scores[places] = np.einsum("ij,j->i", matrix[places], vector)
            return scores, embedder.share
        near = self._index.nearest(vector) if complete else None
        if near is None:
            # Not "@": BLAS would wake its threads, and on a busy machine wait 40 ms for them to do 2 ms of work.
            return np.einsum("ij,j->i", matrix, vector), embedder.share
        found = [place for product_id in near if (place := self._places.get(product_id)) is not None]
        if by_words is not None:  # what the words put first is compared too: the index leaves out some of the nearest
            found = sorted({*found, *best(by_words, _NEAREST).tolist()})
        scores[found] = np.einsum("ij,j->i", matrix[found], vector)  # exact for what is proposed
        return scores, embedder.share

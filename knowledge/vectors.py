"""Product vectors: kept in the database, scored exactly in memory, and in Chroma on disk for large catalogues.

Chroma is not safe for several processes at once, so one process owns its folder by a lock; every other one scores the
vectors from the database exactly, which below `ann_from` products is also faster than asking an index.
"""

import contextlib
import fcntl
import threading
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import sqlalchemy as sa

from knowledge import store as tables
from knowledge.documents import digest
from knowledge.embed import Embedder, Vectors
from knowledge.retrieval import Scores, best
from knowledge.store import Store

_CHUNK = 500
_NEAREST = 300  # products that are compared closely when not all are


class VectorIndex:
    """Vectors of one embedder; safe to share between threads."""

    def __init__(self, store: Store, folder: Path, embedder: Embedder, *, ann_from: int) -> None:
        self._store = store
        self._folder = folder
        self._embedder = embedder
        self._ann_from = ann_from
        self._lock = threading.Lock()
        self._known: dict[str, tuple[str, Vectors]] = {}  # product id → digest of its text, vector
        self._owner: _Owner | None = None

    @property
    def is_owner(self) -> bool:
        """Whether this process holds the Chroma folder."""
        return self._owner is not None

    def update(self, texts: Mapping[str, str]) -> "VectorView":
        """The vectors of `texts` (by product id), in their order; embeds and stores only what is new or different."""
        names = {product_id: digest(text) for product_id, text in texts.items()}
        with self._lock:
            if not self._known:
                self._load()
            stale = [product_id for product_id, name in names.items() if self._known.get(product_id, ("",))[0] != name]
            for start in range(0, len(stale), _CHUNK):
                self._embed(stale[start : start + _CHUNK], texts, names)
            self._known = {product_id: self._known[product_id] for product_id in texts}
            if len(texts) >= self._ann_from:
                self._mirror(names)
            vectors = [vector for _, vector in self._known.values()]
            return VectorView(self._embedder, tuple(texts), np.stack(vectors) if vectors else None, self._owner)

    def close(self) -> None:
        with self._lock:
            if self._owner is not None:
                self._owner.close()
                self._owner = None

    def _load(self) -> None:
        table = tables.vectors
        query = sa.select(table.c.product_id, table.c.digest, table.c.vector).where(
            table.c.embedder == self._embedder.name
        )
        with self._store.read() as connection:
            for product_id, name, data in connection.execute(query):
                self._known[product_id] = (name, np.frombuffer(data, np.float32))

    def _embed(self, ids: Sequence[str], texts: Mapping[str, str], names: Mapping[str, str]) -> None:
        made = self._embedder.embed([texts[product_id] for product_id in ids])
        table, of_model = tables.vectors, self._embedder.name
        rows = [
            {"product_id": product_id, "embedder": of_model, "digest": names[product_id], "vector": vector.tobytes()}
            for product_id, vector in zip(ids, made, strict=True)
        ]
        with self._store.write() as connection:
            connection.execute(table.delete().where(table.c.embedder == of_model, table.c.product_id.in_(ids)))
            connection.execute(table.insert(), rows)
        for product_id, vector in zip(ids, made, strict=True):
            self._known[product_id] = (names[product_id], vector)

    def _mirror(self, names: Mapping[str, str]) -> None:
        """Bring the folder up to date, when this process may."""
        if self._owner is None:
            self._owner = _Owner.claim(self._folder, self._embedder.name)
        if self._owner is not None:
            self._owner.keep({product_id: (name, self._known[product_id][1]) for product_id, name in names.items()})


class VectorView:
    """The vectors of one moment; immutable. Calling it scores every product by nearness to a query."""

    def __init__(self, embedder: Embedder, ids: Sequence[str], matrix: Vectors | None, owner: "_Owner | None") -> None:
        self._embedder = embedder
        self._matrix = matrix
        self._owner = owner
        self._places = {product_id: place for place, product_id in enumerate(ids)} if owner is not None else {}

    def __call__(self, query: str, by_words: Scores | None = None) -> tuple[Scores, float] | None:
        """(nearness in the order of the products, the share of the score it should make up); None without vectors.
        Vectors that only refine are compared for what `by_words` puts first, the others' nearness is 0."""
        if self._matrix is None:
            return None
        vector = self._embedder.embed([query])[0]
        if not vector.any():
            return None
        scores = np.zeros(len(self._matrix), np.float32)
        if by_words is not None and not self._embedder.recalls:
            places = best(by_words, _NEAREST)
            scores[places] = np.einsum("ij,j->i", self._matrix[places], vector)
            return scores, self._embedder.share
        if self._owner is None:
            # Not "@": BLAS would wake its threads, and on a busy machine wait 40 ms for them to do 2 ms of work.
            return np.einsum("ij,j->i", self._matrix, vector), self._embedder.share
        for product_id in self._owner.nearest(vector, _NEAREST):
            if (place := self._places.get(product_id)) is not None:
                scores[place] = self._matrix[place] @ vector  # exact for what the index proposes
        return scores, self._embedder.share


class _Owner:
    """The open Chroma folder and the lock that says it is ours."""

    def __init__(self, lock: TextIO, client: Any, collection: Any) -> None:
        self._lock = lock
        self._client = client
        self._collection = collection

    @classmethod
    def claim(cls, folder: Path, embedder: str) -> "_Owner | None":
        """None when another process has the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "owner.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its dependencies deprecate each other's parts on import
            import chromadb  # 2.5 s and 66 MB: only large catalogues pay for it
            from chromadb.config import Settings

            settings = Settings(anonymized_telemetry=False)
            client = chromadb.PersistentClient(str(folder), settings=settings)
            collection = client.get_or_create_collection(
                f"products-{embedder}",
                embedding_function=None,  # the default one would download a model
                configuration={"hnsw": {"space": "ip", "ef_search": 200}},
            )
        return cls(lock, client, collection)

    def keep(self, rows: Mapping[str, tuple[str, Vectors]]) -> None:
        """Make the collection hold exactly these vectors, each with its text's digest."""
        stored = self._collection.get(include=["metadatas"])
        there = {
            product_id: (data or {}).get("digest", "")
            for product_id, data in zip(stored["ids"], stored["metadatas"] or (), strict=False)
        }
        gone = [product_id for product_id in there if product_id not in rows]
        new = [product_id for product_id, (name, _) in rows.items() if there.get(product_id) != name]
        for start in range(0, len(gone), _CHUNK):
            self._collection.delete(ids=gone[start : start + _CHUNK])
        for start in range(0, len(new), _CHUNK):
            ids = new[start : start + _CHUNK]
            self._collection.upsert(
                ids=ids,
                embeddings=np.stack([rows[product_id][1] for product_id in ids]),
                metadatas=[{"digest": rows[product_id][0]} for product_id in ids],
            )

    def nearest(self, vector: Vectors, count: int) -> Sequence[str]:
        size = min(count, self._collection.count())
        if not size:
            return ()
        found = self._collection.query(query_embeddings=[vector], n_results=size, include=[])
        return list(found["ids"][0])

    def close(self) -> None:
        with contextlib.suppress(AttributeError):  # older releases close by garbage collection only
            self._client.close()
        self._lock.close()

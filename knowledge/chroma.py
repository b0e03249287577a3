"""Chroma on disk, embedded: the only place that knows it. Its server is not safe to run, and several processes must not
share a folder, so whoever opens one holds a lock on it."""

import contextlib
import fcntl
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from knowledge.documents import digest
from knowledge.embed import Vectors

_CHUNK = 500  # Chroma takes 5,461 at once


class ChromaFolder:
    """The open folder and the lock that says it is ours; a process that does not get it scores exactly instead."""

    def __init__(self, lock: TextIO, client: Any, collection: Any) -> None:
        self._lock = lock
        self._client = client
        self._collection = collection

    @classmethod
    def claim(cls, folder: Path, embedder: str) -> "ChromaFolder | None":
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
                f"products-{digest(embedder)}",
                embedding_function=None,  # the default one would download a model
                configuration={"hnsw": {"space": "ip", "ef_search": 200}},
            )
        return cls(lock, client, collection)

    def keep(self, rows: Mapping[str, tuple[str, Vectors]]) -> None:
        """Make the collection hold exactly these vectors, each with its text's digest."""
        there: dict[str, object] = {}
        for start in range(0, self._collection.count(), _CHUNK):  # SQLite takes only so many variables
            stored = self._collection.get(include=["metadatas"], limit=_CHUNK, offset=start)
            for product_id, data in zip(stored["ids"], stored["metadatas"] or (), strict=False):
                there[product_id] = (data or {}).get("digest", "")
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

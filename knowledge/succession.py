"""A new embedder takes over from the one before: until all its vectors are there, the old ones go on answering.

Which embedder served last is kept in a file beside the vectors. When another is set, both are loaded: the new one works
behind the answers, chunk by chunk, so a restart goes on where it was; with its last vector, all answers change over.
"""

import json
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping

import structlog

from knowledge.embed import EmbedderError, load_embedder
from knowledge.retrieval import Scores
from knowledge.settings import KnowledgeSettings
from knowledge.store import Store
from knowledge.vectors import VectorIndex, VectorView

log = structlog.get_logger(__name__)

_NEVER = 1 << 60  # products from which the old vectors would be put into Chroma: its folder is the new ones'


class Vectors:
    """The vectors of the configured embedder, and of its predecessor for as long as that is needed; safe to share
    between threads. Raises EmbedderError when the configured one lacks something."""

    def __init__(self, settings: KnowledgeSettings, store: Store) -> None:
        self._settings = settings
        self._folder = settings.data_dir / "vectors"
        embedder = load_embedder(settings.embedder, url=settings.embedder_url, key=settings.embedder_key)
        self._index = VectorIndex(store, self._folder, embedder, ann_from=settings.ann_from, on_complete=self._arrived)
        self._lock = threading.Lock()
        self._store = store
        self._told = self._read() if embedder.recalls else {}  # what embeds before the next answer needs no stand-in
        self._before: VectorIndex | None = None
        self._served = False  # it is on file that the configured one serves

    def update(self, texts: Mapping[str, str]) -> "View":
        """The vectors of `texts` (by product id), in their order."""
        view = self._index.update(texts)
        if view.ready:
            self._arrived()
        before = self._predecessor()
        return View(view, before.update(texts) if before is not None else None)

    def fill(self, texts: Iterable[tuple[str, str]], tick: Callable[[int], None]) -> None:
        """See VectorIndex.fill; the old embedder gets nothing new from a process that answers nobody."""
        self._index.fill(texts, tick)

    def settle(self, within_s: float) -> bool:
        """Wait until every product has its vector of the configured embedder; false when it takes longer."""
        return self._index.settle(within_s)

    def close(self) -> None:
        self._index.close()
        before, self._before = self._before, None
        if before is not None:
            before.close()

    def _arrived(self) -> None:
        """All vectors of the configured embedder are there."""
        with self._lock:
            if self._served:
                return
            self._served = True
            before, self._before = self._before, None
        if before is not None:
            log.info("answers come from the new embedder now", embedder=self._index.embedder.name)
            before.close()
        self._folder.mkdir(parents=True, exist_ok=True)
        told = {"embedder": self._settings.embedder, "url": self._settings.embedder_url}
        fresh = (
            self._folder / f"serving.json.{uuid.uuid4().hex}"
        )  # of our own: other processes begin at the same moment
        fresh.write_text(json.dumps(told), encoding="utf-8")
        fresh.replace(self._folder / "serving.json")

    def _predecessor(self) -> VectorIndex | None:
        """The vectors of the embedder that served last, loaded when they are first needed."""
        with self._lock:
            told, self._told = self._told, {}
            if told and not self._served:
                try:
                    old = load_embedder(told["embedder"], url=told["url"], key=self._settings.embedder_key)
                except EmbedderError as error:
                    log.warning("words alone answer until the new embedder is ready", reason=str(error))
                    return None
                log.info("the old embedder answers until the new one is ready", old=old.name)
                self._before = VectorIndex(self._store, self._folder, old, ann_from=_NEVER)
            return self._before

    def _read(self) -> dict[str, str]:
        """Which embedder served last, if it was another one."""
        try:
            told = json.loads((self._folder / "serving.json").read_text(encoding="utf-8"))
            found = {"embedder": str(told["embedder"]), "url": str(told["url"])}
        except (OSError, ValueError, KeyError, TypeError):
            return {}
        return {} if found["embedder"] == self._settings.embedder else found


class View:
    """The vectors of one moment's products: the old embedder's until the new one has them all, then its own."""

    def __init__(self, new: VectorView, old: VectorView | None) -> None:
        self._new, self._old = new, old

    @property
    def steady(self) -> bool:
        """Whether all vectors are there, and come from this process rather than from a server that may fail."""
        return self._new.steady

    def __call__(self, query: str, by_words: Scores | None = None) -> tuple[Scores, float] | None:
        """See VectorView."""
        if self._old is not None and self._new.ready:
            self._old = None
        old = self._old
        return (old or self._new)(query, by_words)

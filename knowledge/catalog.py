"""The door of the package: everything others ask about the shop, and every way to change it."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from knowledge import shelf as shelves
from knowledge.facts import Facts
from knowledge.factsheet import (
    faq_facts,
    merge,
    order_facts,
    passage_facts,
    policy_facts,
    product_facts,
    promotion_facts,
)
from knowledge.faq import FaqHit, FaqIndex
from knowledge.kept import Kept
from knowledge.matching import dearest
from knowledge.model import Customer, Faq, Lang, Order, Passage, Policy, Product, Promotion, Shop
from knowledge.passages import PassageHit, PassageIndex
from knowledge.rerank import Reranking
from knowledge.search import Filters, Hit, SearchIndex, SearchResult, Weighed, text_of
from knowledge.settings import KnowledgeSettings
from knowledge.shelf import Shelf
from knowledge.store import Store, metadata
from knowledge.succession import Vectors, View
from knowledge.thesaurus import default_thesaurus
from knowledge.writing import Batch, Change, Writer, write_batch

if TYPE_CHECKING:  # reading files takes a quarter of a second to import, and a server seldom does
    from knowledge.ingest.remembered import Remembered
    from knowledge.ingest.report import IngestReport, Progress

_FACTS = 1024  # products whose facts stay read
_EVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class Catalog:
    """Safe to share between threads. Reads come from memory and first ask the database, in a few microseconds, whether
    any process has changed something since."""

    def __init__(self, settings: KnowledgeSettings, store: Store) -> None:
        self.settings = settings
        self.store = store
        self._lock = threading.Lock()
        self._shelf = Shelf()
        self._facts: Kept[str, tuple[Product, tuple[Passage, ...], Facts]] = Kept(_FACTS)
        self._shop_facts: tuple[object, Facts] = (None, Facts())
        self._running: tuple[object, datetime, datetime, tuple[Promotion, ...]] = (None, *_EVER, ())
        self._index_lock = threading.Lock()
        self._vectors = Vectors(settings, store)
        self._reranking = Reranking.load(settings.reranker, budget_ms=settings.rerank_ms)
        self._faq_lock = threading.Lock()
        self._index: SearchIndex | None = None
        self._indexed: object = None
        self._faqs: tuple[object, FaqIndex] | None = None
        self._passages: tuple[object, PassageIndex] | None = None

    @classmethod
    def open(cls, settings: KnowledgeSettings) -> Self:
        """Make the data folder and the tables when they are missing."""
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        store = Store(settings.url, busy_timeout_s=settings.busy_timeout_s)
        store.migrate()
        return cls(settings, store)

    def close(self) -> None:
        self._vectors.close()
        self.store.close()

    # what there is

    @property
    def version(self) -> int:
        """Rises with every committed change, of whichever process."""
        return self.store.version()

    @property
    def shop(self) -> Shop:
        return self._now().shop

    def product(self, product_id: str) -> Product | None:
        return self._now().products.get(product_id)

    def products(self) -> Sequence[Product]:
        return self._now().listing

    def promotions(self, product_id: str | None = None, at: datetime | None = None) -> tuple[Promotion, ...]:
        """Promotions that run at `at` (now); with a product, those that hold for it."""
        shelf, moment = self._now(), at or datetime.now(UTC)
        running = self._active(shelf, moment)
        if product_id is None:
            return running
        product = shelf.products.get(product_id)
        return () if product is None else tuple(found for found in running if holds_for(found, product))

    def _active(self, shelf: Shelf, moment: datetime) -> tuple[Promotion, ...]:
        """The same answer until an offer begins or ends: every sentence that is checked asks."""
        known, first, end, running = self._running
        if known is shelf.promotions and first <= moment < end:
            return running
        running = tuple(promotion for promotion in shelf.promotions.values() if promotion.active(moment))
        turns = [one for each in shelf.promotions.values() for one in (each.starts, each.ends) if one is not None]
        first = max((one for one in turns if one <= moment), default=_EVER[0])
        end = min((one for one in turns if one > moment), default=_EVER[1])
        self._running = shelf.promotions, first, end, running
        return running

    def offers(self) -> tuple[Promotion, ...]:
        """All promotions, those that are over or still to come too."""
        return tuple(self._now().promotions.values())

    def policies(self) -> tuple[Policy, ...]:
        return tuple(self._now().policies.values())

    def faqs(self) -> tuple[Faq, ...]:
        return tuple(self._now().faqs.values())

    def passages(self, product_id: str) -> tuple[Passage, ...]:
        """What manuals say about a product, in their order."""
        return self._now().passages_of.get(product_id, ())

    def customer(self, customer_id: str) -> Customer | None:
        with self.store.read() as connection:
            return shelves.find_customer(connection, customer_id)

    def order(self, order_id: str) -> Order | None:
        with self.store.read() as connection:
            return shelves.find_order(connection, order_id)

    def orders(self, customer_id: str) -> tuple[Order, ...]:
        """A customer's orders, newest first."""
        with self.store.read() as connection:
            return shelves.orders_of(connection, customer_id)

    # what may be said about it

    def facts(self, product_id: str) -> Facts:
        """Everything the shop says about a product, in both languages; empty when there is no such product."""
        shelf = self._now()
        product, passages = shelf.products.get(product_id), shelf.passages_of.get(product_id, ())
        if product is None:
            return Facts()
        kept = self._facts.find(product_id)
        if kept is not None and kept[0] is product and kept[1] == passages:
            return kept[2]
        facts = product_facts(product) | passage_facts(product_id, passages)
        self._facts.renew(product_id, (product, passages, facts))
        return facts

    def keep_facts_of(self, products: int) -> None:
        """So many products' facts are kept read, some 50 kB each with what is worked out on them; 1,024 unless told."""
        self._facts.most = products

    def shop_facts(self) -> Facts:
        """Policies, answers to questions about the shop, and the promotions that run now.

        Answers about single products are not among them: another product's figures back nothing. See `faq_facts`.
        """
        shelf = self._now()
        running = self.promotions()
        key = (shelf.version, tuple(promotion.id for promotion in running))
        kept = self._shop_facts
        if kept[0] == key:
            return kept[1]
        version = shelf.versions.get
        sheets = [policy_facts(policy, version(f"policy:{policy.id}", 1)) for policy in shelf.policies.values()]
        sheets += [
            promotion_facts(promotion, shelf.shop.currency, version(f"promotion:{promotion.id}", 1))
            for promotion in running
        ]
        sheets += [faq_facts(faq, version(f"faq:{faq.id}", 1)) for faq in shelf.faqs.values() if not faq.products]
        facts = merge(sheets)
        self._shop_facts = (key, facts)
        return facts

    def faq_facts(self, faq: Faq) -> Facts:
        """The facts of one answer, for whoever quotes it."""
        return faq_facts(faq, self._now().versions.get(f"faq:{faq.id}", 1))

    def order_facts(self, order: Order) -> Facts:
        return order_facts(order, self.shop.currency)

    # finding it

    def search(
        self, query: str, *, limit: int = 5, lang: Lang | None = None, filters: Filters | None = None
    ) -> SearchResult:
        """Products for a shopper's words. `filters` come on top of those that the words themselves demand."""
        shelf = self._now()
        found = self._search_index(shelf).search(query, limit=limit, lang=lang, filters=filters)
        # The index may be a moment older than the shelf; what is shown and said must not be.
        within = Filters() if found.relaxed else found.filters
        hits = (fresh for hit in found.hits if (fresh := _fresh(hit, shelf, within)) is not None)
        return replace(found, hits=tuple(hits))

    def weigh(self, query: str, product_id: str, *, lang: Lang | None = None) -> Weighed | None:
        """What of a need a product meets and misses; None when there is no such product."""
        return self._search_index(self._now()).weigh(query, product_id, lang=lang)

    def shows(self, product_id: str, words: Sequence[str]) -> bool:
        """Whether a product has any of these materials, ingredients, colours or kinds, as far as its data says."""
        return self._search_index(self._now()).shows(product_id, words)

    def embedded(self, *, within_s: float) -> bool:
        """Wait for the vectors of all products that searches have asked for; false when they take longer."""
        return self._vectors.settle(within_s)

    def search_faq(self, query: str, limit: int = 3) -> tuple[FaqHit, ...]:
        """Frequent questions that mean what `query` asks, best first; below a score of about 0.5 they hardly do."""
        return self._faq_index().search(query, limit)

    def may_be_exact(self, query: str, score: float) -> bool:
        """Whether `search_faq` may find a question that is answered word for word, with at least this score."""
        return self._faq_index().may_be_exact(query, score)

    def search_passages(self, query: str, product_id: str | None = None, limit: int = 3) -> tuple[PassageHit, ...]:
        """What manuals say to a question, best first; with a product, only what is about it."""
        passages = self._now().passages
        with self._faq_lock:
            if self._passages is None or self._passages[0] is not passages:
                self._passages = (passages, PassageIndex(tuple(passages.values()), default_thesaurus()))
            index = self._passages[1]
        return index.search(query, product_id, limit)

    # changing it

    def put(
        self,
        products: Sequence[Product] = (),
        *,
        shop: Shop | None = None,
        promotions: Sequence[Promotion] = (),
        policies: Sequence[Policy] = (),
        faqs: Sequence[Faq] = (),
        passages: Sequence[Passage] = (),
        customers: Sequence[Customer] = (),
        orders: Sequence[Order] = (),
        source: str = "",
        replace_source: bool = False,
    ) -> Change:
        """Store everything in one transaction; rows that are as they were change nothing. With `replace_source`, rows
        that were stored earlier under the same `source` and are not given now are removed."""
        batch = Batch(
            origin=source, shop=shop, products=products, promotions=promotions, policies=policies, faqs=faqs,
            passages=passages, customers=customers, orders=orders, replace_origin=replace_source,
        )  # fmt: skip
        with self.store.write() as connection:
            return write_batch(connection, batch)

    def remove(
        self, kind: Literal["promotions", "policies", "faqs"], ids: Sequence[str], *, source: str = ""
    ) -> Change:
        """Take these rows away, whatever they came from; ids that are not there do not matter."""
        with self.store.write() as connection:
            writer = Writer(connection, source)
            writer.remove(metadata.tables[kind], ids)
            return writer.finish()

    def ingest(
        self,
        path: Path | str,
        mapping: Path | Mapping[str, str] | None = None,
        *,
        replace: bool = False,
        dry_run: bool = False,
        refused: Path | None = None,
        products: Sequence[str] = (),
        forget: bool = False,
        progress: "Progress | None" = None,
    ) -> "IngestReport":
        """Take in a file of products, questions, policies or a manual, a folder or archive of them, or a shop folder,
        in one transaction; good rows land, the others are reported with their reasons and written to `refused`.

        `mapping` says what columns mean, {"售价": "price"}, or names a YAML or JSON file that does; it is remembered
        for files of this shape until `forget`. `replace` removes what an earlier file of this name brought and this
        one lacks, `products` are ids that a manual is about, `dry_run` changes nothing. Raises `IngestError` when the
        file as a whole cannot be used."""
        from knowledge.ingest.door import Wishes, ingest

        wishes = Wishes(
            mapping=mapping, forget=forget, replace=replace, dry_run=dry_run, refused=refused, products=products,
            progress=progress,
        )  # fmt: skip
        report = ingest(self.store, self._now, self.settings, Path(path), wishes)
        if not dry_run and (report.added or report.changed or report.removed):
            self._embed_all(progress)  # here rather than in the first shopper's search
        return report

    def mappings(self) -> "tuple[Remembered, ...]":
        """What people said that columns of files mean, newest first."""
        from knowledge.ingest.remembered import remembered

        with self.store.read() as connection:
            return remembered(connection)

    def forget_mapping(self, signature: str) -> bool:
        """Whether a mapping was remembered under this signature; it is no longer."""
        from knowledge.ingest.remembered import forget

        with self.store.write() as connection:
            return forget(connection, signature)

    def _embed_all(self, progress: "Progress | None") -> None:
        """Vectors of what is new. A process that has not read the shop does not read it into memory for that."""
        if self._shelf.version >= 0:
            self._embed(self._now())
            return
        done = 0

        def tick(products: int) -> None:
            nonlocal done
            done += products
            if progress is not None:
                progress("vectors", done, None)

        with self.store.read() as connection:
            self._vectors.fill(((one.id, text_of(one)) for one in shelves.each_product(connection)), tick)

    def _search_index(self, shelf: Shelf) -> SearchIndex:
        """The index of what is on `shelf`. While one thread builds it, the others search the one before."""
        if self._index is not None and (self._indexed is shelf.products or self._index_lock.locked()):
            return self._index
        with self._index_lock:
            if self._indexed is not shelf.products or self._index is None:
                old = self._index
                index = None if old is None else old.repriced(shelf.products)
                if index is None:
                    meaning = self._embed(shelf)
                    if old is None:
                        index = SearchIndex(shelf.products, default_thesaurus(), meaning, self._reranking)
                    else:
                        index = old.edited(shelf.products, meaning)
                self._index, self._indexed = index, shelf.products
            return self._index

    def _embed(self, shelf: Shelf) -> View:
        return self._vectors.update({product.id: text_of(product) for product in shelf.listing})

    def _faq_index(self) -> FaqIndex:
        faqs = self._now().faqs
        with self._faq_lock:
            if self._faqs is None or self._faqs[0] is not faqs:
                self._faqs = (faqs, FaqIndex(tuple(faqs.values()), default_thesaurus()))
            return self._faqs[1]

    def _now(self) -> Shelf:
        if self.store.version() == self._shelf.version:
            return self._shelf
        with self._lock:
            if self.store.version() != self._shelf.version:
                with self.store.read() as connection:
                    self._shelf = shelves.catch_up(self._shelf, connection)
            return self._shelf


def _fresh(hit: Hit, shelf: Shelf, within: Filters) -> Hit | None:
    """The hit with the product as it is now; None when it is gone or no longer within the price asked for."""
    now = shelf.products.get(hit.product.id)
    if now is None or now is hit.product:
        return hit if now is not None else None
    if now.price is not None:
        if within.price_max is not None and now.price > within.price_max:
            return None
        if within.price_min is not None and dearest(now) < within.price_min:
            return None
    return replace(hit, product=now, reasons=())  # the price was a reason


def holds_for(promotion: Promotion, product: Product) -> bool:
    if not promotion.categories and not promotion.products:
        return True
    if product.id in promotion.products:
        return True
    return any(name in (product.category.zh, product.category.en) for name in promotion.categories if name)

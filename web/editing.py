"""What a merchant edits by hand: each text is read by the guard before it is stored, each change rises the version."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypeVar

from assistant.agent import Reviewer
from assistant.guard.verdict import Verdict
from assistant.vetting import Vetting, objections
from knowledge.catalog import Catalog
from knowledge.documents import DocumentError, decode
from knowledge.ingest.folder import check_promotion, with_last_day
from knowledge.ingest.reasons import in_chinese
from knowledge.model import Faq, Policy, Promotion
from knowledge.writing import Change
from web.errors import Refusal
from web.zone import zone_of

SOURCE = "console"
Kind = Literal["promotions", "policies", "faqs"]
T = TypeVar("T", Faq, Policy, Promotion)


class Objection(Exception):
    """The guard would not let this be said as it is; `verdicts` say why, a sentence each. Nothing was stored."""

    def __init__(self, verdicts: Sequence[Verdict]) -> None:
        super().__init__("; ".join(verdict.original for verdict in verdicts))
        self.verdicts = tuple(verdicts)


class Editing:
    """Documents are as in a shop folder (docs/shop-folder.md). Raises Refusal for what makes no sense, Objection for
    what the guard would not say."""

    def __init__(self, catalog: Catalog, guard: Reviewer) -> None:
        self._catalog = catalog
        self._vetting = Vetting(catalog, guard)

    def faq(self, document: Mapping[str, Any], *, dry_run: bool = False) -> list[Verdict]:
        """Store a question and its answer; the verdicts on the answer."""
        faq = self._decoded(Faq, document)
        if not faq.question or not faq.answer:
            raise Refusal("invalid", "问题和回答都要填。", "Fill in both the question and the answer.")
        self._known(faq.products)
        return self._store(faq, self._vetting.faq, lambda: self._catalog.put(faqs=[faq], source=SOURCE), dry_run)

    def policy(self, document: Mapping[str, Any], *, dry_run: bool = False) -> list[Verdict]:
        policy = self._decoded(Policy, document)
        if not policy.title or not policy.text:
            raise Refusal("invalid", "标题和内容都要填。", "Fill in both the title and the text.")
        names = [attribute.name("zh") for attribute in policy.attributes]
        if twice := next((name for name in names if names.count(name) > 1), ""):
            raise Refusal("invalid", f"“{twice}”写了两次。", f"{twice!r} stands twice.")
        return self._store(
            policy, self._vetting.policy, lambda: self._catalog.put(policies=[policy], source=SOURCE), dry_run
        )

    def promotion(self, document: Mapping[str, Any], *, dry_run: bool = False) -> list[Verdict]:
        promotion = self._decoded(Promotion, with_last_day(dict(document)))
        if not promotion.name:
            raise Refusal("invalid", "请给活动起个名字。", "Give the promotion a name.")
        self._known(promotion.products)
        if reason := check_promotion(promotion, {product.id for product in self._catalog.products()}):
            raise Refusal("invalid", f"{in_chinese(reason) or reason}。", f"{reason}.")
        return self._store(
            promotion,
            self._vetting.promotion,
            lambda: self._catalog.put(promotions=[promotion], source=SOURCE),
            dry_run,
        )

    def remove(self, kind: Kind, row_id: str) -> Change:
        return self._catalog.remove(kind, [row_id], source=SOURCE)

    def _known(self, product_ids: Sequence[str]) -> None:
        for product_id in product_ids:
            if self._catalog.product(product_id) is None:
                raise Refusal("invalid", f"没有编号为 {product_id} 的商品。", f"There is no product {product_id}.")

    def _store(
        self, value: T, read: Callable[[T], list[Verdict]], put: Callable[[], Change], dry_run: bool
    ) -> list[Verdict]:
        verdicts = read(value)
        if dry_run:
            return verdicts
        if wrong := objections(verdicts):
            raise Objection(wrong)
        put()
        return verdicts

    def _decoded(self, kind: type[T], document: Mapping[str, Any]) -> T:
        """Times without an offset are on the shop's clock."""
        try:
            value = decode(kind, document, now=datetime.now(zone_of(self._catalog)))
        except DocumentError as error:
            raise Refusal("invalid", f"{in_chinese(str(error)) or error}。", f"{error}.") from None
        if not value.id or len(value.id) > 100:
            raise Refusal("invalid", "编号要有 1 到 100 个字符。", "An id has 1 to 100 characters.")
        return value

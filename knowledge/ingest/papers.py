"""Documents on the stage: each is taken for questions, policies or a manual, by its name and by what stands in it."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from knowledge.documents import decode
from knowledge.ingest.manuals import passages_of, products_named
from knowledge.ingest.policies import policies_of
from knowledge.ingest.questions import faq_of, pairs_of
from knowledge.ingest.readers.pages import has_products, page_questions
from knowledge.ingest.readers.papers import Block, read_paper
from knowledge.ingest.report import IngestError
from knowledge.ingest.sources import Source
from knowledge.ingest.stage import Stage
from knowledge.ingest.tally import Tally
from knowledge.ingest.values import papers_file, plain
from knowledge.model import Attribute, Policy, Product, Text
from knowledge.shelf import Shelf

_ENOUGH = 3  # pairs of question and answer that make a document one of questions, whatever it is called


class PaperIntake:
    """Takes in the documents of one source; `given` are ids of the products they are about."""

    def __init__(self, stage: Stage, tally: Tally, shelf: Callable[[], Shelf], given: Sequence[str]) -> None:
        self._stage = stage
        self._tally = tally
        self._shelf = shelf
        self._given = tuple(given)

    def take(self, source: Source) -> None:
        """Raises `IngestError` when the only document cannot be used; among several, that one is refused."""
        known = {**self._shelf().products, **self._staged()}
        if unknown := next((product_id for product_id in self._given if product_id not in known), None):
            raise IngestError(f"there is no product {unknown!r} in the shop; take the products in first")
        alone = len(source.papers) + len(source.pages) == 1 and not source.tables
        for path in [*source.pages, *source.papers]:
            try:
                if path in source.pages:
                    self._page(path, known)
                else:
                    self._paper(path, read_paper(path), known)
            except IngestError as error:
                if alone:
                    raise
                self._tally.read += 1
                self._refuse(path.name, str(error))

    def _staged(self) -> dict[str, Product]:
        """Products that come from the same source."""
        return {row.id: decode(Product, json.loads(row.text)) for row in self._stage.rows("products")}

    def _page(self, path: Path, known: Mapping[str, Product]) -> None:
        """A web page: its products are taken in as rows of a table, here are its questions and its text."""
        questions = page_questions(path)
        for question, answer in questions:
            self._question(path.name, question, plain(answer))
        if not questions and not has_products(path):
            self._paper(path, read_paper(path), known)

    def _paper(self, path: Path, blocks: Sequence[Block], known: Mapping[str, Product]) -> None:
        pairs = pairs_of(blocks)
        head = next((block.text for block in blocks if block.kind == "heading"), "")
        match _kind(path.stem, head, pairs, blocks):
            case "faqs":
                for question, answer, page in pairs:
                    self._question(path.name if page is None else f"{path.name}, page {page}", question, answer)
            case "policies":
                for policy, page in policies_of(blocks, head or path.stem):
                    self._tally.read += 1
                    where = path.name if page is None else f"{path.name}, page {page}"
                    self._add("policies", self._both(policy, where), f"{where}: {policy.title('zh')}", "the policy")
            case _:
                self._manual(path, blocks, head, known)

    def _both(self, policy: Policy, where: str) -> Policy:
        """A policy that the shop has in the other language only is now there in both."""
        kept = self._shelf().policies.get(policy.id)
        if kept is None or not (kept.text.zh and not policy.text.zh or kept.text.en and not policy.text.en):
            return policy
        said, before = (policy.text.zh, kept.text.zh) if policy.text.zh else (policy.text.en, kept.text.en)
        if kept.text.zh and kept.text.en and said != before:
            self._tally.warn(
                where, f"{policy.id}: the text in the other language was left as it was; check that it agrees"
            )
        old = {attribute.name.zh: attribute for attribute in kept.attributes}
        attributes = [
            Attribute(one.name, _joined(one.value, old.pop(one.name.zh).value)) if one.name.zh in old else one
            for one in policy.attributes
        ]
        title, text = _joined(policy.title, kept.title), _joined(policy.text, kept.text)
        return Policy(policy.id, title, text, (*attributes, *old.values()))

    def _manual(self, path: Path, blocks: Sequence[Block], head: str, known: Mapping[str, Product]) -> None:
        about = self._given or products_named(path.stem, known) or products_named(head, known)
        passages, without = passages_of(path.name, blocks, known, about)
        if not passages:
            raise IngestError(
                f"{path.name} reads like a manual, but neither its name nor its headings name a product of the shop; "
                "say which one it is about: --product ID"
            )
        self._stage.add_file(path.name)
        for passage in passages:
            self._tally.read += 1
            self._add("passages", passage, passage.source, "the passage")
        if without:
            self._tally.warn(path.name, f"{without} of its pieces stand under no product's name and were left out")

    def _question(self, where: str, question: str, answer: str) -> None:
        self._tally.read += 1
        if not answer.strip():
            self._refuse(f"{where}: {question[:60]}", "the answer is missing", question=question)
            return
        faq = faq_of(question, answer, self._given)
        self._add("faqs", faq, f"{where}: {question[:60]}", "the question")

    def _add(self, kind: str, value: object, where: str, what: str) -> None:
        if earlier := self._stage.add(kind, value, where):
            self._refuse(where, f"{what} stands already in {earlier}")

    def _refuse(self, where: str, reason: str, **fields: str) -> None:
        self._tally.refuse(where, reason)
        self._stage.refuse(where, reason, fields | {"answer": ""} if fields else {"document": where})


def _joined(new: Text, old: Text) -> Text:
    return Text(new.zh or old.zh, new.en or old.en)


def _kind(name: str, head: str, pairs: Sequence[tuple[str, str, int | None]], blocks: Sequence[Block]) -> str:
    """What a document is: as it is called; else by whether it consists of questions, or its headings are policies'."""
    kinds: Mapping[str, str] = papers_file()["kinds"]
    for text in (name, head):
        for kind, words in kinds.items():
            if re.search(words, text, re.I) and (kind != "faqs" or pairs):
                return kind
    told = sum(len(question) + len(answer) for question, answer, _ in pairs)
    if len(pairs) >= _ENOUGH and told > 0.5 * sum(len(block.text) for block in blocks):
        return "faqs"
    known = "|".join(papers_file()["policies"].values())
    heads = [block.text for block in blocks if block.kind == "heading"]
    return "policies" if heads and sum(bool(re.search(known, text, re.I)) for text in heads) > len(heads) / 2 else ""

"""The sixty sentences, read, run and written as a table: `python -m tests.knowledge.sixty` prints it."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from knowledge.catalog import Catalog
from knowledge.model import Lang
from knowledge.refine import refine
from knowledge.search import SearchResult
from knowledge.settings import KnowledgeSettings
from knowledge.thesaurus import default_thesaurus
from knowledge.understand import Need

FOLDER = Path(__file__).parent
DEMO = FOLDER.parents[1] / "knowledge" / "demo"


@dataclass(frozen=True)
class Case:
    lang: Lang
    say: tuple[str, ...]
    need: str
    top: tuple[frozenset[str], ...]
    relaxed: tuple[str, ...] = ()

    def run(self, catalog: Catalog) -> SearchResult:
        wanted = ""
        for turn in self.say:
            wanted = refine(wanted, turn) if wanted else turn
        return catalog.search(wanted, limit=3)


def cases() -> list[Case]:
    document = yaml.safe_load((FOLDER / "sixty_sentences.yaml").read_text(encoding="utf-8"))
    langs: tuple[Lang, Lang] = ("zh", "en")
    return [
        Case(
            lang,
            tuple(entry["say"]),
            entry["need"],
            tuple(frozenset([place] if isinstance(place, str) else place) for place in entry["top"]),
            tuple(entry.get("relaxed", ())),
        )
        for lang in langs
        for entry in document[lang]
    ]


def compact(result: SearchResult) -> str:
    """What was understood, for people."""
    if result.parts:
        return " + ".join(compact(part) for part in result.parts)
    assert result.need is not None
    return " | ".join(part for part in _parts(result.need) if part)


def _parts(need: Need) -> Iterator[str]:
    filters, colours = need.filters, default_thesaurus().is_colour
    if need.goods is not None:
        yield need.goods.word
    low, high = filters.price_min, filters.price_max
    if low is not None or high is not None:
        least, most = (f"{one.normalize():f}" if one is not None else "" for one in (low, high))
        yield f"price {least}..{most}" if least and most else f"price ≤ {most}" if most else f"price ≥ {least}"
    yield ", ".join(filters.brands)
    yield ", ".join(filters.features)
    yield ", ".join(sorted(filters.options, key=lambda word: not colours(word)))
    for limit in filters.limits:
        yield f"{limit.measure} {limit.sense} {limit.text}".strip()
    if need.scenes:
        yield "for " + ", ".join(word.removeprefix("for ") for word, _ in need.scenes)
    yield ", ".join(filters.audiences)
    if filters.without:
        yield "not " + ", ".join(filters.without)
    for leaning in need.prefers:
        yield f"rather {leaning.extreme} {leaning.measure}"
    if need.by:
        yield f"{need.by.extreme} {need.by.measure}"
    if need.order != "relevance":
        yield need.order
    if filters.in_stock:
        yield "in stock"
    if need.count > 1:
        yield f"× {need.count}"


def table(catalog: Catalog) -> str:
    """Markdown: sentence, need, top three, what was relaxed."""
    rows = ["| sentence | understood as | top 3 | told |", "|---|---|---|---|"]
    for case in cases():
        result = case.run(catalog)
        hits = ", ".join(hit.product.id for hit in result.hits)
        said = " → ".join(case.say)
        rows.append(f"| {said} | {compact(result).replace(' | ', ' · ')} | {hits} | {'; '.join(result.relaxed)} |")
    return "\n".join(rows)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        catalog = Catalog.open(KnowledgeSettings(data_dir=Path(folder)))
        catalog.ingest(DEMO)
        print(table(catalog))  # noqa: T201
        catalog.close()


if __name__ == "__main__":
    main()

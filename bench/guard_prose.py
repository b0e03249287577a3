"""False alarms of the guard on prose that people wrote: `python -m bench.guard_prose --data DIR [--out FILE]`.

DIR holds folders with `products.json` (and `comments.json`), as other shops export them. Each sentence of a brief, a
description or a review is judged as if the shop said it of that product, with the product's own facts and nothing else
at hand; each ordinary sentence of a clerk or a host with the facts of a made-up product. What is changed is listed with
its reason, so that every change can be justified or mended.
"""

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from assistant.guard.guard import Guard
from assistant.guard.sentences import sentences
from assistant.guard.sheet import facts_from_sheet
from assistant.guard.verdict import Label, Verdict
from bench.report import Cell, arguments, report
from knowledge.catalog import Catalog
from knowledge.facts import Facts
from knowledge.model import LANGS
from knowledge.settings import KnowledgeSettings

CHAT = Path(__file__).parents[1] / "tests" / "assistant" / "guard" / "ordinary.yaml"
LABELS: tuple[Label, ...] = ("ok", "forbidden", "contradicted", "unsupported")


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence with what it is about and may rely on."""

    source: str
    text: str
    product: str
    facts: Facts


def shop_prose(folder: Path, catalog: Catalog) -> Iterator[Said]:
    """The sentences of a shop's own texts and of its reviews; those of products it does not sell are left out."""
    catalog.ingest(folder / "products.json")
    for product in catalog.products():
        facts = catalog.facts(product.id)
        texts = {text for lang in LANGS for text in (product.brief(lang), product.description(lang))} - {""}
        yield from (Said(f"{folder.name}: briefs", s, product.id, facts) for text in texts for s in _said(text))
    for product_id, text in _reviews(folder):
        if catalog.product(product_id) is not None:
            facts = catalog.facts(product_id)
            yield from (Said(f"{folder.name}: reviews", s, product_id, facts) for s in _said(text))


def _reviews(folder: Path) -> Iterator[tuple[str, str]]:
    comments = folder / "comments.json"
    if comments.exists():
        for row in json.loads(comments.read_text(encoding="utf-8")):
            yield str(row["goods_id"]), row["content"]
    for row in json.loads((folder / "products.json").read_text(encoding="utf-8")):
        for review in row.get("reviews") or ():
            yield str(row["id"]), review["comment"]


def chat(file: Path) -> Iterator[Said]:
    """Ordinary sentences by language, over a product whose facts could be mistaken for what they say."""
    sheets = {
        "zh": {"名称": "云朵羽绒被", "售价": "599元", "库存": "12件", "颜色": "白色", "面料": "100%棉"},
        "en": {"name": "Harbor Lamp", "price": "$48.50", "stock": "4", "color": "brass", "size": "S"},
    }
    for lang, lines in yaml.safe_load(file.read_text(encoding="utf-8")).items():
        facts = facts_from_sheet(sheets[lang], "p")
        yield from (Said(f"chat: {lang}", line, "p", facts) for line in lines)


def _said(text: str) -> list[str]:
    return [sentence for sentence in sentences(text) if sentence.strip()]


def table(judged: Sequence[tuple[Said, Verdict]]) -> list[dict[str, Cell]]:
    """How much of each source was changed, and why."""
    rows: list[dict[str, Cell]] = []
    for source in dict.fromkeys(said.source for said, _ in judged):
        verdicts = [verdict for said, verdict in judged if said.source == source]
        labels = Counter(verdict.label for verdict in verdicts)
        changed = sum(verdict.changed for verdict in verdicts)
        share = round(100 * changed / len(verdicts), 2)
        rows.append({"source": source, "sentences": len(verdicts), "changed": changed, "changed %": share})
        rows[-1] |= {label: labels[label] for label in LABELS}
    return rows


def changes(judged: Sequence[tuple[Said, Verdict]]) -> list[dict[str, Any]]:
    """Every sentence that was changed, with its reasons."""
    return [
        {
            "source": said.source,
            "product": said.product,
            "label": verdict.label,
            "said": said.text,
            "becomes": verdict.text,
            "spans": [
                {
                    "text": said.text[span.start : span.end],
                    "label": span.label,
                    "reason": span.reason,
                    "field": span.field,
                    "rule": span.rule,
                }
                for span in verdict.spans
            ],
        }
        for said, verdict in judged
        if verdict.changed
    ]


def main(argv: Sequence[str] | None = None) -> int:
    parser = arguments("Count what the guard changes in prose that people wrote.")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folders with products.json")
    parser.add_argument("--chat", type=Path, default=CHAT, metavar="FILE", help="ordinary sentences by language, YAML")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where every changed sentence goes, JSON")
    args = parser.parse_args(argv)
    folders = sorted(file.parent for file in args.data.glob("*/products.json"))
    if not folders:
        print(f"no folder in {args.data} has a products.json", file=sys.stderr)
        return 2
    guard, prose = Guard(), list(chat(args.chat))
    for folder in folders:
        with tempfile.TemporaryDirectory() as data:
            catalog = Catalog.open(KnowledgeSettings(data_dir=Path(data)))
            try:
                prose += shop_prose(folder, catalog)
            finally:
                catalog.close()
    judged = [(said, guard.review(said.text, said.facts, about=(said.product,))) for said in prose]
    changed = changes(judged)
    report("False alarms on real prose", table(judged), args.json)
    for one in changed:
        why = "; ".join(f"{span['text']} ← {span['reason']}" for span in one["spans"])
        print(f"[{one['label']}] {one['said'].strip()} → {one['becomes'].strip()}   ({why})")
    if args.out is not None:
        args.out.write_text(json.dumps(changed, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

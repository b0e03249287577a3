"""What the short commands do: `ask`, `guard`."""

import asyncio
import json
import sys
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

from assistant.assistant import review_text
from assistant.events import Cards, Finished, Handoff, PageContext, Sentence
from assistant.guard.sheet import facts_from_sheet
from assistant.guard.verdict import Verdict
from knowledge.facts import Facts
from knowledge.ingest.report import IngestError
from knowledge.model import Lang
from knowledge.text import language
from web.log import configure_logging
from web.present import fact_json, verdict_json, with_articles
from web.settings import Settings
from web.wiring import Core, build_core, build_guard, open_catalog

MARKS = {"ok": "[green]✓[/]", "unsupported": "[yellow]?[/]", "contradicted": "[red]≠[/]", "forbidden": "[red]✗[/]"}
ROWS_SHOWN = 20


def run_ask(settings: Settings, question: str, lang: Lang | None, product_id: str, *, as_json: bool) -> None:
    configure_logging("error")
    answer = asyncio.run(_ask(settings, question, lang, product_id))
    if as_json:
        print_json(answer)
    else:
        show_answer(answer)


async def _ask(settings: Settings, question: str, lang: Lang | None, product_id: str) -> dict[str, Any]:
    core = build_core(settings)
    try:
        return await ask_once(core, question, lang, product_id)
    finally:
        await core.close()


async def ask_once(core: Core, question: str, lang: Lang | None = None, product_id: str = "") -> dict[str, Any]:
    """The answer as `{question, text, products, facts, verdicts, handoff, tools, model, degraded}`; nothing is kept."""
    conversation = await core.conversations.create(lang=lang or language(question), product_id=product_id)
    context = PageContext(product_id=product_id, lang=lang or "")
    verdicts: list[Verdict] = []
    products: list[str] = []
    handoff: dict[str, str] | None = None
    finished: Finished | None = None
    try:
        async with aclosing(core.assistant.answer(conversation.id, question, context)) as events:
            async for event in events:
                match event:
                    case Sentence(verdict=verdict):
                        verdicts.append(verdict)
                    case Cards(product_ids=ids):
                        products += ids
                    case Handoff(reason=reason, summary=summary):
                        handoff = {"reason": reason, "summary": summary}
                    case Finished():
                        finished = event
        stored = await core.conversations.verdicts(conversation.id)
    finally:
        await core.conversations.delete(conversation.id)
    text = "".join(verdict.text for verdict in verdicts).strip()
    return {
        "question": question,
        "text": finished.text if finished else text,
        "products": list(dict.fromkeys([*products, *(finished.product_ids if finished else ())])),
        "facts": [fact_json(fact) for fact in dict.fromkeys(fact for each in verdicts for fact in each.evidence)],
        "verdicts": stored or [verdict_json(verdict) for verdict in verdicts],
        "handoff": handoff,
        "tools": list(finished.tools) if finished else [],
        "model": finished.model if finished else "",
        "degraded": finished.degraded if finished else "",
    }


def show_answer(answer: dict[str, Any]) -> None:
    console = Console()
    console.print(f"\n{answer['text'] or '…'}\n", markup=False, highlight=False)
    for verdict in answer["verdicts"]:
        show_verdict(console, verdict)
    show_facts(console, answer["facts"])
    if answer["handoff"]:
        console.print(f"[bold]→ 转人工 handed to a person ({answer['handoff']['reason']})[/]")
    source = answer["model"] + (f" ({answer['degraded']})" if answer["degraded"] else "")
    console.print(f"[dim]{source} · {', '.join(answer['products']) or '—'}[/]", highlight=False)


def show_verdict(console: Console, verdict: dict[str, Any]) -> None:
    console.print(MARKS[verdict["label"]], end=" ")
    console.print(verdict["original"].strip(), style="dim", markup=False, highlight=False)
    for span in verdict["spans"]:
        if span["label"] != "ok":
            piece = verdict["original"][span["start"] : span["end"]]
            instead = "" if span["replacement"] is None else f" → {span['replacement'] or '∅'}"
            rule = f" [{span['rule']}]" if span["rule"] else ""
            console.print(
                f"    {piece}{instead}: {span['reason']}{rule}", style="yellow", markup=False, highlight=False
            )


def show_facts(console: Console, facts: Sequence[dict[str, Any]]) -> None:
    if not facts:
        return
    table = Table(
        "依据 fact", "值 value", "来源 source", box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0)
    )
    for fact in facts[:ROWS_SHOWN]:
        value = fact["value"] if len(fact["value"]) <= 60 else fact["value"][:59] + "…"
        table.add_row(f"{fact['subject']} · {fact['attribute']}", value, f"{fact['source']} v{fact['version']}")
    console.print(table)


def run_guard(
    settings: Settings, text: str, product_ids: list[str], lang: Lang | None, *, sheet: Path | None, as_json: bool
) -> bool:
    """Whether the text may be said as it is."""
    configure_logging("error")
    if not text.strip():
        raise IngestError("没有要核对的文字。There is no text to check.")
    if sheet is not None and product_ids:
        raise IngestError("--product 和 --sheet 只能用一个。Use either --product or --sheet.")
    about = tuple(product_ids) if sheet is None else ("sheet",)
    facts = _facts_of(settings, product_ids) if sheet is None else read_sheet(sheet)
    guard = build_guard(settings)
    verdict = review_text(guard, text, facts, lang or language(text), about)
    shown = with_articles(verdict_json(verdict), guard.articles)
    if as_json:
        print_json(shown)
        return not verdict.changed
    console = Console()
    show_verdict(console, shown)
    if verdict.changed:
        console.print(f"= {verdict.text or '（整句不说 nothing of it is said）'}", markup=False, highlight=False)
    show_facts(console, shown["evidence"])
    return not verdict.changed


def _facts_of(settings: Settings, product_ids: list[str]) -> Facts:
    catalog = open_catalog(settings)
    try:
        facts = catalog.shop_facts()
        for product_id in product_ids:
            if catalog.product(product_id) is None:
                raise IngestError(f"没有商品 {product_id}。There is no product {product_id}.")
            facts |= catalog.facts(product_id)
        return facts
    finally:
        catalog.close()


def read_sheet(path: Path) -> Facts:
    """The facts of one product in a YAML or JSON file of property: value. Raises IngestError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        # BaseLoader leaves every value as it is written: 0123, yes and 12:30 are what the merchant says.
        found = json.loads(text) if path.suffix == ".json" else yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506
    except OSError as error:
        raise IngestError(f"读不了 {path}。Cannot read {path}: {error.strerror}.") from error
    except (yaml.YAMLError, ValueError):
        found = None
    if not isinstance(found, dict) or not found or any(isinstance(value, dict | list) for value in found.values()):
        raise IngestError(
            f"{path} 应是一张“属性: 值”的表（YAML 或 JSON，UTF-8）。"
            f"{path} should be one table of property: value (YAML or JSON, UTF-8)."
        )
    stated = {str(name): str(value) for name, value in found.items() if value is not None}
    return facts_from_sheet(stated, "sheet", source=path.name)


def print_json(value: Any) -> None:

    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")

"""`zhibo ask`: one question, one answer, and what it rests on."""

from contextlib import aclosing
from typing import Any

from rich.console import Console
from rich.table import Table

from assistant.events import Cards, Finished, Handoff, PageContext, Sentence
from assistant.guard.verdict import Verdict
from knowledge.model import Lang
from web.present import fact_json, verdict_json
from web.settings import Settings
from web.wiring import build_core

MARKS = {"ok": "[green]✓[/]", "unsupported": "[yellow]?[/]", "contradicted": "[red]≠[/]", "forbidden": "[red]✗[/]"}


async def ask_once(settings: Settings, question: str, lang: Lang | None, product_id: str) -> dict[str, Any]:
    """The answer as `{question, lang, text, products, facts, verdicts, handoff, tools, model, degraded}`."""
    core = build_core(settings)
    try:
        conversation = await core.conversations.create(lang=lang or "zh", channel="cli", product_id=product_id)
        context = PageContext(product_id=product_id, lang=lang or "")
        verdicts: list[Verdict] = []
        shown: list[str] = []
        handoff: dict[str, str] | None = None
        finished: Finished | None = None
        async with aclosing(core.assistant.answer(conversation.id, question, context)) as events:
            async for event in events:
                match event:
                    case Sentence(verdict=verdict):
                        verdicts.append(verdict)
                    case Cards(product_ids=ids):
                        shown += ids
                    case Handoff(reason=reason, summary=summary):
                        handoff = {"reason": reason, "summary": summary}
                    case Finished():
                        finished = event
        stored = await core.conversations.verdicts(conversation.id)
        await core.conversations.delete(conversation.id)
    finally:
        await core.close()
    evidence = dict.fromkeys(fact for verdict in verdicts for fact in verdict.evidence)
    return {
        "question": question,
        "text": finished.text if finished else "",
        "products": list(dict.fromkeys([*shown, *(finished.product_ids if finished else ())])),
        "facts": [fact_json(fact) for fact in evidence],
        "verdicts": stored or [verdict_json(verdict) for verdict in verdicts],
        "handoff": handoff,
        "tools": list(finished.tools) if finished else [],
        "model": finished.model if finished else "",
        "degraded": finished.degraded if finished else "",
    }


def show(answer: dict[str, Any]) -> None:
    console = Console()
    console.print(f"\n{answer['text'] or '…'}\n", markup=False)
    for verdict in answer["verdicts"]:
        console.print(MARKS[verdict["label"]], end=" ")
        console.print(verdict["original"].strip(), style="dim", markup=False)
        for span in verdict["spans"]:
            console.print(f"    {span['reason']}", style="yellow", markup=False)
    if answer["facts"]:
        table = Table("事实 fact", "值 value", "来源 source", box=None, header_style="dim", pad_edge=False)
        for fact in answer["facts"]:
            table.add_row(f"{fact['subject']} · {fact['attribute']}", fact["value"][:60], fact["source"])
        console.print(table)
    if answer["handoff"]:
        console.print(f"→ 转人工 handed to a person: {answer['handoff']['reason']}", style="bold")
    source = answer["model"] + (f" ({answer['degraded']})" if answer["degraded"] else "")
    console.print(f"[dim]{source} · {', '.join(answer['products']) or '—'}[/]")

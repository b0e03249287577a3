"""What shoppers asked in vain, and the answers a merchant approves for it."""

import re
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from assistant.gaps import ALIASES, DAYS, Gap, Gaps, State
from assistant.guard.verdict import Verdict
from web.auth import Staff
from web.editing import Editing, Objection
from web.errors import Refusal
from web.present import plain, verdict_json
from web.services import Limited, Services, Svc, may_answer_gaps

Answerer = Annotated[Staff, Depends(may_answer_gaps)]
router = APIRouter(prefix="/api/gaps", tags=["gaps"], dependencies=[Depends(may_answer_gaps)])
Days = Annotated[int, Query(ge=1, le=365)]


class Words(BaseModel):
    zh: str = Field("", max_length=2000)
    en: str = Field("", max_length=2000)

    def document(self) -> dict[str, str]:
        return {lang: text.strip() for lang, text in (("zh", self.zh), ("en", self.en)) if text.strip()}


class Answer(BaseModel):
    """`products`: ids when the answer holds for these only. `dry_run`: only ask the guard."""

    question: Words
    answer: Words
    products: list[str] = Field(default_factory=list, max_length=50)
    dry_run: bool = False


def gaps_of(services: Services) -> Gaps:
    return Gaps(services.catalog.store)


@router.get("")
async def listed(
    services: Svc, state: Literal["open", "answered", "dismissed"] = "open", days: Days = DAYS, limit: int = 50
) -> dict[str, Any]:
    def read() -> list[Gap]:
        found = gaps_of(services)
        found.refresh()
        return found.report(state, days=days, limit=min(max(limit, 1), 200))

    return {"days": days, "gaps": [plain(asdict(gap)) for gap in await run_in_threadpool(read)]}


@router.post("/{gap_id}/approve", dependencies=[Limited])
async def approve(gap_id: str, body: Answer, services: Svc, editor: Answerer) -> dict[str, Any]:
    """Put the answer into the FAQ: from now on it is given in these words, without a model. Refused with the guard's
    verdicts when a sentence of it could not be said."""
    verdicts = await run_in_threadpool(approved, services, gap_id, body, editor.name)
    return {"verdicts": verdicts, "stored": not body.dry_run}


@router.post("/{gap_id}/dismiss", status_code=204, dependencies=[Limited])
async def dismiss(gap_id: str, services: Svc, editor: Answerer) -> None:
    await run_in_threadpool(decided, services, gap_id, "dismissed", editor.name)


def decided(services: Services, gap_id: str, state: State, by: str, faq_id: str = "") -> None:
    if not gaps_of(services).decide(gap_id, state, by, faq_id):
        raise Refusal("not_found", "没有这个问题缺口。", "There is no such gap.")


def approved(services: Services, gap_id: str, body: Answer, by: str) -> list[dict[str, Any]]:
    """Blocks; the verdicts as JSON. Raises Refusal."""
    question, answer = body.question.document(), body.answer.document()
    try:
        verdicts = approved_by(services, gap_id, question, answer, body.products, by, dry_run=body.dry_run)
    except Objection as objection:
        raise objected(objection) from None
    return [verdict_json(verdict) for verdict in verdicts]


def approved_by(
    services: Services,
    gap_id: str,
    question: dict[str, str],
    answer: dict[str, str],
    products: list[str],
    by: str,
    *,
    dry_run: bool,
) -> list[Verdict]:
    """Blocks. Raises Refusal, and Objection when a sentence could not be said; then nothing was stored."""
    gap = gaps_of(services).gap(gap_id)
    if gap is None:
        raise Refusal("not_found", "没有这个问题缺口。", "There is no such gap.")
    others = dict.fromkeys(example.text for example in gap.examples if example.text not in question.values())
    faq_id = gap.faq_id or f"gap-{gap.id[:12]}"
    document = {
        "id": faq_id, "question": question, "answer": answer, "aliases": list(others)[:ALIASES], "products": products,
        "exact": True,
    }  # fmt: skip
    verdicts = Editing(services.catalog, services.guard).faq(document, dry_run=dry_run)
    if not dry_run:
        decided(services, gap_id, "answered", by, faq_id)
    return verdicts


def objected(objection: Objection) -> Refusal:
    """The guard's no, with its reasons."""
    first = objection.verdicts[0]
    reasons = "; ".join(dict.fromkeys(span.reason for span in first.spans if span.label != "ok"))
    said = re.sub(r"\s+", " ", first.original).strip()[:60]
    return Refusal(
        "invalid",
        f"核验没有通过，没有保存。“{said}”：{reasons}。",
        f"The guard would not say this, so nothing was saved. “{said}”: {reasons}.",
        more={"verdicts": [verdict_json(verdict) for verdict in objection.verdicts]},
    )

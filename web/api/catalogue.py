"""What the shop sells, for pages; and taking in a merchant's file."""

import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request, UploadFile
from starlette.concurrency import run_in_threadpool

from knowledge.ingest.report import IngestError
from knowledge.model import Lang
from web.errors import Refusal, reader_lang
from web.intake import report_json, take_in
from web.present import policy_json, promotion_json, shop_json
from web.services import Editor, Svc, limited

router = APIRouter(prefix="/api", tags=["catalogue"])

Reading = Annotated[Lang, Depends(reader_lang)]


@router.get("/products")
async def products(
    services: Svc,
    lang: Reading,
    q: Annotated[str, Query(max_length=500)] = "",
    category: Annotated[str, Query(max_length=100)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 24,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> dict[str, Any]:
    chosen = list(services.catalog.products())
    relaxed: tuple[str, ...] = ()
    if q.strip():
        result = await run_in_threadpool(
            services.catalog.search, q.strip(), limit=200 if category else limit, lang=lang
        )
        chosen, relaxed = [hit.product for hit in result.hits], tuple(str(each) for each in result.relaxed)
    if category:
        chosen = [product for product in chosen if category in (product.category.zh, product.category.en)]
    shown = chosen[offset : offset + limit]
    cards = [services.presenter.card(product, lang) for product in shown]
    return {"products": cards, "relaxed": list(relaxed), "total": len(chosen)}


@router.get("/products/{product_id}")
async def product(product_id: str, services: Svc, lang: Reading) -> dict[str, Any]:
    found = services.catalog.product(product_id)
    if found is None:
        raise Refusal(
            "not_found", "没有这件商品，可能已下架。", "There is no such product; it may no longer be on sale."
        )
    return services.presenter.product(found, lang)


@router.get("/shop")
async def shop(services: Svc, lang: Reading) -> dict[str, Any]:
    catalog = services.catalog
    counts = Counter(product.category for product in catalog.products())
    return {
        "shop": shop_json(catalog.shop),
        "categories": [{"name": name(lang), "count": count} for name, count in counts.most_common() if name],
        "promotions": [promotion_json(each, lang) for each in catalog.promotions()],
        "policies": [policy_json(each, lang) for each in catalog.policies()],
        "rooms": services.supervisor.names(),
    }


@router.post("/catalogue/ingest", dependencies=[Depends(limited)])
async def ingest(
    request: Request,
    services: Svc,
    editor: Editor,
    file: UploadFile,
    mapping: Annotated[str, Form()] = "",
    dry_run: Annotated[bool, Form()] = False,
) -> dict[str, Any]:
    """Read a merchant's file: good rows land, each bad one is reported with its line and the reason."""
    given = _mapping(mapping)
    with tempfile.TemporaryDirectory(prefix="zhibo-upload-") as folder:
        path = Path(folder) / safe_name(file.filename or "upload")
        with path.open("wb") as target:
            while block := await file.read(1 << 20):
                await run_in_threadpool(target.write, block)
        try:
            report = await run_in_threadpool(take_in, services.catalog, path, given, dry_run=dry_run)
        except IngestError as error:
            raise Refusal("invalid", f"这个文件读不了：{error}", str(error)) from None
    return {**report_json(report), "dry_run": dry_run}


def safe_name(name: str) -> str:
    """The last part of the name only: it tells the kind of file and appears in the report, nothing else."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(char for char in last if char.isprintable() and char not in '<>:"|?*\0')[-100:].lstrip(". ")
    return kept or "upload"


def _mapping(text: str) -> dict[str, Any] | None:
    if not text.strip():
        return None
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Refusal("invalid", "mapping 必须是一个 JSON 对象。", "mapping must be a JSON object.")
    return found

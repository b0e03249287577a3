"""What the shop sells, for pages; and taking in a merchant's file."""

import json
import tempfile
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request, UploadFile
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from knowledge.ingest.door import REFUSED_FOLDER
from knowledge.ingest.reasons import in_chinese
from knowledge.ingest.report import IngestError
from knowledge.model import Lang
from web.errors import Refusal, reader_lang
from web.importing import fetched
from web.intake import report_json
from web.present import policy_json, promotion_json, shop_json
from web.services import Editor, Services, Svc, limited

router = APIRouter(prefix="/api", tags=["catalogue"])

Reading = Annotated[Lang, Depends(reader_lang)]


class FromUrl(BaseModel):
    """As for a file: `mapping` column → field, `products` the ids that a manual is about."""

    url: str = Field(min_length=1, max_length=2000)
    mapping: dict[str, Any] = {}
    dry_run: bool = False
    replace: bool = False
    forget: bool = False
    products: list[str] = Field([], max_length=500)


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
        "demo": services.demo,
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
    replace: Annotated[bool, Form()] = False,
    forget: Annotated[bool, Form()] = False,
    products: Annotated[str, Form(max_length=5_000)] = "",
) -> dict[str, Any]:
    """Read a merchant's file: good rows land, each bad one is reported with its line and the reason. `products` are ids
    (with commas between) that a manual is about."""
    given = _mapping(mapping)
    with tempfile.TemporaryDirectory(prefix="zhibo-upload-") as folder:
        path = Path(folder) / safe_name(file.filename or "upload")
        with path.open("wb") as target:
            while block := await file.read(1 << 20):
                await run_in_threadpool(target.write, block)
        about = [name for name in products.split(",") if name.strip()]
        return await _taken_in(services, path, given, dry_run, replace=replace, forget=forget, products=about)


@router.post("/catalogue/ingest-url", dependencies=[Depends(limited)])
async def ingest_url(body: FromUrl, services: Svc, editor: Editor) -> dict[str, Any]:
    """The same with a feed, table or page at a web address; it is fetched now, once."""
    with tempfile.TemporaryDirectory(prefix="zhibo-fetch-") as folder:
        path = await fetched(services.fetcher, body.url, Path(folder))
        return await _taken_in(
            services, path, body.mapping or None, body.dry_run, replace=body.replace, forget=body.forget,
            products=body.products,
        )  # fmt: skip


async def _taken_in(
    services: Services, path: Path, mapping: dict[str, Any] | None, dry_run: bool, **more: Any
) -> dict[str, Any]:
    try:
        report = await run_in_threadpool(services.catalog.ingest, path, mapping, dry_run=dry_run, **more)
    except IngestError as error:
        raise Refusal("invalid", f"这个文件读不了：{in_chinese(str(error)) or error}", str(error)) from None
    return {**report_json(report), "dry_run": dry_run}


@router.get("/catalogue/refused/{name}")
async def refused(name: str, services: Svc, editor: Editor) -> FileResponse:
    """The refused rows of an intake, as CSV that can be put right and fed again."""
    path = services.catalog.settings.data_dir / REFUSED_FOLDER / safe_name(name)
    if path.suffix != ".csv" or not path.is_file():
        raise Refusal(
            "not_found", "没有这个文件，可能已被清理。", "There is no such file; it may have been cleared away."
        )
    return FileResponse(path, media_type="text/csv; charset=utf-8", filename=path.name)


@router.get("/catalogue/mappings")
async def mappings(services: Svc, editor: Editor) -> list[dict[str, Any]]:
    """What people said that columns of files mean, newest first."""
    kept = await run_in_threadpool(services.catalog.mappings)
    return [asdict(each) for each in kept]


@router.delete("/catalogue/mappings/{signature}")
async def forget_mapping(signature: str, services: Svc, editor: Editor) -> dict[str, bool]:
    if not await run_in_threadpool(services.catalog.forget_mapping, signature):
        raise Refusal("not_found", "没有记住这样的列。", "Nothing is remembered for such columns.")
    return {"forgotten": True}


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

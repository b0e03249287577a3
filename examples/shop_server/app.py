"""The six routes. `build(store, secrets)` makes the application; `python -m examples.shop_server` serves it."""

import hmac
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, Literal, Self

from fastapi import FastAPI, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from starlette.exceptions import HTTPException

from examples.shop_server.signing import Gate, Refused
from examples.shop_server.store import Document, OtherBody, Store

Language = Annotated[Literal["zh", "en"], Header(alias="Accept-Language")]
Key = Annotated[str, Header(alias="Idempotency-Key", min_length=16, max_length=128, pattern="^[A-Za-z0-9_-]+$")]
Said = Annotated[str, Field(max_length=200)]
Id = Annotated[str, Field(min_length=1, max_length=200)]
Ids = Annotated[list[str], Field(min_length=1, max_length=100)]


class Proof(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    email: Said = ""
    name: Said = ""
    zip: Annotated[str, Field(max_length=20)] = ""
    order_id: Said = ""
    phone_tail: Annotated[str, Field(pattern="^([0-9]{4})?$")] = ""


class OfOrder(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)

    order_id: Id


class Where(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)

    address1: str = Field(min_length=1)
    address2: str = ""
    city: str = ""
    state: str = ""
    country: str = ""
    zip: str = ""


class Move(OfOrder):
    """In parts, in one line, or only another phone number."""

    address1: str = ""
    address: str = ""
    phone_number: str = ""

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not (self.address1 or self.address or self.phone_number):
            raise ValueError("address1, address or phone_number is missing")
        return self


class MoveHome(Where):
    user_id: Id


class Cancel(OfOrder):
    reason: str = ""


class Return(OfOrder):
    item_ids: Ids
    payment_method_id: str = ""


class Exchange(Return):
    new_item_ids: Ids


class Pay(OfOrder):
    payment_method_id: str


class Invoice(OfOrder):
    title: Annotated[str, Field(min_length=1)]
    phone_number: str
    invoice_type: str


class Visit(OfOrder):
    service_type: str
    service_time: str


class Protect(OfOrder):
    amount: Annotated[str, Field(pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,2})?$")]


class Piece(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)

    product_id: Id
    quantity: Annotated[int, Field(ge=1)]


class Purchase(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)

    items: Annotated[list[Piece], Field(min_length=1)]
    payment: str


ARGUMENTS: dict[str, type[BaseModel]] = {
    "cancel_order": Cancel,
    "modify_address": Move,
    "modify_user_address": MoveHome,
    "modify_payment": Pay,
    "return_items": Return,
    "modify_items": Exchange,
    "exchange_items": Exchange,
    "urge_shipment": OfOrder,
    "register_cashback": OfOrder,
    "issue_invoice": Invoice,
    "schedule_service": Visit,
    "price_protect": Protect,
    "place_order": Purchase,
}


class Action(BaseModel):
    action: str
    arguments: dict[str, Any]


def error(status: int, why: str) -> JSONResponse:
    return JSONResponse({"error": why}, status)


def spoken(value: Any, lang: str) -> Any:
    """Texts are kept in both languages, {"zh": …, "en": …}, and sent in one."""
    if isinstance(value, dict):
        if value.keys() == {"zh", "en"}:
            return value[lang]
        return {name: spoken(one, lang) for name, one in value.items()}
    return [spoken(one, lang) for one in value] if isinstance(value, list) else value


def build(store: Store, secrets: Sequence[str]) -> FastAPI:
    app = FastAPI(title="A shop", openapi_url=None, docs_url=None, redoc_url=None)
    gate = Gate(secrets)

    @app.middleware("http")
    async def signed(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        raw = request.scope.get("raw_path") or request.url.path.encode()
        query = request.scope["query_string"]
        try:
            gate.check(
                request.method,
                (raw + (b"?" + query if query else b"")).decode("latin-1"),
                await request.body(),
                timestamp=request.headers.get("x-zhibo-timestamp", ""),
                nonce=request.headers.get("x-zhibo-nonce", ""),
                signature=request.headers.get("x-zhibo-signature", ""),
                key=request.headers.get("idempotency-key", ""),
            )
        except Refused as refused:
            return error(401, str(refused))
        return await go_on(request)

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, trouble: RequestValidationError) -> Response:
        return error(400, "; ".join(f"{one['loc'][-1]}: {one['msg']}" for one in trouble.errors()[:3]))

    @app.exception_handler(HTTPException)
    async def unknown(request: Request, trouble: HTTPException) -> Response:
        return error(trouble.status_code, str(trouble.detail))

    @app.post("/customers/find")
    def find(proof: Proof, lang: Language = "en") -> Any:
        found = next((one for one in store.all("customers") if _proves(proof, one, store)), None)
        return _answer(found, lang)

    @app.get("/customers/{customer_id}")
    def customer(customer_id: str, lang: Language = "en") -> Any:
        return _answer(store.one("customers", customer_id), lang)

    @app.get("/customers/{customer_id}/orders")
    def orders(customer_id: str, lang: Language = "en") -> Any:
        return [spoken(one, lang) for one in store.all("orders") if one["customer_id"] == customer_id]

    @app.get("/orders/{order_id}")
    def order(order_id: str, lang: Language = "en") -> Any:
        return _answer(store.one("orders", order_id), lang)

    @app.get("/products/{product_id}")
    def product(product_id: str, lang: Language = "en") -> Any:
        return _answer(store.one("products", product_id), lang)

    @app.post("/actions")
    def act(told: Action, key: Key, lang: Language = "en") -> Any:
        kind = ARGUMENTS.get(told.action)
        if kind is None:
            return error(400, "action: not one of the interface's")
        try:
            kind.model_validate(told.arguments)
        except ValidationError as trouble:
            return error(400, f"arguments: {trouble.errors()[0]['msg']}")
        try:
            return spoken(store.act(told.action, told.arguments, key), lang)
        except OtherBody:
            return error(422, "this Idempotency-Key came with another body before")

    return app


def _answer(found: Document | None, lang: str) -> Any:
    if found is None:
        raise HTTPException(404, "there is no such thing")
    return spoken({name: value for name, value in found.items() if name != "phone"}, lang)


def _proves(proof: Proof, customer: Document, store: Store) -> bool:
    """Whether what somebody tells shows them to be this customer."""
    if proof.email and _same(proof.email.lower(), customer["email"].lower()):
        return True
    if proof.name and proof.zip and _same(proof.name.lower() + "\n" + proof.zip, _name_and_zip(customer)):
        return True
    if proof.order_id and proof.phone_tail:
        order = store.one("orders", proof.order_id)
        return (
            order is not None
            and order["customer_id"] == customer["id"]
            and _same(proof.phone_tail, customer["phone"][-4:])
        )
    return False


def _name_and_zip(customer: Document) -> str:
    return f"{customer['name'].lower()}\n{customer['address'].get('zip', '')}"


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())

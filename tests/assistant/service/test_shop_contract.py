"""The example shop answers, and the adapter asks, as `docs/shop-api.yaml` says."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import requests
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from assistant.service.model import Write
from assistant.service.shops.http import HttpShop
from assistant.service.shops.signing import ONCE, signature, signed_headers
from tests.assistant.service.merchant import SECRET, Merchant, merchant

ROOT = Path(__file__).parents[3]
CONTRACT = ROOT / "docs" / "shop-api.yaml"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@cache
def _components() -> Any:
    return yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))["components"]


def _conforms(name: str, document: Any) -> None:
    components = _components()
    schema = {"$ref": f"#/components/schemas/{name}", "components": components}
    jsonschema.Draft202012Validator(schema).validate(document)


def _asked(there: Merchant, case: schemathesis.Case, known: str) -> requests.Response:
    """Send a case as it is, rightly signed; ids are those of things that are there where `known` says so."""
    told = case.as_transport_kwargs(base_url=there.url)
    if known and case.path_parameters:
        told["url"] = there.url + case.operation.path.replace("{" + next(iter(case.path_parameters)) + "}", known)
    told.pop("hooks", None)
    request = requests.Request(**{name: told[name] for name in told if name in REQUEST}).prepare()
    body = request.body.encode() if isinstance(request.body, str) else request.body or b""
    key = request.headers.get(ONCE, "")
    request.headers.update(signed_headers(SECRET, request.method or "", request.path_url, body, key))
    with requests.Session() as session:
        session.trust_env = False
        return session.send(request, timeout=10)


def _ask_all(there: Merchant, operation: schemathesis.APIOperation) -> set[tuple[str, int]]:
    """Which operation answered with which status to whatever its description allows."""
    name = operation.definition.raw["operationId"]
    answered = set()

    @settings(
        max_examples=10 if name == "act" else 3,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case: schemathesis.Case) -> None:
        for known in {"", KNOWN.get(name, "")}:
            answer = _asked(there, case, known)
            answered.add((name, answer.status_code))
            case.validate_response(answer, checks=CHECKS)

    ask()
    return answered


REQUEST = ("method", "url", "headers", "params", "json", "data", "cookies")
KNOWN = {"getCustomer": "C1", "getOrders": "C1", "getOrder": "YQ2026000002", "getProduct": "MUG"}


def test_whatever_the_contract_allows_is_answered_as_it_says() -> None:
    contract = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    for one in ("Timestamp", "Nonce"):  # ours to make, not to be guessed: a guess costs more than the request
        contract["components"]["parameters"][one]["required"] = False
        contract["components"]["parameters"][one]["schema"] = {"enum": ["1"]}
    schema = schemathesis.openapi.from_dict(contract)
    operations = [found.ok() for found in schema.get_all_operations()]
    answered: set[tuple[str, int]] = set()
    with merchant() as there:
        for operation in operations:
            answered |= _ask_all(there, operation)
    assert len(operations) == 6
    assert {(name, 200) for name in (*KNOWN, "act")} <= answered
    assert ("findCustomer", 404) in answered


def test_an_unsigned_request_is_refused_as_the_contract_says() -> None:
    with merchant() as there:
        answer = requests.get(f"{there.url}/orders/YQ2026000002", timeout=5)
    assert answer.status_code == 401
    _conforms("Error", answer.json())


def test_the_adapter_asks_as_the_contract_says() -> None:
    where = {"address1": "Mill Lane 1", "address2": "", "city": "Bath", "state": "", "country": "UK", "zip": "50101"}
    writes = (
        Write("cancel_order", {"order_id": "YQ2026000001", "reason": "unwanted"}),
        Write("modify_address", {"order_id": "YQ2026000001", **where}),
        Write("modify_user_address", {"user_id": "C1", **where}),
        Write("modify_payment", {"order_id": "YQ2026000001", "payment_method_id": "P1"}),
        Write("return_items", {"order_id": "YQ2026000003", "item_ids": ["FAN-1"]}),
        Write("exchange_items", {"order_id": "YQ2026000003", "item_ids": ["MUG-G"], "new_item_ids": ["MUG-W"]}),
        Write("modify_address", {"order_id": "YQ2026000001", "address": "杭州市青石路8号"}),
        Write("modify_address", {"order_id": "YQ2026000001", "phone_number": "13800000000"}),
        Write("urge_shipment", {"order_id": "YQ2026000002"}),
        Write(
            "issue_invoice",
            {"order_id": "YQ2026000002", "title": "林小满", "phone_number": "138", "invoice_type": "personal"},
        ),
        Write("schedule_service", {"order_id": "YQ2026000003", "service_type": "repair", "service_time": "周六"}),
        Write("price_protect", {"order_id": "YQ2026000003", "amount": "10.00"}),
        Write("place_order", {"items": [{"product_id": "MUG", "quantity": 2}], "payment": "alipay"}),
        Write("modify_items", {"order_id": "YQ2026000001", "item_ids": ["MUG-W"], "new_item_ids": ["MUG-G"]}),
    )
    with merchant() as there:
        shop = HttpShop(there.shop(), "en")
        for number, write in enumerate(writes):
            shop.execute(write, f"{number:032d}")
        for proof in ({"email": "ann@example.com"}, {"name": "Ann Lee", "zip_code": "50102"},
                      {"order_id": "YQ2026000004", "phone_tail": "1357"}):  # fmt: skip
            found = shop.find_client(**proof)
            assert found is not None and found.id == "C2"
    bodies = [(path, json.loads(body)) for _, path, _, body in there.asked]
    for path, body in bodies:
        _conforms("Action" if path == "/actions" else "Proof", body)
    assert len(bodies) == len(writes) + 3


def test_the_worked_example_of_the_signature_is_right() -> None:
    page = (ROOT / "docs" / "shop-api.md").read_text(encoding="utf-8")
    found = dict(re.findall(r"^(secret|body|timestamp|nonce|key|signature): +(.+)$", page, re.M))
    made = signature(
        found["secret"], "POST", "/zhibo/actions", found["body"].encode(), found["timestamp"], found["nonce"],
        found["key"],
    )  # fmt: skip
    assert made == found["signature"]

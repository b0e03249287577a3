"""The shop's own data in SQLite, and every action with its key in the same transaction as what it changes."""

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Document = dict[str, Any]
BEFORE_SHIPMENT = ("unpaid", "paid")
RECEIVED = ("delivered", "completed")
TOO_LATE = {"zh": "订单已经发出", "en": "the order has already been sent"}
NOT_YET = {"zh": "还没有签收", "en": "it has not been delivered yet"}
NOT_HERE = {"zh": "这件事我们这里办不了", "en": "that is not something we do"}
NO_ORDER = {"zh": "没有这个订单", "en": "there is no such order"}
NOT_IN_IT = {"zh": "订单里没有这件商品", "en": "that is not in the order"}
OTHER_PRICE = {"zh": "只能换同价的款式", "en": "it can only be exchanged for one that costs the same"}


class OtherBody(Exception):
    """A key came again with something else to do."""


class Refusal(Exception):
    """The shop's rules forbid it."""

    def __init__(self, reason: Mapping[str, str]) -> None:
        super().__init__(reason["en"])
        self.reason = dict(reason)


class Store:
    def __init__(self, file: Path | str, seed: Mapping[str, list[Document]]) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._db.execute("CREATE TABLE IF NOT EXISTS things (kind, id, document, PRIMARY KEY (kind, id))")
        self._db.execute("CREATE TABLE IF NOT EXISTS actions (key PRIMARY KEY, body, outcome)")
        with self._transaction():
            for kind, documents in seed.items():
                for one in documents:
                    self._db.execute("INSERT OR IGNORE INTO things VALUES (?, ?, ?)", (kind, one["id"], dumped(one)))

    def close(self) -> None:
        self._db.close()

    def one(self, kind: str, key: str) -> Document | None:
        with self._lock:
            return self._read(kind, key)

    def all(self, kind: str) -> list[Document]:
        with self._lock:
            rows = self._db.execute("SELECT document FROM things WHERE kind = ? ORDER BY id", (kind,)).fetchall()
        return [json.loads(row[0]) for row in rows]

    def act(self, action: str, arguments: Mapping[str, Any], key: str) -> Document:
        """Once for a key; the same again returns what came of it. Raises OtherBody."""
        body = hashlib.sha256(dumped([action, arguments]).encode()).hexdigest()
        with self._transaction():
            known = self._db.execute("SELECT body, outcome FROM actions WHERE key = ?", (key,)).fetchone()
            if known is not None:
                if known[0] != body:
                    raise OtherBody
                found: Document = json.loads(known[1])
                return found
            try:
                outcome: Document = {"done": True, "result": self._do(action, arguments)}
            except Refusal as refusal:
                outcome = {"done": False, "reason": refusal.reason}
            self._db.execute("INSERT INTO actions VALUES (?, ?, ?)", (key, body, dumped(outcome)))
            return outcome

    # --- what can be done

    def _do(self, action: str, arguments: Mapping[str, Any]) -> Document:
        if action == "modify_user_address":
            customer = self._read("customers", arguments["user_id"])
            if customer is None:
                raise Refusal(NOT_HERE)
            self._write("customers", {**customer, "address": _address(arguments)})
            return {}
        order = self._read("orders", str(arguments.get("order_id", "")))
        if order is None:
            raise Refusal(NO_ORDER)
        match action:
            case "cancel_order":
                _demand(order["state"] in BEFORE_SHIPMENT, TOO_LATE)
                given = [{**paid, "refund": True} for paid in order["payments"]]
                changed = {**order, "state": "cancelled", "payments": [*order["payments"], *given]}
            case "modify_address":
                _demand(order["state"] in BEFORE_SHIPMENT, TOO_LATE)
                changed = {**order, "address": {**order["address"], **_address(arguments)}}
            case "urge_shipment":
                _demand(order["state"] in (*BEFORE_SHIPMENT, "packed", "shipped"), TOO_LATE)
                changed = {**order, "urged": True}
            case "issue_invoice":
                title = arguments["title"]
                said = {"zh": f"已申请开票，抬头：{title}。", "en": f"An invoice in the name of {title} is on its way."}
                changed = {**order, "invoice": said}
            case "return_items":
                _demand(order["state"] in RECEIVED, NOT_YET)
                _demand(set(arguments["item_ids"]) <= {item["item_id"] for item in order["items"]}, NOT_IN_IT)
                changed = {**order, "state": "return_requested", "returns": arguments["item_ids"]}
            case "exchange_items":
                _demand(order["state"] in RECEIVED, NOT_YET)
                self._check_exchange(order, arguments["item_ids"], arguments["new_item_ids"])
                changed = {**order, "state": "exchanging", "becomes": arguments["new_item_ids"]}
            case _:
                raise Refusal(NOT_HERE)
        self._write("orders", changed)
        return {"state": changed["state"]}

    def _check_exchange(self, order: Document, old: list[str], new: list[str]) -> None:
        items = {item["item_id"]: item for item in order["items"]}
        _demand(len(old) == len(new) and set(old) <= items.keys(), NOT_IN_IT)
        for before, after in zip(old, new, strict=True):
            product = self._read("products", items[before]["product_id"])
            variants = {one["id"]: one for one in product["variants"]} if product else {}
            _demand(after in variants and variants[after].get("available", True), NOT_HERE)
            _demand(variants[after]["price"] == items[before]["price"], OTHER_PRICE)

    # --- rows

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def _read(self, kind: str, key: str) -> Document | None:
        row = self._db.execute("SELECT document FROM things WHERE kind = ? AND id = ?", (kind, key)).fetchone()
        return json.loads(row[0]) if row else None

    def _write(self, kind: str, document: Document) -> None:
        self._db.execute("REPLACE INTO things VALUES (?, ?, ?)", (kind, document["id"], dumped(document)))


def dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _demand(holds: bool, otherwise: Mapping[str, str]) -> None:
    if not holds:
        raise Refusal(otherwise)


def _address(told: Mapping[str, Any]) -> Document:
    """In parts, or in one line as its street."""
    if told.get("address"):
        return {"street": str(told["address"]), "city": "", "state": "", "zip": ""}
    names = {"street": "address1", "unit": "address2", "city": "city", "state": "state", "zip": "zip"}
    return {ours: str(told[theirs]) for ours, theirs in names.items() if told.get(theirs)}

"""SHOP_SECRET=… python -m examples.shop_server --port 9100 --data shop.db"""

import argparse
import json
import os
import sys
from pathlib import Path

import uvicorn

from examples.shop_server.app import build
from examples.shop_server.store import Store

SEED = Path(__file__).with_name("shop.json")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m examples.shop_server", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9100)
    parser.add_argument("--data", default=":memory:", help="SQLite file; in memory without one")
    told = parser.parse_args()
    secrets = [part for part in os.environ.get("SHOP_SECRET", "").split(",") if part]
    if not secrets or any(len(one) < 32 for one in secrets):
        sys.exit("Set SHOP_SECRET to the secret that Zhibo signs with (shop_secret), at least 32 characters.")
    store = Store(told.data, json.loads(SEED.read_text(encoding="utf-8")))
    uvicorn.run(build(store, secrets), host=told.host, port=told.port, server_header=False)


if __name__ == "__main__":
    main()

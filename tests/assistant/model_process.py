"""The model server of `model_server.py` in a process of its own: it can be killed, and needs no loop of the test's."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.assistant.model_server import Chunk

ROOT = Path(__file__).parents[2]
SERVE = """
import asyncio, json, sys
from tests.assistant.model_server import ModelServer, says

async def main():
    async with ModelServer(says(*json.loads(sys.argv[1]))).running() as server:
        print(server.url, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@contextmanager
def model_process(*chunks: Chunk) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """Its base URL and its process; it answers everything with `chunks`, which must be JSON."""
    command = [sys.executable, "-c", SERVE, json.dumps(chunks)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.kill()

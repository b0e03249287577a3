"""Shoppers answered by language models: what the widget shows, and that changing models costs nobody a message."""

import importlib.util
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Page, expect

from assistant.models.router import Router
from tests.assistant import tiny_model
from tests.assistant.model_process import model_process
from tests.assistant.tiny_qwen import make_qwen
from tests.conftest import lacking
from tests.e2e.conftest import Visitor, wait_until
from tests.e2e.test_chat import ask, log_texts, open_chat
from tests.web.conftest import serving, settings_in

Visit = Callable[..., Visitor]
LOOK_S = 0.7  # how soon a changed table is seen, and a little
LLAMA = ("我是店里的", "智能助手，", "想看什么", "都可以直接问我。")
BEGUN, NEVER = "好的，我来帮您看看店里现在都有哪些拖鞋可以给您选。", "这一句没有人会听见。"


@pytest.fixture(scope="module")
def qwen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """It looks the slippers up, and tells what it found."""
    for module in ("torch", "transformers"):
        if importlib.util.find_spec(module) is None:
            lacking(f"{module} is not installed; make models installs it")
    call = '{"name": "product_details", "arguments": {"product": "S1"}}'
    looks = ("<|asked|>", "<tool_call>", call, "</tool_call>", "<|im_end|>")
    tells = ("<|told|>", "这双云朵防滑拖鞋", "现价59元，", "鞋底是TPR橡胶。", "<|im_end|>")
    return make_qwen(tmp_path_factory.mktemp("qwen"), (looks, tells))


def save(path: Path, models: Mapping[str, Any], use: Sequence[str]) -> None:
    """As an editor does: a new file in the place of the old one."""
    fresh = path.with_suffix(".new")
    fresh.write_text(yaml.safe_dump({"models": dict(models), "default": {"use": list(use)}}, allow_unicode=True))
    fresh.replace(path)


def answered(page: Page, times: int) -> str:
    """The newest of so many answers, when it is whole."""
    expect(page.locator(".turn.bot .thumbs")).to_have_count(times)
    return log_texts(page)[-1]


@pytest.mark.server("chromium")
def test_a_conversation_goes_from_model_to_model_and_outlives_one_that_is_killed(
    visit: Visit, qwen: Path, tmp_path: Path
) -> None:
    """In this process by transformers; from a real llama.cpp server; from one that is killed in the middle."""
    path = tmp_path / "models.yaml"
    with tiny_model.serving(LLAMA) as llama, model_process(BEGUN, "我先看看", 60.0, NEVER) as (url, process):
        models = {
            "qwen": {"kind": "transformers", "model": str(qwen), "temperature": 0},
            "llama": {"url": llama, "temperature": 0},
            "mortal": {"url": url, "retries": 0, "between_s": 60},
        }
        save(path, models, ["qwen"])
        with serving(settings_in(tmp_path / "data", models_file=path)) as shop:
            router = shop.services.assistant.model
            assert isinstance(router, Router)
            page = visit(f"{shop.url}/product/S1").page
            open_chat(page)
            ask(page, "这双拖鞋多少钱？")
            assert "现价59元，鞋底是TPR橡胶。" in answered(page, 1)

            save(path, models, ["llama"])
            time.sleep(LOOK_S)
            ask(page, "你是谁？")
            assert "".join(LLAMA) in answered(page, 2)

            save(path, models, ["mortal", "llama"])
            time.sleep(LOOK_S)
            ask(page, "有哪些拖鞋？")
            expect(page.locator(".turn.bot").last).to_contain_text(BEGUN)
            process.kill()
            whole = answered(page, 3)
            assert whole == BEGUN + "".join(LLAMA)  # no half sentence, none twice
            assert "broke off" in router.degraded

            for number, words in enumerate(("还有别的吗？", "在吗？"), start=4):  # the second failure in a row; resting
                ask(page, words)
                assert "".join(LLAMA) in answered(page, number)
            assert router.resting() == {"qwen": False, "llama": False, "mortal": True}
            assert router.figures["mortal"].outcomes == {"failed": 2, "skipped": 1}
            assert router.figures["qwen"].tokens_out and router.figures["llama"].tokens_out

            said = ["这双拖鞋多少钱？", "你是谁？", "有哪些拖鞋？", "还有别的吗？", "在吗？"]
            page.reload()
            wait_until(lambda: page.locator(".turn.bot .thumbs").count() == 5, 20, "the conversation came back in part")
            assert [text for text in log_texts(page) if text in said] == said
            page.close()  # before its stream is refused

"""Several models behind one, by a table that may change while shoppers are talking."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml
from structlog.testing import capture_logs

from assistant.events import PageContext
from assistant.messages import Message, ModelError, TextDelta
from assistant.models import load_alone, load_eyes, load_model
from assistant.models.router import Router, TableError
from assistant.models.router.judging import ShadowJudge
from assistant.models.router.rules import Asked, line_up, rule_for
from assistant.models.router.spending import Spent, UsageBook, today
from assistant.models.router.table import Table, read_table
from assistant.prompt import system_message
from assistant.settings import AssistantSettings
from tests.assistant.conftest import DEMO, Counter
from tests.assistant.model_server import CUT, ModelServer, Refusal, Script, calls, says
from tests.servers import free_port

ASKED = (Message("system", "You help."), Message("user", "你好"))
Open = Callable[..., "asyncio.Future[dict[str, ModelServer]]"]


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


async def servers(stack: AsyncExitStack, **scripts: Script) -> dict[str, ModelServer]:
    return {name: await stack.enter_async_context(ModelServer(script).running()) for name, script in scripts.items()}


def entries(found: Mapping[str, ModelServer], **more: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {"url": server.url, "model": f"{name}-7b", "retries": 0, **more.get(name, {})}
        for name, server in found.items()
    }


def write(path: Path, table: Mapping[str, Any]) -> None:
    """As an editor does: a new file in the place of the old one."""
    fresh = path.with_suffix(".new")
    fresh.write_text(yaml.safe_dump(dict(table), allow_unicode=True, sort_keys=False), encoding="utf-8")
    fresh.replace(path)


def router(path: Path, **told: Any) -> Router:
    model = load_model(AssistantSettings(models_file=path, **told))
    assert isinstance(model, Router)
    return model


async def said(model: Router, messages: tuple[Message, ...] = ASKED) -> str:
    return "".join([one.text async for one in model.respond(messages, ()) if isinstance(one, TextDelta)])


async def noticed(model: Router, holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():
            await said(model)
            await asyncio.sleep(0.1)


# Switched while people talk


async def test_a_conversation_goes_on_through_three_models_by_editing_the_file(
    counter: Counter, stack: AsyncExitStack, tmp_path: Path
) -> None:
    """Also an answer that is being given while the table changes: it ends with the model it began with."""
    found = await servers(
        stack,
        one=says("您好，", 0.8, "我是第一个为您服务的。"),
        two=says("第二个接着为您服务。"),
        three=says("第三个也在为您服务。"),
    )
    path = tmp_path / "models.yaml"
    table = {"models": entries(found)}
    write(path, {**table, "default": {"use": "one"}})
    model = router(path)
    shopper = await counter.shopper(model)
    first = asyncio.ensure_future(shopper.says("你好"))
    await found["one"].asked.wait()
    without = {name: one for name, one in table["models"].items() if name != "one"}
    write(path, {"models": without, "default": {"use": "two"}})
    await asyncio.sleep(0.6)
    other = await (await counter.shopper(model)).says("你好")  # the change is seen while the first one is speaking
    write(path, {**table, "default": {"use": "three"}})
    answers = [await first]
    await asyncio.sleep(0.5)
    answers.append(await shopper.says("还在吗"))
    write(path, {**table, "default": {"use": "grounded"}})
    await asyncio.sleep(0.6)
    answers.append(await shopper.says("运费多少"))
    await model.close()
    assert [one.finished.model for one in (answers[0], other, *answers[1:])] == ["one", "two", "three", "grounded"]
    assert [one.text for one in answers[:2]] == ["您好，我是第一个为您服务的。", "第三个也在为您服务。"]
    assert "88" in answers[2].text
    history = await counter.conversations.history(shopper.id)
    assert [one.text for one in history if one.role == "user"] == ["你好", "还在吗", "运费多少"]
    assert [one.text for one in history if one.role == "bot"] == [one.text for one in answers]
    heard = [one["content"] for one in found["three"].requests[0]["messages"] if one["role"] == "assistant"]
    assert heard == ["您好，我是第一个为您服务的。"]  # it knows what was said before it came


async def test_a_broken_edit_keeps_the_old_table_and_says_where_it_is_broken(
    stack: AsyncExitStack, tmp_path: Path
) -> None:
    found = await servers(stack, one=says("您好，我在。请问需要什么？"))
    path = tmp_path / "models.yaml"
    write(path, {"models": entries(found)})
    model = router(path)
    good = path.read_text()
    path.write_text(good + "rules:\n  - use: [tow]\n")
    await noticed(model, lambda: bool(model.degraded))
    assert "models.yaml" in model.degraded and "line 7" in model.degraded and "'tow'" in model.degraded
    assert "第 7 行" in model.degraded
    assert await said(model) == "您好，我在。请问需要什么？"
    path.write_text(good)
    await noticed(model, lambda: not model.degraded)
    path.unlink()
    await noticed(model, lambda: "cannot be read" in model.degraded)
    assert await said(model) == "您好，我在。请问需要什么？"
    await model.close()


MODEL = "models:\n  a:\n    url: http://a/v1\n"


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("", 1, "models: field required"),
        ("models: {}\n", 1, "at least 1"),
        ("models:\n  a: [\n", 3, "not YAML"),
        ("models:\n  a:\n    url: gpu-1:8000\n", 3, "begins with http"),
        ("models:\n  a: {kind: gpt}\n", 2, "no kind of model"),
        (MODEL + "    can: [fly]\n", 4, "'tools' or 'vision'"),
        (MODEL + "    price:\n      tokens_in: -1\n", 5, "greater than or equal to 0"),
        (MODEL + "    key_env: NOT_SET_ANYWHERE\n", 2, "NOT_SET_ANYWHERE is not set"),
        (MODEL + "default: {use: b}\n", 4, "no model is called 'b'; there are a, grounded"),
        (MODEL + "rules:\n  - when: {lang: zh}\n", 5, "needs use or split"),
        (MODEL + "rules:\n  - use: a\n  - use: a\n    wenn: {}\n", 7, "extra inputs"),
        (MODEL + "rules:\n  - use: a\n    shadow: {model: b}\n", 6, "no model is called 'b'"),
        (MODEL + "budget: {per_day: 5, then: [c]}\n", 4, "no model is called 'c'"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence_with_file_and_line(
    tmp_path: Path, text: str, line: int, problem: str
) -> None:
    path = tmp_path / "models.yaml"
    path.write_text(text)
    with pytest.raises(TableError) as raised:
        read_table(path, ("openai", "grounded"))
    assert f"line {line}: " in str(raised.value) and problem in str(raised.value)
    assert "\n" not in str(raised.value)


# Who is asked

TABLE = """
models:
  fashion: {url: "http://a/v1", languages: [zh]}
  big: {url: "http://b/v1", can: [tools, vision], priority: 2}
  host: {url: "http://c/v1", can: []}
  english: {url: "http://d/v1"}
rules:
  - {when: {level: [vip, gold]}, use: big}
  - {when: {scene: [live, script]}, use: [host, big]}
  - {when: {words: [连衣裙, 搭配, dress], category: 服饰}, use: fashion}
  - {when: {words: [连衣裙, 搭配, dress]}, use: fashion}
  - {when: {lang: en}, use: english}
default: {use: big}
"""


@pytest.mark.parametrize(
    ("asked", "lined"),
    [
        (Asked(lang="zh", question="有没有保温杯", tools=True), ("big",)),
        (Asked(lang="zh", question="这条连衣裙怎么搭配", tools=True), ("fashion", "big")),
        (Asked(lang="en", question="any dresses for a wedding?", tools=True), ("big",)),  # it speaks no English
        (Asked(lang="en", question="the address, please", tools=True), ("english", "big")),
        (Asked(lang="zh", level="vip", question="连衣裙"), ("big",)),
        (Asked(scene="live", lang="zh", question="多少钱", tools=True), ("big",)),  # the host can't use tools
        (Asked(scene="script", lang="zh"), ("host", "big")),
        (Asked(lang="en", pictures=True), ("big",)),
    ],
)
def test_rules_choose_by_question_customer_scene_and_language(asked: Asked, lined: tuple[str, ...]) -> None:
    table = Table.model_validate(yaml.safe_load(TABLE))
    assert line_up(table, rule_for(table, asked), asked) == lined


def test_without_rules_priority_decides_then_the_price() -> None:
    told = {"models": {"dear": {"price": {"tokens_in": 2}}, "cheap": {}, "first": {"priority": -1}}}
    assert Table.model_validate(told).order() == ("first", "cheap", "dear")


def test_shares_of_conversations_are_as_wide_as_the_table_says_and_each_keeps_to_one() -> None:
    told = {"models": {"a": {}, "b": {}}, "rules": [{"split": {"a": 80, "b": 20}}]}
    table = Table.model_validate(told)
    asked = [Asked(seed=f"{number:012x}") for number in range(2000)]
    first = [line_up(table, table.rules[0], one)[0] for one in asked]
    assert first == [line_up(table, table.rules[0], one)[0] for one in asked]
    assert 0.17 < first.count("b") / 2000 < 0.23


def test_what_rules_go_by_is_read_from_the_conversation(counter: Counter) -> None:
    lines = (DEMO / "customers.jsonl").read_text("utf-8").splitlines()
    customers = (counter.catalog.customer(json.loads(line)["id"]) for line in lines)
    vip = next(one for one in customers if one is not None and one.level)
    product = counter.catalog.products()[0]
    page = PageContext(channel="live", product_id=product.id, customer_id=vip.id)
    messages = [system_message(counter.catalog, page, "zh", "abc"), Message("user", "Hi")]
    asked = Asked.of(messages, (), "chat")
    assert (asked.scene, asked.lang, asked.level, asked.seed) == ("live", "zh", vip.level, "abc")
    assert (asked.category, asked.question) == (product.category("zh"), "hi")


# When one fails


async def test_one_that_dies_in_mid_sentence_is_carried_on_by_the_next(
    counter: Counter, stack: AsyncExitStack, tmp_path: Path
) -> None:
    begun = "您好，很高兴为您服务，这里是檐雀生活。"
    found = await servers(
        stack,
        one=says(begun, "这款杯子的价", 0.05, CUT),
        two=says(begun, "您可以先说说想找什么样的商品，我来帮您看。"),
    )
    path = tmp_path / "models.yaml"
    write(path, {"models": entries(found), "default": {"use": ["one", "two"]}})
    model = router(path)
    answer = await (await counter.shopper(model)).says("你好")
    assert answer.text == begun + "您可以先说说想找什么样的商品，我来帮您看。"  # once, and whole
    assert answer.finished.model == "two" and "broke off" in answer.finished.degraded
    told = found["two"].requests[0]["messages"]
    assert told[-2] == {"role": "assistant", "content": begun} and "不要重复" in told[-1]["content"]
    assert model.figures["one"].outcomes["failed"] == 1 and model.figures["two"].outcomes["answered"] == 1
    await model.close()


async def test_with_all_down_the_embedded_model_answers_and_the_dead_are_left_alone(
    counter: Counter, stack: AsyncExitStack, tmp_path: Path
) -> None:
    found = await servers(stack, two=lambda _request: Refusal(500))
    path = tmp_path / "models.yaml"
    dead = {"one": {"url": f"http://127.0.0.1:{free_port()}/v1", "model": "m", "retries": 0}}
    write(path, {"models": dead | entries(found), "default": {"use": ["one", "two"]}})
    model = router(path)
    shopper = await counter.shopper(model)
    for _ in range(3):
        answer = await shopper.says("运费多少")
        assert "88" in answer.text and answer.finished.model == "grounded"
    assert len(found["two"].requests) == 2
    assert model.resting() == {"one": True, "two": True}
    assert model.figures["one"].outcomes["failed"] == 2 and model.figures["one"].outcomes["skipped"]
    assert "one: the model server can't be reached" in model.degraded
    await model.close()


async def test_a_slow_one_is_overtaken_and_hung_up_on(stack: AsyncExitStack, tmp_path: Path) -> None:
    found = await servers(stack, slow=says(9.0, "慢慢来的回答来了。"), quick=says("很快的回答已经来了，请看。"))
    path = tmp_path / "models.yaml"
    write(path, {"models": entries(found), "rules": [{"use": ["slow", "quick"], "hedge_ms": 100}]})
    model = router(path)
    began = time.monotonic()
    assert await said(model) == "很快的回答已经来了，请看。"
    assert time.monotonic() - began < 4
    async with asyncio.timeout(5):
        await found["slow"].cut.wait()
    assert model.figures["quick"].outcomes == {"hedged": 1, "answered": 1}
    assert model.figures["slow"].outcomes == {"abandoned": 1}
    await model.close()


# What it costs

DEAR = {"price": {"tokens_in": 1000, "tokens_out": 2000, "cached": 100}}
USED = {"choices": [], "usage": {"prompt_tokens": 1000, "completion_tokens": 500}}  # 2.0


async def test_what_was_spent_today_outlives_the_process_and_then_others_answer(
    counter: Counter, stack: AsyncExitStack, tmp_path: Path
) -> None:
    found = await servers(stack, dear=says("贵的模型在为您服务。", USED), cheap=says("便宜的模型在为您服务。", USED))
    path, book = tmp_path / "models.yaml", UsageBook(counter.catalog.store.engine)
    table = {"models": entries(found, dear={**DEAR, "per_day": 3}), "default": {"use": ["dear", "cheap"]}}
    write(path, table)
    for words in ("贵的", "贵的", "便宜的"):  # 0, 2 and 4 of 3 spent
        model = router(path)  # as after a restart
        model.keep(book)
        assert (await said(model)).startswith(words)
        await model.close()
    write(path, {**table, "budget": {"per_day": 4}})
    model = router(path)
    model.keep(book)
    shopper = await counter.shopper(model)
    assert (await shopper.says("运费多少")).finished.model == "grounded"
    assert model.spending.whole == pytest.approx(4.0)
    await model.close()
    assert len(found["dear"].requests) == 2


# Shadows, and other scenes


async def test_a_shadow_is_heard_by_nobody_and_judged_by_the_guard(
    counter: Counter, stack: AsyncExitStack, tmp_path: Path
) -> None:
    lies = "轻旅316不锈钢保温杯现在只要9元，全网最低价。"

    def tooled(words: str) -> Script:
        return lambda request: calls("product_details", product="cup-316-500") if request["messages"][-1][
            "role"
        ] == "user" else [words]  # fmt: skip

    found = await servers(stack, one=tooled("轻旅316不锈钢保温杯现在129元。"), liar=tooled(lies))
    path = tmp_path / "models.yaml"
    write(path, {"models": entries(found), "rules": [{"use": "one", "shadow": {"model": "liar"}}]})
    model = router(path)
    model.judge = ShadowJudge(counter.catalog, counter.guard)
    answer = await (await counter.shopper(model)).says("轻旅保温杯多少钱")
    shadowed = model.figures["liar"].shadowed
    async with asyncio.timeout(5):
        while shadowed["sentences"] < 1:  # noqa: ASYNC110  # it is nobody's business when a shadow is done
            await asyncio.sleep(0.02)
    await model.close()
    assert "129元" in answer.text and "9元，" not in answer.text and answer.finished.model == "one"
    assert shadowed == {"answered": 2, "sentences": 1, "changed": 1}


async def test_a_judge_that_fails_is_counted_and_told_and_costs_the_shopper_nothing(
    stack: AsyncExitStack, tmp_path: Path
) -> None:
    def broken(messages: Sequence[Message], text: str) -> tuple[int, int]:
        raise LookupError("the catalogue is being closed")

    found = await servers(stack, one=says("您好，我在。请问需要什么？"), other=says("另一个也答了一句话。"))
    path = tmp_path / "models.yaml"
    write(path, {"models": entries(found), "rules": [{"use": "one", "shadow": {"model": "other"}}]})
    model = router(path)
    model.judge = broken
    with capture_logs() as told:
        assert await said(model) == "您好，我在。请问需要什么？"
        shadowed = model.figures["other"].shadowed
        async with asyncio.timeout(5):
            while not shadowed["unjudged"]:  # noqa: ASYNC110  # it is nobody's business when a shadow is done
                await asyncio.sleep(0.02)
    await model.close()
    assert shadowed == {"answered": 1, "unjudged": 1}
    assert [one["model"] for one in told if one["event"] == "shadow_not_judged"] == ["other"]


async def test_every_model_that_was_asked_counts_in_the_budget_not_only_the_one_that_answered(
    counter: Counter, stack: AsyncExitStack, tmp_path: Path
) -> None:
    """The overtaken one, the shadow, the one that broke off, and whoever was asked to look or to write; and it is
    written down although nobody asks any more."""
    found = await servers(
        stack,
        slow=says(9.0, "慢慢来的回答来了。"),
        breaks=says("说到一半就断", CUT),
        quick=says("很快的回答已经来了。", USED),
        shadow=says("没有人听见的回答。", USED),
        eyes=says("一只红色的杯子。", USED),
    )
    path = tmp_path / "models.yaml"
    models = entries(found, **{name: {**DEAR, "can": ["tools", "vision"]} for name in found})
    rule = {"use": ["breaks", "slow", "quick"], "hedge_ms": 50, "shadow": {"model": "shadow"}}
    write(path, {"models": models, "rules": [{"when": {"scene": "look"}, "use": "eyes"}, rule]})
    model, book = router(path), UsageBook(counter.catalog.store.engine)
    eyes = load_eyes(AssistantSettings(models_file=path))
    assert isinstance(eyes, Router)
    model.keep(book)
    eyes.share(model)
    before = book.add(today(), {})
    assert await said(model) == "很快的回答已经来了。"
    picture = Message("user", "这是什么", pictures=(b"jpeg",))
    assert await said(eyes, (picture,)) == "一只红色的杯子。"
    spent: dict[str, float] = {}
    async with asyncio.timeout(10):
        while set(spent) < set(found):
            await asyncio.sleep(0.1)
            spent = {name: cost for name, cost in book.add(today(), {}).items() if cost > before.get(name, 0.0)}
    assert spent["quick"] - before.get("quick", 0.0) == pytest.approx(2.0)
    assert model.figures["eyes"].outcomes["answered"] == 1
    await eyes.close()
    await model.close()


async def test_pictures_and_scripts_go_to_those_who_can(stack: AsyncExitStack, tmp_path: Path) -> None:
    found = await servers(stack, words=says("写好的台词在这里，请过目。"), eyes=says("a red cup on a wooden table"))
    path = tmp_path / "models.yaml"
    table = {
        "models": entries(found, eyes={"can": ["vision"]}),
        "rules": [{"when": {"scene": "script"}, "use": "words"}],
    }
    write(path, table)
    settings = AssistantSettings(models_file=path)
    eyes, writer = load_eyes(settings), load_alone(settings, "script")
    assert isinstance(eyes, Router) and isinstance(writer, Router)
    look = (Message("user", "What is it?", pictures=(b"jpeg",)),)
    assert await said(eyes, look) == "a red cup on a wooden table"
    assert await said(writer) == "写好的台词在这里，请过目。"
    assert await said(writer, look) == "a red cup on a wooden table"  # words can't see
    write(path, {"models": entries({"words": found["words"]})})
    assert load_eyes(settings) is None
    with pytest.raises(ModelError, match="no model of the table can answer"):
        await asyncio.sleep(0.6)
        await said(writer, look)
    await eyes.close()
    await writer.close()


def test_the_example_is_a_table_in_which_everybody_finds_a_model() -> None:
    table = read_table(Path(__file__).parents[2] / "examples" / "models.yaml", ("openai", "grounded"))
    gold = Asked(lang="zh", level="gold", tools=True)
    shopper = Asked(lang="zh", question="有没有显瘦的连衣裙", tools=True)
    host = Asked(scene="script", lang="zh")
    picture = Asked(scene="look", pictures=True)
    first = [line_up(table, rule_for(table, one), one)[:1] for one in (gold, shopper, host, picture)]
    assert first == [("big",), ("fashion",), ("host",), ("eyes",)]


async def test_a_database_that_is_away_costs_no_answer_and_nothing_is_forgotten(
    stack: AsyncExitStack, tmp_path: Path
) -> None:
    class Away:
        def __init__(self) -> None:
            self.away, self.kept = True, 0.0

        def add(self, day: str, spent: Mapping[str, Spent]) -> dict[str, float]:
            if self.away:
                raise sa.exc.OperationalError("locked", {}, Exception())
            self.kept += sum(one.cost for one in spent.values())
            return {"dear": self.kept}

    book = Away()
    found = await servers(stack, dear=says("贵的模型在为您服务。", USED))
    path = tmp_path / "models.yaml"
    write(path, {"models": entries(found, dear=DEAR)})
    model = router(path)
    model.keep(book)
    assert await said(model) == "贵的模型在为您服务。"
    book.away = False
    await model.close()
    assert book.kept == pytest.approx(2.0)

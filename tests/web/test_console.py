"""The console's editors and reports: what a merchant changes is checked, stored, and holds at once."""

import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.hostwords import HostWords
from knowledge.model import Lang, Promotion, Text
from streaming.records import Records
from streaming.runsheet import Plan
from tests.assistant.model_process import model_process
from tests.servers import free_port
from tests.web.conftest import Site, serving, settings_in
from tests.web.consoles import asks, page_of


@pytest.fixture
def page(site: Site) -> Any:
    return page_of(site)


def editor_of(page: Any, module: str) -> tuple[Any, Any]:
    """The buttons and the sheet of one of the editors."""
    import importlib

    from web.console.editor import _Desk

    found = importlib.import_module(f"web.console.{module}")
    sheet = getattr(found, "Sheet", None) or found._Sheet
    made = sheet(page)
    return _Desk(page, made, "x"), made


def told(outcome: Sequence[Any]) -> str:
    return str(outcome[0])


def test_a_policy_is_changed_only_into_what_the_guard_would_say(page: Any, site: Site) -> None:
    desk, sheet = editor_of(page, "policies")
    zh, en, _, text_en, _ = sheet.values("returns")
    version = site.services.catalog.version
    boast = told(desk.save(asks(site), "returns", zh, en, "全网最低价，7天无理由退货。", text_en, []))
    assert "没有保存" in boast
    assert "<del>" in boast
    assert site.services.catalog.version == version
    points = [["退货期限", "Returns within", "15天", "15 days"], ["", "", "", ""]]
    assert "已保存" in told(
        desk.save(asks(site), "returns", zh, en, "15天无理由退货。", "Returns within 15 days.", points)
    )
    [policy] = site.services.catalog.policies()
    assert (policy.text.zh, len(policy.attributes)) == ("15天无理由退货。", 1)
    said = site.services.assistant.review_line("可以7天无理由退货。", [], "zh")
    assert said.label == "contradicted", "the very next sentence knows"


def test_a_promotion_is_written_on_the_shops_clock_and_can_be_deleted(page: Any, site: Site) -> None:
    desk, sheet = editor_of(page, "promotions")
    from web.console.promotions import FIELDS

    raw = [value.get("value") if isinstance(value, dict) else value for value in sheet.values("P1")]
    assert raw[:3] == ["满99减10", "10 off 99", "threshold"]
    raw[3 + len(FIELDS) + 1] = "2026-12-31"
    assert "已保存" in told(desk.save(asks(site), "P1", *raw))
    [stored] = site.services.catalog.offers()
    assert stored.ends == datetime(2026, 12, 31, 16, tzinfo=UTC), "the last day holds to its end in Shanghai"
    raw[3] = ""
    refused = told(desk.save(asks(site), "P1", *raw))
    assert 'class="zb-note bad"' in refused
    assert "threshold" in refused
    assert site.services.catalog.offers() == (stored,), "what makes no sense is not stored"
    desk.remove(asks(site), "P1")
    assert site.services.catalog.offers() == ()


def test_a_gap_shows_who_asked_and_is_answered_in_the_console(page: Any, site: Site) -> None:
    from web.console.gaps import Desk

    site.visitor().ask("可以刻字吗？")
    asked = site.visitor()
    events = asked.ask("可以刻字吗")
    seq = next(event["seq"] for event in events if event["type"] == "message")
    assert asked.post("feedback", seq=seq, up=False).status_code in (200, 204)
    desk = Desk(page)
    [(line, gap_id)] = desk.listing("open", None)[0]["choices"]
    assert line == "可以刻字吗 · 1 位顾客"
    about, *_, zh, answer, _, _, _, said = desk.show(gap_id)
    assert "顾客点了踩" in about
    assert (zh, answer, said) == ("可以刻字吗", "", "")
    words = ("可以刻字吗", "可以刻字，最多八个字。", "", "", [])
    assert "通过" in desk.check(gap_id, *words)
    assert "已采用" in desk.approve(asks(site), "open", gap_id, *words)[0]
    assert "都答上了" in desk.listing("open", None)[1]
    assert site.visitor().ask("可以刻字吗")[-1]["model"] == "faq"


def test_a_host_of_ones_own_opens_the_room_in_its_words(page: Any, site: Site) -> None:
    from web.console.personas import Desk

    desk = Desk(page)
    fields = ["小满", "Xiaoman", "家人们", "friends", "", "", "{all}好，今天讲{title}。", "", "", ""]
    fields += ["来来来，\n\n这么说吧，", "Look,", "亲\n宝宝", "", "", 112, 3]
    note, listing = desk.save(asks(site), None, *fields)
    assert "已保存" in note
    assert ("小满", "xiaoman") in listing["choices"]
    assert list(desk.load("xiaoman")[10:-1]) == ["来来来，\n这么说吧，", *fields[11:]], "what is saved comes back"
    lively = desk.load("lively")
    desk.save(asks(site), "lively", *lively[:-1])
    again = desk.load("lively")
    same = [[str(each).split() for each in told] for told in (again, lively)]
    assert same[0] == same[1], "saved without a change, a host that came along is the same"
    kept = HostWords(site.services.catalog.store).persona("lively")
    assert kept.manner("en")["ah"] == "Okay, here we go: " and kept.heads("en")[0] == "Come on, "
    fields[6] = "{price}元"
    assert "price" in desk.save(asks(site), "xiaoman", *fields)[0]
    from assistant.script import ScriptWriter

    writer = ScriptWriter(site.services.catalog, site.services.guard)
    openings = {writer.lines("S1", "zh", "xiaoman")[0].text for _ in range(12)}
    assert any("家人们好，今天讲云朵防滑拖鞋" in text for text in openings)
    desk.remove(asks(site), "xiaoman")
    assert "xiaoman" not in [value for _, value in desk.listing(None)["choices"]]


def test_a_line_of_ones_own_is_said_until_a_new_price_makes_it_wrong(page: Any, site: Site) -> None:
    from dataclasses import replace
    from decimal import Decimal

    from web.console.script import Desk

    desk = Desk(page)
    assert "没有保存" in desk.save(asks(site), "S1", "zh", "offer", "云朵防滑拖鞋只要39元。")[0]
    note, preview = desk.save(asks(site), "S1", "zh", "offer", "云朵防滑拖鞋今天59元。")
    assert "已保存" in note
    assert "云朵防滑拖鞋今天59元。<em>自己写的</em>" in preview
    catalog = site.services.catalog
    shoes = catalog.product("S1")
    assert shoes is not None
    catalog.put([replace(shoes, price=Decimal("49.00"))], source="test")
    assert "今天59元" not in desk.preview("S1", "zh")
    assert desk.own("S1", "zh", "offer")[0] == "云朵防滑拖鞋今天59元。", "it is kept for when the price is back"
    assert "自己写的" not in desk.forget(asks(site), "S1", "zh", "offer")[2]


def test_comments_and_sentences_of_a_room_are_told_in_words(page: Any, site: Site) -> None:
    from web.console.rooms import Desk

    records = Records(site.services.catalog.store, "demo")
    records.comment("c1", "<b>小李</b>", "web", "防滑吗")
    records.comment_ended("c1", "ignored", "too many questions")
    board = Desk(page)._board("demo")
    assert "&lt;b&gt;小李" in board
    assert "未回答</i> · 问题太多" in board
    assert "还没有" in Desk(page)._board("none")


async def test_a_run_sheet_is_kept_as_it_was_written_and_mistakes_are_told(page: Any, site: Site) -> None:
    from web.console.runsheet import Desk

    desk, records = Desk(page), Records(site.services.catalog.store, "demo")
    records.save_plan({"weights": {"S1": 2.0}})
    rows = [["1-5", "19-22", "S1, K1", "warm"], ["*", "", "K1", ""], ["30-45 8 * * 6", "", "S1", ""], ["", "", "", ""]]
    assert "已保存" in await desk.save(asks(site), "demo", ["K1", "S1"], rows)
    plan = Plan.from_json(records.plan())
    assert [part.when for part in plan.dayparts] == ["* 19-21 * * 1-5", "* * * * *", "30-45 8 * * 6"]
    assert plan.products == ("K1", "S1") and plan.weights == {"S1": 2.0}, "what only the API sets is kept"
    order, shown, *_ = await desk.opened("demo")
    assert order["value"] == ["K1", "S1"] and shown == rows[:3]
    for wrong, told in (
        (["1-5", "22-19", "S1", ""], "22-19"),
        (["1-9", "9-12", "S1", ""], "1-9"),
        (["*", "9-12", "nothing", ""], "没有这件商品：nothing"),
    ):
        assert told in await desk.save(asks(site), "demo", [], [wrong])
    assert Plan.from_json(records.plan()) == plan
    assert "没有在播" in await desk.decide("pause")(asks(site), "demo", None)


def test_flash_sales_are_listed_with_their_times(page: Any, site: Site) -> None:
    from web.console.runsheet import Desk

    now = datetime.now(UTC)
    sale = Promotion(
        "flash", Text("夜场<8折>", "Night"), "percent", products=("S1",), percent_off=Decimal(20),
        starts=now - timedelta(hours=1), ends=now + timedelta(hours=1),
    )  # fmt: skip
    site.services.catalog.put((), promotions=(sale,), source="test")
    listed = Desk(page).sales()
    assert "夜场&lt;8折&gt;" in listed and "云朵防滑拖鞋" in listed and "进行中" in listed


async def test_the_picture_of_a_room_is_seen_before_it_goes_on_air(page: Any, site: Site) -> None:
    from web.console.picture import Desk, templates

    assert {"blossom", "daylight", "festival", "fresh", "tech"} <= {name for _, name in templates(page)}
    desk = Desk(page)
    drawn = [
        await desk.draw([], "warm", "zh", "", name, product_id, "现在59元。", asked)
        for name, product_id, asked in (("tech", "S1", "防滑吗"), ("fresh", "S1", "防滑吗"), ("fresh", "S1", ""))
    ]
    assert [still.shape for still in drawn[0]] == [(720, 1280, 3), (1280, 720, 3)]
    assert all((one != other).any() for at in (0, 1) for one, other in pairwise([still[at] for still in drawn]))
    own = site.services.settings.data / "templates" / "mine"
    own.mkdir(parents=True)
    (own / "template.yaml").write_text("title: {zh: 我的, en: Mine}\n", encoding="utf-8")
    assert ("mine（有错）", "mine") in templates(page)
    with pytest.raises(Exception, match=r"template.yaml, line 1: colours is missing"):
        await desk.draw([], "warm", "zh", "", "mine", "S1", "", "")


def test_settings_say_where_they_come_from_and_never_what_is_secret(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page_of(site)
    from web.console.settings import origins, shown
    from web.settings import load_settings

    monkeypatch.chdir(tmp_path)
    Path("zhibo.toml").write_text('model_name = "qwen"\n', encoding="utf-8")
    monkeypatch.setenv("ZHIBO_MODEL_KEY", "sk-very-secret-key")
    monkeypatch.setenv("ZHIBO_DATABASE", "postgresql://u:password@db/shop")
    settings = load_settings(port=9000)
    found = {name: text.en for name, text in origins(settings).items()}
    assert [found[name] for name in ("model_name", "model_key", "port", "voice")] == [
        "zhibo.toml",
        "environment",
        "command line",
        "default",
    ]
    page = page_of(site, "en")
    told = " ".join(shown(page, name, getattr(settings, name)) for name in type(settings).model_fields)
    assert "secret" not in told
    assert "password" not in told
    assert "set (hidden)" in told


def test_times_are_the_shops(page: Any) -> None:
    at = datetime.now(UTC).replace(month=1, day=31, hour=17, minute=5)
    assert page.moment(at) == "2月1日 01:05"
    assert page.say.seconds(0.042) == "42 毫秒"
    assert page.say.moment(at - timedelta(days=800), page.zone).startswith(str((at - timedelta(days=800)).year))


# Models

USED = {"choices": [], "usage": {"prompt_tokens": 1500, "completion_tokens": 500}}


def in_words(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def models_shown(site: Site, lang: Lang) -> str:
    from web.console.models import Desk

    return in_words(Desk(page_of(site, lang)).now())


def test_the_page_of_models_tells_who_answers_who_rests_what_it_costs_and_what_the_guard_changed(
    tmp_path: Path,
) -> None:
    said = "这款拖鞋现价9元，鞋底是TPR橡胶，欢迎选购。"  # it costs 59
    price = {"tokens_in": 1000, "tokens_out": 2000}
    with model_process(said, USED) as (url, _):
        models: dict[str, Any] = {
            "big": {"url": url, "model": "big-7b", "price": price, "per_day": 100},
            "down": {"url": f"http://127.0.0.1:{free_port()}/v1", "model": "m", "retries": 0},
            "small": {"url": url, "model": "<small>"},
        }
        shadow = {"model": "small", "percent": 100}
        rule = {
            "when": {"words": ["拖鞋", "鞋"], "scene": "chat"},
            "use": ["down", "big"],
            "hedge_ms": 400,
            "shadow": shadow,
        }
        table = {"models": models, "rules": [rule], "budget": {"per_day": 50}}
        path = tmp_path / "models.yaml"
        path.write_text(yaml.safe_dump(table, allow_unicode=True), encoding="utf-8")
        with serving(settings_in(tmp_path / "data", models_file=path)) as site:
            visitor = site.visitor()
            for _ in range(2):
                assert visitor.ask("这双拖鞋多少钱？")[-1]["model"] == "big"
            before, english = words_when_written(site), models_shown(site, "en")
    assert "4 今天调用 5.00 今天花费 50.00 每天上限" in before
    assert re.search(r"big big-7b 正常 2 3\.0k / 1\.0k 5\.00 / 100\.00 .* 2 / \d+ \d+%", before), before
    assert re.search(r"down m 连续出错，先歇着，过会儿再试 the model server can't be reached · ·", before), before
    assert "small <small> 正常" in before
    assert "场合：聊天 说到：拖鞋、鞋 down → big 400 毫秒还没开口，就同时问下一位 small 陪练 100% 的对话" in before
    assert re.search(r"陪练：也答了，但没人听见 .* small 2 · · [24] [24] 100%", before), before
    assert "Embedded model Steps in when nobody else can answer" in english
    assert "in: chats words: 拖鞋, 鞋" in english


def words_when_written(site: Site) -> str:
    """What is used is written down every two seconds."""
    deadline = time.monotonic() + 10
    while "今天调用" not in (text := models_shown(site, "zh")) or "3.0k" not in text or "small 2" not in text:
        assert time.monotonic() < deadline, text
        time.sleep(0.2)
    return text


@pytest.mark.parametrize(("lang", "says"), [("zh", "现在由内置模型回答"), ("en", "The embedded model answers")])
def test_without_a_table_of_models_it_says_who_answers_and_how_to_have_another(
    site: Site, lang: Lang, says: str
) -> None:
    assert says in models_shown(site, lang)

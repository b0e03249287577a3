"""Scripts: true, varied, and new when the facts are."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from assistant.guard.guard import Guard
from assistant.guard.sentences import sentences
from assistant.guard.verdict import Verdict
from assistant.hostwords import HostWords
from assistant.messages import TextDelta
from assistant.models.scripted import ScriptedModel
from assistant.script import KINDS, Line, ScriptWriter
from assistant.script_model import ModelWriter
from assistant.script_store import ScriptStore, new_id
from assistant.script_words import Heard, Wordings, key, likeness, shingles
from bench.live_script import Day, measure
from knowledge.catalog import Catalog
from knowledge.facts import Facts
from knowledge.model import Attribute, Faq, Lang, Product, Promotion, Text
from knowledge.settings import KnowledgeSettings

CUP = Product(
    id="cup",
    title=Text("山间保温杯", "Hill Bottle"),
    category=Text("水杯", "Drinkware"),
    brief=Text("一键开盖", "Opens with one touch"),
    price=Decimal("129"),
    list_price=Decimal("169"),
    stock=10,
    attributes=(
        Attribute(Text("容量", "Capacity"), Text("500ml", "500 ml")),
        Attribute(Text("材质", "Material"), Text("316不锈钢", "316 stainless steel")),
        Attribute(Text("重量", "Weight"), Text("285g", "285 g")),
        Attribute(Text("温馨提示", "Note"), Text("首次使用请清洗", "Wash before first use")),
    ),
)
OFFER = Promotion(
    "p", Text("满250减30", "¥30 off ¥250"), "threshold", text=Text("满250元减30元", "¥30 off orders of ¥250 or more"),
    threshold=Decimal(250), minus=Decimal(30),
)  # fmt: skip
SMELL = Faq(
    "smell", Text("有异味怎么办？", "My bottle smells. What now?"),
    Text("用温水加小苏打浸泡30分钟再刷洗。", "Soak it in warm water with baking soda for 30 minutes."),
)  # fmt: skip


class Open:
    """A guard that lets everything pass."""

    def review(self, sentence: str, facts: Facts, *, lang: Lang | None = None, about: tuple[str, ...] = ()) -> Verdict:
        return Verdict("ok", sentence, sentence)


class Clock:
    """Tells the time one wants it to be."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog.open(KnowledgeSettings(data_dir=tmp_path))
    opened.put([CUP], promotions=[OFFER], faqs=[SMELL])
    yield opened
    opened.close()


def text_of(lines: tuple[Line, ...]) -> str:
    return "".join(line.text for line in lines)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_script_has_all_its_parts_in_order(shop: Catalog, guard: Guard, lang: Lang) -> None:
    kinds = [line.kind for line in ScriptWriter(shop, guard).lines("cup", lang)]
    assert list(dict.fromkeys(kinds)) == list(KINDS)
    assert kinds.count("point") >= 3


def test_points_and_offers_cite_what_they_say(shop: Catalog, guard: Guard) -> None:
    for line in ScriptWriter(shop, guard).lines("cup", "zh"):
        if line.kind == "point":
            assert any(fact.value in line.text for fact in line.facts), line.text
        if line.kind == "offer" and "129" in line.text:
            assert any(fact.kind == "price" and fact.value == "129元" for fact in line.facts)
        assert line.version == 1


def test_the_offer_does_its_sums(shop: Catalog, guard: Guard) -> None:
    said = " ".join(line.text for line in ScriptWriter(shop, guard).lines("cup", "zh") if line.kind == "offer")
    assert "129元" in said and "169元" in said
    assert "258元" in said and "228元" in said  # two pieces, and what the offer leaves to pay


def test_a_changed_price_is_in_the_very_next_script(shop: Catalog, guard: Guard) -> None:
    writer = ScriptWriter(shop, guard)
    writer.lines("cup", "zh")
    shop.put([replace(CUP, price=Decimal("119"))])
    lines = writer.lines("cup", "zh")
    assert "119元" in text_of(lines) and "129元" not in text_of(lines)
    assert {line.version for line in lines} == {2}


def test_a_promotion_that_ended_is_not_mentioned(shop: Catalog, guard: Guard) -> None:
    writer = ScriptWriter(shop, guard)
    assert "30元" in text_of(writer.lines("cup", "zh"))
    from datetime import UTC, datetime

    shop.put(promotions=[replace(OFFER, ends=datetime(2020, 1, 1, tzinfo=UTC))])
    assert "250" not in text_of(writer.lines("cup", "zh"))


def test_small_print_is_not_read_out(shop: Catalog, guard: Guard) -> None:
    writer = ScriptWriter(shop, guard)
    assert all("首次使用" not in text_of(writer.lines("cup", "zh")) for _ in range(3))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_wordings_go_round_before_they_come_back(shop: Catalog, guard: Guard, lang: Lang) -> None:
    writer = ScriptWriter(shop, guard)
    rounds = [writer.lines("cup", lang) for _ in range(4)]
    openings = [line.text for lines in rounds for line in lines if line.kind == "opening"]
    assert len(set(openings)) == 4
    closings = [line.text for lines in rounds for line in lines if line.kind == "closing"]
    assert len(set(closings)) == 4


def test_the_same_seed_gives_the_same_script(shop: Catalog, guard: Guard) -> None:
    def of(seed: str) -> list[str]:
        return [line.text for line in ScriptWriter(shop, guard, seed=seed).lines("cup", "zh")]

    assert of("a") == of("a")
    assert any(of("a") != of(seed) for seed in "bcd")


def test_personas_speak_differently(shop: Catalog, guard: Guard) -> None:
    said = {}
    for persona in ("warm", "lively"):
        writer = ScriptWriter(shop, guard)
        said[persona] = "".join(text_of(writer.lines("cup", "zh", persona)) for _ in range(8))
    assert "朋友们" in said["lively"]
    assert "快来看" not in said["warm"]


def test_a_host_does_not_use_words_that_are_not_in_its_manner(shop: Catalog, guard: Guard) -> None:
    words = HostWords(shop.store)
    words.save(replace(words.persona("calm"), id="shy", never=("商品卡", "价格")))
    writer = ScriptWriter(shop, guard)
    said = "".join(text_of(writer.lines("cup", "zh", "shy")) for _ in range(6))
    assert said and "商品卡" not in said and "价格" not in said


# Nothing twice


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_is_said_twice_in_two_hours_of_one_product(shop: Catalog, lang: Lang) -> None:
    clock = Clock()
    writer = ScriptWriter(shop, Open(), wordings=Wordings(heard=Heard(clock)))
    said: dict[str, float] = {}
    passes = 0
    for _ in range(60):  # one every two minutes
        lines = writer.lines("cup", lang)
        passes += len(lines) > 5
        for line in lines:
            for sentence in sentences(line.text):
                assert clock.now - said.get(key(sentence), 0) >= 7200, sentence
                said[key(sentence)] = clock.now
        clock.now += 125
    assert passes == 60, "and still there is something to say"


def test_what_was_said_before_a_restart_counts(shop: Catalog, guard: Guard) -> None:
    first = ScriptWriter(shop, guard, seed="a")
    before = [line.text for line in first.lines("cup", "zh")]
    heard = Heard()
    heard.remember((heard.clock() - 60, text) for text in before)
    again = ScriptWriter(shop, guard, wordings=Wordings(seed="a", heard=heard))
    assert not set(before) & {line.text for line in again.lines("cup", "zh")}


def test_how_alike_two_lines_are() -> None:
    assert likeness(shingles("容量是500ml。"), shingles("容量是500ml")) == 1.0
    assert likeness(shingles("容量是500ml。"), shingles("材质是316不锈钢。")) < 0.1
    assert 0.3 < likeness(shingles("it holds 500 ml of tea"), shingles("it holds 500 ml of water")) < 0.9


def test_the_benchmark_sees_repeats_and_the_host_makes_none(catalog: Catalog) -> None:
    day = Day()
    for at, text in ((0.0, "容量是500ml。"), (60.0, "容量是500ml！"), (60.0 + 7300, "容量是500ml。")):
        day.say(text, at)
    assert day.repeated == 1 and day.alike[:2] == [0.0, 1.0] and day.alike[2] == 0.0
    row = measure(catalog, "zh", 2, 0.25)
    assert row["repeats within 2 h"] == 0 and int(row["lines an hour"] or 0) > 200


# What changes, and what does not


def changed(before: tuple[Line, ...], after: tuple[Line, ...]) -> tuple[set[str], set[str]]:
    """The slots whose text changed, and those that are gone."""
    now = {line.slot: line.text for line in after}
    rewritten = {line.slot for line in before if line.slot in now and now[line.slot] != line.text}
    return rewritten, {line.slot for line in before if line.slot not in now}


def test_a_new_price_rewrites_the_lines_that_cite_it_and_no_others(shop: Catalog, guard: Guard) -> None:
    writer = ScriptWriter(shop, guard)
    before = writer.lines("cup", "zh")
    shop.put([replace(CUP, price=Decimal("119"))])
    after = writer.renewed(before, "zh")
    citing = {line.slot for line in before if any(fact.kind in ("price", "computed") for fact in line.facts)}
    rewritten, gone = changed(before, after)
    assert rewritten and rewritten | gone == citing
    assert "129" not in text_of(after) and "119元" in text_of(after)
    assert [line.slot for line in after] == [line.slot for line in before if line.slot not in gone]


def test_stock_is_told_when_it_is_short_and_only_that_line_changes_with_it(shop: Catalog, guard: Guard) -> None:
    writer = ScriptWriter(shop, guard)
    before = writer.lines("cup", "zh")
    assert any(line.slot == "offer/stock" and "10件" in line.text for line in before)
    shop.put([replace(CUP, stock=3)])
    after = writer.renewed(before, "zh")
    assert changed(before, after) == ({"offer/stock"}, set())
    assert "3件" in next(line.text for line in after if line.slot == "offer/stock")
    shop.put([replace(CUP, stock=500)])
    assert all(line.slot != "offer/stock" for line in writer.renewed(after, "zh"))


def test_an_offer_that_ends_leaves_the_script_and_one_that_begins_joins_it(shop: Catalog, guard: Guard) -> None:
    writer = ScriptWriter(shop, guard)
    before = writer.lines("cup", "zh")
    assert any("promotion:p" in line.slot for line in before)
    from datetime import UTC, datetime

    cheaper = Promotion(
        "q", Text("水杯满100减5", "¥5 off ¥100 of drinkware"), "threshold",
        text=Text("水杯满100元减5元", "¥5 off ¥100"),
        products=("cup",), threshold=Decimal(100), minus=Decimal(5),
    )  # fmt: skip
    shop.put(promotions=[replace(OFFER, ends=datetime(2020, 1, 1, tzinfo=UTC)), cheaper])
    after = writer.renewed(before, "zh")
    assert all("promotion:p" not in line.slot for line in after) and "250" not in text_of(after)
    kinds = [line.kind for line in after]
    news = [at for at, line in enumerate(after) if "promotion:q" in line.slot]
    assert news and all(kinds[at] == "offer" for at in news)
    assert max(news) < kinds.index("objection")
    kept = [line.text for line in after if line.kind != "offer"]
    assert kept == [line.text for line in before if line.kind != "offer"]


def test_a_change_elsewhere_rewrites_nothing(shop: Catalog, guard: Guard) -> None:
    writer = ScriptWriter(shop, guard)
    before = writer.lines("cup", "zh")
    shop.put([replace(CUP, id="other", price=Decimal(5))])
    assert writer.renewed(before, "zh") == before


# What people ask


def test_doubts_are_answered_in_the_shops_words(shop: Catalog, guard: Guard) -> None:
    lines = ScriptWriter(shop, guard).lines("cup", "zh")
    told = next(line for line in lines if line.kind == "objection")
    assert "有异味怎么办？" in told.text and "浸泡30分钟" in told.text
    assert any(fact.subject == "faq:smell" for fact in told.facts)


def test_what_viewers_ask_about_is_told_in_every_pass(shop: Catalog, guard: Guard) -> None:
    class Asked:
        def asked(self, product_id: str) -> list[str]:
            return ["重量是多少呀", "多重，重量？"]

    extra = tuple(
        Attribute(Text(f"参数{at}", f"Figure {at}"), Text(f"第{at}档", f"step {at}")) for at in "甲乙丙丁戊己"
    )
    shop.put([replace(CUP, attributes=(*extra, *CUP.attributes))])
    writer = ScriptWriter(shop, guard, interest=Asked())
    assert all(any(line.slot == "point/重量" for line in writer.lines("cup", "zh")) for _ in range(4))


# Written by a model, kept on disk


async def test_a_models_wordings_are_used_as_far_as_they_pass(shop: Catalog, guard: Guard) -> None:
    reply = """好的：{"opening": ["把{title}请上来，{all}瞧瞧。", "{title}全网最低价！",
    "只要9元的{title}。", "{price}的{title}。"],
    "call": ["点开那张小卡片，先瞧瞧再说"], "pain": "不是列表"}"""
    written = ModelWriter(shop, guard, ScriptedModel([TextDelta(reply)]), name="m")
    assert await written.write("cup", "zh") == 2
    assert await written.write("cup", "zh") == 0, "it is not asked again"
    assert HostWords(shop.store).learnt("cup", "zh") == {
        "opening": ("把{title}请上来，{all}瞧瞧。",), "call": ("点开那张小卡片，先瞧瞧再说。",),
    }  # fmt: skip
    writer = ScriptWriter(shop, Open())
    said = "".join(text_of(writer.lines("cup", "zh")) for _ in range(45))
    assert "请上来" in said and "最低价" not in said


def test_a_script_comes_back_from_disk_with_the_facts_it_cites(shop: Catalog, guard: Guard) -> None:
    store, writer = ScriptStore(shop.store, "room"), ScriptWriter(shop, guard)
    lines = writer.lines("cup", "zh")
    name = new_id()
    store.save(name, lines)
    loaded = store.load(name)
    assert [(line.text, line.facts, line.slot, line.version) for line in loaded] == [
        (line.text, line.facts, line.slot, line.version) for line in lines
    ]
    shop.put([replace(CUP, price=Decimal("119"))])
    assert "119元" in text_of(writer.renewed(loaded, "zh")) and store.load("gone") == ()


def test_a_guard_that_objects_gets_another_wording(shop: Catalog) -> None:
    class Picky:
        def review(
            self, sentence: str, facts: Facts, *, lang: Lang | None = None, about: tuple[str, ...] = ()
        ) -> Verdict:
            bad = "省" in sentence or "便宜" in sentence
            return Verdict("unsupported", sentence, "") if bad else Verdict("ok", sentence, sentence)

    offers = [line.text for line in ScriptWriter(shop, Picky()).lines("cup", "zh") if line.kind == "offer"]
    assert offers and "129元" in offers[0] and "169元" in offers[0]


def test_a_guard_that_refuses_all_leaves_nothing_to_say(shop: Catalog) -> None:
    class Shut:
        def review(
            self, sentence: str, facts: Facts, *, lang: Lang | None = None, about: tuple[str, ...] = ()
        ) -> Verdict:
            return Verdict("forbidden", sentence, "")

    assert ScriptWriter(shop, Shut()).lines("cup", "zh") == ()


def test_no_product_no_script_and_no_price_no_offer(shop: Catalog, guard: Guard) -> None:
    writer = ScriptWriter(shop, guard)
    assert writer.lines("nothing", "zh") == ()
    shop.put([replace(CUP, id="free", price=None, list_price=None)])
    assert all(line.kind != "offer" for line in writer.lines("free", "zh"))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_demo_product_has_a_script_the_guard_leaves_alone(catalog: Catalog, guard: Guard, lang: Lang) -> None:
    writer = ScriptWriter(catalog, guard)
    for product in list(catalog.products())[::17]:
        lines = writer.lines(product.id, lang)
        assert {"opening", "point", "closing"} <= {line.kind for line in lines}, product.id
        assert all(line.text and "{" not in line.text for line in lines)

import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from knowledge.catalog import Catalog
from knowledge.model import Attribute, Faq, Policy, Product, Promotion, Shop, Text, Variant
from knowledge.settings import KnowledgeSettings
from knowledge.store import product_versions

NOW = datetime.now(UTC)
SLIPPERS = Product(
    id="H1",
    title=Text("云朵防滑拖鞋", "Cloud non-slip slippers"),
    category=Text("鞋靴", "Shoes"),
    brand="山间",
    brief=Text("雨天也站得稳", "Steady in the rain"),
    price=Decimal("59.00"),
    list_price=Decimal(79),
    attributes=(Attribute(Text("鞋底", "Sole"), Text("TPR橡胶", "TPR rubber")),),
    variants=(
        Variant("white-39", (Attribute(Text("颜色", "Color"), Text("白色", "white")),), Decimal(59), Decimal(79), 3),
        Variant("gray-40", (Attribute(Text("颜色", "Color"), Text("灰色", "gray")),), Decimal(65), None, 0),
    ),
    source="products.jsonl:1",
)


def test_an_empty_shop_answers_everything(catalog: Catalog) -> None:
    assert catalog.products() == ()
    assert catalog.product("x") is None
    assert catalog.search("拖鞋").hits == ()
    assert catalog.search("").hits == ()
    assert catalog.search_faq("怎么退货") == ()
    assert len(catalog.facts("x")) == 0
    assert len(catalog.shop_facts()) == 0
    assert catalog.order("x") is None
    assert catalog.orders("x") == ()
    assert catalog.shop == Shop()


def test_versions_rise_only_for_what_changed(catalog: Catalog) -> None:
    other = Product(id="H2", title=Text("雨靴"))
    assert catalog.put([SLIPPERS, other], source="a").added == ("H1", "H2")
    again = catalog.put([SLIPPERS, other], source="a")
    assert not again
    assert again.unchanged == 2
    assert again.version == catalog.version == 1
    cheaper = replace(SLIPPERS, variants=(replace(SLIPPERS.variants[0], price=Decimal(49)), SLIPPERS.variants[1]))
    assert catalog.put([cheaper, other]).changed == ("H1",)
    assert catalog.version == 2
    first, second = catalog.products()
    assert (first.version, second.version) == (2, 1)
    assert first.price == Decimal(49)
    with catalog.store.read() as connection:
        kept = connection.execute(sa.select(product_versions.c.version).order_by(product_versions.c.version)).scalars()
        assert list(kept) == [1, 1, 2]


def test_a_row_that_only_moved_in_its_file_is_no_change(catalog: Catalog) -> None:
    catalog.put([SLIPPERS])
    assert not catalog.put([replace(SLIPPERS, source="products.jsonl:9")])


def test_a_price_of_another_process_is_seen_by_the_next_call(catalog: Catalog, settings: KnowledgeSettings) -> None:
    catalog.put([SLIPPERS])
    assert catalog.search("拖鞋").hits[0].product.price == Decimal(59)
    program = (
        "import sys; from pathlib import Path; from decimal import Decimal; from dataclasses import replace\n"
        "from knowledge.catalog import Catalog; from knowledge.settings import KnowledgeSettings\n"
        "c = Catalog.open(KnowledgeSettings(data_dir=Path(sys.argv[1]))); p = c.product('H1')\n"
        "c.put([replace(p, variants=(replace(p.variants[0], price=Decimal('39.90')),))]); c.close()"
    )
    subprocess.run([sys.executable, "-c", program, str(settings.data_dir)], check=True, timeout=60)
    changed = catalog.product("H1")
    assert changed is not None
    assert changed.price == Decimal("39.90")
    assert catalog.search("拖鞋").hits[0].product.price == Decimal("39.90")
    assert "39.90元" in {fact.value for fact in catalog.facts("H1")}


def test_asking_whether_something_changed_is_cheap(catalog: Catalog) -> None:
    catalog.put([SLIPPERS])
    catalog.product("H1")
    started = time.perf_counter()
    for _ in range(1000):
        catalog.product("H1")
    assert (time.perf_counter() - started) / 1000 < 0.0005  # some 10 µs; the limit leaves room for a busy machine


def test_facts_hold_everything_in_both_languages(catalog: Catalog) -> None:
    catalog.put([SLIPPERS])
    facts = {(fact.id, fact.attribute): fact for fact in catalog.facts("H1")}
    assert facts["H1/title", "名称"].value == "云朵防滑拖鞋"
    assert facts["H1/title", "title"].value == "Cloud non-slip slippers"
    assert facts["H1/price", "价格"].value == "59元"
    assert facts["H1/price", "price"].value == "¥59"
    assert facts["H1/list_price", "原价"].kind == "list_price"
    assert facts["H1/鞋底", "鞋底"].value == "TPR橡胶"
    assert facts["H1/鞋底", "Sole"].value == "TPR rubber"
    assert facts["H1#white-39/颜色", "颜色"].kind == "option"
    assert facts["H1#gray-40/price", "价格"].variant == "gray-40"
    assert facts["H1#gray-40/stock", "库存"].value == "0"
    assert facts["H1/stock", "库存"].value == "3"
    assert {fact.source for fact in facts.values()} == {"products.jsonl:1"}
    assert catalog.facts("H1") is catalog.facts("H1")


def test_facts_of_few_products_stay_read_and_are_those_of_now(catalog: Catalog) -> None:
    """A shop of ten thousand products is not to lie in memory for each process that ever spoke of them."""
    catalog.put([replace(SLIPPERS, id=f"H{number}") for number in range(4)])
    catalog.keep_facts_of(2)
    first = catalog.facts("H0")
    assert catalog.facts("H0") is first
    catalog.facts("H1"), catalog.facts("H2")
    assert catalog.facts("H0") is not first, "the facts of all products are kept"
    assert catalog.facts("H0") == first
    catalog.put([replace(SLIPPERS, id="H0", brand="河边")])
    assert "河边" in {fact.value for fact in catalog.facts("H0")}
    assert catalog.facts("H0") is catalog.facts("H0")


def test_promotions_run_when_they_run_and_for_what_they_hold(catalog: Catalog) -> None:
    hour = timedelta(hours=1)
    over = Promotion("P1", Text("过期"), "threshold", threshold=Decimal(9), minus=Decimal(1), ends=NOW - hour)
    shoes = Promotion("P2", Text("鞋靴九折"), "percent", percent_off=Decimal(10), categories=("Shoes",))
    bags = Promotion("P3", Text("箱包"), "percent", percent_off=Decimal(10), categories=("箱包",))
    later = Promotion("P4", Text("明天"), "free_shipping", starts=NOW + hour, products=("H1",))
    catalog.put([SLIPPERS], promotions=[over, shoes, bags, later])
    assert [found.id for found in catalog.promotions()] == ["P2", "P3"]
    assert [found.id for found in catalog.promotions("H1")] == ["P2"]
    assert [found.id for found in catalog.promotions("H1", NOW + 2 * hour)] == ["P2", "P4"]
    assert catalog.promotions("nothing") == ()
    values = {fact.value for fact in catalog.shop_facts() if fact.subject == "promotion:P2"}
    assert {"9折", "10% off"} <= values


def test_policies_and_answers_can_be_checked(catalog: Catalog) -> None:
    limit = Attribute(Text("包邮门槛", "Free shipping from"), Text("88元", "¥88"))
    policy = Policy("shipping", Text("配送", "Shipping"), Text("满88元包邮", "Free from ¥88"), (limit,))
    faq = Faq("f1", Text("可以开发票吗？", "Can I get an invoice?"), Text("可以。", "Yes."))
    catalog.put(policies=[policy], faqs=[faq])
    facts = [fact for fact in catalog.shop_facts() if fact.id == "policy:shipping/包邮门槛"]
    assert [(fact.attribute, fact.value) for fact in facts] == [("包邮门槛", "88元"), ("Free shipping from", "¥88")]
    catalog.put(policies=[replace(policy, text=Text("满99元包邮"))])
    assert {fact.version for fact in catalog.shop_facts() if fact.subject == "policy:shipping"} == {2}


def test_what_left_its_source_is_removed_when_asked(catalog: Catalog) -> None:
    catalog.put([SLIPPERS, Product(id="H2", title=Text("雨靴"))], source="shop")
    catalog.put([Product(id="H3", title=Text("凉鞋"))], source="other")
    change = catalog.put([SLIPPERS], source="shop", replace_source=True)
    assert change.removed == ("H2",)
    assert [product.id for product in catalog.products()] == ["H1", "H3"]
    back = catalog.put([Product(id="H2", title=Text("雨靴"))], source="shop")
    assert back.added == ("H2",)
    returned = catalog.product("H2")
    assert returned is not None
    assert returned.version == 2


def test_two_rows_with_one_id_are_an_error_and_store_nothing(catalog: Catalog) -> None:
    with pytest.raises(ValueError, match="H1"):
        catalog.put([SLIPPERS, SLIPPERS])
    assert catalog.products() == ()


def test_threads_may_read_search_and_write_together(catalog: Catalog) -> None:
    catalog.put([SLIPPERS])
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for step in range(10):
                if number == 0:
                    price = Decimal(50 + step)
                    catalog.put([replace(SLIPPERS, id=f"N{step}", title=Text(f"拖鞋{step}"), variants=(), price=price)])
                assert catalog.search("拖鞋").hits
                assert len(catalog.facts("H1"))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert len(catalog.products()) == 11


def test_an_answer_about_one_product_is_no_fact_of_the_shop(catalog: Catalog) -> None:
    about_one = Faq("f1", Text("壶多大？"), Text("壶是750ml。"), products=("k",))
    about_shop = Faq("f2", Text("怎么联系？"), Text("在线客服每天9点到22点。"))
    catalog.put(faqs=(about_one, about_shop), source="test")
    assert {fact.subject for fact in catalog.shop_facts()} == {"faq:f2"}
    assert [fact.value for fact in catalog.faq_facts(about_one)][-1] == "壶是750ml。"

"""Manuals, frequent questions and policies from documents."""

from pathlib import Path

import pytest

from knowledge.catalog import Catalog
from knowledge.ingest.report import IngestError
from knowledge.model import Product, Text
from tests.knowledge.messy.papers import PAPERS, pdf

GOODS = (
    Product("K1", Text("云岭电热水壶", "Cloud kettle")),
    Product("M1", Text("羊毛围巾")),
    Product("M2", Text("防滑雨鞋")),
    Product("L7", Text(en="Warm Desk Lamp")),
)


@pytest.fixture
def shop(catalog: Catalog) -> Catalog:
    catalog.put(GOODS, source="goods")
    return catalog


def written(tmp_path: Path, name: str) -> Path:
    PAPERS[name](tmp_path / name)
    return tmp_path / name


def test_a_manual_becomes_passages_with_their_pages(shop: Catalog, tmp_path: Path) -> None:
    report = shop.ingest(written(tmp_path, "云岭电热水壶说明书.pdf"))
    assert (report.kind, report.read, report.added, report.refused) == ("passages", 3, 3, ())
    first, second, third = shop.passages("K1")
    assert [(one.page, one.title.zh) for one in (first, second, third)] == [
        (1, "首次使用"),
        (2, "除垢"),
        (3, "安全提示"),
    ]
    assert first.text.zh == "首次使用前，请加水至最高水位，烧开后倒掉，重复两次。", (
        "lines of a paragraph belong together"
    )
    assert not any("使用说明书" in one.text.zh or "第 2 页" in one.text.zh for one in (first, second, third))
    assert shop.passages("M1") == ()
    assert shop.ingest(tmp_path / "云岭电热水壶说明书.pdf").unchanged == 3


def test_what_a_manual_says_is_a_fact_that_names_its_page(shop: Catalog, tmp_path: Path) -> None:
    shop.facts("K1")
    shop.ingest(written(tmp_path, "云岭电热水壶说明书.pdf"))
    (fact,) = [fact for fact in shop.facts("K1") if "柠檬酸" in fact.value]
    assert (fact.subject, fact.kind, fact.source) == ("K1", "text", "云岭电热水壶说明书.pdf, page 2")
    assert not any("柠檬酸" in fact.value for fact in shop.facts("M1"))


def test_passages_are_found_by_what_is_asked(shop: Catalog, tmp_path: Path) -> None:
    shop.ingest(written(tmp_path, "云岭电热水壶说明书.pdf"))
    shop.ingest(written(tmp_path, "护理指南.docx"))
    assert shop.search_passages("怎么除水垢")[0].passage.page == 2
    assert shop.search_passages("可以烘干吗", "M1")[0].passage.products == ("M1",)
    assert shop.search_passages("怎么除水垢", "M1") == ()
    assert shop.search_passages("") == ()


def test_a_new_edition_replaces_the_old_one(shop: Catalog, tmp_path: Path) -> None:
    shop.ingest(written(tmp_path, "云岭电热水壶说明书.pdf"))
    pdf(tmp_path / "云岭电热水壶说明书.pdf", [[("一、除垢", 18), ("每周除垢一次即可。", 11)]])
    report = shop.ingest(tmp_path / "云岭电热水壶说明书.pdf")
    assert (report.changed, report.removed) == (1, 2)
    assert [one.text.zh for one in shop.passages("K1")] == ["每周除垢一次即可。"]


def test_sections_belong_to_the_products_that_their_headings_name(shop: Catalog, tmp_path: Path) -> None:
    report = shop.ingest(written(tmp_path, "护理指南.docx"))
    assert [one.text.zh for one in shop.passages("M1")] == ["30℃以下手洗，平铺晾干，不可烘干。"]
    assert "鞋底：TPR橡胶" in shop.passages("M2")[0].text.zh, "tables are read"
    assert report.warnings[0].reason == "1 of its pieces stand under no product's name and were left out"


def test_a_manual_that_names_no_product_needs_one(shop: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "guide.md"
    path.write_text("# Care\n\nWipe it with a dry cloth.\n")
    with pytest.raises(IngestError, match=r"--product ID"):
        shop.ingest(path)
    with pytest.raises(IngestError, match="no product 'XX'"):
        shop.ingest(path, products=["XX"])
    assert shop.ingest(path, products=["L7", "M1"]).added == 1
    assert shop.passages("L7") == shop.passages("M1") != ()


@pytest.mark.parametrize("name", ["L7 manual.md", "warm-desk-lamp_user guide.md", "lamp, warm desk.md"])
def test_a_file_is_named_after_its_product(shop: Catalog, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("# Care\n\nWipe it with a dry cloth.\n")
    shop.ingest(tmp_path / name)
    assert len(shop.passages("L7")) == 1


def test_a_scan_is_refused_in_one_sentence(shop: Catalog, tmp_path: Path) -> None:
    with pytest.raises(IngestError, match="is a scan: its pages are pictures without text"):
        shop.ingest(written(tmp_path, "扫描说明书.pdf"))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.pdf", b"%PDF-1.4 broken", "damaged or no PDF"),
        ("a.docx", b"PK\x03\x04 broken", "damaged"),
        ("a.md", b"# \n\n", "holds no text"),
    ],
)
def test_damaged_documents(shop: Catalog, tmp_path: Path, name: str, content: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(IngestError, match=says):
        shop.ingest(tmp_path / name)


def test_questions_in_word(catalog: Catalog, tmp_path: Path) -> None:
    report = catalog.ingest(written(tmp_path, "FAQ.docx"))
    assert (report.kind, report.read, report.added) == ("faqs", 4, 3)
    assert report.refused[0] == ("FAQ.docx: Is there a shop?", "the answer is missing")
    answers = {faq.question.en: faq.answer.en for faq in catalog.faqs()}
    assert answers == {"How do I pay?": "By card.", "Who are you?": "Hillside.", "Do you gift-wrap?": "Yes, for free."}
    assert catalog.search_faq("do you wrap gifts")[0].faq.question.en == "Do you gift-wrap?"


def test_questions_in_text(catalog: Catalog, tmp_path: Path) -> None:
    report = catalog.ingest(written(tmp_path, "售前.txt"))
    assert (report.read, report.added) == (4, 2)
    assert [refusal.reason for refusal in report.refused] == [
        "the answer is missing",
        "the question stands already in 售前.txt: 支持货到付款吗？",
    ]
    answers = {faq.question.zh: faq.answer.zh for faq in catalog.faqs()}
    assert answers["支持货到付款吗？"] == "不支持货到付款。\n可以扫码支付。"
    assert answers["尺码怎么选？"] == "按平时的鞋码选。"


def test_headings_that_are_questions(catalog: Catalog, tmp_path: Path) -> None:
    catalog.ingest(written(tmp_path, "常见问题.md"))
    answers = {faq.question.zh: faq.answer.zh for faq in catalog.faqs()}
    assert answers == {"多久能发货？": "付款后48小时内发货。", "如何申请退货": "在订单页点“申请退货”\n等待审核"}


def test_policies_with_what_can_be_checked(catalog: Catalog, tmp_path: Path) -> None:
    report = catalog.ingest(written(tmp_path, "售后政策.md"))
    assert (report.kind, report.added) == ("policies", 4)
    policies = {policy.id: policy for policy in catalog.policies()}
    said = {
        name: {one.name.zh: one.value.zh for one in policies[name].attributes}
        for name in ("shipping", "returns", "warranty")
    }
    assert said["shipping"] == {"包邮门槛": "99元", "运费": "8元", "发货时效": "24小时", "送达时间": "2-4天"}
    assert said["returns"] == {"退货期限": "7天", "退款时效": "3个工作日"}
    assert said["warranty"] == {}, "two periods compete for the name, so neither is taken"
    assert any(policy.title.zh == "宠物友好" and policy.id.startswith("p-") for policy in policies.values())
    assert ("包邮门槛", "99元") in {(fact.attribute, fact.value) for fact in catalog.shop_facts()}


def test_a_policy_in_the_other_language_joins_the_one_there_is(catalog: Catalog, tmp_path: Path) -> None:
    catalog.ingest(written(tmp_path, "售后政策.md"))
    catalog.ingest(written(tmp_path, "policy.pdf"))
    returns = next(policy for policy in catalog.policies() if policy.id == "returns")
    assert returns.text == Text(
        "签收后7天内可无理由退货，3个工作日内退款。", "You may return unused goods within 30 days."
    )
    window = next(one for one in returns.attributes if one.name.zh == "退货期限")
    assert window.value == Text("7天", "30 days")
    again = catalog.ingest(tmp_path / "policy.pdf")
    assert (again.changed, again.unchanged, again.warnings) == (0, 2, ())
    path = tmp_path / "售后政策.md"
    path.write_text(path.read_text().replace("7天", "15天"))
    assert "check that it agrees" in catalog.ingest(path).warnings[0].reason


def test_a_folder_of_everything_in_one_transaction(catalog: Catalog, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "goods.csv").write_text("编号,名称,价格\nK1,云岭电热水壶,129\n", encoding="utf-8")
    for name in ("云岭电热水壶说明书.pdf", "扫描说明书.pdf", "常见问题.md", "售后政策.md"):
        PAPERS[name](folder / name)
    report = catalog.ingest(folder)
    assert report.kind == "products+faqs+policies+passages"
    assert report.refused[0].row == "扫描说明书.pdf"
    assert len(catalog.passages("K1")) == 3, "a manual may be about a product of the same folder"
    assert catalog.version == 1
    assert catalog.ingest(folder).unchanged == report.added

"""Taking files in: whole or not at all, remembered corrections, refused rows fed again, progress, rehearsals."""

import csv
import json
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from knowledge import store as tables
from knowledge.catalog import Catalog
from knowledge.ingest.door import _Intake
from knowledge.ingest.readers import jsonfile
from knowledge.ingest.reasons import in_chinese
from knowledge.ingest.refused import PLACE, REASON
from knowledge.ingest.report import IngestError, IngestReport
from knowledge.ingest.stage import Stage
from knowledge.model import Product, Text

GOODS = "编号,名称,价格,颜色\n1,碗,9,白\n2,盘,,蓝\n3,,5,红\n4,勺,贵,绿\n"


def feed(catalog: Catalog, path: Path, content: str, **more: Any) -> IngestReport:
    path.write_text(content, encoding="utf-8")
    return catalog.ingest(path, **more)


def test_a_failure_in_the_middle_leaves_nothing(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed(catalog, tmp_path / "a.csv", "id,name,price\n0,Mug,1\n")
    rows = "id,name,price\n" + "".join(f"{number},Cup {number},5\n" for number in range(1_000))
    (tmp_path / "b.csv").write_text(rows)
    real = Stage.rows

    def failing(stage: Stage, kind: str, *, with_same: bool = True) -> Any:
        for number, row in enumerate(real(stage, kind, with_same=with_same)):
            if number == 900 and not with_same:
                raise OSError("the disk is full")
            yield row

    monkeypatch.setattr(Stage, "rows", failing)
    with pytest.raises(OSError, match="disk is full"):
        catalog.ingest(tmp_path / "b.csv", {"price": "list_price"})
    monkeypatch.undo()
    assert (catalog.version, [product.title.en for product in catalog.products()]) == (1, ["Mug"])
    assert catalog.mappings() == (), "nor is a correction remembered"
    assert catalog.ingest(tmp_path / "b.csv").added == 999


def test_a_change_between_comparing_and_storing_is_seen(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = "id,name,price\n1,Mug,1\n2,Cup,2\n"
    feed(catalog, tmp_path / "a.csv", content)
    real = Stage.same

    def meanwhile(stage: Stage, kind: str) -> int:
        if kind == "products":
            raise AssertionError("rows compared with an older catalogue must be compared again")
        return real(stage, kind)

    def compared(intake: _Intake) -> int:
        version = compare(intake)
        catalog.put([Product("1", Text(en="Mug"), currency="USD", price=Decimal(7))], source="someone else")
        return version

    compare = _Intake._compare
    monkeypatch.setattr(_Intake, "_compare", compared)
    monkeypatch.setattr(Stage, "same", meanwhile)
    report = catalog.ingest(tmp_path / "a.csv")
    assert (report.changed, report.unchanged) == (1, 1)
    mug = catalog.product("1")
    assert mug is not None
    assert mug.price == Decimal(1)


def test_one_file_is_one_version(catalog: Catalog, tmp_path: Path) -> None:
    rows = "id,name,price\n" + "".join(f"{number},Cup {number},5\n" for number in range(3_000))
    assert feed(catalog, tmp_path / "a.csv", rows).added == 3_000
    assert catalog.version == 1


def test_a_rehearsal_says_what_would_happen_and_changes_nothing(catalog: Catalog, tmp_path: Path) -> None:
    feed(catalog, tmp_path / "a.csv", "编号,名称,价格\n1,碗,9\n5,杯,9\n")
    path = tmp_path / "a.csv"
    report = feed(catalog, path, GOODS, dry_run=True, replace=True, mapping={"颜色": "ignore"})
    assert (report.added, report.changed, report.removed, report.refused_count) == (1, 0, 1, 2)
    assert report.unchanged == 1
    assert (catalog.version, catalog.mappings()) == (1, ())
    with catalog.store.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(tables.ingests)).scalar() == 1
    real = catalog.ingest(path, {"颜色": "ignore"}, replace=True)
    assert (real.added, real.changed, real.removed) == (report.added, report.changed, report.removed)


def test_refused_rows_are_put_right_and_fed_again(catalog: Catalog, tmp_path: Path) -> None:
    file = tmp_path / "refused.csv"
    report = feed(catalog, tmp_path / "a.csv", GOODS, refused=file, mapping={"颜色": "ignore"})
    assert (report.added, report.refused_count, report.refused_file) == (2, 2, str(file))
    assert file.read_bytes().startswith(b"\xef\xbb\xbf"), "spreadsheet programs need the mark to read it as UTF-8"
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert list(rows[0]) == [REASON, PLACE, "编号", "名称", "价格", "颜色"]
    assert [(row[PLACE], row["编号"]) for row in rows] == [("a.csv:4", "3"), ("a.csv:5", "4")]
    assert rows[0][REASON] == "缺商品名称 · the title is missing"
    fixed = file.read_text(encoding="utf-8-sig").replace("3,,5", "3,筷子,5")
    again = feed(catalog, tmp_path / "fixed.csv", fixed)
    assert (again.read, again.added) == (2, 1)
    assert again.refused[0] == ("a.csv:5", "the price '贵' is no amount"), "lines are those of the original file"
    assert again.mapping[-1].reason == "remembered", "it has the columns of the original"
    chopsticks = catalog.product("3")
    assert chopsticks is not None
    assert (chopsticks.source, chopsticks.attributes) == ("a.csv:4", ())


def test_a_row_with_cells_too_many_stays_refused_until_they_are_moved(catalog: Catalog, tmp_path: Path) -> None:
    file = tmp_path / "refused.csv"
    feed(catalog, tmp_path / "a.csv", "编号,名称,价格\n1,碗,9\n2,盘,￥1,299\n3,,9\n", refused=file)
    text = file.read_text(encoding="utf-8-sig")
    again = feed(catalog, tmp_path / "again.csv", text)
    assert (again.added, again.refused_count, again.refused[0].row) == (0, 2, "a.csv:3")
    assert again.refused[0].reason.startswith("there is still something under 'extra cell'")
    assert in_chinese(again.refused[0].reason)
    fixed = feed(catalog, tmp_path / "fixed.csv", text.replace("￥1,299", '"￥1,299",'))
    plate = catalog.product("2")
    assert fixed.added == 1
    assert plate is not None
    assert str(plate.price) == "1299"


def test_refused_rows_of_nested_files_can_be_fed_again(catalog: Catalog, tmp_path: Path) -> None:
    row = {"id": 7, "name": "Coat", "price": "??", "specs": {"lining": "wool"}}
    row["skus"] = [{"sku": "7-S", "size": "S", "price": 90, "stock": 1}, {"sku": "7-M", "size": "M", "price": 95}]
    file = tmp_path / "refused.csv"
    feed(catalog, tmp_path / "p.json", json.dumps([row, {"id": 8, "name": "Hat", "price": 9}]), refused=file)
    report = feed(catalog, tmp_path / "fixed.csv", file.read_text(encoding="utf-8-sig").replace("??", "90"))
    assert (report.added, report.refused) == (1, ())
    coat = catalog.product("7")
    assert coat is not None
    assert [(one.id, str(one.price)) for one in coat.variants] == [("7-S", "90"), ("7-M", "95")]
    assert coat.attributes[0].value.en == "wool"


def test_without_refusals_there_is_no_file_and_old_ones_are_cleared(catalog: Catalog, tmp_path: Path) -> None:
    assert feed(catalog, tmp_path / "a.csv", "id,name\n1,Mug\n").refused_file == ""
    folder = catalog.settings.data_dir / "refused"
    folder.mkdir(exist_ok=True)
    for number in range(30):
        (folder / f"20200101-0000{number:02}-old.csv").write_text("x")
    report = feed(catalog, tmp_path / "b.csv", "id,name\n1,\n")
    assert Path(report.refused_file).parent == folder
    assert len(list(folder.glob("*.csv"))) == 20
    assert Path(report.refused_file).is_file()


def test_a_report_of_very_many_refusals_stays_small(catalog: Catalog, tmp_path: Path) -> None:
    report = feed(catalog, tmp_path / "a.csv", "id,name,price\n1,Mug,1\n" + "2,,3\n" * 1_500)
    assert (len(report.refused), report.refused_count) == (1_000, 1_500)
    with Path(report.refused_file).open(encoding="utf-8-sig") as file:
        assert sum(1 for _ in file) == 1_501


def test_replacing_removes_what_is_gone_but_not_what_was_refused(catalog: Catalog, tmp_path: Path) -> None:
    feed(catalog, tmp_path / "a.csv", "id,name,price\n1,Mug,1\n2,Cup,2\n3,Jug,3\n")
    feed(catalog, tmp_path / "other.csv", "id,name,price\n9,Pot,1\n")
    report = feed(catalog, tmp_path / "a.csv", "id,name,price\n1,Mug,1\n2,Cup,ask\n", replace=True)
    assert (report.unchanged, report.removed, report.refused_count) == (1, 1, 1)
    assert {product.id for product in catalog.products()} == {"1", "2", "9"}


def test_corrections_are_remembered_for_the_shape_and_can_be_forgotten(catalog: Catalog, tmp_path: Path) -> None:
    head = "id,name,price,note,weight,colour,brand,stock,tags"
    feed(catalog, tmp_path / "a.csv", f"{head}\n1,Mug,1,secret,1 kg,red,X,1,t\n", mapping={"note": "ignore"})
    (kept,) = catalog.mappings()
    assert (dict(kept.mapping), kept.origin) == ({"note": "ignore"}, "a.csv")
    later = feed(catalog, tmp_path / "b.csv", f"{head},extra\n2,Cup,1,secret,1 kg,red,X,1,t,more\n")
    assert later.signature == kept.signature, "one column more is the same export"
    assert not any("secret" in fact.value for fact in catalog.facts("2"))
    assert any("more" in fact.value for fact in catalog.facts("2"))
    feed(catalog, tmp_path / "b.csv", f"{head}\n2,Cup,1,secret,1 kg,red,X,1,t\n", mapping={"weight": "ignore"})
    assert dict(catalog.mappings()[0].mapping) == {"note": "ignore", "weight": "ignore"}, "corrections add up"
    anew = feed(catalog, tmp_path / "b.csv", f"{head}\n2,Cup,1,told,1 kg,red,X,1,t\n", forget=True)
    assert anew.signature == ""
    assert catalog.mappings() == ()
    assert any("told" in fact.value for fact in catalog.facts("2"))
    assert not catalog.forget_mapping("nothing")


def test_another_shape_is_guessed_anew(catalog: Catalog, tmp_path: Path) -> None:
    feed(catalog, tmp_path / "a.csv", "id,name,price,note\n1,Mug,1,x\n", mapping={"note": "ignore"})
    assert feed(catalog, tmp_path / "b.csv", "sku,title,cost,note\n1,Mug,1,x\n").signature == ""


def test_progress_is_told_in_steps(catalog: Catalog, tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    rows = "id,name,price\n" + "".join(f"{number},Cup {number},5\n" for number in range(1_200))
    feed(catalog, tmp_path / "a.csv", rows, progress=lambda *step: told.append(step))
    assert list(dict.fromkeys(step for step, _, _ in told)) == ["look", "read", "compare", "store", "vectors"]
    assert ("read", 1_200, 1_200) in told
    assert ("store", 1_200, 1_200) in told
    assert told[-1][:2] == ("vectors", 1_200)


def test_the_process_that_takes_in_need_not_hold_the_shop(catalog: Catalog, tmp_path: Path) -> None:
    feed(catalog, tmp_path / "a.csv", "id,name,price\n1,Mug,1\n2,Cup,2\n")
    with catalog.store.read() as connection:
        made = connection.execute(sa.select(tables.vectors.c.product_id)).scalars().all()
    assert sorted(made) == ["1", "2"], "vectors are made when products are taken in"
    assert catalog.search("mug").hits[0].product.id == "1"


def test_a_long_list_is_read_piece_by_piece(catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonfile, "_BLOCK", 64)
    items = [{"id": number, "name": f'Cup [{number}] \\ "x"', "price": 5.25} for number in range(300)]
    assert feed(catalog, tmp_path / "a.json", json.dumps(items, indent=1)).added == 300
    cup = catalog.product("299")
    assert cup is not None
    assert cup.title.en == 'Cup [299] \\ "x"'
    assert feed(catalog, tmp_path / "b.json", '\ufeff  [1, {"name": "Jug"}, 22]').refused_count == 2
    with pytest.raises(IngestError, match="no row can be read; the first: expected an object, got '1'"):
        feed(catalog, tmp_path / "c.json", "[1, 22]")


@pytest.mark.parametrize(
    ("content", "says"),
    [('[{"id": 1, "name": "Mug"},\n{"id": 2,, }]', "line 2"), ('[{"id": 1, "name": "Mug"}', "ends without ]")],
)
def test_a_broken_list_says_where(catalog: Catalog, tmp_path: Path, content: str, says: str) -> None:
    with pytest.raises(IngestError, match=says):
        feed(catalog, tmp_path / "a.json", content)


def test_a_large_document_must_be_a_list(catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonfile, "_WHOLE_MB", 0)
    with pytest.raises(IngestError, match="save them as a list at the top or one a line"):
        feed(catalog, tmp_path / "a.json", '{"data": {"items": [{"id": 1, "name": "Mug"}]}}')


@pytest.mark.parametrize(
    "content",
    [
        '<!DOCTYPE x [<!ENTITY a "boom">]><rss><channel><item><id>&a;</id><title>x</title></item></channel></rss>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><channel><item><id>&a;</id></item></channel></rss>',
    ],
)
def test_entities_in_a_feed_are_not_followed(catalog: Catalog, tmp_path: Path, content: str) -> None:
    with pytest.raises(IngestError, match="XML entities"):
        feed(catalog, tmp_path / "a.xml", content)


def test_a_feed_that_breaks_off_leaves_nothing(catalog: Catalog, tmp_path: Path) -> None:
    whole = "<rss><channel>" + "<item><id>1</id><title>Mug</title></item>" * 2
    with pytest.raises(IngestError, match="broken XML in line 1"):
        feed(catalog, tmp_path / "a.xml", whole)
    assert catalog.products() == ()


def test_what_lies_in_an_archive_cannot_lead_elsewhere(catalog: Catalog, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("../../outside.csv", "id,name\n1,Mug\n")
        archive.writestr("inside/more.csv", "id,name\n2,Cup\n")
    assert catalog.ingest(tmp_path / "a.zip").added == 2
    assert not (tmp_path.parent / "outside.csv").exists()


def test_the_reasons_that_no_messy_file_shows_are_there_in_chinese() -> None:
    assert in_chinese("the price 'x' is no amount (a.csv:3); all 2 rows of 'K' were left out") == (
        "价格“x”不是金额（a.csv:3）；“K”的2行都没有导入"
    )
    assert in_chinese("shelf.csv is empty") == "shelf.csv 是空的"
    assert in_chinese("something else") == ""


def test_rows_of_one_title_need_no_ids(catalog: Catalog, tmp_path: Path) -> None:
    report = feed(catalog, tmp_path / "a.csv", "名称,规格,价格\n茶,250g,39\n茶,500g,69\n杯,,9\n杯,,9\n")
    assert (report.added, report.joined) == (2, 1)
    assert report.refused[0].reason == "it says the same as a.csv:4"
    tea = next(product for product in catalog.products() if product.title.zh == "茶")
    assert [(one.label("zh"), str(one.price)) for one in tea.variants] == [("250g", "39"), ("500g", "69")]


def test_rows_of_one_product_may_stand_apart(catalog: Catalog, tmp_path: Path) -> None:
    rows = "款号,名称,颜色,价格\nA,衫,红,9\nB,裤,黑,8\nA,衫,蓝,9\nB,裤,白,8\n"
    report = feed(catalog, tmp_path / "a.csv", rows)
    assert (report.added, report.joined) == (2, 2)
    assert {product.id: len(product.variants) for product in catalog.products()} == {"A": 2, "B": 2}
    assert Product("A", Text("衫")).id in {product.id for product in catalog.products()}

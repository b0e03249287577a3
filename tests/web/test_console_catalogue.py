"""The console's catalogue page: what its buttons do and show, without a browser."""

from pathlib import Path
from typing import Any

import pytest

from tests.web.conftest import Site
from tests.web.consoles import asks, page_of

GOODS = "编号,名称,价格,备注\nA1,竹<b>篮</b>,39.9,内部\nA2,,1,内部\n"


@pytest.fixture
def desk(site: Site) -> Any:
    page = page_of(site)
    from web.console.catalogue import Desk

    return Desk(page)


def told(*_step: Any, **_more: Any) -> None:
    """Where the bar would be."""


def test_a_preview_shows_columns_and_refusals_and_changes_nothing(desk: Any, site: Site, tmp_path: Path) -> None:
    path = tmp_path / "goods.csv"
    path.write_text(GOODS, encoding="utf-8")
    mapping, fixed, signature, _forget, report, _table = desk.preview(str(path), None, None, {"备注": "ignore"}, told)
    assert {one["column"]: one["field"] for one in mapping} == {
        "编号": "id",
        "名称": "title",
        "价格": "price",
        "备注": "",
    }
    assert (fixed, signature) == ({"备注": "ignore"}, ""), "a correction stays until the import"
    assert "</code> 缺商品名称" in report
    assert "download" not in report
    assert site.services.catalog.product("A1") is None


def test_an_import_remembers_the_correction_until_it_is_forgotten(desk: Any, site: Site, tmp_path: Path) -> None:
    path = tmp_path / "goods.csv"
    path.write_text(GOODS, encoding="utf-8")
    _mapping, fixed, _signature, _forget, report, table = desk.take(
        asks(site), str(path), "", False, {"备注": "ignore"}, told
    )
    assert fixed == {}
    assert '<a class="zb-download" href="/api/catalogue/refused/' in report
    assert "竹篮" in table
    mapping, _, signature, *_ = desk.preview(str(path), "", False, {}, told)
    assert mapping[-1]["reason"] == "remembered"
    assert signature
    mapping, *_ = desk.forget(asks(site), signature, str(path), "", False, {})
    assert mapping[-1]["field"] == "attribute"
    assert site.services.catalog.mappings() == ()


def test_what_cannot_be_read_is_one_sentence(desk: Any, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("")
    *_, said, _table = desk.preview(str(tmp_path / "empty.csv"), "", False, {}, told)
    assert "empty.csv 是空的" in said


def test_a_column_cannot_bring_markup(desk: Any) -> None:
    from web.console.catalogue import mapping_row
    from web.console.say import Say

    guess = {"column": "<i>x</i>", "samples": ["<img src=x>"], "confidence": 0.4, "reason": "name", "table": ""}
    row = mapping_row(Say("en"), guess)
    assert "<i>x" not in row
    assert "<img" not in row
    assert "40%" in row

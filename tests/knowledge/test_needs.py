"""What was read from patterns is there at the next start, and a pattern that can't be one is still refused at once."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from knowledge import needs
from knowledge.needs import keep_readings, late, save_readings
from knowledge.sieve import Sieve

SOURCES = (r"全国?(?:第一|最低)", r"(?:god|dan) mode|best(?= of)", r"(?<![a-z])cheap\w*")


@pytest.fixture(autouse=True)
def anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    start_anew(monkeypatch)
    yield


def start_anew(patch: pytest.MonkeyPatch) -> None:
    """As in a process that has read nothing."""
    patch.setattr(needs, "_readings", {})
    patch.setattr(needs, "_file", None)
    patch.setattr(needs, "_unsaved", False)


def found(text: str) -> list[str]:
    sieve = Sieve((late(source, re.MULTILINE), source) for source in SOURCES)
    return [match[0] for finder, _ in sieve.fitting(text) for match in finder.finditer(text)]


def refuse_to_read(*of: Any) -> Any:
    raise AssertionError("this was read before")


def test_the_next_start_reads_no_pattern_again_and_finds_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ("全国最低，全第一", "god mode, the best of cheapest", "nothing")
    keep_readings(tmp_path / "data" / "patterns.json")
    seen = [found(text) for text in texts]
    save_readings()
    start_anew(monkeypatch)
    keep_readings(tmp_path / "data" / "patterns.json")
    monkeypatch.setattr(needs, "_read", refuse_to_read)
    assert [found(text) for text in texts] == seen == [["全国最低", "全第一"], ["god mode", "best", "cheapest"], []]
    assert [file.name for file in (tmp_path / "data").iterdir()] == ["patterns.json"]


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe", b'seal\n[["a", 0, [["b", []]]]]', "最低"])
def test_a_file_that_is_damaged_or_of_another_program_counts_for_nothing(
    damage: bytes | str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "patterns.json"
    keep_readings(file)
    found("")
    save_readings()
    whole = file.read_bytes()
    # One character changed, and a text with 最低 in it would not be tried any more.
    file.write_bytes(damage if isinstance(damage, bytes) else whole.replace(f'"{damage}"'.encode(), '"最高"'.encode()))
    assert file.read_bytes() != whole
    start_anew(monkeypatch)
    keep_readings(file)
    assert found("全国最低") == ["全国最低"]
    save_readings()
    assert file.read_bytes() == whole


def test_a_pattern_is_compiled_when_it_is_first_tried() -> None:
    pattern = late(SOURCES[0])
    assert "compiled" not in vars(pattern)
    assert pattern.search("全国第一") and "compiled" in vars(pattern)


@pytest.mark.parametrize("source", ["(", "a{2,1}", "(?<=a+)b", r"(?P<a>x)(?P<a>y)"])
def test_what_is_no_pattern_is_refused_before_any_text_meets_it(source: str) -> None:
    with pytest.raises(re.error):
        late(source)

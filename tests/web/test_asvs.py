"""docs/asvs.md has every item of level 1, and names tests that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Level 1 of OWASP ASVS 4.0.3: section → its items.
LEVEL_1 = {
    "2.1": range(1, 13), "2.2": range(1, 4), "2.3": [1], "2.5": range(1, 7), "2.7": range(1, 5), "2.8": [1],
    "3.1": [1], "3.2": range(1, 4), "3.3": range(1, 3), "3.4": range(1, 6), "3.7": [1],
    "4.1": [1, 2, 3, 5], "4.2": [1, 2], "4.3": [1, 2],
    "5.1": range(1, 6), "5.2": range(1, 9), "5.3": range(1, 11), "5.5": range(1, 5), "6.2": [1],
    "7.1": [1, 2], "7.4": [1], "8.2": range(1, 4), "8.3": range(1, 5), "9.1": range(1, 4), "10.3": range(1, 4),
    "11.1": range(1, 6), "12.1": [1], "12.3": range(1, 6), "12.4": [1, 2], "12.5": [1, 2], "12.6": [1],
    "13.1": [1, 3], "13.2": range(1, 4), "13.3": [1], "14.2": range(1, 4), "14.3": [2, 3], "14.4": range(1, 8),
    "14.5": range(1, 4),
}  # fmt: skip


def rows() -> list[list[str]]:
    page = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in page.splitlines()
        if re.match(r"\| \d+\.\d+", line)
    ]


def test_no_item_of_level_1_is_missing() -> None:
    wanted = [f"{section}.{item}" for section, items in LEVEL_1.items() for item in items]
    assert len(wanted) == 128
    assert [row[0] for row in rows()] == wanted


def test_each_item_names_tests_that_run_or_says_why_not() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    there = set(re.findall(r"^(?:async )?def (test_\w+)", code, re.MULTILINE))
    for item, _, held in rows():
        named = set(re.findall(r"`(test_\w+)`", held))
        assert named <= there, (item, named - there)
        assert named or re.match(r"(Does not apply|Operator): \S", held), item

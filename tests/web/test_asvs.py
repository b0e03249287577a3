"""The list in docs/security.md names tests that are there."""

import re
from pathlib import Path

HERE = Path(__file__).parent


def test_each_item_of_the_security_list_names_a_test_that_runs() -> None:
    page = (HERE.parents[1] / "docs" / "security.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if re.match(r"\| \d+\.\d+\.\d+", line)]
    code = "\n".join(path.read_text(encoding="utf-8") for path in HERE.glob("test_*.py"))
    there = set(re.findall(r"^(?:async )?def (test_\w+)", code, re.MULTILINE))
    assert len(rows) > 15
    for row in rows:
        named = re.findall(r"`(test_\w+)`", row)
        assert named, row
        assert set(named) <= there, row

"""What the guard's page shows is what the guard does."""

import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[3] / "docs" / "guard.md"


def test_the_example_on_the_page_gives_what_it_says() -> None:
    source = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert source is not None
    names: dict[str, Any] = {}
    exec(source[1], names)  # noqa: S102  # our own page
    for name, said in re.findall(r'^verdict\.(\w+)  # "(.*)"$', source[1], re.MULTILINE):
        assert getattr(names["verdict"], name) == said
    assert len(re.findall(r"^verdict\.", source[1], re.MULTILINE)) == 3

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from knowledge.quick_json import dumps


@pytest.mark.parametrize(
    "value",
    [
        {"价格": ["59元", None, True, 1.5, -0.0], "空": {}},
        {"said": "半个表情 \ud83d", "ends": "\u2028</script>\x00"},  # as a page may send it
        {"number": 12345678901234567890123},
        {"1": [(1, 2)], "at": "\x85"},
    ],
)
def test_what_is_written_is_read_back_as_it_was(value: dict[str, Any]) -> None:
    written = dumps(value)
    assert json.loads(written) == json.loads(json.dumps(value))
    assert "\n" not in written


@pytest.mark.parametrize("value", [Decimal("9.90"), datetime(2026, 11, 28, tzinfo=UTC), object()])
def test_what_has_no_place_in_json_is_refused_and_not_guessed_at(value: object) -> None:
    with pytest.raises(TypeError):
        dumps({"value": value})

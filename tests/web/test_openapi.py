"""The API's description is true enough to be asked by machine, and nothing that it allows makes the server fail."""

import re
from pathlib import Path

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from assistant.messages import TextDelta
from assistant.models.scripted import ScriptedModel
from tests.web.conftest import serving, settings_in

ENDLESS = re.compile(r"(/events|\.flv)$")  # streams, which have tests of their own
TOKEN = "t" * 24


def test_nothing_the_description_allows_makes_the_server_fail(tmp_path: Path) -> None:
    told = settings_in(tmp_path / "data", api_token=TOKEN, requests_per_minute=100_000)
    with serving(told, ScriptedModel([TextDelta("好。")])) as site:
        schema = schemathesis.openapi.from_url(f"{site.url}/api/openapi.json")
        operations = [found.ok() for found in schema.get_all_operations()]
        asked = [operation for operation in operations if not ENDLESS.search(operation.path)]
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        failed: list[str] = []
        for operation in asked:

            @settings(
                max_examples=2,
                database=None,
                deadline=None,
                derandomize=True,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy())
            def ask(case: schemathesis.Case) -> None:
                answer = case.call(headers=bearer, timeout=30)
                if answer.status_code >= 500 and answer.json()["code"] not in ("unavailable", "unsupported"):
                    failed.append(f"{case.method} {case.formatted_path}: {answer.status_code}")

            ask()
    assert len(asked) > 50
    assert not failed

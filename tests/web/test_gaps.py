"""A question asked in vain, over a real server: it is reported, the merchant answers it once, and it is known."""

from collections.abc import Iterator

import pytest

from assistant.messages import TextDelta
from assistant.models.scripted import ScriptedModel
from tests.web.conftest import Site, serving
from web.settings import Settings

QUESTION = "可以刻字吗"


@pytest.fixture
def shop(settings: Settings) -> Iterator[Site]:
    """Its model has nothing to say that may be said."""
    with serving(settings, ScriptedModel([TextDelta("我们是全网最低价。")])) as site:
        yield site


def answer_of(site: Site, question: str) -> tuple[str, str]:
    events = site.visitor().ask(question)
    said = "".join(event["text"] for event in events if event["type"] == "sentence")
    return said, events[-1]["model"]


def test_a_question_asked_in_vain_is_answered_once_for_all(shop: Site) -> None:
    assert answer_of(shop, QUESTION)[1] != "faq"
    with shop.staff() as staff:
        [gap] = staff.get("/api/gaps").json()["gaps"]
        assert (gap["shoppers"], gap["question"]["zh"], list(gap["why"])) == (1, QUESTION, ["guard"])
        body = {"question": {"zh": QUESTION}, "answer": {"zh": "可以刻字，全网最低价。"}}
        refused = staff.post(f"/api/gaps/{gap['id']}/approve", json=body)
        assert refused.status_code == 422
        assert refused.json()["verdicts"][0]["label"] == "forbidden"
        assert all(faq.question.zh != QUESTION for faq in shop.services.catalog.faqs()), "nothing was stored"
        body["answer"] = {"zh": "可以刻字，最多八个字。"}
        looked = staff.post(f"/api/gaps/{gap['id']}/approve", json={**body, "dry_run": True}).json()
        assert (looked["stored"], [verdict["label"] for verdict in looked["verdicts"]]) == (False, ["ok"])
        assert staff.post(f"/api/gaps/{gap['id']}/approve", json=body).json()["stored"]
        assert staff.get("/api/gaps").json()["gaps"] == []
        assert staff.get("/api/gaps", params={"state": "answered"}).json()["gaps"][0]["id"] == gap["id"]
    assert answer_of(shop, "请问可以刻字吗？") == ("可以刻字，最多八个字。", "faq")


def test_a_dismissed_question_stays_away_and_strangers_see_nothing(shop: Site) -> None:
    answer_of(shop, QUESTION)
    with shop.client() as client:
        assert client.get("/api/gaps").status_code == 401
        assert client.post("/api/gaps/x/dismiss").status_code == 401
    with shop.staff() as staff:
        [gap] = staff.get("/api/gaps").json()["gaps"]
        assert staff.post(f"/api/gaps/{gap['id']}/dismiss").status_code == 204
        assert staff.post("/api/gaps/none/dismiss").status_code == 404
        answer_of(shop, QUESTION)
        assert staff.get("/api/gaps").json()["gaps"] == []
        assert staff.get("/api/gaps", params={"state": "dismissed"}).json()["gaps"][0]["questions"] == 2

"""The shopper's side, over real sockets."""

from tests.web.conftest import Site


def test_a_question_is_answered_sentence_by_sentence(site: Site) -> None:
    visitor = site.visitor()
    assert "AI" in visitor.session["greeting"]
    events = visitor.ask("这款拖鞋多少钱？")
    texts = [event["text"] for event in events if event["type"] == "sentence"]
    assert "".join(texts) == "这款拖鞋59元。鞋底是TPR橡胶。"
    whole = next(event for event in events if event["type"] == "message")
    assert (whole["role"], whole["text"]) == ("bot", "这款拖鞋59元。鞋底是TPR橡胶。")
    assert [event["seq"] for event in events] == list(range(events[0]["seq"], events[0]["seq"] + len(events)))

from hypothesis import given
from hypothesis import strategies as st

from assistant.guard.sentences import SentenceSplitter, sentences

PIECES = (
    *(
        "你好。",
        "3.5升",
        "v2.0 ",
        "¥1,299.00",
        "e.g. ",
        "No. 1 ",
        "？！",
        "\n",
        "- 一\n",
        "1. first\n",
        "<",
        "think",
        " ",
    ),
    *(
        "<think>秘密。</think>",
        "https://a.cn/x?b=1.2",
        "😀",
        "**好**",
        "“可以。”",
        "... ",
        "oz. ",
        "The end. ",
        "字" * 90,
    ),
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


def cut_up(text: str, sizes: list[int]) -> list[str]:
    splitter, out, place = SentenceSplitter(), [], 0
    for size in sizes:
        out += splitter.feed(text[place : place + size])
        place += size
    return out + splitter.feed(text[place:]) + splitter.flush()


@given(TEXTS, st.lists(st.integers(1, 7), max_size=80))
def test_however_the_stream_is_cut_the_sentences_are_the_same(text: str, sizes: list[int]) -> None:
    assert cut_up(text, sizes) == sentences(text)


@given(TEXTS)
def test_joined_again_they_are_the_text(text: str) -> None:
    if "<" not in text:
        assert "".join(sentences(text)) == text
    assert all(len(piece) <= 480 for piece in sentences(text))


def test_numbers_versions_links_and_abbreviations_stay_whole() -> None:
    text = "这款3.5升，v2.0版。见 https://a.cn/x?b=1。It is 3.5 oz. The scent is e.g. mint. No. 1 is $3.99! Ok?"
    assert sentences(text) == [
        "这款3.5升，v2.0版。",
        "见 https://a.cn/x?b=1。",
        "It is 3.5 oz. ",
        "The scent is e.g. mint. ",
        "No. 1 is $3.99! ",
        "Ok?",
    ]


def test_lists_markdown_quotes_and_emoji() -> None:
    assert sentences("1. first\n- 二\n**好。**真的😊！他说“可以。”走了") == [
        "1. first\n",
        "- 二\n",
        "**好。**",
        "真的😊！",
        "他说“可以。”",
        "走了",
    ]


def test_a_stop_is_given_out_as_soon_as_the_next_character_is_known() -> None:
    splitter = SentenceSplitter()
    assert splitter.feed("好的。") == []
    assert splitter.feed("我") == ["好的。"]


def test_thoughts_never_come_out() -> None:
    assert sentences("<think>他想要便宜的。</think>好的。") == ["好的。"]
    assert "".join(cut_up("a <thi", [1, 2])) == "a <thi"
    splitter = SentenceSplitter()
    assert splitter.feed("<think>未完") + splitter.flush() == []


def test_ten_thousand_characters_without_a_stop_are_cut_at_clauses() -> None:
    pieces = sentences("这是一个很长的句子，" * 1000)
    assert len(pieces) > 40
    assert all(len(piece) <= 220 and piece.endswith("，") for piece in pieces)


def test_a_hard_cut_never_halves_a_price() -> None:
    pieces = sentences("a" * 215 + "12345678" + "b" * 50)
    assert any("12345678" in piece for piece in pieces)

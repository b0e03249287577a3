import pytest
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
    *(
        '<think kind="deep">',
        "</think>",
        "◁think▷",
        "◁/think▷ ",
        "[THINK]",
        "[/THINK]",
        "<|channel|>analysis<|message|>",
        "<|end|>",
        "<|start|>assistant<|channel|>final<|message|>",
        "<|im_end|>",
    ),
    *(
        "| 容量 | 价格 |\n|---|---|\n",
        "| 500ml | 99元 |\n",
        "```\n",
        "a.cn/x?y=1 ",
        "U.S. ",
        "10:30 a.m. ",
        "……",
        "&nbsp;",
        "&#56;9元。",
        "（现价79元。）",
        "「好！」",
        "v1.2.3",
        "8折\u2028",
        "🎉🎉",
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
    if not set(text) & set("<[◁"):
        assert "".join(sentences(text)) == text
    assert all(len(piece) <= 960 for piece in sentences(text))


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


@pytest.mark.parametrize(
    ("stream", "shown"),
    [
        ('<think kind="x">秘密。</think>好的。', "好的。"),
        ("<think>a<think>b</think>c</think>好的。", "好的。"),
        ("<Reasoning>a</reasoning >\n\nSure.", "Sure."),
        ("◁think▷秘密◁/think▷好的。", "好的。"),
        ("[THINK]secret[/THINK] Sure.", "Sure."),
        ("<seed:think>secret</seed:think>Sure.", "Sure."),
        ("<|begin_of_thought|>a<|end_of_thought|>Sure.", "Sure."),
        ("<|START_THINKING|>a<|END_THINKING|>Sure.", "Sure."),
        (
            "<|channel|>analysis<|message|>a.<|end|><|start|>assistant<|channel|>final<|message|>Sure.<|return|>",
            "Sure.",
        ),
        ("<|channel|>final<|message|>Sure.", "Sure."),
        ("<|channel>thought\nsecret<channel|>Sure.", "Sure."),
        ("<|im_start|>assistant\nSure.<|im_end|>", "Sure."),
        ("</think>\n\nSure.", "Sure."),
        ("Yes. <think>a</think>It is.", "Yes. It is."),
        ("Yes.<think>a</think> It is.", "Yes. It is."),
        ("好的。<think>没有关上", "好的。"),
        ("好的。<|channel|>analysis<|message|>没有关上", "好的。"),
        ("3 < 5, a <b> [1] and <think of it", "3 < 5, a <b> [1] and <think of it"),
    ],
)
def test_what_models_think_aloud_is_taken_out(stream: str, shown: str) -> None:
    assert "".join(sentences(stream)) == shown
    assert "".join(cut_up(stream, [1] * len(stream))) == shown


def test_a_very_long_thought_is_not_kept_in_memory() -> None:
    splitter = SentenceSplitter()
    said = [piece for _ in range(2000) for piece in splitter.feed("想" * 50)]
    assert "".join(said + splitter.flush()) == "想" * 100_000
    for piece in ("<think>", *(["想" * 50] * 2000), "</think>好的。"):
        assert splitter.feed(piece) == []
    assert splitter.flush() == ["好的。"]


def test_stops_between_letters_part_nothing() -> None:
    for disguised in ("全！网！最！低！价", "全\n网\n最\n低\n价", "做工顶.级", "b! e! s! t"):
        assert sentences(disguised + "。真的。")[0].startswith(disguised)


def test_a_row_of_a_table_stays_whole() -> None:
    row = "| 杯。 | " + "很好！" * 90 + " | 99元 |\n"
    assert sentences("看表：\n| 款 | 评 | 价 |\n" + row + "好的。完了。") == [
        "看表：\n",
        "| 款 | 评 | 价 |\n",
        row,
        "好的。",
        "完了。",
    ]


def test_links_lists_and_brackets() -> None:
    assert sentences("See a.cn/x?b=1&c=2! Ok.") == ["See a.cn/x?b=1&c=2! ", "Ok."]
    assert sentences("Two: 1. red, b. blue. Done.") == ["Two: 1. red, b. blue. ", "Done."]
    assert sentences("很好（现价79元。）下一个｡好") == ["很好（现价79元。）", "下一个｡", "好"]
    assert sentences("In the U.S. market since 9 a.m. today. Yes.") == [
        "In the U.S. market since 9 a.m. today. ",
        "Yes.",
    ]


def test_a_forced_cut_parts_no_figure_from_its_unit() -> None:
    for figure in ("500 ml", "$ 12", "八十九元", "1,299.00"):
        for lead in range(185, 222):
            pieces = sentences("好" * lead + " " + figure + "好" * 60)
            assert any(figure in piece for piece in pieces), (figure, lead)


def test_ten_thousand_characters_without_a_stop_are_cut_at_clauses() -> None:
    pieces = sentences("这是一个很长的句子，" * 1000)
    assert len(pieces) > 40
    assert all(len(piece) <= 220 and piece.endswith("，") for piece in pieces)


def test_a_hard_cut_never_halves_a_price() -> None:
    pieces = sentences("a" * 215 + "12345678" + "b" * 50)
    assert any("12345678" in piece for piece in pieces)

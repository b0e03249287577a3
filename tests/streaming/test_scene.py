"""The picture: pixels put together exactly, labels that the law asks for, figures that are the catalogue's."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from PIL import Image

from assistant.guard.verdict import Verdict
from knowledge.model import Attribute, Policy, Promotion, Text
from streaming import lettering
from streaming.canvas import Box, Canvas, blend, faded, premultiplied, words
from streaming.cards import card_of, money, passed, terms
from streaming.flash import countdown
from streaming.phrases import LABELS
from streaming.scene import REMINDED_S, REMINDER_S, Scene
from streaming.scenes import parts
from streaming.scenes import product as pieces
from streaming.scenes.layout import Layout, host_size
from streaming.scenes.reading import TemplateError
from streaming.scenes.template import FOLDER, Place, load, template, templates
from streaming.view import Bubble, Caption, Card, Countdown, Coupon, View
from tests.streaming.parts import product, small_settings

CARD = Card("p1", "轻旅316不锈钢保温杯", "129", "199", badge="满300减50", points=("容量 500ml", "材质 316不锈钢"))
BLOSSOM = template("blossom").theme


def rgb(i420: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return av.VideoFrame.from_ndarray(i420, format="yuv420p").reformat(format="rgb24", src_colorspace=1).to_ndarray()


@given(hnp.arrays(np.uint8, (6, 6, 4)), hnp.arrays(np.uint8, (6, 6, 3)))
@settings(max_examples=50)
def test_blending_is_within_one_step_of_exact(over: NDArray[np.uint8], under: NDArray[np.uint8]) -> None:
    back = np.dstack([under, np.full((6, 6), 255, np.uint8)])
    out = words(back.copy()).copy()
    front = premultiplied(over)
    blend(front, out)
    alpha = over[..., 3:].astype(float) / 255
    exact = over[..., :3] * alpha + under * (1 - alpha)
    assert np.abs(out.view(np.uint8).reshape(6, 6, 4)[..., :3] - exact).max() <= 1.6


def test_opaque_and_clear_pixels_come_through_unchanged() -> None:
    under = words(np.full((4, 4, 4), 200, np.uint8)).copy()
    before = under.copy()
    blend(np.zeros((4, 4), np.uint32), under)
    assert (under == before).all()
    solid = words(np.full((4, 4, 4), 255, np.uint8)).copy()
    blend(solid, under)
    assert (under == solid).all() and (faded(solid, 1.0) == solid).all() and not faded(solid, 0.0).any()


def test_a_patched_picture_is_the_same_as_a_whole_one() -> None:
    random = np.random.default_rng(5)
    base = words(random.integers(0, 255, (96, 128, 4), np.uint8) | np.array([0, 0, 0, 255], np.uint8))
    whole, patched = Canvas(128, 96), Canvas(128, 96)
    whole.restore(base, whole.box)
    whole.publish(whole.box)
    for box in (Box(0, 0, 64, 96), Box(64, 0, 128, 40), Box(64, 40, 128, 96)):
        patched.restore(base, box)
        patched.publish(box)
    assert np.abs(whole.i420.astype(int) - patched.i420.astype(int)).max() <= 1


@pytest.mark.parametrize("shape", [(640, 360), (360, 640)])
def test_redrawing_only_what_changed_leaves_nothing_behind(tmp_path: Path, shape: tuple[int, int]) -> None:
    """After cards, questions and subtitles came and went, the picture is that of a scene that drew it at once."""
    settings_ = small_settings(tmp_path, width=shape[0], height=shape[1])
    size = host_size(*shape)
    host = np.zeros((size[1], size[0], 4), np.uint8)
    host[60:, 80:-80] = (60, 70, 80, 255)
    view = View("店", card=CARD, bubble=Bubble("小***", "多少钱？"), call="立即下单")
    scene = Scene(settings_, size)
    for frame in range(60):
        moved = np.roll(host, frame % 7, axis=1)
        shown = view if frame % 20 > 5 else View("店", card=Card("p2", "别的", "88"), call="立即下单")
        scene.compose(moved, shown, Caption("今天只要一百二十九元。", frame % 12) if frame % 9 else Caption())
    for _ in range(40):
        end = scene.compose(host, view, Caption("看这里", 2)).copy()
    fresh = Scene(settings_, size)
    for _ in range(40):
        expected = fresh.compose(host, view, Caption("看这里", 2))
    assert np.abs(end.astype(int) - expected.astype(int)).max() <= 1


def test_the_ai_label_is_always_there_and_large_enough(tmp_path: Path) -> None:
    for shape in ((1280, 720), (720, 1280), (1920, 1080), (640, 360)):
        layout = Layout.of(*shape, host_size(*shape))
        for words_ in LABELS.values():
            drawn = (
                parts.label(layout, words_["ai"]).view(np.uint8).reshape(*parts.label(layout, words_["ai"]).shape, 4)
            )
            lettered = np.flatnonzero((drawn[..., :3].min(axis=2) > 200).any(axis=1))
            assert lettered[-1] - lettered[0] + 1 >= 0.05 * min(shape), (shape, words_["ai"])
            assert "AI" in words_["ai"]
    assert "生成" in LABELS["zh"]["ai"] and "数字人" in LABELS["zh"]["ai"]


def test_label_card_and_header_do_not_cover_each_other() -> None:
    for shape in ((1280, 720), (720, 1280)):
        layout = Layout.of(*shape, host_size(*shape))
        label = parts.label(layout, "AI生成 · 数字人")
        header = parts.header(layout, BLOSSOM, "一个名字很长很长的官方旗舰店直播间", "直播中", "AI生成 · 数字人")
        left = layout.width - layout.header[0] - label.shape[1]
        assert layout.header[0] + header.shape[1] <= left
        assert layout.label[1] + label.shape[0] <= layout.card[1]
        assert layout.caption_bottom <= shape[1] and layout.card[1] + layout.card_size[1] <= shape[1]


def test_every_template_draws_in_both_orientations(tmp_path: Path) -> None:
    seen = set()
    for name in templates():
        for shape in ((480, 320), (320, 480)):
            settings_ = small_settings(tmp_path, template=name, width=shape[0], height=shape[1])
            size = host_size(*shape, template(name))
            picture = Scene(settings_, size).compose(np.zeros((size[1], size[0], 4), np.uint8), View("店"), Caption())
            assert picture.std() > 10
            seen.add(picture.tobytes())
    assert len(seen) == 2 * len(templates()) >= 10
    with pytest.raises(TemplateError, match="choose from blossom"):
        template("nothing")


def written(folder: Path, text: str) -> Path:
    place = folder / "mine"
    place.mkdir(exist_ok=True)
    (place / "template.yaml").write_text(text, encoding="utf-8")
    return place / "template.yaml"


@pytest.mark.parametrize(
    ("line", "wrong", "told"),
    [
        ('  price: "#e2243e"', "  price: red", r"line 14: price is a colour like"),
        ('  price: "#e2243e"', '  price: "#fff8f8"', r"line 13: the colours price and sheet are too alike"),
        ('  price: "#e2243e"', "", r"price is missing; add a colour"),
        ("  kind: studio", "  kind: stage", r"line 5: kind is 'stage'; choose studio, gradient, picture"),
        ("  kind: studio", "  kind: picture", r"line 5: a picture background needs two files"),
        ("desk:", "wide: {card: {left: 20, right: 20}}\ndesk:", r"line 11: a part is held at one edge"),
        ("desk:", "tall: {host: {middle: 4000}}\ndesk:", r"line 11: middle is a number from 0 to 720"),
        ("desk:", "desks:", r"line 11: there is no 'desks' here; there are title"),
        ("desk:", "logo: ../secret.png\ndesk:", r"line 11: logo names '../secret.png'"),
        ("desk:", "desk", r"line 11: did not find expected key"),
    ],
)
def test_a_mistake_in_a_template_is_told_with_its_line(tmp_path: Path, line: str, wrong: str, told: str) -> None:
    (tmp_path / "secret.png").write_bytes(b"")
    right = (FOLDER / "blossom" / "template.yaml").read_text(encoding="utf-8")
    assert load(written(tmp_path, right)).theme == BLOSSOM
    with pytest.raises(TemplateError, match=r"template\.yaml, .*" + told) as caught:
        load(written(tmp_path, right.replace(line, wrong)))
    assert "\n" not in str(caught.value)


def test_a_shops_own_template_takes_its_pictures_from_its_own_folder_only(tmp_path: Path) -> None:
    text = (FOLDER / "daylight" / "template.yaml").read_text(encoding="utf-8")
    file = written(tmp_path, text + "logo: logo.png\nwide: {card: {left: 24, top: 88}, host: {middle: 900}}\n")
    svg = '<svg viewBox="0 0 16 9"><rect width="16" height="9" fill="#2050ff"/></svg>'
    for name in ("wide.svg", "tall.svg"):
        (file.parent / name).write_text(svg)
    Image.new("RGB", (40, 40), (0, 200, 80)).save(file.parent / "logo.png")
    settings_ = small_settings(tmp_path, template="mine", templates=tmp_path)
    own = template("mine", tmp_path)
    layout = Layout.of(640, 360, host_size(640, 360, own), own)
    assert layout.facing == "left"  # the card is on the other side now, and the host looks there
    empty = np.zeros((layout.host.bottom - layout.host.top, layout.host.right - layout.host.left, 4), np.uint8)
    shown = rgb(Scene(settings_, (empty.shape[1], empty.shape[0])).compose(empty, View("店"), Caption()))
    assert abs(shown[150, 320].astype(int) - (32, 80, 255)).max() < 12  # the picture, as wide as the frame
    assert shown[layout.header[1] + 13, layout.header[0] + 13, 1] > 150  # the logo
    (file.parent / "wide.svg").write_text('<svg viewBox="0 0 16 9"><image href="../secret.png"/></svg>')
    with pytest.raises(TemplateError, match="refers to another file"):
        Scene(settings_, (empty.shape[1], empty.shape[0]))


def test_a_countdown_counts_every_second_and_is_gone_at_its_end(tmp_path: Path) -> None:
    now = [1_000_000.0]
    settings_ = small_settings(tmp_path)
    scene = Scene(settings_, (280, 350), clock=lambda: now[0])
    host = np.zeros((350, 280, 4), np.uint8)
    view = View("店", card=CARD, call="买", countdown=Countdown("限时优惠 距结束", 1_000_003.0))
    for _ in range(50):
        first = scene.compose(host, view, Caption()).copy()
    assert (scene.compose(host, view, Caption()) == first).all()  # nothing is drawn again within the second
    seen = [first]
    for _ in range(3):
        now[0] += 1
        seen.append(scene.compose(host, view, Caption()).copy())
    changed = [bool((one != other).any()) for one, other in pairwise(seen)]
    assert changed == [True, True, True]
    gone = Scene(settings_, (280, 350), clock=lambda: now[0])
    for _ in range(54):
        without = gone.compose(host, view, Caption()).copy()
    assert np.abs(without.astype(int) - seen[-1].astype(int)).max() <= 1  # at its end it shows nothing
    assert pieces.left_of(7384.2) == ("02", "03", "05")


def test_only_an_offer_for_this_product_is_counted_down() -> None:
    now = datetime(2026, 11, 28, 12, tzinfo=UTC)

    def offer(name: str, starts_h: float, ends_h: float, *products: str) -> Promotion:
        hours = (timedelta(hours=starts_h), timedelta(hours=ends_h))
        return Promotion(
            name, Text(name, name), "percent", products=products, starts=now + hours[0], ends=now + hours[1]
        )

    mine, later, soon = offer("a", -1, 2, "p1"), offer("b", -1, 90, "p1"), offer("c", 0.1, 9, "p1")
    assert countdown((later, mine, offer("whole shop", -1, 1)), "p1", "zh", now) == Countdown(
        "限时优惠 距结束", (now + timedelta(hours=2)).timestamp()
    )
    assert countdown((later,), "p1", "zh", now) is None and countdown((mine,), "p2", "zh", now) is None
    begins = countdown((later, soon), "p1", "en", now)
    assert begins is not None and begins.words == "Offer starts in"


def test_a_price_comes_in_with_no_figure_but_the_catalogues(tmp_path: Path) -> None:
    """First the old price alone, struck out; then the new one; each step another picture until it rests."""
    layout = Layout.of(1280, 720, (560, 690))
    steps = [pieces.price(layout, BLOSSOM, CARD, "199", step) for step in range(pieces.STEPS + 1)]
    red = np.array(BLOSSOM.price)
    has_red = [bool((step.view(np.uint8).reshape(*step.shape, 4)[..., :3] == red).all(axis=2).any()) for step in steps]
    assert has_red.index(True) == 8 and all(has_red[8:])
    assert len({step.tobytes() for step in steps}) > pieces.STEPS - 4


def test_viewers_are_reminded_again_and_again_that_an_ai_speaks(tmp_path: Path) -> None:
    settings_ = small_settings(tmp_path, fps=4)
    scene, host = Scene(settings_, (4, 4)), np.zeros((4, 4, 4), np.uint8)
    view = View("店", reminder=LABELS["zh"]["reminder"])
    frames = [scene.compose(host, view, Caption()).tobytes() for _ in range(4 * 310)]
    quiet = frames[4 * 100]
    reminded = [at / 4 for at, frame in enumerate(frames) if frame != quiet]
    assert reminded[0] == 0 and any(REMINDER_S <= at < REMINDER_S + REMINDED_S for at in reminded)
    assert all(at % REMINDER_S <= REMINDED_S for at in reminded)
    assert all("AI" in LABELS[lang]["reminder"] for lang in LABELS) and "数字人" in LABELS["zh"]["reminder"]


def test_a_question_stands_in_a_bubble_as_wide_as_it_needs() -> None:
    own = template("blossom")
    left = Layout.of(1280, 720, (560, 690))
    right = Layout.of(
        1280, 720, (560, 690), replace(own, wide=replace(own.wide, bubble=Place(right=460, top=152, width=316)))
    )
    asked = [
        parts.bubble(left, BLOSSOM, Bubble("小***", text))
        for text in ("多少钱？", "这款四件套的面料是纯棉的吗，会不会起球？")
    ]
    short, long = (each.shape[1] for each in asked)
    assert short < 0.65 * long and asked[0].shape[0] < asked[1].shape[0]
    drawn = [np.flatnonzero((each >> np.uint32(24)).max(axis=0) > 230) for each in asked]
    for layout, side, edge in ((left, 0, left.bubble[0]), (right, -1, 1280 - 460 - 1)):
        edges = [parts.bubble_at(layout, each)[0] + int(solid[side]) for each, solid in zip(asked, drawn, strict=True)]
        assert edges == [edge, edge], "both begin, or end, in line with what the template says"


def test_the_ticker_shows_the_shops_terms_as_the_guard_lets_them_through() -> None:
    def review(text: str, product_ids: Sequence[str]) -> Verdict:
        return Verdict("ok", text, text.replace("第一", ""))

    rule = Policy("shipping", Text("配送", ""), Text("…", ""), (Attribute(Text("包邮门槛", ""), Text("88元", "")),))
    offers = (
        Promotion("a", Text("全场满300减50", ""), "threshold"),
        Promotion("b", Text("全网第一低价", ""), "percent"),
        Promotion("c", Text("一件商品的优惠", ""), "percent", products=("p1",)),
    )
    assert terms((rule,), offers, "zh", review) == ("全场满300减50", "包邮门槛 88元")


def test_a_subtitle_lights_up_from_the_left() -> None:
    layout = Layout.of(1280, 720, (560, 690))
    made = parts.caption(layout, BLOSSOM, "今天只要一百二十九元。")
    gold = np.array(BLOSSOM.spoken)

    def lit(spoken: int) -> int:
        drawn = made.at(spoken)
        pixels = drawn.view(np.uint8).reshape(*drawn.shape, 4)[..., :3]
        columns = np.flatnonzero((pixels == gold).all(axis=2).any(axis=0))
        return int(columns.max()) if len(columns) else 0

    places = [lit(spoken) for spoken in range(12)]
    assert places[0] == 0 and places == sorted(places) and places[11] > places[5] > places[1] > 0
    assert made.at(3) is made.at(3)


@pytest.mark.parametrize("shape", [(1280, 720), (720, 1280)])
def test_long_subtitles_stay_on_the_picture(shape: tuple[int, int]) -> None:
    layout = Layout.of(*shape, host_size(*shape))
    for text in (
        "想" * 40,
        "Today I would like to show you a light hiking shoe that keeps its grip on wet rock.",
        "W" * 90,
    ):
        made = parts.caption(layout, BLOSSOM, text)
        assert made.plain.shape[1] <= shape[0]
        assert sum(len(ends) for _, _, ends in made.lines) == len(text)


def test_a_subtitle_breaks_between_words_and_rather_behind_a_stop() -> None:
    def first_row(text: str) -> str:
        half = lettering.width_of(text, "Bold", 40) / 2
        return text[: lettering.break_near(text, half, weight="Bold", size=40)]

    assert first_row("杯身是316不锈钢，容量500毫升，六小时后还有68度以上。") == "杯身是316不锈钢，容量500毫升，"
    assert not first_row("这一款可以连续保温二十四个小时以上的316不锈钢杯").endswith(("不", "不锈", "3", "31"))


def test_characters_no_font_has_are_left_out() -> None:
    assert lettering.width_of("好\ue000\u200b吃", "Bold", 30) == lettering.width_of("好吃", "Bold", 30)
    assert lettering.line("\ue000\u200b", weight="Bold", size=20, fill=(0, 0, 0)).shape[1] <= 2


def test_lines_break_where_they_may() -> None:
    lines = lettering.wrap("这款保温杯（500ml）保温12小时，很好用。", 200, weight="Medium", size=26, lines=4)
    assert len(lines) > 1
    assert not any(line[0] in "，。）" for line in lines) and not any(line[-1] == "（" for line in lines)
    assert lettering.wrap("很长" * 50, 200, weight="Medium", size=26, lines=2)[-1].endswith("…")


def test_a_card_shows_the_catalogues_figures(tmp_path: Path) -> None:
    settings_ = small_settings(tmp_path)
    offer = Promotion("o", Text("满300减50", "50 off 300"), "threshold", products=("p1",))
    card = card_of(product(1, "129.90"), (offer,), settings_)
    assert (card.price, card.list_price, card.currency, card.badge) == ("129.9", "199", "¥", "满300减50")
    assert card.points == ("材质 316不锈钢", "容量 500ml")
    without = card_of(product(1, None), (), settings_)
    assert (without.price, without.list_price, without.badge) == ("", "", "")
    raised = card_of(product(1, "250"), (), settings_)
    assert raised.list_price == "" and raised.badge == ""  # a list price below the price is no offer
    assert card_of(product(1, stock=0), (offer,), settings_).badge == "已售罄"
    ticket = Promotion("t", Text("新人券", ""), "coupon", threshold=Decimal(199), minus=Decimal(20), code="NEW20")
    assert card_of(product(1), (ticket,), settings_).coupon == Coupon("¥20", "满199可用", "NEW20")
    english = card_of(product(1), (), small_settings(tmp_path, lang="en"))
    assert english.title == "Test cup no. 1" and english.badge == "Save ¥70"
    assert [money(Decimal(x)) for x in ("9.90", "1299.00", "0.5")] == ["9.9", "1299", "0.5"]


def test_pictures_come_only_from_the_media_folder(tmp_path: Path) -> None:
    media = tmp_path / "media"
    media.mkdir()
    Image.new("RGB", (40, 40), (200, 30, 30)).save(media / "cup.png")
    Image.new("RGB", (40, 40)).save(tmp_path / "secret.png")
    settings_ = small_settings(tmp_path, media=media)
    assert card_of(product(1, pictures=("cup.png",)), (), settings_).picture == media / "cup.png"
    assert card_of(product(1, pictures=("../secret.png",)), (), settings_).picture is None
    assert card_of(product(1, pictures=("https://a.b/c.png", "gone.png")), (), settings_).picture is None


def test_a_broken_picture_leaves_a_card_without_one(tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"\x89PNG\r\n\x1a\nnot really")
    layout = Layout.of(1280, 720, (560, 690))
    with_bad = pieces.card(layout, BLOSSOM, Card("a", "杯", "9", picture=bad), "买")
    without = pieces.card(layout, BLOSSOM, Card("a", "杯", "9"), "买")
    assert (with_bad == without).all()


def test_a_new_product_slides_in_and_then_rests(tmp_path: Path) -> None:
    scene = Scene(small_settings(tmp_path), (280, 350))
    host = np.zeros((350, 280, 4), np.uint8)
    resting = View("店", card=CARD, call="买")
    for _ in range(30):
        still = scene.compose(host, resting, Caption()).copy()
    other = View("店", card=Card("p9", "另一个", "88"), call="买")
    frames = [scene.compose(host, other, Caption()).copy() for _ in range(30)]
    assert len({frame.tobytes() for frame in frames}) > 6
    assert (frames[-1] == frames[-2]).all() and (frames[-1] != still).any()


def test_a_changed_price_is_on_the_card_in_the_next_frame(tmp_path: Path) -> None:
    scene = Scene(small_settings(tmp_path), (280, 350))
    host = np.zeros((350, 280, 4), np.uint8)
    for _ in range(30):
        before = scene.compose(host, View("店", card=CARD, call="买"), Caption()).copy()
    cheaper = Card("p1", CARD.title, "99", "199", badge=CARD.badge, points=CARD.points)
    after = scene.compose(host, View("店", card=cheaper, call="买"), Caption())
    assert (before != after).any()


def test_the_card_shows_nothing_that_may_not_be_said(tmp_path: Path) -> None:
    def review(text: str, product_ids: Sequence[str]) -> Verdict:
        cleaned = text.replace("全网第一", "")
        return Verdict("ok" if cleaned == text else "forbidden", text, cleaned)

    plain = card_of(product(1, "129.90"), (), small_settings(tmp_path))
    boasting = replace(plain, title=f"全网第一{plain.title}", points=("销量 全网第一", *plain.points))
    assert passed(boasting, review) == plain

"""What a room needs, small: three products, a script, answers from a table."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np

from assistant.arithmetic import shop_and
from assistant.assistant import review_text
from assistant.guard.guard import Guard
from assistant.guard.verdict import Verdict
from assistant.hearing import Ears
from assistant.script import Line, LineKind
from avatar.face import Face
from avatar.media import Frame, Moment
from avatar.performer import Performer
from avatar.voice import Voice
from avatar.voices.silent import SilentVoice
from knowledge.catalog import Catalog
from knowledge.model import Attribute, Product, Text
from knowledge.settings import KnowledgeSettings
from streaming.comments import Comment
from streaming.director import Reply
from streaming.room import Room, RoomParts
from streaming.settings import RoomSettings


def product(number: int, price: str | None = "129", **more: object) -> Product:
    return replace(
        Product(
            id=f"p{number}",
            title=Text(f"测试保温杯{number}号", f"Test cup no. {number}"),
            price=None if price is None else Decimal(price),
            list_price=Decimal("199"),
            stock=50,
            attributes=(
                Attribute(Text("材质", "Material"), Text("316不锈钢", "316 stainless steel")),
                Attribute(Text("容量", "Capacity"), Text("500ml", "500 ml")),
            ),
        ),
        **more,  # type: ignore[arg-type]
    )


def open_catalog(folder: Path, products: Sequence[Product] | None = None) -> Catalog:
    catalog = Catalog.open(KnowledgeSettings(data_dir=folder))
    catalog.put([product(1), product(2), product(3)] if products is None else products, source="test")
    return catalog


def script_line(kind: LineKind, text: str, product_id: str = "p1", slot: str = "") -> Line:
    return Line(kind, text, product_id, (), 1, Verdict("ok", text, text), "test/0", slot or text)


class Script:
    """Four lines a product, the price as the catalogue has it when they are written."""

    def __init__(self, catalog: Catalog, more: Sequence[str] = ()) -> None:
        self._catalog, self._more = catalog, tuple(more)

    def lines(self, product_id: str, lang: str, persona: str) -> tuple[Line, ...]:
        found = self._catalog.product(product_id)
        assert found is not None
        texts = [f"来看{found.title.zh}。", "杯身是316不锈钢，容量是500ml，出门带着正好。", *self._more]
        if found.price is not None:
            texts.append(f"现在的价格是{found.price:.0f}元。")
        return tuple(script_line("point", text, product_id, str(at)) for at, text in enumerate(texts))

    def renewed(self, lines: Sequence[Line], lang: str, persona: str) -> tuple[Line, ...]:
        return self.lines(lines[0].product_id, lang, persona)


class Answers:
    """Answers by a table of words in the question; unknown ones stay unanswered."""

    def __init__(self, table: Mapping[str, Sequence[str]], review: Callable[[str, Sequence[str]], Verdict]) -> None:
        self._table, self._review = table, review
        self.asked: list[str] = []

    async def answer(self, comment: Comment, text: str, product_id: str) -> AsyncGenerator[Reply, None]:
        self.asked.append(text)
        await asyncio.sleep(0)
        for word, sentences in self._table.items():
            if word in text:
                for sentence in sentences:
                    yield Reply(self._review(sentence, (product_id,)))


class PlainFace:
    """A grey figure: costs nothing to draw."""

    delay = 0

    def __init__(self, size: tuple[int, int] = (280, 350)) -> None:
        self.size = size
        self._frame = np.zeros((size[1], size[0], 4), np.uint8)
        self._frame[40:, 60:-60] = (90, 90, 90, 255)

    def render(self, moment: Moment) -> Frame:
        return self._frame


def gate(catalog: Catalog) -> Callable[[str, Sequence[str]], Verdict]:
    guard = Guard()

    def review(text: str, product_ids: Sequence[str]) -> Verdict:
        return review_text(guard, text, shop_and(catalog, product_ids), "zh", tuple(product_ids))

    return review


def small_settings(folder: Path, **more: object) -> RoomSettings:
    given: dict[str, object] = {"room": "test", "folder": folder, "width": 640, "height": 360, "preset": "ultrafast"}
    given |= {"reminder_min": 0}  # whose test it is asks for it; others need not wait until it has been said
    return RoomSettings(**{**given, "video_kbps": 600, "hls": False, **more})  # type: ignore[arg-type]


def make_room(
    catalog: Catalog,
    settings: RoomSettings,
    *,
    answers: Mapping[str, Sequence[str]] | None = None,
    voice: Voice | None = None,
    face: Face | None = None,
    script: Script | None = None,
    ears: Ears | None = None,
) -> Room:
    review = gate(catalog)
    return Room(
        settings,
        RoomParts(
            catalog=catalog,
            store=catalog.store,
            writer=script or Script(catalog),
            answerer=Answers(answers or {}, review),
            review=review,
            performer=Performer(voice or SilentVoice()),
            face=face or PlainFace(),
            ears=ears,
        ),
    )

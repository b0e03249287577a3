"""What becomes of a picture that a shopper sent.

A model that sees says in a line what is in the picture. That line is untrusted: it is searched for and goes nowhere
else. The answer is worded here, from what the search returned. Without such a model the picture is politely declined.
"""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from decimal import Decimal
from typing import Any

import structlog

from assistant.agent import DATA_CLOSES, DATA_OPENS
from assistant.data import load
from assistant.guard.injection import neutralise
from assistant.guard.privacy import mask
from assistant.messages import Message, Model, ModelError, TextDelta, ToolCall, ToolSpec
from assistant.pictures import Pictures
from knowledge.factsheet import money
from knowledge.model import Lang

log = structlog.get_logger(__name__)

LOOK_S = 15.0  # for a description
LONGEST_QUERY = 80  # characters of it that are searched for
_READ = 4000  # characters of it that are looked at: some models think aloud first
_THOUGHT = re.compile(r"<think>.*?(?:</think>|$)", re.DOTALL)
_PLACEHOLDER = re.compile(r"\[[A-Z_0-9]+\]")
_NO_WORD = re.compile(r"[^\w%.-]+")


class Sight:
    """Finds who answers a message with a picture: `clerk`. Without `eyes` nobody here sees."""

    def __init__(self, pictures: Pictures | None = None, eyes: Model | None = None) -> None:
        self._pictures = pictures
        self._eyes = eyes

    @property
    def sees(self) -> bool:
        return self._eyes is not None

    async def close(self) -> None:
        close = getattr(self._eyes, "close", None)
        if close is not None:
            await close()

    async def clerk(
        self, conversation_id: str, picture_id: str, caption: str, lang: Lang, *, kinds: Sequence[str], usual: Model
    ) -> Model:
        """A model for this one answer. `kinds`: what the shop has, offered when nothing could be seen. `usual` answers
        what `caption` asks beside the picture."""
        if self._eyes is None or self._pictures is None:
            if caption and not re.search(load("pictures.yaml")["deictic"], caption, re.IGNORECASE):
                return _GoesByText(_words("blind_caption", lang), usual)
            return _Declines(_words("blind", lang), kinds, lang)
        jpeg = await self._pictures.read(conversation_id, picture_id)
        try:
            query = await _described(self._eyes, jpeg, lang) if jpeg else ""
        except (ModelError, TimeoutError) as error:
            log.warning("picture_not_seen", conversation=conversation_id, error=str(error) or "timeout")
            return _Declines(_words("failed", lang), kinds, lang)
        if not query:
            return _Declines(_words("unclear", lang), kinds, lang)
        name = getattr(self._eyes, "name", type(self._eyes).__name__)
        return _Finds(f"{query} {caption}".strip(), name, lang)


async def _described(eyes: Model, jpeg: bytes, lang: Lang) -> str:
    """What is in the picture, as words to search for; empty when that can't be told."""
    told = load("pictures.yaml")
    instruction = told["instruction"].format(language="Chinese" if lang == "zh" else "English")
    messages = [Message("system", instruction), Message("user", told["question"][lang], pictures=(jpeg,))]
    text = ""
    async with asyncio.timeout(LOOK_S), aclosing(eyes.respond(messages, ())) as pieces:
        async for piece in pieces:
            if isinstance(piece, TextDelta):
                text += piece.text
            if len(text) > _READ:
                break
    return as_query(text)


def as_query(description: str) -> str:
    """An untrusted description as plain search words: one line of it, nothing that speaks to a model, no markup, no
    personal data."""
    description = _THOUGHT.sub("", description).strip()
    line = next((line for line in description.splitlines() if line.strip()), "")
    line = _PLACEHOLDER.sub(" ", mask(neutralise(line)))
    words = _NO_WORD.sub(" ", line).strip()
    return "" if words.upper().startswith("NONE") else words[:LONGEST_QUERY]


class _Finds:
    """Searches for what was seen, and answers from what that returned."""

    def __init__(self, query: str, name: str, lang: Lang) -> None:
        self.name = name
        self._query = query
        self._lang = lang

    async def respond(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec]
    ) -> AsyncGenerator[TextDelta | ToolCall, None]:
        last = messages[-1]
        if last.role != "tool":
            yield _call("search_products", query=self._query, limit=3)
        elif last.name == "search_products":
            data = json.loads(last.content.removeprefix(DATA_OPENS).removesuffix(DATA_CLOSES))
            goods = data.get("products", ())
            yield TextDelta(self._answer(goods, sure=bool(data.get("sure", True))))
            replies = [_words("compare", self._lang)] if len(goods) > 1 else []
            yield _call("offer_replies", options=[*replies, _person(self._lang)])

    def _answer(self, goods: Sequence[Mapping[str, Any]], *, sure: bool) -> str:
        if not goods:
            return _words("nothing", self._lang)
        items = ("、" if self._lang == "zh" else ", ").join(self._item(one) for one in goods)
        return _words("found" if sure else "near", self._lang).format(items=items)

    def _item(self, goods: Mapping[str, Any]) -> str:
        title, price = str(goods["title"]), goods.get("price")
        if not price:
            return title
        cost = money(Decimal(price), str(goods.get("currency") or "CNY"), self._lang)
        return f"{title}（{cost}）" if self._lang == "zh" else f"{title} ({cost})"


class _Declines:
    """Says that the picture could not be seen, and offers ways on."""

    name = "assistant"

    def __init__(self, text: str, kinds: Sequence[str], lang: Lang) -> None:
        self._text = text
        self._replies = [*kinds[:3], _person(lang)]

    async def respond(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec]
    ) -> AsyncGenerator[TextDelta | ToolCall, None]:
        if messages[-1].role != "tool":
            yield TextDelta(self._text)
            yield _call("offer_replies", options=self._replies)


class _GoesByText:
    """Says that the picture could not be seen, and lets the usual model answer what was written."""

    def __init__(self, text: str, usual: Model) -> None:
        self._text = text
        self._usual = usual
        self.name = getattr(usual, "name", type(usual).__name__)

    async def respond(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec]
    ) -> AsyncGenerator[TextDelta | ToolCall, None]:
        if messages[-1].role != "tool":
            yield TextDelta(self._text)
        async with aclosing(self._usual.respond(messages, tools)) as pieces:
            async for piece in pieces:
                yield piece


def looking(lang: Lang) -> str:
    """What the shopper reads meanwhile."""
    return _words("looking", lang)


def _call(name: str, **arguments: Any) -> ToolCall:
    return ToolCall(f"picture-{name}", name, json.dumps(arguments, ensure_ascii=False))


def _words(name: str, lang: Lang) -> str:
    found: str = load("pictures.yaml")[name][lang]
    return found


def _person(lang: Lang) -> str:
    found: str = load("phrases.yaml")["person"][lang]
    return found

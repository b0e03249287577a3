"""The assistant as a live room asks it: one conversation for each viewer, replies as checked sentences."""

from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import aclosing

from assistant.assistant import Assistant
from assistant.events import Cards, Handoff, PageContext, Sentence
from streaming.comments import Comment
from streaming.director import Reply
from streaming.settings import Lang

_VIEWERS = 500  # whose conversations are kept, so that "那白色的呢" is understood


class AssistantAnswerer:
    def __init__(self, assistant: Assistant, *, room: str, lang: Lang) -> None:
        self._assistant, self._room, self._lang = assistant, room, lang
        self._conversations: OrderedDict[tuple[str, str], str] = OrderedDict()

    async def answer(self, comment: Comment, text: str, product_id: str) -> AsyncGenerator[Reply, None]:
        conversation = await self._conversation(comment, product_id)
        context = PageContext(channel="live", product_id=product_id, lang=self._lang, room=self._room)
        async with aclosing(self._assistant.answer(conversation, text, context)) as events:
            async for event in events:
                match event:
                    case Sentence(verdict=verdict):
                        yield Reply(verdict)
                    case Cards(product_ids=ids) if ids:
                        yield Reply(product_id=ids[0])
                    case Handoff():
                        yield Reply(handed_over=True)

    async def _conversation(self, comment: Comment, product_id: str) -> str:
        viewer = (comment.source, comment.author)
        if viewer in self._conversations:
            self._conversations.move_to_end(viewer)
            return self._conversations[viewer]
        made = await self._assistant.conversations.create(lang=self._lang, channel="live", product_id=product_id)
        self._conversations[viewer] = made.id
        if len(self._conversations) > _VIEWERS:
            self._conversations.popitem(last=False)
        return made.id

"""Test chat: ask as a shopper, and see what the answer rests on."""

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from html import escape
from typing import Any

import gradio as gr

from assistant.events import BasketCard, Cards, Comparison, Finished, Handoff, OrderCard, PageContext, Sentence
from assistant.tools import TOOLS
from knowledge.model import Text
from web.console import html
from web.console.page import Page
from web.present import fact_json, verdict_json

FACTS_SHOWN = 40
TRIES = (
    Text("两百以内有什么防滑的鞋？", "Non-slip shoes under 200?"), Text("满减怎么算？", "How do the offers add up?"),
    Text("保修多久？", "How long is the warranty?"), Text("转人工", "I want to talk to a person"),
)  # fmt: skip
Shown = tuple[Any, ...]


def chat_tab(page: Page, tab: gr.Tab) -> None:
    """Build the tab; call it inside `gr.Blocks`."""
    say, desk = page.say, _Desk(page)
    conversation = gr.State("")
    with gr.Row(equal_height=False):
        with gr.Column(scale=3, min_width=330):
            talk = gr.Chatbot(
                label=say("对话", "Conversation"), height=470, buttons=["copy"], elem_id="zb-talk",
                placeholder=say("像顾客一样提问，旁边看每句话的依据。", "See what each sentence rests on."),
            )  # fmt: skip
            with gr.Row(elem_classes="zb-tries"):
                tries = [gr.Button(one(say.lang), size="sm", min_width=0, scale=0) for one in TRIES]
            with gr.Row():
                question = gr.Textbox(
                    label=say("问题", "Question"), show_label=False, container=False, scale=6, max_lines=3,
                    placeholder=say("像顾客一样提问", "Ask as a shopper would"), elem_id="zb-question",
                )  # fmt: skip
                send = gr.Button(say("发送", "Send"), variant="primary", scale=1, min_width=90)
            with gr.Row():
                product = gr.Dropdown(
                    [("—", ""), *page.products()], value="", label=say("所在商品页", "On the page of"), scale=4
                )
                again = gr.Button(say("重来", "Start over"), scale=1, min_width=110)
        with gr.Column(scale=2, min_width=320):
            evidence = gr.HTML(Evidence(page).html(), padding=False)
    told, asked = [question, talk, conversation, evidence], [question, talk, conversation, product]
    gr.on([question.submit, send.click], desk.ask, asked, told, show_progress="hidden")
    for button in tries:
        button.click(desk.ask, [button, *asked[1:]], told, show_progress="hidden")
    again.click(desk.start_over, conversation, [talk, conversation, evidence], show_progress="hidden")
    tab.select(lambda: gr.update(choices=[("—", ""), *page.products()]), None, product, show_progress="hidden")


class _Desk:
    """What the buttons do."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def ask(
        self, text: str, talk: list[dict[str, Any]], conversation: str, product: str | None
    ) -> AsyncGenerator[Shown, None]:
        """Stream the answer with its evidence beside it."""
        services, text = self._page.services, (text or "").strip()
        if not text:
            yield gr.skip(), gr.skip(), gr.skip(), gr.skip()
            return
        if not conversation:
            made = await services.conversations.create(channel="test", lang=self._page.say.lang)
            conversation = made.id
        talk = [*talk, {"role": "user", "content": text}, {"role": "assistant", "content": "…"}]
        evidence = Evidence(self._page)
        yield "", talk, conversation, evidence.html()
        context = PageContext(product_id=product or "")
        async with aclosing(services.assistant.answer(conversation, text, context)) as events:
            async for event in events:
                evidence.take(event)
                talk[-1] = {"role": "assistant", "content": escape(evidence.text) or "…"}
                yield gr.skip(), talk, conversation, evidence.html()
        evidence.tools = (await services.conversations.history(conversation, 1))[0].tools
        yield gr.skip(), talk, conversation, evidence.html()
        if (await services.conversations.get(conversation)).state != "bot":  # a test waits for nobody
            await services.conversations.release(conversation)

    async def start_over(self, conversation: str) -> tuple[list[Any], str, str]:
        if conversation:
            await self._page.services.conversations.delete(conversation)
        return [], "", Evidence(self._page).html()


class Evidence:
    """What an answer rests on, collected while it is made."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.text = ""
        self.tools: Sequence[Mapping[str, Any]] = ()
        self._sentences: list[Mapping[str, Any]] = []
        self._notes: list[str] = []
        self._facts: dict[str, Mapping[str, Any]] = {}

    def take(self, event: object) -> None:
        say = self._page.say
        match event:
            case Sentence(text=text, verdict=verdict):
                self.text += text
                self._sentences.append(verdict_json(verdict))
                self._facts |= {fact.id + fact.value: fact_json(fact) for fact in verdict.evidence}
            case Cards(product_ids=ids):
                self._note(say("商品卡", "Product cards"), self._titles(ids))
            case Comparison(product_ids=ids):
                self._note(say("对比", "Comparison"), self._titles(ids))
            case OrderCard(order=order):
                self._note(say("订单", "Order"), str(order.get("id")))
            case BasketCard():
                self._note(say("购买方案", "Basket"), say("已显示给顾客", "shown to the shopper"))
            case Handoff(reason=reason):
                self._note(say("转人工", "Handed over"), say.reason(reason))
            case Finished(model=model, degraded=degraded):
                said = say("店铺审定的回答，不经模型", "the shop's approved answer, no model")
                self._note(say("回答者", "Answered by"), said if model == "faq" else model)
                if degraded:
                    self._note(say("降级原因", "Fell back because"), degraded)

    def _note(self, name: str, value: str) -> None:
        self._notes.append(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>")

    def _titles(self, ids: Sequence[str]) -> str:
        return self._page.say("、", ", ").join(map(self._page.title, ids))

    def html(self) -> str:
        say = self._page.say
        if not self._sentences:
            hint = say("每句话的核验结果和依据会显示在这里。", "Each sentence's verdict and evidence appear here.")
            return f'<div class="zb zb-evidence"><p class="hint">{hint}</p></div>'
        parts = [f"<h3>{say('逐句核验', 'Sentence by sentence')}</h3>"]
        parts += [html.sentence(say, each) for each in self._sentences]
        if self.tools:
            calls = "".join(self._call(tool) for tool in self.tools)
            parts.append(f"<h3>{say('查了什么', 'Looked up')}</h3><ul class='zb-calls'>{calls}</ul>")
        if self._facts:
            rows = "".join(map(self._page.fact, list(self._facts.values())[:FACTS_SHOWN]))
            parts.append(f"<h3>{say('依据', 'Facts')}</h3><table>{rows}</table>")
        parts.append(f"<dl>{''.join(self._notes)}</dl>")
        return f'<div class="zb zb-evidence" aria-live="polite">{"".join(parts)}</div>'

    def _call(self, tool: Mapping[str, Any]) -> str:
        known = TOOLS.get(str(tool["name"]))
        quiet = self._page.say(
            "给顾客几个快捷回复", "Quick replies for the shopper"
        )  # the shopper sees no progress of it
        name = known.label(self._page.say.lang).rstrip("…") if known and known.label else quiet
        return f"<li><b>{escape(name)}</b> <code>{escape(str(tool['name']))}</code> {escape(_arguments(tool))}</li>"


def _arguments(tool: Mapping[str, Any]) -> str:
    """The arguments a model gave, as a person reads them."""
    try:
        given = json.loads(tool["arguments"] or "{}")
    except ValueError:
        return str(tool["arguments"])[:200]
    parts = (_value(value) for value in given.values() if value not in (None, "", [], {}))
    return " · ".join(parts)[:300]


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_value(each)}" for key, each in value.items())
    return ", ".join(map(_value, value)) if isinstance(value, list) else str(value)

"""Which models a question goes to."""

import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from assistant.messages import CONTEXT_OPENS, Message, ToolSpec
from assistant.models.router.table import LAST, Entry, Rule, Scene, Table, When


@dataclass(frozen=True, slots=True)
class Asked:
    """What rules can tell questions apart by."""

    scene: Scene = "chat"
    lang: str = ""
    shop: str = ""
    level: str = ""
    category: str = ""
    question: str = ""  # the newest one, and the one before
    seed: str = ""  # of the conversation
    tools: bool = False
    pictures: bool = False

    @classmethod
    def of(cls, messages: Sequence[Message], tools: Sequence[ToolSpec], scene: Scene) -> "Asked":
        context = _context(messages)
        page = context.get("page")
        if scene == "chat" and context.get("channel") == "live":
            scene = "live"
        questions = [one for one in messages if one.role == "user"][-2:]
        return cls(
            scene,
            str(context.get("lang", "")),
            str(context.get("shop", "")),
            str(context.get("level", "")),
            str(page.get("category", "")) if isinstance(page, dict) else "",
            "\n".join(one.content for one in questions).lower(),
            str(context.get("seed", "")),
            bool(tools),
            any(one.pictures for one in messages),
        )

    def share(self, of: str) -> float:
        """0 to 100: where this conversation falls; the same in each of its turns."""
        return zlib.crc32(f"{of}/{self.seed}".encode()) % 10_000 / 100


def _context(messages: Sequence[Message]) -> dict[str, object]:
    if not messages or messages[0].role != "system":
        return {}
    _, opened, line = messages[0].content.partition(f"\n{CONTEXT_OPENS}")
    return cast(dict[str, object], json.loads(line)) if opened else {}


def holds(when: When, asked: Asked) -> bool:
    return (
        (not when.scene or asked.scene in when.scene)
        and (not when.lang or asked.lang in when.lang)
        and (not when.shop or asked.shop in when.shop)
        and (not when.level or asked.level in when.level)
        and (not when.category or any(one.lower() in asked.category.lower() for one in when.category))
        and (not when.words or any(_stands(word.lower(), asked.question) for word in when.words))
    )


def _stands(word: str, text: str) -> bool:
    """Chinese stands anywhere; a word of letters stands alone, in the plural too."""
    if not word.isascii():
        return word in text
    return re.search(rf"(?<![a-z0-9]){re.escape(word)}(?:s|es)?(?![a-z0-9])", text) is not None


def rule_for(table: Table, asked: Asked) -> Rule:
    return next((rule for rule in table.rules if holds(rule.when, asked)), table.default)


def line_up(table: Table, rule: Rule, asked: Asked) -> tuple[str, ...]:
    """Who is asked, one after the other: by the rule, then by default, up to the embedded model where it is named.

    Those that can't do it are left out.
    """
    named = (*_split(rule, asked), *rule.use, *(table.default.use or table.order()))
    before = named[: named.index(LAST)] if LAST in named else named
    return tuple(dict.fromkeys(name for name in before if suits(table.models[name], asked)))


def _split(rule: Rule, asked: Asked) -> tuple[str, ...]:
    place = asked.share("split") / 100 * sum(rule.split.values())
    passed = 0.0
    for name, part in rule.split.items():
        passed += part
        if place < passed:
            return (name, *(other for other in rule.split if other != name))
    return tuple(rule.split)


def suits(entry: Entry, asked: Asked) -> bool:
    return (
        (not asked.tools or "tools" in entry.can)
        and (not asked.pictures or "vision" in entry.can)
        and (not entry.languages or not asked.lang or asked.lang in entry.languages)
    )

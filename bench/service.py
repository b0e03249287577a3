"""Scripted customers against the whole assistant: `python -m bench.service --shops DIR --tasks FILE … --out FILE`.

DIR holds a folder for each shop. Each task's customer says its lines and answers what is put to it; what the shop was
told to do is written in the form the benchmark's own `score.py` reads. When that lies beside DIR, its figures are
printed, templated dialogues and scripted ones apart.
"""

import asyncio
import importlib.util
import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from assistant.assistant import Assistant
from assistant.conversation import Conversations
from assistant.events import Handoff, PageContext, Sentence
from assistant.guard.guard import Guard
from assistant.models.grounded import GroundedModel
from assistant.service.asks import Understanding
from assistant.service.desk import Served, ServiceDesk
from assistant.service.policy import load_policy
from assistant.service.session import Turn
from assistant.service.shop import ServiceShop
from assistant.service.store import MemorySessions
from assistant.service.understand.chinese import Chinese
from assistant.service.understand.english import English
from bench.report import arguments, report
from bench.service_shop_zh import EcomShop
from bench.service_shops import RetailShop
from knowledge.catalog import Catalog
from knowledge.model import Lang
from knowledge.settings import KnowledgeSettings

POLICIES = Path(__file__).parent / "policies"


class Customer:
    """One customer's conversation with the whole assistant, in the form the benchmark's driver wants."""

    def __init__(self, task: Mapping[str, Any], shops: Path, house: "House") -> None:
        policy = load_policy(POLICIES / f"{task['shop']}.yaml")
        folder, signed_in = shops / task["shop"], bool(task["identity"].get("logged_in"))
        self._user_id = task["user_id"] if signed_in else ""
        shop: ServiceShop = EcomShop(folder, policy, self._user_id) if signed_in else RetailShop(folder, policy)
        understandings: dict[Lang, Understanding] = {
            "en": English(policy.order_number),
            "zh": Chinese(policy.order_number, policy.product_number, policy.payments),
        }
        self._desk = Overheard(lambda lang: shop, policy, understandings, MemorySessions(), every=True)
        self._house = house
        self._assistant = Assistant(
            house.catalog, GroundedModel(), house.guard, house.conversations, service=self._desk
        )
        self._lang = task["lang"]
        self._conversation = ""
        self.cut = 0  # proposals of which the guard left something out: nobody may say yes to those

    def say(self, text: str) -> dict[str, Any]:
        return self._house.loop.run_until_complete(self._say(text))

    async def _say(self, text: str) -> dict[str, Any]:
        if not self._conversation:
            self._conversation = (await self._house.conversations.create(lang=self._lang)).id
        self._desk.served = None
        said, handoff = [], False
        async for event in self._assistant.answer(
            self._conversation, text, PageContext(lang=self._lang, customer_id=self._user_id)
        ):
            said += [event.text] if isinstance(event, Sentence) else []
            handoff = handoff or isinstance(event, Handoff)
        turn = self._desk.served.turn if self._desk.served else Turn()
        self.cut += turn.asks_confirmation and _bare(self._desk.said) != _bare("".join(said))
        return {
            "text": "".join(said),
            "asked_confirmation": turn.asks_confirmation,
            "asked_question": turn.asks_question,
            "identified": self._desk.identified,
            "handoff": handoff,
            "writes": [
                {
                    "name": write.name,
                    "arguments": dict(write.arguments),
                    "ok": outcome.ok,
                    "result": dict(outcome.result),
                }
                for _, write, outcome in turn.writes
            ],
            "reads": [{"name": name, "arguments": told} for name, told in turn.reads],
        }


def _bare(text: str) -> str:
    return "".join(text.split())


class Overheard(ServiceDesk):
    """A desk that remembers what it served last: the benchmark judges what was done, not only what was said."""

    served: Served | None = None
    said: str = ""
    identified: bool = False

    async def serve(self, conversation_id: str, text: str, lang: Lang, customer_id: str = "") -> Served | None:
        self.served = await super().serve(conversation_id, text, lang, customer_id)
        self.said = self.served.text if self.served else ""
        self.identified = bool((await self.session(conversation_id)).client_id)
        return self.served


@dataclass
class House:
    """What all customers of a run share: an empty catalogue, the guard, the conversations."""

    catalog: Catalog
    guard: Guard
    conversations: Conversations
    loop: asyncio.AbstractEventLoop


def _module(file: Path) -> ModuleType:
    sys.path.insert(0, str(file.parent))
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main(argv: Sequence[str] | None = None) -> int:
    parser = arguments("Play scripted customers against the after-sales service.")
    parser.add_argument("--shops", type=Path, required=True, metavar="DIR")
    parser.add_argument("--tasks", type=Path, nargs="+", required=True, metavar="FILE")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="predictions, JSON lines")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="failed tasks to print with their dialogue")
    args = parser.parse_args(argv)
    driver = _module(args.shops.parent / "driver.py")
    tasks = [json.loads(line) for file in args.tasks for line in file.open(encoding="utf-8")]
    with tempfile.TemporaryDirectory() as data:
        catalog = Catalog.open(KnowledgeSettings(data_dir=Path(data)))
        house = House(catalog, Guard(), Conversations(catalog.store.engine), asyncio.new_event_loop())
        rows = [_play(driver, task, Customer(task, args.shops, house)) for task in tasks]
        house.loop.run_until_complete(house.conversations.close())
        house.loop.close()
        catalog.close()
    args.out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    scorer = args.shops.parent / "score.py"
    if scorer.exists():
        _print_scores(_module(scorer).report, tasks, rows, args.show, args.json)
    return 0


def _play(driver: ModuleType, task: Mapping[str, Any], customer: Customer) -> dict[str, Any]:
    row: dict[str, Any] = driver.run(task, customer)
    return row | {"cut": customer.cut}


def _print_scores(
    score: Callable[..., Any], tasks: list[Any], rows: list[Any], show: int, json_file: Path | None
) -> None:
    result = score(tasks, rows)
    groups: dict[str, list[Any]] = {}
    by_id = {task["id"]: task for task in tasks}
    cut = {row["id"]: row["cut"] for row in rows}
    for one in result["tasks"]:
        task = by_id[one["id"]]
        kind = "templated" if "tasks_train" in task["source"] else "scripted"
        groups.setdefault(f"{task['lang']} {kind}", []).append(one)
        groups.setdefault(f"{task['lang']} {task['expect']}", []).append(one)
        groups.setdefault(f"{task['lang']} all", []).append(one)
    report(
        "ServiceBench",
        [
            {
                "set": name,
                "tasks": len(own),
                "pass": sum(one["pass"] for one in own),
                "pass %": round(100 * sum(one["pass"] for one in own) / len(own), 1),
                "premature": sum(one["premature"] for one in own),
                "illegal": sum("illegal write" in one["reasons"] for one in own),
                "cut": sum(cut[one["id"]] for one in own),
            }
            for name, own in sorted(groups.items())
        ],
        json_file,
    )
    said = {row["id"]: row["replies"] for row in rows}
    for one in [one for one in result["tasks"] if not one["pass"]][:show]:
        task = by_id[one["id"]]
        print(f"\n## {one['id']} {one['reasons']}")
        for line in task["turns"]:
            print("  >", line)
        for line in dict.fromkeys(said[one["id"]]):
            print("  <", line)
        print("  ", json.dumps(one["diff"], ensure_ascii=False)[:900])


if __name__ == "__main__":
    sys.exit(main())

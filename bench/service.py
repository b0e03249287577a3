"""Scripted customers against the service: `python -m bench.service --shops DIR --tasks FILE… --out PREDICTIONS`.

DIR holds a folder for each shop. Each task's customer says its lines and answers what is put to it; what the shop was
told to do is written in the form the benchmark's own `score.py` reads. When that lies beside DIR, its figures are
printed, templated dialogues and scripted ones apart.
"""

import importlib.util
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from assistant.service.flow import Flow, Session
from assistant.service.policy import load_policy
from assistant.service.understand.english import English
from assistant.service.wordings import Words
from bench.report import arguments, report
from bench.service_shops import RetailShop

POLICIES = Path(__file__).parent / "policies"


class Served:
    """One customer's conversation, in the form the benchmark's driver wants."""

    def __init__(self, task: Mapping[str, Any], shops: Path) -> None:
        policy = load_policy(POLICIES / f"{task['shop']}.yaml")
        self._flow = Flow(RetailShop(shops / task["shop"], policy), policy, English(policy.order_number))
        self._words = Words(policy, task["lang"])
        self._session = Session()
        self._task = task["id"]

    def say(self, text: str) -> dict[str, Any]:
        turn = self._flow.turn(text, self._session, self._task)
        return {
            "text": self._words.say(turn.told) or "How can I help you with your orders?",
            "asked_confirmation": turn.asks_confirmation,
            "asked_question": turn.asks_question,
            "identified": bool(self._session.client_id),
            "handoff": turn.handoff,
            "writes": [
                {"name": write.name, "arguments": dict(write.arguments), "ok": outcome.ok}
                for write, outcome in turn.writes
            ],
            "reads": [{"name": name, "arguments": told} for name, told in turn.reads],
        }


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
    rows = [driver.run(task, Served(task, args.shops)) for task in tasks]
    args.out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    scorer = args.shops.parent / "score.py"
    if scorer.exists():
        _print_scores(_module(scorer).report, tasks, rows, args.show, args.json)
    return 0


def _print_scores(
    score: Callable[..., Any], tasks: list[Any], rows: list[Any], show: int, json_file: Path | None
) -> None:
    result = score(tasks, rows)
    groups: dict[str, list[Any]] = {}
    by_id = {task["id"]: task for task in tasks}
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

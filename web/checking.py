"""`zhibo models check`."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from assistant.messages import ModelError
from assistant.models import MODELS, of_entry
from assistant.models.checking import Check, Finding, passes
from assistant.models.openai import OpenAIModel
from assistant.models.router.table import read_table
from assistant.settings import AssistantSettings
from web.commands import print_json
from web.log import configure_logging
from web.settings import Settings
from web.wiring import assistant_settings

MARKS = {"works": "[green]✓[/]", "lacks": "[yellow]–[/]", "fails": "[red]✗[/]"}
PATIENCE_S = 60.0  # for each phase: here slowness is a finding


def run_check(settings: Settings, names: Sequence[str], *, as_json: bool) -> bool:
    """Whether all of them work."""
    configure_logging("error")
    chosen = _servers(assistant_settings(settings), names)
    return asyncio.run(_check(chosen, as_json))


def _servers(told: AssistantSettings, names: Sequence[str]) -> dict[str, tuple[AssistantSettings, bool]]:
    """Each server's own settings and whether it is to call tools, by the name that the table gives it."""
    if told.models_file is not None:
        table = read_table(told.models_file, tuple(MODELS))
        servers = {name: entry for name, entry in table.models.items() if entry.kind == "openai"}
        found = {name: (of_entry(entry, told), "tools" in entry.can) for name, entry in servers.items()}
    else:
        found = {told.model_name or told.model: (told, True)} if told.model == "openai" else {}
    if not found:
        raise ModelError(
            "没有配置模型服务器：设置 ZHIBO_MODEL=openai 和 ZHIBO_MODEL_URL，或 ZHIBO_MODELS_FILE。 "
            "No model server is configured: set ZHIBO_MODEL=openai and ZHIBO_MODEL_URL, or ZHIBO_MODELS_FILE.",
            retryable=False,
        )
    for name in names:
        if name not in found:
            raise ModelError(
                f"没有模型 {name}，有：{'、'.join(found)}。 There is no model {name}; there are {', '.join(found)}.",
                retryable=False,
            )
    return {name: one for name, one in found.items() if not names or name in names}


async def _check(chosen: Mapping[str, tuple[AssistantSettings, bool]], as_json: bool) -> bool:
    console = Console(highlight=False)
    all_pass, reports = True, []
    for name, (told, tools) in chosen.items():
        if not as_json:
            console.print(f"\n[bold]{name}[/]  {told.model_url}")
        found: list[Finding] = []
        async for finding in Check(_patient(told), tools=tools).findings():
            found.append(finding)
            if not as_json:
                _show(console, finding)
        all_pass &= passes(found)
        reports.append({"name": name, "url": told.model_url, "findings": [_json(one) for one in found]})
    if as_json:
        print_json({"works": all_pass, "servers": reports})
    return all_pass


def _patient(told: AssistantSettings) -> OpenAIModel:
    model = OpenAIModel(
        told.model_url, model=told.model_name, api_key=told.model_key, connect_s=5.0, first_token_s=PATIENCE_S,
        answer_s=2 * PATIENCE_S, temperature=0.0, retries=0, context_tokens=told.context_tokens,
    )  # fmt: skip
    return model


def _show(console: Console, finding: Finding) -> None:
    console.print(MARKS[finding.state], end=" ")
    found = finding.found.zh if finding.found.zh == finding.found.en else f"{finding.found.zh} · {finding.found.en}"
    console.print(f"{finding.what.zh} {finding.what.en}: {found}", markup=False)
    if finding.then:
        console.print(f"    → {finding.then.zh}。{finding.then.en}.", style="yellow", markup=False)


def _json(finding: Finding) -> dict[str, Any]:
    shown = {
        part: {"zh": text.zh, "en": text.en} for part in ("what", "found", "then") if (text := getattr(finding, part))
    }
    return {"state": finding.state, **shown}

"""`zhibo staff` and `zhibo link`: people and programs that may sign in, from the command line."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from knowledge.store import Store
from web.audit import Audit
from web.auth import Auth
from web.settings import Settings
from web.wiring import knowledge_settings

BY = "zhibo"  # whoever has the command line


@contextmanager
def opened(settings: Settings) -> Iterator[tuple[Auth, Audit]]:
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = Store(knowledge_settings(settings).url)
    try:
        store.migrate()
        yield Auth(settings.data, store), Audit(store)
    finally:
        store.close()


def show_people(settings: Settings, *, as_json: bool) -> None:
    with opened(settings) as (auth, _):
        people = auth.accounts.people()
    if as_json:
        sys.stdout.write(
            json.dumps([asdict(each) for each in people], ensure_ascii=False, indent=2, default=str) + "\n"
        )
        return
    table = Table("名字 name", "角色 role", "密码 password", "两步验证 TOTP", "上次登录 last", box=None, pad_edge=False)
    for each in people:
        last = f"{each.signed_in:%Y-%m-%d %H:%M} UTC" if each.signed_in else "—"
        role = f"{each.role} (停用 disabled)" if each.disabled else each.role
        table.add_row(each.name, role, "✓" if each.has_password else "—", "✓" if each.totp else "—", last)
    Console().print(table)


def add_person(settings: Settings, name: str, role: str) -> None:
    with opened(settings) as (auth, audit):
        added = auth.accounts.add(name, role)  # type: ignore[arg-type]  # it is checked there
        audit.record(BY, "person add", added.name)
        _print_link(settings, auth.accounts.new_link(added.id), added.name)


def change_role(settings: Settings, name: str, role: str) -> None:
    with opened(settings) as (auth, audit):
        changed = auth.accounts.set_role(name, role)  # type: ignore[arg-type]  # it is checked there
        audit.record(BY, "person role", f"{changed.name} {changed.role}")
    Console().print(f"{changed.name}: {changed.role}")


def reset_person(settings: Settings, name: str) -> None:
    with opened(settings) as (auth, audit):
        link = auth.accounts.reset(name)
        audit.record(BY, "person reset", name)
        _print_link(settings, link, name)


def remove_person(settings: Settings, name: str) -> None:
    with opened(settings) as (auth, audit):
        removed = auth.accounts.remove(name)
        audit.record(BY, "person remove", removed.name)
    Console().print(f"已删除 Removed: {removed.name}")


def keep_out(settings: Settings, name: str, *, disabled: bool) -> None:
    with opened(settings) as (auth, audit):
        changed = auth.accounts.set_disabled(name, disabled)
        audit.record(BY, "person disable" if disabled else "person enable", changed.name)
    Console().print(f"{'已停用 Disabled' if disabled else '已启用 Enabled'}: {changed.name}")


def print_link(settings: Settings, name: str, role: str | None) -> None:
    """For somebody who is there or, as an agent unless told otherwise, anew."""
    with opened(settings) as (auth, audit):
        person = auth.accounts.find_or_add(name, role)  # type: ignore[arg-type]  # it is checked there
        audit.record(BY, "person link", person.name)
        _print_link(settings, auth.accounts.new_link(person.id), person.name)


def make_token(settings: Settings, name: str, scopes: list[str], days: int | None) -> None:
    with opened(settings) as (auth, audit):
        made, secret = auth.tokens.create(name, scopes, BY, days)
        audit.record(BY, "token add", made.name)
    console = Console()
    console.print(secret, soft_wrap=True, highlight=False)
    console.print(f"[dim]{made.name} · {', '.join(made.scopes)} · 只显示这一次。Shown this once.[/]")


def revoke_token(settings: Settings, name: str) -> None:
    with opened(settings) as (auth, audit):
        revoked = auth.tokens.revoke(name)
        audit.record(BY, "token revoke", revoked.name)
    Console().print(f"已收回 Revoked: {revoked.name}")


def _print_link(settings: Settings, token: str, name: str) -> None:
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    console = Console()
    console.print(f"{base}/signin#{token}", soft_wrap=True, highlight=False)
    console.print(f"[dim]{name} · 一次有效，24 小时内使用。Works once, within 24 hours.[/]")

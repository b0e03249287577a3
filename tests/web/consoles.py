"""The console's parts over a real shop, without a browser."""

import warnings
from types import SimpleNamespace
from typing import Any

from starlette.requests import Request

from knowledge.model import Lang
from tests.web.conftest import Site
from web.auth import HOST_COOKIE
from web.roles import Role


def asks(site: Site, name: str = "小王", role: Role = "owner") -> Any:
    """What Gradio tells a handler about whoever pressed the button."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import gradio as gr
    accounts = site.services.auth.accounts
    cookie = f"{HOST_COOKIE}={accounts.begin(accounts.find_or_add(name, role).id)}"
    scope = {
        "type": "http",
        "headers": [(b"cookie", cookie.encode()), (b"host", b"shop.example")],
        "client": ("192.0.2.7", 5),
    }
    return gr.Request(request=Request({**scope, "scheme": "https", "path": "/", "query_string": b"", "server": None}))


def page_of(site: Site, lang: Lang = "zh") -> Any:
    """What a tab is given; no tab is built, so there is no page around it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Gradio's dependencies say about each other
        from web.console.page import Page
        from web.console.say import Say
    running: Any = SimpleNamespace(services=site.services)
    blocks: Any = None
    return Page(running, Say(lang), blocks)

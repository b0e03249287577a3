"""The console's parts over a real shop, without a browser."""

import warnings
from types import SimpleNamespace
from typing import Any

from knowledge.model import Lang
from tests.web.conftest import Site


def page_of(site: Site, lang: Lang = "zh") -> Any:
    """What a tab is given; no tab is built, so there is no page around it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Gradio's dependencies say about each other
        from web.console.page import Page
        from web.console.say import Say
    running: Any = SimpleNamespace(services=site.services)
    blocks: Any = None
    return Page(running, Say(lang), blocks)

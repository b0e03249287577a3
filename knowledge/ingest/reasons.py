"""Reasons in Chinese. They are written in English where they arise; the data file has each sentence in Chinese."""

import re
from functools import cache

import yaml

from knowledge.ingest.values import data_file


def in_chinese(reason: str) -> str:
    """A reason or remark in Chinese; empty when the data file does not know it."""
    for expression, chinese in _sentences():
        if found := expression.fullmatch(reason):
            return re.sub(r"\\(\d)", lambda group: _piece(found[int(group[1])] or ""), chinese)
    return ""


def _piece(text: str) -> str:
    return in_chinese(text) or text


@cache
def _sentences() -> list[tuple[re.Pattern[str], str]]:
    rows = yaml.safe_load(data_file("reasons.yaml"))["rows"]
    return [(re.compile(expression, re.S), chinese) for expression, chinese in rows]

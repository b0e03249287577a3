"""Pieces of HTML that several tabs share. Everything that came from outside is escaped."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from assistant.guard.verdict import Verdict
from web.console.say import Say
from web.present import verdict_json


def head(say: Say, name: str) -> str:
    other = '<a href="../en/" lang="en">English</a>' if say.lang == "zh" else '<a href="../zh/" lang="zh">中文</a>'
    return (
        f'<header class="zb-head"><h1>{say("智播控制台", "Zhibo console")}</h1><h2>{escape(name)}</h2>'
        f'<nav><a href="/" target="_blank">{say("店铺", "Shop")} ↗</a>'
        f'<a href="/inbox" target="_blank">{say("客服台", "Inbox")} ↗</a>{other}</nav></header>'
    )


def note(text: str, kind: str = "bad") -> str:
    return f'<p class="zb-note {kind}" role="status">{escape(text)}</p>'


def empty(text: str) -> str:
    """What stands where there is nothing yet, and how to get something."""
    return f'<div class="zb zb-empty"><p>{escape(text)}</p></div>'


def chips(figures: Mapping[str, object]) -> str:
    items = (f"<li><b>{escape(_figure(value))}</b>{escape(name)}</li>" for name, value in figures.items())
    return f'<ul class="zb-chips">{"".join(items)}</ul>'


def _figure(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[int] = ()) -> str:
    """Cells are HTML; `numbers` are the columns that stand to the right."""

    def cell(tag: str, place: int, inner: str) -> str:
        kind = ' class="num"' if place in numbers else ""
        return f"<{tag}{kind}>{inner}</{tag}>"

    top = "".join(cell("th" if title else "td", place, escape(title)) for place, title in enumerate(heads))
    lines = "".join(f"<tr>{''.join(cell('td', place, each) for place, each in enumerate(row))}</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table>"


def card(title: str, inner: str, more: str = "") -> str:
    return f'<section class="zb zb-card"><h3>{escape(title)}{more}</h3>{inner}</section>'


# What the guard says of a sentence


def sentence(say: Say, verdict: Mapping[str, Any]) -> str:
    """One sentence with its label; what the guard took out is struck through, what it put in stands after it."""
    original, at, marked = verdict["original"], 0, ""
    wrong = [span for span in verdict["spans"] if span["label"] != "ok"]
    for span in sorted(wrong, key=lambda span: span["start"]):
        if span["start"] < at:
            continue
        instead = f"<ins>{escape(span['replacement'])}</ins>" if span["replacement"] else ""
        marked += f"{escape(original[at : span['start']])}<del>{escape(original[span['start'] : span['end']])}</del>"
        marked += instead
        at = span["end"]
    reasons = [span["reason"] + (f" · {span['rule']}" if span["rule"] else "") for span in wrong]
    return labelled(say, verdict["label"], marked + escape(original[at:]), reasons)


def labelled(say: Say, label: str, inner: str, reasons: Sequence[str]) -> str:
    why = "".join(f"<small>{escape(reason)}</small>" for reason in dict.fromkeys(reasons))
    return f'<div class="sentence {label}"><span class="label">{say.label(label)}</span><div>{inner}{why}</div></div>'


def marks(say: Say, verdicts: Sequence[Verdict], title: str) -> str:
    """A text a person wrote, with the guard's marks."""
    lines = "".join(sentence(say, verdict_json(verdict)) for verdict in verdicts)
    return f'<div class="zb zb-evidence"><p class="hint">{escape(title)}</p>{lines}</div>'


def said(say: Say, verdict: Mapping[str, Any]) -> str:
    """What a room will say of a line that a person wrote."""
    text = escape(verdict["text"] or say("（不说）", "(not said)"))
    return f'<div class="zb zb-evidence">{labelled(say, verdict["label"], text, verdict.get("reasons", ()))}</div>'

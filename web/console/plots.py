"""Plots as inline SVG: they follow the page's colours, dark or light, need no script and read as a table."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT = 400, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 30, 4, 10, 24
_X_LABELS = 7


@dataclass(frozen=True, slots=True)
class Bar:
    """One day or one thing: `label` below or beside it, `value`, and how the value is written."""

    label: str
    value: float
    shown: str = ""


def columns(title: str, bars: Sequence[Bar], *, unit: str = "") -> str:
    """Upright bars over time with a scale."""
    top = _ceiling(max((bar.value for bar in bars), default=0))
    across, up = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    step = across / max(1, len(bars))
    parts = [f'<svg class="zb-plot" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}">']
    for part in range(3):
        y, value = _TOP + up * part / 2, top * (2 - part) / 2
        parts.append(f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="scale" x="{_LEFT - 6}" y="{y + 4:.1f}">{_short(value)}</text>')
    every = math.ceil(len(bars) / _X_LABELS) or 1
    for place, bar in enumerate(bars):
        x, tall = _LEFT + step * place, up * bar.value / top
        width = max(1.0, min(step * 0.72, 34.0))
        left = x + (step - width) / 2
        shown = bar.shown or f"{_short(bar.value)}{unit}"
        parts.append(
            f'<rect x="{left:.1f}" y="{_TOP + up - tall:.1f}" width="{width:.1f}" height="{tall:.1f}" rx="2">'
            f"<title>{escape(bar.label)}: {escape(shown)}</title></rect>"
        )
        if (len(bars) - 1 - place) % every == 0:
            parts.append(f'<text x="{x + step / 2:.1f}" y="{_HEIGHT - 8}">{escape(bar.label)}</text>')
    return "".join(parts) + "</svg>"


def rows(bars: Sequence[Bar]) -> str:
    """Lying bars, one a line, each with its name and value in words."""
    most = max((bar.value for bar in bars), default=0) or 1
    lines = "".join(
        f'<li><span>{escape(bar.label)}</span><i style="--part:{bar.value / most:.3f}"></i>'
        f"<b>{escape(bar.shown or _short(bar.value))}</b></li>"
        for bar in bars
    )
    return f'<ul class="zb-bars">{lines}</ul>'


def _ceiling(value: float) -> float:
    """A round number at or above `value` whose half is written shortly."""
    if value <= 2:
        return 2
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 6, 8, 10) if step * power >= value)


def _short(value: float) -> str:
    return f"{value:g}" if value < 10_000 else f"{value / 1000:g}k"

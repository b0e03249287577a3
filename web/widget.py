"""`/widget.js`: the modules of `static/widget/` as one classic script, so that a page needs one tag and nothing else.

The modules stay plain ES modules that an editor understands. To join them, their imports and the word `export` go,
and with them comments, indentation and spaces, which are for us and not for every shopper's phone.
"""

import re
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parent / "static" / "widget"
# Each stands after what it uses.
MODULES = (
    "base", "words", "words_tw", "style", "icons", "tools", "language", "colours", "pictures", "text", "line", "outbox",
    "parts", "forms", "speech", "conversation", "composer", "scroll", "unread", "dialogs", "panel", "element",
    "start",
)  # fmt: skip
BANNER = "/* Zhibo chat widget. Readable sources: web/static/widget/ */"
_IMPORT = re.compile(r'^import\b[^;]*? from "[^"]+";\n|^import "[^"]+";\n', re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*(?:(?!\*/).)*\*/[ \t]*)\n", re.MULTILINE | re.DOTALL)
_TRAILING = re.compile(r"(?<=[;,{}]) +// [^\n]*$", re.MULTILINE)
_BLANK = re.compile(r"^[ \t]+|\n(?=\n)", re.MULTILINE)
_STRING = re.compile(r'("(?:[^"\\]|\\.)*")')
_SPACED = re.compile(r" ?([=?:,<>{}()|&!;]) ?")
_JOINED = re.compile(r"(?<=[;{,])\n|\n(?=\})")


@cache
def script() -> bytes:
    """The whole widget; read once in the life of a server."""
    source = "\n".join(_bare((SOURCE / f"{name}.js").read_text(encoding="utf-8")) for name in MODULES)
    # A page may carry the tag twice: the second time it does nothing.
    guard = 'if (customElements.get("zhibo-chat")) return;'
    return f'{BANNER}\n(() => {{\n"use strict";\n{guard}\n{source}}})();\n'.encode()


def _bare(source: str) -> str:
    source = _IMPORT.sub("", source)
    source = re.sub(r"^export ", "", source, flags=re.MULTILINE)
    return _tight(_BLANK.sub("", _TRAILING.sub("", _COMMENT.sub("", source))).strip()) + "\n"


def _tight(source: str) -> str:
    """Without the spaces and line ends that mean nothing. A line where that isn't plain to see stays as it is."""
    lines, template = [], False
    for line in source.split("\n"):
        parts = _STRING.split(line)  # every other one is a string
        plain = not template and not re.search(r"[`'/]", "".join(parts[::2]))
        lines.append("".join(_SPACED.sub(r"\1", part) if plain and not i % 2 else part for i, part in enumerate(parts)))
        template ^= line.count("`") % 2 == 1
    return _JOINED.sub("", "\n".join(lines))

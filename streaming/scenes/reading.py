"""YAML with its lines: a mistake in somebody's file is told in one sentence, with the place and what to do."""

import math
import re
from collections.abc import Sequence
from pathlib import Path

import yaml

from streaming.lettering import Colour

_COLOUR = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")
LONGEST = 200_000  # characters of a file


class TemplateError(ValueError):
    """A template cannot be used; the message names file and line and says what to do."""


class Group:
    """One mapping of a file. Every `take_…` marks its name as known; `done` refuses what is left."""

    def __init__(self, file: Path, node: yaml.MappingNode) -> None:
        self._file, self._node = file, node
        self._left: dict[str, yaml.Node] = {}
        for name, value in node.value:
            if not isinstance(name, yaml.ScalarNode):
                raise self.wrong(name, "a name is missing before the colon")
            if name.value in self._left:
                raise self.wrong(name, f"{name.value!r} stands here twice; keep one")
            self._left[name.value] = value
        self._known: list[str] = []

    @classmethod
    def read(cls, file: Path) -> "Group":
        """Raises TemplateError when the file cannot be read or is no YAML mapping."""
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise TemplateError(f"{file} cannot be read; save it as UTF-8 text ({type(error).__name__})") from None
        if len(text) > LONGEST:
            raise TemplateError(f"{file} is longer than {LONGEST} characters; a template is a short file")
        try:
            root = yaml.compose(text, Loader=yaml.CSafeLoader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise TemplateError(f"{file}, line {line}: {error.problem}; correct the YAML there") from None
        except yaml.YAMLError:
            raise TemplateError(f"{file} is not YAML text; write it as in the templates that come along") from None
        if not isinstance(root, yaml.MappingNode):
            raise TemplateError(f"{file}, line 1: a template is names with values, as in  title: …")
        return cls(file, root)

    def wrong(self, node: yaml.Node, what: str) -> TemplateError:
        return TemplateError(f"{self._file}, line {node.start_mark.line + 1}: {what}")

    def refused(self, what: str) -> TemplateError:
        """A mistake of the group as a whole."""
        return self.wrong(self._node, what)

    def has(self, name: str) -> bool:
        return name in self._left

    def group(self, name: str) -> "Group | None":
        node = self._take(name)
        if node is None:
            return None
        if not isinstance(node, yaml.MappingNode):
            raise self.wrong(
                node, f"{name} has names with values below it, such as those in the templates that come along"
            )
        return Group(self._file, node)

    def text(self, name: str, default: str | None = None, *, choices: Sequence[str] = ()) -> str:
        node = self._take(name)
        if node is None:
            if default is None:
                raise self.refused(f"{name} is missing; add it")
            return default
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            raise self.wrong(node, f"{name} is one word or a short text")
        if choices and node.value not in choices:
            raise self.wrong(node, f"{name} is {node.value!r}; choose {', '.join(choices)}")
        return str(node.value).strip()[:200]

    def number(self, name: str, default: float | None, low: float, high: float) -> float | None:
        node = self._take(name)
        if node is None:
            return default
        try:
            value = float(node.value) if isinstance(node, yaml.ScalarNode) else math.nan
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise self.wrong(node, f"{name} is a number from {low:g} to {high:g}")
        return value

    def colour(self, name: str, default: Colour | None = None) -> Colour:
        node = self._take(name)
        if node is None:
            if default is None:
                raise self.refused(f'{name} is missing; add a colour like "#c8402c"')
            return default
        return self._colour(name, node)

    def colours(self, name: str, default: tuple[Colour, Colour] | None = None) -> tuple[Colour, Colour]:
        """Two colours that run into each other."""
        node = self._take(name)
        if node is None:
            if default is None:
                raise self.refused(f'{name} is missing; add two colours like ["#ff5c60", "#e22454"]')
            return default
        if not isinstance(node, yaml.SequenceNode) or len(node.value) != 2:
            raise self.wrong(node, f'{name} is two colours like ["#ff5c60", "#e22454"]')
        return self._colour(name, node.value[0]), self._colour(name, node.value[1])

    def picture(self, name: str, kinds: Sequence[str]) -> Path | None:
        """A file beside the template."""
        node = self._take(name)
        if node is None:
            return None
        given = node.value if isinstance(node, yaml.ScalarNode) else ""
        folder = self._file.parent.resolve()
        path = (folder / given).resolve()
        if not given or not path.is_relative_to(folder) or not path.is_file():
            raise self.wrong(
                node, f"{name} names {given!r}, which does not lie beside this file; put the picture there"
            )
        if path.suffix.lower() not in kinds:
            raise self.wrong(node, f"{name} is a picture of the kind {', '.join(kinds)}")
        return path

    def done(self) -> None:
        for name, node in self._left.items():
            raise self.wrong(node, f"there is no {name!r} here; there are {', '.join(self._known)}")

    def _take(self, name: str) -> yaml.Node | None:
        self._known.append(name)
        return self._left.pop(name, None)

    def _colour(self, name: str, node: yaml.Node) -> Colour:
        found = _COLOUR.fullmatch(node.value) if isinstance(node, yaml.ScalarNode) else None
        if found is None:
            raise self.wrong(node, f'{name} is a colour like "#c8402c", in quotes')
        red, green, blue = (int(part, 16) for part in found.groups())
        return red, green, blue

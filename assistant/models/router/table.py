"""The table of models and rules, as its file says it."""

import os
from collections.abc import Collection, Hashable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from assistant.models.usage import Price
from knowledge.model import Lang

Scene = Literal["chat", "live", "script", "translate", "look"]
Can = Literal["tools", "vision"]
LAST = "grounded"  # answers when nobody else does; in every table, listed or not


class TableError(Exception):
    """One sentence in both languages: what is wrong, in which file and line."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path.name} 第 {line} 行有误，请改正 / {path.name}, line {line}: {problem}")
        self.line = line


def _many(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_many)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Cost(_Part):
    """Money for a million tokens."""

    tokens_in: float = Field(default=0.0, ge=0)
    tokens_out: float = Field(default=0.0, ge=0)
    cached: float | None = Field(default=None, ge=0)

    def price(self) -> Price:
        return Price(self.tokens_in, self.tokens_out, self.cached)


class Entry(_Part):
    """One model. Times in seconds; None: as the settings have it."""

    kind: str = "openai"  # a name in assistant.models.MODELS
    url: str = ""
    model: str = ""
    key_env: str = ""
    key_file: Path | None = None
    can: tuple[Can, ...] = ("tools",)
    languages: tuple[Lang, ...] = ()  # empty: all
    context: int = Field(default=0, ge=0)
    max_tokens: int | None = Field(default=None, ge=1)
    temperature: float | None = Field(default=None, ge=0, le=2)
    first_token_s: float | None = Field(default=None, gt=0)
    between_s: float | None = Field(default=None, gt=0)
    answer_s: float | None = Field(default=None, gt=0)
    retries: int | None = Field(default=None, ge=0, le=5)
    priority: int = 0  # lower ones are asked first where no rule says whom
    price: Cost = Cost()
    per_day: float | None = Field(default=None, ge=0)  # what it may cost in a day

    def key(self) -> str:
        """Its API key, from where the file says it lies. ValueError when it isn't there."""
        if self.key_env:
            if self.key_env not in os.environ:
                raise ValueError(f"the environment variable {self.key_env} is not set")
            return os.environ[self.key_env]
        if self.key_file is not None:
            try:
                return self.key_file.read_text(encoding="utf-8").strip()
            except OSError as error:
                raise ValueError(f"cannot read {self.key_file} ({error.strerror})") from error
        return ""


class When(_Part):
    """All that is said must hold; each holds when one of its values does."""

    scene: Annotated[tuple[Scene, ...], BeforeValidator(_many)] = ()
    lang: Annotated[tuple[Lang, ...], BeforeValidator(_many)] = ()
    shop: Names = ()
    level: Names = ()  # of a signed-in customer
    category: Names = ()  # of the product page; a part of its name will do
    words: Names = ()  # in the newest question or the one before


class Shadow(_Part):
    model: str
    percent: float = Field(default=100, gt=0, le=100)


class Rule(_Part):
    when: When = When()
    use: Names = ()  # in this order
    split: Mapping[str, float] = {}  # who is asked first: parts of the conversations, each of which keeps to one
    hedge_ms: int = Field(default=0, ge=0)  # ask the next one too after so long without a word; 0: never
    shadow: Shadow | None = None  # asked as well, for comparison; nobody hears it


class Budget(_Part):
    per_day: float = Field(ge=0)
    then: Names = (LAST,)  # who answers when it is spent


class Table(_Part):
    models: Mapping[str, Entry] = Field(min_length=1)
    rules: tuple[Rule, ...] = ()
    default: Rule = Rule()
    budget: Budget | None = None

    def order(self) -> tuple[str, ...]:
        """Every model, those first that the table prefers."""

        def rank(name: str) -> tuple[int, float, str]:
            entry = self.models[name]
            return entry.priority, entry.price.tokens_in + entry.price.tokens_out, name

        return tuple(sorted(self.models, key=rank))


def read_table(path: Path, kinds: Collection[str]) -> Table:
    """The file's table; `kinds`: names of the back-ends there are. TableError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(path, 1, f"it cannot be read: {getattr(error, 'strerror', None) or 'no UTF-8'}.") from error
    lines: dict[tuple[Hashable, ...], int] = {}
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is not None:
            _place(node, (), lines)
        told = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise TableError(path, mark.line + 1 if mark else 1, f"this is not YAML: {error.problem}.") from error
    except yaml.YAMLError as error:
        raise TableError(path, 1, "this is not YAML.") from error

    def wrong(at: tuple[Hashable, ...], problem: str) -> TableError:
        while at and at not in lines:
            at = at[:-1]
        return TableError(path, lines.get(at, 1), problem)

    try:
        table = Table.model_validate(told if isinstance(told, dict) else {})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the table"
        raise wrong(tuple(first["loc"]), f"{place}: {first['msg'][:1].lower()}{first['msg'][1:]}.") from None
    _check(table, kinds, wrong)
    return table


def _check(table: Table, kinds: Collection[str], wrong: Any) -> None:
    known = {*table.models, LAST}
    for name, entry in table.models.items():
        at = ("models", name)
        if entry.kind not in kinds:
            raise wrong((*at, "kind"), f"{entry.kind!r} is no kind of model; there are {', '.join(sorted(kinds))}.")
        if entry.kind == "openai" and not entry.url.startswith(("http://", "https://")):
            raise wrong((*at, "url"), f"{name} needs url, which begins with http:// or https://.")
        try:
            entry.key()
        except ValueError as error:
            raise wrong(at, f"{name}: {error}.") from error
    places: list[tuple[tuple[Hashable, ...], Rule]] = [(("rules", n), rule) for n, rule in enumerate(table.rules)]
    for place, rule in [*places, (("default",), table.default)]:
        named = {"use": rule.use, "split": tuple(rule.split), "shadow": (rule.shadow.model,) if rule.shadow else ()}
        for part, names in named.items():
            for name in names:
                if name not in known:
                    raise wrong((*place, part), f"no model is called {name!r}; there are {', '.join(sorted(known))}.")
        if place[0] == "rules" and not rule.use and not rule.split:
            raise wrong(place, "a rule needs use or split: the names of models.")
    for name in table.budget.then if table.budget else ():
        if name not in known:
            raise wrong(("budget", "then"), f"no model is called {name!r}; there are {', '.join(sorted(known))}.")


def _place(node: yaml.Node, at: tuple[Hashable, ...], lines: dict[tuple[Hashable, ...], int]) -> None:
    """Where each part of the file stands."""
    lines.setdefault(at, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*at, key.value)
            lines[inner] = key.start_mark.line + 1
            _place(value, inner, lines)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            _place(value, (*at, number), lines)

"""What of reminders is on: as the server was told, and as the console has set it since."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, cast, get_args

from assistant.proactive.rules import Kind
from assistant.queue import Hours, parse_week

Mode = Literal["off", "asked", "on"]


@dataclass(frozen=True, slots=True)
class Switches:
    """`mode`: "asked" reminds those who have asked; "on" everybody whom the shop knows, of their own orders, until they
    say stop, and of offers only those who have asked. `quiet`: when nothing is sent; `off`: kinds that are not."""

    mode: Mode
    quiet: Hours
    off: frozenset[Kind] = frozenset()

    def changed(self, values: Mapping[str, str]) -> "Switches":
        """With what was set: "mode", "quiet" (a span of the day like 21:00-09:00, or nothing), "off" (kinds).
        ValueError says what can't be read."""
        mode, kinds = values.get("mode", self.mode), values.get("off", "").split()
        if mode not in get_args(Mode):
            raise ValueError(f"{mode!r} is none of {', '.join(get_args(Mode))}")
        if unknown := set(kinds) - set(get_args(Kind)):
            raise ValueError(f"{sorted(unknown)} are no kinds of reminders")
        quiet = self.quiet
        if "quiet" in values:
            night = values["quiet"].strip()
            quiet = replace(quiet, week=parse_week(f"mon-sun {night}" if night else ""))
        return Switches(cast(Mode, mode), quiet, frozenset(cast(list[Kind], kinds)))

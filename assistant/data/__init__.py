"""Vocabulary and wording as YAML files that a merchant can edit."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml


@cache
def load(name: str) -> Any:
    """The parsed file `name` of this folder; read once."""
    return yaml.load((Path(__file__).parent / name).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)

"""The embedded model: a real `Model` without weights. It reads the conversation and the tools, calls them, and speaks
from what they return. Whoever it is asked by, the loop, the tools, the guard and the records are the same."""

from assistant.models.grounded.model import GroundedModel

__all__ = ["GroundedModel"]

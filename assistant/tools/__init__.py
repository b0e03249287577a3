"""What a model may do: look things up, compare, ask the shopper, call a person. A table of small typed tools."""

from assistant.tools.base import Tool, ToolContext, ToolResult
from assistant.tools.table import TOOLS, specs

__all__ = ["TOOLS", "Tool", "ToolContext", "ToolResult", "specs"]

"""Several models behind one: a table in a file says who answers what, and may change while shoppers are talking."""

from assistant.models.router.router import Router
from assistant.models.router.table import Table, TableError

__all__ = ["Router", "Table", "TableError"]

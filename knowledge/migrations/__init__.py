"""The database's history, one script a step. See `python -m knowledge.migrations --help`."""

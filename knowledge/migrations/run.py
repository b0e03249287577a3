"""Bring a database up to date, compare it with the tables in code, write the next step."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import alembic.command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from knowledge.store import metadata

if TYPE_CHECKING:
    from knowledge.store import Store

HERE = Path(__file__).parent


def upgrade(store: "Store") -> None:
    """Run the steps the database lacks, all in one transaction; a second process waits and then has nothing to do."""
    head = ScriptDirectory(str(HERE)).get_current_head()
    with store.read() as connection:
        if _revision(connection) == head:
            return
    with store.write() as connection:
        if _revision(connection) != head:
            alembic.command.upgrade(_config(connection), "head")


def differences(store: "Store") -> list[Any]:
    """What the tables in code have and the database has not, or the reverse; empty when they agree."""
    with store.read() as connection:
        return list(compare_metadata(_context(connection), metadata))


def write_step(store: "Store", message: str, *, first: bool = False) -> Path:
    """Write the script that leads from `store`'s database to the tables in code; `first` starts the history anew, for
    which `store` must be an empty database. Only tables whose modules were imported are seen."""
    with store.write() as connection:
        script = alembic.command.revision(
            _config(connection), message, autogenerate=True, rev_id=_next_id(first), head="base" if first else "head"
        )
    assert script is not None and not isinstance(script, list)
    return Path(script.path)


def _next_id(first: bool) -> str:
    known = [script.revision for script in ScriptDirectory(str(HERE)).walk_revisions()]
    return "0001" if first else f"{max((int(revision) for revision in known), default=0) + 1:04d}"


def _revision(connection: Connection) -> str | None:
    return _context(connection).get_current_revision()


def _context(connection: Connection) -> MigrationContext:
    return MigrationContext.configure(connection)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config

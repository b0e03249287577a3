"""Alembic calls this for every command; the connection comes from `knowledge.migrations.run`."""

from alembic import context

from knowledge.store import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter most columns in place
    compare_type=True,
)
context.run_migrations()

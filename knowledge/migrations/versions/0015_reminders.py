"""Messages that the shop sends of its own accord: who wants them, who waits for what, what was told."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLES = ("reminder_choices", "stock_watches", "reminders")


def upgrade() -> None:
    op.create_table(
        "reminder_choices",
        sa.Column("who", sa.String(length=100), nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("who", name=op.f("pk_reminder_choices")),
    )
    op.create_table(
        "stock_watches",
        sa.Column("who", sa.String(length=100), nullable=False),
        sa.Column("product_id", sa.String(length=200), nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("who", "product_id", name=op.f("pk_stock_watches")),
    )
    op.create_table(
        "reminders",
        sa.Column("who", sa.String(length=100), nullable=False),
        sa.Column("event", sa.String(length=300), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("who", "event", name=op.f("pk_reminders")),
    )
    for table in TABLES:
        op.create_index(op.f(f"ix_{table}_conversation_id"), table, ["conversation_id"])


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)

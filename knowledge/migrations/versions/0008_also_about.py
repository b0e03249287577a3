"""The other products that a checked sentence touches."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "also_about",
        sa.Column("message_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("product_id", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("message_id", "position", "product_id", name=op.f("pk_also_about")),
    )


def downgrade() -> None:
    op.drop_table("also_about")

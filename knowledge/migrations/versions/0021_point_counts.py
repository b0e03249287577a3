"""Which selling points were told, asked about, clicked and bought after."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "point_counts",
        sa.Column("product_id", sa.String(length=200), nullable=False),
        sa.Column("point", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("clicked", sa.Integer(), nullable=False),
        sa.Column("bought", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("product_id", "point", "day", name=op.f("pk_point_counts")),
    )


def downgrade() -> None:
    op.drop_table("point_counts")

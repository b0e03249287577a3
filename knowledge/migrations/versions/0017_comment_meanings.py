"""What a comment is and is about; a room's whole run sheet."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_TEXTS = (("kind", 8, "text"), ("lang", 2, ""), ("intent", 16, ""), ("product_id", 200, ""))


def upgrade() -> None:
    for name, length, default in _TEXTS:
        op.add_column("comments", sa.Column(name, sa.String(length=length), nullable=False, server_default=default))
    op.add_column("runsheets", sa.Column("plan", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("runsheets", "plan")
    for name, _, _ in reversed(_TEXTS):
        op.drop_column("comments", name)

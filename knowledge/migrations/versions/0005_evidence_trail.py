"""What the claims report asks of every verdict: channel, model, product, rule, whether it changed the sentence."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_MESSAGES = sa.table("messages", *map(sa.column, ("id", "model")), sa.column("product_ids", sa.JSON))
_CONVERSATIONS = sa.table("conversations", *map(sa.column, ("id", "channel")))
_VERDICTS = sa.table(
    "verdicts",
    *map(sa.column, ("conversation_id", "message_id", "text", "original", "channel", "model", "product_id", "rule")),
    sa.column("changed", sa.Boolean),
    sa.column("spans", sa.JSON),
)
_UTTERANCES = sa.table(
    "utterances",
    *map(sa.column, ("text", "original", "rule")),
    sa.column("changed", sa.Boolean),
    sa.column("spans", sa.JSON),
)


def upgrade() -> None:
    with op.batch_alter_table("verdicts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("channel", sa.String(length=8), nullable=False, server_default="chat"))
        batch_op.add_column(sa.Column("model", sa.String(length=80), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("product_id", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("rule", sa.String(length=40), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("changed", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("remarks", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.create_index(batch_op.f("ix_verdicts_at"), ["at"], unique=False)
    with op.batch_alter_table("utterances", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rule", sa.String(length=40), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("changed", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("remarks", sa.JSON(), nullable=False, server_default="[]"))
    message = _MESSAGES.c.id == _VERDICTS.c.message_id
    conversation = _CONVERSATIONS.c.id == _VERDICTS.c.conversation_id
    first = _MESSAGES.c.product_ids[0].as_string()
    op.execute(
        _VERDICTS.update().values(
            changed=_VERDICTS.c.text != _VERDICTS.c.original,
            rule=sa.func.coalesce(_VERDICTS.c.spans[0]["rule"].as_string(), ""),
            model=sa.func.coalesce(sa.select(_MESSAGES.c.model).where(message).scalar_subquery(), ""),
            product_id=sa.func.coalesce(sa.select(first).where(message).scalar_subquery(), ""),
            channel=sa.func.coalesce(sa.select(_CONVERSATIONS.c.channel).where(conversation).scalar_subquery(), "chat"),
        )
    )
    op.execute(
        _UTTERANCES.update().values(
            changed=_UTTERANCES.c.text != _UTTERANCES.c.original,
            rule=sa.func.coalesce(_UTTERANCES.c.spans[0]["rule"].as_string(), ""),
        )
    )


def downgrade() -> None:
    with op.batch_alter_table("utterances", schema=None) as batch_op:
        for name in ("remarks", "changed", "rule"):
            batch_op.drop_column(name)
    with op.batch_alter_table("verdicts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_verdicts_at"))
        for name in ("remarks", "changed", "rule", "product_id", "model", "channel"):
            batch_op.drop_column(name)

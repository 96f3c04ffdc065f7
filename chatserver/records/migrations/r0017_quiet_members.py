"""Members of whom nothing is heard: what a mentor was asked of them."""

import sqlalchemy as sa

from chatserver.records.steps import SchemaChanges


def upgrade(changes: SchemaChanges) -> None:
    changes.create_table(
        "quiet_members",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("heard_at", sa.BigInteger, nullable=False),
        sa.Column("quiet_since", sa.BigInteger),
        sa.Column("suggested_at", sa.BigInteger),
        sa.Column("member_read", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_quiet_members"),
    )

"""Messages that the rules refused are on record, for whoever thinks about other rules."""

import sqlalchemy as sa

from chatserver.records.steps import SchemaChanges


def upgrade(changes: SchemaChanges) -> None:
    changes.create_table(
        "refused_messages",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "at", "reason", name="pk_refused_messages"),
    )
    changes.create_index("ix_refused_messages_at", "refused_messages", ["at"])

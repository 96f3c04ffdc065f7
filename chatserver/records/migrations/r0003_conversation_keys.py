"""The keys of conversations, and which of them is in use."""

import sqlalchemy as sa

from chatserver.records.steps import SchemaChanges


def upgrade(changes: SchemaChanges) -> None:
    changes.create_table(
        "conversation_keys",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("master_id", sa.String(32), nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "number", name="pk_conversation_keys"),
    )
    changes.create_index("ix_conversation_keys_master_id", "conversation_keys", ["master_id"])
    changes.add_column("conversations", sa.Column("key_number", sa.Integer, server_default="1", nullable=False))

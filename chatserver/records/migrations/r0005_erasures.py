"""Erasures: when a person was erased, and how far their conversations are. Exports read notices by conversation."""

import sqlalchemy as sa

from chatserver.records.steps import SchemaChanges


def upgrade(changes: SchemaChanges) -> None:
    changes.add_column("people", sa.Column("erased_at", sa.BigInteger))
    changes.create_table(
        "erasures",
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("key_number", sa.Integer, nullable=False),
        sa.Column("done_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("person_id", "conversation_id", name="pk_erasures"),
    )
    changes.create_index("ix_reply_notices_conversation_id", "reply_notices", ["conversation_id", "waiting_since"])

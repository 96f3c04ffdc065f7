"""Conversations are for a plan, a trial or a guest, are chosen and handed on, and say why they ended."""

import sqlalchemy as sa

from chatserver.records.steps import SchemaChanges


def upgrade(changes: SchemaChanges) -> None:
    changes.add_column("conversations", sa.Column("kind", sa.String(16), nullable=False, server_default="plan"))
    changes.add_column("conversations", sa.Column("ended_reason", sa.String(16)))
    changes.add_column("conversations", sa.Column("chosen_plan", sa.String(32)))
    changes.add_column("conversations", sa.Column("chosen_at", sa.BigInteger))
    changes.add_column("conversations", sa.Column("follows", sa.String(64)))
    changes.create_index("ux_conversations_follows", "conversations", ["follows"], unique=True)
    changes.create_index(
        "ix_conversations_trials", "conversations", ["member_id", "created_at"], where="kind = 'trial'"
    )

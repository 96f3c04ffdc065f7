"""Conversations are for a plan, a trial or a guest, and say why they ended."""

import sqlalchemy as sa

from chatserver.records.steps import SchemaChanges


def upgrade(changes: SchemaChanges) -> None:
    changes.add_column("conversations", sa.Column("kind", sa.String(16), nullable=False, server_default="plan"))
    changes.add_column("conversations", sa.Column("ended_reason", sa.String(16)))

"""Waits say who answered in the mentor's place."""

import sqlalchemy as sa

from chatserver.records.steps import SchemaChanges


def upgrade(changes: SchemaChanges) -> None:
    changes.add_column("reply_waits", sa.Column("answered_by", sa.String(64)))
    changes.create_index(
        "ix_reply_waits_answered_by", "reply_waits", ["answered_by", "waiting_since"], where="answered_by IS NOT NULL"
    )

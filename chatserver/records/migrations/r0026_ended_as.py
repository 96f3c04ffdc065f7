"""How a wait ended that was not answered: with its conversation, or otherwise."""

import sqlalchemy as sa

from chatserver.records.steps import SchemaChanges


def upgrade(changes: SchemaChanges) -> None:
    changes.add_column("reply_waits", sa.Column("ended_as", sa.String(16)))

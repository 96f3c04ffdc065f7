"""The archive holds events of the system beside messages."""

import sqlalchemy as sa

from chatserver.records.steps import SchemaChanges


def upgrade(changes: SchemaChanges) -> None:
    changes.add_column("messages", sa.Column("kind", sa.String(16), nullable=False, server_default="text"))
    changes.add_column("messages", sa.Column("event", sa.Text))

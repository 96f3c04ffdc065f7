"""In which country a person lives: whom they can call there."""

import sqlalchemy as sa

from chatserver.records.steps import SchemaChanges


def upgrade(changes: SchemaChanges) -> None:
    changes.add_column("people", sa.Column("country", sa.String(2)))

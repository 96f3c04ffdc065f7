"""Which cadence a membership is going to have, and from which day on."""

import sqlalchemy as sa

from chatserver.records.steps import SchemaChanges


def upgrade(changes: SchemaChanges) -> None:
    changes.add_column("memberships", sa.Column("next_cadence", sa.String(16)))
    changes.add_column("memberships", sa.Column("next_cadence_from", sa.Date))

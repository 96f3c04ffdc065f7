"""When mentors are away, and who stands in for them."""

import sqlalchemy as sa

from chatserver.records.steps import SchemaChanges


def upgrade(changes: SchemaChanges) -> None:
    changes.create_table(
        "absences",
        sa.Column("mentor_id", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("substitute_id", sa.String(64)),
        sa.Column("set_at", sa.BigInteger, nullable=False),
        sa.Column("begun_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("mentor_id", "id", name="pk_absences"),
        sa.CheckConstraint("until > since", name="ck_absences_ends_after_start"),
    )
    changes.create_index("ix_absences_substitute_id", "absences", ["substitute_id"])
    changes.create_index("ix_absences_unbegun", "absences", ["since"], where="begun_at IS NULL")

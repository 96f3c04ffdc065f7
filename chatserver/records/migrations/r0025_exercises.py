"""What mentors keep to use again, what they say of themselves, and exercises that members fill in."""

import sqlalchemy as sa

from chatserver.records.steps import SchemaChanges


def upgrade(changes: SchemaChanges) -> None:
    changes.create_table(
        "library",
        sa.Column("owner_id", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "id", name="pk_library"),
    )
    changes.create_table(
        "mentor_profiles",
        sa.Column("mentor_id", sa.String(64), nullable=False),
        sa.Column("expectations", sa.LargeBinary),
        sa.Column("expertise", sa.Text, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("mentor_id", name="pk_mentor_profiles"),
    )
    changes.create_table(
        "exercises",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("given_by", sa.String(64), nullable=False),
        sa.Column("given_at", sa.BigInteger, nullable=False),
        sa.Column("given_as", sa.LargeBinary, nullable=False),
        sa.Column("given_seq", sa.BigInteger),
        sa.Column("form", sa.LargeBinary, nullable=False),
        sa.Column("answers", sa.LargeBinary),
        sa.Column("answered", sa.Integer, nullable=False),
        sa.Column("filled_at", sa.BigInteger),
        sa.Column("handed_in_as", sa.LargeBinary),
        sa.Column("handed_in_seq", sa.BigInteger),
        sa.Column("handed_in_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("conversation_id", "id", name="pk_exercises"),
    )

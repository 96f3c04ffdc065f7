"""Files that are sent with messages."""

import sqlalchemy as sa

from chatserver.records.steps import SchemaChanges


def upgrade(changes: SchemaChanges) -> None:
    changes.create_table(
        "attachments",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("ref", sa.String(32), nullable=False),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("message_id", sa.LargeBinary),
        sa.Column("seq", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.CheckConstraint(
            "state IN ('arriving', 'checking', 'ready', 'refused', 'deleted')", name="ck_attachments_state_known"
        ),
        sa.PrimaryKeyConstraint("conversation_id", "id", name="pk_attachments"),
        sa.UniqueConstraint("ref", name="uq_attachments_ref"),
    )
    changes.create_index("ix_attachments_person_id", "attachments", ["person_id"])
    changes.create_index("ix_attachments_state", "attachments", ["state"])

"""What is written and not sent: messages that go out later, and drafts."""

import sqlalchemy as sa

from chatserver.records.steps import SchemaChanges


def upgrade(changes: SchemaChanges) -> None:
    changes.create_table(
        "later_messages",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("message_id", sa.LargeBinary, nullable=False),
        sa.Column("side", sa.String(16), nullable=False),
        sa.Column("send_at", sa.BigInteger, nullable=False),
        sa.Column("written_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("tried_at", sa.BigInteger),
        sa.Column("reason", sa.String(32)),
        sa.Column("opens_at", sa.BigInteger),
        sa.Column("head", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "person_id", "message_id", name="pk_later_messages"),
        sa.CheckConstraint("side IN ('member', 'mentor')", name="ck_later_messages_side_known"),
        sa.CheckConstraint("state IN ('waiting', 'refused')", name="ck_later_messages_state_known"),
    )
    changes.create_index("ix_later_messages_person_id", "later_messages", ["person_id"])
    changes.create_index("ix_later_messages_due", "later_messages", ["send_at"], where="state = 'waiting'")
    changes.create_table(
        "drafts",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("written_at", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "person_id", name="pk_drafts"),
    )
    changes.create_index("ix_drafts_person_id", "drafts", ["person_id"])

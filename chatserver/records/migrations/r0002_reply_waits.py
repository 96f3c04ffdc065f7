"""What became of waits: closed ones, notices of deadlines, and the days on which mentors wrote."""

import sqlalchemy as sa

from chatserver.records.steps import SchemaChanges


def upgrade(changes: SchemaChanges) -> None:
    changes.create_table(
        "reply_waits",
        sa.Column("partition", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("event", sa.String(48), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("member_id", sa.String(64), nullable=False),
        sa.Column("mentor_id", sa.String(64), nullable=False),
        sa.Column("plan", sa.String(32), nullable=False),
        sa.Column("week", sa.Integer, nullable=False),
        sa.Column("waiting_since", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("answered_at", sa.BigInteger),
        sa.Column("dropped_at", sa.BigInteger),
        sa.Column("waited_ms", sa.BigInteger, nullable=False),
        sa.Column("counted_ms", sa.BigInteger),
        sa.Column("in_time", sa.Boolean),
        sa.PrimaryKeyConstraint("partition", "event", name="pk_reply_waits"),
        sa.CheckConstraint("(answered_at IS NULL) <> (dropped_at IS NULL)", name="ck_reply_waits_answered_or_dropped"),
    )
    changes.create_index("ix_reply_waits_waiting_since", "reply_waits", ["waiting_since"])
    changes.create_index("ix_reply_waits_mentor_id", "reply_waits", ["mentor_id", "waiting_since"])
    changes.create_index("ix_reply_waits_conversation_id", "reply_waits", ["conversation_id", "waiting_since"])
    changes.create_table(
        "reply_notices",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("event", sa.String(48), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("member_id", sa.String(64), nullable=False),
        sa.Column("mentor_id", sa.String(64), nullable=False),
        sa.Column("plan", sa.String(32), nullable=False),
        sa.Column("week", sa.Integer, nullable=False),
        sa.Column("waiting_since", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reply_notices"),
        sa.UniqueConstraint("partition", "event", name="uq_reply_notices_event"),
        sa.CheckConstraint("kind IN ('warning', 'missed')", name="ck_reply_notices_kind_known"),
    )
    changes.create_index("ix_reply_notices_kind", "reply_notices", ["kind", "waiting_since"])
    changes.create_table(
        "mentor_days",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("week", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "day", name="pk_mentor_days"),
    )
    changes.create_index("ix_mentor_days_week", "mentor_days", ["week"])

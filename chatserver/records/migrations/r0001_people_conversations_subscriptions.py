"""People, conversations and subscriptions."""

import sqlalchemy as sa

from chatserver.records.steps import SchemaChanges


def upgrade(changes: SchemaChanges) -> None:
    changes.create_table(
        "people",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("locale", sa.String(16), nullable=False),
        sa.Column("email", sa.String(254)),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.CheckConstraint("role IN ('member', 'mentor', 'support', 'service')", name="ck_people_role_known"),
    )
    changes.create_table(
        "conversations",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("member_id", sa.String(64), nullable=False),
        sa.Column("mentor_id", sa.String(64), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("holidays", sa.String(8), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
        sa.ForeignKeyConstraint(["member_id"], ["people.id"], name="fk_conversations_member_id"),
        sa.ForeignKeyConstraint(["mentor_id"], ["people.id"], name="fk_conversations_mentor_id"),
        sa.CheckConstraint("status IN ('open', 'paused', 'ended')", name="ck_conversations_status_known"),
        sa.CheckConstraint("revision >= 1", name="ck_conversations_revision_positive"),
        beside=["people"],
    )
    changes.create_index("ix_conversations_member_id", "conversations", ["member_id"])
    changes.create_index("ix_conversations_mentor_id", "conversations", ["mentor_id"])
    changes.create_table(
        "subscriptions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("plan", sa.String(32), nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_subscriptions_conversation_id"),
        sa.CheckConstraint("ended_at >= started_at", name="ck_subscriptions_ends_after_start"),
        beside=["conversations"],
    )
    changes.create_index("ix_subscriptions_conversation_id", "subscriptions", ["conversation_id"])
    changes.create_index(
        "ux_subscriptions_open", "subscriptions", ["conversation_id"], unique=True, where="ended_at IS NULL"
    )

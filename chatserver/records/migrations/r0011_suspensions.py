"""Suspensions of conversations: when each began, and when it was lifted."""

import sqlalchemy as sa

from chatserver.records.steps import SchemaChanges


def upgrade(changes: SchemaChanges) -> None:
    changes.create_table(
        "suspensions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("lifted_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_suspensions"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_suspensions_conversation_id"),
        sa.CheckConstraint("lifted_at >= began_at", name="ck_suspensions_lifted_after_begin"),
        beside=["conversations"],
    )
    changes.create_index("ix_suspensions_conversation_id", "suspensions", ["conversation_id"])
    changes.create_index(
        "ux_suspensions_open", "suspensions", ["conversation_id"], unique=True, where="lifted_at IS NULL"
    )

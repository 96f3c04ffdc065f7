"""The keys of conversations, and which of them is in use."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "conversation_keys",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("master_id", sa.String(32), nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "number", name="pk_conversation_keys"),
    )
    op.create_index("ix_conversation_keys_master_id", "conversation_keys", ["master_id"])
    op.add_column("conversations", sa.Column("key_number", sa.Integer, server_default="1", nullable=False))

"""Cases, their histories, and the ids that their callers gave them."""

import sqlalchemy as sa

from chatserver.records.steps import SchemaChanges


def upgrade(changes: SchemaChanges) -> None:
    changes.create_table(
        "cases",
        sa.Column("ref", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("member_id", sa.String(64), nullable=False),
        sa.Column("opener_id", sa.String(64), nullable=False),
        sa.Column("guest_id", sa.String(64)),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("step_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("assignee", sa.String(64), nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("member_read", sa.BigInteger, nullable=False),
        sa.Column("todo", sa.Text, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("ref", name="pk_cases"),
    )
    for column in ("member_id", "opener_id", "guest_id"):
        changes.create_index(f"ix_cases_{column}", "cases", [column])
    changes.create_index("ix_cases_conversation_id", "cases", ["conversation_id", "ref"])
    changes.create_index("ix_cases_step_at", "cases", ["step_at", "ref"])
    changes.create_index("ix_cases_kind", "cases", ["kind", "ref"])
    changes.create_index("ix_cases_state", "cases", ["state", "ref"])
    changes.create_index("ix_cases_assignee", "cases", ["assignee", "ref"])
    changes.create_index("ix_cases_open", "cases", ["kind", "state", "due_at"], where="ended_at IS NULL")
    changes.create_table(
        "case_names",
        sa.Column("caller", sa.String(64), nullable=False),
        sa.Column("own_id", sa.String(128), nullable=False),
        sa.Column("ref", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("caller", "own_id", name="pk_case_names"),
    )
    changes.create_index("ix_case_names_ref", "case_names", ["ref"])
    changes.create_table(
        "case_entries",
        sa.Column("ref", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("noted_at", sa.BigInteger, nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("did", sa.String(64), nullable=False),
        sa.Column("because", sa.Text, nullable=False),
        sa.Column("audience", sa.String(16), nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.PrimaryKeyConstraint("ref", "number", name="pk_case_entries"),
        sa.CheckConstraint("audience IN ('internal', 'shared')", name="ck_case_entries_audience_known"),
    )
    changes.create_index("ix_case_entries_who", "case_entries", ["who"])

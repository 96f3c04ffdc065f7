"""Money: memberships with their history, what fell due of them, and statements that mentors were given."""

import sqlalchemy as sa

from chatserver.records.steps import SchemaChanges

_PLACE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade(changes: SchemaChanges) -> None:
    changes.create_table(
        "memberships",
        sa.Column("id", _PLACE, nullable=False),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("renewal", sa.String(16), nullable=False),
        sa.Column("started_on", sa.Date, nullable=False),
        sa.Column("paid_until", sa.Date),
        sa.Column("price_amount", sa.BigInteger, nullable=False),
        sa.Column("price_currency", sa.String(3), nullable=False),
        sa.Column("payer", sa.String(16), nullable=False),
        sa.Column("cadence", sa.String(16)),
        sa.Column("renews", sa.Boolean, nullable=False),
        sa.Column("set_at", sa.BigInteger, nullable=False),
        sa.Column("set_by", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_memberships"),
        sa.CheckConstraint("renewal IN ('monthly', 'annual')", name="ck_memberships_renewal_known"),
        sa.CheckConstraint("payer IN ('consumer', 'business')", name="ck_memberships_payer_known"),
        sa.CheckConstraint("cadence IN ('monthly', 'every_two_weeks', 'weekly')", name="ck_memberships_cadence_known"),
        sa.CheckConstraint("set_by IN ('member', 'mentor', 'support', 'service')", name="ck_memberships_set_by_known"),
    )
    changes.create_index("ix_memberships_person_id", "memberships", ["person_id"])
    changes.create_table(
        "membership_steps",
        sa.Column("id", _PLACE, nullable=False),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("paid_until", sa.Date, nullable=False),
        sa.Column("renewed_until", sa.Date, nullable=False),
        sa.Column("price_amount", sa.BigInteger, nullable=False),
        sa.Column("price_currency", sa.String(3), nullable=False),
        sa.Column("payer", sa.String(16), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("noted_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_membership_steps"),
        sa.UniqueConstraint("person_id", "kind", "paid_until", name="uq_membership_steps_once"),
        sa.CheckConstraint("kind IN ('reminder', 'renewed')", name="ck_membership_steps_kind_known"),
        sa.CheckConstraint("payer IN ('consumer', 'business')", name="ck_membership_steps_payer_known"),
    )
    changes.create_table(
        "membership_turns",
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("noted_until", sa.BigInteger, nullable=False),
        sa.Column("next_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("person_id", name="pk_membership_turns"),
    )
    changes.create_index("ix_membership_turns_next_at", "membership_turns", ["next_at"])
    changes.create_table(
        "statements",
        sa.Column("mentor_id", sa.String(64), nullable=False),
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("issued_at", sa.BigInteger, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("mentor_id", "month", name="pk_statements"),
    )

"""When mentors may be booked and at what price, and series of sessions."""

import sqlalchemy as sa

from chatserver.records.steps import SchemaChanges


def upgrade(changes: SchemaChanges) -> None:
    changes.create_table(
        "mentor_hours",
        sa.Column("mentor_id", sa.String(64), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("weekly", sa.Text, nullable=False),
        sa.Column("exceptions", sa.Text, nullable=False),
        sa.Column("buffer_minutes", sa.Integer, nullable=False),
        sa.Column("notice_hours", sa.Integer, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("mentor_id", name="pk_mentor_hours"),
        sa.ForeignKeyConstraint(["mentor_id"], ["people.id"], name="fk_mentor_hours_mentor_id"),
        beside=("people",),
    )
    changes.create_table(
        "mentor_prices",
        sa.Column("mentor_id", sa.String(64), nullable=False),
        sa.Column("minutes", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("listed_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("mentor_id", "minutes", name="pk_mentor_prices"),
        sa.ForeignKeyConstraint(["mentor_id"], ["people.id"], name="fk_mentor_prices_mentor_id"),
        sa.CheckConstraint("amount > 0", name="ck_mentor_prices_amount_positive"),
        beside=("people",),
    )
    changes.create_table(
        "series",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("service", sa.String(16), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("every_weeks", sa.Integer, nullable=False),
        sa.Column("until", sa.BigInteger),
        sa.Column("begun_by", sa.String(16), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("made_until", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("ended_from", sa.BigInteger),
        sa.Column("replaces", sa.String(64)),
        sa.Column("successor", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_series"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_series_conversation_id"),
        sa.CheckConstraint("service IN ('video_call', 'live_chat')", name="ck_series_service_known"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_from IS NULL)", name="ck_series_ended_whole"),
        beside=("conversations",),
    )
    changes.create_index("ix_series_conversation_id", "series", ["conversation_id"])
    changes.create_index("ix_series_due_at", "series", ["due_at"])
    changes.create_table(
        "series_places",
        sa.Column("series_id", sa.String(64), nullable=False),
        sa.Column("starts_at", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("booking_id", sa.String(64), nullable=False),
        sa.Column("refusal", sa.String(16)),
        sa.Column("noted_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("series_id", "starts_at", name="pk_series_places"),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name="fk_series_places_series_id"),
        beside=("series",),
    )

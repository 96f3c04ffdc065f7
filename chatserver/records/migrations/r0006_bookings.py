"""Sessions: bookings with the time they occupy, corrections of credits, and everything that happened to either."""

import sqlalchemy as sa

from chatserver.records.steps import SchemaChanges

_PLACE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade(changes: SchemaChanges) -> None:
    changes.add_column("conversations", sa.Column("subscription_from", sa.Date))
    changes.create_table(
        "bookings",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("member_id", sa.String(64), nullable=False),
        sa.Column("mentor_id", sa.String(64), nullable=False),
        sa.Column("service", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("first_starts_at", sa.BigInteger, nullable=False),
        sa.Column("starts_at", sa.BigInteger, nullable=False),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("period", sa.Integer, nullable=False),
        sa.Column("booked_at", sa.BigInteger, nullable=False),
        sa.Column("set_by", sa.String(16), nullable=False),
        sa.Column("set_at", sa.BigInteger, nullable=False),
        sa.Column("price_amount", sa.BigInteger),
        sa.Column("price_currency", sa.String(3)),
        sa.Column("cancelled_at", sa.BigInteger),
        sa.Column("cancelled_by", sa.String(16)),
        sa.Column("cancelled_late", sa.Boolean),
        sa.Column("cancelled_counts", sa.Boolean),
        sa.Column("member_joined_at", sa.BigInteger),
        sa.Column("mentor_joined_at", sa.BigInteger),
        sa.Column("finished_at", sa.BigInteger),
        sa.Column("no_show_at", sa.BigInteger),
        sa.Column("moved_from", sa.BigInteger),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("series_id", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_bookings"),
        sa.CheckConstraint("service IN ('live_chat', 'video_call')", name="ck_bookings_service_known"),
        sa.CheckConstraint("kind IN ('plan', 'extra', 'one_off', 'chemistry')", name="ck_bookings_kind_known"),
        sa.CheckConstraint("(price_amount IS NULL) = (price_currency IS NULL)", name="ck_bookings_price_whole"),
        sa.CheckConstraint("(cancelled_at IS NULL) = (cancelled_by IS NULL)", name="ck_bookings_cancelled_whole"),
    )
    changes.create_index("ix_bookings_conversation_id", "bookings", ["conversation_id", "starts_at"])
    changes.create_index("ix_bookings_mentor_id", "bookings", ["mentor_id", "starts_at"])
    changes.create_index("ix_bookings_member_id", "bookings", ["member_id", "starts_at"])
    changes.create_table(
        "occupied",
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("quarter", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("booking_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "quarter", name="pk_occupied"),
    )
    changes.create_index("ix_occupied_booking_id", "occupied", ["booking_id"])
    changes.create_table(
        "credit_corrections",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("period", sa.Integer, nullable=False),
        sa.Column("units", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "id", name="pk_credit_corrections"),
        sa.CheckConstraint("units <> 0", name="ck_credit_corrections_units_some"),
    )
    changes.create_table(
        "session_events",
        sa.Column("id", _PLACE, nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("booking_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("noted_at", sa.BigInteger, nullable=False),
        sa.Column("by", sa.String(16), nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("told", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_session_events"),
        sa.UniqueConstraint("conversation_id", "booking_id", "name", "mark", name="uq_session_events_once"),
    )
    changes.create_index("ix_session_events_booking_id", "session_events", ["booking_id"])
    changes.create_index("ix_session_events_untold", "session_events", ["conversation_id", "id"], where="NOT told")

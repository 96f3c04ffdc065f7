"""The tables. Instants are BIGINT milliseconds since 1970 in UTC (`quotas.instant`)."""

from typing import get_args

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from chatserver.protocol.events import Role
from quotas.admission import Status

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(word) for word in words)})", name=f"{column}_known")


PEOPLE = Table(
    "people",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("name", String(200), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("locale", String(16), nullable=False),
    Column("email", String(254)),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("erased_at", BigInteger),
    _one_of("role", get_args(Role)),
)

CONVERSATIONS = Table(
    "conversations",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("member_id", String(64), ForeignKey("people.id"), nullable=False, index=True),
    Column("mentor_id", String(64), ForeignKey("people.id"), nullable=False, index=True),
    Column("zone", String(64), nullable=False),
    Column("holidays", String(8), nullable=False),
    Column("status", String(16), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("key_number", Integer, nullable=False, server_default="1"),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    _one_of("status", get_args(Status)),
    CheckConstraint("revision >= 1", name="revision_positive"),
)

SUBSCRIPTIONS = Table(
    "subscriptions",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("conversation_id", String(64), ForeignKey("conversations.id"), nullable=False, index=True),
    Column("plan", String(32), nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    CheckConstraint("ended_at >= started_at", name="ends_after_start"),
    # The plan in force is the one open row: the index is of open ones, as its step says. To say so here would load what
    # SQLAlchemy knows of both databases, 2 MB in every process.
    Index("ux_subscriptions_open", "conversation_id", unique=True),
)

# Refers to nothing: the ledger may know of a conversation before the records do.
CONVERSATION_KEYS = Table(
    "conversation_keys",
    METADATA,
    Column("conversation_id", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("master_id", String(32), nullable=False, index=True),
    Column("wrapped", LargeBinary, nullable=False),
)

# How far an erasure is: what keys under `key_number` sealed is erased from the conversation once `done_at` is set.
ERASURES = Table(
    "erasures",
    METADATA,
    Column("person_id", String(64), primary_key=True),
    Column("conversation_id", String(64), primary_key=True),
    Column("key_number", Integer, nullable=False),
    Column("done_at", BigInteger),
)

# What became of waits. These rows outlive what they are about, so they refer to nothing. The event of the ledger that a
# row comes from is its key: stored again, it changes nothing.

REPLY_WAITS = Table(
    "reply_waits",
    METADATA,
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("event", String(48), primary_key=True),
    Column("conversation_id", String(64), nullable=False),
    Column("member_id", String(64), nullable=False),
    Column("mentor_id", String(64), nullable=False),
    Column("plan", String(32), nullable=False),
    Column("week", Integer, nullable=False),
    Column("waiting_since", BigInteger, nullable=False),
    Column("due_at", BigInteger),
    Column("answered_at", BigInteger),
    Column("dropped_at", BigInteger),
    Column("waited_ms", BigInteger, nullable=False),
    Column("counted_ms", BigInteger),
    Column("in_time", Boolean),
    CheckConstraint("(answered_at IS NULL) <> (dropped_at IS NULL)", name="answered_or_dropped"),
    Index("ix_reply_waits_waiting_since", "waiting_since"),
    Index("ix_reply_waits_mentor_id", "mentor_id", "waiting_since"),
    Index("ix_reply_waits_conversation_id", "conversation_id", "waiting_since"),
)

REPLY_NOTICES = Table(
    "reply_notices",
    METADATA,
    # Whoever sends notices elsewhere reads on from the last id that it has sent.
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("partition", Integer, nullable=False),
    Column("event", String(48), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("conversation_id", String(64), nullable=False),
    Column("member_id", String(64), nullable=False),
    Column("mentor_id", String(64), nullable=False),
    Column("plan", String(32), nullable=False),
    Column("week", Integer, nullable=False),
    Column("waiting_since", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    UniqueConstraint("partition", "event", name="uq_reply_notices_event"),
    _one_of("kind", ("warning", "missed")),
    Index("ix_reply_notices_kind", "kind", "waiting_since"),
    Index("ix_reply_notices_conversation_id", "conversation_id", "waiting_since"),
)

MENTOR_DAYS = Table(
    "mentor_days",
    METADATA,
    Column("conversation_id", String(64), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("week", Integer, nullable=False),
    Index("ix_mentor_days_week", "week"),
)

# The archive. `message_id` is UTF-8 in bytes: an app's id may hold a NUL, which PostgreSQL's texts cannot. `sealed` is
# NULL where the text was erased.

MESSAGES = Table(
    "messages",
    METADATA,
    Column("conversation_id", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("sender", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("message_id", LargeBinary, nullable=False),
    Column("sealed", LargeBinary),
)

LEDGER_SNAPSHOTS = Table(
    "ledger_snapshots",
    METADATA,
    Column("conversation_id", String(64), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("taken_at", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
)

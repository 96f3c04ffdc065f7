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
    false,
    func,
)

from chatserver.protocol.events import Role
from quotas.bookings import BookingKind
from quotas.memberships import Payer, Renewal, StepKind
from quotas.money import Cadence
from quotas.plans import Service
from quotas.standing import Writer

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
    Column("country", String(2)),
    _one_of("role", get_args(Role)),
    # Of whoever all hear of something, of whom there are few.
    Index("ix_people_role", "role"),
)
Index("ix_people_email", func.lower(PEOPLE.c.email))

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
    # NULL where it was never said: the local date of `created_at` then.
    Column("subscription_from", Date),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False, server_default="plan"),
    Column("ended_reason", String(16)),
    Column("chosen_plan", String(32)),
    Column("chosen_at", BigInteger),
    Column("follows", String(64)),
    # Whether it is suspended says its open row of `suspensions`; this is what it is beside that.
    _one_of("status", ("open", "paused", "ended")),
    CheckConstraint("revision >= 1", name="revision_positive"),
    Index("ux_conversations_follows", "follows", unique=True),
    # Of trials alone, as its step says: there are few.
    Index("ix_conversations_trials", "member_id", "created_at"),
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

SUSPENSIONS = Table(
    "suspensions",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("conversation_id", String(64), ForeignKey("conversations.id"), nullable=False, index=True),
    Column("began_at", BigInteger, nullable=False),
    Column("lifted_at", BigInteger),
    CheckConstraint("lifted_at >= began_at", name="lifted_after_begin"),
    # At most one lasts: as with subscriptions, the index is of open ones.
    Index("ux_suspensions_open", "conversation_id", unique=True),
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
    # Who answered, or said that no answer was needed, in the mentor's place; NULL where the mentor did, or nobody.
    Column("answered_by", String(64)),
    # How it ended without an answer: 'acknowledged' or 'withdrawn'; NULL where it was dropped with its conversation.
    Column("ended_as", String(16)),
    CheckConstraint("(answered_at IS NULL) <> (dropped_at IS NULL)", name="answered_or_dropped"),
    Index("ix_reply_waits_waiting_since", "waiting_since"),
    Index("ix_reply_waits_mentor_id", "mentor_id", "waiting_since"),
    Index("ix_reply_waits_conversation_id", "conversation_id", "waiting_since"),
    # Of those that a substitute answered, as its step says.
    Index("ix_reply_waits_answered_by", "answered_by", "waiting_since"),
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

# What members tried to write and the rules refused, once a minute for each conversation and reason.

REFUSED_MESSAGES = Table(
    "refused_messages",
    METADATA,
    Column("conversation_id", String(64), primary_key=True),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("reason", String(16), primary_key=True),
    # Since when they are on record.
    Index("ix_refused_messages_at", "at"),
)

# The archive. `message_id` is UTF-8 in bytes: an app's id may hold a NUL, which PostgreSQL's texts cannot. `sealed` is
# NULL where the text was erased, and of events, whose name and data stand in `event` as JSON.

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
    Column("kind", String(16), nullable=False, server_default="text"),
    Column("event", Text),
    Column("about", BigInteger),
    Column("deleted", Boolean, nullable=False, server_default=false()),
    Column("more", Text),
    Index("ix_messages_about", "conversation_id", "about"),
)

ATTACHMENT_STATES = ("arriving", "checking", "ready", "refused", "deleted")

ATTACHMENTS = Table(
    "attachments",
    METADATA,
    Column("conversation_id", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("ref", String(32), nullable=False),
    Column("person_id", String(64), nullable=False, index=True),
    Column("state", String(16), nullable=False, index=True),
    Column("bytes", BigInteger, nullable=False),
    Column("sealed", LargeBinary),
    Column("message_id", LargeBinary),
    Column("seq", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    _one_of("state", ATTACHMENT_STATES),
    UniqueConstraint("ref", name="uq_attachments_ref"),
)

# Files of messages that a case keeps as evidence, its holder: they stay in the file store whatever becomes of their
# message. `sealed` is what opens them, with the case's key; NULL: kept no more, and the next sweep removes the row.
HELD_FILES = Table(
    "held_files",
    METADATA,
    Column("holder", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("ref", String(32), nullable=False, index=True),
    Column("seq", BigInteger, nullable=False),
    Column("person_id", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
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

# Sessions. `period`, `first_starts_at`, `minutes`, `kind` and the price stay as they were booked; NULL: not yet. One
# that is not cancelled has a row of `occupied` for each of its two people and each quarter of an hour (numbered since
# 1970) that it touches: the key keeps everybody out of two bookings at once.

BOOKINGS = Table(
    "bookings",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("conversation_id", String(64), nullable=False),
    Column("member_id", String(64), nullable=False),
    Column("mentor_id", String(64), nullable=False),
    Column("service", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("first_starts_at", BigInteger, nullable=False),
    Column("starts_at", BigInteger, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("period", Integer, nullable=False),
    Column("booked_at", BigInteger, nullable=False),
    Column("set_by", String(16), nullable=False),
    Column("set_at", BigInteger, nullable=False),
    Column("price_amount", BigInteger),
    Column("price_currency", String(3)),
    Column("cancelled_at", BigInteger),
    Column("cancelled_by", String(16)),
    Column("cancelled_late", Boolean),
    Column("cancelled_counts", Boolean),
    Column("member_joined_at", BigInteger),
    Column("mentor_joined_at", BigInteger),
    Column("finished_at", BigInteger),
    Column("no_show_at", BigInteger),
    Column("moved_from", BigInteger),
    Column("sequence", Integer, nullable=False),
    Column("series_id", String(64)),
    _one_of("service", get_args(Service)),
    _one_of("kind", get_args(BookingKind)),
    CheckConstraint("(price_amount IS NULL) = (price_currency IS NULL)", name="price_whole"),
    CheckConstraint("(cancelled_at IS NULL) = (cancelled_by IS NULL)", name="cancelled_whole"),
    Index("ix_bookings_conversation_id", "conversation_id", "starts_at"),
    Index("ix_bookings_mentor_id", "mentor_id", "starts_at"),
    Index("ix_bookings_member_id", "member_id", "starts_at"),
)

OCCUPIED = Table(
    "occupied",
    METADATA,
    Column("person_id", String(64), primary_key=True),
    Column("quarter", Integer, primary_key=True, autoincrement=False),
    Column("booking_id", String(64), nullable=False, index=True),
)

CREDIT_CORRECTIONS = Table(
    "credit_corrections",
    METADATA,
    Column("conversation_id", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("period", Integer, nullable=False),
    Column("units", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    CheckConstraint("units <> 0", name="units_some"),
)

# Only appended, but for `told`: whether the ledger has heard of it. `mark` tells apart what may happen more often than
# once to a booking. `booking_id` is empty where it concerns the conversation as a whole.

SESSION_EVENTS = Table(
    "session_events",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("conversation_id", String(64), nullable=False),
    Column("booking_id", String(64), nullable=False, index=True),
    Column("name", String(32), nullable=False),
    Column("mark", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("noted_at", BigInteger, nullable=False),
    Column("by", String(16), nullable=False),
    Column("data", Text, nullable=False),
    Column("told", Boolean, nullable=False),
    UniqueConstraint("conversation_id", "booking_id", "name", "mark", name="uq_session_events_once"),
    # Of untold ones, as its step says.
    Index("ix_session_events_untold", "conversation_id", "id"),
)

# A mentor's hours, exceptions as JSON of `quotas.hours`, and prices by minutes.

MENTOR_HOURS = Table(
    "mentor_hours",
    METADATA,
    Column("mentor_id", String(64), ForeignKey("people.id"), primary_key=True),
    Column("zone", String(64), nullable=False),
    Column("weekly", Text, nullable=False),
    Column("exceptions", Text, nullable=False),
    Column("buffer_minutes", Integer, nullable=False),
    Column("notice_hours", Integer, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

MENTOR_PRICES = Table(
    "mentor_prices",
    METADATA,
    Column("mentor_id", String(64), ForeignKey("people.id"), primary_key=True),
    Column("minutes", Integer, primary_key=True, autoincrement=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("listed_at", BigInteger, nullable=False),
    CheckConstraint("amount > 0", name="amount_positive"),
)

# When mentors are away. `begun_at` is when it was noted that an absence has begun.

ABSENCES = Table(
    "absences",
    METADATA,
    Column("mentor_id", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("substitute_id", String(64), index=True),
    Column("set_at", BigInteger, nullable=False),
    Column("begun_at", BigInteger),
    CheckConstraint("until > since", name="ends_after_start"),
    # Of those that are to begin yet, as its step says.
    Index("ix_absences_unbegun", "since"),
)

# A series is a rule. What starts before `made_until` has been booked, or is listed as refused. `due_at` is when to look
# again; NULL where nothing is left to do. It has no places at or after `ended_from`.

SERIES = Table(
    "series",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("conversation_id", String(64), ForeignKey("conversations.id"), nullable=False, index=True),
    Column("service", String(16), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("every_weeks", Integer, nullable=False),
    Column("until", BigInteger),
    Column("begun_by", String(16), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("made_until", BigInteger, nullable=False),
    Column("due_at", BigInteger, index=True),
    Column("ended_at", BigInteger),
    Column("ended_from", BigInteger),
    Column("replaces", String(64)),
    Column("successor", String(64)),
    _one_of("service", get_args(Service)),
    CheckConstraint("(ended_at IS NULL) = (ended_from IS NULL)", name="ended_whole"),
)

# `refusal` is why the place could not be booked; NULL where it was.

SERIES_PLACES = Table(
    "series_places",
    METADATA,
    Column("series_id", String(64), ForeignKey("series.id"), primary_key=True),
    Column("starts_at", BigInteger, primary_key=True, autoincrement=False),
    Column("booking_id", String(64), nullable=False),
    Column("refusal", String(16)),
    Column("noted_at", BigInteger, nullable=False),
)

# Money. What was agreed of a membership is only appended: the last row of a person is in force. So are its steps, which
# whoever tells others reads on from the last id that was told. `membership_turns` says what of them is still to come:
# those up to `noted_until` are noted; `next_at` is NULL where no more comes.

MEMBERSHIPS = Table(
    "memberships",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("person_id", String(64), nullable=False, index=True),
    Column("renewal", String(16), nullable=False),
    Column("started_on", Date, nullable=False),
    Column("paid_until", Date),
    Column("price_amount", BigInteger, nullable=False),
    Column("price_currency", String(3), nullable=False),
    Column("payer", String(16), nullable=False),
    Column("cadence", String(16)),
    Column("renews", Boolean, nullable=False),
    Column("set_at", BigInteger, nullable=False),
    Column("set_by", String(16), nullable=False),
    Column("next_cadence", String(16)),
    Column("next_cadence_from", Date),
    _one_of("renewal", get_args(Renewal)),
    _one_of("payer", get_args(Payer)),
    _one_of("cadence", get_args(Cadence)),
    _one_of("set_by", get_args(Role)),
)

MEMBERSHIP_STEPS = Table(
    "membership_steps",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("person_id", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("paid_until", Date, nullable=False),
    Column("renewed_until", Date, nullable=False),
    Column("price_amount", BigInteger, nullable=False),
    Column("price_currency", String(3), nullable=False),
    Column("payer", String(16), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("noted_at", BigInteger, nullable=False),
    UniqueConstraint("person_id", "kind", "paid_until", name="uq_membership_steps_once"),
    _one_of("kind", get_args(StepKind)),
    _one_of("payer", get_args(Payer)),
)

MEMBERSHIP_TURNS = Table(
    "membership_turns",
    METADATA,
    Column("person_id", String(64), primary_key=True),
    Column("noted_until", BigInteger, nullable=False),
    Column("next_at", BigInteger, index=True),
)

# Statements that were issued, as JSON that never changes. `month` is its first day.

STATEMENTS = Table(
    "statements",
    METADATA,
    Column("mentor_id", String(64), primary_key=True),
    Column("month", Date, primary_key=True),
    Column("issued_at", BigInteger, nullable=False),
    Column("content", Text, nullable=False),
)

# Reaching people. A notice is what somebody hears of, once for each `mark`; the outbox has what is to be sent of it on
# which channel. `key` is the same at every try: receivers tell doubles by it. A row that is done keeps its outcome.

NOTICES = Table(
    "notices",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("person_id", String(64), nullable=False),
    Column("event", String(32), nullable=False),
    Column("mark", String(200), nullable=False),
    Column("conversation_id", String(64), nullable=False),
    Column("booking_id", String(64), nullable=False),
    Column("data", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("noted_at", BigInteger, nullable=False),
    Column("read_at", BigInteger),
    UniqueConstraint("person_id", "event", "mark", name="uq_notices_once"),
    Index("ix_notices_person_id", "person_id", "id"),
    # Of unread ones, as its step says.
    Index("ix_notices_unread", "person_id"),
)

OUTBOX = Table(
    "outbox",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("key", String(200), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("person_id", String(64), nullable=False),
    Column("endpoint_id", String(64), nullable=False),
    Column("notice_id", BigInteger),
    Column("webhook_event_id", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    # Waits for the end of quiet hours, and goes out in one summary with the others.
    Column("held", Boolean, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("leased_by", String(32)),
    Column("leased_until", BigInteger),
    Column("done_at", BigInteger),
    Column("outcome", String(16)),
    Column("reason", String(200)),
    UniqueConstraint("key", name="uq_outbox_once"),
    _one_of("channel", ("mail", "push", "webhook")),
    _one_of("outcome", ("sent", "dropped", "failed")),
    CheckConstraint("(done_at IS NULL) = (outcome IS NULL)", name="done_whole"),
    # Of those to send, of those that are held, and of those that failed, as its step says.
    Index("ix_outbox_due", "channel", "due_at"),
    Index("ix_outbox_held", "person_id", "channel", "endpoint_id"),
    Index("ix_outbox_failed", "done_at"),
    Index("ix_outbox_person_id", "person_id"),
    Index("ix_outbox_endpoint_id", "endpoint_id", "id"),
    Index("ix_outbox_done_at", "done_at"),
)

# `off` is JSON: pairs of channel and topic that the person does not want. Quiet hours are `HH:MM` in their zone.

NOTICE_SETTINGS = Table(
    "notice_settings",
    METADATA,
    Column("person_id", String(64), primary_key=True),
    Column("off", Text, nullable=False),
    Column("quiet_from", String(5)),
    Column("quiet_until", String(5)),
    Column("updated_at", BigInteger, nullable=False),
    CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL)", name="quiet_whole"),
)

MUTED_CONVERSATIONS = Table(
    "muted_conversations",
    METADATA,
    Column("person_id", String(64), primary_key=True),
    Column("conversation_id", String(64), primary_key=True),
    Column("muted_at", BigInteger, nullable=False),
)

# Members who asked to hear when writing opens.

OPENING_REQUESTS = Table(
    "opening_requests",
    METADATA,
    Column("conversation_id", String(64), primary_key=True),
    Column("person_id", String(64), nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("opens_at", BigInteger, nullable=False),
)

MAIL_BOUNCES = Table(
    "mail_bounces",
    METADATA,
    Column("person_id", String(64), primary_key=True),
    Column("address", String(254), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("at", BigInteger, nullable=False),
    _one_of("kind", ("bounce", "complaint")),
)

# Of a feed's secret the digest only.

CALENDAR_FEEDS = Table(
    "calendar_feeds",
    METADATA,
    Column("person_id", String(64), primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    UniqueConstraint("digest", name="uq_calendar_feeds_digest"),
)

# Sealed columns open with keys in `conversation_keys` whose name no conversation can have (`keys.server_seal`).

PUSH_SUBSCRIPTIONS = Table(
    "push_subscriptions",
    METADATA,
    Column("person_id", String(64), primary_key=True),
    Column("device", String(64), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    # Of its endpoint: a browser has one, whoever is signed in there.
    Column("digest", LargeBinary, nullable=False),
    Column("subscribed_at", BigInteger, nullable=False),
    # By the push service's clock, which is never shifted.
    Column("expires_at", BigInteger),
    UniqueConstraint("digest", name="uq_push_subscriptions_digest"),
)

SERVER_SECRETS = Table(
    "server_secrets",
    METADATA,
    Column("name", String(32), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("made_at", BigInteger, nullable=False),
)

# Webhooks. An event is what endpoints are told of, once for each `mark`; `events` is JSON, `secret` is sealed.

WEBHOOK_EVENTS = Table(
    "webhook_events",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("mark", String(200), nullable=False),
    Column("conversation_id", String(64), nullable=False, index=True),
    Column("person_id", String(64), nullable=False),
    Column("data", Text, nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
    UniqueConstraint("kind", "mark", name="uq_webhook_events_once"),
)

WEBHOOKS = Table(
    "webhooks",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("url", Text, nullable=False),
    Column("events", Text, nullable=False),
    Column("with_text", Boolean, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("earlier_secret", LargeBinary),
    Column("earlier_until", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("failing_since", BigInteger),
    Column("disabled_at", BigInteger),
    Column("disabled_for", String(16)),
    CheckConstraint("(earlier_secret IS NULL) = (earlier_until IS NULL)", name="earlier_whole"),
    CheckConstraint("(disabled_at IS NULL) = (disabled_for IS NULL)", name="disabled_whole"),
)

WEBHOOK_ATTEMPTS = Table(
    "webhook_attempts",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("outbox_id", BigInteger, nullable=False, index=True),
    Column("webhook_id", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("took_ms", Integer, nullable=False),
    Column("status", Integer),
    Column("error", String(200)),
    Index("ix_webhook_attempts_webhook_id", "webhook_id", "id"),
)

# Cases. `ref` is the server's own; the id that a caller gave is theirs alone. `record` is JSON, without history and
# words; `todo`, what the rest of the product is to do. `sealed` opens with the case's own key, whose name in
# `conversation_keys` no conversation can have.

CASES = Table(
    "cases",
    METADATA,
    Column("ref", String(64), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("conversation_id", String(64), nullable=False),
    Column("member_id", String(64), nullable=False, index=True),
    Column("opener_id", String(64), nullable=False, index=True),
    Column("guest_id", String(64), index=True),
    Column("state", String(32), nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("due_at", BigInteger),
    Column("step_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("assignee", String(64), nullable=False),
    Column("entries", Integer, nullable=False),
    Column("member_read", BigInteger, nullable=False),
    Column("todo", Text, nullable=False),
    Column("record", Text, nullable=False),
    Index("ix_cases_conversation_id", "conversation_id", "ref"),
    Index("ix_cases_step_at", "step_at", "ref"),
    Index("ix_cases_kind", "kind", "ref"),
    Index("ix_cases_state", "state", "ref"),
    Index("ix_cases_assignee", "assignee", "ref"),
    # Of open ones, as its step says.
    Index("ix_cases_open", "kind", "state", "due_at"),
)

CASE_NAMES = Table(
    "case_names",
    METADATA,
    Column("caller", String(64), primary_key=True),
    Column("own_id", String(128), primary_key=True),
    Column("ref", String(64), nullable=False, index=True),
)

CASE_EVIDENCE = Table(
    "case_evidence",
    METADATA,
    Column("ref", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("sender", String(64), nullable=False, index=True),
    Column("role", String(16), nullable=False),
    Column("reported", Boolean, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

CASE_ENTRIES = Table(
    "case_entries",
    METADATA,
    Column("ref", String(64), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("noted_at", BigInteger, nullable=False),
    Column("who", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("did", String(64), nullable=False),
    Column("because", Text, nullable=False),
    Column("audience", String(16), nullable=False),
    Column("facts", Text, nullable=False),
    Column("sealed", LargeBinary),
    _one_of("audience", ("internal", "shared")),
    Index("ix_case_entries_who", "who"),
)

# Who is signed in where, by a browser. Of secrets the digests only. `used_at` is to the hour.

SIGN_INS = Table(
    "sign_ins",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("person_id", String(64), nullable=False, index=True),
    Column("digest", LargeBinary, nullable=False),
    Column("device", String(120), nullable=False),
    Column("began_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
    UniqueConstraint("digest", name="uq_sign_ins_digest"),
)

SIGN_IN_LINKS = Table(
    "sign_in_links",
    METADATA,
    Column("digest", LargeBinary, primary_key=True),
    Column("person_id", String(64), nullable=False, index=True),
    Column("made_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("once", Boolean, nullable=False),
    Column("by_mail", Boolean, nullable=False),
    Column("used_at", BigInteger),
)

# Of a conversation's member: the last sign that stands nowhere else, a message that was refused, or when writing went
# on after a pause; and since when they were quiet when the mentor was asked whether they have gone.

QUIET_MEMBERS = Table(
    "quiet_members",
    METADATA,
    Column("conversation_id", String(64), primary_key=True),
    Column("heard_at", BigInteger, nullable=False),
    Column("quiet_since", BigInteger),
    Column("suggested_at", BigInteger),
    Column("member_read", BigInteger, nullable=False),
)

# What is written and not sent: messages that go out later, with their heads as they are posted then, and drafts.
# The texts are sealed with the conversation's key. `tried_at`: it is being sent. A refused one is kept for its writer.

LATER_MESSAGES = Table(
    "later_messages",
    METADATA,
    Column("conversation_id", String(64), primary_key=True),
    Column("person_id", String(64), primary_key=True, index=True),
    Column("message_id", LargeBinary, primary_key=True),
    Column("side", String(16), nullable=False),
    Column("send_at", BigInteger, nullable=False),
    Column("written_at", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("tried_at", BigInteger),
    Column("reason", String(32)),
    Column("opens_at", BigInteger),
    Column("head", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    _one_of("side", get_args(Writer)),
    _one_of("state", ("waiting", "refused")),
)
Index("ix_later_messages_due", LATER_MESSAGES.c.send_at)

DRAFTS = Table(
    "drafts",
    METADATA,
    Column("conversation_id", String(64), primary_key=True),
    Column("person_id", String(64), primary_key=True, index=True),
    Column("written_at", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

# Who did what to whose data: lines that are only appended, each with the hash of itself and of what came before it
# (`audit.line`). The head is the newest, and whoever appends holds its row. `details` is JSON, as it was hashed.

AUDIT_LINES = Table(
    "audit_lines",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("who", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("did", String(32), nullable=False),
    Column("conversation_id", String(64), nullable=False),
    Column("person_id", String(64), nullable=False),
    Column("about", String(128), nullable=False),
    Column("details", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index("ix_audit_lines_conversation_id", "conversation_id", "number"),
    Index("ix_audit_lines_person_id", "person_id", "number"),
    Index("ix_audit_lines_who", "who", "number"),
    Index("ix_audit_lines_did", "did", "number"),
)

AUDIT_HEAD = Table(
    "audit_head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    CheckConstraint("id = 1", name="alone"),
)

# What a mentor keeps to use again, and an exercise as a member has it. Of the library, the owner '' is the platform.

LIBRARY = Table(
    "library",
    METADATA,
    Column("owner_id", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

MENTOR_PROFILES = Table(
    "mentor_profiles",
    METADATA,
    Column("mentor_id", String(64), primary_key=True),
    Column("expectations", LargeBinary),
    Column("expertise", Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

# `given_as` and `handed_in_as` are the ids of the messages, in bytes as in the archive, kept before these are written;
# the seqs, once they are.
# Without `handed_in_seq`, `handed_in_at` is when a message was about to hand it in.
EXERCISES = Table(
    "exercises",
    METADATA,
    Column("conversation_id", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("given_by", String(64), nullable=False),
    Column("given_at", BigInteger, nullable=False),
    Column("given_as", LargeBinary, nullable=False),
    Column("given_seq", BigInteger),
    Column("form", LargeBinary, nullable=False),
    Column("answers", LargeBinary),
    Column("answered", Integer, nullable=False),
    Column("filled_at", BigInteger),
    Column("handed_in_as", LargeBinary),
    Column("handed_in_seq", BigInteger),
    Column("handed_in_at", BigInteger),
)

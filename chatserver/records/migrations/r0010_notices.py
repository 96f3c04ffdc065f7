"""Reaching people: what they hear of, what is to be sent, and where to."""

import sqlalchemy as sa

from chatserver.records.steps import SchemaChanges

_PLACE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade(changes: SchemaChanges) -> None:
    _what_is_heard(changes)
    _what_is_sent(changes)
    _what_people_want(changes)
    _where_to(changes)
    _webhooks(changes)


def _what_is_heard(changes: SchemaChanges) -> None:
    changes.create_table(
        "notices",
        sa.Column("id", _PLACE, nullable=False),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("mark", sa.String(200), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("booking_id", sa.String(64), nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("noted_at", sa.BigInteger, nullable=False),
        sa.Column("read_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.UniqueConstraint("person_id", "event", "mark", name="uq_notices_once"),
        ids_once=True,
    )
    changes.create_index("ix_people_role", "people", ["role"])
    changes.create_index("ix_notices_person_id", "notices", ["person_id", "id"])
    changes.create_index("ix_notices_unread", "notices", ["person_id"], where="read_at IS NULL")
    changes.create_table(
        "webhook_events",
        sa.Column("id", _PLACE, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("mark", sa.String(200), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_events"),
        sa.UniqueConstraint("kind", "mark", name="uq_webhook_events_once"),
        ids_once=True,
    )
    changes.create_index("ix_webhook_events_conversation_id", "webhook_events", ["conversation_id"])
    changes.create_index("ix_webhook_events_at", "webhook_events", ["at"])


def _what_is_sent(changes: SchemaChanges) -> None:
    changes.create_table(
        "outbox",
        sa.Column("id", _PLACE, nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("endpoint_id", sa.String(64), nullable=False),
        sa.Column("notice_id", sa.BigInteger),
        sa.Column("webhook_event_id", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("held", sa.Boolean, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("leased_by", sa.String(32)),
        sa.Column("leased_until", sa.BigInteger),
        sa.Column("done_at", sa.BigInteger),
        sa.Column("outcome", sa.String(16)),
        sa.Column("reason", sa.String(200)),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_once"),
        sa.CheckConstraint("channel IN ('mail', 'push', 'webhook')", name="ck_outbox_channel_known"),
        sa.CheckConstraint("outcome IN ('sent', 'dropped', 'failed')", name="ck_outbox_outcome_known"),
        sa.CheckConstraint("(done_at IS NULL) = (outcome IS NULL)", name="ck_outbox_done_whole"),
        # Whoever sends a row says by its id what became of it, also when an erasure has taken it meanwhile.
        ids_once=True,
    )
    changes.create_index("ix_outbox_due", "outbox", ["channel", "due_at"], where="done_at IS NULL")
    changes.create_index(
        "ix_outbox_held", "outbox", ["person_id", "channel", "endpoint_id"], where="held AND done_at IS NULL"
    )
    changes.create_index("ix_outbox_failed", "outbox", ["done_at"], where="outcome = 'failed'")
    changes.create_index("ix_outbox_person_id", "outbox", ["person_id"])
    changes.create_index("ix_outbox_endpoint_id", "outbox", ["endpoint_id", "id"])
    changes.create_index("ix_outbox_done_at", "outbox", ["done_at"])


def _what_people_want(changes: SchemaChanges) -> None:
    changes.create_table(
        "notice_settings",
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("off", sa.Text, nullable=False),
        sa.Column("quiet_from", sa.String(5)),
        sa.Column("quiet_until", sa.String(5)),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_notice_settings"),
        sa.CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL)", name="ck_notice_settings_quiet_whole"),
    )
    changes.create_table(
        "muted_conversations",
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("muted_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "conversation_id", name="pk_muted_conversations"),
    )
    changes.create_table(
        "opening_requests",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("opens_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_opening_requests"),
    )


def _where_to(changes: SchemaChanges) -> None:
    changes.create_table(
        "mail_bounces",
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_mail_bounces"),
        sa.CheckConstraint("kind IN ('bounce', 'complaint')", name="ck_mail_bounces_kind_known"),
    )
    changes.create_table(
        "calendar_feeds",
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_calendar_feeds"),
        sa.UniqueConstraint("digest", name="uq_calendar_feeds_digest"),
    )
    changes.create_table(
        "push_subscriptions",
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("device", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("subscribed_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("person_id", "device", name="pk_push_subscriptions"),
        sa.UniqueConstraint("digest", name="uq_push_subscriptions_digest"),
    )
    changes.create_table(
        "server_secrets",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_server_secrets"),
    )


def _webhooks(changes: SchemaChanges) -> None:
    changes.create_table(
        "webhooks",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("events", sa.Text, nullable=False),
        sa.Column("with_text", sa.Boolean, nullable=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("earlier_secret", sa.LargeBinary),
        sa.Column("earlier_until", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.Column("failing_since", sa.BigInteger),
        sa.Column("disabled_at", sa.BigInteger),
        sa.Column("disabled_for", sa.String(16)),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
        sa.CheckConstraint("(earlier_secret IS NULL) = (earlier_until IS NULL)", name="ck_webhooks_earlier_whole"),
        sa.CheckConstraint("(disabled_at IS NULL) = (disabled_for IS NULL)", name="ck_webhooks_disabled_whole"),
    )
    changes.create_table(
        "webhook_attempts",
        sa.Column("id", _PLACE, nullable=False),
        sa.Column("outbox_id", sa.BigInteger, nullable=False),
        sa.Column("webhook_id", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("took_ms", sa.Integer, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("error", sa.String(200)),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_attempts"),
    )
    changes.create_index("ix_webhook_attempts_outbox_id", "webhook_attempts", ["outbox_id"])
    changes.create_index("ix_webhook_attempts_webhook_id", "webhook_attempts", ["webhook_id", "id"])

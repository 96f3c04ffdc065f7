"""How far the erasure of a person is, and what it changes in the archive."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import bindparam, delete, func, insert, or_, select, text, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.tables import (
    ABSENCES,
    CALENDAR_FEEDS,
    CONVERSATIONS,
    CREDIT_CORRECTIONS,
    DRAFTS,
    ERASURES,
    EXERCISES,
    LATER_MESSAGES,
    LIBRARY,
    MAIL_BOUNCES,
    MEMBERSHIP_TURNS,
    MENTOR_HOURS,
    MENTOR_PRICES,
    MENTOR_PROFILES,
    MESSAGES,
    MUTED_CONVERSATIONS,
    NOTICE_SETTINGS,
    NOTICES,
    OPENING_REQUESTS,
    OUTBOX,
    PEOPLE,
    PUSH_SUBSCRIPTIONS,
    REPLY_NOTICES,
    REPLY_WAITS,
    SIGN_IN_LINKS,
    SIGN_INS,
)

ADVISORY_LOCK = 0x6572_6173
"""The PostgreSQL advisory lock that one erasing process holds: "eras" as a number."""

_NO_ONE = {"name": "", "email": None, "country": None, "zone": "UTC", "locale": "en"}
_OF_ONE = (
    *(OUTBOX, NOTICES, NOTICE_SETTINGS, MUTED_CONVERSATIONS, OPENING_REQUESTS),
    *(MAIL_BOUNCES, CALENDAR_FEEDS, PUSH_SUBSCRIPTIONS, SIGN_INS, SIGN_IN_LINKS),
    *(LATER_MESSAGES, DRAFTS),
)
"""What one person hears of, wants to hear, and where to, and what they have not sent: others have rows of their own."""
_message = MESSAGES.c


class Begun(Struct, frozen=True):
    """What keys under `key_number` sealed in that conversation is being erased; `done_at` in ms once it is."""

    conversation: str
    key_number: int
    done_at: int | None


class Remains(Struct, frozen=True):
    """What is known of an erased person, in numbers."""

    tombstones: int
    """Messages without their texts."""
    waits: int
    notices: int


async def lock(connection: AsyncConnection) -> bool:
    """Whether this transaction is the one that erases, until it ends. SQLite has no such lock."""
    return bool(await connection.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK}))


async def erase_person(connection: AsyncConnection, id: str, at: int) -> None:
    """Leave nothing of the person but id, role and instants; the first erasure's instant stays.

    What was agreed of a membership stays for the books: amounts and days. Nothing falls due of it any more.
    """
    await connection.execute(delete(MEMBERSHIP_TURNS).where(MEMBERSHIP_TURNS.c.person_id == id))
    # Support may have written anything there. Units and instants stay for the books.
    theirs = select(CONVERSATIONS.c.id).where(or_(CONVERSATIONS.c.member_id == id, CONVERSATIONS.c.mentor_id == id))
    reasons = update(CREDIT_CORRECTIONS).where(CREDIT_CORRECTIONS.c.conversation_id.in_(theirs))
    await connection.execute(reasons.values(reason=""))
    for table in (ABSENCES, MENTOR_HOURS, MENTOR_PRICES, MENTOR_PROFILES):
        await connection.execute(delete(table).where(table.c.mentor_id == id))
    await connection.execute(delete(LIBRARY).where(LIBRARY.c.owner_id == id))
    stood_in = update(ABSENCES).where(ABSENCES.c.substitute_id == id)
    await connection.execute(stood_in.values(substitute_id=None))
    query = update(PEOPLE).where(PEOPLE.c.id == id)
    await connection.execute(query.values(**_NO_ONE, updated_at=at, erased_at=func.coalesce(PEOPLE.c.erased_at, at)))


async def stood_in(connection: AsyncConnection, person: str) -> list[str]:
    """The conversations of others in which the person may have written in the mentor's place, sorted.

    By what they wrote, which waits they answered, and for whom they were to stand in: what they wrote last may not be
    archived yet.
    """
    places, names = CONVERSATIONS.c, set[str]()
    wrote = select(_message.conversation_id).where(_message.sender == person, _message.role == "mentor")
    answered = select(REPLY_WAITS.c.conversation_id).where(REPLY_WAITS.c.answered_by == person)
    unsent = [select(table.c.conversation_id).where(table.c.person_id == person) for table in (LATER_MESSAGES, DRAFTS)]
    asked = select(places.id).join(ABSENCES, ABSENCES.c.mentor_id == places.mentor_id)
    stood = asked.where(ABSENCES.c.substitute_id == person)
    for query in (each.distinct() for each in (wrote, answered, stood, *unsent)):
        names.update(await connection.scalars(query))
    own = select(places.id).where(or_(places.member_id == person, places.mentor_id == person))
    return sorted(names - set(await connection.scalars(own)))


async def forget_notices(connection: AsyncConnection, id: str) -> None:
    """Take what the person was told, what is on its way to them, what they want to hear, and where to.

    A row that is being sent is gone for whoever sends it: it cannot be tried again.
    """
    for table in _OF_ONE:
        await connection.execute(delete(table).where(table.c.person_id == id))


async def begun(connection: AsyncConnection, person: str) -> dict[str, Begun]:
    """By conversation."""
    columns = (ERASURES.c.conversation_id, ERASURES.c.key_number, ERASURES.c.done_at)
    rows = await connection.execute(select(*columns).where(ERASURES.c.person_id == person))
    return {row.conversation_id: Begun(*row) for row in rows}


async def begin(connection: AsyncConnection, person: str, conversation: str, key_number: int) -> None:
    """Note with which key the conversation goes on, before anything depends on it."""
    row = {"person_id": person, "conversation_id": conversation, "key_number": key_number}
    await connection.execute(insert(ERASURES).values(row))


async def finish(connection: AsyncConnection, person: str, conversation: str, at: int) -> None:
    """Note that nothing is left to erase from the conversation."""
    this = (ERASURES.c.person_id == person) & (ERASURES.c.conversation_id == conversation)
    await connection.execute(update(ERASURES).where(this).values(done_at=at))


async def replace_texts(
    connection: AsyncConnection, conversation: str, texts: Sequence[tuple[int, bytes | None]]
) -> None:
    """Give the messages with those seqs these sealed texts; None for none."""
    query = update(MESSAGES).where(_message.conversation_id == conversation, _message.seq == bindparam("of_seq"))
    if texts:
        await connection.execute(query, [{"of_seq": seq, "sealed": sealed} for seq, sealed in texts])


async def forget_exercises(connection: AsyncConnection, conversation: str, given_by: str | None) -> None:
    """Take what that person gave there, or (None) all; the messages with it are erased as all messages are."""
    whose = true() if given_by is None else EXERCISES.c.given_by == given_by
    await connection.execute(delete(EXERCISES).where(EXERCISES.c.conversation_id == conversation, whose))


async def exercises_to_seal(connection: AsyncConnection, conversation: str) -> list[tuple[str, bytes, bytes | None]]:
    """Of each its id, form and answers; nobody else changes them until the transaction ends."""
    columns = (EXERCISES.c.id, EXERCISES.c.form, EXERCISES.c.answers)
    query = select(*columns).where(EXERCISES.c.conversation_id == conversation).order_by(EXERCISES.c.id)
    return [(row.id, row.form, row.answers) for row in await connection.execute(query.with_for_update())]


async def seal_exercise(
    connection: AsyncConnection, conversation: str, id: str, form: bytes, answers: bytes | None
) -> None:
    """Give it these sealed texts."""
    this = (EXERCISES.c.conversation_id == conversation) & (EXERCISES.c.id == id)
    await connection.execute(update(EXERCISES).where(this).values(form=form, answers=answers))


async def remains(connection: AsyncConnection, person: str) -> Remains:
    """What is still known of the person beside their record and conversations."""
    theirs = select(ERASURES.c.conversation_id).where(ERASURES.c.person_id == person)
    has_no_text = (_message.kind == "text") & _message.sealed.is_(None) & ~_message.deleted
    erased = (_message.sender == person) & has_no_text
    counts = []
    for table, what in ((MESSAGES, erased), (REPLY_WAITS, true()), (REPLY_NOTICES, true())):
        query = select(func.count()).select_from(table).where(table.c.conversation_id.in_(theirs), what)
        counts.append(await connection.scalar(query) or 0)
    return Remains(*counts)

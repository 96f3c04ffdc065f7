"""Mentors with members who all want the same slots, made in the records; and what they ask for."""

from sqlalchemy.ext.asyncio import AsyncConnection

from benchmarks.provision import ZONE
from chatserver.records.database import Database
from chatserver.records.tables import CONVERSATIONS, MENTOR_HOURS, PEOPLE, SUBSCRIPTIONS
from quotas.bookings import QUARTER
from quotas.instant import DAY
from quotas.session_book import WantedBooking

SLOTS_EACH = 25
"""Slots of one mentor, one on each day."""
MEMBERS_EACH = 20
"""Members of one mentor; each of them asks more than once."""
PLAN = "coached"
POLICY = f"""
[plans.{PLAN}]
writing = {{ kind = "always" }}
sessions = {{ units_per_month = "unlimited", services = ["video_call", "live_chat"] }}
"""
_DAILY = '[{"weekday":"%s","stretch":{"start":0,"end":1440}}]'
_ROWS = 2_000


def mentor_of(slot: int) -> int:
    """Whose slot it is."""
    return slot // SLOTS_EACH


def conversation(mentor: int, member: int) -> str:
    """Of that mentor and their member of that number."""
    return f"c{mentor}-{member % MEMBERS_EACH}"


def first_day(now: int) -> int:
    """When the first slots start: far enough ahead for everybody."""
    return now - now % QUARTER + 3 * DAY


def wanted(slot: int, attempt: int, begin: int, racer: str = "") -> WantedBooking:
    """What the one with that number asks for. Every other slot is a live chat, which the ledger hears of."""
    return WantedBooking(
        id=f"s{slot}-{racer}{attempt}",
        conversation=conversation(mentor_of(slot), attempt),
        service="live_chat" if slot % 2 else "video_call",
        starts_at=begin + slot % SLOTS_EACH * DAY,
        minutes=30,
    )


async def fill(database: Database, mentors: int, now: int) -> None:
    """The mentors with their hours, their members and conversations. Raises DatabaseError."""
    stamps = {"created_at": now, "updated_at": now}
    about = {"name": "Benchmark", "zone": ZONE, "locale": "nb"}
    pairs = [(mentor, member) for mentor in range(mentors) for member in range(MEMBERS_EACH)]
    people = [{"id": f"t{mentor}", "role": "mentor", **about, **stamps} for mentor in range(mentors)]
    people += [{"id": f"m{mentor}-{member}", "role": "member", **about, **stamps} for mentor, member in pairs]
    weekdays = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    weekly = "[" + ",".join(_DAILY[1:-1] % weekday for weekday in weekdays) + "]"
    hours = {"zone": "UTC", "weekly": weekly, "exceptions": "[]", "buffer_minutes": 0, "notice_hours": 24}
    opened = [
        {
            "id": conversation(mentor, member),
            "member_id": f"m{mentor}-{member}",
            "mentor_id": f"t{mentor}",
            "zone": ZONE,
            "holidays": "",
            "status": "open",
            "revision": 1,
            **stamps,
        }
        for mentor, member in pairs
    ]
    plans = [{"conversation_id": each["id"], "plan": PLAN, "started_at": now} for each in opened]
    async with database.begin() as connection:
        for table, rows in (
            (PEOPLE, people),
            (CONVERSATIONS, opened),
            (SUBSCRIPTIONS, plans),
            (MENTOR_HOURS, [{"mentor_id": f"t{mentor}", "updated_at": now, **hours} for mentor in range(mentors)]),
        ):
            await _insert(connection, table, rows)


async def _insert(connection: AsyncConnection, table: object, rows: list[dict[str, object]]) -> None:
    for first in range(0, len(rows), _ROWS):
        await connection.execute(table.insert(), rows[first : first + _ROWS])  # type: ignore[attr-defined]

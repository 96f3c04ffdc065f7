"""The demo: one mentor, one member on each plan, one support person, their tokens, and the table that shows them."""

import os
import shlex
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace
from rich.console import Console
from rich.table import Table

from chatserver.app import Parts, StartError, policy_of
from chatserver.auth import issue
from chatserver.protocol.events import Role
from chatserver.settings import DEFAULT_URL, Settings, jwt_secret
from chatserver.workflows.clock_shift import settle_shift
from chatserver.workflows.provisioning import Provisioning
from chatserver.workflows.requests import ConversationDetails, Done, PersonDetails
from quotas import instant
from quotas.admission import WritingState, writing_state
from quotas.instant import DAY, HOUR
from quotas.ledger import keys
from quotas.ledger.link import Link
from quotas.ledger.redis import RedisLedger
from quotas.terms import Rulebook

TOKEN_LIFETIME_SECONDS = 30 * DAY // 1000
MORNING = 9 * HOUR
"""When a demo that cannot start today starts: at nine on the next open day."""


class DemoPerson(Struct, frozen=True):
    """Somebody of the demo; a member has a plan."""

    id: str
    name: str
    role: Role
    plan: str | None = None


MENTOR = DemoPerson("mona", "Mona", "mentor")
PEOPLE = (
    MENTOR,
    DemoPerson("lina", "Lina", "member", "light"),
    DemoPerson("birk", "Birk", "member", "basic"),
    DemoPerson("liv", "Liv", "member", "live"),
    DemoPerson("lars", "Lars", "member", "live+"),
    DemoPerson("vida", "Vida", "member", "video"),
    DemoPerson("siri", "Siri", "support"),
)


def conversation_id(member: DemoPerson) -> str:
    """The id of a member's conversation with the mentor."""
    return f"{member.id}-{MENTOR.id}"


def open_morning(rulebook: Rulebook, now: int) -> int | None:
    """Where `now` lies on a closed day of the default calendar: nine o'clock of the next open one; else None."""
    policy = rulebook.policy.calendar
    calendar = rulebook.calendar(policy.zone, policy.holidays)
    opens_at = calendar.next_open(now)
    return None if opens_at == now else opens_at + MORNING


async def with_open_day(settings: Settings, store_url: str) -> tuple[Settings, str | None]:
    """Settings whose clock shows an open day, and what to say where it had to be moved.

    A demo's store always counts as shifted, if only by a millisecond, so that its clock can be moved on a later day.
    """
    rulebook = Rulebook(policy_of(settings))
    link = Link(store_url)
    await link.open()
    try:
        if settings.now is None and not await link.request("EXISTS", keys.META):
            await link.request("HSET", keys.META, "shift", 1)
        shift = await settle_shift(link, settings.now)
        now = await RedisLedger(link, shift).now()
    finally:
        link.close()
    morning = open_morning(rulebook, now) if settings.now is None else None
    if morning is None:
        return replace(settings, now=None), None
    moved = instant.text(morning)
    return replace(settings, now=moved), (
        f"Today is a closed day, on which members cannot write. So that there is something to try, the demo's clock "
        f"starts at {moved}; --now names another instant."
    )


async def settle(provisioning: Provisioning) -> None:
    """Create the demo's people and conversations where they are missing; those that exist stay as they are."""
    for person in PEOPLE:
        if await provisioning.get_person(person.id) is None:
            await provisioning.put_person(person.id, PersonDetails(role=person.role, name=person.name))
    for person in PEOPLE:
        if person.plan is not None and await provisioning.get_conversation(conversation_id(person)) is None:
            details = ConversationDetails(member=person.id, mentor=MENTOR.id, plan=person.plan)
            done = await provisioning.put_conversation(conversation_id(person), details)
            if not isinstance(done, Done):
                raise StartError(f"the demo cannot be set up with this policy: plan {person.plan} is refused")


def write_tokens(settings: Settings) -> dict[str, Path]:
    """A token file for each person, readable by this user only; renewed at every start."""
    folder = settings.data_dir / "tokens"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret = jwt_secret(settings)
    now = int(time.time() * 1000)
    files = {}
    for person in PEOPLE:
        file = folder / f"{person.id}.jwt"
        file.touch(mode=0o600)
        token = issue(
            secret,
            person.id,
            person.role,
            TOKEN_LIFETIME_SECONDS,
            now,
            audience=settings.jwt_audience,
            issuer=settings.jwt_issuer,
        )
        file.write_text(token + "\n", encoding="ascii")
        files[person.id] = file
    return files


async def show(console: Console, parts: Parts, url: str, tokens: dict[str, Path]) -> None:
    """Print the table: who, plan, writing state now, and the command that opens their chat."""
    now = await parts.ledger.now()
    zone = ZoneInfo(parts.rulebook.policy.calendar.zone)
    table = Table(title=f"The demo, {_local(now, zone):%A %d %B %Y %H:%M} in {zone.key}", title_justify="left")
    for column in ("who", "plan", "may write now"):
        table.add_column(column)
    commands = []
    for person in PEOPLE:
        table.add_row(
            f"{person.name} ({person.role})", person.plan or "–", await _writing_now(parts, person, now, zone)
        )
        commands.append(f"  {person.name:5} {_command(url, person, tokens[person.id])}")
    console.print(table)
    console.print("\nOpen two terminals and paste one command into each:\n")
    for command in commands:
        console.print(command, soft_wrap=True, highlight=False)
    console.print()


async def _writing_now(parts: Parts, person: DemoPerson, now: int, zone: ZoneInfo) -> str:
    if person.role == "mentor":
        return "always"
    if person.plan is None:
        return "reads along"
    standing = await parts.ledger.standing(conversation_id(person))
    if standing is None:
        return "unknown to the store; run chatserver rebuild"
    state = writing_state(standing.settings.status, standing.usage, standing.terms(parts.rulebook), now)
    return _described(state, now, zone)


def _described(state: WritingState, now: int, zone: ZoneInfo) -> str:
    if not state.open:
        opens = f", opens {_local(state.opens_at, zone):%a %d %b %H:%M}" if state.opens_at else ""
        return f"[red]no: {state.reason}{opens}[/red]"
    parts = ["[green]yes[/green]"]
    if state.window_ends_at:
        parts.append(f"window ends {_local(state.window_ends_at, zone):%a %d %b %H:%M}")
    if state.windows_left is not None:
        parts.append(f"{_counted(state.windows_left, 'writing window')} left this week")
    if state.messages_left is not None:
        parts.append(f"{_counted(state.messages_left, 'scheduling message')} left this week")
    return ", ".join(parts)


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _local(at: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)


def _command(url: str, person: DemoPerson, token: Path) -> str:
    program = os.path.relpath(sys.argv[0])
    words = [program, "chat", "--token-file", str(token)]
    if url != DEFAULT_URL:
        words += ["--url", url]
    if person.plan is None and person.role == "support":
        words += ["--conversation", conversation_id(PEOPLE[1])]
    return shlex.join(words)


def clock_notice(parts: Parts, now: int) -> str | None:
    """What to say of a shifted clock; None where it is real, to within the demo's own millisecond."""
    if abs(parts.shift) < instant.SECOND:
        return None
    return f"The clock of this server is shifted: it shows {instant.text(now)}."

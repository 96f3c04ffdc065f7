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
from rich.text import Text

from chatserver import demo_sessions
from chatserver.access.tokens import issue
from chatserver.app import Parts
from chatserver.conversations.provisioning import Provisioning
from chatserver.conversations.recorded import others_are_recorded
from chatserver.conversations.requests import ConversationDetails, PersonDetails, Written
from chatserver.foundation import StartError, connected, linked, migrated, policy_of
from chatserver.messages.lane import sealed_post
from chatserver.notices.mailbox import mailbox_folder
from chatserver.plural import counted
from chatserver.private_files import make_folder, open_private
from chatserver.protocol.events import Role
from chatserver.settings import DEFAULT_URL, Settings, jwt_secret
from quotas import instant
from quotas.admission import WritingState, writing_state
from quotas.instant import DAY, HOUR, MINUTE, SECOND
from quotas.ledger import keys
from quotas.ledger.base import posted
from quotas.standing import Standing, Writer
from quotas.terms import Rulebook
from quotas.zones import zone_of

TOKEN_LIFETIME_SECONDS = 30 * DAY // 1000
DATA_DIR = Path("demo-data")
"""Its folder, unless another one is named: apart from a server's, whose policy has no quick plan."""
QUICK = "quick"
"""A plan of the demo alone: its reply promise is a minute and a half, so that a warning and a miss can be watched."""
QUICK_POLICY = f"""# The built-in policy and one plan of the demo's. `chatserver serve` needs it on this data too.

[plans.{QUICK}]
writing = {{ kind = "always" }}
reply = {{ target_hours = 0.025, from = "last", clock = "continuous", warn_hours = [0.0125] }}
"""
MORNING = 9 * HOUR
"""When a demo that cannot start today has its first session: at nine on the next open day."""


class DemoPerson(Struct, frozen=True):
    """Somebody of the demo; a member has a plan."""

    id: str
    name: str
    role: Role
    plan: str | None = None


MENTOR = DemoPerson("mona", "Mona", "mentor")
KIM = DemoPerson("kim", "Kim", "member", QUICK)
LIV = DemoPerson("liv", "Liv", "member", "live")
VIDA = DemoPerson("vida", "Vida", "member", "video")
PEOPLE = (
    MENTOR,
    DemoPerson("lina", "Lina", "member", "light"),
    DemoPerson("birk", "Birk", "member", "basic"),
    LIV,
    DemoPerson("lars", "Lars", "member", "live+"),
    VIDA,
    KIM,
    DemoPerson("siri", "Siri", "support"),
)


async def refuse_real_data(settings: Settings, store_url: str) -> None:
    """Raise StartError where a server has data: the demo's people are not to stand among real ones.

    A demo's store counts as shifted, a server's does not. Where the store is new, the records tell.
    """
    where = f"{settings.data_dir}" if settings.redis_url is None else "the store"
    async with linked(store_url) as store:
        shift = await store.request("HGET", keys.META, "shift")
    if shift is None and await _others_are_recorded(settings):
        where = f"{settings.data_dir}" if settings.database_url is None else "the database"
    elif shift is None or int(shift):
        return
    raise StartError(
        f"{where} holds data of `chatserver serve`, among which the demo does not put its people; "
        "name an empty folder with --data-dir, and no store or database of a server"
    )


async def _others_are_recorded(settings: Settings) -> bool:
    async with migrated(settings) as database:
        return await others_are_recorded(database, {person.id for person in PEOPLE})


def with_quick_plan(settings: Settings) -> Settings:
    """Settings whose policy has the demo's own plan, where the person who starts it named no other."""
    if settings.policy is not None:
        return settings
    file = settings.data_dir / "demo-policy.toml"
    try:
        make_folder(settings.data_dir)
        file.write_text(QUICK_POLICY, encoding="utf-8")
    except OSError as error:
        raise StartError(f"{file}: cannot be written: {error.strerror}") from None
    return replace(settings, policy=file)


def people_of(rulebook: Rulebook) -> list[DemoPerson]:
    """The demo's people, without those whose plan the policy lacks."""
    return [person for person in PEOPLE if person.plan is None or person.plan in rulebook.policy.plans]


async def start_a_wait(parts: Parts) -> None:
    """Let Kim write, so that the board has something to show; an answer missed at an earlier start is given first."""
    standing = await parts.ledger.standing(conversation_id(KIM)) if KIM in people_of(parts.rulebook) else None
    if standing is None or standing.settings.status != "open":
        return
    if standing.usage.waiting_since:
        await _write(parts, standing, MENTOR, "mentor", "Sorry, this took me too long. I am here now.")
    await _write(parts, standing, KIM, "member", "Are you there? I would like to hear from you soon.")


async def _write(parts: Parts, standing: Standing, person: DemoPerson, writer: Writer, text: str) -> None:
    key = await parts.keys.current(conversation_id(KIM), standing.settings.key)
    post = sealed_post(key, writer, person.id, f"demo-{writer}-{standing.now}", text, "demo")
    await posted(parts.ledger, post, standing.settings, standing.terms(parts.rulebook))


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
    """Settings whose clock shows an open day, two minutes before a quarter of an hour, and what to say of it.

    A demo's store always counts as shifted, if only by a millisecond, so that its clock can be moved on a later day.
    """
    if settings.now is not None:
        return settings, None
    async with linked(store_url) as store:
        if not await store.request("EXISTS", keys.META):
            await store.request("HSET", keys.META, "shift", 1)
    async with connected(settings, store_url) as (_, ledger):
        now = await ledger.now()
    start = demo_sessions.before_a_quarter(now)
    morning = open_morning(Rulebook(policy_of(settings)), start)
    if morning is None:
        return replace(settings, now=instant.text(start)), (
            f"Sessions start on the quarter of an hour. So that nobody waits long for one, the demo's clock goes "
            f"{(start - now) // MINUTE} min {(start - now) % MINUTE // SECOND} s ahead, to two minutes before; --now "
            "names another instant."
        )
    moved = instant.text(morning - demo_sessions.AHEAD)
    return replace(settings, now=moved), (
        f"Today is a closed day, on which members cannot write. So that there is something to try, the demo's clock "
        f"starts at {moved}; --now names another instant."
    )


async def settle(provisioning: Provisioning) -> None:
    """Create the demo's people and conversations where they are missing; those that exist stay as they are."""
    for person in PEOPLE:
        if await provisioning.get_person(person.id) is None:
            await provisioning.put_person(
                person.id, PersonDetails(role=person.role, name=person.name, email=f"{person.id}@example.org")
            )
    for person in people_of(provisioning.rulebook):
        if person.plan is not None and await provisioning.get_conversation(conversation_id(person)) is None:
            details = ConversationDetails(member=person.id, mentor=MENTOR.id, plan=person.plan)
            done = await provisioning.put_conversation(conversation_id(person), details)
            if not isinstance(done, Written):
                raise StartError(f"the demo cannot be set up with this policy: plan {person.plan} is refused")


async def settle_sessions(parts: Parts) -> None:
    """Hours and prices, a live chat that is about to start, and two video calls; what exists stays as it is."""
    await demo_sessions.open_the_mentor(parts, MENTOR.id)
    there = people_of(parts.rulebook)
    if LIV in there:
        await demo_sessions.book_the_chat(parts, _pair(LIV))
    if VIDA in there:
        await demo_sessions.book_the_calls(parts, _pair(VIDA))


def _pair(member: DemoPerson) -> demo_sessions.SessionPair:
    return demo_sessions.SessionPair(conversation_id(member), member.id, MENTOR.id)


def write_tokens(settings: Settings, rulebook: Rulebook) -> dict[str, Path]:
    """A token file for each person, readable by this user only; renewed at every start."""
    folder = settings.data_dir / "tokens"
    make_folder(folder)
    secret = jwt_secret(settings)
    now = int(time.time() * 1000)
    files = {}
    for person in people_of(rulebook):
        file = folder / f"{person.id}.jwt"
        token = issue(
            secret,
            person.id,
            person.role,
            TOKEN_LIFETIME_SECONDS,
            now,
            audience=settings.jwt_audience,
            issuer=settings.jwt_issuer,
        )
        with open_private(file, "w") as written:
            written.write(token + "\n")
        files[person.id] = file
    return files


async def show(console: Console, parts: Parts, url: str, data_dir: Path, tokens: dict[str, Path]) -> None:
    """Print the table: who, plan, writing state now, and the command that opens their chat; and where its data is."""
    now = await parts.ledger.now()
    zone = zone_of(parts.rulebook.policy.calendar.zone)
    table = Table(title=f"The demo, {_local(now, zone):%A %d %B %Y %H:%M} in {zone.key}", title_justify="left")
    for column in ("who", "plan", "may write now", "next session"):
        table.add_column(column)
    commands = []
    for person in people_of(parts.rulebook):
        table.add_row(
            f"{person.name} ({person.role})",
            person.plan or "–",
            await _writing_now(parts, person, now, zone),
            await _session(parts, person, zone) or "–",
        )
        commands.append(f"  {person.name:5} {_command(url, person, tokens[person.id])}")
    console.print(table)
    console.print("\nOpen two terminals and paste one command into each:\n")
    for command in commands:
        console.print(command, soft_wrap=True, highlight=False)
    if LIV in people_of(parts.rulebook) and (session := await _session(parts, LIV, zone)):
        listed = shlex.join(_words(url, "bookings", tokens["liv"], conversation_id(LIV)))
        free = shlex.join(_words(url, "slots", tokens["liv"], conversation_id(LIV)))
        console.print(
            f"\nLiv and Mona have a {session}. Open both chats: the line at the bottom counts down. /join comes to\n"
            "it, /sessions lists what is booked, /book live shows free times. The same from the command line:\n\n"
            f"  Liv   {listed}\n  Liv   {free}",
            soft_wrap=True,
            highlight=False,
        )
    if KIM in people_of(parts.rulebook):
        siri = shlex.join(_words(url, "replies", tokens["siri"]))
        console.print(
            "\nKim has just written and is promised an answer within 90 seconds: see the warning and the miss on the\n"
            f"board of open answers:\n\n  Siri  {siri}",
            soft_wrap=True,
            highlight=False,
        )
    console.print(
        f"\nNo mail leaves the demo: its mails, invitations too, are files in {mailbox_folder(data_dir)}. List them, "
        f"and show the latest:\n\n  {_mail_command(data_dir)}\n  {_mail_command(data_dir, 'show')}",
        soft_wrap=True,
        highlight=False,
    )
    console.print(
        f"\nData and tokens of the demo are in {data_dir}; remove that folder to begin anew.",
        soft_wrap=True,
        highlight=False,
    )


async def _session(parts: Parts, person: DemoPerson, zone: ZoneInfo) -> str:
    """A member's next session: live chat at 14:30, video call on Mon 30 Nov at 09:00; '' where there is none."""
    booking = await demo_sessions.next_session(parts, conversation_id(person)) if person.plan else None
    if booking is None:
        return ""
    there, today = _local(booking.starts_at, zone), _local(await parts.ledger.now(), zone)
    day = "" if there.date() == today.date() else f"on {there:%a %d %b} "
    return f"{booking.service.replace('_', ' ')} {day}at {there:%H:%M}"


async def _writing_now(parts: Parts, person: DemoPerson, now: int, zone: ZoneInfo) -> str | Text:
    if person.role == "mentor":
        return "always"
    if person.plan is None:
        return "reads along"
    standing = await parts.ledger.standing(conversation_id(person))
    if standing is None:
        return "unknown to the store; run chatserver rebuild"
    state = writing_state(standing.settings.status, standing.usage, standing.terms(parts.rulebook), now)
    return _described(state, zone)


def _described(state: WritingState, zone: ZoneInfo) -> Text:
    if not state.open:
        opens = f", opens {_local(state.opens_at, zone):%a %d %b %H:%M}" if state.opens_at else ""
        return Text(f"no: {state.reason}{opens}", "red")
    parts = []
    if state.window_ends_at:
        parts.append(f"window ends {_local(state.window_ends_at, zone):%a %d %b %H:%M}")
    if state.windows_left is not None:
        parts.append(f"{counted(state.windows_left, 'writing window')} left this week")
    if state.messages_left is not None:
        parts.append(f"{counted(state.messages_left, 'scheduling message')} left this week")
    return Text.assemble(("yes", "green"), *(f", {part}" for part in parts))


def _local(at: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)


def _command(url: str, person: DemoPerson, token: Path) -> str:
    words = _words(url, "chat", token)
    if person.plan is None and person.role == "support":
        words += ["--conversation", conversation_id(PEOPLE[1])]
    return shlex.join(words)


def _mail_command(data_dir: Path, *arguments: str) -> str:
    return shlex.join([os.path.relpath(sys.argv[0]), "mail", *arguments, "--data-dir", str(data_dir)])


def _words(url: str, command: str, token: Path, *arguments: str) -> list[str]:
    words = [os.path.relpath(sys.argv[0]), command, *arguments, "--token-file", str(token)]
    return words if url == DEFAULT_URL else [*words, "--url", url]

"""Before a demo starts: data that is its own, a policy, a clock that shows an open day, and a token for everybody."""

import time
from pathlib import Path

from msgspec.structs import replace

from chatserver.access.tokens import issue
from chatserver.composition.opening import StartError, connected, linked, migrated, policy_of
from chatserver.conversations.recorded import others_are_recorded
from chatserver.demo.cast import EVERYBODY, QUICK, people_of
from chatserver.demo.sessions import AHEAD, before_a_quarter
from chatserver.private_files import make_folder, open_private
from chatserver.settings import Settings, jwt_secret
from quotas import instant
from quotas.instant import DAY, HOUR, MINUTE, SECOND
from quotas.ledger import keys
from quotas.terms import Rulebook

TOKEN_LIFETIME_SECONDS = 30 * DAY // 1000
DATA_DIR = Path("demo-data")
"""Its folder, unless another one is named: apart from a server's, whose policy has no quick plan."""
QUICK_POLICY = f"""# The built-in policy and one plan of the demo's. `chatserver serve` needs it on this data too.

[plans.{QUICK}]
writing = {{ kind = "always" }}
reply = {{ target_hours = 0.025, from = "last", clock = "continuous", warn_hours = [0.0125] }}
"""
MORNING = 9 * HOUR
"""When a demo that cannot start today has its first session: at nine on the next open day."""


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
        return await others_are_recorded(database, set(EVERYBODY))


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
    start = before_a_quarter(now)
    morning = open_morning(Rulebook(policy_of(settings)), start)
    if morning is None:
        return replace(settings, now=instant.text(start)), (
            f"Sessions start on the quarter of an hour. So that nobody waits long for one, the demo's clock goes "
            f"{(start - now) // MINUTE} min {(start - now) % MINUTE // SECOND} s ahead, to two minutes before; --now "
            "names another instant."
        )
    moved = instant.text(morning - AHEAD)
    return replace(settings, now=moved), (
        f"Today is a closed day, on which members cannot write. So that there is something to try, the demo's clock "
        f"starts at {moved}; --now names another instant."
    )


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

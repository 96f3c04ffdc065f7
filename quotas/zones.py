"""Time zones by their IANA names: list and data of the `tzdata` package, so that every machine knows the same ones.

`zoneinfo` by itself looks at the machine first. There are names that only it knows, such as `localtime`, and its rules
may be of another year.
"""

from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from quotas import instant


@cache
def zone_names() -> frozenset[str]:
    """Every name of the list but `Factory`, which says that a zone was never chosen."""
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="ascii").split()) - {"Factory"}


def zone_problem(name: str) -> str | None:
    """Why `name` names no zone; None where it does."""
    if name in zone_names():
        return None
    return f"{name!r} is no IANA time zone; use a name such as 'Europe/Oslo'; upper and lower case count"


@cache
def zone_of(name: str) -> ZoneInfo:
    """Raises LookupError, where there is a `zone_problem`."""
    if problem := zone_problem(name):
        raise LookupError(problem)
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data, key=name)


def zone_to_show(name: str) -> ZoneInfo:
    """As `zone_of`, and UTC for a name that is none: conversations that ended may have one of an earlier list."""
    return zone_of(name if name in zone_names() else "UTC")


def local_time(at: int, name: str) -> datetime:
    """What clocks of that zone show at an instant (ms); those of UTC, where there is no such zone."""
    return _moment(at).astimezone(zone_to_show(name))


def first_instant(local: datetime) -> int:
    """The first instant at which the clocks of its zone show `local` or later; its `fold` does not count.

    So a local time that comes twice is its first, and one that clocks skip is the instant of the change.
    """
    late = instant.of(local.replace(fold=0).astimezone(UTC))
    early = instant.of(local.replace(fold=1).astimezone(UTC))
    if early >= late:
        return late
    zone = local.tzinfo
    offset_after = _moment(late).astimezone(zone).utcoffset()
    while late - early > 1:
        middle = (early + late) // 2
        if _moment(middle).astimezone(zone).utcoffset() == offset_after:
            late = middle
        else:
            early = middle
    return late


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC)

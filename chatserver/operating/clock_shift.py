"""The shift of the rules' clock: none on a real server, some on a demo or test server started with `now`.

It is kept in the store, so that every process on it, and every later start, has the same clock. A store that holds
unshifted data is never shifted, and a shifted clock is never turned back. How it is moved ahead stands in
`chatserver/replies/clock_move.py`.
"""

from quotas import instant
from quotas.ledger import keys
from quotas.store.port import Store


class ClockShiftError(ValueError):
    """The clock cannot be shifted as asked."""


async def settle_shift(store: Store, wanted_now: str | None) -> int:
    """The shift in ms that holds on this store; one that holds nothing yet takes that of `wanted_now`.

    A clock that was shifted already is left as it is: a later `wanted_now` is for the caller to move it to. Raises
    ClockShiftError where it cannot show `wanted_now`, StoreError.
    """
    real = await _real_now(store)
    stored = await store.request("HGET", keys.META, "shift")
    shift = int(stored or 0)
    wanted = shift
    if wanted_now is not None and shift:
        if instant.parse(wanted_now) < real + shift:
            raise ClockShiftError(
                f"--now: this store's clock already shows {instant.text(real + shift)} and cannot be turned back; "
                "name a later instant, leave --now away, or use an empty --data-dir"
            )
    elif wanted_now is not None:
        if await _holds_data(store):
            raise ClockShiftError(
                "--now: this store holds data written by the real clock; use an empty --data-dir or another store"
            )
        wanted = shift_to(instant.parse(wanted_now), real)
    if stored is None or wanted != shift:
        await store.request("HSET", keys.META, "shift", wanted)
    return wanted


async def shown_by(store: Store) -> int:
    """What its clock shows, shifted or not; nothing is settled by that. Raises StoreError."""
    return await _real_now(store) + int(await store.request("HGET", keys.META, "shift") or 0)


async def _real_now(store: Store) -> int:
    seconds, micros = await store.request("TIME")
    return int(seconds) * 1000 + int(micros) // 1000


def shift_to(now: int, real: int) -> int:
    """The shift by which a clock shows `now` at `real`: never 0, by which a real clock is known."""
    return now - real or 1


async def require_shifted(store: Store) -> None:
    """Raises ClockShiftError where the store keeps real time, StoreError."""
    if not int(await store.request("HGET", keys.META, "shift") or 0):
        raise ClockShiftError(
            "this store keeps real time, and is never moved: only the clock of a demo or of a server started with "
            "--now can be"
        )


def clock_notice(shift: int, now: int) -> str | None:
    """What to say of a shifted clock; None where it is real, to within the demo's own millisecond."""
    if abs(shift) < instant.SECOND:
        return None
    return f"The clock of this server is shifted: it shows {instant.text(now)}."


async def _holds_data(store: Store) -> bool:
    """Whether there is any key beside the one that this module writes, and leases."""
    others = await store.request("EXISTS", keys.META, keys.RECORDER, keys.ARCHIVIST)
    return sum(await store.everywhere("DBSIZE")) > int(others)

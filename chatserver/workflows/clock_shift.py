"""The shift of the rules' clock: none on a real server, some on a demo or test server started with `now`.

It is kept in the store, so that every process on it, and every later start, has the same clock. A store that holds
unshifted data is never shifted, and a shifted clock is never turned back.
"""

from quotas import instant
from quotas.ledger import keys
from quotas.ledger.store import Store


class ClockShiftError(ValueError):
    """The clock cannot be shifted as asked."""


async def settle_shift(link: Store, wanted_now: str | None) -> int:
    """The shift in ms that holds on this store from now on. Raises ClockShiftError, LedgerError."""
    seconds, micros = await link.request("TIME")
    real = int(seconds) * 1000 + int(micros) // 1000
    stored = await link.request("HGET", keys.META, "shift")
    shift = int(stored) if stored is not None else None
    if wanted_now is None:
        wanted = shift or 0
    else:
        wanted = instant.parse(wanted_now) - real
        if not shift and await _holds_data(link):
            raise ClockShiftError(
                "--now: this store holds data written by the real clock; use an empty --data-dir or another store"
            )
        if shift and wanted < shift:
            raise ClockShiftError(
                f"--now: this store's clock already shows {instant.text(real + shift)} and cannot be turned back; "
                "name a later instant, leave --now away, or use an empty --data-dir"
            )
    if wanted != shift:
        await link.request("HSET", keys.META, "shift", wanted)
    return wanted


async def _holds_data(link: Store) -> bool:
    """Whether there is any key beside the one that this module writes, and a lease."""
    return sum(await link.everywhere("DBSIZE")) > int(await link.request("EXISTS", keys.META, keys.RECORDER))

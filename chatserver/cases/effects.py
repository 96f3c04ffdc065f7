"""What the rest of the product does because a case came into a state: by the names that the table of cases has.

Whoever puts the product together supplies them. One that is not there, or cannot be done, is support's to do, and the
case's history says so.
"""

import logging
from collections.abc import Awaitable, Callable

from msgspec import Struct
from sqlalchemy.exc import IntegrityError

from chatserver.cases.case_record import CaseTodo, TodoName
from chatserver.records.database import DatabaseError
from quotas.cases.record import Case
from quotas.store.errors import StoreError

logger = logging.getLogger(__name__)


class EffectImpossible(Exception):  # noqa: N818 - no fault: somebody else does it
    """It cannot be done by itself; one sentence without names that says why."""


EffectDoer = Callable[[Case, int], Awaitable[str]]
"""Does it for a case, as of the instant (ms) from which on it is to be done, and says what is worth noting: ids, or ''.

Done again it changes nothing. Raises EffectImpossible; StoreError and DatabaseError, where it is tried again.
"""
CaseEffects = dict[TodoName, EffectDoer]


class EffectDone(Struct, frozen=True):
    """What the history says: `did` with the effect's name, and what is noted of it."""

    did: str
    because: str = ""


async def carried_out(effects: CaseEffects, case: Case, todo: CaseTodo) -> EffectDone:
    """Do it, or leave it to support, also where a fault of the server is in the way.

    Raises StoreError, DatabaseError, IntegrityError, where it is tried again.
    """
    doer = effects.get(todo.effect)
    if doer is None:
        return EffectDone(f"by_hand:{todo.effect}")
    try:
        return EffectDone(f"effect:{todo.effect}", await doer(case, todo.at))
    except EffectImpossible as error:
        return EffectDone(f"by_hand:{todo.effect}", str(error))
    except (StoreError, DatabaseError, IntegrityError):
        raise
    except Exception:
        # Tried for ever, it would keep all cases of the conversation from being read.
        logger.exception("what a case asks for cannot be done", extra={"case": case.id, "effect": todo.effect})
        return EffectDone(f"by_hand:{todo.effect}", "a fault of the server, which its log tells of")


def is_of_the_product(did: str) -> bool:
    """Whether a line tells of an effect, which is for support alone."""
    return is_by_hand(did) or did.startswith("effect:")


def is_by_hand(did: str) -> bool:
    """Whether a line leaves an effect to support."""
    return did.startswith("by_hand:")

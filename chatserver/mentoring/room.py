"""The parts of this room, put together."""

from collections.abc import Awaitable, Callable

from msgspec import Struct

from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.keys.own_seal import OwnSeal
from chatserver.mentoring.exercises import Exercises
from chatserver.mentoring.library import Library
from chatserver.mentoring.profiles import MentorProfiles
from chatserver.messages.log import MessageLog
from chatserver.records.database import Database


class Mentoring(Struct, frozen=True, kw_only=True):
    """What a mentor works with beside messages."""

    library: Library
    profiles: MentorProfiles
    exercises: Exercises


def mentoring_on(
    database: Database, keys: ConversationKeys, log: MessageLog, clock: Callable[[], Awaitable[int]]
) -> Mentoring:
    """`clock` gives the store's instant."""
    seal = OwnSeal(keys)
    return Mentoring(
        library=Library(database, seal, clock),
        profiles=MentorProfiles(database, seal, clock),
        exercises=Exercises(database, keys, log, clock),
    )

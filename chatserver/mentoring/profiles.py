"""What a mentor says of themselves: what they and their members may expect of each other, and what they know of."""

import logging
from collections.abc import Awaitable, Callable, Collection
from typing import Annotated

from msgspec import Meta, Struct

from chatserver.conversations.contacts import contact_to_rely_on, contacts
from chatserver.conversations.requests import FieldProblem, Invalid, Missing
from chatserver.keys.own_seal import OwnSeal
from chatserver.keys.sealing import SealError
from chatserver.mentoring.rows import mentor_profiles as rows
from chatserver.mentoring.rows.mentor_profiles import KeptProfile
from chatserver.protocol.visible import shows
from chatserver.records.database import Database

MOST_WORDS = 20
LONGEST_EXPECTATIONS = 4_000

logger = logging.getLogger(__name__)

ExpertiseWord = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=40,
        pattern=r"^[^\u0000-\u001f\u007f-\u009f]*$(?!\n)",
        description="A line of 1 to 40 characters.",
    ),
]


class ProfileDetails(Struct, frozen=True, forbid_unknown_fields=True):
    """What a mentor says. `expectations` are shown to each of their members; `expertise` helps whoever chooses one."""

    expectations: Annotated[
        str,
        Meta(
            max_length=LONGEST_EXPECTATIONS,
            pattern=r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$(?!\n)",
            description=f"A text of at most {LONGEST_EXPECTATIONS} characters; empty for none.",
        ),
    ] = ""
    expertise: Annotated[
        list[ExpertiseWord],
        Meta(max_length=MOST_WORDS, description=f"A list of at most {MOST_WORDS} words of up to 40 characters."),
    ] = []


class MentorProfile(Struct, frozen=True):
    """As it is kept; `updated_at` (ms) is 0 where it was never set."""

    expectations: str
    expertise: list[str]
    updated_at: int


class MentorProfiles:
    """`clock` gives the store's instant. Methods raise DatabaseError and StoreError."""

    def __init__(self, database: Database, seal: OwnSeal, clock: Callable[[], Awaitable[int]]) -> None:
        self._database = database
        self._seal = seal
        self._clock = clock

    async def find(self, mentor: str) -> MentorProfile | None:
        """None where there is no mentor."""
        async with self._database.read() as connection:
            person = (await contacts(connection, [mentor])).get(mentor)
        return None if person is None or person.role != "mentor" else await self.kept_of(mentor)

    async def kept_of(self, person: str) -> MentorProfile:
        """What is kept, whoever they are."""
        async with self._database.read() as connection:
            kept = await rows.find(connection, person)
        return await self._opened(person, kept)

    async def put(self, mentor: str, details: ProfileDetails) -> MentorProfile | Invalid | Missing:
        """Write it over what the mentor had. The same again changes nothing."""
        if problems := _problems(details):
            return Invalid(problems)
        said = details.expectations if shows(details.expectations) else ""
        before = await self.find(mentor)
        if before is None:
            return Missing()
        if before.updated_at and (before.expectations, before.expertise) == (said, details.expertise):
            return before
        now = await self._clock()
        sealed = await self._seal.seal(mentor, said.encode()) if said else None
        async with self._database.begin() as connection:
            if await contact_to_rely_on(connection, mentor) is None:
                return Missing()
            await rows.put(connection, mentor, KeptProfile(sealed, details.expertise, now))
        return MentorProfile(said, details.expertise, now)

    async def expertise_of(self, mentors: Collection[str]) -> dict[str, list[str]]:
        """Of those who named any, by id."""
        async with self._database.read() as connection:
            return await rows.expertise_of(connection, mentors)

    async def _opened(self, mentor: str, kept: KeptProfile | None) -> MentorProfile:
        if kept is None:
            return MentorProfile("", [], 0)
        try:
            said = (await self._seal.open(mentor, kept.expectations)).decode() if kept.expectations is not None else ""
        except SealError:
            logger.error("what a mentor expects does not open", extra={"person": mentor})
            said = ""
        return MentorProfile(said, kept.expertise, kept.updated_at)


def _problems(details: ProfileDetails) -> list[FieldProblem]:
    found = []
    known = set()
    for place, word in enumerate(details.expertise):
        if not shows(word):
            found.append(FieldProblem(f"expertise[{place}]", "must show at least one character"))
        elif word.casefold() in known:
            found.append(FieldProblem(f"expertise[{place}]", f"{word!r} is there twice"))
        known.add(word.casefold())
    return found

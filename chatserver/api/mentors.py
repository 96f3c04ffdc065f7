"""Who the mentors are, by name and by what they know of: for whoever chooses one, to stand in or to go on with."""

from msgspec import Struct

from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.api.roles import MENTOR_OR_SUPPORT

MOST_MENTORS = 500


class NamedMentor(Struct, frozen=True):
    """A mentor; `name` is '' where they have none. `expertise`: what they say that they know of."""

    id: str
    name: str
    expertise: list[str]


class MentorList(Struct, frozen=True):
    """By name; `more` says whether there are others."""

    mentors: list[NamedMentor]
    more: bool


async def list_mentors(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    """Nothing else of them is told: mentors are not to reach each other by it."""
    found = await call.context.provisioning.find_people("", "mentor", MOST_MENTORS + 1)
    there = [each for each in found if each.erased_at is None]
    expertise = await call.context.mentoring.profiles.expertise_of([each.id for each in there])
    named = [NamedMentor(each.id, each.name, expertise.get(each.id, [])) for each in there]
    return HttpAnswer(200, MentorList(named[:MOST_MENTORS], len(named) > MOST_MENTORS))


LIST_MENTORS = Operation(
    method="GET",
    path="/v1/mentors",
    name="listMentors",
    summary=f"The mentors by name, {MOST_MENTORS} at most, and what they know of, for whoever chooses one.",
    handler=list_mentors,
    query=NoQuery,
    roles=MENTOR_OR_SUPPORT,
    answers={200: (MentorList, "The mentors, by name.")},
    refusals=(),
)

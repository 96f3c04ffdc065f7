"""Who the mentors are, by name alone: for whoever chooses one to stand in."""

from msgspec import Struct

from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.api.roles import MENTOR_OR_SUPPORT

MOST_MENTORS = 500


class NamedMentor(Struct, frozen=True):
    """A mentor; `name` is '' where they have none."""

    id: str
    name: str


class MentorList(Struct, frozen=True):
    """By name; `more` says whether there are others."""

    mentors: list[NamedMentor]
    more: bool


async def list_mentors(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    """Nothing else of them is told: mentors are not to reach each other by it."""
    found = await call.context.provisioning.find_people("", "mentor", MOST_MENTORS + 1)
    named = [NamedMentor(each.id, each.name) for each in found if each.erased_at is None]
    return HttpAnswer(200, MentorList(named[:MOST_MENTORS], len(named) > MOST_MENTORS))


LIST_MENTORS = Operation(
    method="GET",
    path="/v1/mentors",
    name="listMentors",
    summary=f"The mentors by name, {MOST_MENTORS} at most, for mentors and support who choose one to stand in.",
    handler=list_mentors,
    query=NoQuery,
    roles=MENTOR_OR_SUPPORT,
    answers={200: (MentorList, "The mentors, by name.")},
    refusals=(),
)

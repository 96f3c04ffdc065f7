"""The days of the running week on which a mentor has written to members whose plans ask for some."""

from msgspec import Struct

from chatserver.api.hours import no_mentor
from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.api.roles import MENTOR_OR_SUPPORT
from quotas import instant


class WrittenDays(Struct, frozen=True):
    """`days` such as 2026-01-05 of the local week that ends at `ends_at`; the plan asks for `asked` of them."""

    conversation: str
    member: str
    plan: str
    asked: int
    days: list[str]
    ends_at: str


class MentorDays(Struct, frozen=True):
    """A mentor's open conversations on plans that ask for days, by id. A reminder: no deadline is missed by it.

    `names` are those of the members, by id, as far as they have one.
    """

    mentor: str
    conversations: list[WrittenDays]
    names: dict[str, str]


async def get_writing_days(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    """Mentors have their own."""
    if call.identity.role == "mentor" and call.identity.user != call.id:
        raise no_mentor(call.id)
    person = await call.context.provisioning.get_person(call.id)
    if person is None or person.role != "mentor":
        raise no_mentor(call.id)
    found = await call.context.reports.this_week(call.id)
    listed = [
        WrittenDays(
            conversation=each.conversation,
            member=each.member,
            plan=each.plan,
            asked=each.asked,
            days=[day.isoformat() for day in each.days],
            ends_at=instant.text(each.ends_at),
        )
        for each in found
    ]
    names = await call.context.provisioning.names({each.member for each in found})
    return HttpAnswer(200, MentorDays(call.id, listed, names))


GET_WRITING_DAYS = Operation(
    method="GET",
    path="/v1/mentors/{id}/writing-days",
    name="getWritingDays",
    summary="The days of this week on which a mentor has written, where plans ask for some. Mentors see their own.",
    handler=get_writing_days,
    query=NoQuery,
    roles=MENTOR_OR_SUPPORT,
    answers={200: (MentorDays, "The conversations and their days.")},
    refusals=(404,),
)

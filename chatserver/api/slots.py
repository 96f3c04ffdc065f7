"""A mentor's free starts over HTTP."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from chatserver.access.tokens import Identity
from chatserver.api.hours import no_mentor
from chatserver.api.operation import ApiContext, HttpAnswer, HttpCall, Operation
from chatserver.api.roles import PAIR
from chatserver.api.spans import span
from quotas import instant
from quotas.plans import Service

MOST_SLOT_DAYS = 62
"""How many days one list of slots may span."""
USUAL_SLOT_DAYS = 14


class SlotsQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which starts: of sessions of that length, from `from` on and before `until`. Both services have the same."""

    minutes: Annotated[Literal["30", "45", "60", "90"], Meta(description="How long the session is to last.")]
    service: Annotated[Service, Meta(description="Which session it is to be.")] = "video_call"
    since: Annotated[str, Meta(description="An RFC 3339 instant with its offset; left out: now.")] | UnsetType = field(
        name="from", default=UNSET
    )
    until: (
        Annotated[
            str,
            Meta(
                description=f"An RFC 3339 instant at most {MOST_SLOT_DAYS} days after `from`; left out: "
                f"{USUAL_SLOT_DAYS} days after it."
            ),
        ]
        | UnsetType
    ) = UNSET


class FreeStarts(Struct, frozen=True):
    """Starts that a member may book now, RFC 3339 in UTC, and the mentor's zone. None where no hours were published."""

    mentor: str
    zone: str
    service: Service
    minutes: int
    slots: list[str]


async def get_slots(call: HttpCall[SlotsQuery, None]) -> HttpAnswer:
    context, query = call.context, call.query
    await require_pair(context, call.identity, call.id)
    record = await context.hours.find(call.id)
    if record is None:
        raise no_mentor(call.id)
    now = await context.clock()
    since, until = span(query.since, query.until, begins=now, days=USUAL_SLOT_DAYS, most_days=MOST_SLOT_DAYS)
    member = call.identity.user if call.identity.role == "member" else ""
    found = await context.slots.free(call.id, int(query.minutes), since, until, now, member=member)
    slots = [instant.text(start) for start in found]
    return HttpAnswer(200, FreeStarts(call.id, record.hours.zone, query.service, int(query.minutes), slots))


async def require_pair(context: ApiContext, identity: Identity, mentor: str) -> None:
    """The mentor, or one of their members. Raises ProblemError 404: strangers learn nothing of them."""
    if identity.role == "mentor" and identity.user == mentor:
        return
    if identity.role == "member" and await context.slots.has_member(mentor, identity.user):
        return
    raise no_mentor(mentor)


GET_SLOTS = Operation(
    method="GET",
    path="/v1/mentors/{id}/slots",
    name="getSlots",
    summary="A mentor's free starts. Mentors see their own, members those of their mentors.",
    handler=get_slots,
    query=SlotsQuery,
    roles=PAIR,
    answers={200: (FreeStarts, "The free starts, in order.")},
    refusals=(404,),
)

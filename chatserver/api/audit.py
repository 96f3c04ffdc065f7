"""The audit log over HTTP, for support: who did what to whose data."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from chatserver.api.operation import HttpAnswer, HttpCall, Operation
from chatserver.api.roles import SUPPORT
from chatserver.audit.line import AuditDid, AuditLine, AuditRole
from chatserver.audit.listing import AuditFilter, listed
from chatserver.conversations.requests import PersonId
from quotas import instant

MOST_LINES = 200


class AuditQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which lines; what is left out: any."""

    who: Annotated[PersonId, Meta(description="What that person did.")] | UnsetType = UNSET
    did: Annotated[AuditDid, Meta(description="Of that kind.")] | UnsetType = UNSET
    conversation: Annotated[PersonId, Meta(description="To that conversation.")] | UnsetType = UNSET
    person: Annotated[PersonId, Meta(description="To that person, or to a conversation of theirs.")] | UnsetType = UNSET
    before: (
        Annotated[int, Meta(ge=1, le=2**53 - 1, description="Lines with a smaller number; left out: the newest.")]
        | UnsetType
    ) = UNSET
    limit: Annotated[int, Meta(ge=1, le=MOST_LINES, description=f"How many at most, 1 to {MOST_LINES}.")] = 50


class AuditLineView(Struct, frozen=True):
    """That `who` did it. `conversation`, `person` and `about`, an id of something else, are '' where it is about none.

    `details` are ids, numbers and words of the protocol, by the kind; never a text. `hash` is hexadecimal: of this line
    and of all before it.
    """

    number: int
    at: str
    who: str
    role: AuditRole
    did: str
    conversation: str
    person: str
    about: str
    details: dict[str, Any]
    hash: str


class AuditPage(Struct, frozen=True):
    """Lines, the newest first; `more` says whether older ones exist."""

    now: str
    lines: list[AuditLineView]
    more: bool


async def get_audit(call: HttpCall[AuditQuery, None]) -> HttpAnswer:
    query, limit = call.query, call.query.limit
    now = await call.context.clock()
    wanted = AuditFilter(
        _given(query.who),
        None if isinstance(query.did, UnsetType) else query.did,
        _given(query.conversation),
        _given(query.person),
    )
    before = None if isinstance(query.before, UnsetType) else query.before
    found = await listed(call.context.database, wanted, limit + 1, before=before)
    return HttpAnswer(200, AuditPage(instant.text(now), [view(each) for each in found[:limit]], len(found) > limit))


def view(line: AuditLine) -> AuditLineView:
    return AuditLineView(
        number=line.number,
        at=instant.text(line.at),
        who=line.who,
        role=msgspec.convert(line.role, AuditRole),
        did=line.did,
        conversation=line.conversation,
        person=line.person,
        about=line.about,
        details=msgspec.json.decode(line.details),
        hash=line.hash.hex(),
    )


def _given(value: str | UnsetType) -> str:
    return "" if isinstance(value, UnsetType) else value


GET_AUDIT = Operation(
    method="GET",
    path="/v1/audit",
    name="getAudit",
    summary="Who did what to whose data, the newest first. Lines are chained by hash and never change.",
    handler=get_audit,
    query=AuditQuery,
    roles=SUPPORT,
    answers={200: (AuditPage, "The page.")},
    refusals=(),
)

"""People over HTTP."""

import time

from msgspec import Struct

from chatserver.api.oneself import nobody, require_oneself_or_service
from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.api.outcome import field_problems, written
from chatserver.api.problem import invalid
from chatserver.api.roles import EVERYBODY
from chatserver.conversations import person
from chatserver.conversations.person import Locale
from chatserver.conversations.requests import FieldProblem, LocaleChoice, PersonDetails, Revocation
from chatserver.protocol.events import Role
from quotas import instant


class Person(Struct, frozen=True):
    """A person. Instants are RFC 3339 in UTC."""

    id: str
    role: Role
    name: str
    zone: str
    locale: Locale
    email: str | None
    country: str | None
    """ISO 3166-1; null where it is not known."""
    created_at: str
    updated_at: str
    erased_at: str | None
    """Since then nothing but id and role is known of the person; null for everyone else."""


class Revoked(Struct, frozen=True):
    """The person's tokens issued before `before` (RFC 3339, UTC) are refused."""

    person: str
    before: str


async def put_person(call: HttpCall[NoQuery, PersonDetails]) -> HttpAnswer:
    status, record = written(await call.context.provisioning.put_person(call.id, call.body))
    return HttpAnswer(status, person_resource(record))


async def get_person(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    """Members and mentors read themselves only; anyone else is not there for them."""
    reads_all = call.identity.role in ("service", "support")
    person = None
    if reads_all or call.id == call.identity.user:
        person = await call.context.provisioning.get_person(call.id)
    if person is None:
        raise nobody(call.id)
    return HttpAnswer(200, person_resource(person))


async def put_locale(call: HttpCall[NoQuery, LocaleChoice]) -> HttpAnswer:
    require_oneself_or_service(call.id, call.identity)
    person = await call.context.provisioning.set_locale(call.id, call.body.locale)
    if person is None:
        raise nobody(call.id)
    return HttpAnswer(200, person_resource(person))


async def revoke_person(call: HttpCall[NoQuery, Revocation]) -> HttpAnswer:
    """Also for people that are not recorded: their tokens would be accepted all the same."""
    now = time.time_ns() // 1_000_000
    try:
        before = now if call.body.before is None else instant.parse(call.body.before)
        holds = await call.context.revocations.revoke(call.id, before, now)
    except ValueError as error:
        raise invalid([FieldProblem("before", str(error))]) from None
    return HttpAnswer(200, Revoked(call.id, instant.text(holds)))


def person_resource(record: person.PersonRecord) -> Person:
    return Person(
        id=record.id,
        role=record.role,
        name=record.name,
        zone=record.zone,
        locale=record.locale,
        email=record.email,
        country=record.country,
        created_at=instant.text(record.created_at),
        updated_at=instant.text(record.updated_at),
        erased_at=instant.text_or_none(record.erased_at),
    )


PUT_PERSON = Operation(
    method="PUT",
    path="/v1/people/{id}",
    name="putPerson",
    summary="Create a person or bring them up to date. The same again changes nothing.",
    handler=put_person,
    query=NoQuery,
    body=PersonDetails,
    check=field_problems,
    answers={200: (Person, "The person was known."), 201: (Person, "The person is new.")},
    refusals=(409,),
)

GET_PERSON = Operation(
    method="GET",
    path="/v1/people/{id}",
    name="getPerson",
    summary="A person. Members and mentors see themselves only.",
    handler=get_person,
    query=NoQuery,
    answers={200: (Person, "The person.")},
    refusals=(404,),
)

PUT_LOCALE = Operation(
    method="PUT",
    path="/v1/people/{id}/locale",
    name="putLocale",
    summary="Set in which language a person is told things: everybody their own, services anybody's.",
    handler=put_locale,
    query=NoQuery,
    body=LocaleChoice,
    roles=EVERYBODY,
    answers={200: (Person, "The person as they are now.")},
    refusals=(404,),
)

REVOKE_PERSON = Operation(
    method="POST",
    path="/v1/people/{id}/revoke",
    name="revokePerson",
    summary="Refuse the person's tokens issued before an instant, and close their sockets. It never moves back.",
    handler=revoke_person,
    query=NoQuery,
    body=Revocation,
    answers={200: (Revoked, "The instant that holds.")},
    refusals=(),
)

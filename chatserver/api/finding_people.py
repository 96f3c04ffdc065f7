"""Support and services find people, and the conversations that they are in."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from chatserver.api.fields import ID_PATTERN
from chatserver.api.oneself import nobody
from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.api.people import Person, person_resource
from chatserver.api.roles import STAFF
from chatserver.protocol.events import Role
from quotas.admission import Status

MOST_PEOPLE = 100


class PeopleQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which of them; what is left out: any."""

    search: Annotated[
        str,
        Meta(max_length=200, description="Part of the name, or the beginning of the id or the e-mail address."),
    ] = ""
    role: Annotated[Role, Meta(description="Those with that role.")] | UnsetType = UNSET
    ids: Annotated[
        str,
        Meta(
            max_length=MOST_PEOPLE * 65,
            pattern=rf"^({ID_PATTERN}(,{ID_PATTERN}){{0,{MOST_PEOPLE - 1}}})?$(?!\n)",
            description=f"Ids of those people: 1 to {MOST_PEOPLE}, with commas between them.",
        ),
    ] = ""
    limit: Annotated[int, Meta(ge=1, le=MOST_PEOPLE, description=f"How many at most, 1 to {MOST_PEOPLE}.")] = 20


class PeopleFound(Struct, frozen=True):
    """The first of them, by name; `more` says whether there are others: search for more of the name."""

    people: list[Person]
    more: bool


class ConversationOfPerson(Struct, frozen=True):
    """One that a person is in, on one side or the other."""

    id: str
    member: str
    mentor: str
    plan: str
    status: Status


class ConversationsOfPerson(Struct, frozen=True):
    """All that a person is or was in, by id; `names` are those of their people, by id, as far as they have one."""

    person: str
    conversations: list[ConversationOfPerson]
    names: dict[str, str]


async def find_people(call: HttpCall[PeopleQuery, None]) -> HttpAnswer:
    query = call.query
    role = None if isinstance(query.role, UnsetType) else query.role
    ids = query.ids.split(",") if query.ids else []
    found = await call.context.provisioning.find_people(query.search.strip(), role, query.limit + 1, ids)
    people = [person_resource(each) for each in found[: query.limit]]
    return HttpAnswer(200, PeopleFound(people, len(found) > query.limit))


async def get_conversations_of_person(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    provisioning = call.context.provisioning
    if await provisioning.get_person(call.id) is None:
        raise nobody(call.id)
    found = await provisioning.conversations_of(call.id)
    names = await provisioning.names({person for each in found for person in (each.member, each.mentor)})
    listed = [ConversationOfPerson(each.id, each.member, each.mentor, each.plan, each.status) for each in found]
    return HttpAnswer(200, ConversationsOfPerson(call.id, listed, names))


FIND_PEOPLE = Operation(
    method="GET",
    path="/v1/people",
    name="findPeople",
    summary="People by name, id or e-mail address, for support and services.",
    handler=find_people,
    query=PeopleQuery,
    roles=STAFF,
    answers={200: (PeopleFound, "The first of them, by name.")},
    refusals=(),
)

GET_CONVERSATIONS_OF_PERSON = Operation(
    method="GET",
    path="/v1/people/{id}/conversations",
    name="getConversationsOfPerson",
    summary="The conversations that a person is or was in, for support and services.",
    handler=get_conversations_of_person,
    query=NoQuery,
    roles=STAFF,
    answers={200: (ConversationsOfPerson, "All of them, by id.")},
    refusals=(404,),
)

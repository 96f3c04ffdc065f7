"""When support read what was reported of a conversation, for its two people, once the case has ended."""

from msgspec import Struct

from chatserver.api.conversations import readable
from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation
from quotas import instant


class Readings(Struct, frozen=True):
    """When support read messages of the conversation that had been reported, the first time first.

    Of a case that is open nothing is said.
    """

    conversation: str
    read_at: list[str]


async def get_readings(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    record = await readable(call.context, call.identity, call.id)
    found = await call.context.evidence.disclosed(record.id)
    return HttpAnswer(200, Readings(record.id, [instant.text(at) for at in found]))


GET_READINGS = Operation(
    method="GET",
    path="/v1/conversations/{id}/readings",
    name="getReadings",
    summary="When support read reported messages of a conversation, as far as the cases have ended.",
    handler=get_readings,
    query=NoQuery,
    answers={200: (Readings, "The instants.")},
    refusals=(404,),
)

"""When support read messages of a conversation, for its two people; for a case of misconduct, once that has ended."""

from msgspec import Struct

from chatserver.api.conversations import readable
from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.cases.readings_told import readings_told
from quotas import instant


class Readings(Struct, frozen=True):
    """When support read messages of the conversation, those that had been reported among them: the first time first.

    Of reading on, the first instant in each hour. What was read since a case of misconduct is open, and because of it,
    is told once that has ended.
    """

    conversation: str
    read_at: list[str]


async def get_readings(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    record = await readable(call.context, call.identity, call.id)
    async with call.context.database.read() as connection:
        found = await readings_told(connection, record.id)
    return HttpAnswer(200, Readings(record.id, [instant.text(at) for at in found]))


GET_READINGS = Operation(
    method="GET",
    path="/v1/conversations/{id}/readings",
    name="getReadings",
    summary="When support read messages of a conversation; for a case of misconduct, once that has ended.",
    handler=get_readings,
    query=NoQuery,
    answers={200: (Readings, "The instants.")},
    refusals=(404,),
)

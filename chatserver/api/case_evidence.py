"""Reported messages over HTTP: what was sealed into a case, for support."""

from msgspec import Struct

from chatserver.api.fields import ID_PATTERN
from chatserver.api.file_answer import file_answer, store_gone
from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation, PathPart
from chatserver.api.problem import ProblemError
from chatserver.api.roles import SUPPORT
from chatserver.attachments.attachment import Attachment
from chatserver.attachments.file_store import FileStoreError
from chatserver.cases.evidence import Evidence
from chatserver.keys.sealing import SealError
from chatserver.protocol.commands import NAME_ALLOWED
from chatserver.protocol.events import Author, EarlierText
from quotas import instant
from quotas.cases.record import CaseActor


class SealedFile(Struct, frozen=True):
    """A file that such a message carries, as in `GET /v1/conversations/{id}/attachments`."""

    id: str
    name: str
    type: str
    bytes: int
    seconds: int | None
    width: int | None
    height: int | None


class SealedMessage(Struct, frozen=True):
    """A message that was reported, or stands around such a one, as it stood then.

    `text` is null where it does not open. `earlier` is what it said before it was edited, at `edited_at`. `deleted`: it
    had been deleted before the report. `files` are kept with it, whatever becomes of the message.
    """

    seq: int
    at: str
    sender: str
    role: Author
    reported: bool
    text: str | None
    edited_at: str | None
    earlier: list[EarlierText]
    deleted: bool
    files: list[SealedFile]


class SealedMessages(Struct, frozen=True):
    """In the order of the conversation; none where none were reported, or they are kept no more."""

    messages: list[SealedMessage]


EVIDENCE_FILE = PathPart("file", ID_PATTERN, NAME_ALLOWED)


async def get_case_evidence(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    found = await call.context.evidence.read(call.id, CaseActor(call.identity.user, "support"))
    if found is None:
        raise _no_case(call.id)
    return HttpAnswer(200, SealedMessages([_view(each) for each in found]))


async def get_case_file(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    reader = CaseActor(call.identity.user, "support")
    found = await call.context.evidence.file(call.id, reader, call.parts["file"])
    if found is None:
        raise _no_case(call.id)
    try:
        return await file_answer(call.context.attachments, found, call.headers)
    except FileStoreError:
        raise store_gone() from None
    except SealError:
        raise _no_case(call.id) from None


def _no_case(id: str) -> ProblemError:
    return ProblemError(404, f"there is no case {id!r} for this token, or it keeps no such file")


def _view(each: Evidence) -> SealedMessage:
    return SealedMessage(
        each.seq,
        instant.text(each.at),
        each.sender,
        each.role,
        each.reported,
        each.text,
        each.edited_at,
        each.earlier,
        each.deleted,
        [_file(file) for file in each.files],
    )


def _file(found: Attachment) -> SealedFile:
    details = found.details
    assert details is not None  # noqa: S101 - the case keeps none without
    return SealedFile(
        found.id,
        details.name,
        details.type,
        found.size,
        details.seconds,
        details.width or None,
        details.height or None,
    )


GET_CASE_EVIDENCE = Operation(
    method="GET",
    path="/v1/cases/{id}/evidence",
    name="getCaseEvidence",
    summary="The reported messages that are sealed into a case, in the open. The case's history says who read them.",
    handler=get_case_evidence,
    query=NoQuery,
    roles=SUPPORT,
    answers={200: (SealedMessages, "The messages.")},
    refusals=(404,),
)
GET_CASE_FILE = Operation(
    method="GET",
    path="/v1/cases/{id}/evidence/{file}",
    name="getCaseFile",
    summary="A file of a reported message that a case keeps, or a range of it. The case's history says who opened it.",
    handler=get_case_file,
    query=NoQuery,
    roles=SUPPORT,
    parts=(EVIDENCE_FILE,),
    answers={200: (None, "The file."), 206: (None, "The range of it that `Range` asks for.")},
    refusals=(404, 416),
    download=True,
)

"""Files over HTTP: uploaded before the message that carries them, and served to the conversation's people."""

import re
from collections.abc import Mapping
from email.message import Message as MimeHeaders
from email.utils import collapse_rfc2231_value
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType
from starlette.responses import Response

from chatserver.api.conversations import readable_standing_in
from chatserver.api.file_answer import file_answer, file_headers, store_gone
from chatserver.api.operation import HttpAnswer, HttpCall, Operation
from chatserver.api.problem import ProblemError, RefusedError, invalid
from chatserver.api.roles import PAIR
from chatserver.attachments.attachment import Attachment, AttachmentState
from chatserver.attachments.file_store import FileStoreError
from chatserver.attachments.uploads import Offered, UploadRefused
from chatserver.conversations.requests import FieldProblem
from chatserver.keys.sealing import SealError
from chatserver.messages.substitutes import first_for_substitute
from chatserver.protocol.commands import NAME_PATTERN
from quotas import instant

MOST_ASKED = 100
"""Ids in one question."""
MOST_SECONDS = 24 * 3600
"""How long a voice message may say that it is."""

ConversationId = Annotated[
    str, Meta(min_length=1, max_length=64, pattern=NAME_PATTERN, description="The conversation that it belongs to.")
]


class UploadQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Where it is to be sent."""

    conversation: ConversationId
    seconds: (
        Annotated[int, Meta(ge=0, le=MOST_SECONDS, description="How long a voice message is; left out: no length.")]
        | UnsetType
    ) = UNSET


class FileQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which file, and in which form."""

    conversation: ConversationId
    form: Annotated[
        Literal["file", "thumbnail"], Meta(description="`thumbnail`: what is shown small in a picture's place.")
    ] = "file"


class OfConversationQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which file."""

    conversation: ConversationId


class FilesQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which files."""

    ids: Annotated[
        str, Meta(min_length=1, max_length=65 * MOST_ASKED, description=f"Ids, 1 to {MOST_ASKED}, between commas.")
    ]


class AttachmentView(Struct, frozen=True):
    """A file. `type` is what it is by its content; `seconds` is how long a voice message is.

    `width` and `height` are those of a picture, in pixels, which has a thumbnail; else null. Its state is `checking`
    until the virus scanner has answered, `ready`, or `refused`: then nobody gets it.
    """

    id: str
    conversation: str
    name: str
    type: str
    bytes: int
    seconds: int | None
    width: int | None
    height: int | None
    state: AttachmentState
    created_at: str


class AttachmentList(Struct, frozen=True):
    """Those that are there, of those that were asked for."""

    attachments: list[AttachmentView]


async def put_attachment(call: HttpCall[UploadQuery, None]) -> HttpAnswer:
    assert call.content is not None  # noqa: S101 - it is an upload
    record, _ = await readable_standing_in(call.context, call.identity, call.query.conversation)
    offered = Offered(
        id=call.id,
        person=call.identity.user,
        name=_given_name(call.headers),
        seconds=None if isinstance(call.query.seconds, UnsetType) else call.query.seconds,
        declared=_length(call.headers),
    )
    try:
        taken = await call.context.uploads.take(record, offered, call.content)
    except UploadRefused as refused:
        raise _problem(refused) from None
    except FileStoreError:
        raise store_gone() from None
    return HttpAnswer(201 if taken.new else 200, _view(taken.attachment))


async def get_attachment(call: HttpCall[FileQuery, None]) -> HttpAnswer:
    found = await _readable(call, call.query.conversation)
    if found.state != "ready":
        raise _not_found(call.id)
    book = call.context.attachments
    try:
        if call.query.form == "thumbnail":
            small = await book.thumbnail(found)
            if small is None:
                raise _not_found(call.id)
            return HttpAnswer(200, response=Response(small, headers=file_headers("image/webp", "thumbnail.webp")))
        return await file_answer(book, found, call.headers)
    except FileStoreError:
        raise store_gone() from None
    except SealError:
        raise _not_found(call.id) from None


async def delete_attachment(call: HttpCall[OfConversationQuery, None]) -> HttpAnswer:
    await readable_standing_in(call.context, call.identity, call.query.conversation)
    if not await call.context.attachments.discard(call.query.conversation, call.identity.user, call.id):
        raise _not_found(call.id)
    return HttpAnswer(204)


async def get_attachments(call: HttpCall[FilesQuery, None]) -> HttpAnswer:
    record, absence = await readable_standing_in(call.context, call.identity, call.id)
    ids = call.query.ids.split(",")
    if len(ids) > MOST_ASKED or not all(re.fullmatch(NAME_PATTERN, each) for each in ids):
        raise invalid([FieldProblem("ids", f"must be 1 to {MOST_ASKED} ids between commas")])
    first = 0
    if absence is not None:
        first = await first_for_substitute(call.context.messages, record.id, absence) or 2**53
    found = [await _if_seen(call, each, first) for each in await call.context.attachments.find(record.id, ids)]
    return HttpAnswer(200, AttachmentList([_view(each) for each in found if each is not None]))


async def _readable(call: HttpCall[FileQuery, None], conversation: str) -> Attachment:
    """The attachment, where it is the caller's to see. Raises ProblemError 404."""
    record, absence = await readable_standing_in(call.context, call.identity, conversation)
    first = 0
    if absence is not None:
        first = await first_for_substitute(call.context.messages, record.id, absence) or 2**53
    for each in await call.context.attachments.find(record.id, [call.id]):
        if (seen := await _if_seen(call, each, first)) is not None:
            return seen
    raise _not_found(call.id)


async def _if_seen(
    call: HttpCall[FileQuery, None] | HttpCall[FilesQuery, None], found: Attachment, first: int
) -> Attachment | None:
    """Whoever uploaded it sees it, everybody else once it was sent; a substitute, what they may read."""
    if found.person == call.identity.user and call.identity.role in PAIR:
        return found
    found = await call.context.attachments.placed(found)
    return found if found.seq is not None and found.seq >= first else None


def _given_name(headers: Mapping[str, str]) -> str:
    """What the sender calls the file: `Content-Disposition: attachment; filename*=UTF-8''…` (RFC 6266)."""
    given = MimeHeaders()
    try:
        given["Content-Disposition"] = headers.get("content-disposition", "")
        found = given.get_filename()
        return collapse_rfc2231_value(found) if found else ""
    except (ValueError, LookupError, TypeError):
        return ""


def _length(headers: Mapping[str, str]) -> int | None:
    given = headers.get("content-length", "")
    return int(given) if given.isdecimal() and len(given) < 16 else None


def _view(found: Attachment) -> AttachmentView:
    details = found.details
    assert details is not None  # noqa: S101 - only those are shown
    return AttachmentView(
        id=found.id,
        conversation=found.conversation,
        name=details.name,
        type=details.type,
        bytes=found.size,
        seconds=details.seconds,
        width=details.width or None,
        height=details.height or None,
        state=found.state,
        created_at=instant.text(found.created_at),
    )


def _problem(refused: UploadRefused) -> ProblemError:
    match refused.reason:
        case "too_large":
            # What was not read to its end leaves a connection that cannot be used again.
            return ProblemError(413, str(refused), headers={"Connection": "close"})
        case "busy":
            return ProblemError(429, str(refused), headers={"Retry-After": "5", "Connection": "close"})
        case _:
            return RefusedError(refused.reason, str(refused))


def _not_found(id: str) -> ProblemError:
    return ProblemError(404, f"there is no attachment {id!r} for this token")


PUT_ATTACHMENT = Operation(
    method="PUT",
    path="/v1/attachments/{id}",
    name="putAttachment",
    summary="Upload a file, to be sent with a message: its bytes as they are, its name as `Content-Disposition`.",
    handler=put_attachment,
    query=UploadQuery,
    roles=PAIR,
    answers={
        200: (AttachmentView, "The same file was there already."),
        201: (AttachmentView, "It is kept, sealed; nobody else sees it until a message carries it."),
    },
    refusals=(404,),
    refuses=True,
    upload=True,
)
GET_ATTACHMENT = Operation(
    method="GET",
    path="/v1/attachments/{id}",
    name="getAttachment",
    summary="A file, or a range of it, for the people of its conversation.",
    handler=get_attachment,
    query=FileQuery,
    answers={200: (None, "The file."), 206: (None, "The range of it that `Range` asks for.")},
    refusals=(404, 416),
    download=True,
)
DELETE_ATTACHMENT = Operation(
    method="DELETE",
    path="/v1/attachments/{id}",
    name="deleteAttachment",
    summary="Take back a file of one's own that was uploaded and not sent.",
    handler=delete_attachment,
    query=OfConversationQuery,
    roles=PAIR,
    answers={204: (None, "It is gone.")},
    refusals=(404,),
)
GET_ATTACHMENTS = Operation(
    method="GET",
    path="/v1/conversations/{id}/attachments",
    name="getAttachments",
    summary="What an app draws of files: name, type, size, state, by the ids that messages carry.",
    handler=get_attachments,
    query=FilesQuery,
    answers={200: (AttachmentList, "Those that are there.")},
    refusals=(404,),
)

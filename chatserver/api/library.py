"""Saved texts and exercises over HTTP: a mentor's own, and those that support keeps for all mentors."""

from msgspec import Struct

from chatserver.api.fields import ID_PATTERN
from chatserver.api.hours import no_mentor
from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation, PathPart
from chatserver.api.problem import ProblemError, invalid
from chatserver.api.roles import MENTOR, MENTOR_OR_SUPPORT, SUPPORT
from chatserver.conversations.requests import Conflict, Invalid, Missing
from chatserver.mentoring.forms import ExerciseQuestion, ItemKind, SavedItem
from chatserver.mentoring.library import PLATFORM, ItemWritten, LibraryItem
from chatserver.protocol.commands import NAME_ALLOWED
from quotas import instant


class SavedItemView(Struct, frozen=True):
    """A saved text, or an exercise, of which `body` is the introduction. `updated_at` is RFC 3339 in UTC."""

    id: str
    kind: ItemKind
    title: str
    body: str
    folder: str
    questions: list[ExerciseQuestion]
    updated_at: str


class LibraryView(Struct, frozen=True):
    """By folder and title: a mentor's `own`, and those that are `shared` with all mentors."""

    own: list[SavedItemView]
    shared: list[SavedItemView]


ITEM_ID = PathPart("item", ID_PATTERN, NAME_ALLOWED)


async def put_item(call: HttpCall[NoQuery, SavedItem]) -> HttpAnswer:
    _require_self(call.id, call.identity.user)
    return await _put(call, call.id, call.parts["item"])


async def delete_item(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    _require_self(call.id, call.identity.user)
    await call.context.mentoring.library.remove(call.id, call.parts["item"])
    return HttpAnswer(204)


async def get_library(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    _require_self(call.id, call.identity.user)
    library = call.context.mentoring.library
    own, shared = await library.all_of(call.id), await library.all_of(PLATFORM)
    return HttpAnswer(200, LibraryView([_view(each) for each in own], [_view(each) for each in shared]))


async def put_shared_item(call: HttpCall[NoQuery, SavedItem]) -> HttpAnswer:
    return await _put(call, PLATFORM, call.id)


async def delete_shared_item(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    await call.context.mentoring.library.remove(PLATFORM, call.id)
    return HttpAnswer(204)


async def get_shared_library(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    shared = await call.context.mentoring.library.all_of(PLATFORM)
    return HttpAnswer(200, LibraryView([], [_view(each) for each in shared]))


def _require_self(id: str, user: str) -> None:
    """A mentor has their own library only. Raises ProblemError 404."""
    if id != user:
        raise no_mentor(id)


async def _put(call: HttpCall[NoQuery, SavedItem], owner: str, id: str) -> HttpAnswer:
    match await call.context.mentoring.library.put(owner, id, call.body):
        case ItemWritten(item, created):
            return HttpAnswer(201 if created else 200, _view(item))
        case Invalid(errors):
            raise invalid(errors)
        case Conflict(detail):
            raise ProblemError(409, detail)
        case Missing():
            raise no_mentor(owner)


def _view(item: LibraryItem) -> SavedItemView:
    said = item.item
    at = instant.text(item.updated_at)
    return SavedItemView(item.id, said.kind, said.title, said.body, said.folder, said.questions, at)


PUT_ITEM = Operation(
    method="PUT",
    path="/v1/mentors/{id}/library/{item}",
    name="putSavedItem",
    summary="Save a text or an exercise to use again, or change it. What was given of it stays as it was given.",
    handler=put_item,
    query=NoQuery,
    body=SavedItem,
    roles=MENTOR,
    parts=(ITEM_ID,),
    answers={200: (SavedItemView, "It was known."), 201: (SavedItemView, "It is new.")},
    refusals=(404, 409),
)

DELETE_ITEM = Operation(
    method="DELETE",
    path="/v1/mentors/{id}/library/{item}",
    name="deleteSavedItem",
    summary="Keep a text or an exercise no longer. One that is gone is nothing wrong.",
    handler=delete_item,
    query=NoQuery,
    roles=MENTOR,
    parts=(ITEM_ID,),
    answers={204: (None, "There is no such item any more.")},
    refusals=(404,),
)

GET_LIBRARY = Operation(
    method="GET",
    path="/v1/mentors/{id}/library",
    name="getLibrary",
    summary="A mentor's saved texts and exercises, and those that are shared with all mentors. Mentors see their own.",
    handler=get_library,
    query=NoQuery,
    roles=MENTOR,
    answers={200: (LibraryView, "The library.")},
    refusals=(404,),
)

PUT_SHARED_ITEM = Operation(
    method="PUT",
    path="/v1/library/{id}",
    name="putSharedItem",
    summary="Keep a text or an exercise for all mentors, or change it.",
    handler=put_shared_item,
    query=NoQuery,
    body=SavedItem,
    roles=SUPPORT,
    answers={200: (SavedItemView, "It was known."), 201: (SavedItemView, "It is new.")},
    refusals=(409,),
)

DELETE_SHARED_ITEM = Operation(
    method="DELETE",
    path="/v1/library/{id}",
    name="deleteSharedItem",
    summary="Keep a text or an exercise for all mentors no longer. One that is gone is nothing wrong.",
    handler=delete_shared_item,
    query=NoQuery,
    roles=SUPPORT,
    answers={204: (None, "There is no such item any more.")},
    refusals=(),
)

GET_SHARED_LIBRARY = Operation(
    method="GET",
    path="/v1/library",
    name="getSharedLibrary",
    summary="Texts and exercises that are kept for all mentors.",
    handler=get_shared_library,
    query=NoQuery,
    roles=MENTOR_OR_SUPPORT,
    answers={200: (LibraryView, "What is shared; `own` is empty.")},
    refusals=(),
)

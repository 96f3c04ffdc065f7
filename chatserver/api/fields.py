"""What a request carries, read into Structs; what is wrong is said per field, with what is allowed."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin

import msgspec
from starlette.datastructures import QueryParams
from starlette.requests import Request

from chatserver.api.operation import MAX_BODY_BYTES, PathPart
from chatserver.api.problem import ProblemError, invalid
from chatserver.conversations.requests import FieldProblem
from chatserver.protocol.commands import NAME_ALLOWED, NAME_PATTERN

ID_PATTERN = r"(?!\.{1,2}(?![A-Za-z0-9_.:|@~-]))[A-Za-z0-9_.:|@~-]{1,64}"
"""As NAME_PATTERN, for the whole of what a path names."""

MAX_UNREAD_BYTES = 1024 * 1024
"""A body that is too large is read on to here and dropped: an app that is still sending would not see the answer."""

BODY_WITHIN = 10.0
"""Seconds that a body may take to come, however steadily it does."""

UPLOAD_WITHIN = 30.0
"""Seconds that the next part of an upload may take to come."""

_IS_ID = re.compile(NAME_PATTERN)

JsonObject = Mapping[str, object]
FieldsOf = TypeVar("FieldsOf", bound=msgspec.Struct)


def read_id(id: str) -> str:
    """The id of a path. Raises ProblemError 422."""
    if not _IS_ID.fullmatch(id):
        raise invalid([FieldProblem("id", f"{id[:64]!r} is no id; allowed: {NAME_ALLOWED}")])
    return id


def read_part(given: str, part: PathPart) -> str:
    """What a path names beside its id. Raises ProblemError 422."""
    if not re.fullmatch(part.pattern, given):
        raise invalid([FieldProblem(part.name, f"{given[:64]!r} cannot be; allowed: {part.allowed}")])
    return given


def read_query(parameters: QueryParams, kind: type[FieldsOf]) -> FieldsOf:
    """The query's parameters. Raises ProblemError 422."""
    given: dict[str, str] = {}
    for name, value in parameters.multi_items():
        if name in given:
            raise invalid([FieldProblem(name, "is given more than once")])
        if "\0" in value:
            # PostgreSQL's texts hold none: to look for one would be a fault.
            raise invalid([FieldProblem(name, "must not hold U+0000")])
        given[name] = value
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError:
        raise invalid(_field_problems(given, kind, strict=False)) from None


async def read_body(
    request: Request, kind: type[FieldsOf], problems: Callable[[JsonObject], list[FieldProblem]]
) -> FieldsOf:
    """The body as JSON. Raises ProblemError 400, 408, 413, 415 or 422.

    `problems` says what is wrong with fields whose type is right, so that all wrong fields are named at once.
    """
    _check_media_type(request.headers.get("content-type", ""))
    body = await _bytes_in_time(request)
    try:
        return cast(FieldsOf, _decoded(body, kind))
    except msgspec.ValidationError:
        given = _given(body)
    if not isinstance(given, dict):
        raise invalid([FieldProblem("body", "must be a JSON object")])
    found = _field_problems(given, kind, strict=True)
    wrong = {re.split(r"[.\[]", problem.field)[0] for problem in found}
    right = {name: value for name, value in given.items() if name not in wrong}
    raise invalid([*found, *problems(right)])


async def uploaded(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes. Raises ProblemError 408, and ClientDisconnect where the rest does not come."""
    parts = aiter(request.stream())
    while True:
        try:
            async with asyncio.timeout(UPLOAD_WITHIN):
                part = await anext(parts)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise ProblemError(
                408, f"nothing came for {UPLOAD_WITHIN:g} seconds", headers={"Connection": "close"}
            ) from None
        if part:
            yield part


def _given(body: bytes) -> Any:
    """The body whatever it holds. Raises ProblemError 400 or 422."""
    try:
        return _decoded(body, Any)
    except msgspec.ValidationError:
        # The one thing that JSON can say and nobody can read. Which field it was in is not known then.
        raise invalid([FieldProblem("body", "holds a number that is out of range")]) from None


def _decoded(body: bytes, kind: Any) -> Any:
    """Raises ProblemError 400 where it is no JSON, ValidationError where it is of another kind."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProblemError(400, f"the body is not JSON: {error}") from None
    except RecursionError:
        raise ProblemError(400, "the body is nested more deeply than any request") from None


def _check_media_type(given: str) -> None:
    media_type, _, parameters = given.partition(";")
    charset = parameters.strip().lower().replace('"', "")
    if media_type.strip().lower() != "application/json" or charset not in ("", "charset=utf-8"):
        raise ProblemError(415, f"the body is sent as {given[:64]!r}; allowed: application/json in UTF-8")


async def _bytes_in_time(request: Request) -> bytes:
    try:
        async with asyncio.timeout(BODY_WITHIN):
            return await _bytes(request)
    except TimeoutError:
        # Whatever still comes belongs to this request.
        raise ProblemError(
            408, f"the body did not come within {BODY_WITHIN:g} seconds", headers={"Connection": "close"}
        ) from None


async def _bytes(request: Request) -> bytes:
    body = bytearray()
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= MAX_BODY_BYTES:
            body += chunk
        elif size > MAX_UNREAD_BYTES:
            break
    if size > MAX_BODY_BYTES:
        # What was not read to its end leaves a connection that cannot be used again.
        headers = {"Connection": "close"} if size > MAX_UNREAD_BYTES else {}
        raise ProblemError(413, f"a body may have {MAX_BODY_BYTES} bytes", headers=headers)
    return bytes(body)


def _field_problems(given: JsonObject, kind: type[msgspec.Struct], *, strict: bool) -> list[FieldProblem]:
    """Each field that is unknown, missing or wrong, with what is allowed there."""
    properties = cast(dict[str, Any], msgspec.json.schema_components([kind])[1][kind.__name__]["properties"])
    known = ", ".join(properties) or "none"
    found = [
        FieldProblem(name, f"there is no such field; allowed: {known}") for name in given if name not in properties
    ]
    for field in msgspec.structs.fields(kind):
        name = field.encode_name
        allowed = _allowed(properties[name])
        if name not in given:
            if field.required:
                found.append(FieldProblem(name, f"is missing; it must be {allowed}"))
            continue
        found += _value_problems(name, given[name], field.type, allowed, strict=strict)
    return found


def _value_problems(name: str, value: object, kind: Any, allowed: str, *, strict: bool) -> list[FieldProblem]:
    """What is wrong with a value, named as far inside it as can be: `price.amount`, `weekly[2].from`."""
    try:
        msgspec.convert(value, kind, strict=strict)
    except msgspec.ValidationError:
        return _inside(name, value, kind, strict=strict) or [FieldProblem(name, f"must be {allowed}")]
    return []


def _inside(name: str, value: object, kind: Any, *, strict: bool) -> list[FieldProblem]:
    match value:
        case dict():
            fields = next((each for each in _kinds(kind) if _is_struct(each)), None)
            found = _field_problems(value, fields, strict=strict) if fields else []
            return [FieldProblem(f"{name}.{each.field}", each.message) for each in found]
        case list():
            elements = [get_args(each)[0] for each in _kinds(kind) if get_origin(each) in (list, tuple)]
            return [
                problem
                for element in elements[:1]
                for place, each in enumerate(value)
                for problem in _value_problems(f"{name}[{place}]", each, element, _allowed_of(element), strict=strict)
            ]
        case _:
            return []


def _kinds(kind: Any) -> list[Any]:
    """A type, or those of which it is either, without what is said about them."""
    origin = get_origin(kind)
    if origin is Annotated:
        return _kinds(get_args(kind)[0])
    if origin in (Union, UnionType):
        return [each for one in get_args(kind) for each in _kinds(one)]
    return [kind]


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _allowed_of(kind: Any) -> str:
    return _allowed(msgspec.json.schema_components([kind])[0][0])


def _allowed(schema: dict[str, Any]) -> str:
    """What a field may be, as the end of a sentence: from its values, its range, or its description."""
    match schema:
        case {"anyOf": [*either]}:
            parts = [_allowed(one) for one in either]
            # Some descriptions say themselves what null means.
            return ", or ".join(part for part in parts if part != "null" or "null" not in parts[0])
        case {"enum": [*words]}:
            return f"one of {', '.join(map(str, words))}"
        case {"type": "integer", "minimum": lowest, "maximum": highest}:
            return f"a whole number from {lowest} to {highest}"
        case {"type": "string", "format": "date"}:
            return "a date such as 2026-01-05"
        case {"type": "string" | "array", "description": description}:
            text = str(description).removesuffix(".")
            return text[0].lower() + text[1:] if text.startswith(("A ", "An ", "The ")) else text
        case {"$ref": _}:
            return "an object"
        case _:
            return str(schema["type"])

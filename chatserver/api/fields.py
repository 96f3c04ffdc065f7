"""What a request carries, read into Structs; what is wrong is said per field, with what is allowed."""

import re
from typing import Any, TypeVar, cast

import msgspec
from starlette.datastructures import QueryParams
from starlette.requests import Request

from chatserver.api.operation import MAX_BODY_BYTES
from chatserver.api.problem import ProblemError, invalid
from chatserver.protocol.commands import NAME_PATTERN
from chatserver.workflows.requests import FieldProblem

ID_ALLOWED = "1 to 64 letters, digits and any of _ . : | @ ~ -"

MAX_UNREAD_BYTES = 1024 * 1024
"""A body that is too large is read on to here and dropped: an app that is still sending would not see the answer."""

_IS_ID = re.compile(NAME_PATTERN)
_FIELD = re.compile(r"(?:unknown|required) field `(.*)`|at `\$\.?(.*)`$", re.DOTALL)

Kind = TypeVar("Kind", bound=msgspec.Struct)


def read_id(id: str) -> str:
    """The id of a path. Raises ProblemError 422."""
    if not _IS_ID.fullmatch(id):
        raise invalid([FieldProblem("id", f"{id[:64]!r} is no id; allowed: {ID_ALLOWED}")])
    return id


def read_query(parameters: QueryParams, kind: type[Kind]) -> Kind:
    """The query's parameters. Raises ProblemError 422."""
    given: dict[str, str] = {}
    for name, value in parameters.multi_items():
        if name in given:
            raise invalid([FieldProblem(name, "is given more than once")])
        given[name] = value
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        raise invalid([_field_problem(str(error), kind)]) from None


async def read_body(request: Request, kind: type[Kind]) -> Kind:
    """The body as JSON. Raises ProblemError 400, 413, 415 or 422."""
    _check_media_type(request.headers.get("content-type", ""))
    body = await _bytes(request)
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise invalid([_field_problem(str(error), kind)]) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProblemError(400, f"the body is not JSON: {error}") from None
    except RecursionError:
        raise ProblemError(400, "the body is nested more deeply than any request") from None


def _check_media_type(given: str) -> None:
    media_type, _, parameters = given.partition(";")
    charset = parameters.strip().lower().replace('"', "")
    if media_type.strip().lower() != "application/json" or charset not in ("", "charset=utf-8"):
        raise ProblemError(415, f"the body is sent as {given[:64]!r}; allowed: application/json in UTF-8")


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


def _field_problem(problem: str, kind: type[msgspec.Struct]) -> FieldProblem:
    """msgspec's words about one field, with what is allowed there."""
    found = _FIELD.search(problem)
    field = found[found.lastindex or 0] if found else ""
    said = problem.partition(" - at `$")[0]
    properties = cast(dict[str, Any], msgspec.json.schema_components([kind])[1][kind.__name__]["properties"])
    if "unknown field" in said:
        return FieldProblem(field, f"there is no such field; allowed: {', '.join(properties) or 'none'}")
    if "missing required" in said:
        return FieldProblem(field, f"is missing; allowed: {_allowed(properties[field])}")
    if field in properties:
        return FieldProblem(field, f"cannot be so; allowed: {_allowed(properties[field])}")
    return FieldProblem(field or "body", said)


def _allowed(schema: dict[str, Any]) -> str:
    """A field's schema for people."""
    if "anyOf" in schema:
        return " or ".join(_allowed(one) for one in schema["anyOf"])
    if "description" in schema:
        return str(schema["description"])
    if "enum" in schema:
        return "one of " + ", ".join(schema["enum"])
    return str(schema["type"])

"""The OpenAPI 3.1 document, made from the table of operations and the Structs that it names."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

import msgspec
from msgspec import Struct

from chatserver.api.negotiation import JSON
from chatserver.api.operation import MAX_BODY_BYTES, AnyOperation, PathPart
from chatserver.api.problem import KINDS, MEDIA_TYPE, REFUSED, Problem, RefusalProblem
from chatserver.api.webhook_document import webhook_items, webhook_structs
from chatserver.protocol.commands import NAME_ALLOWED, NAME_PATTERN

Schema = dict[str, Any]

_HEADERS: dict[int, str] = {401: "WWW-Authenticate", 403: "WWW-Authenticate", 429: "Retry-After"}
_ID: Schema = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": NAME_ALLOWED,
    "schema": {"type": "string", "pattern": NAME_PATTERN, "minLength": 1, "maxLength": 64},
}


def document(operations: Sequence[AnyOperation]) -> Schema:
    """The whole document, as JSON-like data."""
    paths: Schema = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    paths["/v1/openapi.json"] = {"get": _THIS}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "chatserver",
            "version": version("chatserver"),
            "description": "People, conversations and messages. Every write is idempotent: repeat it when in doubt. "
            "Errors are problem details (RFC 9457).",
        },
        "paths": paths,
        "webhooks": webhook_items(),
        "security": [{"bearer": []}],
        "components": {
            "schemas": _schemas([*_structs(operations), *webhook_structs()]),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


_THIS: Schema = {
    "operationId": "getOpenapi",
    "summary": "This document. No token is needed.",
    "security": [],
    "responses": {
        "200": {"description": "OpenAPI 3.1.", "content": {"application/json": {"schema": {"type": "object"}}}}
    },
}


def _structs(operations: Iterable[AnyOperation]) -> list[type[Struct]]:
    found: list[type[Struct]] = [Problem, RefusalProblem]
    for operation in operations:
        if any(form.media_type == JSON for form in operation.forms):
            found += [struct for struct, _ in operation.answers.values() if struct is not None]
        if operation.body is not None:
            found.append(operation.body)
    return list(dict.fromkeys(found))


def _schemas(structs: Iterable[type[Struct]]) -> dict[str, Schema]:
    return msgspec.json.schema_components(structs, ref_template="#/components/schemas/{name}")[1]


def _operation(operation: AnyOperation) -> Schema:
    described: Schema = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [
            *([_ID] if "{id}" in operation.path else []),
            *map(_part, operation.parts),
            *_query_parameters(operation.query),
        ],
        "responses": {
            **{
                str(status): {"description": says, **_content_of(operation, struct)}
                for status, (struct, says) in operation.answers.items()
            },
            **{str(status): _problem(operation, status) for status in operation.problems},
        },
    }
    if operation.upload:
        described["requestBody"] = {"required": True, "description": "The file.", "content": _FILE}
    if operation.body is not None:
        described["requestBody"] = {
            "required": True,
            "description": f"At most {MAX_BODY_BYTES} bytes.",
            "content": {"application/json": {"schema": _ref(operation.body)}},
        }
    return described


_FILE: Schema = {"*/*": {"schema": {"type": "string", "format": "binary"}}}


def _content_of(operation: AnyOperation, struct: type[Struct] | None) -> Schema:
    if struct is not None:
        return {"content": _content(operation, struct)}
    return {"content": _FILE} if operation.download else {}


def _content(operation: AnyOperation, struct: type[Struct]) -> Schema:
    return {
        form.media_type: {"schema": _ref(struct) if form.media_type == JSON else {"type": "string"}}
        for form in operation.forms
    }


def _part(part: PathPart) -> Schema:
    schema = {"type": "string", "pattern": f"^{part.pattern}$"}
    return {"name": part.name, "in": "path", "required": True, "description": part.allowed, "schema": schema}


def _query_parameters(query: type[Struct]) -> list[Schema]:
    described = _schemas([query])[query.__name__]
    needed = described.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in needed,
            "description": schema.pop("description"),
            "schema": schema,
        }
        for name, schema in described["properties"].items()
    ]


def _problem(operation: AnyOperation, status: int) -> Schema:
    titles, schemas = [KINDS[status][1]], [_ref(Problem)]
    if status == 409 and operation.refuses:
        titles, schemas = [REFUSED[1], *titles], [_ref(RefusalProblem), *schemas]
    described: Schema = {
        "description": f"{HTTPStatus(status).phrase}: {', or '.join(title.lower() for title in titles)}.",
        "content": {MEDIA_TYPE: {"schema": schemas[0] if len(schemas) == 1 else {"anyOf": schemas}}},
    }
    if header := _HEADERS.get(status):
        described["headers"] = {header: {"required": True, "schema": {"type": "string"}}}
    return described


def _ref(struct: type[Struct]) -> Schema:
    return {"$ref": f"#/components/schemas/{struct.__name__}"}

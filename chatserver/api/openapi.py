"""The OpenAPI 3.1 document, made from the table of operations and the Structs that it names."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

import msgspec
from msgspec import Struct

from chatserver.api.fields import ID_ALLOWED
from chatserver.api.operation import MAX_BODY_BYTES, AnyOperation
from chatserver.api.problem import KINDS, MEDIA_TYPE, Problem
from chatserver.protocol.commands import NAME_PATTERN

Schema = dict[str, Any]

_HEADERS: dict[int, str] = {401: "WWW-Authenticate", 403: "WWW-Authenticate", 429: "Retry-After"}
_ID: Schema = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": ID_ALLOWED,
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
        "security": [{"bearer": []}],
        "components": {
            "schemas": _schemas(_structs(operations)),
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
    found: list[type[Struct]] = [Problem]
    for operation in operations:
        found += [struct for struct, _ in operation.answers.values()]
        if operation.body is not None:
            found.append(operation.body)
    return list(dict.fromkeys(found))


def _schemas(structs: Iterable[type[Struct]]) -> dict[str, Schema]:
    return msgspec.json.schema_components(structs, ref_template="#/components/schemas/{name}")[1]


def _operation(operation: AnyOperation) -> Schema:
    described: Schema = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [*([_ID] if "{id}" in operation.path else []), *_query_parameters(operation.query)],
        "responses": {
            **{
                str(status): {"description": says, "content": _content(operation, struct)}
                for status, (struct, says) in operation.answers.items()
            },
            **{str(status): _problem(status) for status in operation.problems},
        },
    }
    if operation.body is not None:
        described["requestBody"] = {
            "required": True,
            "description": f"At most {MAX_BODY_BYTES} bytes.",
            "content": {"application/json": {"schema": _ref(operation.body)}},
        }
    return described


def _content(operation: AnyOperation, struct: type[Struct]) -> Schema:
    csv: Schema = {"text/csv": {"schema": {"type": "string"}}} if operation.csv else {}
    return {"application/json": {"schema": _ref(struct)}, **csv}


def _query_parameters(query: type[Struct]) -> list[Schema]:
    properties = _schemas([query])[query.__name__]["properties"]
    return [
        {"name": name, "in": "query", "required": False, "description": schema.pop("description"), "schema": schema}
        for name, schema in properties.items()
    ]


def _problem(status: int) -> Schema:
    described: Schema = {
        "description": f"{HTTPStatus(status).phrase}: {KINDS[status][1].lower()}.",
        "content": {MEDIA_TYPE: {"schema": _ref(Problem)}},
    }
    if header := _HEADERS.get(status):
        described["headers"] = {header: {"required": True, "schema": {"type": "string"}}}
    return described


def _ref(struct: type[Struct]) -> Schema:
    return {"$ref": f"#/components/schemas/{struct.__name__}"}

"""TypeScript declarations from JSON schemas, as msgspec makes them of Structs."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

JsonSchema = Mapping[str, Any]


def declared(name: str, schema: JsonSchema, *, partial: bool) -> Iterator[str]:
    if about := schema.get("description"):
        yield from _comment(about, "")
    if schema.get("type") != "object" or "properties" not in schema:
        yield f"export type {name} = {_type(schema)};"
        return
    required = set(schema.get("required", ()))
    yield f"export interface {name} {{"
    for field, each in schema["properties"].items():
        mark = "?" if partial and field not in required else ""
        yield f"  {field}{mark}: {_type(each)};"
    yield "}"


def _comment(about: str, indent: str) -> Iterator[str]:
    lines = [line.strip() for line in about.strip().splitlines()]
    if len(lines) == 1:
        yield f"{indent}/** {lines[0]} */"
        return
    yield f"{indent}/**"
    for line in lines:
        yield f"{indent} * {line}".rstrip()
    yield f"{indent} */"


_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def _type(schema: JsonSchema) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[1]
    if "const" in schema:
        return literal(schema["const"])
    if "enum" in schema:
        return union_of(literal(each) for each in schema["enum"])
    if "anyOf" in schema:
        return union_of(_type(each) for each in schema["anyOf"])
    match schema.get("type"):
        case "array":
            return _list(schema)
        case "object":
            return f"Record<string, {_type(schema.get('additionalProperties') or {})}>"
        case kind:
            return _PLAIN.get(str(kind), "unknown")


def _list(schema: JsonSchema) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(_type(each) for each in schema['prefixItems'])}]"
    inner = _type(schema.get("items", {}))
    return f"({inner})[]" if " | " in inner else f"{inner}[]"


def union_of(parts: Iterable[str]) -> str:
    return " | ".join(dict.fromkeys(parts))


def literal(value: object) -> str:
    return msgspec.json.encode(value).decode()

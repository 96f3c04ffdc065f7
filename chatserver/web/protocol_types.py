"""What goes over the socket, as TypeScript: the apps' `protocol.ts`, made from the Structs that the server uses.

python -m chatserver.web.protocol_types      writes it; `make web` does so, and a test fails where it differs
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from chatserver.protocol import commands, events
from chatserver.protocol.codec import SUBPROTOCOLS
from chatserver.protocol.codes import Close

FILE = Path(__file__).parent / "src" / "client" / "protocol.ts"
_REF = "#/$defs/{name}"
_HEAD = """\
// Generated from the server's Structs by `python -m chatserver.web.protocol_types`. Do not edit.
// Instants are RFC 3339 in UTC. Apps ignore fields and types that they do not know.
"""

_Schema = Mapping[str, Any]


def typescript() -> str:
    """The whole file."""
    types = (events.AnyEvent, commands.AnyCommand)
    _, components = msgspec.json.schema_components(types, ref_template=_REF)
    # Apps may leave out of a command what has a default. What the server says is whole, save where it says otherwise.
    partial = {each.__name__ for each in _members(commands.AnyCommand)}
    partial |= {each.__name__ for each in _members(events.AnyEvent) if each.__struct_config__.omit_defaults}
    told = sorted(str(each.__struct_config__.tag) for each in _members(events.AnyEvent))
    parts = [
        _HEAD,
        f"export const SUBPROTOCOL = {_text(next(iter(SUBPROTOCOLS)))};",
        f"export const MAX_BODY_BYTES = {commands.MAX_BODY_BYTES};",
        f"export const MAX_RESUME = {commands.MAX_RESUME};",
        f"export const MAX_HISTORY = {commands.MAX_HISTORY};",
        "",
        "/** Why the server closes a connection: below 4500 come back, from there on do not. */",
        "export const CLOSE = {",
        *(f"  {each.name.lower()}: {each.value}," for each in Close),
        "} as const;",
        "",
        "/** The types of events that this version knows. */",
        f"export const EVENT_TYPES: ReadonlySet<string> = new Set([{', '.join(map(_text, told))}]);",
        "",
    ]
    for name in sorted(components):
        parts += [*_declared(name, components[name], partial=name in partial), ""]
    parts += [
        f"export type AnyEvent = {_union(each.__name__ for each in _members(events.AnyEvent))};",
        "",
        f"export type AnyCommand = {_union(each.__name__ for each in _members(commands.AnyCommand))};",
    ]
    return "\n".join(parts) + "\n"


def _members(union: Any) -> tuple[Any, ...]:
    members: tuple[Any, ...] = union.__args__
    return members


def _declared(name: str, schema: _Schema, *, partial: bool) -> Iterator[str]:
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


def _type(schema: _Schema) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[1]
    if "const" in schema:
        return _text(schema["const"])
    if "enum" in schema:
        return _union(_text(each) for each in schema["enum"])
    if "anyOf" in schema:
        return _union(_type(each) for each in schema["anyOf"])
    match schema.get("type"):
        case "array":
            return _list(schema)
        case "object":
            return f"Record<string, {_type(schema.get('additionalProperties') or {})}>"
        case kind:
            return _PLAIN.get(str(kind), "unknown")


def _list(schema: _Schema) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(_type(each) for each in schema['prefixItems'])}]"
    inner = _type(schema.get("items", {}))
    return f"({inner})[]" if " | " in inner else f"{inner}[]"


def _union(parts: Iterable[str]) -> str:
    return " | ".join(dict.fromkeys(parts))


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def main() -> None:
    """Write the file, where it is another one."""
    made = typescript()
    if not FILE.exists() or FILE.read_text() != made:
        FILE.write_text(made)


if __name__ == "__main__":
    main()

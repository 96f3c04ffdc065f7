"""What goes over the socket, as TypeScript: the apps' `protocol.ts`, made from the Structs that the server uses.

python -m chatserver.web.protocol_types      writes it; `make web` does so, and a test fails where it differs
"""

from pathlib import Path
from typing import Any

import msgspec

from chatserver.api.openapi import document
from chatserver.api.routes import OPERATIONS
from chatserver.protocol import commands, events
from chatserver.protocol.codec import SUBPROTOCOLS
from chatserver.protocol.codes import Close
from chatserver.web.typescript import declared, literal, union_of

_SOURCES = Path(__file__).parent / "src"
PROTOCOL = _SOURCES / "client" / "protocol.ts"
API_TYPES = _SOURCES / "app" / "api_types.ts"
_REF = "#/$defs/{name}"
_HEAD = """\
// Generated from the server's Structs by `python -m chatserver.web.protocol_types`. Do not edit.
// Instants are RFC 3339 in UTC. Apps ignore fields and types that they do not know.
"""


def api_types() -> str:
    """What is sent and answered over HTTP, as the OpenAPI document has it. All fields are there in answers."""
    schemas = document(OPERATIONS)["components"]["schemas"]
    parts = [_HEAD]
    for name in sorted(schemas):
        parts += [*declared(name, schemas[name], partial=True), ""]
    return "\n".join(parts)


def protocol() -> str:
    """The commands and events of the socket."""
    types = (events.AnyEvent, commands.AnyCommand)
    _, components = msgspec.json.schema_components(types, ref_template=_REF)
    # Apps may leave out of a command what has a default. What the server says is whole, save where it says otherwise.
    partial = {each.__name__ for each in _members(commands.AnyCommand)}
    said = [each for each in vars(events).values() if isinstance(each, type) and issubclass(each, msgspec.Struct)]
    partial |= {each.__name__ for each in said if each.__struct_config__.omit_defaults}
    told = sorted(str(each.__struct_config__.tag) for each in _members(events.AnyEvent))
    parts = [
        _HEAD,
        f"export const SUBPROTOCOL = {literal(next(iter(SUBPROTOCOLS)))};",
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
        f"export const EVENT_TYPES: ReadonlySet<string> = new Set([{', '.join(map(literal, told))}]);",
        "",
    ]
    for name in sorted(components):
        parts += [*declared(name, components[name], partial=name in partial), ""]
    parts += [
        f"export type AnyEvent = {union_of(each.__name__ for each in _members(events.AnyEvent))};",
        "",
        f"export type AnyCommand = {union_of(each.__name__ for each in _members(commands.AnyCommand))};",
    ]
    return "\n".join(parts) + "\n"


def _members(union: Any) -> tuple[Any, ...]:
    members: tuple[Any, ...] = union.__args__
    return members


def main() -> None:
    """Write the files, where they are others."""
    for file, made in ((PROTOCOL, protocol()), (API_TYPES, api_types())):
        if not file.exists() or file.read_text(encoding="utf-8") != made:
            file.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()

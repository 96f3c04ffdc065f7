"""What webhooks send, as the OpenAPI document describes it."""

from typing import Any

from msgspec import Struct

from chatserver.notices.webhook_book import PING, PingData
from chatserver.notices.webhook_data import DATA

_ALL: dict[str, tuple[type[Struct], str]] = {**dict(DATA.items()), PING: (PingData, "Somebody tries the endpoint out.")}
_HEADERS = {
    "webhook-id": "The event's id: the same at every try and at every endpoint. Receivers tell doubles by it.",
    "webhook-timestamp": "When it was sent, in seconds since 1970. Refuse what is more than five minutes off.",
    "webhook-signature": "`v1,` and the signature in base64; several, with a space between, while a secret changes.",
}


def webhook_structs() -> list[type[Struct]]:
    """The Structs that `webhook_items` names."""
    return list(dict.fromkeys(struct for struct, _ in _ALL.values()))


def webhook_items() -> dict[str, Any]:
    """By the type of event the request that tells of it. Source: OpenAPI 3.1, "webhooks"."""
    return {kind: {"post": _request(kind, struct, says)} for kind, (struct, says) in _ALL.items()}


def _request(kind: str, struct: type[Struct], says: str) -> dict[str, Any]:
    body = {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"const": kind},
            "timestamp": {"type": "string", "description": "When it happened, RFC 3339 in UTC."},
            "data": {"$ref": f"#/components/schemas/{struct.__name__}"},
        },
    }
    return {
        "operationId": f"webhook.{kind}",
        "summary": says,
        "security": [],
        "parameters": [
            {"name": name, "in": "header", "required": True, "description": told, "schema": {"type": "string"}}
            for name, told in _HEADERS.items()
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {
            "2XX": {"description": "It is taken. Anything else, or no answer within 15 seconds, is tried again."},
            "410": {"description": "Nothing more is wanted here: the endpoint is disabled."},
        },
    }

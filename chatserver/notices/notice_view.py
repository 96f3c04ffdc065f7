"""A notice as it goes over the wire, and back: instants in its data are ms here and RFC 3339 there."""

from typing import Any, cast

from chatserver.notices.fact import FactName
from chatserver.notices.notice import Notice
from chatserver.protocol.notices import NoticeView
from quotas import instant

_INSTANTS = ("_at", "_from", "_until")
"""How the names of those in a notice's data end."""


def view_of(notice: Notice) -> NoticeView:
    """The notice as its person's apps get it."""
    return NoticeView(
        id=notice.id,
        event=notice.event,
        conversation=notice.conversation or None,
        booking=notice.booking or None,
        data={name: _told(name, value) for name, value in notice.data.items()},
        at=instant.text(notice.at),
        read=notice.read_at is not None,
    )


def notice_of(view: NoticeView, person: str) -> Notice:
    """What an app was told, to make words of. What only the server knows of it is empty: its mark, when it was noted.

    Raises ValueError where an instant is none.
    """
    at = instant.parse(view.at)
    return Notice(
        id=view.id,
        person=person,
        event=cast(FactName, view.event),
        mark="",
        conversation=view.conversation or "",
        booking=view.booking or "",
        data={name: _heard(name, value) for name, value in view.data.items()},
        at=at,
        noted_at=at,
        read_at=at if view.read else None,
    )


def _told(name: str, value: Any) -> Any:
    return instant.text(value) if name.endswith(_INSTANTS) and type(value) is int else value


def _heard(name: str, value: Any) -> Any:
    return instant.parse(value) if name.endswith(_INSTANTS) and isinstance(value, str) else value

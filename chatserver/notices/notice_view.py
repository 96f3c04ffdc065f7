"""A notice as it goes over the wire, and back."""

from typing import get_args

from chatserver.notices.fact import FactName
from chatserver.notices.notice import Notice
from chatserver.protocol.notices import NoticeView
from quotas import instant

_KNOWN: tuple[FactName, ...] = get_args(FactName)


def view_of(notice: Notice) -> NoticeView:
    """The notice as its person's apps get it."""
    return NoticeView(
        id=notice.id,
        event=notice.event,
        conversation=notice.conversation or None,
        booking=notice.booking or None,
        data=notice.data,
        at=instant.text(notice.at),
        read=notice.read_at is not None,
    )


def notice_of(view: NoticeView, person: str) -> Notice | None:
    """What an app was told, to make words of; None where this release does not know the event, or reads no instant.

    What only the server knows of it is left empty: its mark, and when it was noted.
    """
    try:
        at = instant.parse(view.at)
    except ValueError:
        return None
    if view.event not in _KNOWN:
        return None
    return Notice(
        id=view.id,
        person=person,
        event=view.event,
        mark="",
        conversation=view.conversation or "",
        booking=view.booking or "",
        data=view.data,
        at=at,
        noted_at=at,
        read_at=at if view.read else None,
    )

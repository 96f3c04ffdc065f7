"""Cases as they go over the socket: what of one its readers' apps show in lists. Instants are RFC 3339 in UTC."""

from msgspec import Struct

from chatserver.protocol.event import Event


class CaseWaits(Struct, frozen=True):
    """What is waited for: the state `what`, from whom (`by`), until `at`, null while the clock stands still.

    `then` follows by itself; null: support is told, and the state stays.
    """

    at: str | None
    by: str
    what: str
    then: str | None


class CaseGlance(Struct, frozen=True):
    """A case as its reader sees it, without facts and history. `assignee` is for support alone.

    Of kinds and states that they do not know apps show nothing. `due` is null at an end, and for whoever sees the state
    alone.
    """

    id: str
    kind: str
    conversation: str
    member: str
    state: str
    since: str
    ended_at: str | None
    assignee: str
    due: CaseWaits | None


class CaseChanged(Event, frozen=True, tag="case"):
    """A case was opened, or has changed: as it is now, and the line of its history that its reader sees, '' for none.

    `case` is null where some may have been missed: whoever shows cases asks for them again.
    """

    case: CaseGlance | None
    did: str = ""

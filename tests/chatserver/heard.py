"""Who hears of what, noted as servers note it, without an outbox that sends it: what it would be told is kept."""

from chatserver.notices.notice import Notice
from chatserver.notices.noting import Noting
from chatserver.records.database import Database
from chatserver.sessions.session_log import SessionListener, SessionLog
from quotas.notices import NoticePolicy


class Heard:
    """What the outbox and those who are connected are told."""

    def __init__(self) -> None:
        self.rung: list[int | None] = []
        self.published: list[tuple[str, str, int]] = []
        """Person, event, and how many are unread."""

    async def ring(self, due_at: int | None) -> None:
        self.rung.append(due_at)

    async def publish(self, notice: Notice, unread: int) -> None:
        self.published.append((notice.person, notice.event, unread))


def noting_on(database: Database, heard: Heard | None = None, policy: NoticePolicy | None = None) -> Noting:
    """What notes who hears of facts."""
    told = heard or Heard()
    return Noting(database, policy or NoticePolicy(), told, told)


def session_log_on(
    database: Database, heard: Heard | None = None, listener: SessionListener | None = None
) -> SessionLog:
    """Where events of sessions are appended."""
    return SessionLog(noting_on(database, heard), listener)

"""What one person asks of a server about a mentor's absences, over HTTP. Instants are RFC 3339 in UTC."""

from urllib.parse import quote

from msgspec import Struct, field

from chatserver.client import http
from chatserver.protocol.sessions import BookingView


class AbsenceSaid(Struct, frozen=True):
    """From when until when a mentor is away, who stands in, and what is booked within it."""

    id: str
    since: str = field(name="from")
    until: str
    substitute: str | None
    bookings: list[BookingView]


class AbsencesSaid(Struct, frozen=True):
    """Those that are not over at `now`; `zone` is the mentor's own."""

    mentor: str
    zone: str
    now: str
    absences: list[AbsenceSaid]


class AbsenceCalls:
    """All methods raise AnswerError. They wait for the answer."""

    def __init__(self, url: str, token: str, mentor: str) -> None:
        self._url = url
        self._token = token
        self._path = f"/v1/mentors/{quote(mentor, safe='')}/absences"

    def coming(self) -> AbsencesSaid:
        return http.get(self._url, self._path, {}, self._token, AbsencesSaid)

    def put(self, id: str, since: str, until: str, substitute: str | None) -> AbsenceSaid:
        """In place of what was set under that id."""
        content = {"from": since, "until": until, "substitute": substitute}
        return http.say(self._url, "PUT", self._one(id), content, self._token, AbsenceSaid)

    def remove(self, id: str) -> None:
        """One that is gone already is nothing wrong."""
        http.delete(self._url, self._one(id), self._token)

    def _one(self, id: str) -> str:
        return f"{self._path}/{quote(id, safe='')}"

"""What one person asks of a server about their notices, over HTTP: settings, muted conversations, openings."""

from collections.abc import Mapping
from urllib.parse import quote

from msgspec import Struct

from chatserver.client import http


class MutedSaid(Struct, frozen=True):
    """Whether the person has muted the conversation."""

    conversation: str
    muted: bool


class OpeningSaid(Struct, frozen=True):
    """Whether the member hears when writing opens; when that is, RFC 3339 in UTC, as far as is known."""

    conversation: str
    asked: bool
    opens_at: str | None


class TopicSaid(Struct, frozen=True):
    """On which channels one hears of a topic; `essential` events come by mail all the same."""

    topic: str
    mail: bool
    push: bool
    essential: list[str]


class QuietHoursSaid(Struct, frozen=True, rename={"since": "from"}):
    """From when until when nothing goes out, by clocks in the person's zone."""

    since: str
    until: str


class NoticeSettingsSaid(Struct, frozen=True):
    """What a person wants to hear; `quiet_hours` are null for none."""

    person: str
    zone: str
    topics: list[TopicSaid]
    quiet_hours: QuietHoursSaid | None
    muted: list[str]


class NoticeCalls:
    """All methods raise AnswerError, and RefusedAnswerError where the rules say no. They wait for the answer."""

    def __init__(self, url: str, token: str, person: str) -> None:
        self._url = url
        self._token = token
        self._person = f"/v1/people/{_part(person)}"

    def settings(self) -> NoticeSettingsSaid:
        return http.get(self._url, f"{self._person}/notice-settings", {}, self._token, NoticeSettingsSaid)

    def put_settings(self, settings: Mapping[str, object]) -> NoticeSettingsSaid:
        """In place of what was set."""
        return http.say(self._url, "PUT", f"{self._person}/notice-settings", settings, self._token, NoticeSettingsSaid)

    def mute(self, conversation: str, *, muted: bool) -> MutedSaid:
        """Mute it, or do so no longer."""
        path = f"{self._person}/muted-conversations/{_part(conversation)}"
        return http.say(self._url, "PUT" if muted else "DELETE", path, None, self._token, MutedSaid)

    def ask_opening(self, conversation: str, *, asked: bool = True) -> OpeningSaid:
        """Hear when writing opens, or no longer."""
        path = f"/v1/conversations/{_part(conversation)}/opening-notice"
        return http.say(self._url, "PUT" if asked else "DELETE", path, None, self._token, OpeningSaid)


def _part(id: str) -> str:
    return quote(id, safe="")

"""What one person asks of a server about cases, over HTTP; and what is read of its answers.

Instants are RFC 3339 in UTC. Facts are by name, as the server says them.
"""

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import quote

from msgspec import Struct, field

from chatserver.client import http

Facts = Mapping[str, Any]


class CaseDueSaid(Struct, frozen=True):
    """What is waited for, from whom, until when (null while the clock stands still), and what follows by itself."""

    at: str | None
    by: str
    what: str
    then: str | None


class CaseLineSaid(Struct, frozen=True):
    """A line of a case's history; `audience` is whom its note is for."""

    at: str
    noted_at: str
    who: str
    role: str
    did: str
    note: str
    audience: Literal["internal", "shared"] = field(name="for")
    because: str = ""
    facts: dict[str, Any] = {}


class SuspensionSaid(Struct, frozen=True):
    """Since when nobody writes; `lapses_at` is null where support confirmed it."""

    at: str
    lapses_at: str | None


class CaseAnswer(Struct, frozen=True, kw_only=True):
    """A case; in lists without history, prompts and suspension."""

    id: str
    kind: str
    conversation: str
    member: str
    state: str
    since: str
    title: str = ""
    says: str = ""
    opened_by: str
    opened_at: str
    ended_at: str | None
    assignee: str
    due: CaseDueSaid | None
    facts: dict[str, Any]
    possible: list[str]
    by_hand: list[str]
    now: str = ""
    own_id: str = ""
    prompts: list[str] = []
    suspension: SuspensionSaid | None = None
    history: list[CaseLineSaid] = []


class CasesSaid(Struct, frozen=True):
    """A page of cases, newest first, as they stand at `now`; `more` says whether older ones exist."""

    now: str
    cases: list[CaseAnswer]
    more: bool


class CaseChoiceSaid(Struct, frozen=True):
    """A kind of case that one may open, with what it asks for; `refused` says why not now."""

    kind: str
    title: str
    state: str
    needs: list[list[str]]
    takes: list[str]
    reasons: list[str]
    prompts: list[str]
    refused: str | None
    case: str | None


class CaseChoicesSaid(Struct, frozen=True):
    """What one may open in a conversation."""

    conversation: str
    choices: list[CaseChoiceSaid]


class CaseCalls:
    """All methods raise AnswerError, and RefusedAnswerError where the rules say no. They wait for the answer.

    `language` is that of titles and prompts.
    """

    def __init__(self, url: str, token: str, language: str = "en") -> None:
        self._url = url
        self._token = token
        self._language = language

    def page(self, **which: str) -> CasesSaid:
        """Those that one may see, by the parameters of `GET /v1/cases`."""
        return http.get(self._url, "/v1/cases", which, self._token, CasesSaid, language=self._language)

    def case(self, id: str) -> CaseAnswer:
        """By one's own id for it, or the server's."""
        return http.get(self._url, f"/v1/cases/{_part(id)}", {}, self._token, CaseAnswer, language=self._language)

    def choices(self, conversation: str) -> CaseChoicesSaid:
        path = f"/v1/conversations/{_part(conversation)}/case-choices"
        return http.get(self._url, path, {}, self._token, CaseChoicesSaid, language=self._language)

    def open(
        self, id: str, kind: str, conversation: str, facts: Facts, note: str = "", opened_for: str | None = None
    ) -> CaseAnswer:
        """The same id with the same content again is the same case."""
        content = {"kind": kind, "conversation": conversation, "facts": dict(facts), "note": note}
        if opened_for is not None:
            content["opened_for"] = opened_for
        return self._say("PUT", f"/v1/cases/{_part(id)}", content)

    def act(
        self,
        id: str,
        action: str,
        *,
        note: str = "",
        audience: str | None = None,
        facts: Facts | None = None,
        assignee: str | None = None,
        reached: bool = False,
    ) -> CaseAnswer:
        """Take an action; the case as it is then. `audience`: whom the note is for, None for what is usual."""
        content = {
            "note": note,
            "for": audience,
            "facts": dict(facts or {}),
            "assignee": assignee,
            "reached": reached,
        }
        return self._say("POST", f"/v1/cases/{_part(id)}/{_part(action)}", content)

    def _say(self, method: str, path: str, content: Mapping[str, object]) -> CaseAnswer:
        return http.say(self._url, method, path, content, self._token, CaseAnswer, language=self._language)


def _part(id: str) -> str:
    return quote(id, safe="")

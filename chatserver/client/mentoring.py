"""What a mentor has saved, and the exercises of a conversation, asked for over HTTP."""

from urllib.parse import quote

from msgspec import Struct

from chatserver.client import http


class SavedSaid(Struct, frozen=True):
    """A saved text, or (`kind` `exercise`) an exercise, of which `body` is the introduction."""

    id: str
    kind: str
    title: str
    body: str
    folder: str


class LibrarySaid(Struct, frozen=True):
    """A mentor's own, and what all mentors share, by folder and title."""

    own: list[SavedSaid]
    shared: list[SavedSaid]


class ExerciseSaid(Struct, frozen=True):
    """How far an exercise is: `state` is `given`, `begun` or `handed_in`."""

    id: str
    title: str
    state: str
    answered: int
    fields: int


class ExercisesSaid(Struct, frozen=True):
    """Those of a conversation in the order in which they were given."""

    exercises: list[ExerciseSaid]


class MentoringCalls:
    """All methods raise AnswerError. They wait for the answer."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token

    def library(self, mentor: str) -> LibrarySaid:
        """Only the mentor's own token gets it."""
        return http.get(self._url, f"/v1/mentors/{quote(mentor, safe='')}/library", {}, self._token, LibrarySaid)

    def exercises(self, conversation: str) -> list[ExerciseSaid]:
        """For the two people of the conversation."""
        path = f"/v1/conversations/{quote(conversation, safe='')}/exercises"
        return http.get(self._url, path, {}, self._token, ExercisesSaid).exercises

"""Exercises of a conversation over HTTP: read by the two, filled in by the member."""

from typing import Literal, assert_never

from msgspec import Struct

from chatserver.api.conversations import readable
from chatserver.api.fields import ID_PATTERN
from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation, PathPart
from chatserver.api.problem import ProblemError, RefusedError, invalid
from chatserver.api.roles import MEMBER, PAIR
from chatserver.conversations.requests import Invalid, Missing
from chatserver.mentoring.answers import ExerciseAnswer, Filling
from chatserver.mentoring.exercises import Exercise, FillingRefused
from chatserver.mentoring.forms import ExerciseQuestion
from chatserver.protocol.commands import NAME_ALLOWED
from quotas import instant

ExerciseState = Literal["given", "begun", "handed_in"]


class ExerciseView(Struct, frozen=True, kw_only=True):
    """An exercise as it was given, and how far it is. `answered` of `fields` answers are there.

    `answers` are null to the mentor until they are handed in. `seq` is of the message that gave it, `handed_in_seq` of
    the one that it became. Instants are RFC 3339 in UTC.
    """

    id: str
    title: str
    introduction: str
    questions: list[ExerciseQuestion]
    given_by: str
    given_at: str
    seq: int
    state: ExerciseState
    answered: int
    fields: int
    filled_at: str | None
    handed_in_at: str | None
    handed_in_seq: int | None
    answers: list[ExerciseAnswer] | None


class ExerciseList(Struct, frozen=True):
    """A conversation's exercises in the order in which they were given."""

    conversation: str
    exercises: list[ExerciseView]


EXERCISE_ID = PathPart("exercise", ID_PATTERN, NAME_ALLOWED)


async def get_exercises(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    await readable(call.context, call.identity, call.id)
    found = await call.context.mentoring.exercises.given_in(call.id)
    views = [_view(each, is_member=call.identity.role == "member") for each in found]
    return HttpAnswer(200, ExerciseList(call.id, views))


async def fill_exercise(call: HttpCall[NoQuery, Filling]) -> HttpAnswer:
    await readable(call.context, call.identity, call.id)
    id = call.parts["exercise"]
    outcome = await call.context.mentoring.exercises.fill(call.id, id, call.body.answers)
    match outcome:
        case Exercise():
            return HttpAnswer(200, _view(outcome, is_member=True))
        case FillingRefused(reason):
            raise RefusedError(reason, _REFUSED[reason])
        case Invalid(errors):
            raise invalid(errors)
        case Missing():
            raise ProblemError(404, f"there is no exercise {id!r} in the conversation for this token")
        case never:
            assert_never(never)


_REFUSED = {
    "ended": "the conversation has ended; what was answered can still be read",
    "empty": "nothing is answered yet",
    "handed_in": "the exercise is handed in; what was answered stays as it is",
}


def _view(exercise: Exercise, *, is_member: bool) -> ExerciseView:
    kept = exercise.kept
    is_in = kept.handed_in_seq is not None
    return ExerciseView(
        id=kept.id,
        title=exercise.form.title,
        introduction=exercise.form.introduction,
        questions=list(exercise.form.questions),
        given_by=kept.given_by,
        given_at=instant.text(kept.given_at),
        seq=kept.given_seq or 0,
        state="handed_in" if is_in else "begun" if kept.answered else "given",
        answered=kept.answered,
        fields=exercise.form.fields,
        filled_at=instant.text_or_none(kept.filled_at),
        handed_in_at=instant.text_or_none(kept.was_handed_in_at),
        handed_in_seq=kept.handed_in_seq,
        answers=list(exercise.answers) if is_member or is_in else None,
    )


GET_EXERCISES = Operation(
    method="GET",
    path="/v1/conversations/{id}/exercises",
    name="getExercises",
    summary="A conversation's exercises, for its member and its mentor: what was given, and how far it is.",
    handler=get_exercises,
    query=NoQuery,
    roles=PAIR,
    answers={200: (ExerciseList, "The exercises.")},
    refusals=(404,),
)

FILL_EXERCISE = Operation(
    method="PATCH",
    path="/v1/conversations/{id}/exercises/{exercise}",
    name="fillExercise",
    summary="Answer some of an exercise, also while writing is closed. The mentor reads it once it is handed in.",
    handler=fill_exercise,
    query=NoQuery,
    body=Filling,
    roles=MEMBER,
    parts=(EXERCISE_ID,),
    answers={200: (ExerciseView, "The exercise as it is now.")},
    refusals=(404,),
    refuses=True,
)

"""What a member answers to the questions of an exercise, bit by bit, and the message that it becomes."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from msgspec import Meta, Struct

from chatserver.conversations.requests import FieldProblem
from chatserver.mentoring.forms import MOST_DAYS, MOST_QUESTIONS, ExerciseForm, ExerciseQuestion
from chatserver.protocol.commands import MAX_BODY_BYTES
from chatserver.protocol.visible import shows
from quotas.phrases import LANGUAGES, Language

LONGEST_ANSWER = 4_000
_TEXT = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$(?!\n)"

AnswerText = Annotated[str, Meta(max_length=LONGEST_ANSWER, pattern=_TEXT)]


class ExerciseAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """To question number `question`, on day number `day`, both from 1: a text, one of a choice, or a number of a scale.

    '' and null take the answer back.
    """

    question: Annotated[int, Meta(ge=1, le=MOST_QUESTIONS)]
    value: AnswerText | int | None
    day: Annotated[int, Meta(ge=1, le=MOST_DAYS)] = 1

    @property
    def place(self) -> tuple[int, int]:
        """What it answers."""
        return self.question, self.day


MOST_ANSWERS = MOST_QUESTIONS * MOST_DAYS


class Filling(Struct, frozen=True, forbid_unknown_fields=True):
    """Answers that are new or different; all others stay as they are."""

    answers: Annotated[
        list[ExerciseAnswer],
        Meta(min_length=1, max_length=MOST_ANSWERS, description=f"A list of 1 to {MOST_ANSWERS} answers."),
    ]


def problems_of(form: ExerciseForm, answers: Sequence[ExerciseAnswer]) -> list[FieldProblem]:
    """Which of them the form has no place for, and what it takes there."""
    found = []
    seen = set()
    for place, answer in enumerate(answers):
        where = f"answers[{place}]"
        if answer.question > len(form.questions):
            found.append(FieldProblem(f"{where}.question", f"must be a whole number from 1 to {len(form.questions)}"))
            continue
        question = form.questions[answer.question - 1]
        if answer.day > question.days:
            found.append(FieldProblem(f"{where}.day", f"must be a whole number from 1 to {question.days}"))
        elif answer.place in seen:
            found.append(FieldProblem(where, "the same place is answered twice"))
        seen.add(answer.place)
        if answer.value not in (None, "") and (wanted := _unlike(question, answer.value)):
            found.append(FieldProblem(f"{where}.value", f"must be {wanted}"))
    return found


def _unlike(question: ExerciseQuestion, value: object) -> str:
    """What is allowed, where the value is something else; else ''."""
    match question.kind:
        case "text":
            return "" if isinstance(value, str) else f"a text of at most {LONGEST_ANSWER} characters"
        case "choice":
            return "" if value in question.options else f"one of {', '.join(question.options)}"
        case "scale":
            fits = isinstance(value, int) and question.low <= value <= question.high
            return "" if fits else f"a whole number from {question.low} to {question.high}"


def merged(before: Sequence[ExerciseAnswer], news: Sequence[ExerciseAnswer]) -> tuple[ExerciseAnswer, ...]:
    """What was answered before with what is new in its place, in the order of the questions."""
    found = {answer.place: answer for answer in (*before, *news)}
    return tuple(found[place] for place in sorted(found) if _is_answer(found[place].value))


def _is_answer(value: object) -> bool:
    return shows(value) if isinstance(value, str) else value is not None


# As a message

_WORDS: Mapping[str, tuple[str, str, str]] = {
    "day": ("Day {n}", "Dag {n}", "Dag {n}"),
    "none": ("Not answered", "Ikke besvart", "Ikke besvaret"),
    "of": ("{n} ({low} to {high})", "{n} ({low} til {high})", "{n} ({low} til {high})"),
}


def message_given(form: ExerciseForm) -> str:
    """What the member reads where an app knows of no exercises, and beside it in all others."""
    return f"{form.title}\n\n{form.introduction}" if form.introduction else form.title


def message_handed_in(form: ExerciseForm, answers: Sequence[ExerciseAnswer], language: Language) -> str:
    """Title, questions and answers as one text."""
    return "\n\n".join([form.title, *answered_questions(form.questions, answers, language)])


def answered_questions(
    questions: Sequence[ExerciseQuestion], answers: Sequence[ExerciseAnswer], language: Language
) -> list[str]:
    """Each question, and below it its answers or that there is none."""
    by_place = {answer.place: answer for answer in answers}
    parts = []
    for number, (question, bare) in enumerate(zip(questions, bare_questions(questions), strict=True), 1):
        lines = [bare]
        for day in range(1, question.days + 1):
            answer = by_place.get((number, day))
            if answer is None and question.days > 1:
                continue
            said = _said(question, answer, language)
            lines.append(f"{_word('day', language, n=day)}: {said}" if question.days > 1 else said)
        if len(lines) == 1:
            lines.append(_word("none", language))
        parts.append("\n".join(lines))
    return parts


def bare_questions(questions: Sequence[ExerciseQuestion]) -> list[str]:
    """Each question with its number."""
    return [f"{number}. {question.text}" for number, question in enumerate(questions, 1)]


def is_too_long(form: ExerciseForm, answers: Sequence[ExerciseAnswer]) -> bool:
    """Whether it would not go into one message, given or handed in with these, in whatever language."""
    if len(message_given(form).encode()) > MAX_BODY_BYTES:
        return True
    return any(len(message_handed_in(form, answers, each).encode()) > MAX_BODY_BYTES for each in LANGUAGES)


def _said(question: ExerciseQuestion, answer: ExerciseAnswer | None, language: Language) -> str:
    if answer is None:
        return _word("none", language)
    if question.kind == "scale":
        return _word("of", language, n=answer.value, low=question.low, high=question.high)
    return str(answer.value)


def _word(name: str, language: Language, **blanks: object) -> str:
    return _WORDS[name][LANGUAGES.index(language)].format(**blanks)

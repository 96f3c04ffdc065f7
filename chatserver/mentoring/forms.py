"""Saved texts and exercises, as they are written: what they hold, and what is wrong with them."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from chatserver.conversations.requests import FieldProblem
from chatserver.protocol.visible import shows

ExerciseQuestionKind = Literal["text", "scale", "choice"]
ItemKind = Literal["text", "exercise"]

MOST_QUESTIONS = 30
MOST_OPTIONS = 12
MOST_DAYS = 31
_LOWEST, _HIGHEST = -100, 100

_TEXT = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$(?!\n)"
_LINE = r"^[^\u0000-\u001f\u007f-\u009f]*$(?!\n)"


def _line(most: int) -> Meta:
    return Meta(max_length=most, pattern=_LINE, description=f"A line of at most {most} characters.")


Title = Annotated[str, _line(120)]
Folder = Annotated[str, _line(80)]
Line = Annotated[str, _line(300)]
SavedBody = Annotated[
    str,
    Meta(
        max_length=4_000,
        pattern=_TEXT,
        description="A text of at most 4000 characters, without control characters but tabs and new lines.",
    ),
]


class ExerciseQuestion(Struct, frozen=True, forbid_unknown_fields=True):
    """One question of an exercise. It is answered once, or on each of `days` days.

    A scale goes from `low` to `high`, which `low_word` and `high_word` may name; a choice is one of `options`.
    """

    kind: ExerciseQuestionKind
    text: Line
    days: Annotated[int, Meta(ge=1, le=MOST_DAYS)] = 1
    low: Annotated[int, Meta(ge=_LOWEST, le=_HIGHEST)] = 1
    high: Annotated[int, Meta(ge=_LOWEST, le=_HIGHEST)] = 10
    low_word: Line = ""
    high_word: Line = ""
    options: Annotated[list[Line], Meta(max_length=MOST_OPTIONS, description="A list of at most 12 lines.")] = []


ExerciseQuestions = Annotated[
    list[ExerciseQuestion],
    Meta(max_length=MOST_QUESTIONS, description=f"A list of at most {MOST_QUESTIONS} questions."),
]


class SavedItem(Struct, frozen=True, forbid_unknown_fields=True):
    """A saved text, or an exercise, of which `body` is the introduction. In `title` and `body`, `{name}` stands for the
    member's name and `{mentor}` for the mentor's. `folder` is where it is kept; '' for none.
    """

    kind: ItemKind
    title: Title
    body: SavedBody = ""
    folder: Folder = ""
    questions: ExerciseQuestions = []


class ExerciseForm(Struct, frozen=True):
    """An exercise as it was given: nobody changes it any more."""

    title: str
    introduction: str
    questions: tuple[ExerciseQuestion, ...]

    @property
    def fields(self) -> int:
        """How many answers it has room for."""
        return sum(question.days for question in self.questions)


def problems_of(item: SavedItem) -> list[FieldProblem]:
    """What is wrong with it beside types and lengths."""
    found = []
    if not shows(item.title):
        found.append(FieldProblem("title", "must show at least one character"))
    if item.kind == "text":
        if not shows(item.body):
            found.append(FieldProblem("body", "must show at least one character"))
        if item.questions:
            found.append(FieldProblem("questions", "a saved text has none; allowed: an empty list"))
    elif not item.questions:
        found.append(FieldProblem("questions", f"an exercise has 1 to {MOST_QUESTIONS}"))
    for place, question in enumerate(item.questions):
        found += _wrong_in(question, f"questions[{place}]")
    return found


def _wrong_in(question: ExerciseQuestion, where: str) -> list[FieldProblem]:
    found = []
    if not shows(question.text):
        found.append(FieldProblem(f"{where}.text", "must show at least one character"))
    if question.kind == "scale" and question.low >= question.high:
        found.append(FieldProblem(f"{where}.high", f"must be more than low, {question.low}"))
    if question.kind == "choice":
        if len(question.options) < 2:
            found.append(FieldProblem(f"{where}.options", f"a choice has 2 to {MOST_OPTIONS}"))
        if len(set(question.options)) < len(question.options):
            found.append(FieldProblem(f"{where}.options", "two of them are equal"))
        if not all(shows(each) for each in question.options):
            found.append(FieldProblem(f"{where}.options", "each must show at least one character"))
    return found


def put_in(text: str, name: str, mentor: str) -> str:
    """The text with the names in their places. Other braces stay as they are."""
    return text.replace("{name}", name).replace("{mentor}", mentor)


def form_of(item: SavedItem, name: str, mentor: str) -> ExerciseForm:
    """An exercise as it is given to a member of that name."""
    return ExerciseForm(put_in(item.title, name, mentor), put_in(item.body, name, mentor), tuple(item.questions))

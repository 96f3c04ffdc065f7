"""How something written over HTTP ends: done, or a problem."""

from collections.abc import Mapping
from typing import assert_never

from chatserver.api.operation import ApiContext
from chatserver.api.problem import ProblemError, invalid
from chatserver.conversations.requests import Conflict, FieldProblem, Invalid, Record, Written


def field_problems(context: ApiContext, given: Mapping[str, object]) -> list[FieldProblem]:
    """What is wrong with each of these fields of a person or a conversation."""
    return context.provisioning.problems(given)


def written(outcome: Written[Record] | Invalid | Conflict) -> tuple[int, Record]:
    """Status and record of a success. Raises ProblemError 422, 409."""
    match outcome:
        case Written(record, created):
            return 201 if created else 200, record
        case Invalid(errors):
            raise invalid(errors)
        case Conflict(detail):
            raise ProblemError(409, detail)
        case never:
            assert_never(never)

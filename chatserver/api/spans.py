"""The time of which a list is, as `from` and `until` of a query ask for it."""

from msgspec import UnsetType

from chatserver.api.problem import invalid
from chatserver.conversations.requests import FieldProblem
from quotas import instant
from quotas.instant import DAY


def span(since: str | UnsetType, until: str | UnsetType, *, begins: int, days: int, most_days: int) -> tuple[int, int]:
    """[since, until) in ms: from `begins` on where no `since` is given, for `days` where no `until` is.

    Raises ProblemError 422, also where it is longer than `most_days`.
    """
    problems, given = [], {}
    for name, value in (("from", since), ("until", until)):
        if not isinstance(value, UnsetType):
            try:
                given[name] = instant.parse(value)
            except ValueError as error:
                problems.append(FieldProblem(name, str(error)))
    if problems:
        raise invalid(problems)
    start = given.get("from", begins)
    end = given.get("until", start + days * DAY)
    if not start < end <= start + most_days * DAY:
        allowed = f"after {instant.text(start)}, where the list begins, and at most {most_days} days later"
        raise invalid([FieldProblem("until", f"must be {allowed}")])
    return start, end

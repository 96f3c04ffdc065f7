"""Mentors' statements over HTTP: as JSON, as CSV, and as a page for people."""

from collections.abc import Iterator
from typing import Literal

import msgspec
from msgspec import Struct

from chatserver.api.csv_table import csv_table
from chatserver.api.hours import no_mentor
from chatserver.api.negotiation import CSV, HTML, JSON, language
from chatserver.api.operation import Form, HttpAnswer, HttpCall, NoQuery, Operation, PathPart
from chatserver.api.problem import invalid
from chatserver.api.roles import MENTOR_OR_SUPPORT
from chatserver.api.statement_page import PAGE_POLICY, statement_page
from chatserver.conversations.requests import FieldProblem, Missing
from chatserver.protocol.statements import StatementLineView, StatementView, statement_view
from chatserver.sessions.rows.statements import IssuedStatement
from chatserver.sessions.statements import DraftStatement
from quotas.phrases import Language
from quotas.statements import month_of

MONTH = PathPart("month", r"[0-9]{4}-[0-9]{2}", "a month such as 2026-01")

_COLUMNS = (
    "entry",
    "starts_at",
    "minutes",
    "service",
    "kind",
    "state",
    "units",
    "currency",
    "price",
    "mentor",
    "platform",
    "corrects",
    "booking",
    "conversation",
    "member",
)


class _Answer(Struct, frozen=True):
    """The statement, and what the page needs beside it: names as they are now, by id."""

    view: StatementView
    names: dict[str, str]
    language: Language


async def get_statement(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    """A mentor reads their own only; anyone else's is not there for them."""
    month = month_of(call.parts["month"])
    if month is None:
        raise invalid([FieldProblem("month", "there is no such month; allowed: 1971-01 to 2198-12")])
    found: IssuedStatement | DraftStatement | Missing = Missing()
    if call.identity.role == "support" or call.id == call.identity.user:
        found = await call.context.statements.of(call.id, month)
    if isinstance(found, Missing):
        raise no_mentor(call.id)
    issued_at = found.issued_at if isinstance(found, IssuedStatement) else 0
    view = statement_view(found.statement, issued_at)
    people = {view.mentor, *(each.member for each in (*view.lines, *view.corrections))}
    names = await call.context.provisioning.names(people)
    return HttpAnswer(200, _Answer(view, names, language(call.headers.get("accept-language", ""))))


def _json(answer: _Answer) -> bytes:
    return msgspec.json.encode(answer.view)


def _csv(answer: _Answer) -> str:
    """A line for each session, then the corrections, then a sum for each currency; amounts in the minor unit."""
    return csv_table(_COLUMNS, _csv_lines(answer.view))


def _csv_lines(view: StatementView) -> Iterator[list[object]]:
    entries: tuple[tuple[Literal["session", "correction"], list[StatementLineView]], ...] = (
        ("session", view.lines),
        ("correction", view.corrections),
    )
    for entry, lines in entries:
        for line in lines:
            yield [entry, *(getattr(line, name) for name in _COLUMNS[1:])]
    for each in view.sums:
        amounts = {"currency": each.currency, "price": each.price, "mentor": each.mentor, "platform": each.platform}
        yield ["sum", *(amounts.get(name) for name in _COLUMNS[1:])]


def _html(answer: _Answer) -> str:
    return statement_page(answer.view, answer.names, answer.language)


GET_STATEMENT = Operation(
    method="GET",
    path="/v1/mentors/{id}/statements/{month}",
    name="getStatement",
    summary=(
        "What a mentor earned in a month, as JSON, CSV or a page. A month that is over is issued when somebody first "
        "asks for it, and never changes; what comes later stands in the next as a correction. Mentors see their own."
    ),
    handler=get_statement,
    query=NoQuery,
    answers={200: (StatementView, "The statement; the CSV holds its lines, corrections and sums.")},
    refusals=(404,),
    roles=MENTOR_OR_SUPPORT,
    parts=(MONTH,),
    forms=(
        Form(JSON, _json),
        Form(CSV, _csv),
        Form(HTML, _html, (("Content-Security-Policy", PAGE_POLICY),)),
    ),
)

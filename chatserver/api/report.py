"""The report on how mentors answer."""

from datetime import date
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType, field
from msgspec.structs import astuple

from chatserver.api.authentication import not_allowed
from chatserver.api.csv_table import csv_table
from chatserver.api.negotiation import CSV
from chatserver.api.operation import AS_JSON, Form, HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.api.problem import invalid
from chatserver.conversations.requests import Invalid
from chatserver.protocol.reports import By, ReplyDay, ReplyGroup, ReplyReport
from chatserver.replies.report import DEFAULT_WEEKS, MOST_DAYS

_FIRST = f"The first day, such as 2026-01-05; left out: a Monday, for {DEFAULT_WEEKS} weeks."
_LAST = f"The last day, such as 2026-02-01, at most {MOST_DAYS - 1} days later; left out: today."


class ReportQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which waits: those that began on these days, in the zone of the policy; and how they are grouped."""

    first: Annotated[date, Meta(description=_FIRST)] | UnsetType = field(name="from", default=UNSET)
    last: Annotated[date, Meta(description=_LAST)] | UnsetType = field(name="to", default=UNSET)
    by: Annotated[By, Meta(description="One group for each `mentor`, `plan` or `week`.")] = "mentor"


async def get_report(call: HttpCall[ReportQuery, None]) -> HttpAnswer:
    """A mentor's report is about their own waits."""
    identity = call.identity
    if identity.role == "member":
        raise not_allowed("a member has no reports; mentors, support and services do")
    report = await call.context.reports.report(
        call.query.first or None,
        call.query.last or None,
        call.query.by,
        identity.user if identity.role == "mentor" else None,
    )
    if isinstance(report, Invalid):
        raise invalid(report.errors)
    return HttpAnswer(200, report)


async def get_today(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    """A mentor's day is about their own waits."""
    identity = call.identity
    if identity.role == "member":
        raise not_allowed("a member has no reports; mentors, support and services do")
    return HttpAnswer(200, await call.context.reports.today(identity.user if identity.role == "mentor" else None))


def report_csv(report: ReplyReport) -> str:
    """A line of names, and a line for each group."""
    return csv_table(ReplyGroup.__struct_encode_fields__, (astuple(group) for group in report.groups))


GET_REPORT = Operation(
    method="GET",
    path="/v1/replies/report",
    name="getReplyReport",
    summary="How mentors answered, by mentor, plan or week, as JSON or CSV. Mentors see their own waits.",
    handler=get_report,
    query=ReportQuery,
    answers={200: (ReplyReport, "The report; the CSV holds its groups.")},
    refusals=(403,),
    forms=(AS_JSON, Form(CSV, report_csv)),
)

GET_TODAY = Operation(
    method="GET",
    path="/v1/replies/today",
    name="getRepliesToday",
    summary="The day so far: deadlines missed, waits answered, their median. Mentors see their own.",
    handler=get_today,
    query=NoQuery,
    answers={200: (ReplyDay, "The day so far.")},
    refusals=(403,),
)

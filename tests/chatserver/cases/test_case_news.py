"""Who hears of a case: as notices, and on webhooks. Whoever does not see it hears nothing, whatever becomes of it."""

import msgspec
import pytest
from sqlalchemy import select

from chatserver.cases.still_so import CaseStillSo
from chatserver.conversations.requests import PersonDetails, Written
from chatserver.notices.notice import Notice
from chatserver.notices.rows import notices, webhooks
from chatserver.notices.rows.webhooks import WebhookRecord
from chatserver.notices.texts import words_of
from chatserver.records.tables import WEBHOOK_EVENTS
from quotas.bookings import Price
from quotas.instant import HOUR
from quotas.notices import HearingRole
from tests.chatserver.cases.case_desk import ANN, MIA, SARA, TOM, CaseDesk
from tests.chatserver.sessions.desk import TUESDAY

SECRET = "he shouts at me"


@pytest.fixture(autouse=True)
async def support(desk: CaseDesk) -> None:
    for name in ("sara", "sam"):
        assert isinstance(await desk.provisioning.put_person(name, PersonDetails("support", name)), Written)


async def list_of(desk: CaseDesk, person: str) -> list[Notice]:
    async with desk.database.read() as connection:
        return (await notices.page(connection, person, None, 50))[::-1]


async def heard(desk: CaseDesk, person: str) -> list[tuple[str, str]]:
    """Event and state, in order."""
    return [(each.event, each.data["state"]) for each in await list_of(desk, person)]


async def hooked(desk: CaseDesk) -> None:
    """An endpoint that wants all that is told of cases."""
    record = WebhookRecord(
        id="crm",
        url="https://crm.example.org",
        events=("case.*",),
        with_text=False,
        secret=b"",
        created_at=TUESDAY,
        updated_at=TUESDAY,
    )
    async with desk.database.begin() as connection:
        await webhooks.insert(connection, record)


async def told(desk: CaseDesk) -> list[tuple[str, dict[str, object]]]:
    """What webhooks are told."""
    async with desk.database.read() as connection:
        rows = await connection.execute(select(WEBHOOK_EVENTS).order_by(WEBHOOK_EVENTS.c.id))
        return [(row.kind, msgspec.json.decode(row.data)) for row in rows]


async def test_who_opened_it_hears_of_each_change_and_who_did_it_does_not(desk: CaseDesk) -> None:
    ref = (await desk.opened("q", "question", MIA, SECRET)).case.id
    await desk.acted("q", "note", MIA, SECRET)
    await desk.acted(ref, "assign", SARA, assignee="sam")
    await desk.acted(ref, "note", SARA, SECRET)
    await desk.acted(ref, "note", SARA, SECRET, audience="shared")
    await desk.acted("q", "note", MIA, SECRET)
    await desk.acted(ref, "answered", SARA)
    assert await heard(desk, "mia") == [("case.noted", "open"), ("case.moved", "answered")]
    assert await heard(desk, "tom") == await heard(desk, "sara") == []
    assert await heard(desk, "sam") == [
        ("case.assigned", "open"),
        ("case.noted", "open"),
        ("case.noted", "open"),
        ("case.moved", "answered"),
    ]
    for person in ("mia", "sam"):
        assert all(SECRET not in f"{each}" for each in await list_of(desk, person))


async def test_whoever_else_sees_it_hears_of_it_as_they_see_it(desk: CaseDesk) -> None:
    """The mentor asks for another cadence: the member is to confirm. A change of mentor the mentor sees at its end."""
    await desk.membership()
    await desk.opened("c", "cadence_change", TOM, SECRET, to="weekly", reason="cost")
    assert await heard(desk, "mia") == [("case.opened", "requested")]
    assert await heard(desk, "tom") == []
    switch = (await desk.opened("s", "mentor_switch", MIA, SECRET)).case.id
    await desk.acted(switch, "proposed", SARA, mentor="ann", chemistry=False)
    assert await heard(desk, "tom") == []
    await desk.acted("s", "kept", MIA)
    assert await heard(desk, "tom") == []
    assert (await heard(desk, "mia"))[1:] == [("case.moved", "proposed")]


async def test_who_is_reported_hears_nothing_and_who_reports_the_state_alone(supplied: CaseDesk) -> None:
    """Support hears at once, and again in an hour; also of quiet hours."""
    desk = supplied
    await hooked(desk)
    ref = (await desk.opened("r", "misconduct", MIA, SECRET, person="tom", reason=SECRET)).case.id
    assert await heard(desk, "sara") == await heard(desk, "sam") == [("case.urgent", "reported")]
    await desk.later(61)
    for _ in range(2):
        await desk.ring(ref)
    assert await heard(desk, "sara") == [("case.urgent", "reported")] * 2
    assert (await list_of(desk, "sara"))[-1].at == TUESDAY + HOUR
    await desk.acted(ref, "suspend", SARA)
    await desk.acted(ref, "reviewing", SARA, SECRET)
    await desk.acted(ref, "note", SARA, SECRET)
    await desk.acted(ref, "dismissed", SARA, SECRET)
    assert await heard(desk, "tom") == []
    assert await heard(desk, "mia") == [("case.moved", "reviewing"), ("case.moved", "dismissed")]
    for each in await list_of(desk, "mia"):
        assert each.data.keys() <= {"case", "kind", "state", "role", "first"}
        assert "tom" not in f"{each}"
    events = await told(desk)
    assert [(kind, data["state"]) for kind, data in events] == [
        ("case.opened", "reported"),
        ("case.waiting", "reported"),
        ("case.moved", "reviewing"),
        ("case.moved", "dismissed"),
    ]
    assert all("by" not in data and "person" not in data for kind, data in events)
    assert SECRET not in f"{events}"


async def test_webhooks_are_told_by_whom_and_until_when_it_waits(desk: CaseDesk) -> None:
    await hooked(desk)
    ref = (await desk.opened("q", "question", MIA, SECRET)).case.id
    [(kind, data)] = await told(desk)
    assert kind == "case.opened"
    assert data == {
        "case": ref,
        "kind": "question",
        "state": "open",
        "by": "member",
        "due_at": "2026-01-08T09:00:00.000Z",
        "member": "mia",
        "mentor": "tom",
    }


async def test_a_guest_hears_from_the_approval_on(desk: CaseDesk) -> None:
    one_off = (await desk.opened("o", "one_off_session", MIA, SECRET)).case.id
    assert await heard(desk, "tom") == [("case.opened", "requested")]
    await desk.acted(one_off, "approved", SARA, mentor="ann", price=Price(50_000, "NOK"))
    assert await heard(desk, "ann") == [("case.guest", "approved")]
    [notice] = await list_of(desk, "ann")
    words = words_of(notice, "en", "Europe/Oslo", "")
    assert notice.conversation == ""
    assert (words.subject, words.line) == (
        "A session with a member",
        "A member would like one session with you. Find a time together.",
    )
    assert await desk.seen(one_off, ANN) is not None


async def test_what_happens_by_itself_is_told_once(desk: CaseDesk) -> None:
    """A ghosting goes over to support: its mentor hears of it."""
    ref = (await desk.opened("g", "ghosting", TOM)).case.id
    await desk.show("2026-02-06T12:00:00+01:00")
    for _ in range(2):
        await desk.ring(ref)
    assert await heard(desk, "tom") == [("case.moved", "support_trying")]
    assert await heard(desk, "mia") == []


async def test_support_hears_of_what_is_left_to_it_and_nobody_else_does(desk: CaseDesk) -> None:
    """Once; also where the case has gone on before quiet hours are over. Of a report at once."""
    await desk.membership()
    ref = (await desk.opened("c", "membership_cancellation", MIA)).case.id  # the desk has no effects
    for _ in range(2):
        await desk.ring(ref)
    left = await list_of(desk, "sara")
    by_hand = ["by_hand:stop_renewal", "by_hand:list_bookings_after", "by_hand:tell_business"]
    assert [(each.event, each.data["did"]) for each in left] == [("case.by_hand", did) for did in by_hand]
    assert await heard(desk, "tom") == [("case.opened", "official")]
    await desk.acted("c", "kept", MIA)
    assert await CaseStillSo(desk.database).state(left[0]) is None
    await desk.opened("r", "misconduct", TOM, person="mia")
    assert [(each.event, each.data["did"]) for each in (await list_of(desk, "sara"))[-2:]] == [
        ("case.urgent", "opened"),
        ("case.urgent", "by_hand:seal_evidence"),
    ]


async def test_those_who_are_connected_hear_after_the_commit(desk: CaseDesk) -> None:
    """Whoever commits it."""
    ref = (await desk.opened("q", "question", MIA)).case.id
    assert desk.heard.published == []
    await desk.acted(ref, "answered", SARA)
    assert desk.heard.published == [("mia", "case.moved", 1)]


@pytest.mark.parametrize(
    ("role", "subject", "line"),
    [
        ("member", "Your report to support", "Support is looking into your report."),
        ("support", "Report to support", "The report is being looked into."),
    ],
)
def test_a_report_is_called_one_without_a_name(role: HearingRole, subject: str, line: str) -> None:
    data = {"role": role, "kind": "misconduct", "state": "reviewing"}
    notice = Notice(1, "mia", "case.moved", "m", "c1", "", data, TUESDAY, TUESDAY)
    words = words_of(notice, "en", "Europe/Oslo", "Tom Lund")
    assert (words.subject, words.line) == (subject, line)

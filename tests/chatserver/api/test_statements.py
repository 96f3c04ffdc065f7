"""Statements over HTTP: whose, of which month, and in which form."""

import csv
from html.parser import HTMLParser
from io import StringIO
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from chatserver.api.negotiation import CSV, HTML, JSON
from chatserver.api.statement_texts import TEXTS
from chatserver.records.database import Database
from chatserver.sessions.rows import bookings
from chatserver.sessions.rows.bookings import BookingRow
from quotas import instant
from quotas.bookings import Booking, Price
from tests.chatserver.api.asking import as_, fields
from tests.chatserver.api.serving import Served
from tests.chatserver.api.test_requests import problem
from tests.quotas.test_statements import booked, held

JANUARY, FEBRUARY, MARCH = (f"/v1/mentors/tom/statements/2026-0{month}" for month in (1, 2, 3))
ODD = "=1+1|cmd"
"""An id cannot hold it, but whoever writes rows by hand could; a spreadsheet would run it."""


def extra(id: str, starts_at: str, amount: int, currency: str = "NOK") -> Booking:
    return replace(held(booked(id, starts_at, kind="extra", price=Price(amount, currency))), member="kari")


@pytest.fixture
async def kept(monday: Served, database: Database) -> None:
    """January: two sessions with prices and one of the plan; it is a Monday in March."""
    of_plan = replace(held(booked(ODD, "2026-01-07T09:00:00Z")), member="kari")
    made = [
        extra("a", "2026-01-05T09:00:00Z", 100_001),
        extra("b", "2026-01-06T09:00:00Z", 5_000, "JPY"),
        of_plan,
        extra("c", "2026-03-01T09:00:00Z", 10),
    ]
    async with database.begin() as connection:
        await bookings.create(connection, [BookingRow(each, each.starts_at) for each in made])


async def test_a_month_as_json(anyone: httpx.AsyncClient, kept: None) -> None:
    """Amounts in minor units with their currency; a sum for each; the mentor reads what support reads."""
    answer = await anyone.get(JANUARY, headers=as_("tom"))
    assert (answer.status_code, answer.headers["content-type"]) == (200, JSON)
    found = answer.json()
    assert (found["mentor"], found["month"], found["zone"], found["state"]) == (
        "tom",
        "2026-01",
        "Europe/Oslo",
        "issued",
    )
    assert (found["from"], found["until"]) == ("2025-12-31T23:00:00.000Z", "2026-01-31T23:00:00.000Z")
    assert found["lines"][0] == {
        "booking": "a",
        "conversation": "c",
        "member": "kari",
        "service": "video_call",
        "kind": "extra",
        "starts_at": "2026-01-05T09:00:00.000Z",
        "minutes": 60,
        "state": "held",
        "units": 2,
        "currency": "NOK",
        "price": 100_001,
        "mentor": 90_001,
        "platform": 10_000,
        "corrects": None,
    }
    assert found["sums"] == [
        {"currency": "JPY", "price": 5_000, "mentor": 4_500, "platform": 500},
        {"currency": "NOK", "price": 100_001, "mentor": 90_001, "platform": 10_000},
    ]
    assert (found["units"], found["without_amount"], found["corrections"]) == (6, 1, [])
    assert (await anyone.get(JANUARY, headers=as_("support"))).json() == found


async def test_a_month_that_runs_is_a_draft(anyone: httpx.AsyncClient, kept: None) -> None:
    found = (await anyone.get(MARCH, headers=as_("tom"))).json()
    assert (found["state"], found["issued_at"], [line["booking"] for line in found["lines"]]) == ("draft", None, ["c"])


async def test_what_came_later_is_a_correction(
    anyone: httpx.AsyncClient, kept: None, database: Database, monday: Served
) -> None:
    """The month that was issued stays, byte for byte, in each form."""
    forms = (JSON, CSV, HTML)
    before = [(await anyone.get(JANUARY, headers=as_("tom") | {"Accept": form})).content for form in forms]
    late = replace(extra("late", "2026-01-30T09:00:00Z", 200), no_show_at=instant.parse("2026-02-02T09:00:00Z"))
    async with database.begin() as connection:
        await bookings.create(connection, [BookingRow(late, late.starts_at)])
    after = [(await anyone.get(JANUARY, headers=as_("tom") | {"Accept": form})).content for form in forms]
    assert after == before
    february = (await anyone.get(FEBRUARY, headers=as_("tom"))).json()
    assert february["lines"] == []
    [line] = february["corrections"]
    assert (line["booking"], line["state"], line["mentor"], line["corrects"]) == ("late", "no_show", 180, "2026-01")
    rows = list(csv.DictReader(StringIO((await anyone.get(FEBRUARY, headers=as_("tom") | {"Accept": CSV})).text)))
    assert [(row["entry"], row["corrects"], row["mentor"]) for row in rows] == [
        ("correction", "2026-01", "180"),
        ("sum", "", "180"),
    ]


async def test_a_month_as_csv(anyone: httpx.AsyncClient, kept: None) -> None:
    """Lines, then sums; nothing in it runs in a spreadsheet."""
    answer = await anyone.get(JANUARY, headers=as_("support") | {"Accept": CSV})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(StringIO(answer.text)))
    assert [(row["entry"], row["booking"], row["currency"], row["mentor"]) for row in rows] == [
        ("session", "a", "NOK", "90001"),
        ("session", "b", "JPY", "4500"),
        ("session", f"'{ODD}", "", ""),
        ("sum", "", "JPY", "4500"),
        ("sum", "", "NOK", "90001"),
    ]


class Seen(HTMLParser):
    """The tags of a page, whether all are closed, and what it says."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.text = ""
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    ("language", "title", "amount"),
    [
        ("en", "Statement for 2026-01: Tom", "900.01 NOK"),
        ("nb-NO, en;q=0.5", "Oppgjør for 2026-01: Tom", "900,01 NOK"),
        ("da", "Opgørelse for 2026-01: Tom", "900,01 NOK"),
    ],
)
async def test_a_month_as_a_page(anyone: httpx.AsyncClient, kept: None, language: str, title: str, amount: str) -> None:
    """In the reader's language, with names, amounts as people write them and local times; nothing in it runs."""
    name = "<script>alert(1)</script> Kari"
    kari = {"role": "member", "name": name}
    assert (await anyone.put("/v1/people/kari", json=kari, headers=as_("service"))).is_success
    answer = await anyone.get(JANUARY, headers=as_("tom") | {"Accept": "text/html", "Accept-Language": language})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    page = Seen(answer.text)
    assert "script" not in page.tags
    for each in (title, name, amount, "4500 JPY", "2026-01-05 10:00"):
        assert each in page.text
    draft = await anyone.get(MARCH, headers=as_("tom") | {"Accept": "text/html", "Accept-Language": language})
    assert Seen(draft.text)
    empty = await anyone.get(FEBRUARY, headers=as_("tom") | {"Accept": "text/html", "Accept-Language": language})
    assert "NOK" not in Seen(empty.text).text


@pytest.mark.parametrize(
    ("person", "status"), [("tom", 200), ("support", 200), ("ann", 404), ("kari", 403), ("service", 403)]
)
async def test_whose_it_is(anyone: httpx.AsyncClient, person: str, status: int) -> None:
    """The mentor's own, and support's."""
    assert (await anyone.get(JANUARY, headers=as_(person))).status_code == status


async def test_of_whom_and_when_there_is_none(anyone: httpx.AsyncClient) -> None:
    """A member, nobody; a month that is none. Another form than there is."""
    for id in ("kari", "nobody"):
        answer = await anyone.get(f"/v1/mentors/{id}/statements/2026-01", headers=as_("support"))
        assert problem(answer) == (404, "not-found")
    for month in ("2026-13", "2026-1", "1970-01", "january"):
        answer = await anyone.get(f"/v1/mentors/tom/statements/{month}", headers=as_("tom"))
        assert fields(answer).keys() == {"month"}
    answer = await anyone.get(JANUARY, headers=as_("tom") | {"Accept": "application/pdf"})
    assert problem(answer) == (406, "not-acceptable")


def test_every_language_says_the_same() -> None:
    assert len({frozenset(texts) for texts in TEXTS.values()}) == 1
    found: set[Any] = {text for texts in TEXTS.values() for text in texts.values()}
    assert all(found)

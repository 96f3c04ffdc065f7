"""Bookings over HTTP: made, moved, called off and read, by whoever may; malformed ones, and those that are refused."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.chatserver.api.asking import CALL, START, as_, booked, fields, refused
from tests.chatserver.api.serving import Served
from tests.chatserver.api.test_requests import problem
from tests.databases import ON_EACH

# Making


async def test_a_booking_is_made_once(anyone: httpx.AsyncClient) -> None:
    """The same again is the same booking; another content is a conflict, also by somebody else."""
    made = await booked(anyone)
    assert made == {
        "id": "b1",
        "conversation": "c1",
        "member": "kari",
        "mentor": "tom",
        "service": "video_call",
        "kind": "plan",
        "starts_at": START,
        "ends_at": "2026-03-10T09:30:00.000Z",
        "minutes": 30,
        "units": 1,
        "state": "booked",
        "late": False,
        "counts": True,
        "billable": False,
        "price": None,
        "split": None,
        "joins": {"member": None, "mentor": None},
        "sequence": 0,
        "join_url": None,
        "moved_from": None,
    }
    again = await anyone.put("/v1/bookings/b1", json=CALL, headers=as_("support"))
    assert (again.status_code, again.json()) == (200, made)
    other = await anyone.put("/v1/bookings/b1", json=CALL | {"minutes": 60}, headers=as_("tom"))
    assert problem(other) == (409, "conflict")
    elsewhere = await anyone.put("/v1/bookings/b1", json=CALL | {"conversation": "c2"}, headers=as_("ola"))
    assert problem(elsewhere) == (409, "conflict")


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"starts_at": "2026-03-10T10:05:00+01:00"}, {"starts_at": "must lie on a quarter of an hour in UTC"}),
        ({"starts_at": "2026-03-10T10:00:01+01:00"}, {"starts_at": "must lie on a quarter of an hour in UTC"}),
        ({"starts_at": "2026-03-10T10:00:00"}, {"starts_at": "has no UTC offset"}),
        ({"starts_at": "tomorrow"}, {"starts_at": "is not an RFC 3339 date-time"}),
        ({"minutes": 40}, {"minutes": "must be one of 30, 45, 60, 90"}),
        ({"minutes": "30"}, {"minutes": "must be one of 30, 45, 60, 90"}),
        ({"service": "phone"}, {"service": "must be one of"}),
        ({"kind": "gift"}, {"kind": "must be one of"}),
        ({"price": {"amount": 100, "currency": "NOK"}}, {"price": "a booking of kind plan has none"}),
        ({"kind": "chemistry", "price": {"amount": 1, "currency": "NOK"}}, {"price": "chemistry has none"}),
        ({"kind": "extra", "price": {"amount": -1, "currency": "NOK"}}, {"price.amount": "a whole number from 0"}),
        ({"kind": "extra", "price": {"amount": 1, "currency": "kr"}}, {"price.currency": "a code of ISO 4217"}),
        ({"kind": "extra", "price": {"amount": 1, "currency": "XXX"}}, {"price.currency": "a code of ISO 4217"}),
        ({"kind": "extra", "price": {"amount": 1}}, {"price.currency": "is missing"}),
        ({"kind": "extra", "price": 100}, {"price": "must be an object"}),
        ({"kind": "extra"}, {"price": "the mentor lists none for 30 minutes; name one"}),
        (
            {"minutes": 1, "starts_at": "2026-03-10T10:01:00Z", "notes": ""},
            {"minutes": "must be one of", "starts_at": "must lie on", "notes": "there is no such field"},
        ),
    ],
)
async def test_what_is_malformed(anyone: httpx.AsyncClient, change: dict[str, Any], wrong: dict[str, str]) -> None:
    """Every wrong field is named, with what is allowed; nothing is booked."""
    found = fields(await anyone.put("/v1/bookings/b1", json=CALL | change, headers=as_("tom")))
    assert found.keys() == wrong.keys()
    for name, message in wrong.items():
        assert message in found[name]
    assert problem(await anyone.get("/v1/bookings/b1", headers=as_("support"))) == (404, "not-found")


async def test_an_extra_session_has_a_price(anyone: httpx.AsyncClient) -> None:
    """Who gets what of it adds up; it spends no credit."""
    made = await booked(anyone, kind="extra", price={"amount": 45_005, "currency": "NOK"})
    assert made["price"] == {"amount": 45_005, "currency": "NOK"}
    assert made["split"] == {"mentor": 40_505, "platform": 4_500}
    credits = (await anyone.get("/v1/conversations/c1/credits", headers=as_("kari"))).json()
    assert (credits["used"], credits["left"]) == (0, 2)


# Refusals


async def test_credits_that_are_spent(anyone: httpx.AsyncClient) -> None:
    """The answer says how many are left."""
    await booked(anyone)
    answer = await anyone.put(
        "/v1/bookings/b2", json=CALL | {"starts_at": "2026-03-11T10:00:00Z", "minutes": 60}, headers=as_("tom")
    )
    said = refused(answer, "no_credits")
    assert said["credits_left"] == 1
    assert said["detail"].startswith("1 unit of 30 minutes is left in its period")
    # The id is not taken.
    await booked(anyone, "b2", starts_at="2026-03-11T10:00:00Z")


async def test_a_service_that_the_plan_lacks(anyone: httpx.AsyncClient, monday: Served) -> None:
    """The answer names the plans that have it."""
    moved = await anyone.patch("/v1/conversations/c1", json={"plan": "light"}, headers=as_("service"))
    assert moved.is_success
    said = refused(await anyone.put("/v1/bookings/b1", json=CALL, headers=as_("tom")), "not_in_plan")
    policy = monday.provisioning.rulebook.policy
    assert said["plans"] == sorted(
        name for name, plan in policy.plans.items() if plan.sessions and "video_call" in plan.sessions.services
    )
    chat = await anyone.put(
        "/v1/bookings/b1",
        json=CALL | {"kind": "extra", "service": "live_chat", "price": {"amount": 1, "currency": "NOK"}},
        headers=as_("tom"),
    )
    assert "plans" not in refused(chat, "not_in_plan")


async def test_times_that_cannot_be(anyone: httpx.AsyncClient) -> None:
    """Past, and too far ahead."""
    past = await anyone.put("/v1/bookings/b1", json=CALL | {"starts_at": "2026-03-02T07:45:00Z"}, headers=as_("tom"))
    refused(past, "in_past")
    far = await anyone.put("/v1/bookings/b1", json=CALL | {"starts_at": "2027-06-01T07:45:00Z"}, headers=as_("tom"))
    assert "more than 400 days ahead" in (refused(far, "too_far"))["detail"]


async def test_a_conversation_that_is_not_open(anyone: httpx.AsyncClient) -> None:
    for status in ("paused", "suspended", "ended"):
        await anyone.patch("/v1/conversations/c1", json={"status": status}, headers=as_("service"))
        refused(await anyone.put("/v1/bookings/b1", json=CALL, headers=as_("tom")), status)


async def test_a_suspension_stops_what_is_new_and_leaves_what_is_booked(anyone: httpx.AsyncClient) -> None:
    """Support sets and lifts it too; nobody joins meanwhile, and cancelling is allowed."""
    await booked(anyone)
    suspended = {"status": "suspended"}
    assert (await anyone.patch("/v1/conversations/c1", json=suspended, headers=as_("tom"))).status_code == 403
    assert (await anyone.patch("/v1/conversations/c1", json=suspended, headers=as_("support"))).status_code == 200
    later = {"starts_at": "2026-03-12T08:00:00Z"}
    refused(await anyone.patch("/v1/bookings/b1", json=later, headers=as_("tom")), "suspended")
    assert (await anyone.get("/v1/bookings/b1", headers=as_("tom"))).json()["state"] == "booked"
    gone = await anyone.post("/v1/bookings/b1/cancel", json={}, headers=as_("kari"))
    assert (gone.json()["state"], gone.json()["late"]) == ("cancelled", False)


async def test_what_ends_with_its_conversation_is_told_at_once(anyone: httpx.AsyncClient) -> None:
    """The answer to ending it comes after the entry that says what was cancelled: nobody looks for it here."""
    await booked(anyone)
    await anyone.patch("/v1/conversations/c1", json={"status": "ended"}, headers=as_("service"))
    entries = (await anyone.get("/v1/conversations/c1/messages", headers=as_("kari"))).json()["messages"]
    assert [(entry["event"]["name"], entry["event"]["data"]["by"]) for entry in entries] == [
        ("booked", "mentor"),
        ("cancelled", "end"),
    ]


@ON_EACH
async def test_many_want_the_same_time(anyone: httpx.AsyncClient, slots: None) -> None:
    """Of two conversations of one mentor: one gets it, the others hear why and what is free."""
    asked = [(f"b{number}", "c1" if number % 2 else "c2", "kari" if number % 2 else "ola") for number in range(10)]
    answers = await asyncio.gather(
        *(
            anyone.put(f"/v1/bookings/{id}", json=CALL | {"conversation": conversation}, headers=as_(by))
            for id, conversation, by in asked
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 9]
    for answer in answers:
        if answer.status_code == 409:
            said = refused(answer, "busy")
            assert said["free_starts"][0] == "2026-03-10T09:30:00.000Z"


@ON_EACH
async def test_many_want_the_last_credits(anyone: httpx.AsyncClient) -> None:
    """As many bookings are made as there are units, at whatever times they are wanted."""
    starts = [f"2026-03-{day}T09:00:00Z" for day in range(10, 18)]
    answers = await asyncio.gather(
        *(
            anyone.put(f"/v1/bookings/b{start}", json=CALL | {"starts_at": start}, headers=as_("tom"))
            for start in starts
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 201, *[409] * 6]
    assert {refused(each, "no_credits")["credits_left"] for each in answers if each.status_code == 409} == {0}
    credits = (await anyone.get("/v1/conversations/c1/credits", headers=as_("kari"))).json()
    assert (credits["used"], credits["left"], credits["over"]) == (2, 0, 0)


@ON_EACH
async def test_the_same_booking_at_once(anyone: httpx.AsyncClient) -> None:
    """It is made once, whoever asks how often."""
    answers = await asyncio.gather(*(anyone.put("/v1/bookings/b1", json=CALL, headers=as_("tom")) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [*[200] * 7, 201]
    assert len({answer.text for answer in answers}) == 1


# Members and slots


async def test_a_member_books_slots(anyone: httpx.AsyncClient, slots: None) -> None:
    """Not any free time, which mentor, support and services may."""
    await booked(anyone, by="kari")
    evening = CALL | {"starts_at": "2026-03-10T20:00:00Z"}
    said = refused(await anyone.put("/v1/bookings/b2", json=evening, headers=as_("kari")), "outside_slots")
    assert said["free_starts"][0] == "2026-03-17T09:00:00.000Z"
    assert "2026-03-17T09:00:00.000Z" in said["detail"]
    await booked(anyone, "b2", by="service", starts_at="2026-03-10T20:00:00Z")


async def test_where_no_slots_are_published(anyone: httpx.AsyncClient) -> None:
    said = refused(await anyone.put("/v1/bookings/b1", json=CALL, headers=as_("kari")), "outside_slots")
    assert "free_starts" not in said
    assert "ask the mentor" in said["detail"]


async def test_a_member_pays_the_listed_price(anyone: httpx.AsyncClient, slots: None) -> None:
    """And outside a trial books nothing but sessions of the plan and extra ones."""
    for kind in ("one_off", "chemistry"):
        answer = await anyone.put("/v1/bookings/b1", json=CALL | {"kind": kind}, headers=as_("kari"))
        assert problem(answer) == (403, "not-allowed")
    extra = CALL | {"kind": "extra"}
    cheap = extra | {"price": {"amount": 1, "currency": "NOK"}}
    assert "lists 45000 NOK" in fields(await anyone.put("/v1/bookings/b1", json=cheap, headers=as_("kari")))["price"]
    long = extra | {"minutes": 60}
    assert "lists none" in fields(await anyone.put("/v1/bookings/b1", json=long, headers=as_("kari")))["price"]
    made = await booked(anyone, by="kari", kind="extra", price={"amount": 45_000, "currency": "NOK"})
    assert made["price"] == {"amount": 45_000, "currency": "NOK"}
    again = await anyone.put("/v1/bookings/b1", json=extra, headers=as_("kari"))
    assert (again.status_code, again.json()) == (200, made)


async def test_a_member_books_a_chemistry_call_in_a_trial(anyone: httpx.AsyncClient, slots: None) -> None:
    """Once, before anything else."""
    trial = {"member": "kari", "mentor": "tom", "plan": "trial", "trial": True}
    made = await anyone.put("/v1/conversations/t1", json=trial, headers=as_("service"))
    assert (made.status_code, made.json()["trial"], made.json()["guest"]) == (201, True, False)
    first = await booked(anyone, by="kari", conversation="t1", kind="chemistry")
    assert (first["kind"], first["price"]) == ("chemistry", None)
    second = CALL | {"conversation": "t1", "kind": "chemistry", "starts_at": "2026-03-17T10:00:00+01:00"}
    said = refused(await anyone.put("/v1/bookings/b2", json=second, headers=as_("kari")), "not_in_plan")
    assert "as the first booking of a trial" in said["detail"]


# Moving


async def test_a_booking_is_moved(anyone: httpx.AsyncClient) -> None:
    """It keeps its credit; a move to where it is changes nothing."""
    await booked(anyone)
    moved = await anyone.patch("/v1/bookings/b1", json={"starts_at": "2026-03-12T09:00:00Z"}, headers=as_("kari"))
    refused(moved, "outside_slots")
    moved = await anyone.patch("/v1/bookings/b1", json={"starts_at": "2026-04-12T09:00:00Z"}, headers=as_("tom"))
    assert moved.status_code == 200
    found = moved.json()
    assert (found["starts_at"], found["moved_from"], found["sequence"]) == ("2026-04-12T09:00:00.000Z", START, 1)
    again = await anyone.patch("/v1/bookings/b1", json={"starts_at": "2026-04-12T11:00:00+02:00"}, headers=as_("tom"))
    assert again.json() == found
    credits = await anyone.get("/v1/conversations/c1/credits", headers=as_("tom"))
    assert (credits.json()["used"], credits.json()["left"]) == (1, 1)


async def test_moves_that_cannot_be(anyone: httpx.AsyncClient, monday: Served, slots: None) -> None:
    """Malformed ones name the field; refusals say what would work."""
    await booked(anyone)
    wrong = await anyone.patch("/v1/bookings/b1", json={"starts_at": "2026-03-12T09:01:00Z"}, headers=as_("tom"))
    assert "quarter" in fields(wrong)["starts_at"]
    await booked(anyone, "b2", "support", conversation="c2", starts_at="2026-03-10T09:30:00Z")
    busy = await anyone.patch("/v1/bookings/b1", json={"starts_at": "2026-03-10T09:30:00Z"}, headers=as_("kari"))
    assert (refused(busy, "busy"))["free_starts"] == [
        *("2026-03-10T10:00:00.000Z", "2026-03-10T10:15:00.000Z", "2026-03-10T10:30:00.000Z"),
        *("2026-03-17T09:00:00.000Z", "2026-03-17T09:15:00.000Z"),
    ]
    await monday.move_clock("2026-03-09T08:00:00Z")
    late = await anyone.patch("/v1/bookings/b1", json={"starts_at": "2026-03-10T10:00:00Z"}, headers=as_("kari"))
    assert "ask the mentor" in (refused(late, "too_late"))["detail"]


# Cancelling


async def test_a_booking_is_called_off(anyone: httpx.AsyncClient, monday: Served) -> None:
    """A slip costs nothing; later the units stay spent, unless support says otherwise."""
    for id, by, counts, still in (
        ("b1", "kari", None, False),
        ("b2", "tom", None, True),
        ("b3", "support", False, False),
    ):
        await booked(anyone, id)
        if id != "b1":
            await monday.move_clock("2026-03-02T09:00:00Z")
        body = {} if counts is None else {"counts": counts}
        answer = await anyone.post(f"/v1/bookings/{id}/cancel", json=body, headers=as_(by))
        assert answer.status_code == 200, answer.text
        assert (answer.json()["state"], answer.json()["counts"], answer.json()["late"]) == ("cancelled", still, False)
    again = await anyone.post("/v1/bookings/b1/cancel", json={}, headers=as_("kari"))
    assert "book a new one" in (refused(again, "not_booked"))["detail"]


async def test_only_support_says_whether_units_count(anyone: httpx.AsyncClient) -> None:
    await booked(anyone)
    for person in ("kari", "tom", "service"):
        answer = await anyone.post("/v1/bookings/b1/cancel", json={"counts": True}, headers=as_(person))
        assert problem(answer) == (403, "not-allowed")
    answer = await anyone.post("/v1/bookings/b1/cancel", json={"counts": True}, headers=as_("support"))
    assert (answer.status_code, answer.json()["counts"]) == (200, True)


# What happens in a session


async def test_a_session_from_joining_to_its_end(anyone: httpx.AsyncClient, monday: Served) -> None:
    """Both join over HTTP, once each; the mentor finishes it."""
    await booked(anyone, starts_at="2026-03-02T09:00:00Z")
    early = await anyone.post("/v1/bookings/b1/join", headers=as_("kari"))
    assert "from 2026-03-02T08:50:00.000Z" in (refused(early, "not_open"))["detail"]
    await monday.move_clock("2026-03-02T08:55:00Z")
    joined = await anyone.post("/v1/bookings/b1/join", headers=as_("kari"))
    first = joined.json()["joins"]["member"]
    assert (joined.status_code, first[:16]) == (200, "2026-03-02T08:55")
    await monday.move_clock("2026-03-02T09:01:00Z")
    assert (await anyone.post("/v1/bookings/b1/join", headers=as_("kari"))).json()["joins"]["member"] == first
    refused(await anyone.post("/v1/bookings/b1/finish", headers=as_("tom")), "not_open")
    running = (await anyone.post("/v1/bookings/b1/join", headers=as_("tom"))).json()
    assert (running["state"], running["joins"]["mentor"][:16]) == ("running", "2026-03-02T09:01")
    finished = await anyone.post("/v1/bookings/b1/finish", headers=as_("tom"))
    assert (finished.status_code, finished.json()["state"], finished.json()["billable"]) == (200, "held", True)
    over = await anyone.post("/v1/bookings/b1/join", headers=as_("kari"))
    assert "it ended at" in (refused(over, "not_open"))["detail"]


async def test_a_no_show(anyone: httpx.AsyncClient, monday: Served) -> None:
    """The mentor alone is there: from ten minutes after the start the mentor, or support, may say so."""
    await booked(anyone, starts_at="2026-03-02T09:00:00Z")
    await monday.move_clock("2026-03-02T09:00:00Z")
    await anyone.post("/v1/bookings/b1/join", headers=as_("tom"))
    early = await anyone.post("/v1/bookings/b1/no-show", headers=as_("tom"))
    assert "from 2026-03-02T09:10:00.000Z" in (refused(early, "not_open"))["detail"]
    await monday.move_clock("2026-03-02T09:10:00Z")
    assert (await anyone.get("/v1/bookings/b1", headers=as_("kari"))).json()["state"] == "no_show_candidate"
    confirmed = await anyone.post("/v1/bookings/b1/no-show", headers=as_("support"))
    assert (confirmed.status_code, confirmed.json()["state"], confirmed.json()["billable"]) == (200, "no_show", True)


# Reading


async def test_bookings_of_a_conversation(anyone: httpx.AsyncClient) -> None:
    """By start, from one instant until another."""
    await booked(anyone, "b2", starts_at="2026-03-12T09:00:00Z")
    await booked(anyone, "b1", starts_at="2026-03-10T09:00:00Z")
    path = "/v1/conversations/c1/bookings"
    for query, found in (
        ("", ["b1", "b2"]),
        ("?from=2026-03-10T10:00:00%2B01:00&until=2026-03-12T09:00:00Z", ["b1"]),
        ("?from=2026-03-10T09:15:00Z", ["b2"]),
        ("?until=2026-03-10T09:00:00Z", []),
    ):
        answer = await anyone.get(path + query, headers=as_("kari"))
        assert [each["id"] for each in answer.json()["bookings"]] == found
        assert answer.json()["now"][:16] == "2026-03-02T08:00"
    for query, field in (
        ("?from=yesterday", "from"),
        ("?until=2026-03-01", "until"),
        ("?from=2026-03-02T00:00:00Z&until=2026-03-02T00:00:00Z", "until"),
        ("?from=2026-03-02T00:00:00Z&until=2029-03-02T00:00:00Z", "until"),
        ("?after=b1", "after"),
    ):
        assert fields(await anyone.get(path + query, headers=as_("kari"))).keys() == {field}


async def test_others_learn_nothing(anyone: httpx.AsyncClient) -> None:
    """The same answer as where there is none, whatever they ask."""
    await booked(anyone)
    for person in ("ola", "ann"):
        for method, rest, body in (
            ("GET", "", None),
            ("PATCH", "", {"starts_at": "2026-03-12T09:00:00Z"}),
            ("POST", "/cancel", {}),
            ("POST", "/join", None),
            ("GET", "/calendar", None),
        ):
            there = await anyone.request(method, f"/v1/bookings/b1{rest}", json=body, headers=as_(person))
            absent = await anyone.request(method, f"/v1/bookings/b9{rest}", json=body, headers=as_(person))
            assert problem(there) == (404, "not-found")
            assert there.text == absent.text.replace("b9", "b1")
        mine = await anyone.put("/v1/bookings/b2", json=CALL, headers=as_(person))
        nobodys = await anyone.put("/v1/bookings/b2", json=CALL | {"conversation": "c9"}, headers=as_(person))
        assert problem(mine) == (404, "not-found")
        assert mine.text == nobodys.text.replace("c9", "c1")

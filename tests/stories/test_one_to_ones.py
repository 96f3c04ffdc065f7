"""How long one-to-ones are and how often, in the words of a coaching platform's guide; and what is billed of them."""

import json
from pathlib import Path

from tests.stories.coaching import LONG, Answer, Platform, at, clock, platform


async def meet(place: Platform, booking: str, start: str, *people: str) -> None:
    """Those come to it, and the mentor finishes it where both have."""
    await place.comes_to(start)
    for person in people:
        async with place.server.device(person, seconds=LONG) as device:
            await device.say("join", conversation="c1", booking=booking)
            while (await device.hears("session"))["kind"] != "joined":
                pass
    if len(people) > 1:
        await place.told("tora", "POST", f"/bookings/{booking}/finish")


async def starts(place: Platform, *, after: str, until: str) -> list[str]:
    """When the two meet."""
    found = [at(each["starts_at"]) for each in await place.bookings() if each["state"] == "booked"]
    return [each for each in found if after <= each < until]


async def test_three_sessions_in_a_month_are_kept_or_shifted(valkey_url: str, tmp_path: Path) -> None:
    """A July with Mondays on the 1st, 15th and 29th: asked a month ahead, "delete 7/1 and shift the remaining"."""
    async with platform(valkey_url, tmp_path, "2030-05-20 09:00") as place:
        await place.matched()
        await place.meets("2030-06-03 10:00")
        [first, *_] = await place.bookings()
        assert (first["minutes"], first["units"], first["kind"]) == (45, 2, "plan")
        assert await place.heard("tora", "session.three_sessions") == []
        await place.comes_to("2030-06-01 00:01")
        for person in ("tora", "mia"):
            [asked] = await place.heard(person, "session.three_sessions")
            assert "2030-07" in json.dumps(asked)
        [question] = (await place.told("tora", "GET", "/series/c1-series"))["questions"]
        assert [at(each)[5:10] for each in question["starts"]] == ["07-01", "07-15", "07-29"]
        assert [at(each)[5:10] for each in question["shifted"]] == ["07-08", "07-22"]

        shifted: Answer = {"conversation": "c1", "service": "video_call", "minutes": 45, "every_weeks": 2}
        shifted |= {"first": question["shifted"][0], "replaces": "c1-series", "replaces_from": question["starts"][0]}
        await place.told("tora", "PUT", "/series/from-july", shifted)
        assert await starts(place, after="2030-06", until="2030-08") == [
            "2030-06-03 10:00",
            "2030-06-17 10:00",
            "2030-07-08 10:00",
            "2030-07-22 10:00",
        ]
        credits = await place.told("mia", "GET", "/conversations/c1/credits")
        assert not [each for each in credits["entries"] if "20300701" in (each["booking"] or "")]


async def test_what_is_billed(valkey_url: str, tmp_path: Path) -> None:
    """Whatever is held, cancelled at the last minute or missed; not what was cancelled in time."""
    async with platform(valkey_url, tmp_path, "2026-03-02 09:00") as place:
        await place.matched()
        await place.meets("2026-03-03 10:00", weeks=1)
        held, late, missed, early, next_one = (f"c1-series:202603{day}" for day in ("03", "10", "17", "24", "31"))
        await meet(place, held, "2026-03-03 10:00", "mia", "tora")

        # "If a member cancels last minute": less than a day ahead by this policy.
        await place.comes_to("2026-03-09 18:00")
        ahead = await place.told("mia", "GET", f"/bookings/{late}/cancellation")
        assert ahead["late"]
        cancelled = await place.told("mia", "POST", f"/bookings/{late}/cancel", {})
        assert (cancelled["state"], cancelled["late"], cancelled["counts"]) == ("cancelled", True, True)

        # "After 5 minutes, message them; after 10 minutes": a no-show, and support has a case of it.
        await meet(place, missed, "2026-03-17 10:00", "tora")
        await place.comes_to("2026-03-17 10:05")
        assert await place.heard("tora", "session.late")
        too_soon = await place.asks("tora", "POST", f"/bookings/{missed}/no-show")
        assert (too_soon.status_code, too_soon.json()["reason"]) == (409, "not_open")
        await place.comes_to("2026-03-17 10:10")
        assert (await place.told("tora", "POST", f"/bookings/{missed}/no-show"))["state"] == "no_show"
        [listed] = (await place.told("sara", "GET", "/cases?kind=no_show"))["cases"]
        assert (listed["facts"]["booking"], listed["state"]) == (missed, "open")

        await place.comes_to("2026-03-20 09:00")
        in_time = await place.told("tora", "POST", f"/bookings/{early}/cancel", {})
        assert (in_time["state"], in_time["late"]) == ("cancelled", False)
        await meet(place, next_one, "2026-03-31 10:00", "mia", "tora")

        await place.comes_to("2026-04-01 09:00")
        statement = await place.told("tora", "GET", "/mentors/tora/statements/2026-03")
        # 45 minutes are two half hours begun.
        assert {each["booking"]: (each["state"], each["units"], each["mentor"]) for each in statement["lines"]} == {
            held: ("held", 2, 7_000),
            late: ("cancelled", 2, 7_000),
            missed: ("no_show", 2, 7_000),
            next_one: ("held", 2, 7_000),
        }
        assert (statement["zone"], statement["from"]) == ("America/New_York", clock("2026-03-01 00:00"))

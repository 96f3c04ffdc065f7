"""Support's desk in a browser: the board from warning to miss to answer, and cases worked through."""

from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from chatserver.conversations.requests import PersonDetails
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.plain_http import http_client
from tests.stories.clock import move_clock, when
from tests.web.browsers import PHONE, signed_in
from tests.web.states.reflow import ZOOMED, wider_than_shown

# One browser serves all tests of a process, so they share its loop.
pytestmark = pytest.mark.asyncio(loop_scope="session")


async def sound(page: Page) -> None:
    """Nothing on the page shuts anybody out, as far as axe sees, and nothing is wider than it, at 400 % neither."""
    found = await Axe().run(page)
    assert [each["id"] for each in found.response["violations"]] == []
    assert await wider_than_shown(page) == []
    usual = page.viewport_size
    assert usual is not None
    await page.set_viewport_size(ZOOMED)
    assert await wider_than_shown(page) == []
    await page.set_viewport_size(usual)


async def test_the_board_from_a_warning_to_a_miss_to_an_answer(
    browser: Browser, valkey_url: str, tmp_path: Path
) -> None:
    """Rows come by themselves, but not under the pointer; the reasons stand beneath each."""
    async with here(valkey_url, tmp_path, now=when("thursday", "09:00")) as server:
        await server.conversation("c1", "basic")
        await server.conversation("c2", "basic", member="ola")
        await server.parts.provisioning.put_person("sara", PersonDetails("support", "Sara"))
        async with (
            signed_in(browser, server, "sara") as sara,
            server.device("mia") as mia,
            server.device("ola") as ola,
            server.device("tora") as tora,
        ):
            page = sara.page
            table = page.get_by_role("table", name="Waiting for an answer")
            row = table.get_by_role("row", name="Mia")
            await expect(page.get_by_text("Nobody is waiting.")).to_be_visible()
            await mia.write("Today I told my boss.", "x1", "c1")
            await expect(row).to_contain_text("Fri 09:00")
            await move_clock(valkey_url, when("friday", "08:15"))
            await expect(row).to_contain_text("min left")

            # Whoever reads is not disturbed: another one who waits is counted, and comes when they are asked for.
            await table.get_by_role("button", name="Why is it due then? Mia to Tora").click()
            await expect(table).to_contain_text("The mentor must answer by Friday 9 January 09:00.")
            await expect(table).to_contain_text("Mentor: told Friday 05:00")
            await ola.write("May I ask something?", "x1", "c2")
            await expect(page.get_by_role("button", name="1 change")).to_be_visible()
            await expect(table.get_by_role("row", name="Ola")).to_have_count(0)
            await sound(page)
            await page.get_by_role("button", name="1 change").click()
            await expect(table.get_by_role("row", name="Ola")).to_be_visible()
            await expect(page.get_by_role("button", name="No changes")).to_be_visible()

            await move_clock(valkey_url, when("friday", "09:20"))
            await expect(row).to_contain_text("min late")
            await page.get_by_role("button", name="Overdue").click()
            await expect(table.get_by_role("rowheader")).to_have_text(["Mia"])
            await page.reload()
            missed = page.locator(".tiles > div", has_text="Missed today")
            await expect(missed).to_contain_text("0 answered since")
            await page.get_by_role("combobox", name="Mentor").select_option("Tora")
            await table.get_by_role("button", name="Why is it due then? Mia to Tora").focus()
            await tora.write("I am proud of you.", "y1", "c1")
            # Focus is still in the section: the row stays where it is, and says that it is over.
            await expect(row).to_contain_text("Answered")
            await page.get_by_role("button", name="1 change").click()
            await expect(table.get_by_role("rowheader")).to_have_text(["Ola"])


async def test_the_board_on_a_phone(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """Each row is a card, and still a row."""
    async with here(valkey_url, tmp_path, now=when("thursday", "09:00")) as server:
        await server.conversation("c1", "basic")
        await server.parts.provisioning.put_person("sara", PersonDetails("support", "Sara"))
        async with (
            server.device("mia") as mia,
            signed_in(browser, server, "sara", locale="nb-NO", color_scheme="dark", **PHONE) as sara,
        ):
            await mia.write("Today I told my boss.", "x1", "c1")
            table = sara.page.get_by_role("table", name="Venter på svar")
            await expect(table.get_by_role("row", name="Mia")).to_contain_text("fre. 09:00")
            await sound(sara.page)


async def opened(server: HereServer, person: str, **details: object) -> None:
    """Open a case, as an app does."""
    async with http_client(server.http, headers={"Authorization": f"Bearer {token(person)}"}) as api:
        answer = await api.put(f"/v1/cases/{details['kind']}", json={"conversation": "c1", **details})
        assert answer.status_code == 201, answer.text


async def test_a_ghosting_case_worked_through(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """From the mentor's report by way of support's turn to the day on which the member is back: all of it live."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "basic")
        await server.parts.provisioning.put_person("sara", PersonDetails("support", "Sara"))
        async with signed_in(browser, server, "sara") as sara:
            page = sara.page
            await page.get_by_role("link", name="Cases").click()
            await expect(page.get_by_text("There are no such cases.")).to_be_visible()
            await opened(server, "tora", kind="ghosting", note="Two sessions without a word.")
            row = page.get_by_role("row", name="Member out of touch")
            await expect(row).to_contain_text("Mentor trying")
            await expect(row).to_contain_text("Mia")
            await expect(page.get_by_role("link", name="Cases 1 open")).to_be_visible()
            await sound(page)

            await row.get_by_role("link").click()
            case = page.get_by_role("article", name="The mentor is trying to reach the member.")
            await expect(case).to_contain_text("Support trying, by itself, on Thu 5\u00a0Feb")
            await expect(case).to_contain_text("“Two sessions without a word.”")
            await case.get_by_role("button", name="Assign to me").click()
            await expect(case.get_by_role("button", name="Leave it to others")).to_be_visible()
            await case.get_by_role("textbox", name="Note").fill("Called, no answer.")
            await case.get_by_role("button", name="Log an attempt").click()
            await expect(case.get_by_role("listitem").filter(has_text="Sara logged an attempt")).to_contain_text(
                "“Called, no answer.”"
            )
            await expect(case.get_by_role("textbox", name="Note")).to_have_value("")
            await case.get_by_role("button", name="Add a note").click()
            await expect(case.get_by_role("alert")).to_have_text("Write a note that says why.")
            await sound(page)

            await move_clock(valkey_url, when("thursday", "00:10", weeks=4))
            case = page.get_by_role("article", name="It is support’s turn to reach the member.")
            await expect(case.get_by_role("list", name="Steps")).to_contain_text("Mentor trying")
            await expect(case).to_contain_text("Churned, by itself")
            async with server.device("mia") as mia:
                await mia.write("I am back. It was a hard month.", "x1", "c1")
            case = page.get_by_role("article", name="The member is back.")
            await expect(case).to_contain_text("by itself")
            await expect(case.get_by_role("form", name="Next step")).to_have_count(0)
            await page.get_by_role("link", name="All cases").click()
            await expect(page.get_by_text("There are no such cases.")).to_be_visible()


async def test_what_a_way_on_asks_for_is_a_form(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """A change of mentor needs the mentor who is proposed; support gives them, in Danish, on a phone."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "basic")
        await server.conversation("c2", "basic", member="ola", mentor="ulf")
        await server.parts.provisioning.put_person("sara", PersonDetails("support", "Sara"))
        await opened(server, "mia", kind="mentor_switch", note="I am going into another field.")
        async with signed_in(browser, server, "sara", locale="da-DK", **PHONE) as sara:
            page = sara.page
            await page.get_by_role("link", name="Sager").click()
            await page.get_by_role("table").get_by_role("link").click()
            case = page.get_by_role("article")
            await case.get_by_role("button", name="Foreslå en mentor").click()
            form = case.get_by_role("group", name="Foreslå en mentor")
            await sound(page)
            await form.get_by_role("combobox", name="Mentor").fill("ulf")
            await form.get_by_role("button", name="Foreslå en mentor").click()
            await expect(case.get_by_role("list", name="Trin")).to_contain_text("Foreslået")
            await expect(case.get_by_role("definition").filter(has_text="Ulf")).to_be_visible()


async def test_people_and_their_conversations(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """A member comes, gets a mentor and a plan, another plan, a correction, a pause, and a case."""
    async with here(valkey_url, tmp_path, now=when("monday", "09:00")) as server:
        await server.conversation("c1", "basic")
        await server.parts.provisioning.put_person("sara", PersonDetails("support", "Sara"))
        async with signed_in(browser, server, "sara") as sara:
            page = sara.page
            await page.get_by_role("link", name="People").click()
            await sound(page)
            person = page.get_by_role("form", name="New person")
            await person.get_by_label("Id", exact=True).fill("tora")
            await person.get_by_label("Name").fill("Ida <b>Lie</b>")
            await person.get_by_role("button", name="Create").click()
            await expect(page.get_by_role("alert")).to_contain_text("has this id already")
            await person.get_by_label("Id", exact=True).fill("ida")
            await person.get_by_role("button", name="Create").click()
            await expect(page.get_by_role("heading", name="Ida <b>Lie</b>")).to_be_visible()
            await page.get_by_label("Mail").fill("ida@example.org")
            await page.get_by_role("button", name="Save").click()
            await expect(page.get_by_text("Saved.")).to_be_visible()
            await sound(page)

            await page.get_by_role("link", name="People").click()
            await page.get_by_role("searchbox").fill("lie>")
            await expect(page.get_by_text("Nobody was found.").last).to_be_visible()
            await page.get_by_role("searchbox").fill("<b>lie")
            found = page.get_by_role("region", name="People", exact=True)
            await expect(found.get_by_role("row")).to_have_count(2)
            await expect(found.get_by_role("row").last).to_contain_text("ida@example.org")
            await sound(page)
            place = page.get_by_role("form", name="New conversation")
            await place.get_by_label("Id", exact=True).fill("c9")
            await place.get_by_label("Member’s id").fill("ida")
            await place.get_by_label("Mentor’s id").fill("tora")
            await place.get_by_label("Plan").fill("basic")
            await place.get_by_role("button", name="Create").click()
            await expect(page.get_by_role("heading", name="Ida <b>Lie</b> with Tora")).to_be_visible()
            await page.get_by_role("link", name="Tora").click()
            theirs = page.get_by_role("region", name="Conversations")
            await expect(theirs.get_by_role("listitem")).to_have_count(2)
            await sound(page)
            await theirs.get_by_role("link", name="With Ida <b>Lie</b>").click()
            await page.get_by_role("combobox", name="Plan").fill("video")
            await page.get_by_role("button", name="Change plan").click()
            await expect(page.get_by_text("units of 30 minutes are left this month.")).to_be_visible()
            before = await page.get_by_text("are left this month.").text_content()
            await page.get_by_label("Units to add").fill("2")
            await page.get_by_label("Reason, which the member reads").fill("For the late start")
            await page.get_by_role("button", name="Correct the credits").click()
            await expect(page.get_by_text(before or "")).to_have_count(0)
            await page.get_by_role("button", name="Pause").click()
            await expect(page.get_by_role("button", name="Open again")).to_be_visible()
            await sound(page)
            await page.get_by_role("combobox", name="New case").select_option(label="Question to support")
            await page.get_by_role("textbox", name="Note").fill("She asked by telephone.")
            await page.get_by_role("button", name="Open", exact=True).click()
            await expect(page.get_by_role("article", name="A question is waiting for an answer.")).to_be_visible()
            await page.get_by_role("link", name="People").click()
            await page.get_by_role("searchbox").fill("c1")
            await page.get_by_role("button", name="Find").click()
            await expect(page.get_by_role("heading", name="Mia with Tora")).to_be_visible()
            await page.get_by_role("button", name="End it").click()
            await page.get_by_role("button", name="End it for good").click()
            await expect(page.get_by_role("button", name="Change plan")).to_have_count(0)


async def test_how_mentors_answer_is_a_chart_and_a_table(browser: Browser, valkey_url: str, tmp_path: Path) -> None:
    """By week and by mentor, and the latter as a file."""
    async with here(valkey_url, tmp_path, now=when("thursday", "09:00")) as server:
        await server.conversation("c1", "basic")
        await server.parts.provisioning.put_person("sara", PersonDetails("support", "Sara"))
        async with server.device("mia") as mia, server.device("tora") as tora:
            await mia.write("Today I told my boss.", "x1", "c1")
            await move_clock(valkey_url, when("friday", "10:00"))
            await tora.write("I am proud of you.", "y1", "c1")
        async with signed_in(browser, server, "sara") as sara:
            page = sara.page
            await page.get_by_role("link", name="Reports").click()
            weeks = page.get_by_role("region", name="Answers by week, table")
            while not await weeks.is_visible():  # what happened is recorded within seconds
                await page.reload()
                await expect(page.get_by_role("heading", name="By mentor")).to_be_visible()
            await expect(page.get_by_role("img", name="Late and missed answers a week")).to_be_visible()
            week = weeks.get_by_role("row", name="Week 2 (so far)")
            await expect(week.get_by_role("cell")).to_have_text(["0", "1", "0"])
            row = page.get_by_role("region", name="By mentor, table").get_by_role("row", name="Tora")
            await expect(row).to_contain_text("1\u00a0d")
            await sound(page)
            async with page.expect_download() as saved:
                await page.get_by_role("button", name="CSV").click()
            assert "tora,1,0,1" in (await (await saved.value).path()).read_text(encoding="utf-8")

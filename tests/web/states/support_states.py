"""What support has before it: the board, cases, people, reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import Page, expect

from chatserver.conversations.requests import PersonDetails
from tests.chatserver.realtime.servers import token
from tests.plain_http import http_client
from tests.web.stories.booked import A_YEAR

if TYPE_CHECKING:
    from tests.web.states.states import Stage


async def support_board(stage: Stage) -> Page:
    """Somebody's answer was missed, others are due; two have been answered."""
    await _weeks(stage)
    page = await _desk(stage)
    await expect(page.get_by_role("rowheader").first).to_be_visible()
    return page


async def support_why(stage: Stage) -> Page:
    """Why an answer is due then."""
    page = await support_board(stage)
    await page.locator("tbody button").first.click()
    await expect(page.locator("tbody ol li, tbody dl").first).to_be_visible()
    return page


async def support_cases(stage: Stage) -> Page:
    """Two are open."""
    await _cases(stage)
    page = await _desk(stage)
    await page.evaluate("location.hash = '#/cases'")
    await expect(page.get_by_role("rowheader").first).to_be_visible()
    return page


async def support_case(stage: Stage) -> Page:
    """One of them, with what may be done about it."""
    page = await support_cases(stage)
    await page.locator("tbody a").first.click()
    await expect(page.get_by_role("article").first).to_be_visible()
    return page


async def support_people(stage: Stage) -> Page:
    """Finding somebody, and adding people and conversations."""
    await stage.server.conversation("c1", "basic")
    page = await _desk(stage)
    await page.evaluate("location.hash = '#/people'")
    await expect(page.get_by_role("search")).to_be_visible()
    return page


async def support_conversation(stage: Stage) -> Page:
    """A conversation as support has it."""
    await stage.server.conversation("c1", "basic")
    page = await _desk(stage)
    await page.evaluate("location.hash = '#/conversations/c1'")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    return page


async def support_reports(stage: Stage) -> Page:
    """How mentors answered in past weeks."""
    page = await support_board(stage)
    await page.evaluate("location.hash = '#/reports'")
    await expect(page.locator("svg.chart, figure svg").first).to_be_visible()
    return page


async def _desk(stage: Stage) -> Page:
    await stage.server.parts.provisioning.put_person("sara", PersonDetails("support", "Sara"))
    return await stage.app("sara")


async def _weeks(stage: Stage) -> None:
    for id, plan, member, mentor in (
        ("c1", "basic", "mia", "tora"),
        ("c2", "light", "ola", "tora"),
        ("c3", "live", "uma", "ulf"),
    ):
        await stage.server.conversation(id, plan, member=member, mentor=mentor)
    await stage.said("mia", "I said no to the extra shift.")
    await stage.said("uma", "Could we talk about Thursday?", conversation="c3")
    await stage.moved_to("tuesday", "08:40")
    await stage.said("tora", "How did that feel?")
    await stage.moved_to("tuesday", "10:15")
    await stage.said("mia", "Better than I thought.")
    await stage.said("ola", "It has been a heavy day.", conversation="c2")


async def _cases(stage: Stage) -> None:
    await stage.server.conversation("c1", "basic")
    await stage.server.conversation("c2", "video", member="ola")
    for kind, conversation, note in (
        ("ghosting", "c1", "Two sessions without a word."),
        ("question", "c2", "Can my employer pay for this?"),
    ):
        by = "tora" if kind == "ghosting" else "ola"
        bearer = {"Authorization": f"Bearer {token(by, seconds=A_YEAR)}"}
        async with http_client(stage.server.http, headers=bearer) as api:
            answer = await api.put(f"/v1/cases/{kind}", json={"conversation": conversation, "kind": kind, "note": note})
        assert answer.status_code == 201, answer.text


SUPPORT_STATES = {
    "support-board": support_board,
    "support-why": support_why,
    "support-cases": support_cases,
    "support-case": support_case,
    "support-people": support_people,
    "support-conversation": support_conversation,
    "support-reports": support_reports,
}
"""By the name of the picture."""

"""The states of the apps' pages that people meet, each as a story reaches it: for axe, and for pictures."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, expect

from tests.chatserver.realtime.servers import HereServer, here
from tests.stories.clock import move_clock, when
from tests.web.browsers import AppPage, signed_in
from tests.web.states.bell_states import BELL_STATES
from tests.web.states.call_states import CALL_STATES
from tests.web.states.door_states import DOOR_STATES
from tests.web.states.member_states import MEMBER_STATES
from tests.web.states.mentoring_states import MENTORING_STATES
from tests.web.states.session_states import SESSION_STATES
from tests.web.states.support_states import SUPPORT_STATES


class Stage:
    """A server on a Monday morning, a browser, and whoever is signed in; `manner` is how the browser looks at it."""

    def __init__(
        self, server: HereServer, store_url: str, browser: Browser, stack: AsyncExitStack, **manner: Any
    ) -> None:
        self.server = server
        self._store_url = store_url
        self._browser = browser
        self._stack = stack
        self._manner = manner

    async def app(self, person: str, **more: Any) -> Page:
        app: AppPage = await self._stack.enter_async_context(
            signed_in(self._browser, self.server, person, **{**self._manner, **more})
        )
        return app.page

    async def said(self, person: str, *texts: str, conversation: str = "c1") -> None:
        async with self.server.device(person) as device:
            for number, text in enumerate(texts):
                await device.write(text, f"{person}-{len(text)}-{number}", conversation)

    async def moved_to(self, day: str, clock: str) -> None:
        await move_clock(self._store_url, when(day, clock))


@asynccontextmanager
async def stage(browser: Browser, store_url: str, folder: Path, **manner: Any) -> AsyncIterator[Stage]:
    """All of it is closed at the end; nothing may have gone wrong in a page until then."""
    async with here(store_url, folder, now=when("monday", "09:00")) as server, AsyncExitStack() as stack:
        yield Stage(server, store_url, browser, stack, **manner)


State = Callable[[Stage], Awaitable[Page]]


async def member_open(stage: Stage) -> Page:
    """A Light member's window runs."""
    await stage.server.conversation("c1", "light")
    await stage.said("tora", "Thank you for telling me so openly about your work.", "What matters most this week?")
    await stage.said("mia", "It has been a heavy day.", "My body does not believe that it will be all right.")
    page = await stage.app("mia")
    await expect(page.get_by_text("It has been a heavy day.")).to_be_visible()
    return page


async def member_locked(stage: Stage) -> Page:
    """Both windows are used; the text stays."""
    await stage.server.conversation("c1", "light")
    await stage.said("mia", "Today I told my boss.")
    await stage.moved_to("wednesday", "09:00")
    await stage.said("mia", "And she answered.")
    await stage.moved_to("thursday", "09:30")
    page = await stage.app("mia")
    await page.locator("textarea").fill("I dared because I knew that I could tell you afterwards.")
    await expect(page.locator(".composer--locked")).to_be_visible()
    return page


async def member_weekend(stage: Stage) -> Page:
    """Writing rests."""
    await stage.server.conversation("c1", "basic")
    await stage.said("mia", "I said no to the extra shift.")
    await stage.said("tora", "How did that feel?")
    await stage.moved_to("saturday", "11:00")
    page = await stage.app("mia")
    await expect(page.locator(".composer--locked")).to_be_visible()
    return page


async def member_why(stage: Stage) -> Page:
    """The reasons, in front."""
    page = await member_locked(stage)
    await page.locator(".state button").click()
    await expect(page.locator("#why ol li").first).to_be_visible()
    return page


async def member_help(stage: Stage) -> Page:
    """Help, in front."""
    page = await member_locked(stage)
    await page.locator("[popovertarget=help]").first.click()
    await expect(page.locator("#help a").first).to_be_visible()
    return page


async def mentor_desk(stage: Stage) -> Page:
    """Three conversations by urgency, the first one open."""
    for id, member, plan in (("c1", "mia", "light"), ("c2", "ola", "basic"), ("c3", "uma", "video")):
        await stage.server.conversation(id, plan, member=member)
    await stage.said("ola", "I slept badly, and then the bus did not come.", conversation="c2")
    await stage.said("uma", "Could we talk about Thursday instead?", conversation="c3")
    await stage.said("mia", "It has been a heavy day.", "Tomorrow I tell my boss that I need fewer shifts.")
    await stage.moved_to("monday", "15:20")
    await stage.said("tora", "What would you like her to understand?")
    await stage.said("ola", "But I went, and I said it.", conversation="c2")
    await stage.said("tora", "That took courage. How was it?", conversation="c2")
    await stage.moved_to("tuesday", "08:10")
    await stage.said("mia", "I told my boss. I am so relieved that I hardly know what to do.")
    page = await stage.app("tora")
    await page.locator(".conv").first.click()
    await expect(page.locator(".thread .msg").first).to_be_visible()
    return page


async def mentor_request(stage: Stage) -> Page:
    """What may be asked for in a conversation, and the form of one of these."""
    page = await mentor_desk(stage)
    await page.locator("[popovertarget=talk-menu]").click()
    await page.locator("#talk-menu button").first.click()
    await page.locator(".requests button").nth(1).click()
    await expect(page.locator("#case-note")).to_be_visible()
    return page


STATES: dict[str, State] = {
    "member-open": member_open,
    "member-locked": member_locked,
    "member-weekend": member_weekend,
    "member-why": member_why,
    "member-help": member_help,
    **MEMBER_STATES,
    **MENTORING_STATES,
    **SESSION_STATES,
    "mentor-desk": mentor_desk,
    "mentor-request": mentor_request,
    **SUPPORT_STATES,
    **BELL_STATES,
    **CALL_STATES,
    **DOOR_STATES,
}
"""By the name of the picture."""

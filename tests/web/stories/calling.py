"""What people do in a video call, and what is seen of it; lines that fail, as a phone's in a tunnel."""

from playwright.async_api import CDPSession, Locator, Page

_FIVE_MORE = """async () => {
  const shown = () => document.querySelector(".stage > video")?.getVideoPlaybackQuality().totalVideoFrames ?? 0;
  const before = shown();
  for (let tries = 0; shown() < before + 5; tries += 1) {
    if (tries === 900) throw new Error("no pictures come");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}"""


async def joined(page: Page, link: str) -> Page:
    """The page of the call, by a link that opens it beside this one, once its person has joined."""
    async with page.context.expect_page() as opened:
        await page.get_by_role("link", name=link, exact=True).click()
    call = await opened.value
    await call.get_by_role("button", name="Join").click()
    return call


async def sees(page: Page) -> None:
    """Pictures of the other side come, and go on coming."""
    await page.evaluate(_FIVE_MORE)


def note(page: Page, text: str) -> Locator:
    """What the stage says."""
    return page.get_by_role("region", name="Picture").get_by_role("status").get_by_text(text)


class Radio:
    """A device's own network, for calls: no packet comes through while it is off."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session

    @classmethod
    async def of(cls, page: Page) -> "Radio":
        """It holds for lines that are laid from now on."""
        radio = cls(await page.context.new_cdp_session(page))
        await radio._session.send("Network.enable")
        await radio.turn(on=True)
        return radio

    async def turn(self, *, on: bool) -> None:
        conditions = {"urlPattern": "", "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        await self._session.send(
            "Network.emulateNetworkConditionsByRule",
            {"offline": False, "matchedNetworkConditions": [{**conditions, "packetLoss": 0 if on else 100}]},
        )

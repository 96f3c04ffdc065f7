"""A page that is looked at closely, or by whom movement disturbs: what is wider than it is shown, what moves."""

from playwright.async_api import Page, ViewportSize

ZOOMED: ViewportSize = {"width": 320, "height": 256}
"""A desktop of 1280 by 1024 at 400 %."""

_WIDER = """() => [document.documentElement, ...document.querySelectorAll("body *")]
  .filter((each) => {
    if (["INPUT", "TEXTAREA", "SELECT"].includes(each.tagName) || each.closest(".tablewrap, .vh, svg")) return false;
    const { overflowX } = getComputedStyle(each);
    const scrolls = each === document.documentElement || ["auto", "scroll"].includes(overflowX);
    return scrolls && each.checkVisibility() && each.scrollWidth > each.clientWidth + 1;
  })
  .map((each) => `${each.tagName} ${each.className}: ${each.scrollWidth} in ${each.clientWidth}`)"""


async def wider_than_shown(page: Page) -> list[str]:
    """What would have to be scrolled sideways, but for fields and tables of data."""
    found: list[str] = await page.evaluate(_WIDER)
    return found


_MOVING = """() => [...document.querySelectorAll("*")].filter((each) => {
    const { transitionDuration, animationDuration, scrollBehavior } = getComputedStyle(each);
    const longest = Math.max(...`${transitionDuration}, ${animationDuration}`.split(", ").map(parseFloat));
    return longest > 0.001 || scrollBehavior === "smooth";
  }).map((each) => `${each.tagName} ${each.className}`)"""


async def moving(page: Page) -> list[str]:
    """What would be seen to move."""
    found: list[str] = await page.evaluate(_MOVING)
    return found

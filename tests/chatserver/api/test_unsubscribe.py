"""Links in mails that unsubscribe: by one click of a program (RFC 8058), or by a button on a page."""

import re

import httpx
import pytest

from chatserver.notices.rows.wishes import wishes_of
from chatserver.records.database import Database
from quotas.notices import Topic
from tests.chatserver.api.asking import as_
from tests.chatserver.api.serving import PUBLIC, Served
from tests.databases import ON_EACH

ONE_CLICK = {"content": "List-Unsubscribe=One-Click", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}


async def link(server: Served, person: str = "kari", topics: tuple[Topic, ...] = ("messages",)) -> str:
    """The path of a link to that person."""
    url = await server.unsubscribing.link(person, topics)
    assert url.startswith(f"{PUBLIC}/unsubscribe/")
    return url.removeprefix(PUBLIC)


async def off(database: Database, person: str = "kari") -> set[tuple[str, str]]:
    """What the person has turned off."""
    async with database.read() as connection:
        return set((await wishes_of(connection, [person]))[person].off)


@ON_EACH
async def test_one_click(monday: Served, anyone: httpx.AsyncClient, database: Database) -> None:
    """Of a program, without a token, a cookie or a question; the same again changes nothing."""
    path = await link(monday, topics=("messages", "reminders"))
    for _ in range(2):
        answer = await anyone.post(path, **ONE_CLICK)  # type: ignore[arg-type]  # two shapes
        assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)
        assert await off(database) == {("mail", "messages"), ("mail", "reminders")}
    await anyone.post(await link(monday, topics=("sessions",)))
    assert await off(database) == {("mail", topic) for topic in ("messages", "reminders", "sessions")}


@pytest.mark.parametrize(
    ("locale", "ask", "done"),
    [
        ("nb", "Vil du ikke ha flere e-poster om meldinger og timer?", "Du får ikke flere e-poster om meldinger og"),
        ("da", "Vil du ikke have flere e-mails om beskeder og sessioner?", "Du får ikke flere e-mails om beskeder og"),
        ("en", "Do you want no more mails about messages and sessions?", "You get no more mails about messages and"),
    ],
)
async def test_the_page(
    monday: Served, anyone: httpx.AsyncClient, database: Database, locale: str, ask: str, done: str
) -> None:
    """In the person's language. To look at it changes nothing; its button does."""
    person = {"role": "member", "name": "Kari", "locale": locale}
    assert (await anyone.put("/v1/people/kari", json=person, headers=as_("service"))).status_code == 200
    path = await link(monday, topics=("messages", "sessions"))
    page = await anyone.get(path)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert ask in page.text
    assert f'<html lang="{locale}">' in page.text
    assert (await anyone.head(path)).status_code == 200
    assert await off(database) == set()
    assert re.search('<form method="post"><button>', page.text)
    assert "form-action 'self'" in page.headers["content-security-policy"]
    after = await anyone.post(path)
    assert done in after.text
    assert "<form" not in after.text
    assert await off(database) == {("mail", "messages"), ("mail", "sessions")}


async def test_what_we_did_not_sign_opens_nothing(
    monday: Served, anyone: httpx.AsyncClient, database: Database
) -> None:
    path = await link(monday)
    said, _, signature = path.rpartition("/")[2].partition(".")
    other = (await link(monday, "ola")).rpartition("/")[2].partition(".")[0]
    for token in (
        said,
        f"{said}.",
        f"{other}.{signature}",
        f"{said}.{signature}A",
        f"{said}.{signature[1:]}",
        ".",
        "å",
    ):
        for method in ("GET", "POST"):
            assert (await anyone.request(method, f"/unsubscribe/{token}")).status_code == 404
    assert (await anyone.delete(path)).status_code == 405
    assert await off(database) == await off(database, "ola") == set()


async def test_nobody_is_there_any_more(monday: Served, anyone: httpx.AsyncClient) -> None:
    """Whoever follows the link reads that in their browser's language."""
    path = await link(monday, "nobody")
    assert (await anyone.post(path)).status_code == 404
    for languages, said in (("nb,en;q=0.5", "Lenken virker ikke"), ("fr", "This link does not work")):
        page = await anyone.get(path, headers={"Accept-Language": languages})
        assert page.status_code == 404
        assert f"<h1>{said}</h1>" in page.text
        assert "<form" not in page.text

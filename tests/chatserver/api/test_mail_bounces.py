"""Mails that came back: told by the platform's relay, by address or by Message-ID."""

from typing import Any

import httpx
import pytest
from sqlalchemy import insert, select

from chatserver.notices.mail_message import message_id
from chatserver.records.database import Database
from chatserver.records.tables import MAIL_BOUNCES, OUTBOX
from tests.chatserver.api.asking import as_, fields
from tests.chatserver.api.serving import Served
from tests.databases import ON_EACH


async def people(api: httpx.AsyncClient, **addresses: str) -> None:
    for person, address in addresses.items():
        body = {"role": "member", "name": person.title(), "email": address}
        assert (await api.put(f"/v1/people/{person}", json=body, headers=as_("service"))).is_success


async def told(api: httpx.AsyncClient, **said: Any) -> int:
    answer = await api.post("/v1/mail/bounces", json=said, headers=as_("service"))
    assert answer.status_code == 200, answer.text
    found: int = answer.json()["people"]
    return found


async def marked(database: Database) -> dict[str, tuple[str, str]]:
    async with database.read() as connection:
        rows = (await connection.execute(select(MAIL_BOUNCES))).all()
    return {row.person_id: (row.address, row.kind) for row in rows}


@ON_EACH
async def test_by_address(monday: Served, anyone: httpx.AsyncClient, database: Database) -> None:
    """All who have it, however they write it; the last word counts."""
    await people(anyone, kari="Kari@Example.org", ola="kari@example.org", uma="uma@example.org")
    assert await told(anyone, kind="bounce", address="kari@EXAMPLE.org") == 2
    assert await told(anyone, kind="complaint", address="kari@example.org") == 2
    assert await told(anyone, kind="bounce", address="nobody@example.org") == 0
    assert await marked(database) == {
        "kari": ("Kari@Example.org", "complaint"),
        "ola": ("kari@example.org", "complaint"),
    }


@ON_EACH
async def test_a_domain_as_relays_spell_it(monday: Served, anyone: httpx.AsyncClient, database: Database) -> None:
    await people(anyone, kari="kari@blåbær.no", ola="ola@xn--blbr-roah.no")
    assert await told(anyone, kind="bounce", address="Kari@xn--blbr-roah.no") == 1
    assert await told(anyone, kind="bounce", address="ola@xn--blbr-roah.no") == 1
    assert await told(anyone, kind="bounce", address="ola@xn--") == 0
    assert (await marked(database))["kari"] == ("kari@blåbær.no", "bounce")


@ON_EACH
async def test_a_mail_that_went_to_the_address_before(
    monday: Served, anyone: httpx.AsyncClient, database: Database
) -> None:
    """It comes back hours later: who has mended their address by then goes on getting mail."""
    await people(anyone, kari="kari@exmaple.org", ola="ola@example.org")
    rows = [
        {
            "key": f"{n}.1764260000000.mail",
            "channel": "mail",
            "person_id": person,
            "endpoint_id": "",
            "done_at": done_at,
        }
        for n, (person, done_at) in enumerate([("kari", 5), ("ola", 4_000_000_000_000)])
    ]
    async with database.begin() as connection:
        common = {"created_at": 1, "due_at": 1, "held": False, "attempts": 1, "outcome": "sent"}
        await connection.execute(insert(OUTBOX), [row | common for row in rows])
    await people(anyone, kari="kari@example.org")
    assert await told(anyone, kind="bounce", message_id="<0.1764260000000.mail@example.org>") == 0
    assert await told(anyone, kind="bounce", message_id="<1.1764260000000.mail@example.org>") == 1
    assert await marked(database) == {"ola": ("ola@example.org", "bounce")}


@ON_EACH
@pytest.mark.parametrize("summary", ["", "+0123456789abcdef"])
async def test_by_message_id(monday: Served, anyone: httpx.AsyncClient, database: Database, summary: str) -> None:
    """Of a mail that went to one person, or of a summary."""
    await people(anyone, kari="kari@example.org", ola="kari@example.org")
    row = {"key": "7.1764260000000.mail", "channel": "mail", "person_id": "kari", "endpoint_id": ""}
    async with database.begin() as connection:
        await connection.execute(insert(OUTBOX).values(**row, created_at=1, due_at=1, held=False, attempts=0))
    id = message_id(f"7.1764260000000.mail{summary}", "example.org")
    assert await told(anyone, kind="bounce", message_id=id) == 1
    assert await told(anyone, kind="bounce", message_id=id.strip("<>")) == 1
    assert await told(anyone, kind="bounce", message_id="<8.1764260000000.mail@example.org>") == 0
    assert await marked(database) == {"kari": ("kari@example.org", "bounce")}


async def test_one_of_both(anyone: httpx.AsyncClient) -> None:
    for body in ({"kind": "bounce"}, {"kind": "bounce", "address": "a@b", "message_id": "<1@b>"}):
        answer = await anyone.post("/v1/mail/bounces", json=body, headers=as_("service"))
        assert "address" in fields(answer)

"""A report and a change of mentor on a whole server: who gets mail by a relay, and what a platform's program hears."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from chatserver.app import Parts, assembled
from chatserver.cases.case_requests import CaseAsker, CaseOpening, CaseSeen
from chatserver.conversations.requests import ConversationDetails, PersonDetails, Written
from chatserver.notices.webhook_book import WebhookWritten
from chatserver.notices.webhook_requests import WebhookDetails
from chatserver.settings import load
from quotas.cases.acts import CaseDoing
from quotas.cases.facts import CaseFacts
from quotas.cases.rules import CaseAction, CaseKind
from tests.certificates import authority_pem
from tests.chatserver.migrated import migrated_sqlite
from tests.chatserver.notices.hooks import verified
from tests.chatserver.notices.relays import TestRelay, relaying
from tests.chatserver.notices.test_mail_end_to_end import until
from tests.http_endpoint import HttpEndpoint, http_endpoint

MIA = CaseAsker("mia", "member")
SARA = CaseAsker("sara", "support")
SECRET = "he shouts at me"
NIGHT = "2026-01-06T22:30:00.000Z"
"""Half past eleven in the evening in Oslo: quiet hours."""


class Told:
    """A server with a relay, and an endpoint that wants all of cases."""

    def __init__(self, parts: Parts, relay: TestRelay, endpoint: HttpEndpoint, secret: str) -> None:
        self.parts = parts
        self.relay = relay
        self.endpoint = endpoint
        self.secret = secret

    async def opens(self, kind: CaseKind, by: CaseAsker, **facts: Any) -> str:
        opening = CaseOpening(kind, "c1", CaseFacts(reason=SECRET, **facts), SECRET)
        seen = await self.parts.cases.open(kind, opening, by)
        assert isinstance(seen, CaseSeen), seen
        return seen.case.id

    async def acts(self, ref: str, action: CaseAction, by: CaseAsker, **facts: Any) -> None:
        seen = await self.parts.cases.act(ref, CaseDoing(action, CaseFacts(**facts), SECRET), by)
        assert isinstance(seen, CaseSeen), seen

    async def events(self, count: int) -> list[tuple[str, str, dict[str, Any]]]:
        """What the endpoint was told: kind of event, state, data."""
        await self.endpoint.until(count)
        bodies = [verified(self.secret, each) for each in self.endpoint.received]
        ordered = sorted(bodies, key=lambda body: body["timestamp"])
        return [(each["type"], each["data"]["state"], each["data"]) for each in ordered]

    async def mails(self, count: int) -> list[EmailMessage]:
        await until(lambda: len(self.relay.got) == count)
        return self.relay.mails


@asynccontextmanager
async def telling(store_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch, now: str) -> AsyncIterator[Told]:
    (folder / "authority.pem").write_text(authority_pem())
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "authority.pem"))
    migrated_sqlite(folder)
    async with relaying() as relay, http_endpoint() as endpoint:
        settings = {
            "data_dir": str(folder),
            "now": now,
            "smtp_url": relay.url,
            "mail_from": "n@example.org",
            "public_url": "https://chat.example.org",
            "webhook_networks": ["127.0.0.0/8"],
        }
        loaded, _ = load(settings, {})
        async with assembled(loaded, store_url) as parts:
            for person, role in (("mia", "member"), ("tora", "mentor"), ("ulf", "mentor"), ("sara", "support")):
                details = PersonDetails(role, f"{person.title()} Berg", email=f"{person}@example.net")  # type: ignore[arg-type]
                assert isinstance(await parts.provisioning.put_person(person, details), Written)
            details_of = ConversationDetails("mia", "tora", "live")
            assert isinstance(await parts.provisioning.put_conversation("c1", details_of), Written)
            hook = WebhookDetails(f"http://127.0.0.1:{endpoint.port}/hooks", ["case.*"])
            written = await parts.webhooks.put("crm", hook)
            assert isinstance(written, WebhookWritten)
            assert written.secret is not None
            yield Told(parts, relay, endpoint, written.secret)


def whole(mail: EmailMessage) -> str:
    """All of it that is text."""
    parts = (part for part in mail.walk() if part.get_content_maintype() == "text")
    return "\n".join([str(mail["Subject"]), *(str(part.get_content()) for part in parts)])


async def test_a_report_in_the_night(valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Support gets mail at once; who reports, in the morning; who was reported, never."""
    async with telling(valkey_url, tmp_path, monkeypatch, NIGHT) as told:
        ref = await told.opens("misconduct", MIA, person="tora")
        [urgent] = await told.mails(1)
        assert (str(urgent["To"]), str(urgent["Subject"])) == (
            "Sara <sara@example.net>",
            "En sak trenger support nå",
        )
        await told.acts(ref, "reviewing", SARA)
        events = await told.events(2)
        assert [(kind, state) for kind, state, _ in events] == [
            ("case.opened", "reported"),
            ("case.moved", "reviewing"),
        ]
        assert all(data["by"] is None for _, _, data in events)
        assert SECRET not in f"{events}" + whole(urgent)
        assert len(told.relay.got) == 1


async def test_a_change_of_mentor_by_day(valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The member hears of each state, in words; the mentor of nothing until it is done."""
    async with telling(valkey_url, tmp_path, monkeypatch, "2026-01-06T09:00:00.000Z") as told:
        ref = await told.opens("mentor_switch", MIA)
        await told.acts(ref, "proposed", SARA, mentor="ulf", chemistry=True)
        [mail] = await told.mails(1)
        assert (str(mail["To"]), str(mail["Subject"])) == ("Mia <mia@example.net>", "Bytte av mentor")
        assert "Support foreslår en ny mentor. Si ja, be om en annen, eller bli der du er." in whole(mail)
        [(_, _, opened), (_, _, proposed)] = await told.events(2)
        assert (opened["by"], proposed["by"], opened["case"]) == ("member", "support", ref)
        assert SECRET not in whole(mail) + f"{opened}{proposed}"

"""Mails as a real relay gets them, over STARTTLS with a login, and as mail programs and calendars read them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage, MIMEPart
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from icalendar import Calendar, Event
from msgspec.structs import replace
from sqlalchemy import insert, select, update

from chatserver.conversations.person import PersonRecord
from chatserver.conversations.rows import people
from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.keys.master_keys import MasterKeys
from chatserver.keys.server_seal import ServerSeal
from chatserver.notices.delivery import Delivered, Delivery, DeliveryResult, NeverDelivered, NotNow, NotWanted
from chatserver.notices.fact import FactName
from chatserver.notices.mail import MailChannel, MailManner
from chatserver.notices.mail_address import MailAddress, ascii_address
from chatserver.notices.mail_relay import MailRelay
from chatserver.notices.notice import Notice
from chatserver.notices.rows.wishes import mute, turn_off
from chatserver.notices.server_secrets import ServerSecrets
from chatserver.notices.unsubscribing import Unsubscribing
from chatserver.records.database import Database
from chatserver.records.tables import CONVERSATIONS, MAIL_BOUNCES, PEOPLE
from quotas import instant
from quotas.bookings import Booking, cancelled, moved
from quotas.instant import DAY, HOUR, MINUTE
from quotas.plans import Policy
from quotas.policy_file import builtin_policy
from tests.chatserver.notices.relays import TestRelay, relaying, trust

NOW = instant.parse("2026-11-27T15:00:00Z")
START = instant.parse("2026-12-02T10:00:00Z")
FROM = MailAddress("Mentor", "notices@example.org")
URL = "https://chat.example.org"
APP = "https://app.example.org/chats/{conversation}"
CALL = Booking("b1", "c1", "lina", "mona", "video_call", "plan", START, 30, 1, NOW, "mentor", NOW)


class Post:
    """A database with two conversations of mona's, a relay, and the channel to it."""

    def __init__(self, database: Database, relay: TestRelay, policy: Policy, app_url: str | None = APP) -> None:
        self.database = database
        self.relay = relay
        self.bookings = {"b1": CALL}
        self.smtp = MailRelay(relay.server, "chat.example.org", trust())
        keys = ConversationKeys(database, MasterKeys(None, {"tests": bytes(range(32))}))
        secrets = ServerSecrets(database, ServerSeal(keys, "secrets"), self._clock)
        self.unsubscribing = Unsubscribing(database, secrets, self._clock, URL)
        self.channel = MailChannel(
            database=database,
            post=self.smtp,
            manner=MailManner(FROM, policy, app_url),
            unsubscribing=self.unsubscribing,
            booking_of=self._booking,
        )
        self._notices = 0

    async def _clock(self) -> int:
        return NOW

    async def _booking(self, id: str) -> Booking | None:
        return self.bookings.get(id)

    async def settle(self) -> None:
        async with self.database.begin() as connection:
            for id, role, name, locale in (
                ("lina", "member", "Lina Lie", "nb"),
                ("kim", "member", "Kim", "en"),
                ("mona", "mentor", "Mona Berg", "da"),
                ("siri", "support", "Siri", "en"),
            ):
                zone = "Europe/Oslo" if id != "kim" else "America/New_York"
                person = PersonRecord(id, role, name, zone, locale, f"{id}@example.net", 1, 1)  # type: ignore[arg-type]
                await people.create(connection, person)
            for id, member in (("c1", "lina"), ("c2", "kim")):
                values = {"id": id, "member_id": member, "mentor_id": "mona", "zone": "Europe/Oslo", "holidays": ""}
                more = {"status": "open", "revision": 1, "created_at": 1, "updated_at": 1}
                await connection.execute(insert(CONVERSATIONS).values(**values, **more))

    def notice(
        self, event: FactName, person: str = "lina", conversation: str = "c1", booking: str = "", **data: Any
    ) -> Notice:
        self._notices += 1
        role = {"mona": "mentor", "siri": "support"}.get(person, "member")
        number = self._notices
        return Notice(number, person, event, f"m{number}", conversation, booking, {"role": role, **data}, NOW, NOW)

    def about_booking(self, event: FactName, person: str = "lina", **data: Any) -> Notice:
        booking = self.bookings["b1"]
        said: dict[str, Any] = {
            "service": booking.service,
            "starts_at": instant.text(booking.starts_at),
            "minutes": booking.minutes,
        }
        return self.notice(event, person, booking="b1", **said | data)

    async def send(self, *notices: Notice, key: str = "") -> DeliveryResult:
        first = notices[0]
        delivery = Delivery(
            id=first.id,
            key=key or f"{first.id}.{NOW}.mail",
            channel="mail",
            person=first.person,
            endpoint="",
            notices=notices,
            created_at=NOW,
            now=NOW,
        )
        return await self.channel.deliver(delivery)

    async def mail(self, *notices: Notice) -> EmailMessage:
        """The mail that these make, as the relay got it."""
        assert await self.send(*notices) == Delivered()
        return self.relay.mails[-1]


@asynccontextmanager
async def opened(database: Database, policy: Policy | None = None, app_url: str | None = APP) -> AsyncIterator[Post]:
    async with relaying() as relay:
        post = Post(database, relay, policy or builtin_policy(), app_url)
        await post.settle()
        yield post
        await post.smtp.close()


@pytest.fixture
async def post(database: Database) -> AsyncIterator[Post]:
    async with opened(database) as post:
        yield post


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    content = part.get_content()
    assert isinstance(content, str)
    return content


def calendar_part(mail: EmailMessage) -> MIMEPart:
    [part] = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert isinstance(part, MIMEPart)
    return part


def event_of(mail: EmailMessage) -> tuple[str, Event]:
    """The method and the event that a calendar takes in; the file beside it is the same."""
    content = calendar_part(mail).get_payload(decode=True)
    [file] = mail.iter_attachments()
    assert file.get_content_type() == "application/ics"
    assert (file.get_filename(), file.get_payload(decode=True)) == ("session.ics", content)
    assert isinstance(content, bytes)
    calendar = Calendar.from_ical(content)
    assert isinstance(calendar, Calendar)
    assert calendar.timezones == []
    assert b"TZID" not in content
    [event] = calendar.events
    return str(calendar["METHOD"]), event


# What a mail says


async def test_a_message_that_was_not_read(post: Post) -> None:
    """In words, plain and as HTML, in the reader's language; nobody is called by more than the first name."""
    mail = await post.mail(post.notice("message.unread", count=2))
    assert (mail["From"], mail["To"]) == ("Mentor <notices@example.org>", "Lina <lina@example.net>")
    assert mail["Reply-To"] == "Mentor <notices@example.org>"
    assert mail["Subject"] == "Mona har skrevet til deg"
    assert mail["Content-Language"] == "nb"
    assert mail["Auto-Submitted"] == "auto-generated"
    plain, html = body(mail, "plain"), body(mail, "html").replace("&nbsp;", " ")
    for text in (plain, html):
        assert "Du har 2 uleste meldinger fra Mona." in text
        assert "https://app.example.org/chats/c1" in text
        assert "Åpne samtalen" in text
        assert "Europe/Oslo" in text
    assert "Berg" not in post.relay.got[0][2].decode()
    assert '<html lang="nb">' in html
    assert "prefers-color-scheme: dark" in html
    assert "<img" not in html
    assert "<script" not in html
    assert "src=" not in html
    assert abs(parsedate_to_datetime(mail["Date"]) - datetime.now(UTC)) < timedelta(minutes=1)
    assert post.relay.got[0][:2] == ("notices@example.org", ["lina@example.net"])


async def test_the_first_of_a_kind_says_why(post: Post) -> None:
    first = await post.mail(post.notice("message.unread", first=True))
    later = await post.mail(post.notice("message.unread"))
    for kind in ("plain", "html"):
        assert "Du får dette fordi" in body(first, kind)
        assert "Du får dette fordi" not in body(later, kind)


async def test_what_was_held_is_one_mail(post: Post) -> None:
    """With all of it in order, and no thread where it is about several conversations."""
    notices = post.notice("message.unread", "mona"), post.notice("reply.missed", "mona", "c2", due_at=instant.text(NOW))
    mail = await post.mail(*notices)
    assert mail["Subject"] == "2 notifikationer til dig"
    plain = body(mail, "plain")
    assert plain.index("Lina har skrevet til dig") < plain.index("Fristen for at svare Kim er udløbet")
    assert "senest fredag den" not in plain
    assert "fredag 27. november kl. 16.00" in plain
    assert "References" not in mail


async def test_no_button_leads_nowhere(database: Database) -> None:
    async with opened(database, app_url=None) as post:
        mail = await post.mail(post.notice("message.unread"))
        assert "https://app" not in body(mail, "html")
        assert 'class="button"' not in body(mail, "html")


async def test_a_session_that_begins_leads_to_its_call(database: Database) -> None:
    policy = builtin_policy()
    policy = replace(policy, sessions=replace(policy.sessions, join_url="https://video.example.org/{booking}"))
    async with opened(database, policy) as post:
        mail = await post.mail(post.about_booking("session.starting"))
        assert "Bli med i videosamtalen: https://video.example.org/b1" in body(mail, "plain")
        _, event = event_of(await post.mail(post.about_booking("booking.booked")))
        assert str(event["URL"]) == str(event["LOCATION"]) == "https://video.example.org/b1"


# What mail programs go by


async def test_the_same_mail_again_is_known_by_its_id(post: Post) -> None:
    """Also where the relay took it and was gone before it said so."""
    notice = post.notice("message.unread")
    post.relay.cuts_after_data = True
    assert isinstance(await post.send(notice), NotNow)
    post.relay.cuts_after_data = False
    assert await post.send(notice) == Delivered()
    other = await post.mail(post.notice("message.unread"))
    first, again, _ = post.relay.mails
    assert first["Message-ID"] == again["Message-ID"] == f"<1.{NOW}.mail@example.org>"
    assert other["Message-ID"] != first["Message-ID"]


async def test_mails_of_a_conversation_stand_together(post: Post) -> None:
    first = await post.mail(post.notice("message.unread"))
    second = await post.mail(post.about_booking("booking.booked"))
    other = await post.mail(post.notice("message.unread", "mona", "c2"))
    assert first["References"] == first["In-Reply-To"] == second["References"] != other["References"]
    assert first["References"].endswith(".thread@example.org>")
    assert "c1" not in first["References"]


async def test_one_click_unsubscribes(post: Post) -> None:
    """From what the mail is about; the same link stands in it for people."""
    mail = await post.mail(post.notice("message.unread"), post.notice("writing.opened"))
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    header = mail["List-Unsubscribe"]
    assert header.startswith(f"<{URL}/unsubscribe/")
    asked = await post.unsubscribing.read(header.strip("<>").rpartition("/")[2])
    assert asked is not None
    assert (asked.person, asked.topics) == ("lina", ("messages", "openings"))
    assert header.strip("<>") in body(mail, "html")
    assert "Slå av e-post om meldinger og når du kan skrive igjen" in body(mail, "plain")


async def test_what_always_comes_has_no_such_link(post: Post) -> None:
    mail = await post.mail(post.about_booking("booking.booked", first=True))
    assert "List-Unsubscribe" not in mail
    assert "unsubscribe" not in body(mail, "html")
    assert "Det kommer alltid" in body(mail, "plain")


# Invitations


async def test_a_booking_is_an_invitation(post: Post) -> None:
    """Its parts stand as calendars want them; organizer is who the mail is from, attendee whom it is to."""
    mail = await post.mail(post.about_booking("booking.booked"))
    assert mail["Subject"] == "Videosamtale med Mona: onsdag 2. desember kl. 11:00"
    assert mail.get_content_type() == "multipart/mixed"
    [alternative, file] = mail.iter_parts()
    kinds = [part.get_content_type() for part in alternative.iter_parts()]
    assert (alternative.get_content_type(), kinds) == (
        "multipart/alternative",
        ["text/plain", "text/html", "text/calendar"],
    )
    assert file.get_content_type() == "application/ics"
    part = calendar_part(mail)
    assert (part.get_param("method"), part["Content-Transfer-Encoding"]) == ("REQUEST", "base64")
    method, event = event_of(mail)
    assert (method, str(event["STATUS"]), event["SEQUENCE"]) == ("REQUEST", "CONFIRMED", 0)
    assert str(event["UID"]) == "b1@sessions.chatserver"
    assert (event.start, event.end) == (
        datetime(2026, 12, 2, 10, tzinfo=UTC),
        datetime(2026, 12, 2, 10, 30, tzinfo=UTC),
    )
    assert str(event["SUMMARY"]) == "Videosamtale med Mona"
    assert (str(event["ORGANIZER"]), str(event["ATTENDEE"])) == (
        "mailto:notices@example.org",
        "mailto:lina@example.net",
    )
    assert "filen session.ics" in body(mail, "plain")


async def test_moved_and_cancelled_it_is_the_same_event(post: Post) -> None:
    """One UID, a rising SEQUENCE, and CANCEL at last; each of the two gets it titled with the other one."""
    booked = event_of(await post.mail(post.about_booking("booking.booked", "mona")))
    post.bookings["b1"] = moved(CALL, START + DAY, "mentor", NOW + HOUR)
    later = event_of(await post.mail(post.about_booking("booking.moved", "mona", moved_from=instant.text(START))))
    policy = builtin_policy().sessions
    post.bookings["b1"] = cancelled(post.bookings["b1"], "member", policy, "open", NOW + 2 * HOUR)
    mail = await post.mail(post.about_booking("booking.cancelled", "mona"))
    gone = event_of(mail)
    found = [booked, later, gone]
    assert [method for method, _ in found] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [event["SEQUENCE"] for _, event in found] == [0, 1, 2]
    assert {str(event["UID"]) for _, event in found} == {"b1@sessions.chatserver"}
    assert {str(event["SUMMARY"]) for _, event in found} == {"Videosamtale med Lina"}
    assert str(gone[1]["STATUS"]) == "CANCELLED"
    assert (str(gone[1]["ORGANIZER"]), str(gone[1]["ATTENDEE"])) == (
        "mailto:notices@example.org",
        "mailto:mona@example.net",
    )
    assert later[1].start == datetime(2026, 12, 3, 10, tzinfo=UTC)
    assert calendar_part(mail).get_param("method") == "CANCEL"


async def test_a_mail_that_comes_late_invites_to_what_is(post: Post) -> None:
    """It was moved before the first mail got out: the calendar gets the new start, with its number."""
    notice = post.about_booking("booking.booked")
    post.bookings["b1"] = moved(CALL, START + DAY, "mentor", NOW + MINUTE)
    _, event = event_of(await post.mail(notice))
    assert (event["SEQUENCE"], event.start) == (1, datetime(2026, 12, 3, 10, tzinfo=UTC))


async def test_a_series_is_one_mail_with_a_file_of_all(post: Post) -> None:
    """An invitation is to one; of several there is a file, whose events are those that later mails change."""
    notices = []
    for number in (1, 2, 3):
        post.bookings[f"b{number}"] = replace(CALL, id=f"b{number}", starts_at=START + number * 14 * DAY)
        said: dict[str, Any] = {
            "service": "video_call",
            "starts_at": instant.text(post.bookings[f"b{number}"].starts_at),
            "minutes": 30,
        }
        notices.append(post.notice("booking.booked", booking=f"b{number}", **said))
    mail = await post.mail(*notices)
    assert mail["Subject"] == "3 timer er booket"
    assert "text/calendar" not in [part.get_content_type() for part in mail.walk()]
    [file] = mail.iter_attachments()
    content = file.get_payload(decode=True)
    assert isinstance(content, bytes)
    calendar = Calendar.from_ical(content)
    assert isinstance(calendar, Calendar)
    assert str(calendar["METHOD"]) == "PUBLISH"
    assert [str(event["UID"]) for event in calendar.events] == [
        f"b{number}@sessions.chatserver" for number in (1, 2, 3)
    ]
    assert {str(event["ORGANIZER"]) for event in calendar.events} == {"mailto:notices@example.org"}
    assert body(mail, "plain").count("https://app.example.org/chats/c1") == 1
    assert "legger alle disse i kalenderen" in body(mail, "html")
    _, event = event_of(await post.mail(notices[1]))
    assert str(event["UID"]) == "b2@sessions.chatserver"


async def test_nobody_is_invited_twice_or_to_what_is_not_theirs(post: Post) -> None:
    for notice in (post.about_booking("session.reminder"), post.about_booking("session.unattended", "siri")):
        mail = await post.mail(notice)
        assert "text/calendar" not in [part.get_content_type() for part in mail.walk()]


# Names that somebody made up


HOSTILE = 'Mo"na\u2028,;\\<b>&\u202egreB: x'


HEADERS = {
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
    "X-Auto-Response-Suppress", "Content-Language", "MIME-Version", "Content-Type",
}  # fmt: skip


async def test_names_are_texts(post: Post) -> None:
    """They add no header, no markup and no line to a calendar, whichever side has them."""
    async with post.database.begin() as connection:
        await connection.execute(update(PEOPLE).values(name=HOSTILE))
    mail = await post.mail(post.about_booking("booking.booked"))
    assert mail["To"].addresses[0].addr_spec == "lina@example.net"
    assert len(mail["To"].addresses) == 1
    shown = 'Mo"na'
    assert mail["Subject"].startswith(f"Videosamtale med {shown}: onsdag")
    assert "<b>" not in body(mail, "html")
    assert "Mo&quot;na" in body(mail, "html")
    _, event = event_of(mail)
    assert str(event["SUMMARY"]) == f"Videosamtale med {shown}"
    assert str(event["ATTENDEE"]) == "mailto:lina@example.net"
    assert set(mail.keys()) <= HEADERS


@pytest.mark.parametrize(
    "name", ["=?utf-8?q?=0d=0aBcc:x@y.no?=", "=?utf-8?b?DQpCY2M6eEB5Lm5v?=", "=??utf-8?q?=0d=0aBcc:x?="]
)
async def test_names_that_the_library_would_decode_add_no_header(post: Post, name: str) -> None:
    async with post.database.begin() as connection:
        await connection.execute(update(PEOPLE).values(name=name))
    mail = await post.mail(post.notice("message.unread"))
    [address] = mail["To"].addresses
    assert (address.addr_spec, address.display_name) == (
        "lina@example.net",
        name.replace("=??", "=").replace("=?", "="),
    )
    assert set(mail.keys()) <= HEADERS | {"List-Unsubscribe", "List-Unsubscribe-Post"}


# What is not sent, and why


async def mark(database: Database, person: str, address: str) -> None:
    async with database.begin() as connection:
        values = {"person_id": person, "address": address, "kind": "bounce", "at": NOW}
        await connection.execute(insert(MAIL_BOUNCES).values(values))


async def test_an_address_that_came_back_gets_nothing_until_it_is_another(post: Post) -> None:
    await mark(post.database, "lina", "lina@example.net")
    assert await post.send(post.notice("message.unread")) == NotWanted(
        "mail to the address came back, or its owner wants none"
    )
    async with post.database.begin() as connection:
        await connection.execute(update(PEOPLE).where(PEOPLE.c.id == "lina").values(email="l@example.net"))
    assert (await post.mail(post.notice("message.unread")))["To"] == "Lina <l@example.net>"
    async with post.database.begin() as connection:
        assert (await connection.execute(select(MAIL_BOUNCES))).all() == []


async def test_an_address_that_the_relay_does_not_know_is_marked(post: Post) -> None:
    """What is wrong with one mail marks nothing."""
    post.relay.data["lina@example.net"] = "554 5.6.0 Spam"
    assert isinstance(await post.send(post.notice("message.unread")), NeverDelivered)
    post.relay.rcpt["lina@example.net"] = "550 5.1.1 User unknown"
    assert await post.send(post.notice("message.unread")) == NeverDelivered(
        "the mail relay refuses the address (550 5.1.1)"
    )
    async with post.database.read() as connection:
        [row] = (await connection.execute(select(MAIL_BOUNCES))).all()
    assert (row.person_id, row.address, row.kind) == ("lina", "lina@example.net", "bounce")
    assert isinstance(await post.send(post.notice("message.unread")), NotWanted)


async def test_what_was_turned_off_meanwhile_is_left_out(post: Post) -> None:
    """Of a summary only that; what is essential comes all the same."""
    async with post.database.begin() as connection:
        await turn_off(connection, "lina", "mail", "messages", NOW)
    unwanted, wanted = post.notice("message.unread"), post.notice("writing.opened")
    assert isinstance(await post.send(unwanted), NotWanted)
    assert (await post.mail(unwanted, wanted))["Subject"] == "Du kan skrive igjen"
    async with post.database.begin() as connection:
        await mute(connection, "lina", "c1", NOW)
        await turn_off(connection, "lina", "mail", "sessions", NOW)
    assert isinstance(await post.send(wanted), NotWanted)
    assert event_of(await post.mail(post.about_booking("booking.booked")))[0] == "REQUEST"


@pytest.mark.parametrize(
    "email",
    [None, "li na@", '"a b"@example.net', "lina@-", "lína@example.net", "a@b>\u00adc", "=?utf-8?q?=0d=0aBcc=3a?=@x.no"],
)
async def test_an_address_that_is_none(post: Post, email: str | None) -> None:
    """Nothing of it reaches the relay."""
    async with post.database.begin() as connection:
        await connection.execute(update(PEOPLE).where(PEOPLE.c.id == "lina").values(email=email))
    assert isinstance(await post.send(post.notice("message.unread")), NeverDelivered if email else NotWanted)
    assert post.relay.got == []


async def test_a_domain_beyond_ascii_goes_as_dns_has_it(post: Post) -> None:
    async with post.database.begin() as connection:
        await connection.execute(update(PEOPLE).where(PEOPLE.c.id == "lina").values(email="lina@blåbær.no"))
    await post.mail(post.notice("message.unread"))
    assert post.relay.got[0][1] == ["lina@xn--blbr-roah.no"]


@pytest.mark.parametrize("email", ["lina@faß.de", "lina@βόλος.gr", "lina@ex\u200dample.net"])
async def test_a_domain_that_old_rules_take_for_another_gets_no_mail(post: Post, email: str) -> None:
    """By the rules of 2003 it would go to fass.de, which may be somebody else's."""
    async with post.database.begin() as connection:
        await connection.execute(update(PEOPLE).where(PEOPLE.c.id == "lina").values(email=email))
    assert isinstance(await post.send(post.notice("message.unread")), NeverDelivered)
    assert post.relay.got == []


@pytest.mark.parametrize(
    ("domain", "expected"), [("BLÅBÆR.NO", "xn--blbr-roah.NO"), ("blåbær。no", "xn--blbr-roah.no")]
)
def test_the_same_domain_in_another_spelling_is_known(domain: str, expected: str) -> None:
    assert ascii_address(f"lina@{domain}") == f"lina@{expected}"


async def test_nobody_is_there_any_more(post: Post) -> None:
    async with post.database.begin() as connection:
        await connection.execute(update(PEOPLE).where(PEOPLE.c.id == "lina").values(erased_at=NOW, name="", email=None))
    assert isinstance(await post.send(post.notice("message.unread")), NotWanted)


async def test_mails_are_tried_for_about_a_day(post: Post) -> None:
    assert DAY - HOUR < sum(post.channel.pauses) < DAY + HOUR

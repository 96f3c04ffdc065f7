"""The channel of mails: what is to be said to whom becomes one mail, and goes to the relay or into the folder."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime

from msgspec import Struct

from chatserver.conversations.contacts import Contact, contacts
from chatserver.notices.calendar_file import CalendarEntry
from chatserver.notices.delivery import ChannelName, Delivery, DeliveryResult, NeverDelivered, NotWanted
from chatserver.notices.invitations import Invitation, InvitationMethod, invitation, publication
from chatserver.notices.mail_address import MailAddress, ascii_address
from chatserver.notices.mail_letter import LetterContent, LetterLink, LetterPart, letter_text
from chatserver.notices.mail_message import Letter, mail_message
from chatserver.notices.mail_post import AddressRefused, MailPost, PostedMail
from chatserver.notices.mail_texts import MailTexts
from chatserver.notices.notice import Notice
from chatserver.notices.rows import mail_bounces
from chatserver.notices.rows.others import others_of
from chatserver.notices.rows.wishes import wishes_of
from chatserver.notices.texts import first_name, words_of
from chatserver.notices.unsubscribing import Unsubscribing
from chatserver.protocol.sessions import join_url
from chatserver.records.database import Database
from quotas.bookings import Booking
from quotas.instant import HOUR, MINUTE
from quotas.notices import HearingRule, Topic, rules_for
from quotas.plans import Policy

_PAUSES = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 8 * HOUR)
"""About a day in all: what a relay that is mended the next morning takes then."""
_INVITED = ("booking.booked", "booking.moved", "booking.cancelled")
_HINTS: Mapping[InvitationMethod, str] = {
    "REQUEST": "calendar",
    "CANCEL": "calendar_gone",
    "PUBLISH": "calendar_all",
}
"""What is said of a calendar's part."""
_JOINED = ("session.reminder", "session.starting", "session.started", "session.late")

BookingOf = Callable[[str], Awaitable[Booking | None]]
"""The booking with that id, as it is now; None where there is none. Raises DatabaseError."""

logger = logging.getLogger(__name__)


class MailManner(Struct, frozen=True):
    """What all mails of a server have in common."""

    sender: MailAddress
    policy: Policy
    app_url: str | None
    """As in the settings."""


class _Told(Struct, frozen=True):
    """One notice, as the policy has it and with what it is about."""

    notice: Notice
    rule: HearingRule | None
    """None: the policy has no line for it, and it is essential."""
    other: str
    booking: Booking | None

    @property
    def is_essential(self) -> bool:
        return self.rule is None or self.rule.essential

    @property
    def topic(self) -> Topic | None:
        return self.rule.topic if self.rule else None


class MailChannel:
    """`post` takes the mails."""

    name: ChannelName = "mail"

    def __init__(
        self,
        *,
        database: Database,
        post: MailPost,
        manner: MailManner,
        unsubscribing: Unsubscribing,
        booking_of: BookingOf,
    ) -> None:
        self._database = database
        self._post = post
        self._manner = manner
        self._unsubscribing = unsubscribing
        self._booking_of = booking_of

    @property
    def pauses(self) -> Sequence[int]:
        return _PAUSES

    async def deliver(self, delivery: Delivery) -> DeliveryResult:
        """Send it once. Raises DatabaseError, StoreError."""
        async with self._database.read() as connection:
            person = (await contacts(connection, [delivery.person])).get(delivery.person)
            bounced = await mail_bounces.of_person(connection, delivery.person)
            wishes = (await wishes_of(connection, [delivery.person]))[delivery.person]
            others = await others_of(connection, delivery.notices)
        if person is None or not person.email:
            return NotWanted("the person has no address, or is not there any more")
        if bounced == person.email:
            return NotWanted("mail to the address came back, or its owner wants none")
        if bounced is not None:
            async with self._database.begin() as connection:
                await mail_bounces.forget(connection, person.id)
        if (address := ascii_address(person.email)) is None:
            return NeverDelivered("the address is none that relays take")
        told = [await self._told(each, others[each.id]) for each in delivery.notices]
        # Asked again: much may be turned off between the noting and the end of quiet hours.
        wanted = [
            each for each in told if each.is_essential or wishes.want("mail", each.topic, each.notice.conversation)
        ]
        if not wanted:
            return NotWanted("the person has turned such mails off")
        topics = sorted({each.topic for each in wanted if each.topic and not each.is_essential})
        link = await self._unsubscribing.link(person.id, topics) if topics else ""
        # Some milliseconds each, and a tenth of a second for the first: sockets need not wait for that.
        content = await asyncio.to_thread(self._written, delivery, wanted, person, address, topics, link)
        posted = PostedMail(
            # Instants of the same length sort as they follow; the id tells apart what came together.
            name=f"{delivery.created_at:014d}-{delivery.id:012d}",
            sender=self._manner.sender.address,
            to=address,
            about=_about(person.id, delivery.notices),
            content=content,
        )
        result = await self._post.post(posted)
        if not isinstance(result, AddressRefused):
            return result
        async with self._database.begin() as connection:
            # Unless they have another one by now, or were erased.
            if await mail_bounces.address_of(connection, person.id) == person.email:
                await mail_bounces.mark(connection, person.id, person.email, "bounce", delivery.now)
        logger.info("an address takes no mail", extra={"person": person.id})
        return NeverDelivered(result.reason)

    async def _told(self, notice: Notice, other: str) -> _Told:
        rules = rules_for(self._manner.policy.notices, notice.event)
        role = notice.data.get("role")
        rule = next((rule for rule in rules if rule.role == role), None)
        booking = await self._booking_of(notice.booking) if notice.booking and role != "support" else None
        return _Told(notice, rule, other, booking)

    def _written(
        self,
        delivery: Delivery,
        told: Sequence[_Told],
        person: Contact,
        address: str,
        topics: Sequence[Topic],
        link: str,
    ) -> bytes:
        texts = MailTexts(person.locale)
        to = MailAddress(first_name(person.name), address)
        invited = self._invitation(told, person, to)
        all_booked = {each.notice.event for each in told} == {"booking.booked"}
        content = LetterContent(
            language=person.locale,
            parts=[self._part(each, person, texts) for each in told],
            zone=person.zone,
            summary=texts("booked", n=len(told)) if all_booked else "",
            calendar_hint=texts(_HINTS[invited.method]) if invited else "",
            unsubscribe_url=link,
            topics=tuple(topics),
        )
        threads = {each.notice.conversation for each in told}
        letter = Letter(
            key=delivery.key,
            sender=self._manner.sender,
            to=to,
            text=letter_text(content),
            language=person.locale,
            sent_at=datetime.now(UTC),
            thread=threads.pop() if len(threads) == 1 else "",
            unsubscribe_url=link,
            invitation=invited,
        )
        return mail_message(letter).as_bytes()

    def _part(self, told: _Told, person: Contact, texts: MailTexts) -> LetterPart:
        words = words_of(told.notice, person.locale, person.zone, told.other, essential=told.is_essential)
        why = words.why if told.notice.data.get("first") else ""
        return LetterPart(words.subject, words.line, why, self._link(told, texts))

    def _link(self, told: _Told, texts: MailTexts) -> LetterLink | None:
        """To the video call where it is near; else into the app, where we know of one."""
        if told.booking and told.booking.cancelled is None and told.notice.event in _JOINED:
            url = join_url(told.booking, self._manner.policy.sessions)
            if url is not None:
                return LetterLink(texts("join"), url)
        app, conversation = self._manner.app_url, told.notice.conversation
        if app is None:
            return None
        if "{conversation}" in app and not conversation:
            return None
        name = "open" if "{conversation}" in app else "open_app"
        return LetterLink(texts(name), app.replace("{conversation}", conversation))

    def _invitation(self, told: Sequence[_Told], person: Contact, to: MailAddress) -> Invitation | None:
        """Of the booking that the mail is about, or of all of them: those of a series go out as one."""
        about = {each.booking.id: each for each in told if each.booking and each.notice.event in _INVITED}
        entries = [
            CalendarEntry(each.booking, self._manner.policy.sessions, first_name(each.other), person.locale)
            for each in about.values()
            if each.booking
        ]
        match entries:
            case []:
                return None
            case [entry]:
                return invitation(entry, self._manner.sender, to)
            case _:
                return publication(entries, self._manner.sender)


def _about(person: str, notices: Sequence[Notice]) -> tuple[str, ...]:
    conversations = {each.conversation for each in notices if each.conversation}
    return (f"person:{person}", *sorted(f"conversation:{each}" for each in conversations))

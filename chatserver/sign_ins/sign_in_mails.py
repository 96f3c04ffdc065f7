"""Links that are asked for by mail. Whoever asks is told the same at once, whether anybody has that address.

So all of it happens after the answer: looking for the person, counting, writing, handing the mail over. Quiet hours
do not hold it: who asks for a link waits for it.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any

from msgspec import Struct

from chatserver.conversations.contacts import Contact, at_address, contacts
from chatserver.notices.delivery import NotNow
from chatserver.notices.mail_address import MailAddress, ascii_address
from chatserver.notices.mail_letter import LetterContent, LetterLink, LetterPart, letter_text
from chatserver.notices.mail_message import Letter, mail_message
from chatserver.notices.mail_post import MailPost, PostedMail
from chatserver.notices.texts import first_name
from chatserver.records.database import Database, DatabaseError
from chatserver.sign_ins.mail_words import MAIL_WORDS
from chatserver.sign_ins.sign_in_links import SignInLinks
from chatserver.sign_ins.sign_in_secret import now_ms
from quotas.phrases import Language

logger = logging.getLogger(__name__)

PAUSES = (2.0, 10.0, 30.0)
"""Seconds between one try to hand a mail over and the next. Later the link would be half spent."""
MOST_AT_WORK = 100
"""Requests that are being worked on at once: beyond, they are dropped."""
PEOPLE_AT_ONE_ADDRESS = 3


class AskedByAddress(Struct, frozen=True):
    """By an address, as a person wrote it."""

    address: str


class AskedByLink(Struct, frozen=True):
    """By the secret of a link that opens nothing any more: for whoever it signed in."""

    secret: str


class SignInMails:
    """`sender` is whom mails are from, `platform` what the platform calls itself."""

    def __init__(
        self,
        *,
        database: Database,
        links: SignInLinks,
        post: MailPost,
        sender: MailAddress,
        platform: str,
        clock: Callable[[], int] = now_ms,
    ) -> None:
        self._database = database
        self._links = links
        self._post = post
        self._sender = sender
        self._platform = platform
        self._clock = clock
        self._at_work: set[asyncio.Task[None]] = set()

    def ask(self, asked: AskedByAddress | AskedByLink, language: Language) -> None:
        """Send a link to whoever that is, later; to nobody where it is nobody, or they got too many of late."""
        if len(self._at_work) >= MOST_AT_WORK:
            logger.warning("more than %s links are being mailed at once: one was dropped", MOST_AT_WORK)
            return
        task = asyncio.get_running_loop().create_task(self._faultless(self._answered(asked, language)))
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)

    async def close(self) -> None:
        """Give up what is being sent."""
        for task in self._at_work:
            task.cancel()
        await asyncio.gather(*self._at_work, return_exceptions=True)

    async def _faultless(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except DatabaseError as error:
            logger.warning("a link that was asked for by mail: %s", error)
        except Exception:
            logger.exception("a link that was asked for by mail could not be sent")

    async def _answered(self, asked: AskedByAddress | AskedByLink, language: Language) -> None:
        for person in await self._people(asked):
            address = ascii_address(person.email or "")
            link = await self._links.make_to_mail(person.id) if address is not None else None
            if address is not None and link is not None:
                await self._hand_over(await asyncio.to_thread(self._written, person, address, link, language))

    async def _people(self, asked: AskedByAddress | AskedByLink) -> list[Contact]:
        if isinstance(asked, AskedByLink):
            whose = await self._links.person_of(asked.secret)
            async with self._database.read() as connection:
                return list((await contacts(connection, [whose] if whose else [])).values())
        async with self._database.read() as connection:
            return await at_address(connection, asked.address, PEOPLE_AT_ONE_ADDRESS)

    def _written(self, person: Contact, address: str, link: str, language: Language) -> PostedMail:
        words, name, key = MAIL_WORDS[language], first_name(person.name), f"sign-in-{token_hex(12)}"
        line = f"{words.hello.format(name=name)} {words.line}" if name else words.line
        part = LetterPart(
            words.subject.format(platform=self._platform), line, words.why, LetterLink(words.button, link)
        )
        letter = Letter(
            key=key,
            sender=self._sender,
            to=MailAddress(name, address),
            text=letter_text(LetterContent(language, [part], zone="")),
            language=language,
            sent_at=datetime.now(UTC),
        )
        return PostedMail(
            name=f"{self._clock():014d}-{key}",
            sender=self._sender.address,
            to=address,
            content=mail_message(letter).as_bytes(),
            about=(f"person:{person.id}",),
        )

    async def _hand_over(self, mail: PostedMail) -> None:
        for pause in (*PAUSES, None):
            result = await self._post.post(mail)
            if not isinstance(result, NotNow):
                return
            if pause is None:
                logger.warning("a link that was asked for by mail could not be sent: %s", result.reason)
                return
            await asyncio.sleep(pause)

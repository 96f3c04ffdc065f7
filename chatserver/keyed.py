"""The foundation with the master keys: what opens texts, or takes them along sealed."""

import contextlib
from collections.abc import AsyncIterator, Iterable
from ipaddress import ip_network

from msgspec.structs import asdict

from chatserver.access.tickets import Tickets
from chatserver.attachments.book import AttachmentBook
from chatserver.attachments.file_store import FileStore
from chatserver.attachments.sweeping import AttachmentSweep
from chatserver.attachments.uploads import Uploads
from chatserver.attachments.virus_scan import VirusScanner
from chatserver.cases.case_facts import KnownFacts
from chatserver.cases.case_texts import CaseTexts
from chatserver.cases.casebook import CaseBook
from chatserver.cases.evidence import CaseEvidence
from chatserver.cases.evidence_end import first_evidence_end
from chatserver.cases.given_facts import GivenFacts
from chatserver.composition.opening import StartError
from chatserver.foundation import Foundation, records_and_ledger
from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.keys.master_keys import master_keys
from chatserver.keys.rotation import masters_problem
from chatserver.keys.server_seal import ServerSeal
from chatserver.mentoring.room import Mentoring, mentoring_on
from chatserver.messages.archive import Archive
from chatserver.messages.log import MessageLog
from chatserver.messages.traces import TraceSweep
from chatserver.notices.guarded_http import GuardedHttp
from chatserver.notices.mail_address import sender_of
from chatserver.notices.mailbox import mailbox_folder
from chatserver.notices.mailing import Mailing, mailing
from chatserver.notices.message_events import MessageEvents
from chatserver.notices.push import PushChannel
from chatserver.notices.push_subscriptions import PushSubscriptions
from chatserver.notices.server_secrets import ServerSecrets
from chatserver.notices.vapid import Vapid, contact_of
from chatserver.notices.webhook_book import WebhookBook
from chatserver.notices.webhook_request import WebhookSender
from chatserver.notices.webhooks import WebhookChannel
from chatserver.personal_data.erasure import Erasure
from chatserver.personal_data.export import Export
from chatserver.sessions.calendar_feeds import CalendarFeeds
from chatserver.settings import Settings
from chatserver.sign_ins.sign_in_book import SignInBook
from chatserver.sign_ins.sign_in_links import SignInLinks
from chatserver.sign_ins.sign_in_mails import SignInMails
from chatserver.unsent.draft_book import DraftBook
from chatserver.unsent.later_book import LaterBook
from chatserver.unsent.unsent_news import UnsentNews
from chatserver.unsent.unsent_texts import UnsentTexts


class Keyed(Foundation, frozen=True, kw_only=True):
    """The parts that need master keys besides."""

    keys: ConversationKeys
    messages: MessageLog
    archive: Archive
    files: FileStore
    attachments: AttachmentBook
    uploads: Uploads
    attachment_sweep: AttachmentSweep
    trace_sweep: TraceSweep
    secrets: ServerSecrets
    webhooks: WebhookBook
    mailing: Mailing
    feeds: CalendarFeeds
    push: PushSubscriptions
    vapid: Vapid
    cases: CaseBook
    evidence: CaseEvidence
    mentoring: Mentoring
    tickets: Tickets
    sign_ins: SignInBook
    sign_in_links: SignInLinks
    sign_in_mails: SignInMails
    later: LaterBook
    drafts: DraftBook


def casebook(base: Foundation, keys: ConversationKeys) -> CaseBook:
    """The cases, whose notes are sealed with those keys."""
    return CaseBook(
        database=base.database,
        log=base.case_log,
        steps=base.case_steps,
        texts=CaseTexts(keys),
        known=KnownFacts(base.memberships, base.rulebook, base.bookings.find),
        given=GivenFacts(base.database, base.rulebook, base.bookings.find),
        clock=base.ledger.now,
        read_upto=base.signs.read_upto,
    )


@contextlib.asynccontextmanager
async def guarded(networks: Iterable[str]) -> AsyncIterator[GuardedHttp]:
    """What asks addresses that others chose; these networks may be asked though they are private."""
    http = GuardedHttp(own=[ip_network(each) for each in networks])
    try:
        yield http
    finally:
        await http.close()


@contextlib.asynccontextmanager
async def with_keys(settings: Settings, store_url: str) -> AsyncIterator[Keyed]:
    """As `records_and_ledger`, and the parts that need the master keys.

    Raises SettingsError, and StartError where a master key in use is lost: what it wraps would be taken for unreadable.
    """
    masters = master_keys(settings)
    networks = settings.webhook_networks
    async with records_and_ledger(settings, store_url) as base, guarded(networks) as http:
        if problem := await masters_problem(base.database, masters):
            raise StartError(problem)
        keys = ConversationKeys(base.database, masters)
        secrets = ServerSecrets(base.database, ServerSeal(keys, "secrets"), base.ledger.now)
        # Without networks of the operator's own: browsers, not the operator, say where their push services are.
        push_services = GuardedHttp()
        push = PushSubscriptions(base.database, ServerSeal(keys, "push"), push_services, base.ledger.now)
        vapid = Vapid(secrets, contact_of(settings.mail_from, settings.public_url))
        tickets = Tickets(await secrets.secret_of("tickets"))
        mails = mailing(
            settings,
            base.rulebook.policy,
            database=base.database,
            secrets=secrets,
            booking_of=base.bookings.find,
            clock=base.ledger.now,
        )
        messages, hook_seal = MessageLog(base.database, base.ledger, keys), ServerSeal(keys, "webhooks")
        files = FileStore(settings.attachments_url, settings.data_dir)
        scanner = VirusScanner(settings.clamav) if settings.clamav is not None else None
        attachments = AttachmentBook(
            database=base.database,
            keys=keys,
            store=files,
            log=messages,
            policy=base.rulebook.policy.attachments,
            clock=base.ledger.now,
        )
        mentoring = mentoring_on(base.database, keys, messages, base.ledger.now)
        archive = Archive(
            store=base.store,
            ledger=base.ledger,
            ledger_archive=base.ledger_archive,
            database=base.database,
            settings=settings,
            metrics=base.metrics,
            name=base.node,
            listener=MessageEvents(base.database, base.outbox),
            files=attachments,
            when_deleted=[attachments.note_deleted, mentoring.exercises.note_deleted],
        )
        base.channels["webhook"] = WebhookChannel(
            database=base.database, sender=WebhookSender(http, hook_seal), log=messages, noting=base.noting
        )
        base.channels["push"] = PushChannel(base.database, push, vapid, push_services)
        base.channels["mail"] = mails.channel
        evidence = CaseEvidence(
            database=base.database, log=base.case_log, messages=messages, keys=keys, clock=base.ledger.now
        )
        base.case_effects.update(evidence.effects())
        texts, news = UnsentTexts(base.database, base.ledger, keys), UnsentNews(base.store)
        links = SignInLinks(base.database, settings.outside_url)
        sign_in_mails = SignInMails(
            database=base.database,
            links=links,
            post=mails.post,
            sender=sender_of(settings.sender),
            platform=settings.platform_name,
        )
        try:
            yield Keyed(
                **asdict(base),
                keys=keys,
                messages=messages,
                archive=archive,
                files=files,
                attachments=attachments,
                uploads=Uploads(
                    database=base.database,
                    keys=keys,
                    store=files,
                    scanner=scanner,
                    policy=base.rulebook.policy.attachments,
                    clock=base.ledger.now,
                ),
                attachment_sweep=AttachmentSweep(
                    store=base.store,
                    name=base.node,
                    database=base.database,
                    keys=keys,
                    files=files,
                    book=attachments,
                    scanner=scanner,
                    clock=base.ledger.now,
                ),
                trace_sweep=TraceSweep(
                    store=base.store,
                    name=base.node,
                    database=base.database,
                    ledger=base.ledger,
                    ledger_archive=base.ledger_archive,
                    removals=[first_evidence_end],
                ),
                webhooks=WebhookBook(
                    database=base.database,
                    http=http,
                    seal=hook_seal,
                    ringing=base.outbox,
                    clock=base.ledger.now,
                    on_change=archive.agenda.hurry,
                ),
                secrets=secrets,
                mailing=mails,
                feeds=CalendarFeeds(
                    database=base.database,
                    provisioning=base.provisioning,
                    policy=base.rulebook.policy.sessions,
                    clock=base.ledger.now,
                    url=settings.outside_url,
                ),
                push=push,
                vapid=vapid,
                cases=casebook(base, keys),
                evidence=evidence,
                mentoring=mentoring,
                tickets=tickets,
                sign_ins=SignInBook(database=base.database, revocations=base.revocations, tickets=tickets, push=push),
                sign_in_links=links,
                sign_in_mails=sign_in_mails,
                later=LaterBook(
                    database=base.database,
                    ledger=base.ledger,
                    timers=base.timers,
                    texts=texts,
                    news=news,
                    policy=base.rulebook.policy.attachments,
                    clock=base.ledger.now,
                ),
                drafts=DraftBook(database=base.database, ledger=base.ledger, texts=texts, news=news),
            )
        finally:
            await base.outbox.close()  # first: what is being sent needs what it is sent with
            await push_services.close()
            await sign_in_mails.close()
            await mails.post.close()


def export_of(parts: Keyed) -> Export:
    """What exports people."""
    return Export(
        database=parts.database,
        ledger=parts.ledger,
        log=parts.messages,
        revocations=parts.revocations,
        keys=parts.keys,
        attachments=parts.attachments,
    )


@contextlib.asynccontextmanager
async def erasing(settings: Settings, store_url: str) -> AsyncIterator[Erasure]:
    """What erases people. Raises as `with_keys`."""
    async with with_keys(settings, store_url) as parts:
        yield Erasure(
            database=parts.database,
            ledger=parts.ledger,
            ledger_archive=parts.ledger_archive,
            archive=parts.archive,
            keys=parts.keys,
            provisioning=parts.provisioning,
            revocations=parts.revocations,
            noting=parts.noting,
            attachments=parts.attachments,
            mail_folder=mailbox_folder(settings.data_dir),
        )


@contextlib.asynccontextmanager
async def exporting(settings: Settings, store_url: str) -> AsyncIterator[Export]:
    """What exports people. Raises as `with_keys`."""
    async with with_keys(settings, store_url) as parts:
        yield export_of(parts)

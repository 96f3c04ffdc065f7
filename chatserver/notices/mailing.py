"""All that is for mails, as the settings have it."""

from collections.abc import Awaitable, Callable

from msgspec import Struct

from chatserver.notices.bounces import MailBounces
from chatserver.notices.mail import BookingOf, MailChannel, MailManner
from chatserver.notices.mail_address import sender_of
from chatserver.notices.mail_post import MailPost
from chatserver.notices.mail_relay import MailRelay
from chatserver.notices.mailbox import Mailbox, mailbox_folder
from chatserver.notices.server_secrets import ServerSecrets
from chatserver.notices.unsubscribing import Unsubscribing
from chatserver.records.database import Database
from chatserver.setting_values import smtp_server
from chatserver.settings import Settings
from quotas.plans import Policy


class Mailing(Struct, frozen=True):
    """The channel and where its mails go; what links in mails do, and what becomes of mails that come back."""

    channel: MailChannel
    post: MailPost
    unsubscribing: Unsubscribing
    bounces: MailBounces


def mailing(
    settings: Settings,
    policy: Policy,
    *,
    database: Database,
    secrets: ServerSecrets,
    booking_of: BookingOf,
    clock: Callable[[], Awaitable[int]],
) -> Mailing:
    """`clock` gives the store's instant."""
    sender = sender_of(settings.sender)
    post: MailPost
    if settings.smtp_url is None:
        post = Mailbox(mailbox_folder(settings.data_dir))
    else:
        post = MailRelay(smtp_server(settings.smtp_url), sender.domain)
    unsubscribing = Unsubscribing(database, secrets, clock, settings.outside_url)
    channel = MailChannel(
        database=database,
        post=post,
        manner=MailManner(sender, policy, settings.app_url),
        unsubscribing=unsubscribing,
        booking_of=booking_of,
    )
    return Mailing(channel, post, unsubscribing, MailBounces(database, clock))

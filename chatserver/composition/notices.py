"""Notices: noted, listed and sent, and whether they still hold."""

from msgspec import Struct

from chatserver.composition.ground import Ground
from chatserver.notices.asking import AskingAgain
from chatserver.notices.delivery import Channel, ChannelName
from chatserver.notices.noting import Noting
from chatserver.notices.opening_requests import OpeningRequests
from chatserver.notices.outbox import Outbox
from chatserver.notices.outbox_desk import OutboxDesk
from chatserver.notices.outbox_timer import OutboxTimer
from chatserver.notices.preferences import NoticePreferences
from chatserver.notices.publishing import NoticePublisher
from chatserver.notices.reading import NoticeLists


class NoticeParts(Struct, frozen=True, kw_only=True):
    """The rooms above note what happens, and say to `asking` who knows whether it still holds."""

    noting: Noting
    asking: AskingAgain
    outbox: Outbox
    outbox_desk: OutboxDesk
    outbox_timer: OutboxTimer
    channels: dict[ChannelName, Channel]
    """What the outbox sends on: put in by whoever has what they need."""
    publisher: NoticePublisher
    lists: NoticeLists
    preferences: NoticePreferences
    opening_requests: OpeningRequests


def notices_on(ground: Ground) -> NoticeParts:
    """Without anybody who knows whether a notice still holds."""
    database, timers, clock = ground.database, ground.timers, ground.ledger.now
    policy, publisher = ground.rulebook.policy.notices, NoticePublisher(ground.store)
    channels: dict[ChannelName, Channel] = {}
    asking = AskingAgain(policy)
    outbox = Outbox(
        database=database,
        timers=timers,
        channels=channels,
        asking=asking,
        clock=clock,
        metrics=ground.metrics,
        name=ground.node,
    )
    return NoticeParts(
        noting=Noting(database, policy, outbox, publisher),
        asking=asking,
        outbox=outbox,
        outbox_desk=OutboxDesk(database, outbox, channels, publisher, clock),
        outbox_timer=OutboxTimer(outbox, database, timers, lambda: bool(ground.ledger.shift)),
        channels=channels,
        publisher=publisher,
        lists=NoticeLists(database, publisher, clock),
        preferences=NoticePreferences(database, policy, publisher, clock),
        opening_requests=OpeningRequests(database, timers, clock),
    )

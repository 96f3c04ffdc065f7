"""`acknowledge`: the mentor, or whoever stands in, says that what waits needs no answer."""

from typing import assert_never

from chatserver.messages.acknowledging import MoreWritten, NothingWaits, acknowledge
from chatserver.protocol.codes import Code
from chatserver.protocol.commands import Acknowledge
from chatserver.protocol.events import WaitAcknowledged
from chatserver.realtime.command_desk import Asker
from quotas.ledger.base import Acknowledged
from quotas.plans import Policy

REFUSED: Code = "not_acknowledged"


class AcknowledgeDesk:
    """A `CommandDesk`."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    async def obey(self, asker: Asker, command: Acknowledge) -> None:
        """The feed brings the event to everyone; this connection gets an answer, too."""
        follower = asker.follower(command.conversation)
        if follower is None:
            asker.refuse(command, "not_found")
            return
        room, writes_as = follower.room, asker.writes_as(follower)
        if writes_as is None:
            asker.refuse(command, "read_only")
            return
        if writes_as.side != "mentor":
            asker.refuse(command, "not_allowed", "only the mentor's side says that no answer is needed")
            return
        plan = self._policy.plans.get(room.settings.plan)
        if plan is None or not plan.no_answer_needed:
            why = f"on the plan {room.settings.plan!r} every message is answered: its `no_answer_needed` is false"
            asker.refuse(command, REFUSED, why)
            return
        if command.seq is not None and command.seq > room.last_seq:
            asker.refuse(command, "seq_unknown", f"`seq` is beyond the last message, {room.last_seq}")
            return
        match await acknowledge(room.ledger, room.log, room.id, asker.user, command.seq, writes_as.stand_in):
            case Acknowledged(seq=seq):
                asker.tell(WaitAcknowledged(room.id, seq, command.ask))
            case MoreWritten(last_seq=last_seq):
                asker.refuse(command, REFUSED, f"the member has written more than up to {command.seq}: see {last_seq}")
            case NothingWaits():
                asker.refuse(command, REFUSED, "nothing waits for an answer")
            case None:
                asker.refuse(command, "not_found")
            case never:
                assert_never(never)

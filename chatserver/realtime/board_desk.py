"""`watch`: a mentor watches the board of their own open waits, support and services that of all, a member none."""

from msgspec.structs import replace

from chatserver.protocol.commands import Watch
from chatserver.realtime.board_watch import BoardSubscriptions
from chatserver.realtime.command_desk import Asker
from quotas.terms import Rulebook, UnknownPlanError


class BoardDesk:
    """A `CommandDesk`."""

    def __init__(self, subscriptions: BoardSubscriptions, rulebook: Rulebook) -> None:
        self._subscriptions = subscriptions
        self._rulebook = rulebook

    async def obey(self, asker: Asker, command: Watch) -> None:
        """The board is the answer."""
        if asker.role == "member":
            asker.refuse(command, "not_allowed", "a member has no board; mentors, support and services do")
            return
        if asker.role == "mentor":
            if command.mentor not in (None, asker.user):
                why = f"a mentor sees their own; leave `mentor` out or name {asker.user!r}"
                asker.refuse(command, "not_allowed", why)
                return
            command = replace(command, mentor=asker.user)
        try:
            if command.plan is not None:
                self._rulebook.plan(command.plan)
        except UnknownPlanError as error:
            asker.refuse(command, "invalid_field", f"`plan`: {error.args[0]}")
            return
        self._subscriptions.watch(asker, command)

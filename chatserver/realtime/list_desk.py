"""`conversations`: the pages of one's list beyond what the welcome held."""

from chatserver.protocol.commands import Conversations
from chatserver.realtime.command_desk import Asker
from chatserver.realtime.follower import room_for_more


class ListDesk:
    """A `CommandDesk`."""

    async def obey(self, asker: Asker, command: Conversations) -> None:
        """In the order that the list had at hello."""
        if asker.conversations is None:
            asker.refuse(command, "not_allowed", "support and services have no list: they follow by command")
            return
        async with asker.turn:
            await room_for_more(asker)
            page = await asker.conversations.page(command)
            if page is None:
                asker.refuse(command, "not_found", f"there is no {command.after!r} in the list as of hello")
            else:
                asker.tell(page)

"""A member with two trials is reminded to choose on day 10; support hears on day 14 where they have not."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from chatserver.conversations.requests import ConversationDetails, PersonDetails, Written
from chatserver.notices.notice import Notice
from chatserver.notices.rows import notices
from chatserver.notices.trials import Trials
from chatserver.records.database import Database
from quotas.instant import DAY, HOUR
from quotas.ledger.partitions import EVERYWHERE
from quotas.ledger.timers import Rung
from tests.chatserver.heard import noting_on
from tests.chatserver.sessions.desk import TUESDAY, Desk, opened


class Choice(Desk):
    """mia is to get to know tom and, a day later, kim; sara is of support."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.trials = self.another()

    def another(self) -> Trials:
        """As another process has it."""
        noting = noting_on(self.database, self.heard)
        return Trials(database=self.database, noting=noting, timers=self.timers, clock=self.clock)

    async def try_out(self, id: str, mentor: str) -> None:
        details = ConversationDetails("mia", mentor, "trial", trial=True)
        assert isinstance(await self.provisioning.put_conversation(id, details), Written)
        await self.trials.begun("mia")

    async def ring(self, days: float) -> None:
        self.now = TUESDAY + DAY + round(days * DAY)
        await self.trials.ring(Rung(0, "trial", "mia", self.now))

    async def timer(self) -> int | None:
        """When it rings, in days after the second trial began."""
        for partition in EVERYWHERE:
            names = await self.store.request("ZRANGE", f"{{{partition}}}:timers", 0, -1, "WITHSCORES")
            for name, at in names:
                if name.decode().endswith("mia"):
                    return (int(float(at)) - TUESDAY) // DAY - 1
        return None

    async def told(self, person: str) -> list[Notice]:
        async with self.database.read() as connection:
            return await notices.page(connection, person, None, 100)


@pytest.fixture
async def desk(database: Database, valkey_url: str) -> AsyncIterator[Choice]:
    async with opened(Choice, database, valkey_url) as desk:
        await desk.person("kim", "mentor")
        assert isinstance(await desk.provisioning.put_person("sara", PersonDetails("support", "Sara")), Written)
        yield desk


async def test_a_choice_is_asked_for(desk: Choice) -> None:
    """From the second trial on; once each, also where it rings again."""
    await desk.try_out("t1", "tom")
    assert await desk.timer() is None
    await desk.later(24 * 60)
    await desk.try_out("t2", "kim")
    assert await desk.timer() == 10
    await desk.ring(9.9)
    assert events(desk) == []
    for _ in range(2):
        await desk.ring(10)
    assert (events(desk), await desk.timer()) == (["trial.reminder"], 14)
    for _ in range(2):
        await desk.ring(14.5)
    [asked] = await desk.told("sara")
    assert (asked.event, asked.at, asked.data["member"]) == ("trial.undecided", TUESDAY + 15 * DAY, "mia")
    assert await desk.trials.still_undecided(asked) is None
    await desk.change("t1", status="ended")
    assert await desk.trials.still_undecided(asked) == "chosen meanwhile"


async def test_what_the_store_has_lost_is_set_again(desk: Choice) -> None:
    """As soon as it falls due before the look after the next."""
    await desk.try_out("t1", "tom")
    await desk.later(24 * 60)
    await desk.try_out("t2", "kim")
    await desk.timers.clear_timer("mia", "trial", "mia")
    desk.now = TUESDAY + 11 * DAY - 3 * HOUR
    await desk.another().arm(0)
    assert await desk.timer() is None
    await desk.later(2 * 60)
    await desk.another().arm(0)
    assert await desk.timer() == 10


async def test_who_has_chosen_is_not_reminded(desk: Choice) -> None:
    await desk.try_out("t1", "tom")
    await desk.later(24 * 60)
    await desk.try_out("t2", "kim")
    await desk.change("t2", status="ended")
    await desk.ring(14)
    assert events(desk) == []


def events(desk: Choice) -> list[str]:
    return [event for person, event, _ in desk.heard.published if person == "mia"]

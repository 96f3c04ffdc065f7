"""A list in the order in which conversations ask for attention: on real stores."""

from quotas.instant import HOUR
from quotas.ledger.base import Posted
from quotas.ledger.redis import RedisLedger
from quotas.ledger.urgency import by_urgency
from quotas.terms import Rulebook
from tests.quotas.ledger.desk import Desk
from tests.quotas.ledgers import link_to
from tests.quotas.moments import oslo

TUESDAY = oslo("2026-01-06T12:00:00")


async def test_deadlines_come_first_and_what_has_ended_last(store_url: str, rulebook: Rulebook) -> None:
    """Names that are known to nobody are left out."""
    async with link_to(store_url) as link:
        ledger = RedisLedger(link)
        await ledger.load()

        async def talk(name: str, plan: str, writer: str, at: int) -> Desk:
            desk = await Desk(ledger, rulebook, name).opened(TUESDAY - 2 * HOUR, plan)
            assert isinstance(await (desk.member if writer == "member" else desk.mentor)(at, "text"), Posted)
            return desk

        await talk("a:later", "basic", "member", TUESDAY)
        await talk("b:sooner", "basic", "member", TUESDAY - HOUR)
        await talk("c:undue", "video", "member", TUESDAY - HOUR)
        await talk("d:quiet", "basic", "mentor", TUESDAY - HOUR)
        await talk("e:lately", "basic", "mentor", TUESDAY)
        over = await talk("f:over", "basic", "member", TUESDAY)
        await over.configure(TUESDAY, status="ended")
        names = ["f:over", "e:lately", "d:quiet", "c:undue", "nobody's", "b:sooner", "a:later"]
        places = await by_urgency(ledger, names)
    assert [place.conversation for place in places] == [
        "b:sooner",
        "a:later",
        "c:undue",
        "e:lately",
        "d:quiet",
        "f:over",
    ]
    assert {place.last_seq for place in places} == {1}

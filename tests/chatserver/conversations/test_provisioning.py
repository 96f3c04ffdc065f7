"""People, conversations and plans: what can be written, what it leaves in the records and what the ledger learns."""

import asyncio

import pytest
from msgspec.structs import replace

from chatserver.conversations import provisioning as workflow
from chatserver.conversations.conversation import Subscription
from chatserver.conversations.provisioning import Provisioning, settings_of
from chatserver.conversations.requests import (
    Conflict,
    ConversationChange,
    ConversationDetails,
    Invalid,
    Missing,
    PersonDetails,
    Record,
    Written,
)
from chatserver.conversations.rows import conversations
from chatserver.records.database import Database
from chatserver.sessions.appointments import BookedSessions
from quotas.admission import Status
from quotas.instant import DAY
from quotas.ledger.redis import RedisLedger
from quotas.policy_file import builtin_policy
from quotas.store.errors import StoreError
from quotas.store.link import Link
from quotas.store.port import Store
from quotas.terms import Rulebook
from tests.chatserver.heard import session_log_on
from tests.engines import StoreProcess

KARI_AND_TOM = ConversationDetails(member="kari", mentor="tom", plan="light")


@pytest.fixture
async def provisioning(database: Database, ledger: RedisLedger) -> Provisioning:
    """Provisioning that knows a member, a mentor and a support person."""
    return await with_people(
        Provisioning(
            database,
            ledger,
            Rulebook(builtin_policy()),
            ledger.now,
            BookedSessions(database, ledger.now, session_log_on(database)),
        )
    )


async def with_people(provisioning: Provisioning) -> Provisioning:
    done(await provisioning.put_person("kari", PersonDetails(role="member", name="Kari")))
    done(await provisioning.put_person("tom", PersonDetails(role="mentor", name="Tom")))
    done(await provisioning.put_person("eva", PersonDetails(role="support", name="Eva")))
    return provisioning


def done(outcome: Written[Record] | Invalid | Conflict | Missing) -> Record:
    assert isinstance(outcome, Written), outcome
    return outcome.record


async def test_a_person_is_created_once(provisioning: Provisioning) -> None:
    """The same again changes nothing, other details are taken over, the creation stays."""
    details = PersonDetails(role="member", name="Ola Nordmann", zone="Europe/Copenhagen", locale="da", email="o@x.dk")
    first = await provisioning.put_person("ola", details)
    assert isinstance(first, Written)
    assert first.created
    again = await provisioning.put_person("ola", details)
    assert again == Written(first.record, created=False)
    await asyncio.sleep(0.005)
    renamed = done(await provisioning.put_person("ola", PersonDetails(role="member", name="Ola")))
    assert (renamed.name, renamed.zone, renamed.locale, renamed.email) == ("Ola", "Europe/Oslo", "nb", None)
    assert renamed.created_at == first.record.created_at < renamed.updated_at
    assert await provisioning.get_person("ola") == renamed


async def test_a_person_in_no_zone(provisioning: Provisioning) -> None:
    """The zone is named as wrong, and nobody is created."""
    refused = await provisioning.put_person("ola", PersonDetails(role="member", name="Ola", zone="Europe/Atlantis"))
    assert isinstance(refused, Invalid)
    assert [error.field for error in refused.errors] == ["zone"]
    assert await provisioning.get_person("ola") is None


async def test_the_role_of_someone_in_a_conversation_stays(provisioning: Provisioning) -> None:
    """Their name may change, their role may not; someone in no conversation may take another role."""
    done(await provisioning.put_conversation("c1", KARI_AND_TOM))
    for id, role in (("kari", "member"), ("tom", "mentor")):
        refused = await provisioning.put_person(id, PersonDetails(role="support", name="X"))
        assert isinstance(refused, Conflict)
        assert f"{role} in the conversation 'c1'" in refused.detail
    assert done(await provisioning.put_person("kari", PersonDetails(role="member", name="Kari N."))).name == "Kari N."
    assert done(await provisioning.put_person("eva", PersonDetails(role="mentor", name="Eva"))).role == "mentor"


async def test_a_conversation_reaches_the_ledger(provisioning: Provisioning, ledger: RedisLedger) -> None:
    """Record and ledger agree, the policy's calendar fills in what was left out, both people find it."""
    created = await provisioning.put_conversation("c1", KARI_AND_TOM)
    assert isinstance(created, Written)
    assert created.created
    record = created.record
    assert (record.zone, record.holidays, record.status, record.revision) == ("Europe/Oslo", "", "open", 1)
    standing = await ledger.standing("c1")
    assert standing is not None
    assert standing.settings == settings_of(record)
    assert await ledger.conversations_of("kari") == await ledger.conversations_of("tom") == ["c1"]


async def test_the_same_again_changes_nothing(provisioning: Provisioning) -> None:
    """Neither the revision nor the instant of the last change moves."""
    record = done(await provisioning.put_conversation("c1", KARI_AND_TOM))
    assert await provisioning.put_conversation("c1", KARI_AND_TOM) == Written(record, created=False)
    assert await provisioning.change_conversation("c1", ConversationChange()) == Written(record, created=False)
    same = ConversationChange(plan="light", status="open")
    assert await provisioning.change_conversation("c1", same) == Written(record, created=False)


async def test_plans_have_a_history(provisioning: Provisioning, database: Database, ledger: RedisLedger) -> None:
    """Each plan ends where the next one starts; the ledger knows the newest."""
    first = done(await provisioning.put_conversation("c1", KARI_AND_TOM))
    await asyncio.sleep(0.005)
    second = done(await provisioning.change_conversation("c1", ConversationChange(plan="basic")))
    await asyncio.sleep(0.005)
    third = done(await provisioning.put_conversation("c1", replace(KARI_AND_TOM, plan="live+")))
    assert (second.plan, second.revision, third.plan, third.revision) == ("basic", 2, "live+", 3)
    async with database.read() as connection:
        assert await conversations.subscriptions(connection, "c1") == [
            Subscription("light", first.created_at, second.updated_at),
            Subscription("basic", second.updated_at, third.updated_at),
            Subscription("live+", third.updated_at, None),
        ]
    standing = await ledger.standing("c1")
    assert standing is not None
    assert standing.settings == settings_of(third)


async def test_a_clock_that_was_set_back(provisioning: Provisioning, database: Database, ledger: RedisLedger) -> None:
    """A plan changed before it began, by the store's clock, lasted no time; it did not last less."""

    async def yesterday() -> int:
        return await ledger.now() - DAY

    first = done(await provisioning.put_conversation("c1", KARI_AND_TOM))
    behind = Provisioning(
        database,
        ledger,
        provisioning.rulebook,
        yesterday,
        BookedSessions(database, yesterday, session_log_on(database)),
    )
    done(await behind.change_conversation("c1", ConversationChange(plan="basic")))
    async with database.read() as connection:
        assert await conversations.subscriptions(connection, "c1") == [
            Subscription("light", first.created_at, first.created_at),
            Subscription("basic", first.created_at, None),
        ]


async def test_zone_and_holidays_can_change(provisioning: Provisioning) -> None:
    """They are taken over, or refused together with every other wrong field."""
    done(await provisioning.put_conversation("c1", KARI_AND_TOM))
    moved = replace(KARI_AND_TOM, zone="Europe/Copenhagen", holidays="DK")
    record = done(await provisioning.put_conversation("c1", moved))
    assert (record.zone, record.holidays, record.revision) == ("Europe/Copenhagen", "DK", 2)
    wrong = replace(KARI_AND_TOM, plan="gold", zone="Mars", holidays="XX")
    refused = await provisioning.put_conversation("c1", wrong)
    assert isinstance(refused, Invalid)
    assert [error.field for error in refused.errors] == ["plan", "zone", "holidays"]
    assert "basic, guest, light, live, live+, trial, video" in refused.errors[0].message


async def test_a_conversation_is_between_a_member_and_a_mentor(provisioning: Provisioning) -> None:
    """Both must exist in their roles; each that does not is named."""
    strangers = await provisioning.put_conversation("c1", replace(KARI_AND_TOM, member="tom", mentor="nobody"))
    assert isinstance(strangers, Invalid)
    assert [(error.field, error.message) for error in strangers.errors] == [
        ("member", "the person 'tom' has the role mentor; allowed is someone with the role member"),
        ("mentor", "there is no person 'nobody'; create them first, with the role mentor"),
    ]
    assert await provisioning.get_conversation("c1") is None


async def test_nobody_is_in_more_conversations_than_a_welcome_holds(
    provisioning: Provisioning, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ended ones included; those that there are can still be changed."""
    monkeypatch.setattr(workflow, "MAX_CONVERSATIONS", 2)
    done(await provisioning.put_person("ola", PersonDetails(role="member", name="Ola")))
    for id in ("c1", "c2"):
        done(await provisioning.put_conversation(id, KARI_AND_TOM))
    done(await provisioning.change_conversation("c1", ConversationChange(status="ended")))
    refused = await provisioning.put_conversation("c3", replace(KARI_AND_TOM, member="ola"))
    assert isinstance(refused, Conflict)
    assert "the mentor 'tom' is in 2 conversations" in refused.detail
    assert await provisioning.get_conversation("c3") is None
    done(await provisioning.put_conversation("c2", replace(KARI_AND_TOM, plan="basic")))


async def test_its_people_never_change(provisioning: Provisioning) -> None:
    """Another mentor is a case of its own, not a change of the record."""
    done(await provisioning.put_conversation("c1", KARI_AND_TOM))
    done(await provisioning.put_person("ann", PersonDetails(role="mentor", name="Ann")))
    refused = await provisioning.put_conversation("c1", replace(KARI_AND_TOM, mentor="ann"))
    assert isinstance(refused, Conflict)
    assert "its people cannot change" in refused.detail


async def test_ended_is_final(provisioning: Provisioning, ledger: RedisLedger) -> None:
    """Paused can be open again, ended cannot; ending it again is fine."""
    done(await provisioning.put_conversation("c1", KARI_AND_TOM))
    assert done(await provisioning.change_conversation("c1", ConversationChange(status="paused"))).status == "paused"
    assert done(await provisioning.change_conversation("c1", ConversationChange(status="open"))).status == "open"
    ended = done(await provisioning.change_conversation("c1", ConversationChange(status="ended")))
    for change in (
        ConversationChange(status="open"),
        ConversationChange(status="paused"),
        ConversationChange(plan="basic"),
    ):
        assert isinstance(await provisioning.change_conversation("c1", change), Conflict)
    assert isinstance(await provisioning.put_conversation("c1", replace(KARI_AND_TOM, zone="UTC")), Conflict)
    assert await provisioning.put_conversation("c1", KARI_AND_TOM) == Written(ended, created=False)
    assert done(await provisioning.change_conversation("c1", ConversationChange(status="ended"))) == ended
    standing = await ledger.standing("c1")
    assert standing is not None
    assert standing.settings.status == "ended"


async def test_a_suspension_and_what_is_beneath_it(provisioning: Provisioning, ledger: RedisLedger) -> None:
    """It comes before a pause, and lifting it gives back what was before; its spans are kept."""

    async def become(status: Status) -> Status:
        changed = done(await provisioning.change_conversation("c1", ConversationChange(status=status)))
        standing = await ledger.standing("c1")
        assert standing is not None
        assert standing.settings.status == changed.status
        assert await provisioning.get_conversation("c1") == changed
        return changed.status

    done(await provisioning.put_conversation("c1", KARI_AND_TOM))
    assert [await become(status) for status in ("suspended", "suspended", "open")] == ["suspended", "suspended", "open"]
    assert [await become(status) for status in ("paused", "suspended", "open")] == ["paused", "suspended", "paused"]
    assert [await become(status) for status in ("open", "suspended", "paused")] == ["open", "suspended", "suspended"]
    assert done(await provisioning.put_conversation("c1", replace(KARI_AND_TOM, plan="basic"))).status == "suspended"
    assert await become("open") == "paused"
    assert await become("suspended") == "suspended"
    assert await become("ended") == "ended"
    assert isinstance(await provisioning.change_conversation("c1", ConversationChange(status="suspended")), Conflict)
    spans = await provisioning.suspensions("c1")
    assert len(spans) == 4
    assert all(span.lifted_at is not None and span.lifted_at >= span.began_at for span in spans)


async def test_a_change_of_what_is_not_there(provisioning: Provisioning) -> None:
    """No conversation, no change; an unknown plan is named first."""
    assert await provisioning.change_conversation("c9", ConversationChange(status="paused")) == Missing()
    assert isinstance(await provisioning.change_conversation("c9", ConversationChange(plan="gold")), Invalid)


async def test_many_at_once_make_one_conversation(provisioning: Provisioning, ledger: RedisLedger) -> None:
    """Ten that create the same one: it is new for one of them. Ten that change it: the ledger has the last revision."""
    outcomes = await asyncio.gather(*(provisioning.put_conversation("c1", KARI_AND_TOM) for _ in range(10)))
    assert sorted(isinstance(outcome, Written) and outcome.created for outcome in outcomes) == [*([False] * 9), True]
    plans = ("basic", "live", "video", "light", "live+") * 2
    await asyncio.gather(*(provisioning.change_conversation("c1", ConversationChange(plan=plan)) for plan in plans))
    record = await provisioning.get_conversation("c1")
    standing = await ledger.standing("c1")
    assert record is not None
    assert standing is not None
    assert standing.settings == settings_of(record)


async def test_a_role_changes_or_is_relied_on(provisioning: Provisioning) -> None:
    """A conversation and a new role of its mentor, asked for together: one of them is refused."""
    for number in range(10):
        mentor = f"mentor{number}"
        done(await provisioning.put_person(mentor, PersonDetails(role="mentor", name="M")))
        asked = replace(KARI_AND_TOM, mentor=mentor)
        opened, changed = await asyncio.gather(
            provisioning.put_conversation(f"c{number}", asked),
            provisioning.put_person(mentor, PersonDetails(role="support", name="M")),
        )
        assert isinstance(opened, Written) != isinstance(changed, Written)


async def test_a_ledger_that_missed_it(database: Database) -> None:
    """The record is kept while the store is gone; the same request again tells the store, without a new revision."""
    store = StoreProcess(durable=True).start()
    up = asyncio.Event()

    async def on_up(_: Store) -> None:
        up.set()

    link = Link(store.url)
    link.on_up = on_up
    await link.open()
    try:
        ledger = RedisLedger(link)
        await ledger.load()
        instant = await ledger.now()

        async def clock() -> int:
            return instant

        provisioning = await with_people(
            Provisioning(
                database,
                ledger,
                Rulebook(builtin_policy()),
                clock,
                BookedSessions(database, clock, session_log_on(database)),
            )
        )
        up.clear()
        store.kill()
        with pytest.raises(StoreError):
            await provisioning.put_conversation("c1", KARI_AND_TOM)
        record = await provisioning.get_conversation("c1")
        assert record is not None
        store.start()
        async with asyncio.timeout(30):
            await up.wait()
        assert await ledger.standing("c1") is None
        assert await provisioning.put_conversation("c1", KARI_AND_TOM) == Written(record, created=False)
        standing = await ledger.standing("c1")
        assert standing is not None
        assert standing.settings == settings_of(record)
    finally:
        link.close()
        store.stop()

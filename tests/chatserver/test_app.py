"""The server put together: two on one store, what keeps it from starting, and what it leaves behind."""

import asyncio
import socket
from pathlib import Path

import pytest

from chatserver.app import assembled
from chatserver.composition.opening import StartError, policy_of
from chatserver.messages.archive import Archive
from chatserver.operating.clock_shift import ClockShiftError
from chatserver.operating.timer_watch import TimerWatch
from chatserver.replies.recorder import ReplyRecords
from chatserver.server import listening_socket
from chatserver.settings import Settings
from quotas.ledger import keys
from quotas.policy_file import PolicyError, builtin_policy
from quotas.store.address import socket_url
from quotas.store.errors import StoreError
from tests.chatserver.realtime.servers import SECRET, here
from tests.engines import StoreProcess


def settings(folder: Path, **given: object) -> Settings:
    """Settings with their data in `folder`."""
    return Settings(data_dir=folder, jwt_secret=SECRET, **given)  # type: ignore[arg-type]  # each test's own keys


def test_a_taken_port_is_one_sentence() -> None:
    """With what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=f"port {port} on 127.0.0.1 cannot be used: .*--port"):
            listening_socket("127.0.0.1", port)


def test_a_host_that_is_not_ours_is_one_sentence() -> None:
    """An address of somebody else, or no address at all."""
    for host in ("192.0.2.1", "no.such.host.invalid"):
        with pytest.raises(StartError, match=f"on {host} cannot be used"):
            listening_socket(host, 0)


def test_ipv6_is_a_host_too() -> None:
    """By its colon."""
    with listening_socket("::1", 0) as sock:
        assert sock.family == socket.AF_INET6


async def test_small_answers_do_not_wait_for_the_peer() -> None:
    """Python's own loop sees to that for sockets alone that say they are TCP: it cost 40 ms each."""
    accepted: list[int] = []

    async def heard(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer: socket.socket = writer.get_extra_info("socket")
        accepted.append(peer.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    sock = listening_socket("127.0.0.1", 0)
    async with await asyncio.start_server(heard, sock=sock):
        reader, writer = await asyncio.open_connection(*sock.getsockname())
        assert await reader.read() == b""
        writer.close()
    assert accepted
    assert accepted[0]


async def test_a_store_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    """It is tried once: a server that cannot start says so at once."""
    with pytest.raises(StoreError, match="the store cannot be reached: "):
        async with assembled(settings(tmp_path), socket_url(tmp_path / "nobody.sock")):
            pass


async def test_a_policy_without_plans_in_use_does_not_start(valkey_url: str, tmp_path: Path) -> None:
    """Members would hold a plan that nobody can judge."""
    file = tmp_path / "policy.toml"
    file.write_text('[plans.evening]\nwriting = { kind = "messages", per_week = 3 }\n')
    assert "evening" in policy_of(settings(tmp_path, policy=file)).plans
    async with assembled(settings(tmp_path, policy=file), valkey_url):
        pass
    data = tmp_path / "data"
    async with here(valkey_url, data, policy=file) as server:
        await server.conversation("c1", "evening")
    with pytest.raises(StartError, match=r"the policy lacks plans that members hold: evening \(1\)"):
        async with here(valkey_url, data, now=None):
            pass


async def test_a_bad_policy_names_its_file(valkey_url: str, tmp_path: Path) -> None:
    """And the key."""
    file = tmp_path / "policy.toml"
    file.write_text("[plans.light]\ncolour = 1\n")
    with pytest.raises(PolicyError, match=r"policy\.toml.*colour"):
        async with assembled(settings(tmp_path, policy=file), valkey_url):
            pass


async def test_real_data_cannot_be_shifted(valkey_url: str, tmp_path: Path) -> None:
    """Not by a start, and the refused start changes nothing."""
    async with here(valkey_url, tmp_path, now=None) as server:
        await server.conversation("c1", "basic")
    with pytest.raises(ClockShiftError, match="holds data written by the real clock"):
        async with here(valkey_url, tmp_path, now="2030-01-01T00:00:00Z"):
            pass
    async with here(valkey_url, tmp_path, now=None) as server:
        assert server.parts.shift == 0


async def test_warnings_come_along(valkey_url: str, tmp_path: Path) -> None:
    """The tests' store keeps nothing, and the server knows."""
    async with assembled(settings(tmp_path), valkey_url) as parts:
        assert [warning for warning in parts.warnings if "append-only file" in warning]
        assert parts.hub.connections == set()


async def test_help_lines_want_checking_after_a_year(valkey_url: str, tmp_path: Path) -> None:
    """Nobody sees a number that rings nowhere without the server having said so at its start."""
    checked = builtin_policy().help.checked_on
    for years, expected in ((0, 0), (2, 1)):
        now = f"{checked.replace(year=checked.year + years)}T12:00:00Z"
        async with here(valkey_url, tmp_path / f"{years}", now=now) as server:
            said = [each for each in server.parts.warnings if "the help lines were last checked" in each]
            assert len(said) == expected


async def test_beside_workers_nothing_is_done(valkey_url: str, tmp_path: Path) -> None:
    """Deadlines that were noted here, messages that were archived here, would be in nobody's numbers."""

    async def under_way(*, at_work: bool) -> set[object]:
        before = asyncio.all_tasks()
        async with assembled(settings(tmp_path), valkey_url, at_work=at_work):
            return {getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks() - before}

    work = {f"{one.__name__}.run" for one in (TimerWatch, ReplyRecords, Archive)}
    assert await under_way(at_work=True) >= work
    assert not await under_way(at_work=False) & work


async def test_nothing_is_left_in_the_hub_when_all_have_gone(valkey_url: str, tmp_path: Path) -> None:
    """Rooms, channels and timers go with the last device."""
    async with here(valkey_url, tmp_path) as server:
        await server.conversation("c1", "light")
        of_its_own = {*(keys.work(each).encode() for each in range(keys.PARTITIONS)), keys.CLOCK.encode()}
        async with server.device("mia") as mia, server.device("tora"), server.device("sara", {"c1": 0}):
            await mia.write("hello")
        async with server.device("ola"):
            pass
        channels = await server.parts.store.request("PUBSUB", "SHARDCHANNELS")
        assert set(channels) <= of_its_own
        assert await server.parts.store.request("ZCARD", keys.presence("c1")) == 0


def move_records(folder: Path, to: Path) -> None:
    """The database, with what belongs to it."""
    for file in folder.glob("records.db*"):
        file.replace(to / file.name)


async def test_a_database_that_was_deleted_is_noticed(store_url: str, tmp_path: Path) -> None:
    """The store knows conversations that the database does not: keys made anew would hide what was written."""
    async with here(store_url, tmp_path / "data") as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia:
            await mia.write("kept")
    await asyncio.to_thread(move_records, tmp_path / "data", tmp_path)
    for _ in range(2):
        with pytest.raises(StartError, match="holds conversations and the database knows none of them: .*its backup"):
            async with here(store_url, tmp_path / "data", now=None):
                pass
    await asyncio.to_thread(move_records, tmp_path, tmp_path / "data")
    async with here(store_url, tmp_path / "data", now=None) as server, server.device("mia", {"c1": 0}) as mia:
        assert [message["body"] for message in await mia.messages(1)] == ["kept"]


async def test_a_database_that_knows_some_and_a_store_that_knows_none_are_no_reason(
    valkey_url: str, tmp_path: Path
) -> None:
    """As after a backup, and before `rebuild`."""
    async with here(valkey_url, tmp_path) as server:
        await server.conversation("c1", "basic")
        ledger = server.parts.ledger
        standing = await ledger.standing("c1")
        assert standing is not None
        for name in ("x:conversation:c1", "c2", "c3"):
            await ledger.configure(name, standing.settings)
    async with here(valkey_url, tmp_path, now=None) as server:
        await server.parts.store.request("FLUSHALL")
    async with here(valkey_url, tmp_path, now=None):
        pass


async def test_a_user_that_may_not_look_is_let_in(tmp_path: Path) -> None:
    """Where the store does not say what it holds, it is not known."""
    store = StoreProcess(durable=True).start()
    try:
        async with here(store.url, tmp_path / "one") as server:
            await server.conversation("c1", "basic")
            await server.parts.store.request("ACL", "SETUSER", "default", "-scan")
        async with here(store.url, tmp_path / "other", now=None):
            pass
    finally:
        store.stop()

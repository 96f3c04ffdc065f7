"""The documentation says what the code does: every word on the wire, every code, command, key and link."""

import asyncio
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from chatserver.api.booking_events import BookingEvent, BookingEvents
from chatserver.api.credits import CreditEntryView, CreditsView
from chatserver.api.notice_settings import MutedConversation, OpeningNotice
from chatserver.api.notices import NoticeList
from chatserver.api.problem import KINDS, REFUSED
from chatserver.api.routes import OPERATIONS
from chatserver.api.session_refusals import DETAILS
from chatserver.cli import SUBCOMMANDS, command_line
from chatserver.client import ChatClient
from chatserver.notices.preference_requests import Preferences, QuietHours, TopicPreference
from chatserver.protocol import board, events, session_events, unsent
from chatserver.protocol.cases import CaseGlance, CaseWaits
from chatserver.protocol.codec import check_text, decode, encode
from chatserver.protocol.codes import CLOSE_REASON, CODES, MEANING, TEMPORARY, Close
from chatserver.protocol.commands import (
    COMMANDS,
    MAX_BODY_BYTES,
    MAX_FOLLOWED,
    MAX_FRAME_BYTES,
    MAX_HISTORY,
    MAX_LISTED,
    MAX_RESUME,
    MAX_TOKEN_BYTES,
    MAX_WATCHED,
    AnyCommand,
)
from chatserver.protocol.notices import MAX_NOTICES, NoticeView, UnreadNotices
from chatserver.protocol.sessions import BookingView, JoinsView
from chatserver.realtime.board_reader import ROWS_AT_ONCE, ROWS_WITH_STEPS
from chatserver.realtime.board_watch import TELL_EVERY
from chatserver.realtime.connection import FAULT_PERIOD, MAX_FAULTS, MAX_IN_FLIGHT
from chatserver.realtime.greeting import HELLO_WITHIN
from chatserver.realtime.socket import MAX_UNSENT
from quotas.bookings import Price
from quotas.money import Split
from quotas.notices import hearing_table
from quotas.policy_file import builtin_policy
from quotas.policy_keys import KEYS
from quotas.timeline import AnyLine, ExplainedOutcome

ROOT = Path(__file__).parents[1]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md")), ROOT / "benchmarks" / "README.md"]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
PROGRAM = Path(sys.executable).with_name("chatserver")

anything = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


PROTOCOL = text_of("docs/protocol.md")
CONFIGURATION = text_of("docs/configuration.md")
TIMELINES = text_of("docs/timelines.md")
README = text_of("README.md")
ARCHITECTURE = text_of("docs/architecture.md")


def blocks(text: str, language: str) -> list[str]:
    """The code blocks of that language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def rows(page: str, *cells: str) -> list[str]:
    """The table rows that begin with these cells."""
    start = "| " + " | ".join(cells) + " |"
    return [line for line in page.splitlines() if line.startswith(start)]


def fields_of(line: str) -> list[str]:
    """The names in the second cell of a row, without what is said in parentheses."""
    return re.findall(r"`(\w+)`", re.sub(r"\(.*?\)", "", line.split(" | ")[1]))


def named(kind: type[msgspec.Struct]) -> list[list[str]]:
    """The fields in each row for that type; a command and an event may share one name."""
    return [fields_of(line) for line in rows(PROTOCOL, f"`{kind.__struct_config__.tag}`")]


# The protocol


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_every_command_is_listed_with_its_fields(command: type[msgspec.Struct]) -> None:
    assert list(command.__struct_encode_fields__) in named(command)


@pytest.mark.parametrize("event", events.AnyEvent.__args__, ids=lambda event: event.__name__)
def test_every_event_is_listed_with_its_fields(event: type[msgspec.Struct]) -> None:
    assert list(event.__struct_encode_fields__) in named(event)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("conversation", events.ConversationView),
        ("composer", events.Composer),
        ("reply", events.Reply),
        ("last message", events.LastMessage),
        ("reaction", events.Reaction),
        ("earlier text", events.EarlierText),
        ("own settings", events.OwnSettings),
        ("credits left", session_events.CreditsLeft),
        ("next session", session_events.NextSession),
        ("wait", board.BoardWait),
        ("step", board.WaitStep),
        ("totals", board.BoardTotals),
        ("event of a message", events.SystemEvent),
        ("message for later", unsent.LaterView),
        ("draft of a conversation", unsent.DraftView),
        ("unread notices", UnreadNotices),
        ("notice of a person", NoticeView),
        ("case at a glance", CaseGlance),
        ("what is waited for", CaseWaits),
        ("booking", BookingView),
        ("price", Price),
        ("split", Split),
        ("joins", JoinsView),
        ("what happened", BookingEvents),
        ("happening", BookingEvent),
        ("credits", CreditsView),
        ("entry", CreditEntryView),
        ("list of notices", NoticeList),
        ("notice settings", Preferences),
        ("topic", TopicPreference),
        ("quiet hours", QuietHours),
        ("muted conversation", MutedConversation),
        ("opening notice", OpeningNotice),
    ],
)
def test_every_object_is_listed_with_its_fields(name: str, kind: type[msgspec.Struct]) -> None:
    [line] = rows(PROTOCOL, name)
    assert fields_of(line) == list(kind.__struct_encode_fields__)


def test_every_reason_is_listed() -> None:
    for reason in ("closed", "quota_used", "messages_used", "paused", "suspended", "ended"):
        assert rows(PROTOCOL, f"`{reason}`")


def test_every_refusal_about_a_session_is_listed() -> None:
    section = PROTOCOL.partition("### Sessions")[2].partition("### ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    listed = {reason for line in lines for reason in re.findall(r"`(\w+)`", line.split(" | ")[0])}
    assert listed == {*DETAILS}


def test_every_error_code_is_listed_with_its_meaning() -> None:
    for code in CODES:
        assert rows(PROTOCOL, f"`{code}`", "yes" if code in TEMPORARY else "no", MEANING[code])


def test_every_close_code_is_listed_with_its_reason() -> None:
    for close in Close:
        assert rows(PROTOCOL, str(close.value), CLOSE_REASON[close])


def test_the_limits_are_those_of_the_code() -> None:
    assert rows(PROTOCOL, "a frame", f"{MAX_FRAME_BYTES // 1024} KiB")
    assert rows(PROTOCOL, "a token", f"{MAX_TOKEN_BYTES // 1024} KiB")
    assert rows(PROTOCOL, "conversations of a member or mentor", f"{events.MAX_CONVERSATIONS:,}")
    assert rows(PROTOCOL, "a text", f"{MAX_BODY_BYTES // 1024} KiB of UTF-8")
    assert rows(PROTOCOL, "conversations in `resume`", f"{MAX_RESUME:,}")
    assert rows(PROTOCOL, "conversations that support or a service follows on one connection", f"{MAX_FOLLOWED:,}")
    assert rows(PROTOCOL, "messages in one `history` answer", f"{MAX_HISTORY}")
    listed = "conversations in one `conversations` answer, and of a list in a `welcome`"
    assert rows(PROTOCOL, listed, f"{MAX_LISTED}, and {(events.MAX_LIST_BYTES + 1024) // 1024} KiB")
    assert rows(PROTOCOL, "rows of one `watch`", f"{MAX_WATCHED:,}")
    assert rows(PROTOCOL, "notices in one `notices` answer, and `ids` of one `notices_read`", f"{MAX_NOTICES}")
    each_holds = f"{ROWS_AT_ONCE}, with `steps` {ROWS_WITH_STEPS}"
    assert rows(PROTOCOL, "rows of one `replies` event, those that are removed among them", each_holds)
    assert rows(PROTOCOL, "changes told by `replies`", f"{1 / TELL_EVERY:.0f} times a second")
    assert rows(PROTOCOL, "time until hello", f"{HELLO_WITHIN:.0f} seconds")
    assert rows(PROTOCOL, "commands in flight", f"{MAX_IN_FLIGHT}")
    assert rows(PROTOCOL, "bytes that wait for the app", f"{MAX_UNSENT // 1024**2} MiB")
    assert rows(PROTOCOL, "malformed frames", f"{MAX_FAULTS} in {FAULT_PERIOD:.0f} seconds")


@pytest.mark.parametrize("line", "".join(blocks(PROTOCOL, "json")).splitlines())
def test_every_example_is_what_the_codec_makes(line: str) -> None:
    """An example is a command, an event, or (where both have the type) either."""
    made: list[object] = []
    for kind in (AnyCommand, events.AnyEvent):
        try:
            made.append(json.loads(msgspec.json.encode(msgspec.json.decode(line, type=kind))))
        except msgspec.ValidationError:
            continue
    assert json.loads(line) in made


def test_the_packed_example_is_the_json_one_before_it() -> None:
    [packed] = blocks(PROTOCOL, "msgpack")
    command = decode(bytes.fromhex(packed), "msgpack")
    assert command == decode(blocks(PROTOCOL, "json")[0].encode(), "json")
    assert encode(events.TypingNow("c1", "t1"), "msgpack").startswith(bytes.fromhex(packed)[1:13], 1)


def test_the_example_texts_may_be_sent() -> None:
    for line in "".join(blocks(PROTOCOL, "json")).splitlines():
        example = json.loads(line)
        if "body" in example and example.get("kind", "text") in ("text", "edit"):
            assert check_text(example["body"]) is None


def test_every_http_operation_and_problem_is_listed() -> None:
    for operation in OPERATIONS:
        assert rows(PROTOCOL, operation.method, f"`{operation.path}`")
    for status, (kind, _) in [*KINDS.items(), (409, REFUSED)]:
        assert rows(PROTOCOL, str(status), f"`{kind}`")


# Configuration


def test_every_subcommand_is_listed_with_its_flags() -> None:
    cli = command_line()
    for name in SUBCOMMANDS:
        assert rows(CONFIGURATION, f"`{name}`")
        # Some have commands of their own.
        for command in (cli[name], *(cli[name][own] for own in cli[name] if not own.startswith("-"))):
            for argument in command.assemble_argument_collection():
                for flag in argument.names:
                    assert not flag.startswith("--") or f"`{flag}`" in CONFIGURATION, f"{name} {flag}"


def test_every_key_of_a_policy_is_listed() -> None:
    for key in {key for keys in KEYS.values() for key in keys}:
        assert f"`{key}`" in CONFIGURATION or f"`writing.{key}`" in CONFIGURATION, key


def test_every_line_of_a_timeline_is_listed_with_its_fields() -> None:
    for kind in AnyLine.__args__:
        [line] = rows(TIMELINES, f"`{kind.__struct_config__.tag}`")
        assert set(fields_of(line)) == set(kind.__struct_encode_fields__) - {"at", "conversation"}, line
    for field in ExplainedOutcome.__struct_encode_fields__:
        assert f"`{field}`" in TIMELINES.partition("## Lines out")[2], field


def test_who_hears_of_what_is_shown_as_the_built_in_policy_has_it() -> None:
    page = (ROOT / "docs/notices.md").read_text(encoding="utf-8")
    assert f"<!-- who hears of what -->\n{hearing_table(builtin_policy().notices)}<!-- end -->" in page


# Architecture and decisions


def test_every_named_file_exists() -> None:
    for page in PAGES:
        for name in re.findall(
            r"`((?:chatserver|quotas|tests|benchmarks|deploy|docs)/[\w./-]*)`", page.read_text(encoding="utf-8")
        ):
            assert (ROOT / name).exists(), f"{page.name} names {name}"


def test_every_part_has_its_place() -> None:
    parts = [
        path
        for folder in ("chatserver", "quotas")
        for path in (ROOT / folder).iterdir()
        if path.name not in ("__init__.py", "__pycache__")
    ]
    for path in parts:
        name = str(path.relative_to(ROOT)) + ("/" if path.is_dir() else "")
        assert f"`{name}`" in ARCHITECTURE, f"docs/architecture.md does not name {name}"


def test_the_layers_are_those_of_the_contracts() -> None:
    contracts = tomllib.loads(text_of("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    for contract in contracts:
        if "containers" in contract:
            assert f"{contract['containers'][0]}: {' › '.join(contract['layers'])}\n" in ARCHITECTURE


def test_decisions_are_numbered_and_listed() -> None:
    index = text_of("docs/decisions/README.md")
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    for page in DECISIONS:
        text = page.read_text(encoding="utf-8")
        assert f"{int(page.name[:4])}. [{text.splitlines()[0].partition('. ')[2]}]({page.name})" in index
        assert re.findall(r"^## (.*)$", text, re.MULTILINE) == [
            "What was open",
            "Decision",
            "Why",
            "What else was possible",
        ]


# Links and commands


def anchors(page: Path) -> set[str]:
    """What a link into the page may name, as GitHub makes it of headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_properties_of_the_apps_look_exist() -> None:
    """What docs/apps.md and docs/configuration.md offer to set."""
    tokens = text_of("chatserver/web/src/styles/tokens.css")
    look = text_of("docs/apps.md").partition("## The look")[2].partition("\n## ")[0]
    look += text_of("docs/configuration.md").partition("## The look of the apps")[2].partition("\n## ")[0]
    named = set(re.findall(r"(--[a-z][\w-]*)", look))
    assert len(named) > 20
    for each in named:
        assert re.search(rf"^\s*{each}:", tokens, re.MULTILINE), each


def test_pictures_are_small_and_what_they_show_is_told() -> None:
    """A clone has all of them for good; not everybody sees them."""
    shown = [
        match for page in PAGES for match in re.findall(r"!\[(.*?)\]\((.*?\.png)\)", page.read_text(encoding="utf-8"))
    ]
    assert shown
    for told, picture in shown:
        [file] = ROOT.glob(f"docs/screenshots/{Path(picture).name}")
        assert len(told) > 20, picture
        assert file.stat().st_size <= 100_000, picture


@anything
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"https?://", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{target} leads nowhere"
        assert not anchor or anchor in anchors(file), f"{target} names no heading"


@anything
def test_named_commands_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    assert set(re.findall(r"(?:^ {4}|`)make ([a-z]+)", text, re.MULTILINE)) <= targets
    assert set(re.findall(r"(?:^ {4}\.venv/bin/|`)chatserver ([a-z-]+)\b", text, re.MULTILINE)) <= set(SUBCOMMANDS)


# The bot of the README, for real


@contextmanager
def demo(folder: Path, *flags: str) -> Iterator[str]:
    """A demo server on a free port; gives its URL."""
    arguments = [str(PROGRAM), "demo", "--port", "0", *flags]
    with subprocess.Popen(arguments, cwd=folder, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            said = ""
            while not (found := re.search(r"Listening on (http://\S+:\d+)\.", said)):
                line = server.stdout.readline()
                assert line, f"the demo ended: {said}"
                said += line
            yield found[1]
        finally:
            server.terminate()


async def asked(url: str, token: str) -> list[str]:
    """Write as Birk once his mentor is there; what she answers."""
    async with ChatClient(url, token) as chat:
        async for event in chat.events():
            if isinstance(event, events.Message) and event.sender == "mona":
                return [event.id, event.body]
            if chat.conversations["birk-mona"].peer_online:
                await chat.send("birk-mona", "Good morning", id="question")
    raise AssertionError("the chat ended before the answer")


def test_the_bot_of_the_readme_answers(tmp_path: Path) -> None:
    [bot] = blocks(README, "python")
    with demo(tmp_path) as url:
        tokens = {
            name: (tmp_path / "demo-data" / "tokens" / f"{name}.jwt").read_text().strip() for name in ("mona", "birk")
        }
        program = tmp_path / "bot.py"
        program.write_text(bot.replace("http://127.0.0.1:8080", url))
        environment = os.environ | {"CHATSERVER_TOKEN": tokens["mona"]}
        with subprocess.Popen([sys.executable, program], env=environment) as running:
            try:
                assert asyncio.run(asyncio.wait_for(asked(url, tokens["birk"]), 60)) == [
                    "echo-1",
                    "You wrote: Good morning",
                ]
            finally:
                running.terminate()

"""The command line, as a process: what it prints, what it returns, and one sentence where it cannot."""

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import jwt
import pytest
from redis import Redis

from chatserver.cli import SUBCOMMANDS, command_line
from chatserver.records.steps import revisions
from chatserver.settings import DESCRIPTIONS
from tests import programs
from tests.chatserver.realtime.servers import SECRET, TUESDAY, environment, program, token
from tests.programs import PROGRAM, WITHIN

EXAMPLES = Path(__file__).parents[1] / "quotas" / "examples"


def run(*words: str | Path, cwd: Path, text: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the program to its end, with `text` as its input."""
    return programs.run(*words, cwd=cwd, text=text, env=environment(**{"COLUMNS": "200", **variables}))


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a command that could not, with exit status 1 and nothing on standard output."""
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.mark.parametrize(
    "words", [("audit", "--conversation"), ("erase", "--yes"), ("export",), ("token", "--user"), ("no-command",)]
)
def test_an_argument_that_is_no_text_is_one_sentence(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Whatever command it is for; nothing is begun."""
    said = sentence(run(*words, os.fsdecode(b"mi\xff"), cwd=tmp_path))
    assert said == "chatserver: arguments are text in UTF-8, and b'mi\\xff' is none"
    assert list(tmp_path.iterdir()) == []


# replay


def expected() -> list[dict[str, object]]:
    """The examples' answers."""
    return [json.loads(line) for line in (EXAMPLES / "expected.jsonl").read_text().splitlines()]


def about_writing(answers: str) -> list[dict[str, object]]:
    """JSON Lines that were answered, with the fields of `expected`: those lines say nothing of sessions."""
    return [{name: json.loads(line)[name] for name in expected()[0]} for line in answers.splitlines()]


@pytest.mark.parametrize("ledger", ["memory", "redis"])
def test_replay_answers_the_examples(tmp_path: Path, ledger: str) -> None:
    """On both ledgers; the real one starts a store of its own and leaves nothing behind."""
    done = run("replay", EXAMPLES / "timeline.jsonl", "--ledger", ledger, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert about_writing(done.stdout) == expected()
    assert list(tmp_path.iterdir()) == []


def test_replay_reads_standard_input(tmp_path: Path) -> None:
    """Where no file is named; blank lines are passed over."""
    done = run("replay", cwd=tmp_path, text="\n\n" + (EXAMPLES / "timeline.jsonl").read_text() + "\n")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == len(expected())


@pytest.mark.parametrize(
    ("ledger", "bad", "said"),
    [
        ("memory", "{", "line 3: "),
        ("redis", '{"at":"2026-01-04T09:00:00Z","conversation":"L1","do":"member"}', "line 3: .* keep time order"),
    ],
)
def test_replay_stops_at_a_bad_line(tmp_path: Path, ledger: str, bad: str, said: str) -> None:
    """What came before is written, nothing after it is applied, and the number is named."""
    lines = (EXAMPLES / "timeline.jsonl").read_text().splitlines()[:4]
    done = run("replay", "--ledger", ledger, cwd=tmp_path, text="\n".join([*lines[:2], bad, *lines[2:]]))
    assert done.returncode == 1
    assert about_writing(done.stdout) == expected()[:2]
    assert len(done.stderr.splitlines()) == 1
    assert re.search(said, done.stderr)


def test_replay_names_what_it_cannot_read(tmp_path: Path) -> None:
    """The timeline, and the policy."""
    assert "nowhere.jsonl: No such file" in sentence(run("replay", "nowhere.jsonl", cwd=tmp_path))
    assert "nowhere.toml" in sentence(run("replay", "--policy", "nowhere.toml", cwd=tmp_path))


def test_replay_tries_a_policy(tmp_path: Path) -> None:
    """One window a week instead of two."""
    (tmp_path / "policy.toml").write_text(
        '[plans.light]\nwriting = { kind = "windows", per_week = 1, hours = 24, weekend = "carry" }\n'
    )
    text = "\n".join(
        [
            '{"at":"2026-01-05T09:00:00Z","conversation":"c","do":"open","plan":"light"}',
            '{"at":"2026-01-05T09:00:00Z","conversation":"c","do":"member"}',
            '{"at":"2026-01-06T09:00:00Z","conversation":"c","do":"member"}',
        ]
    )
    done = run("replay", "--policy", "policy.toml", cwd=tmp_path, text=text)
    assert [json.loads(line)["reason"] for line in done.stdout.splitlines()] == [None, None, "quota_used"]


# config, token, migrate, rebuild


def test_config_shows_where_everything_came_from(tmp_path: Path) -> None:
    """Flag before environment before file before default; the secret is masked."""
    (tmp_path / "settings.toml").write_text('host = "::1"\nport = 1\njwt_audience = "elsewhere"\n')
    done = run(
        "config", "--config", "settings.toml", "--port", "3", cwd=tmp_path, CHATSERVER_PORT="2", CHATSERVER_HOST="::"
    )
    assert done.returncode == 0
    rows = {cells[0]: cells[1:3] for line in done.stdout.splitlines() if len(cells := row(line)) > 3}
    assert rows["port"] == ["3", "flag --port"]
    assert rows["host"] == ["::", "environment CHATSERVER_HOST"]
    assert rows["jwt_audience"] == ["elsewhere", "file settings.toml"]
    assert rows["redis_url"] == ["not set", "default"]
    assert rows["jwt_secret"] == ["***", "environment CHATSERVER_JWT_SECRET"]
    assert SECRET not in done.stdout


def test_config_names_every_setting_whole_where_there_is_little_room(tmp_path: Path) -> None:
    """So in a pipe, which has 80 columns."""
    done = run("config", cwd=tmp_path, COLUMNS="80")
    named = {cells[0] for line in done.stdout.splitlines() if len(cells := row(line)) > 3 and cells[0]}
    assert named == {"setting", *DESCRIPTIONS}


@pytest.mark.parametrize("name", ["[bold]", "[/bold]", ":x:"])
def test_paths_are_printed_as_they_are(tmp_path: Path, name: str) -> None:
    """Nothing in them is a colour or a sign, in a table or in a sentence."""
    done = run("config", "--data-dir", name, cwd=tmp_path)
    rows = {cells[0]: cells[1] for line in done.stdout.splitlines() if len(cells := row(line)) > 3}
    assert (done.returncode, rows["data_dir"]) == (0, name)
    assert f"/{name}/records.db: there are no records" in sentence(run("rebuild", "--data-dir", name, cwd=tmp_path))


def row(line: str) -> list[str]:
    """The cells of a line of a table."""
    return [cell.strip() for cell in line.replace("┃", "│").strip("│").split("│")]


def test_a_token_is_signed_by_the_servers_secret(tmp_path: Path) -> None:
    """And nothing else is printed."""
    done = run("token", "mia", "--role", "member", "--days", "2", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    claims = jwt.decode(done.stdout.strip(), SECRET, ["HS256"], audience="chatserver")
    assert (claims["sub"], claims["role"], claims["exp"] - claims["iat"]) == ("mia", "member", 2 * 86_400)


def test_a_token_that_cannot_be(tmp_path: Path) -> None:
    """The sentence names what is allowed."""
    assert "1 to 64 letters" in sentence(run("token", "no name", "--role", "member", cwd=tmp_path))
    assert "1 to 365" in sentence(run("token", "mia", "--role", "member", "--days", "0", cwd=tmp_path))
    done = run("token", "mia", "--role", "king", cwd=tmp_path)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr


def test_migrate_says_what_it_did(tmp_path: Path) -> None:
    """Once; the second time there is nothing to do."""
    (tmp_path / "data").mkdir()
    assert f"Applied: {', '.join(revisions())}." in run("migrate", cwd=tmp_path).stdout
    assert "up to date" in run("migrate", cwd=tmp_path).stdout


@pytest.mark.parametrize("name", ["x%41y", "two words?#", "mål"])
def test_everything_is_in_the_folder_that_was_named(tmp_path: Path, name: str) -> None:
    """Also where its name, or that of the folder for temporary files, would mean something else in a URL."""
    with TemporaryDirectory(prefix="t%41?#") as temporary, program(tmp_path / name, TMPDIR=temporary) as server:
        asyncio.run(server.conversation("c1", "basic"))
    assert {"records.db", "secrets", "store"} <= {file.name for file in (tmp_path / name).iterdir()}
    assert [file.name for file in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    "words",
    [
        ("token", "mia", "--role", "member"),
        ("migrate",),
        ("rebuild",),
        ("rotate-key",),
        ("revoke", "mia"),
        ("export", "mia", "--to", "out"),
        ("erase", "mia", "--yes"),
    ],
    ids=lambda words: words[0],
)
def test_a_mistyped_folder_is_named_and_not_made(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Commands that work on what is there say that nothing is."""
    said = sentence(run(*words, "--data-dir", "dtaa", cwd=tmp_path, CHATSERVER_JWT_SECRET=""))
    assert re.search(r"dtaa\S*: there (is|are) no ", said)
    assert list(tmp_path.iterdir()) == []


def test_a_token_that_nobody_would_accept(tmp_path: Path) -> None:
    """Where tokens are checked with public keys this program can sign none; nor can the demo."""
    for key, value in (("KEY_FILE", "key.pem"), ("JWKS_URL", "https://id.example.org/jwks.json")):
        variables = {"CHATSERVER_JWT_SECRET": "", f"CHATSERVER_JWT_{key}": value}
        said = sentence(run("token", "mia", "--role", "member", cwd=tmp_path, **variables))
        assert f"`jwt_{key.lower()}` is set: tokens are signed by whoever has the private key" in said


def test_records_without_conversations_are_told(tmp_path: Path) -> None:
    """An empty database is likely to be the wrong one."""
    (tmp_path / "data").mkdir()
    assert run("migrate", cwd=tmp_path).returncode == 0
    assert "the records hold no conversation" in sentence(run("rebuild", cwd=tmp_path))


async def test_a_lost_master_key_stops_what_would_take_texts_for_unreadable(tmp_path: Path) -> None:
    """An erasure would destroy what the others wrote, and an export would lack it."""
    with program(tmp_path / "data", "--now", TUESDAY) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia:
            await mia.write("hello")
    (tmp_path / "data" / "secrets" / "master").unlink()
    for words in (("erase", "mia", "--yes"), ("export", "mia", "--to", "out")):
        assert "need the master keys" in sentence(await asyncio.to_thread(run, *words, cwd=tmp_path))


@pytest.mark.parametrize("words", [("--redis-url", "redis://h"), ("--language", "nb")], ids=" ".join)
def test_replay_names_a_flag_that_would_do_nothing(tmp_path: Path, words: tuple[str, str]) -> None:
    """Instead of doing nothing with it."""
    assert f"{words[0]}: is for " in sentence(run("replay", *words, cwd=tmp_path))


async def test_rebuild_makes_the_store_anew(valkey_url: str, tmp_path: Path) -> None:
    """After the store lost everything, the people find their conversations again."""
    with program(tmp_path / "data", store_url=valkey_url) as server:
        await server.conversation("c1", "basic")
        await server.conversation("c2", "light", member="ola")
        async with server.device("sara", {"c1": 0}) as sara:
            assert len(sara.welcome["conversations"]) == 1
    with Redis.from_url(valkey_url) as store:
        store.flushall()
    done = run("rebuild", "--data-dir", "data", "--redis-url", valkey_url, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "2 conversations told to the ledger; of these came back from the archive: 0; were ahead: 0." in done.stdout
    with program(tmp_path / "data", store_url=valkey_url) as server:
        async with server.device("tora") as tora:
            assert [each["id"] for each in tora.welcome["conversations"]] == ["c1", "c2"]


async def test_rebuild_beside_a_server_with_its_own_store(tmp_path: Path) -> None:
    """The store is the running server's; what it holds stays."""
    with program(tmp_path / "data") as server:
        await server.conversation("c1", "basic")
        done = await asyncio.to_thread(run, "rebuild", "--data-dir", "data", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "1 conversation told to the ledger" in done.stdout
        async with server.device("tora") as tora:
            assert [each["id"] for each in tora.welcome["conversations"]] == ["c1"]


def test_help_says_what_each_command_does(tmp_path: Path) -> None:
    """The first line of what each says of itself, also where no command is named."""
    cli = command_line()
    first_lines = {name: (cli[name].help or "").partition("\n")[0] for name in SUBCOMMANDS}
    for words in ((), ("--help",), ("-h",)):
        shown = run(*words, cwd=tmp_path).stdout.translate(dict.fromkeys(map(ord, "│╭╮╰╯─"), " "))
        told = " ".join(shown.split())
        for name, first_line in first_lines.items():
            assert first_line
            assert f"{name} {first_line}" in told


LISTED = """
import sys
from chatserver.cli import main
sys.argv = ["chatserver", "--help"]
try:
    main()
finally:
    sys.stderr.write(" ".join(sys.modules))
"""


def test_help_imports_no_command() -> None:
    """Nor what commands stand on: together they are most of the code, and seconds."""
    done = subprocess.run([sys.executable, "-c", LISTED], capture_output=True, text=True, check=True)
    imported = set(done.stderr.split())
    assert "cyclopts" in imported
    assert not imported & {"asyncio", "msgspec", "pygments", "sqlalchemy", "starlette", "chatserver.settings"}
    assert not [name for name in imported if name.startswith("chatserver.commands.")]


def imported_by(module: str) -> set[str]:
    """The packages and modules that a process has after it."""
    script = f"import sys, {module}; print(' '.join(sys.modules))"
    return set(subprocess.check_output([sys.executable, "-c", script], text=True).split())


@pytest.mark.parametrize("module", ["chatserver.commands.serve", "chatserver.commands.worker"])
def test_a_server_imports_what_it_needs(module: str) -> None:
    """These are megabytes each, for those who draw, have a Sentinel, that store or database, traces or a demo."""
    unneeded = {"alembic", "asyncpg", "opentelemetry", "prompt_toolkit", "pygments", "redis", "rich", "valkey"}
    dialects = {"sqlalchemy.dialects.postgresql", "sqlalchemy.dialects.sqlite"}
    assert not imported_by(module) & (unneeded | dialects | {"chatserver.demo", "chatserver.terminal"})


@pytest.mark.parametrize("command", ["chat", "replies", "token", "config"])
def test_small_commands_import_no_server(command: str) -> None:
    """Nor the holidays of all countries."""
    assert not imported_by(f"chatserver.commands.{command}") & {"holidays", "sqlalchemy", "starlette", "uvicorn"}


# Output


PRINTING = [
    ("config",),
    ("token", "mia", "--role", "member"),
    ("replay", str(EXAMPLES / "timeline.jsonl")),
    ("migrate", "--data-dir", "."),
    ("--help",),
    ("token", "--help"),
]


def run_into(out: str, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the program by a shell, with `out` said of its standard output."""
    script = f'exec "$0" "$@" {out}'
    return subprocess.run(
        ["/bin/sh", "-c", script, PROGRAM, *words],
        capture_output=True,
        text=True,
        timeout=WITHIN,
        cwd=cwd,
        env=environment(),
        check=False,
    )


@pytest.mark.parametrize("words", PRINTING, ids=" ".join)
def test_output_that_cannot_be_written(tmp_path: Path, words: tuple[str, ...]) -> None:
    """A full disk and a closed stream are one sentence each, and no success."""
    for out, why in ((">/dev/full", "No space left on device"), (">&-", "Bad file descriptor")):
        said = sentence(run_into(out, *words, cwd=tmp_path))
        assert said == f"chatserver: standard output cannot be written: {why}"


@pytest.mark.parametrize("words", PRINTING, ids=" ".join)
def test_who_has_read_enough_is_told_nothing(tmp_path: Path, words: tuple[str, ...]) -> None:
    """As with `| head`, here by somebody who reads nothing at all."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as out:
        done = subprocess.run(
            [PROGRAM, *words], stdout=out, stderr=subprocess.PIPE, cwd=tmp_path, env=environment(), check=False
        )
    assert (done.returncode, done.stderr) == (1, b"")


# Rights


def open_to_others(folder: Path) -> list[str]:
    """What other users may reach of what the server keeps there; the tests' own log is not its."""
    paths = [folder, *(path for path in folder.rglob("*") if not path.name.startswith("log-"))]
    return [str(path) for path in paths if path.lstat().st_mode & 0o077 and not path.is_symlink()]


def test_nobody_else_reads_what_the_server_keeps(tmp_path: Path) -> None:
    """Whatever the umask; and what an earlier release left open is closed at the next start."""
    data, records = tmp_path / "data", tmp_path / "elsewhere" / "records*.db"
    careless = ("/bin/sh", "-c", 'umask 000; exec "$0" "$@"', str(PROGRAM))
    flags = ("--database-url", f"sqlite:////{records}")
    for directory, more in ((tmp_path / "usual", ()), (data, flags)):
        with program(directory, *more, words=careless) as server:
            asyncio.run(server.conversation("c1", "basic"))
            assert (directory / "store" / "appendonlydir").is_dir()
            assert open_to_others(directory) == open_to_others(tmp_path / "elsewhere" if more else directory) == []
    assert {f"{records.name}{end}" for end in ("", ".lock")} <= {file.name for file in records.parent.iterdir()}
    for path in [data, *data.rglob("*"), *records.parent.iterdir()]:
        if "secrets" not in path.parts:
            path.chmod(0o777 if path.is_dir() else 0o666)
    neighbour = records.with_name("records-of-others.db")
    neighbour.touch(0o644)
    mine = data / "notes.txt"
    mine.touch(0o644)
    with program(data, *flags, words=careless):
        assert open_to_others(data) == [str(mine)]
        assert open_to_others(records.parent) == [str(neighbour)]


# chat


async def test_chat_takes_its_token_from_a_file_or_the_environment(valkey_url: str, tmp_path: Path) -> None:
    """Line by line through the real server."""
    with program(tmp_path / "data", "--now", "2026-01-06T09:00:00Z", store_url=valkey_url) as server:
        await server.conversation("c1", "light")
        (tmp_path / "mia.jwt").write_text(token("mia") + "\n")
        words = ("chat", "--url", server.http, "--language", "en")
        mia = await asyncio.to_thread(run, *words, "--token-file", "mia.jwt", cwd=tmp_path, text="hello\n\nagain\n")
        assert (mia.returncode, mia.stderr) == (0, "")
        assert [line.partition(" ")[2] for line in mia.stdout.splitlines()] == ["You: hello ✓", "You: again ✓"]
        tora = await asyncio.to_thread(run, *words, cwd=tmp_path, text="hi\n", CHATSERVER_TOKEN=token("tora"))
        assert tora.returncode == 0
        async with server.device("mia", {"c1": 0}) as device:
            assert [message["body"] for message in await device.messages(3)] == ["hello", "again", "hi"]
        refused = await asyncio.to_thread(
            run, *words, cwd=tmp_path, text="no\n", CHATSERVER_TOKEN=token("mia", audience="elsewhere")
        )
        assert refused.returncode == 2
        assert "4500" in refused.stderr
        log = server.log.read_text()
        assert "hello" not in log
        assert token("mia").split(".")[1] not in log


def test_chat_takes_no_token_as_an_argument(tmp_path: Path) -> None:
    """Arguments can be read by everyone on the machine."""
    done = run("chat", "--token", "x.y.z", cwd=tmp_path)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    said = sentence(run("chat", cwd=tmp_path))
    assert "--token-file" in said
    assert "CHATSERVER_TOKEN" in said
    assert "nowhere.jwt: No such file" in sentence(run("chat", "--token-file", "nowhere.jwt", cwd=tmp_path))
    said = sentence(run("chat", "--url", "http://h/?token=x", cwd=tmp_path, CHATSERVER_TOKEN="x.y.z"))
    assert "the token travels in hello" in said


# serve: one clear sentence


def test_a_taken_port(tmp_path: Path) -> None:
    """Before anything is started or written."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for command in ("serve", "demo"):
            assert f"port {port} on 127.0.0.1 cannot be used" in sentence(run(command, "--port", port, cwd=tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_data_directory_that_cannot_be_used(tmp_path: Path) -> None:
    """A file in its place; root reads everything, so rights are no test here."""
    (tmp_path / "data").write_text("a file")
    said = sentence(run("serve", "--port", "0", cwd=tmp_path))
    assert "the data directory cannot be used" in said


def test_an_invalid_setting_names_its_key(tmp_path: Path) -> None:
    """And where it came from, whatever the command."""
    assert sentence(run("serve", cwd=tmp_path, CHATSERVER_PORT="70000")).startswith("chatserver: `port`")
    said = sentence(run("rebuild", cwd=tmp_path, CHATSERVER_REDIS_ULR="redis://h"))
    assert "environment CHATSERVER_REDIS_ULR" in said
    assert "redis_url" in said


def test_a_now_that_is_no_instant(tmp_path: Path) -> None:
    """The sentence has an example."""
    said = sentence(run("serve", "--now", "friday", cwd=tmp_path))
    assert "flag --now" in said
    assert "RFC 3339" in said


def test_a_second_server_on_one_folder(tmp_path: Path) -> None:
    """The first one goes on."""
    with program(tmp_path / "data") as server:
        assert "another server is using" in sentence(run("serve", "--port", "0", cwd=tmp_path))
        assert server.process.poll() is None


def test_the_last_word_of_the_log(tmp_path: Path) -> None:
    """After everything has ended, so that who reads it knows that nothing was cut off."""
    with program(tmp_path / "data") as server:
        assert "stopped" not in server.log.read_text()
    assert json.loads(server.log.read_text().splitlines()[-1])["event"] == "stopped"


def test_a_store_or_database_that_is_not_there(tmp_path: Path) -> None:
    """Named, without passwords."""
    said = sentence(run("serve", "--port", "0", "--redis-url", "redis://:hush@127.0.0.1:1", cwd=tmp_path))
    assert "the store cannot be reached" in said
    assert "hush" not in said
    said = sentence(
        run("serve", "--port", "0", "--database-url", "postgresql://me:hush@127.0.0.1:1/chat", cwd=tmp_path)
    )
    assert "database" in said
    assert "hush" not in said


async def test_now_jumps_forwards_on_shifted_data_only(tmp_path: Path) -> None:
    """The clock is shown at start; a jump is a restart with a later instant."""
    data = tmp_path / "data"
    with program(data, "--now", "2026-01-09T22:30:00Z") as server:
        await server.conversation("c1", "basic")
        assert "The clock of this server is shifted: it shows 2026-01-09T22:3" in server.log.read_text()
        async with server.device("mia") as mia:
            assert (await mia.write("Friday"))["type"] == "accepted"
    with program(data, "--now", "2026-01-10T10:00:00Z") as server:
        async with server.device("mia") as mia:
            assert (await mia.write("Saturday"))["reason"] == "closed"
    said = sentence(run("serve", "--port", "0", "--now", "2026-01-05T10:00:00Z", cwd=tmp_path))
    assert "already shows 2026-01-10T10:0" in said
    assert "cannot be turned back" in said
    with program(data) as server:
        async with server.device("mia") as mia:
            assert mia.welcome["now"].startswith("2026-01-10T10:0")
    with program(tmp_path / "real") as server:
        await server.conversation("c1", "basic")
        assert "shifted" not in server.log.read_text()
    said = sentence(run("serve", "--port", "0", "--data-dir", "real", "--now", "2030-01-01T00:00:00Z", cwd=tmp_path))
    assert "holds data written by the real clock" in said


@pytest.mark.parametrize("command", SUBCOMMANDS)
def test_help_describes_every_parameter(command: str) -> None:
    """In words: a name and a type say too little."""
    cli = command_line()[command]
    for each_command in (cli, *(cli[own] for own in cli if not own.startswith("-"))):
        shown = [each for each in each_command.assemble_argument_collection(parse_docstring=True) if each.show]
        assert shown
        assert [each.name for each in shown if not each.parameter.help] == []

"""`chatserver audit`: who did what to whose data; and whether the log is whole."""

import sys
from collections.abc import Sequence
from typing import Annotated

import msgspec
from cyclopts import App, Parameter
from cyclopts.validators import Number
from rich.table import Table

from chatserver.audit.line import AUDIT_DIDS, AuditDid, AuditLine
from chatserver.audit.listing import AuditFilter, listed
from chatserver.audit.verifying import Break, Verified, verify
from chatserver.commands.asking import print_json
from chatserver.commands.existing import require_records
from chatserver.commands.faults import one_sentence
from chatserver.commands.flags import NO_FLAGS, ServerFlags, settings_of
from chatserver.commands.running import run
from chatserver.commands.screen import LONG, bar, screen
from chatserver.composition import opening
from chatserver.plural import counted
from chatserver.settings import Settings, SettingsError
from quotas import instant

audit = App(name="audit", help_format="plaintext")

_AsJson = Annotated[bool, Parameter(name="--json", negative="")]
HASH_DIGITS = 64


@audit.default
def show(
    *,
    who: str = "",
    did: str = "",
    conversation: str = "",
    person: str = "",
    most: Annotated[int, Parameter(validator=Number(gte=1, lte=100_000))] = 50,
    as_json: _AsJson = False,
    flags: ServerFlags = NO_FLAGS,
) -> None:
    """Show who did what to whose data, the newest first; also beside a running server.

    Parameters
    ----------
    who
        Only what that person did, by id; of an operator the name of their account.
    did
        Only of that kind, such as messages.read.
    conversation
        Only what concerns that conversation, by id.
    person
        Only what concerns that person, or a conversation of theirs, by id.
    most
        Lines at most.
    as_json
        Print JSON: one object for each.
    """
    with one_sentence():
        settings = settings_of(flags)
        require_records(settings)
        wanted = AuditFilter(who, _did(did), conversation, person)
        lines = run(_listed(settings, wanted, most))
        if as_json:
            print_json([_object(line) for line in lines])
        else:
            _show(lines, most)


@audit.command(name="verify")
def verify_log(*, expect: str = "", as_json: _AsJson = False, flags: ServerFlags = NO_FLAGS) -> None:
    """Say whether every line is as it was noted, none is missing and they are in order; exit status 1 where not.

    Parameters
    ----------
    expect
        A hash that this command printed earlier and that was kept elsewhere: lines cut off the end show by it alone.
    as_json
        Print JSON.
    """
    with one_sentence():
        settings = settings_of(flags)
        require_records(settings)
        found = run(_verified(settings, _hash(expect)))
        if as_json:
            print_json(_report(found))
        else:
            _tell(found, expect)
        if not found.holds or (expect and found.expected_at is None):
            sys.exit(1)


async def _listed(settings: Settings, wanted: AuditFilter, most: int) -> Sequence[AuditLine]:
    async with opening.migrated(settings) as database:
        return await listed(database, wanted, most)


async def _verified(settings: Settings, expected: bytes | None) -> Verified:
    async with opening.migrated(settings) as database:
        with bar(LONG) as progress:
            task = progress.add_task("verifying", total=None)
            return await verify(
                database, expected, lambda done, total: progress.update(task, completed=done, total=total)
            )


def _did(given: str) -> AuditDid | None:
    if not given:
        return None
    known = next((did for did in AUDIT_DIDS if did == given), None)
    if known is None:
        raise SettingsError(f"--did: there is no {given!r}; allowed: {', '.join(AUDIT_DIDS)}")
    return known


def _hash(given: str) -> bytes | None:
    if not given:
        return None
    try:
        found = bytes.fromhex(given)
    except ValueError:
        found = b""
    if len(found) * 2 != HASH_DIGITS:
        raise SettingsError(f"--expect: must be the {HASH_DIGITS} hexadecimal digits that this command prints")
    return found


def _show(lines: Sequence[AuditLine], most: int) -> None:
    if not lines:
        screen.print("Nothing is noted.", highlight=False)
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("number", "at (UTC)", "who", "did", "conversation", "person", "about", "details"):
        is_number = column == "number"
        table.add_column(
            column,
            overflow="fold",
            no_wrap=is_number or column == "at (UTC)",
            justify="right" if is_number else "left",
        )
    for line in lines:
        at = instant.text(line.at)[:19].replace("T", " ")
        details = line.details if line.details != "{}" else ""
        who = f"{line.who} ({line.role})"
        table.add_row(str(line.number), at, who, line.did, line.conversation, line.person, line.about, details)
    screen.print(table, highlight=False, markup=False)
    if len(lines) == most:
        screen.print("There may be more: --most shows them.", highlight=False)


def _object(line: AuditLine) -> dict[str, object]:
    return msgspec.structs.asdict(line) | {
        "at": instant.text(line.at),
        "details": msgspec.json.decode(line.details),
        "hash": line.hash.hex(),
    }


def _report(found: Verified) -> dict[str, object]:
    return {
        "holds": found.holds,
        "lines": found.lines,
        "newest": found.head.number,
        "hash": found.head.hash.hex(),
        "expected_at": found.expected_at,
        "breaks": [msgspec.structs.asdict(each) for each in found.breaks],
        "more_breaks": found.more_breaks,
    }


def _tell(found: Verified, expect: str) -> None:
    for each in found.breaks:
        _say(_sentence(each))
    if found.more_breaks:
        _say(f"And {counted(found.more_breaks, 'more place')}.")
    if found.holds:
        _say(f"{counted(found.lines, 'line')}: each is as it was noted, and none is missing.")
        _say(f"Newest: {found.head.number}, {found.head.hash.hex()}. Keep this hash elsewhere, for --expect.")
    if expect and found.expected_at is None:
        _say("No line has the hash that was expected: lines were cut off the end, or the whole log was written anew.")
    elif expect:
        _say(f"The hash that was expected is that of line {found.expected_at}.")


def _sentence(broken: Break) -> str:
    match broken.fault:
        case "missing":
            which = f"Line {broken.number}" if broken.number == broken.upto else f"Lines {broken.number}-{broken.upto}"
            return f"{which}: missing."
        case "changed":
            return f"Line {broken.number}: not as it was noted, or not where; or the hash of the one before it is not."
        case "head":
            return f"The newest line kept apart is {broken.number}, and the last one that there is {broken.upto}."


def _say(sentence: str) -> None:
    screen.print(sentence, highlight=False, markup=False, soft_wrap=True)

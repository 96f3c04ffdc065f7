"""The commands of the terminal: a line that begins with a slash."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Literal

from chatserver.client import ChatClosed, ChatError
from chatserver.protocol.commands import MAX_HISTORY
from chatserver.protocol.events import Role
from chatserver.terminal import reading_along, saved_texts
from chatserver.terminal.cases import COMMANDS as CASE_COMMANDS
from chatserver.terminal.change_commands import COMMANDS as CHANGE_COMMANDS
from chatserver.terminal.change_commands import obey as obey_change
from chatserver.terminal.desk import HISTORY_AT_START, Desk
from chatserver.terminal.files import obey as obey_files
from chatserver.terminal.helping import COMMANDS as HELPING
from chatserver.terminal.later import COMMANDS as LATER
from chatserver.terminal.later import later
from chatserver.terminal.no_answer import NO_ANSWER, no_answer
from chatserver.terminal.notices import COMMANDS as NOTICE_COMMANDS
from chatserver.terminal.searching import COMMANDS as SEARCHING
from chatserver.terminal.searching import search
from chatserver.terminal.sending_on import COMMANDS as SENDING_ON
from chatserver.terminal.sending_on import send_on
from chatserver.terminal.session_commands import COMMANDS as SESSION_COMMANDS

_HELP = (
    "help_list",
    "help_to",
    "help_next",
    "help_history",
    "help_search",
    "help_files",
    "help_check",
    "help_newline",
    "help_quit",
)
_HELP_SESSIONS = ("help_sessions", "help_book", "help_join", "help_move", "help_cancel")
_HELP_NOTICES = ("help_notices",)
_HELP_OWN = (
    *("help_attach", "help_mute", "help_later", "help_exercises"),
    *("help_reply", "help_edit", "help_delete", "help_react", "help_numbers"),
)
_HELP_MEMBER = ("help_lines", "help_urgent", "help_remind")
_HELP_MENTOR = ("help_texts", "help_no_answer", "help_finish", "help_noshow")
_HELP_CASES = ("help_cases", "help_request")
_HELP_OWN_CASES = ("help_question", "help_report")
_HELP_MEMBER_CASES = ("help_switch", "help_resign", "help_cadence", "help_another", "help_send_on")
_HELP_MENTOR_CASES = ("help_quiet", "help_fit", "help_leaving", "help_cadence", "help_another")
_HELP_SUPPORT = ("help_board", "help_follow", "help_unfollow")


_WITH_REST = {
    **dict.fromkeys(SENDING_ON, send_on),
    **dict.fromkeys(SEARCHING, search),
    **dict.fromkeys(LATER, later),
}
"""Who does what a command says, given the rest of its line."""

Obeyed = Literal["done", "leave", "unknown"]


async def obey(desk: Desk, line: str) -> Obeyed:
    """Do what a line such as `/to mia` says. An unknown command may be a text that was meant to be sent."""
    command, _, rest = line.partition(" ")
    command, rest = command.lower(), rest.strip()
    desks: dict[str, Callable[[str, str], Awaitable[None]]] = {
        **dict.fromkeys(SESSION_COMMANDS, desk.sessions.obey),
        **dict.fromkeys(NOTICE_COMMANDS, desk.notices.obey),
        **dict.fromkeys(HELPING, desk.helping.obey),
        **dict.fromkeys(CASE_COMMANDS, desk.cases.obey),
        **dict.fromkeys(CHANGE_COMMANDS, partial(obey_change, desk)),
    }
    try:
        if command in desks:
            await desks[command](command, rest)
        elif command in _WITH_REST:
            await _WITH_REST[command](desk, rest)
        elif command == NO_ANSWER:
            await no_answer(desk)
        else:
            return await _obey(desk, command, rest)
    except ChatError as fault:
        desk.announce(fault.message)
    except ChatClosed:
        return "leave"
    return "done"


async def _obey(desk: Desk, command: str, rest: str) -> Obeyed:
    match command:
        case "/quit":
            return "leave"
        case "/help":
            for key in _help(desk.role, edits=desk.directory.edit_minutes > 0):
                desk.announce(desk.texts(key))
        case "/list":
            desk.list_conversations()
        case "/to":
            await _to(desk, rest)
        case "/next":
            await _next(desk)
        case "/history":
            await _history(desk, rest)
        case "/check":
            await _check(desk)
        case "/texts" | "/text" | "/exercises" | "/board" | "/follow" | "/unfollow" | "/attach" | "/files" | "/save":
            await _of_some_roles(desk, command, rest)
        case _:
            desk.announce(desk.texts("unknown_command", command=command, hint=desk.texts("hint")))
            return "unknown"
    return "done"


def _help(role: Role, *, edits: bool) -> list[str]:
    """The keys of the lines that are for that role."""
    keys = [*_HELP[:-2], *_HELP_SESSIONS]
    if role != "service":
        keys += _HELP_NOTICES
    if role in ("member", "mentor"):
        keys += [each for each in _HELP_OWN if edits or each != "help_edit"]
    if role == "member":
        keys += _HELP_MEMBER
    if role == "mentor":
        keys += _HELP_MENTOR
    if role != "service":
        keys += _HELP_CASES
    if role in ("member", "mentor"):
        keys += _HELP_OWN_CASES
        keys += _HELP_MEMBER_CASES if role == "member" else _HELP_MENTOR_CASES
    if role in ("support", "service"):
        keys += _HELP_SUPPORT
    return [*keys, *_HELP[-2:]]


async def _to(desk: Desk, name: str) -> None:
    directory = desk.directory
    match directory.matching(name) if name else []:
        case []:
            desk.announce(desk.texts("no_such", name=name or "?", names=directory.labels()))
        case [found]:
            await desk.open(found.id)
        case [first, *_] as several:
            names = ", ".join(map(directory.label, several))
            desk.announce(desk.texts("several_such", name=name, names=names, id=first.id))


async def _next(desk: Desk) -> None:
    match desk.directory.beside(desk.current):
        case [first, *_]:
            await desk.open(first.id)
        case _:
            desk.announce(desk.texts("nothing_elsewhere"))


async def _of_some_roles(desk: Desk, command: str, id: str) -> None:
    match command:
        case "/attach" | "/files" | "/save":
            await obey_files(desk, command, id)
        case "/texts" | "/text" | "/exercises":
            await saved_texts.obey(desk, command, id)
        case "/board":
            await reading_along.board(desk)
        case "/follow":
            await reading_along.follow(desk, id)
        case _:
            await reading_along.unfollow(desk, id)


async def _history(desk: Desk, count: str) -> None:
    number = int(count) if count.isdecimal() else HISTORY_AT_START if not count else 0
    if desk.current is None:
        desk.announce(desk.texts("open_one_first", hint=desk.how_to_open))
    elif 1 <= number <= MAX_HISTORY:
        await desk.show_history(number)
    else:
        desk.announce(desk.texts("wrong_number"))


async def _check(desk: Desk) -> None:
    if desk.current is None:
        desk.announce(desk.texts("open_one_first", hint=desk.how_to_open))
        return
    await desk.chat.check(desk.current.id)
    desk.announce(" · ".join(desk.directory.standing(desk.current)))

"""The input line, what is on its way above it, and the state lines below. The transcript scrolls over them."""

from typing import assert_never

from prompt_toolkit import PromptSession, print_formatted_text
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.patch_stdout import patch_stdout
from prompt_toolkit.styles import Style

from chatserver.protocol.visible import shows
from chatserver.terminal.commands import obey
from chatserver.terminal.desk import Desk
from chatserver.terminal.toolbar import toolbar
from chatserver.terminal.transcript import TranscriptLine, short

STYLE = Style.from_dict(
    {
        "own": "ansicyan bold",
        "member": "ansigreen bold",
        "mentor": "ansimagenta bold",
        "support": "ansiyellow bold",
        "service": "ansiyellow bold",
        "time": "ansibrightblack",
        "rule": "ansibrightblack",
        "day": "ansibrightblack bold",
        "elsewhere": "ansibrightblack",
        "announcement": "ansiyellow",
        "erased": "italic ansibrightblack",
        "unsent": "ansibrightblack",
        "hint": "ansibrightblack",
        "prompt": "ansicyan bold",
        "prompt.locked": "ansiyellow bold",
        "good": "ansigreen",
        "wait": "ansiyellow",
        "bad": "ansired bold",
        "bottom-toolbar": "noreverse",
    }
)
UNSENT_SHOWN = 5
"""Texts on their way that are shown above the input line."""


class Screen:
    """The terminal of one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._returned: list[str] = []
        self._session: PromptSession[str] = PromptSession(
            self._prompt,
            multiline=True,
            wrap_lines=True,
            bottom_toolbar=self._toolbar,
            placeholder=self._placeholder,
            prompt_continuation="  ",
            key_bindings=self._keys(),
            style=STYLE,
            refresh_interval=1.0,
            reserve_space_for_menu=0,
            complete_while_typing=False,
            erase_when_done=True,
        )
        self._session.default_buffer.on_text_changed += self._typed
        desk.put_on(self)

    @property
    def width(self) -> int:
        return self._session.output.get_size().columns

    @property
    def draft(self) -> str:
        """What stands in the input line."""
        return self._session.default_buffer.text

    async def run(self) -> None:
        """Until the person leaves."""
        with patch_stdout(raw=True):
            await self._session.prompt_async()

    def leave(self) -> None:
        if self._session.app.is_running and not self._session.app.is_done:
            self._session.app.exit(result="")

    def print(self, lines: list[TranscriptLine]) -> None:
        pieces = [piece for line in lines for piece in [*line, ("", "\n")]]
        print_formatted_text(FormattedText(pieces), style=STYLE, end="", output=self._session.output)

    def refresh(self) -> None:
        self._session.app.invalidate()

    def put_back(self, text: str) -> None:
        """Before what is being typed, after what was put back earlier."""
        buffer = self._session.default_buffer
        earlier = "\n".join(self._returned)
        if not (earlier and buffer.text.startswith(earlier)):
            self._returned, earlier = [], ""
        typed = buffer.text[len(earlier) :].removeprefix("\n")
        self._returned.append(text)
        buffer.text = "\n".join([*self._returned, *([typed] if typed else [])])
        buffer.cursor_position = len(buffer.text)

    # Keys

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()

        @keys.add("enter")
        def _(event: KeyPressEvent) -> None:
            self._enter(event)

        @keys.add("escape", "enter")
        def _(event: KeyPressEvent) -> None:
            event.current_buffer.insert_text("\n")

        @keys.add("c-c")
        def _(event: KeyPressEvent) -> None:
            event.app.exit(result="")

        @keys.add("c-d")
        def _(event: KeyPressEvent) -> None:
            if event.current_buffer.text:
                event.current_buffer.delete()
            else:
                event.app.exit(result="")

        return keys

    def _enter(self, event: KeyPressEvent) -> None:
        text = event.current_buffer.text
        if _is_command(text):
            event.current_buffer.reset(append_to_history=True)
            event.app.create_background_task(self._obey(text))
        elif not shows(text):
            return
        elif self._desk.current is None:
            self._desk.announce(self._desk.texts("open_one_first", hint=self._desk.how_to_open))
        elif self._desk.can_write:
            self._hand_over()
        else:
            event.app.create_background_task(self._ask_again(text))

    def _hand_over(self) -> None:
        buffer = self._session.default_buffer
        text = buffer.text.strip("\n")
        self._returned = []
        buffer.reset(append_to_history=True)
        self._desk.send(text)

    async def _obey(self, line: str) -> None:
        match await obey(self._desk, line):
            case "leave":
                self.leave()
            case "unknown":
                self.put_back(line)
            case "done":
                pass
            case never:
                assert_never(never)

    async def _ask_again(self, text: str) -> None:
        """The server may have opened a moment ago. The text stays where it is until it can be sent."""
        if await self._desk.recheck(text) and self.draft == text:
            self._hand_over()

    def _typed(self, buffer: Buffer) -> None:
        if buffer.text and not _is_command(buffer.text):
            self._desk.typing()

    # Above and below the input line

    def _prompt(self) -> FormattedText:
        pieces: TranscriptLine = [("", "\n")]
        waiting = self._desk.outgoing.unsent
        for unsent in waiting[-UNSENT_SHOWN:]:
            pieces.append(("class:unsent", f"… {short(unsent.body, self.width - 3)}\n"))
        writable = self._desk.current is None or self._desk.can_write
        pieces.append(("class:prompt", "› ") if writable else ("class:prompt.locked", "× "))
        return FormattedText(pieces)

    def _placeholder(self) -> FormattedText:
        desk = self._desk
        if desk.current is None:
            text = desk.how_to_open if desk.user else ""
        elif desk.can_write:
            text = desk.texts("hint")
        else:
            text = " · ".join(desk.directory.standing(desk.current))
        return FormattedText([("class:hint", short(text, self.width - 4))])

    def _toolbar(self) -> FormattedText:
        pieces = [piece for row in toolbar(self._desk, self.width) for piece in [*row, ("", "\n")]]
        return FormattedText(pieces[:-1])


def _is_command(text: str) -> bool:
    """A pasted text of several lines may begin with a slash and is none."""
    return text.startswith("/") and "\n" not in text

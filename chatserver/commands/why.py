"""`chatserver why`."""

import os
from pathlib import Path
from urllib.parse import quote

from chatserver.client import http
from chatserver.commands.chat import token_of
from chatserver.commands.faults import one_sentence
from chatserver.commands.screen import screen
from chatserver.settings import DEFAULT_URL, SettingsError
from chatserver.terminal.texts import choose_language
from chatserver.terminal.why import WhyShown, show


def why(
    conversation: str,
    /,
    *,
    url: str = DEFAULT_URL,
    token_file: Path | None = None,
    language: str | None = None,
) -> None:
    """Explain a conversation: the steps that led to its lock, its writing window and its reply deadline.

    The token is read from a file or from CHATSERVER_TOKEN. With a member's token, only what is about writing.

    Parameters
    ----------
    conversation
        Id of the conversation.
    url
        Address of the server.
    token_file
        File that holds the token.
    language
        en, nb or da; the terminal's own by default.
    """
    with one_sentence():
        token = token_of(token_file)
        path = f"/v1/conversations/{quote(conversation, safe='')}/why"
        try:
            spoken = choose_language(language, os.environ)
            answer = http.get(url, path, {"language": spoken}, token, WhyShown)
        except ValueError as error:
            raise SettingsError(str(error)) from None
        show(screen, answer)

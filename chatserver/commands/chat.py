"""`chatserver chat`."""

import asyncio
import os
import sys
from pathlib import Path

from chatserver.commands.faults import one_sentence
from chatserver.settings import DEFAULT_URL, SettingsError
from chatserver.terminal import chat as terminal_chat
from quotas.text_files import NotUtf8Error, read_text


def chat(
    *,
    url: str = DEFAULT_URL,
    token_file: Path | None = None,
    conversation: str | None = None,
    language: str | None = None,
) -> None:
    """Chat in the terminal. The token is read from a file or from CHATSERVER_TOKEN, never from an argument.

    Parameters
    ----------
    url
        Address of the server.
    token_file
        File that holds the token.
    conversation
        Conversation to open; in a pipe support must name one.
    language
        en, nb or da; the terminal's own by default.
    """
    with one_sentence():
        token = token_of(token_file)
        try:
            status = asyncio.run(terminal_chat.run(url=url, token=token, conversation=conversation, language=language))
        except ValueError as error:
            raise SettingsError(str(error)) from None
        except KeyboardInterrupt:
            status = 0
        sys.exit(status)


def token_of(file: Path | None) -> str:
    """The token in a file, or in CHATSERVER_TOKEN where none is named. Raises SettingsError."""
    if file is None:
        if token := os.environ.get("CHATSERVER_TOKEN"):
            return token
        raise SettingsError("no token: name its file with --token-file, or set CHATSERVER_TOKEN")
    try:
        token = read_text(file).strip()
    except OSError as error:
        raise SettingsError(f"--token-file {file}: {error.strerror}") from None
    except NotUtf8Error as error:
        raise SettingsError(f"--token-file {file}: {error}") from None
    if not token or not token.isascii() or len(token.split()) > 1:
        raise SettingsError(f"--token-file {file}: is not a token")
    return token

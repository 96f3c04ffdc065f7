"""A folder of mails, where no relay is set: a file each, which `chatserver mail` and any mail program read."""

import asyncio
import logging
import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from chatserver.notices.delivery import Delivered, NotNow
from chatserver.notices.mail_post import PostedMail
from chatserver.private_files import make_folder, open_private

KEPT_MAILS = 1_000
"""The latest ones: nobody else empties the folder."""
_PRUNE_EVERY = 50
ABOUT = "X-Chatserver-About"
"""Headers that mails have in the folder only: who they are to, and what they are about."""

logger = logging.getLogger(__name__)


class Mailbox:
    """A `MailPost`. Several processes may share the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._posted = 0

    async def post(self, mail: PostedMail) -> Delivered | NotNow:
        """The same mail again takes the place of the first."""
        try:
            await asyncio.to_thread(self._write, mail)
        except OSError as error:
            logger.warning("%s: mails cannot be written there: %s", self._folder, error.strerror)
            return NotNow("mails cannot be written into the data folder")
        return Delivered()

    async def close(self) -> None:
        """Nothing is open."""

    def _write(self, mail: PostedMail) -> None:
        make_folder(self._folder)
        # Nobody reads half a file: it gets its name when it is whole.
        draft = self._folder / f".{mail.name}.{os.getpid()}"
        try:
            with open_private(draft, "w") as file:
                file.buffer.write("".join(f"{ABOUT}: {each}\r\n" for each in mail.about).encode())
                file.buffer.write(mail.content)
            draft.replace(self._folder / f"{mail.name}.eml")
        finally:
            draft.unlink(missing_ok=True)
        if self._posted % _PRUNE_EVERY == 0:
            for old in mails_in(self._folder)[KEPT_MAILS:]:
                with suppress(FileNotFoundError):  # another process was first
                    old.unlink()
        self._posted += 1


def remove_mails(folder: Path, about: Collection[str]) -> None:
    """Those to or about any of these, also such as were never finished. Raises OSError."""
    for file in folder.glob("*"):
        with suppress(FileNotFoundError):  # a server was first
            if file.is_file() and not _about(file).isdisjoint(about):
                file.unlink()


def _about(file: Path) -> set[str]:
    found = set()
    with file.open("rb") as content:
        while (line := content.readline()).startswith(f"{ABOUT}: ".encode()):
            found.add(line.decode().partition(": ")[2].rstrip())
    return found


def mailbox_folder(data_dir: Path) -> Path:
    """Where the server of that data folder puts mails."""
    return data_dir / "mail"


def mails_in(folder: Path) -> list[Path]:
    """The files of the mails in it, the latest first."""
    return sorted(folder.glob("[!.]*.eml"), reverse=True)

"""Faults that are nobody's bug, in one sentence."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from chatserver.settings import SettingsError


@contextmanager
def one_sentence() -> Iterator[None]:
    """Turn a fault that is nobody's bug into one sentence and exit status 1."""
    try:
        yield
    except Exception as error:
        if not isinstance(error, faults()):
            raise
        from rich.text import Text  # rich is for those who have something to print

        from chatserver.commands.screen import errors

        errors.print(Text.assemble(("chatserver:", "red"), f" {sentence_of(error)}"), soft_wrap=True)
        sys.exit(1)


def sentence_of(fault: Exception) -> str:
    """What there is to say of it."""
    return str(fault.args[0] if fault.args else fault)


def faults() -> tuple[type[Exception], ...]:
    """What a command can meet that is nobody's bug. Imported where something went wrong: it is most of the code."""
    from chatserver.attachments.file_store import FileStoreError
    from chatserver.backup.manifest import BackupError
    from chatserver.composition.opening import StartError
    from chatserver.operating.clock_shift import ClockShiftError
    from chatserver.operating.embedded import EmbeddedStoreError
    from chatserver.personal_data.subject import UnknownPersonError
    from chatserver.records.database import DatabaseError
    from quotas.policy_file import PolicyError
    from quotas.replay import TimelineError
    from quotas.store.errors import StoreError
    from quotas.terms import UnjudgeableError

    return (
        SettingsError,
        PolicyError,
        EmbeddedStoreError,
        DatabaseError,
        StoreError,
        ClockShiftError,
        TimelineError,
        UnjudgeableError,
        UnknownPersonError,
        StartError,
        BackupError,
        FileStoreError,
    )

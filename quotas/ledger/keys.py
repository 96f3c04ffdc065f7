"""Names of keys and channels. Every one carries its partition's hash tag, so that a partition shares a cluster slot."""

from zlib import crc32

PARTITIONS = 256
"""Fixed for the life of a store: a conversation's partition is worked out from its id."""

META = "{chatserver}:meta"
"""Hash of what holds for the whole store: `shift` (ms that its clock runs ahead), `traceless` (the instant before which
whatever was deleted has left no bytes)."""
CLOCK = "{chatserver}:clock"
"""Sharded channel: the shift that a shifted clock was moved to, and the partitions in which something is due by it."""
RECORDER = "{chatserver}:recorder"
"""String with a lease: the process that stores what became of waits in the records."""
ARCHIVIST = "{chatserver}:archivist"
"""String with a lease: the process that moves messages to the archive."""
SUPPORT = "{chatserver}:support"
"""Sharded channel of what concerns all of support: `feed.cased`."""
SWEEPER = "{chatserver}:sweeper"
"""String with a lease: the process that removes files nobody sent, or that were taken back."""
CLEANER = "{chatserver}:cleaner"
"""String with a lease: the process that removes the bytes that are left of deleted messages."""
TELLER = "{chatserver}:teller"
"""String with a lease: the process that tells what happened at sessions and was left untold."""


def partition(name: str) -> int:
    """The number of the partition of a conversation or person."""
    return crc32(name.encode()) % PARTITIONS


def tag(name: str) -> str:
    """The hash tag of the partition of a conversation or person."""
    return f"{{{partition(name)}}}"


def conversation(name: str) -> str:
    """Hash: settings, usage, wait, last seq, read marks, number of the last event, reasons of the last refusals.

    And the last warning (`warned`) and overtime (`overtime`) that were noted.
    """
    return f"{tag(name)}:conversation:{name}"


def log(name: str) -> str:
    """Stream of messages; an entry's id is `<seq>-<instant>`."""
    return f"{tag(name)}:log:{name}"


def changes(name: str) -> str:
    """Sorted set of the seqs of edits, deletions and reactions, by the seq of the message that each is about.

    Of those that are in the log, and some that were.
    """
    return f"{tag(name)}:changes:{name}"


def blanked(name: str) -> str:
    """Hash: what was deleted, by seq: `<seq of the deletion> <instant>\\n<entry without its text>`.

    The log has no entry in that place. Of what is in the archive alone, and not blanked there yet, only the former.
    """
    return f"{tag(name)}:blanked:{name}"


def sent(name: str, generation: int) -> str:
    """Hash of message ids and their first answers, for even or odd generations of 48 h."""
    return f"{tag(name)}:sent:{generation % 2}:{name}"


def feed(name: str) -> str:
    """Sharded channel of what happens in a conversation."""
    return f"{tag(name)}:feed:{name}"


def person(name: str) -> str:
    """Set of the conversations of a person."""
    return f"{tag(name)}:person:{name}"


def person_feed(name: str) -> str:
    """Sharded channel of what concerns a person as a whole: `<conversation>` was added, or what `feed` says of it."""
    return f"{tag(name)}:people:{name}"


def revoked(name: str) -> str:
    """Sorted set of the people of a partition whose tokens were revoked, by the instant before which."""
    return f"{tag(name)}:revoked"


def signed_out(name: str) -> str:
    """Sorted set of the ended sign-ins of the people of a partition, by the instant at which they were ended."""
    return f"{tag(name)}:signed-out"


def waits(partition: int) -> str:
    """Sorted set of the conversations in which an answer is owed, by deadline; +inf where none is promised."""
    return f"{{{partition}}}:waits"


def missed(partition: int) -> str:
    """Sorted set of those conversations of `waits` whose miss was noted, by deadline."""
    return f"{{{partition}}}:missed"


def timers(partition: int) -> str:
    """Sorted set of the timers of conversations, see `timer`, by the instant at which they ring."""
    return f"{{{partition}}}:timers"


def timer(kind: str, name: str) -> str:
    """A timer in `timers`: what for, and of what."""
    return f"{kind}:{name}"


def armed(partition: int) -> str:
    """String: the deadline up to which every open wait of `waits` has its timer; further ones may have none yet."""
    return f"{{{partition}}}:armed"


def shift(partition: int) -> str:
    """String: the shift in ms that the partition's clock was moved to; none where it never was."""
    return f"{{{partition}}}:shift"


def events(partition: int) -> str:
    """Stream of what became of waits, and of refusals; emptied as they are stored in the records."""
    return f"{{{partition}}}:events"


def board(partition: int) -> str:
    """Sharded channel of every change of a wait: `<conversation> <since> <due> <missed>`, since 0 where it is over."""
    return f"{{{partition}}}:board"


def work(partition: int) -> str:
    """Sharded channel of what has come up in a partition for those who do its work; see `feed.WORK`."""
    return f"{{{partition}}}:work"


def unarchived(partition: int) -> str:
    """Sorted set of the conversations at which the archive must look, by the instant since which, or at which."""
    return f"{{{partition}}}:unarchived"


def kept(tag: str) -> str:
    """String, written ahead of every wait for a replica and gone after a minute: it marks a place in the history."""
    return f"{tag}:kept"


def presence(name: str) -> str:
    """Sorted set of who is there in a conversation (`<person> <process>`), by the instant at which the lease ends."""
    return f"{tag(name)}:presence:{name}"

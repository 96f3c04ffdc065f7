"""A process that notes and sends is killed at it: nothing stays unsent, and what comes twice is known."""

import asyncio

from rich.progress import Progress

from benchmarks.mail_sink import Received
from benchmarks.notices import Life, as_received, killed, repeats


def test_nothing_stays_unsent_while_the_process_is_killed() -> None:
    """Mails come twice only where the relay had said 250 and the process died before it could note that."""
    found = asyncio.run(killed(5, 1, Progress(disable=True), (0.3, 1.0)))
    assert found.noted >= 5
    assert (found.unsent, found.unexplained) == (0, 0)
    assert found.kills == 5


def test_only_what_was_taken_right_before_its_sender_died_may_come_twice() -> None:
    first, second = Life("first", 0.0, 100.0), Life("second", 101.0)

    def again(*instants: float) -> tuple[int, int]:
        explained, unexplained = repeats([Received("a", at) for at in instants], [first, second])
        return len(explained), unexplained

    assert again(99.9) == (0, 0)
    assert again(99.9, 102.0) == (1, 0)
    assert again(98.0, 99.9) == (0, 1), "its sender lived on"
    assert again(50.0, 102.0) == (0, 1), "it had long been noted"
    assert again(99.9, 102.0, 103.0) == (1, 1)


def test_keys_are_told_from_message_ids() -> None:
    assert as_received("17.1795796357015.mail") == "17.1795796357015.mail"

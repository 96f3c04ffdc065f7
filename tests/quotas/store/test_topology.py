"""Slots of keys, as redis-py counts them."""

from hypothesis import example, given
from hypothesis.strategies import binary, lists, sampled_from
from redis.crc import key_slot

from quotas.store.topology import slot_of


@given(lists(sampled_from([b"{", b"}", b"a", b"\x00", b"\xff"])).map(b"".join) | binary())
@example(b"{c:1}state")
@example(b"{}")
@example(b"{")
@example(b"a{}{b}")
@example(b"{{a}}")
def test_the_slot_of_a_key(key: bytes) -> None:
    """With braces and without, closed and not, around something and around nothing."""
    assert slot_of(key) == key_slot(key)


def test_the_slot_of_a_text() -> None:
    """It is that of its UTF-8."""
    assert slot_of("{blåbær}") == key_slot("{blåbær}".encode())

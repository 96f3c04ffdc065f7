"""Sealing: what one key of one conversation seals, it alone opens, and only unchanged."""

import pytest

from chatserver.keys.sealing import Key, SealError, new_secret, number_of, unwrap, wrap
from quotas.ledger.base import DIGEST_BYTES

SECRET = bytes(range(32))
TEXT = '"æøå 👋"'.encode()


def test_what_is_sealed_opens_again() -> None:
    """With the number that it was sealed under, by another object of the same key."""
    for text in (b'""', TEXT, b"x" * 100_000):
        sealed = Key("c1", 513, SECRET).seal(text)
        assert number_of(sealed) == 513
        assert text not in sealed
        assert Key("c1", 513, SECRET).open(sealed) == text


def test_the_same_text_is_never_sealed_alike() -> None:
    key = Key("c1", 1, SECRET)
    assert len({key.seal(TEXT) for _ in range(100)}) == 100


def test_no_changed_byte_goes_unnoticed() -> None:
    """Nonce, text and tag; the number says which key to take, and another key does not open it either."""
    key = Key("c1", 1, SECRET)
    sealed = key.seal(TEXT)
    for place in range(2, len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(SealError):
            key.open(bytes(changed))
    for length in range(len(sealed)):
        with pytest.raises(SealError):
            key.open(sealed[:length])


@pytest.mark.parametrize("other", [Key("c2", 1, SECRET), Key("c1", 1, new_secret())], ids=["conversation", "secret"])
def test_another_key_does_not_open_it(other: Key) -> None:
    with pytest.raises(SealError):
        other.open(Key("c1", 1, SECRET).seal(TEXT))


def test_digests_tell_texts_apart_and_nothing_without_the_key() -> None:
    key = Key("c1", 1, SECRET)
    assert key.digest(TEXT) == Key("c1", 1, SECRET).digest(TEXT)
    assert len(key.digest(TEXT)) == DIGEST_BYTES
    assert key.digest(TEXT) != key.digest(TEXT + b" ")
    assert key.digest(TEXT) != Key("c1", 1, new_secret()).digest(TEXT)


def test_a_wrapped_key_opens_in_its_own_place_only() -> None:
    """A row copied to another conversation or number is refused."""
    master = new_secret()
    wrapped = wrap(master, SECRET, "c1", 1)
    assert SECRET not in wrapped
    assert unwrap(master, wrapped, "c1", 1) == SECRET
    for elsewhere in ((master, wrapped, "c2", 1), (master, wrapped, "c1", 2), (new_secret(), wrapped, "c1", 1)):
        with pytest.raises(SealError):
            unwrap(*elsewhere)
    with pytest.raises(SealError):
        unwrap(master, wrapped[:11], "c1", 1)


def test_no_sealed_text_has_number_0() -> None:
    assert number_of(b"") == 0

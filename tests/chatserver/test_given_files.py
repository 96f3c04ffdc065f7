"""Files that people hand over, as their editors save them: UTF-8 with a byte order mark is read, UTF-16 is named."""

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chatserver.access.token_keys import key_source
from chatserver.commands.chat import token_of
from chatserver.commands.replay import lines_of
from chatserver.keys.master_keys import master_keys
from chatserver.settings import Settings, jwt_secret, load
from quotas.policy_file import load_policy

SECRET = "correct horse battery staple 0123456789"
PEM = Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def secret_in(file: Path) -> str:
    """The token secret of a data directory, of which `file` is `secrets/jwt`."""
    return jwt_secret(Settings(data_dir=file.parents[1]))


GIVEN: dict[str, tuple[str, Callable[[Path], object]]] = {
    "policy": ("[plans.evening]\nwriting = { kind = 'weekdays' }\n", load_policy),
    "settings": ("port = 0\n", lambda file: load({"config": file}, {})[0]),
    "token secret": (SECRET + "\n", secret_in),
    "master keys": (f"one {b64encode(bytes(32)).decode()}\n", lambda at: master_keys(Settings(master_key_file=at)).ids),
    "public key": (PEM, lambda file: key_source(Settings(jwt_key_file=file)).algorithms),
    "token": ("x.y.z\n", token_of),
    "timeline": ('{"do": "check"}\n', lines_of),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    folder.mkdir()
    file = folder / "jwt"
    file.touch(0o600)
    return file


@pytest.mark.parametrize("kind", GIVEN)
def test_a_byte_order_mark_changes_nothing(file: Path, kind: str) -> None:
    text, read = GIVEN[kind]
    file.write_text(text, encoding="utf-8")
    plain = read(file)
    file.write_text(text, encoding="utf-8-sig")
    assert read(file) == plain


@pytest.mark.parametrize("kind", GIVEN)
def test_utf_16_is_one_sentence(file: Path, kind: str) -> None:
    text, read = GIVEN[kind]
    file.write_text(text, encoding="utf-16")
    with pytest.raises(ValueError, match=r"jwt.* is UTF-16, as some editors save it; save it as UTF-8"):
        read(file)

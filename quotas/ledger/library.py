"""The ledger's functions in the store: the Lua files, put together as one library."""

from hashlib import sha256
from importlib.resources import files

_FILES = (
    *("common", "feed", "conversation", "timers", "waits", "deadlines", "turning", "unread", "refusals", "log"),
    *("messages", "changes", "notes", "events", "acknowledging", "settings", "board", "archive"),
)
"""In this order: each may use what those before it have."""

_FOLDER = files("quotas.ledger").joinpath("lua")
_SOURCE = "\n".join(_FOLDER.joinpath(f"{name}.lua").read_text(encoding="utf-8") for name in _FILES)
VERSION = sha256(_SOURCE.encode()).hexdigest()[:8]
"""Part of the library's and its functions' names, so that two releases can work on one store."""
LIBRARY = _SOURCE.replace("@VERSION@", VERSION)

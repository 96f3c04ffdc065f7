"""The flags that server commands share, and the settings that they give."""

import os
from dataclasses import asdict, dataclass
from pathlib import Path

from cyclopts import Parameter
from msgspec.structs import replace

from chatserver.settings import Settings, load


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class ServerFlags:
    """Settings given as flags; what is left out comes from the environment, then the file, then the defaults."""

    host: str | None = None
    """Address to listen on."""
    port: int | None = None
    """TCP port to listen on; 0 picks a free one."""
    workers: int | None = None
    """Processes that share the port; one for each core that is to serve."""
    data_dir: Path | None = None
    """Folder of the embedded store, the SQLite file and the generated secrets."""
    redis_url: str | None = None
    """Redis or Valkey to use instead of the embedded one."""
    database_url: str | None = None
    """Database of records instead of the SQLite file."""
    policy: Path | None = None
    """TOML file that changes plans and calendar."""
    now: str | None = None
    """Shift the clock to this instant (RFC 3339), for demos and tests."""
    config: Path | None = None
    """TOML file with settings."""


NO_FLAGS = ServerFlags()


def settings_of(flags: ServerFlags, *, data_dir: Path | None = None) -> Settings:
    """The settings that flags, environment and file give together; `data_dir` where none of them names a folder."""
    settings, sources = load(asdict(flags), os.environ)
    if data_dir is not None and sources["data_dir"] == "default":
        return replace(settings, data_dir=data_dir)
    return settings

"""What commands need that work on the data of a server: that it is there."""

from pathlib import Path

from chatserver.settings import Settings, SettingsError


def require_records(settings: Settings) -> None:
    """Raises SettingsError where there is no database: a mistyped folder would be made, with an empty one in it."""
    url = settings.records_url
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise SettingsError(
            f"{url.database}: there are no records; name the server's folder with --data-dir, or its database with "
            "--database-url"
        )

"""Whatever the table of cases asks of the rest of the product is done by it."""

from pathlib import Path
from typing import get_args

from chatserver.foundation import records_and_ledger
from chatserver.settings import Settings
from quotas.cases.rules import CaseEffect, SuspendAction
from tests.chatserver.realtime.servers import SECRET, here

EVERY = {*get_args(CaseEffect), *get_args(SuspendAction)}


async def test_a_server_does_all_of_it(valkey_url: str, tmp_path: Path) -> None:
    async with here(valkey_url, tmp_path) as server:
        assert set(server.parts.case_effects) == EVERY


async def test_without_keys_all_is_done_but_sealing(valkey_url: str, tmp_path: Path) -> None:
    """As where the clock is moved beside no server: what falls due later is done there too."""
    settings = Settings(data_dir=tmp_path, jwt_secret=SECRET)
    async with records_and_ledger(settings, valkey_url) as parts:
        assert set(parts.case_effects) == EVERY - {"seal_evidence"}

"""Whatever the table of cases asks of the rest of the product is done by it."""

from pathlib import Path
from typing import get_args

import pytest

from chatserver.cases.case_record import CaseTodo
from chatserver.cases.effects import EffectDone, carried_out
from chatserver.foundation import records_and_ledger
from chatserver.settings import Settings
from quotas.cases.record import Case, CaseActor
from quotas.cases.rules import CaseEffect, SuspendAction
from quotas.store.errors import StoreError
from tests.chatserver.realtime.servers import SECRET, here

CASE = Case(
    "r", "question", "c1", "mia", CaseActor("mia", "member"), opened_at=1, state="open", since=1, known_at=1, anchor=1
)
EVERY = {*get_args(CaseEffect), *get_args(SuspendAction)}


async def test_a_server_does_all_of_it(valkey_url: str, tmp_path: Path) -> None:
    async with here(valkey_url, tmp_path) as server:
        assert set(server.parts.case_effects) == EVERY


async def test_a_fault_in_one_is_left_to_support_with_its_trace_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """Else nobody could read any case of the conversation any more; what passes by itself is tried again."""

    async def broken(case: Case, at: int) -> str:
        raise OverflowError("int too big to convert")

    async def away(case: Case, at: int) -> str:
        raise StoreError("the store does not answer")

    done = await carried_out({"correct_units": broken}, CASE, CaseTodo("correct_units", 1))
    assert done == EffectDone("by_hand:correct_units", "a fault of the server, which its log tells of")
    assert "int too big" in caplog.text
    with pytest.raises(StoreError):
        await carried_out({"correct_units": away}, CASE, CaseTodo("correct_units", 1))


async def test_without_keys_all_is_done_but_sealing(valkey_url: str, tmp_path: Path) -> None:
    """As where the clock is moved beside no server: what falls due later is done there too."""
    settings = Settings(data_dir=tmp_path, jwt_secret=SECRET)
    async with records_and_ledger(settings, valkey_url) as parts:
        assert set(parts.case_effects) == EVERY - {"seal_evidence"}

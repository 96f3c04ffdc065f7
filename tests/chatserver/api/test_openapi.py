"""The OpenAPI document, and the running server held against it by schemathesis."""

import asyncio
import sys
from pathlib import Path

import pytest

from chatserver.api.problem import KINDS
from chatserver.api.routes import OPERATIONS
from chatserver.conversations.requests import ConversationChange
from quotas.instant import DAY, text
from tests.chatserver.api.serving import Served, bearer
from tests.databases import ON_EACH, Database
from tests.plain_http import http_client

CONFIG = """
seed = 1
max-failures = 20
continue-on-failure = true

[headers]
Authorization = "{authorization}"

[generation]
max-examples = {examples}

[checks.positive_data_acceptance]
# A request can be well-formed and still name a person, plan or zone that there is not.
expected-statuses = ["2xx", 403, 404, 409, 422{or_else}]

[cache]
enabled = false

# Without these, hardly any request that it makes up would meet a person, a conversation or a plan.
[dictionaries]
ids = {{ values = ["c1", "c2", "c3", "kari", "tom"] }}
members = {{ values = ["kari", "ola"] }}
mentors = {{ values = ["tom", "ann"] }}
plans = {{ values = ["light", "basic", "live", "live+", "video"] }}
zones = {{ values = ["Europe/Oslo", "Asia/Kathmandu", "UTC"] }}
countries = {{ values = ["", "NO", "DK"] }}
conversations = {{ values = ["c1", "c2"] }}
starts = {{ values = [{starts}] }}
kinds = {{ values = ["plan", "one_off"] }}

[parameters]
"path.id" = {{ dictionary = "ids", probability = 0.7 }}
"body.member" = {{ dictionary = "members", probability = 0.9 }}
"body.mentor" = {{ dictionary = "mentors", probability = 0.9 }}
"body.plan" = {{ dictionary = "plans", probability = 0.8 }}
"body.zone" = {{ dictionary = "zones", probability = 0.8 }}
"body.holidays" = {{ dictionary = "countries", probability = 0.8 }}
"body.conversation" = {{ dictionary = "conversations", probability = 0.9 }}
"body.starts_at" = {{ dictionary = "starts", probability = 0.9 }}
"body.kind" = {{ dictionary = "kinds", probability = 0.6 }}
"""
"""What schemathesis is told. The examples come on top of the requests that it works out from the document."""
ONLY_MADE_UP = """
[phases.coverage]
enabled = false

[phases.stateful]
enabled = false
"""
"""Without those that it works out."""


async def test_the_document_needs_no_token(server: Served) -> None:
    """It is OpenAPI 3.1 and lists every operation with its refusals."""
    async with http_client(server.url) as http:
        answer = await http.get("/v1/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    document = answer.json()
    assert document["openapi"].startswith("3.1")
    for operation in OPERATIONS:
        described = document["paths"][operation.path][operation.method.lower()]
        assert set(described["responses"]) == {str(status) for status in [*operation.answers, *operation.problems]}
        assert ("requestBody" in described) == (operation.body is not None or operation.upload)
    assert {status for operation in OPERATIONS for status in operation.problems} <= set(KINDS)


@ON_EACH
@pytest.mark.timeout(1_200)  # some thousand requests
@pytest.mark.parametrize(
    ("which", "or_else"),
    [("--exclude-operation-id", ""), ("--include-operation-id", ", 401")],
    ids=["all but revoking", "revoking"],  # It revokes its own token, whose user it reads from it.
)
async def test_schemathesis_finds_nothing(
    server: Served,
    two_conversations: None,
    tmp_path: Path,
    database_kind: Database,
    which: str,
    or_else: str,
) -> None:
    """Every check that it has, on requests right, wrong and in sequence, with a token that may do nearly everything.

    PostgreSQL is asked less: for what it alone does not take.
    """
    await server.write("c1", "mentor", "tom", "1", "Hei")
    await server.provisioning.change_conversation("c1", ConversationChange(plan="live"))
    today = await server.ledger.now() // DAY * DAY
    starts = ", ".join(f'"{text(today + number * DAY)}"' for number in range(1, 9))
    config = tmp_path / "schemathesis.toml"
    support = bearer("sara", "support")["Authorization"]
    made_up = 8 if database_kind == "sqlite" else 3
    settings = CONFIG.format(authorization=support, or_else=or_else, starts=starts, examples=made_up)
    config.write_text(settings if database_kind == "sqlite" else settings + ONLY_MADE_UP)
    program = Path(sys.executable).with_name("schemathesis")
    running = await asyncio.create_subprocess_exec(
        program,
        *("--config-file", config, "run", f"{server.url}/v1/openapi.json", which, "revokePerson"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=tmp_path,
    )
    said, _ = await running.communicate()
    assert running.returncode == 0, said.decode()

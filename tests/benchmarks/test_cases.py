"""What `python -m benchmarks.cases` makes: cases as the server takes them, which it lists for whoever may see them."""

import pytest

from benchmarks import cases
from benchmarks.servers import ground, serving


async def test_few(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "ASKED", 2)
    monkeypatch.setattr(cases, "WARM_UP", 1)
    done: list[int] = []
    with ground("off") as (site, store):
        site.policy.write_text(cases.POLICY)
        await cases.fill(site, database_url, 120, done.append)
        with serving(cases.server_on(database_url), site) as server:
            found = await cases.listed(site, server.pid)
            server_share, store_share = await cases.at_rest((server.pid, store), 0.2)
    assert sum(done) == 2 * 120
    assert {f"{each.query} {each.role}": each.cases for each in found} == {
        " support": 50,
        "?open=true support": 50,
        "?kind=ghosting&open=true support": 30,
        "?kind=mentor_switch&state=requested support": 50,
        "?assignee=sara&open=true support": found[4].cases,
        "?kind=no_show&open=true support": 0,
        " mentor": found[6].cases,
        " member": found[7].cases,
    }
    assert min(found[4].cases, found[6].cases) > 0
    assert all(len(each.waited) == 2 for each in found)
    assert min(server_share, store_share) >= 0

"""What the settings ask for: one's language, and one's own data as a file."""

import asyncio
from pathlib import Path

import pytest
from msgspec.json import decode

from chatserver.keyed import export_of
from chatserver.web.own_exports import AT_ONCE, ExportsBusyError, OwnExports
from tests.chatserver.realtime.servers import token
from tests.plain_http import http_client
from tests.web.signing_in import serving


async def test_ones_own_data_comes_as_a_file(valkey_url: str, tmp_path: Path) -> None:
    """What was written to the person is in it, and nothing of others; for people and for programs."""
    async with serving(valkey_url, tmp_path) as place:
        await place.server.conversation("c2", "basic", member="ola")
        async with place.server.device("mia") as mia, place.server.device("ola") as ola:
            await mia.write("Mia wrote this.", "m1", "c1")
            await ola.write("Ola wrote that.", "m2", "c2")
        browser = await place.browser(person="mia")
        data = await browser.post("/app/export", {"form": "data"})
        assert data.headers["content-disposition"] == 'attachment; filename="my-data.json"'
        assert data.headers["cache-control"] == "no-store"
        [conversation] = decode(data.content)["conversations"]
        assert [each["body"] for each in conversation["messages"]] == ["Mia wrote this."]
        page = await browser.post("/app/export", {"form": "page"})
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "Mia wrote this." in page.text
        assert "Ola" not in page.text


async def test_own_data_is_for_whoever_is_signed_in_and_for_few_at_once(valkey_url: str, tmp_path: Path) -> None:
    """Others wait, rather than the server for all."""
    async with serving(valkey_url, tmp_path) as place:
        assert (await (await place.browser()).post("/app/export")).status_code == 401
        parts = place.server.parts
        exports = OwnExports(export_of(parts))
        asked = await asyncio.gather(*(exports.file("mia", "data") for _ in range(AT_ONCE + 2)), return_exceptions=True)
        refused = [each for each in asked if isinstance(each, ExportsBusyError)]
        assert len(refused) == 2
        for file in asked:
            if not isinstance(file, BaseException):
                file.close()
        (await exports.file("mia", "page")).close()


@pytest.mark.parametrize("locale", ["nb", "da", "en"])
async def test_a_person_sets_their_language(valkey_url: str, tmp_path: Path, locale: str) -> None:
    """Nothing else of them changes by it."""
    bearer = {"Authorization": f"Bearer {token('mia')}"}
    async with serving(valkey_url, tmp_path) as place, http_client(place.url, headers=bearer) as http:
        before = (await http.get("/v1/people/mia")).json()
        answer = await http.put("/v1/people/mia/locale", json={"locale": locale})
        assert answer.json() == before | {"locale": locale, "updated_at": answer.json()["updated_at"]}
        assert (await http.put("/v1/people/mia/locale", json={"locale": "fr"})).status_code == 422

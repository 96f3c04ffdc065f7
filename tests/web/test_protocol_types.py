"""`protocol.ts` says what the Structs say."""

from chatserver.web.protocol_types import API_TYPES, PROTOCOL, api_types, protocol


def test_the_apps_know_the_protocol_of_this_server() -> None:
    """`make web` writes it anew."""
    assert PROTOCOL.read_text(encoding="utf-8") == protocol()
    assert API_TYPES.read_text(encoding="utf-8") == api_types()


def test_what_the_server_says_is_whole_and_what_apps_say_may_leave_out_defaults() -> None:
    """As docs/protocol.md promises; a message alone leaves out what is ordinary."""
    made = protocol()
    assert "export interface Refused {" in made
    assert "  opens_at: string | null;" in made
    assert "  erased?: boolean;" in made
    assert "  before?: number | null;" in made
    assert "?: Composer" not in made

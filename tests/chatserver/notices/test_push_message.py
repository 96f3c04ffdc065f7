"""What a push carries: bounded, without what a person wrote, and open to one browser only."""

import json
from base64 import urlsafe_b64decode

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from msgspec.structs import replace

from chatserver.notices.fact import FactName
from chatserver.notices.notice import Notice
from chatserver.notices.push_message import (
    MOST_MESSAGE_BYTES,
    STEP,
    PushManner,
    PushTarget,
    is_point,
    manner_of,
    message_of,
    sealed_for,
    subject_of,
)
from chatserver.notices.texts import NoticeWords
from quotas.instant import DAY, HOUR, MINUTE
from tests.chatserver.notices.browser import Browser

WORDS = NoticeWords("Mona has answered", "Mona has answered you.", "You asked for it.")


def raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def notice(event: FactName = "reply.answered", id: int = 7, **data: object) -> Notice:
    return Notice(id, "mia", event, "1", "c1", "", {"role": "member", **data}, 1_000 + id, 2_000)


def test_the_example_of_the_standard() -> None:
    """RFC 8291, appendix A: the same keys and salt give the same bytes."""
    target = PushTarget(
        "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV",
        raw("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
        raw("BTBZMqHH6r4Tts7J_aSIgg"),
    )
    ours = derive_private_key(int.from_bytes(raw("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), SECP256R1())
    sealed = sealed_for(
        target, b"When I grow up, I want to be a watermelon", key=ours, salt=raw("DGv6ra1nlYgDCS1FRnbzlw")
    )
    assert sealed == raw(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3"
        "jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_only_the_browser_opens_it() -> None:
    """Each message has a key and a salt of its own."""
    browser, other = Browser("https://push.example.net/1"), Browser("https://push.example.net/1")
    target = PushTarget(browser.endpoint, browser.p256dh, browser.auth)
    first, second = sealed_for(target, b"the same"), sealed_for(target, b"the same")
    assert browser.decrypted(first) == browser.decrypted(second) == b"the same"
    assert first[:16] != second[:16]
    assert first[21:86] != second[21:86]
    with pytest.raises(http_ece.ECEException):
        other.decrypted(first)


def test_what_one_notice_says() -> None:
    said = json.loads(message_of([notice()], [WORDS], 3, "tag"))
    assert said == {
        "title": "Mona has answered",
        "body": "Mona has answered you.",
        "event": "reply.answered",
        "notice": 7,
        "conversation": "c1",
        "booking": "",
        "count": 1,
        "unread": 3,
        "tag": "tag",
        "at": 1_007,
    }


def test_the_first_of_a_kind_says_why() -> None:
    assert json.loads(message_of([notice(first=True)], [WORDS], 1, ""))["body"] == (
        "Mona has answered you.\nYou asked for it."
    )


def test_a_summary_says_the_latest_of_what_was_held() -> None:
    """The latest first; how many there are, the app learns by their number."""
    told = [notice(id=id) for id in range(1, 6)]
    words = [NoticeWords(f"Title {id}", f"Line {id}.", "") for id in range(1, 6)]
    said = json.loads(message_of(told, words, 9, ""))
    assert (said["title"], said["body"]) == ("Title 5", "Line 5.\nLine 4.\nLine 3.")
    assert (said["count"], said["unread"], said["notice"]) == (5, 9, 5)


@pytest.mark.parametrize("sign", ["a", "å", "漢", "😀", '"', "\\"])
def test_it_is_never_too_long(sign: str) -> None:
    """Whatever the words and ids are; what is cut says so."""
    long = Notice(2**53, "p" * 64, "session.close_reminder", "m", "c" * 64, "b" * 64, {"first": True}, 2**53, 2**53)
    words = NoticeWords(sign * 1_000, sign * 1_000, sign * 1_000)
    for count in (1, 5):
        message = message_of([long] * count, [words] * count, 10**9, "t" * 32)
        assert len(message) <= MOST_MESSAGE_BYTES
        assert json.loads(message)["title"] == sign * 119 + "…"


def test_its_length_does_not_tell_what_it_says() -> None:
    """Spaces fill it up."""
    other = NoticeWords("Your answer is late", "Ola was to answer you by Friday at 12. We have reminded them.", "")
    lengths = {len(message_of([notice()], [words], 1, "t" * 32)) for words in (WORDS, other)}
    assert lengths == {STEP}


def test_how_long_and_how_urgent() -> None:
    """What is about now is nothing an hour later."""
    assert manner_of([notice("session.starting")]) == PushManner(15 * MINUTE, "high")
    assert manner_of([notice("session.late")]) == PushManner(15 * MINUTE, "high")
    assert manner_of([notice("session.reminder")]) == PushManner(HOUR, "normal")
    assert manner_of([notice("message.unread")]) == PushManner(DAY, "normal")
    assert manner_of([notice("writing.days")]) == PushManner(DAY, "low")
    assert manner_of([notice("writing.days"), notice("session.late"), notice()]) == PushManner(DAY, "high")


def test_what_is_about_the_same_is_replaced() -> None:
    assert subject_of([notice("reply.warning")]) == subject_of([notice("reply.missed", 8)])
    assert subject_of([notice("reply.warning")]) != subject_of([notice("message.unread")])
    first, second = (replace(notice("case.moved"), booking="", data={"case": id}) for id in ("one", "two"))
    assert subject_of([first]) == subject_of([replace(first, event="case.noted")]) != subject_of([second])
    assert subject_of([notice()] * 2) == subject_of([notice("message.unread")] * 3) != subject_of([notice()])


def test_points() -> None:
    point = Browser("").p256dh
    assert is_point(point)
    for wrong in (b"", point[:-1], point[:-1] + bytes([point[-1] ^ 1]), b"\x02" + point[1:33], bytes(65)):
        assert not is_point(wrong)

"""Who hears of what by the table and by a policy file, and until when quiet hours hold what can wait."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quotas import instant
from quotas.instant import DAY, HOUR, MINUTE
from quotas.notices import (
    TABLE,
    HearingChange,
    HearingRule,
    NoticePolicy,
    QuietSpan,
    clock_text,
    hearing_table,
    minutes_of,
    notices_problem,
    quiet_until,
    rules_for,
    topic_of,
)
from quotas.policy_file import PolicyError, builtin_policy, load_policy
from quotas.zones import zone_of

NIGHT = minutes_of("22:00"), minutes_of("07:00")
ZONES = ("Europe/Oslo", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "UTC")


# The table


def test_each_event_and_role_has_one_line() -> None:
    places = [(rule.event, rule.role) for rule in TABLE]
    assert len(places) == len(set(places))


def test_the_defaults() -> None:
    """The built-in file says no more than they do."""
    policy = builtin_policy().notices
    assert policy == NoticePolicy()
    assert policy.quiet == NIGHT
    assert [rule.text for rule in rules_for(policy, "reply.missed")] == ["reply.missed.mentor", "reply.missed.support"]
    assert rules_for(policy, "reply.answered") == []


def test_unread_messages_wait_for_as_long_as_the_policy_says() -> None:
    policy = NoticePolicy(unread_minutes=9)
    assert [(rule.role, rule.delay_minutes) for rule in rules_for(policy, "message.unread")] == [
        ("member", 9),
        ("mentor", 9),
    ]


def test_what_a_policy_says_of_a_line_replaces_what_the_table_says() -> None:
    change = HearingChange(channels=("push",), delay_minutes=2, quiet="hold", essential=True)
    policy = NoticePolicy(
        events={
            "session.late": {"mentor": change, "member": HearingChange()},
            "reply.missed": {"support": False, "mentor": True},
        }
    )
    member, mentor = rules_for(policy, "session.late")
    assert mentor == HearingRule("session.late", "mentor", ("push",), 2, "hold", essential=True, topic="sessions")
    assert [member] == [rule for rule in TABLE if rule.text == "session.late.member"]
    assert [rule.role for rule in rules_for(policy, "reply.missed")] == ["mentor"]


def test_what_is_turned_off_together() -> None:
    assert (topic_of("reply.warning"), topic_of("reply.answered")) == ("deadlines", None)


def test_people_read_it_as_a_table() -> None:
    policy = NoticePolicy(events={"session.candidate": {"mentor": HearingChange(delay_minutes=3)}})
    lines = hearing_table(policy).splitlines()
    assert len(lines) == len(TABLE) + 2
    assert "| `session.candidate` | mentor | push | 3 min | through |  | sessions |" in lines
    assert "| `session.candidate` | support | the list only | at once | hold |  | operations |" in lines
    assert "| `booking.booked` | member | mail, push | at once | through | yes | sessions |" in lines


# Files


def loaded(folder: Path, text: str) -> NoticePolicy:
    file = folder / "policy.toml"
    file.write_text(text, encoding="utf-8")
    return load_policy(file).notices


def test_a_file_changes_single_cells(tmp_path: Path) -> None:
    policy = loaded(
        tmp_path,
        """
        [notices]
        quiet_hours = false
        [notices.events."session.late".mentor]
        channels = []
        [notices.events."reply.missed"]
        support = false
        """,
    )
    assert policy == NoticePolicy(
        quiet_hours=False,
        events={"session.late": {"mentor": HearingChange(channels=())}, "reply.missed": {"support": False}},
    )
    assert policy.quiet is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[notices]\nquiet_hours = true", "`notices.quiet_hours`: true says no times"),
        ('[notices]\nquiet_hours = ["22:00"]', "`notices.quiet_hours`: expected `array` of length 2, got 1"),
        ('[notices]\nquiet_hours = ["22:00", "24:00"]', "allowed: two times of day"),
        ("[notices]\nunread_minutes = -1", "`notices.unread_minutes`"),
        ("[notices]\nother = 1", "`notices.other` is no key there; allowed: unread_minutes, quiet_hours, events"),
        ("[notices]\nevents = 1", "`notices.events`: expected `object`, got `int`"),
        ('[notices.events]\n"session.late" = 1', '`notices.events."session.late"` must be a table of roles'),
        (
            '[notices.events."session.late"]\nmentor = 3',
            '`notices.events."session.late".mentor`: expected `object`, got `int`; allowed: a table with channels',
        ),
        (
            '[notices.events."session.late".mentor]\nchannels = ["fax"]',
            "channels[0]`: invalid enum value 'fax'; allowed: a list of mail, push",
        ),
        (
            '[notices.events."session.late".mentor]\nchanels = []',
            "chanels` is no key there; allowed: channels, delay_minutes, quiet, essential",
        ),
        (
            '[notices.events."session.lat"]\nmentor = false',
            "is no event of the table; allowed: message.unread",
        ),
        (
            '[notices.events."session.late"]\nsupport = false',
            "in that role; allowed: member, mentor",
        ),
        (
            '[notices.events."message.unread".member]\ndelay_minutes = 1',
            "is the same for all; set `notices.unread_minutes`",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(PolicyError) as caught:
        loaded(tmp_path, text)
    assert sentence in str(caught.value)


def test_what_a_policy_may_say() -> None:
    change: dict[str, HearingChange | bool] = {"member": HearingChange(essential=True), "mentor": False}
    assert notices_problem(NoticePolicy(events={"message.unread": change})) is None


# Times of day


def test_a_time_of_day_is_written_with_two_places_each() -> None:
    assert [clock_text(minute) for minute in (0, 65, 1439)] == ["00:00", "01:05", "23:59"]


@given(st.integers(0, 24 * 60 - 1))
def test_a_minute_of_the_day_is_read_as_it_is_written(minute: int) -> None:
    assert minutes_of(clock_text(minute)) == minute


@pytest.mark.parametrize("clock", ["24:00", "7:00", "07:60", "0700", "07:00:00", ""])
def test_what_is_no_time_of_day(clock: str) -> None:
    with pytest.raises(ValueError, match="is no time of day; use HH:MM"):
        minutes_of(clock)


# Quiet hours


@pytest.mark.parametrize(
    ("at", "free"),
    [
        ("2026-01-07T21:59:59.999+01:00", "2026-01-07T21:59:59.999+01:00"),
        ("2026-01-07T22:00:00+01:00", "2026-01-08T07:00:00+01:00"),
        ("2026-01-08T06:59:59.999+01:00", "2026-01-08T07:00:00+01:00"),
        ("2026-01-08T07:00:00+01:00", "2026-01-08T07:00:00+01:00"),
        ("2026-03-28T23:00:00+01:00", "2026-03-29T07:00:00+02:00"),
        ("2026-10-24T23:00:00+02:00", "2026-10-25T07:00:00+01:00"),
    ],
)
def test_a_night_in_oslo(at: str, free: str) -> None:
    assert quiet_until("Europe/Oslo", NIGHT, instant.parse(at)) == instant.parse(free)


@pytest.mark.parametrize(
    ("span", "at", "free"),
    [
        # In the hour that clocks skip, it is the instant of the change.
        (("02:30", "04:00"), "2026-03-29T01:59:59+01:00", "2026-03-29T01:59:59+01:00"),
        (("02:30", "04:00"), "2026-03-29T03:00:00+02:00", "2026-03-29T04:00:00+02:00"),
        (("00:00", "02:30"), "2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"),
        # In the hour that comes twice, it is the first time.
        (("00:00", "02:30"), "2026-10-25T02:00:00+02:00", "2026-10-25T02:30:00+02:00"),
        (("00:00", "02:30"), "2026-10-25T02:10:00+01:00", "2026-10-25T02:10:00+01:00"),
        # Where quiet hours begin as others end, both are waited for.
        (("02:40", "02:20"), "2026-03-28T12:00:00+01:00", "2026-03-30T02:20:00+02:00"),
    ],
)
def test_quiet_hours_across_clock_changes(span: tuple[str, str], at: str, free: str) -> None:
    between = minutes_of(span[0]), minutes_of(span[1])
    assert quiet_until("Europe/Oslo", between, instant.parse(at)) == instant.parse(free)


@pytest.mark.parametrize("span", [None, (0, 0), (600, 600)])
def test_no_quiet_hours(span: QuietSpan | None) -> None:
    assert quiet_until("Europe/Oslo", span, 1) == 1


minutes = st.integers(0, 24 * 60 - 1)
instants = st.integers(instant.parse("2020-01-01T00:00:00Z"), instant.parse("2031-01-01T00:00:00Z"))


@given(st.sampled_from(ZONES), minutes, minutes, instants)
def test_what_waits_goes_out_when_quiet_hours_end(zone: str, first: int, until: int, at: int) -> None:
    """Never earlier than it was to, within a day or two, never in quiet hours, and nothing overtakes."""
    span = first, until
    free_at = quiet_until(zone, span, at)
    assert at <= free_at <= at + 2 * DAY
    assert quiet_until(zone, span, free_at) == free_at
    assert quiet_until(zone, span, at + MINUTE) >= free_at
    if free_at > at:
        # At its end the clocks show that minute, or the first one after those that they skip.
        shown, before = minute_shown(zone, free_at), minute_shown(zone, free_at - 1)
        assert shown == until or (until - before) % (24 * 60) <= (shown - before) % (24 * 60)


@given(st.sampled_from(ZONES), st.integers(0, 23), instants)
def test_far_from_clock_changes_the_clock_decides(zone: str, hour: int, at: int) -> None:
    span = hour * 60, (hour + 9) % 24 * 60
    if offset(zone, at - DAY) != offset(zone, at + DAY):
        return
    is_quiet = (minute_shown(zone, at) - span[0]) % (24 * 60) < 9 * 60
    free_at = quiet_until(zone, span, at)
    assert (free_at > at) == is_quiet
    assert free_at - at <= 9 * HOUR


def minute_shown(zone: str, at: int) -> int:
    local = datetime.fromtimestamp(at / 1000, UTC).astimezone(zone_of(zone))
    return local.hour * 60 + local.minute


def offset(zone: str, at: int) -> object:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone_of(zone)).utcoffset()

"""Policy files: laid over the built-in plans, and every mistake named with its file, its key and what is allowed."""

from pathlib import Path

import pytest

from quotas.instant import HOUR
from quotas.notices import NoticePolicy
from quotas.plans import (
    Always,
    CalendarPolicy,
    Messages,
    OpenDays,
    Plan,
    Policy,
    ReplyPromise,
    Sessions,
    Windows,
    holidays_problem,
)
from quotas.policy_file import PolicyError, builtin_policy, load_policy
from quotas.zones import zone_problem


def _loaded(folder: Path, text: str) -> Policy:
    file = folder / "policy.toml"
    file.write_text(text, encoding="utf-8")
    return load_policy(file)


def test_the_built_in_plans() -> None:
    policy = builtin_policy()
    assert policy.calendar.zone == "Europe/Oslo"
    assert policy.plans == {
        "light": Plan(Windows(per_week=2), reply=ReplyPromise(), mentor_days_per_week=2),
        "basic": Plan(OpenDays(), reply=ReplyPromise()),
        "live": Plan(OpenDays(), reply=ReplyPromise(), sessions=Sessions(2, ("video_call", "live_chat"))),
        "live+": Plan(OpenDays(), reply=ReplyPromise(), sessions=Sessions(2, ("video_call", "live_chat"))),
        "video": Plan(Messages(per_week=10), sessions=Sessions(4, ("video_call",)), banner="only_video_included"),
        "trial": Plan(OpenDays(), reply=ReplyPromise()),
        "guest": Plan(OpenDays()),
    }


def test_an_escalation_takes_the_place_of_warnings(tmp_path: Path) -> None:
    """Of a built-in plan and of a new one: hours of steps, and who each is for."""
    steps = """[
        { before_hours = 30, to = ["support"] },
        { before_hours = 4, to = ["mentor"] },
        { before_hours = 0, to = ["support"] },
        { after_hours = 60, to = ["support"] },
        { after_hours = 48, to = ["mentor", "substitute"] },
    ]"""
    file = tmp_path / "policy.toml"
    file.write_text(
        f"[plans.light]\nreply = {{ escalation = {steps} }}\n"
        f"[plans.gold]\nwriting = {{ kind = 'always' }}\nreply = {{ escalation = {steps} }}\n"
    )
    policy = load_policy(file)
    for name in ("light", "gold"):
        promise = policy.plans[name].reply
        assert promise is not None
        assert (promise.warnings, promise.overtimes, promise.warn_first) == ([4], [48, 60], 4 * HOUR)
        assert sorted(promise.told_before(4) or ()) == ["mentor"]
        assert sorted(promise.told_before(0) or ()) == ["support"]
        assert promise.told_before(1) is None
        assert sorted(promise.told_after(48) or ()) == ["mentor", "substitute"]
        assert promise.told_after(4) is None
    assert ReplyPromise().told_before(4) is None


def test_the_first_warning_is_the_longest_one_that_makes_sense() -> None:
    """Of a plan, and of any plan of a policy."""
    day, hour, none = (
        ReplyPromise(),
        ReplyPromise(target_hours=1, warn_hours=(4, 0.5)),
        ReplyPromise(target_hours=1, warn_hours=(1, 4)),
    )
    assert [promise.warn_first for promise in (day, hour, none)] == [4 * HOUR, HOUR // 2, 0]
    plans = {"hour": Plan(Always(), hour), "none": Plan(Always(), none), "silent": Plan(Always())}
    assert builtin_policy().warn_first == 4 * HOUR
    assert Policy(CalendarPolicy(), plans).warn_first == HOUR // 2
    assert Policy(CalendarPolicy(), {}).warn_first == 0


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    assert _loaded(tmp_path, "") == builtin_policy()


def test_keys_are_laid_over_one_by_one(tmp_path: Path) -> None:
    policy = _loaded(
        tmp_path,
        """
        [calendar]
        zone = "Asia/Kathmandu"
        [plans.light]
        writing = { per_week = 3 }
        reply = { from = "first" }
        mentor_days_per_week = 3
        """,
    )
    assert policy.calendar.zone == "Asia/Kathmandu"
    assert policy.calendar.closed_weekdays == ("saturday", "sunday")
    assert policy.plans["light"] == Plan(Windows(per_week=3), reply=ReplyPromise(since="first"), mentor_days_per_week=3)
    assert policy.plans["basic"] == builtin_policy().plans["basic"]


def test_notices_are_laid_over_the_built_in_ones(tmp_path: Path) -> None:
    assert builtin_policy().notices == NoticePolicy(unread_minutes=5)
    assert _loaded(tmp_path, "[notices]\nunread_minutes = 0").notices == NoticePolicy(unread_minutes=0)


def test_a_writing_of_another_kind_replaces_the_whole(tmp_path: Path) -> None:
    policy = _loaded(tmp_path, '[plans.light]\nwriting = { kind = "messages", per_week = 4 }\n')
    assert policy.plans["light"].writing == Messages(per_week=4)


def test_false_takes_a_promise_and_sessions_away(tmp_path: Path) -> None:
    policy = _loaded(tmp_path, "[plans.live]\nreply = false\nsessions = false\n[plans.video]\nreply = false")
    assert policy.plans["live"] == Plan(OpenDays())
    assert policy.plans["video"].reply is None


def test_a_file_adds_plans(tmp_path: Path) -> None:
    policy = _loaded(
        tmp_path,
        """
        [plans.always_on]
        writing = { kind = "always" }
        reply = { target_hours = 1, clock = "continuous", warn_hours = [] }
        """,
    )
    assert policy.plans["always_on"] == Plan(
        Always(), reply=ReplyPromise(target_hours=1, clock="continuous", warn_hours=())
    )


@pytest.mark.parametrize(
    ("text", "key", "allowed"),
    [
        (
            "[calender]",
            "`calender` is no key of a policy",
            "`upgrade_url`, `calendar`, `sessions`, `notices`, `cases`, `messages`, `attachments`, `help`, `plans`",
        ),
        ("upgrade_url = 5", "`upgrade_url`: expected", "an address such as"),
        ("upgrade_url = 'example.org'", "`upgrade_url`: expected `str` matching", "with or without `{plan}`"),
        ("upgrade_url = 'https://x.org/{name}'", "`upgrade_url`: expected `str` matching", "https://example.org/plans"),
        ("plans = 5", "`plans` must be a table", ""),
        ("[plans]\nlight = 5", "`plans.light` must be a table", ""),
        ("[calendar]\nzones = 'x'", "`calendar.zones` is no key there", "zone, closed_weekdays, holidays"),
        ("[calendar]\nzone = 5", "`calendar.zone`: expected `str`, got `int`", "an IANA time zone"),
        ("[calendar]\nzone = 'Oslo'", "`calendar.zone`: 'Oslo' is no IANA time zone", "'Europe/Oslo'"),
        ("[calendar]\nholidays = 'Norway'", "`calendar.holidays`: 'Norway' has no holiday calendar", "'NO'"),
        ("[calendar]\nclosed_weekdays = ['lørdag']", "`calendar.closed_weekdays[0]`: invalid enum value", "saturday"),
        (
            "[calendar]\nclosed_weekdays = "
            "['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']",
            "`calendar.closed_weekdays` closes every day",
            "at least one must stay open",
        ),
        ("[plans.Gold]\nwriting = { kind = 'always' }", "`plans.Gold`: a plan's name is", "a letter first"),
        ("[plans.gold]\nbanner = 'x'", "`plans.gold.writing`: object missing required field", "a table with `kind`"),
        ("[plans.gold]\nwriting = { per_week = 2 }", "`plans.gold.writing.kind`: object missing", "windows, messages"),
        ("[plans.gold]\nwriting = { kind = 'never' }", "`plans.gold.writing.kind`: invalid value", "one of windows"),
        ("[plans.gold]\nwriting = { kind = 'windows' }", "`plans.gold.writing.per_week`: object missing", "from 1"),
        ("[plans.light]\nwriting = 5", "`plans.light.writing`: expected `object`", "a table with `kind`"),
        ("[plans.light]\nwriting = { per_week = 0 }", "`plans.light.writing.per_week`: expected `int` >= 1", "from 1"),
        ("[plans.light]\nwriting = { hours = 1.5 }", "`plans.light.writing.hours`: expected `int`", "from 1 to 672"),
        ("[plans.light]\nwriting = { hours = 673 }", "`plans.light.writing.hours`: expected `int` <= 672", "1 to 672"),
        ("[plans.light]\nwriting = { weekend = 'x' }", "`plans.light.writing.weekend`: invalid enum", "carry or cut"),
        ("[plans.light]\nwriting = { weeks = 1 }", "`plans.light.writing.weeks` is no key there", "per_week, hours"),
        ("[plans.light]\nreply = true", "`plans.light.reply`: expected", "or false for no promise"),
        ("[plans.light]\nreply = { since = 'last' }", "`plans.light.reply.since` is no key there", "from, clock"),
        ("[plans.light]\nreply = { from = 'middle' }", "`plans.light.reply.from`: invalid enum", "last or first"),
        ("[plans.light]\nreply = { clock = 'x' }", "`plans.light.reply.clock`: invalid enum", "weekdays or continuous"),
        (
            "[plans.light]\nreply = { warn_hours = [0] }",
            "`plans.light.reply.warn_hours[0]`: expected `float` >= 0.001",
            "a list of hours",
        ),
        (
            "[plans.light]\nreply = { warn_hours = [1], escalation = [{ before_hours = 1, to = ['mentor'] }] }",
            "`plans.light.reply` has both `warn_hours` and `escalation`",
            "one of them",
        ),
        (
            "[plans.light]\nreply = { escalation = [{ to = ['mentor'] }] }",
            "`plans.light.reply.escalation[0]`: expected either `before_hours` or `after_hours`",
            "in the place of warn_hours",
        ),
        (
            "[plans.light]\nreply = { escalation = [{ before_hours = 1, to = ['member'] }] }",
            "`plans.light.reply.escalation[0].to[0]`: invalid enum value",
            "mentor, substitute, support",
        ),
        (
            "[plans.light]\nreply = { escalation = [{ before_hours = 1, to = ['mentor'], by = 'mail' }] }",
            "`plans.light.reply.escalation[0].by` is no key there",
            "before_hours, after_hours",
        ),
        ("[plans.live.sessions]\nservices = []", "`plans.live.sessions.services`: expected `array`", "at least one"),
        ("[plans.live.sessions]\nservices = ['tea']", "`plans.live.sessions.services[0]`: invalid enum", "live_chat"),
        (
            "[plans.'live+']\nsessions = { price = 1 }",
            "`plans.live+.sessions.price` is no key there",
            "units_per_month",
        ),
        (
            "[sessions]\nsession_pay = { amount = 1, currency = 'XXX' }",
            "`sessions.session_pay.currency`: 'XXX' is no currency",
            "a code of ISO 4217",
        ),
        ("[notices]\nunread_minutes = -1", "`notices.unread_minutes`: expected `int` >= 0", "from 0 to 10080"),
        ("[notices]\nafter = 5", "`notices.after` is no key there", "unread_minutes"),
        ("[plans.light]\nmentor_days_per_week = 8", "`plans.light.mentor_days_per_week`: expected", "from 1 to 7"),
        ("[plans.light]\nbanner = 'Only video'", "`plans.light.banner`: expected `str` matching", "a text key"),
        ("[plans.light]\nprice = 5", "`plans.light.price` is no key there", "writing, reply, sessions"),
        ("[plans.light", "is not TOML", ""),
    ],
)
def test_a_mistake_is_named_with_its_file_its_key_and_what_is_allowed(
    tmp_path: Path, text: str, key: str, allowed: str
) -> None:
    with pytest.raises(PolicyError) as error:
        _loaded(tmp_path, text)
    assert str(error.value).startswith(f"{tmp_path / 'policy.toml'}: {key}")
    assert allowed in str(error.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"nothing\.toml: cannot be read: No such file"):
        load_policy(tmp_path / "nothing.toml")
    (tmp_path / "policy.toml").write_bytes(b"# \xff")
    with pytest.raises(PolicyError, match=r"policy\.toml: is not UTF-8"):
        load_policy(tmp_path / "policy.toml")


def test_zones_and_countries_that_exist_have_no_problem() -> None:
    assert zone_problem("America/Argentina/Buenos_Aires") is None
    assert holidays_problem("NO") is None
    assert holidays_problem("") is None


@pytest.mark.parametrize(
    "zone",
    [
        *("", "europe/oslo", "../etc/passwd", "Europe/Oslo\0", "+01:00"),
        *("localtime", "posixrules", "Factory", "posix/Europe/Oslo", "right/Europe/Oslo", "zone.tab", "Europe"),
    ],
)
def test_what_is_no_zone_is_refused(zone: str) -> None:
    assert "is no IANA time zone" in str(zone_problem(zone))


@pytest.mark.parametrize("country", ["no", "XX", "NOR", "Norway"])
def test_what_has_no_holiday_calendar_is_refused(country: str) -> None:
    assert "has no holiday calendar" in str(holidays_problem(country))

"""Steps of an explanation as sentences, in English, Norwegian bokmål and Danish.

Times are those of the conversation's zone. A time within six days after the step's own is said by its weekday alone.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import asdict

from quotas import instant
from quotas.explain import Explanation
from quotas.phrases import LANGUAGES, PHRASES, Language
from quotas.steps import ClosedDay, PolicyValue, Step
from quotas.zones import zone_to_show

ReadBy = Literal["member", "other"]

_DAYS_BY_NAME = 6


class Told(Struct, frozen=True):
    """A step with its sentence: about the member's `writing`, or about the mentor's `reply`."""

    about: Literal["writing", "reply"]
    sentence: str
    step: Step


def told(explanation: Explanation, language: Language, zone: str, reader: ReadBy = "other") -> list[Told]:
    """The steps with their sentences. To the member, what they wrote is "your message"."""
    words = _Words(language, zone_to_show(zone), reader)
    return [
        *(Told("writing", words.sentence(step), step) for step in explanation.writing),
        *(Told("reply", words.sentence(step), step) for step in explanation.reply),
    ]


class _Words:
    def __init__(self, language: Language, zone: ZoneInfo, reader: ReadBy) -> None:
        self._column = LANGUAGES.index(language)
        self._zone = zone
        self._reader = reader

    def sentence(self, step: Step) -> str:
        values = asdict(step)
        said = instant.parse(values["at"]) if values.get("at") else None
        words = {name: self._word(name, value, said) for name, value in values.items()}
        if isinstance(step, PolicyValue) and step.key.endswith("hours"):
            words["value"] = self._length(round(float(step.value) * instant.HOUR))
        words["message"] = self._phrase(f"message_{self._reader}", seq=values.get("seq"))
        text = self._phrase(f"{step.__struct_config__.tag}{step.variant}", **words)
        return text[0].upper() + text[1:]

    def _phrase(self, key: str, /, **values: object) -> str:
        return PHRASES[key][self._column].format(**values)

    def _word(self, name: str, value: Any, said: int | None) -> object:
        """A field of a step, as its sentence says it."""
        if name == "at" and value:
            return self._long(instant.parse(value))
        if (name == "until" or name.endswith("_at")) and value:
            return self._short(instant.parse(value), said)
        if name.endswith("_ms"):
            return self._length(value)
        if speak := _FIELDS.get(name):
            return speak(self, value)
        return value

    def _local(self, at: int) -> datetime:
        return datetime.fromtimestamp(at / instant.SECOND, UTC).astimezone(self._zone)

    def _long(self, at: int) -> str:
        there = self._local(at)
        return f"{self._day(there.date())} {there:%H:%M}"

    def _short(self, at: int, said: int | None) -> str:
        there = self._local(at)
        if said is not None and 0 <= (there.date() - self._local(said).date()).days <= _DAYS_BY_NAME:
            return f"{self._weekday(there.date())} {there:%H:%M}"
        return self._long(at)

    def _weekday(self, day: date) -> str:
        return self._phrase("weekdays").split()[day.weekday()]

    def _day(self, day: date) -> str:
        month = self._phrase("months").split()[day.month - 1]
        return self._phrase("day", weekday=self._weekday(day), day=day.day, month=month)

    def _date(self, text: str) -> str:
        return self._day(date.fromisoformat(text))

    def _days(self, days: list[ClosedDay]) -> str:
        named = [f"{self._date(day.date)} ({day.holiday})" if day.holiday else self._date(day.date) for day in days]
        *first, last = named
        return f"{', '.join(first)} {self._phrase('and')} {last}" if first else last

    def _plan(self, name: str) -> str:
        """As the apps write it: `live+` is Live+."""
        return name[:1].upper() + name[1:]

    def _left(self, left: int | None) -> str:
        return "" if left is None else self._phrase("left", left=left)

    def _length(self, milliseconds: int) -> str:
        """The two largest units, rounded: 24 hours, 5 hours 30 minutes, 12 minutes 5 seconds."""
        step = instant.MINUTE if milliseconds >= instant.HOUR else instant.SECOND
        left = (milliseconds + step // 2) // step * step
        said = []
        for unit, name in ((instant.HOUR, "hours"), (instant.MINUTE, "minutes"), (instant.SECOND, "seconds")):
            number, left = divmod(left, unit)
            if number:
                said.append(self._phrase(f"{name}_{'1' if number == 1 else 'n'}", n=number))
        return " ".join(said) or self._phrase("seconds_n", n=0)


_FIELDS: dict[str, Callable[[_Words, Any], object]] = {
    "date": _Words._date,
    "days": _Words._days,
    "left": _Words._left,
    "plan": _Words._plan,
    "was": _Words._plan,
}

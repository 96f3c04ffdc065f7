"""What a person asks of their notices, and how they are answered."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType, field

from quotas.notices import ClockTime, Topic


class TopicWish(Struct, frozen=True, forbid_unknown_fields=True):
    """On which channels one wants to hear of a topic."""

    topic: Topic
    mail: bool = True
    push: bool = True


class QuietHours(Struct, frozen=True, forbid_unknown_fields=True):
    """From when until when nothing goes out that can wait; past midnight where `until` is the earlier one."""

    since: ClockTime = field(name="from")
    until: ClockTime


QuietWish = Annotated[
    QuietHours, Meta(description="By clocks in the person's zone; null for none, left out for the policy's.")
]


class PreferenceDetails(Struct, frozen=True, forbid_unknown_fields=True):
    """What a person wants to hear, in place of what was set. A topic that is left out is wanted on every channel."""

    topics: Annotated[list[TopicWish], Meta(max_length=20)] = []
    quiet_hours: QuietWish | UnsetType | None = UNSET


class TopicPreference(Struct, frozen=True):
    """On which channels a person hears of a topic. `essential` events come by mail whatever is turned off."""

    topic: Topic
    mail: bool
    push: bool
    essential: list[str]


class Preferences(Struct, frozen=True):
    """What a person wants to hear: of the topics that there are for their role, by clocks in `zone`."""

    person: str
    zone: str
    topics: list[TopicPreference]
    quiet_hours: QuietHours | None
    muted: list[str]

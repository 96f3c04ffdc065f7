"""What a policy says of cases: how long their states wait, what stands beside them, what opens by itself.

Names of kinds and states are held against the table of cases in `quotas/cases/policy.py`.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct

PromptText = Annotated[str, Meta(min_length=1, max_length=500)]
PromptTexts = Annotated[tuple[PromptText, ...], Meta(min_length=1, max_length=10)]
MonthsLong = Annotated[int, Meta(ge=1, le=24)]
DaysLong = Annotated[int, Meta(ge=1, le=1_000)]
HoursLong = Annotated[int, Meta(ge=1, le=24 * 28)]


class CaseWait(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How long a state waits: so many calendar months, elapsed days or elapsed hours."""

    months: MonthsLong | None = None
    days: DaysLong | None = None
    hours: HoursLong | None = None
    reminder_days: Annotated[int, Meta(ge=0, le=90)] | None = None
    """Support is told so long before, 0: not before; None: as the table has it."""

    def __post_init__(self) -> None:
        if sum(length is not None for length in (self.months, self.days, self.hours)) != 1:
            raise ValueError("Expected one of `months`, `days` and `hours`")


class CasePrompts(Struct, frozen=True, forbid_unknown_fields=True):
    """What stands beside a mentor's case, as many texts in each language."""

    en: PromptTexts
    nb: PromptTexts
    da: PromptTexts

    def __post_init__(self) -> None:
        if not len(self.en) == len(self.nb) == len(self.da):
            raise ValueError("Expected as many texts in each language")


class CasePolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """What holds for all cases. Source: cases.md."""

    reply_missed: bool | tuple[str, ...] = False
    """Whether a missed answer opens a case; or on which plans it does."""
    ghosting_days: Annotated[int, Meta(ge=0, le=365)] = 14
    """After how many days without a sign of the member a mentor is asked whether they have gone; 0: never."""
    dues: dict[str, dict[str, CaseWait]] = {}
    """How long states wait, by kind and state, where not as the table of cases has it."""
    prompts: dict[str, CasePrompts | bool] = {}
    """Texts in the place of the built-in ones, by kind; false: none."""

    def opens_missed(self, plan: str) -> bool:
        """Whether an answer missed on that plan opens a case."""
        return self.reply_missed if isinstance(self.reply_missed, bool) else plan in self.reply_missed

    def wait(self, kind: str, state: str) -> CaseWait | None:
        """How long that state waits; None: as the table has it."""
        return self.dues.get(kind, {}).get(state)


def waits_of(dues: object, convert: Callable[[object, str], CaseWait]) -> dict[str, dict[str, CaseWait]]:
    """The lengths as a file has them; `convert` reads one that stands at the place that it is told.

    Raises ValueError with a sentence for people, and what `convert` raises.
    """
    return {
        kind: {state: convert(wait, f"cases.dues.{kind}.{state}") for state, wait in states.items()}
        for kind, states in _tables(dues, "cases.dues", "a table of states")
    }


def prompts_given(prompts: object, convert: Callable[[object, str], CasePrompts]) -> dict[str, CasePrompts | bool]:
    """The texts as a file has them. Raises as `waits_of`."""
    if not isinstance(prompts, dict):
        raise ValueError("`cases.prompts` must be a table of kinds")  # noqa: TRY004 - the file's fault, not a caller's
    return {
        kind: texts if texts is False else convert(texts, f"cases.prompts.{kind}") for kind, texts in prompts.items()
    }


def _tables(value: object, place: str, inner: str) -> list[tuple[str, Mapping[str, Any]]]:
    if not isinstance(value, dict):
        raise ValueError(f"`{place}` must be a table of kinds")  # noqa: TRY004 - as above
    for name, each in value.items():
        if not isinstance(each, dict):
            raise ValueError(f"`{place}.{name}` must be {inner}")  # noqa: TRY004 - as above
    return list(value.items())

"""An explanation as a timeline on the terminal."""

from msgspec import Struct
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from quotas.phrases import LANGUAGES, Language

HEADINGS: dict[str, tuple[str, str, str]] = {
    "writing": ("Writing", "Skriving", "Skrivning"),
    "reply": ("Reply deadline", "Svarfrist", "Svarfrist"),
    "now": (
        "{conversation} at {now} (times in {zone})",
        "{conversation} {now} (tider i {zone})",
        "{conversation} {now} (tider i {zone})",
    ),
}
"""By key: English, bokmål, Danish."""

_VALUE = "policy_value"


class StepShown(Struct, frozen=True):
    """What is shown of a step: its kind, and where it has an instant, that."""

    kind: str
    at: str | None = None


class WhyLine(Struct, frozen=True):
    """A step and its sentence."""

    about: str
    sentence: str
    step: StepShown


class WhyShown(Struct, frozen=True):
    """What is shown of the answer of `GET /v1/conversations/{id}/why`."""

    conversation: str
    now: str
    zone: str
    language: Language
    steps: list[WhyLine]


def show(console: Console, why: WhyShown) -> None:
    """Print the steps in order, the conclusion of each part last and strong; policy values stand back."""
    column = LANGUAGES.index(why.language)
    heading = HEADINGS["now"][column].format(conversation=why.conversation, now=why.now, zone=why.zone)
    console.print(Text(heading, style="dim"))
    for about in ("writing", "reply"):
        lines = [line for line in why.steps if line.about == about]
        if lines:
            console.print(Text(f"\n{HEADINGS[about][column]}", style="bold"))
        for number, line in enumerate(lines, start=1):
            last = number == len(lines)
            mark, style = ("●", "bold") if last else ("·", "dim") if line.step.kind == _VALUE else ("○", "")
            console.print(Padding(Text(f"{mark} {line.sentence}", style=style), (0, 0, 0, 2)), highlight=False)

"""What the demo's mentor has saved, and says of what to expect; and an exercise that the platform shares."""

from chatserver.app import Parts
from chatserver.mentoring.forms import ExerciseQuestion, SavedItem
from chatserver.mentoring.library import PLATFORM
from chatserver.mentoring.profiles import ProfileDetails

_SHARED = SavedItem(
    "exercise",
    "A week of evenings",
    "{name}, take two minutes each evening for a week. There are no right answers; we look at them together.",
    "To begin with",
    [
        ExerciseQuestion("scale", "How was the day?", days=7, low_word="hard", high_word="good"),
        ExerciseQuestion("text", "What was good in it?", days=7),
        ExerciseQuestion("text", "What would you like more of?"),
        ExerciseQuestion("choice", "When do you have time for it?", options=["In the morning", "At noon", "At night"]),
    ],
)
_OWN = SavedItem(
    "text",
    "Welcome",
    "Welcome, {name}. I am {mentor}, and I am glad that you are here. What would you like to be different in three "
    "months?",
    "To begin with",
)
_PROFILE = ProfileDetails(
    "I read what you write every weekday, and answer within a day. Write as it comes; it need not be finished.\n\n"
    "If something I say does not help, tell me. And if you are in danger, call one of the numbers under Help: I am not "
    "always there.",
    ["studies", "stress", "sleep"],
)


async def furnish_the_library(parts: Parts, mentor: str) -> None:
    """What is there stays as it is."""
    library, profiles = parts.mentoring.library, parts.mentoring.profiles
    for owner, id, item in ((PLATFORM, "evenings", _SHARED), (mentor, "welcome", _OWN)):
        if await library.find(owner, id) is None:
            await library.put(owner, id, item)
    said = await profiles.find(mentor)
    if said is not None and not said.updated_at:
        await profiles.put(mentor, _PROFILE)

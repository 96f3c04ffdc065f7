"""What a person keeps as a mentor, and the exercises of a conversation, opened for their export."""

from typing import Any

import msgspec

from chatserver.mentoring.exercises import Exercise
from chatserver.mentoring.library import LibraryItem
from chatserver.mentoring.room import Mentoring
from chatserver.personal_data.recorded import Rows
from quotas import instant


async def kept_by(mentoring: Mentoring, person: str) -> Rows:
    """Their saved texts and exercises, and what they say of themselves. Raises DatabaseError."""
    profile = await mentoring.profiles.kept_of(person)
    said = [msgspec.to_builtins(profile)] if profile.updated_at else []
    return {
        "library": [_item(each) for each in await mentoring.library.all_of(person)],
        "mentor_profiles": [each | {"updated_at": instant.text(each["updated_at"])} for each in said],
    }


async def exercises_in(mentoring: Mentoring, conversation: str, *, is_member: bool) -> list[dict[str, Any]]:
    """As the member, or the mentor, sees them. Raises DatabaseError, StoreError."""
    found = await mentoring.exercises.given_in(conversation)
    return [_exercise(each, shows=is_member or each.kept.handed_in_seq is not None) for each in found]


def _item(item: LibraryItem) -> dict[str, Any]:
    said: dict[str, Any] = msgspec.to_builtins(item.item)
    return said | {"id": item.id, "updated_at": instant.text(item.updated_at)}


def _exercise(exercise: Exercise, *, shows: bool) -> dict[str, Any]:
    kept = exercise.kept
    form: dict[str, Any] = msgspec.to_builtins(exercise.form)
    answers = msgspec.to_builtins(exercise.answers) if shows else []
    said = {name: getattr(kept, name) for name in ("id", "given_by", "given_as", "given_seq", "answered")}
    said |= {name: getattr(kept, name) for name in ("handed_in_as", "handed_in_seq")}
    moments = {"given_at": kept.given_at, "filled_at": kept.filled_at, "handed_in_at": kept.was_handed_in_at}
    said |= {name: instant.text_or_none(at) for name, at in moments.items()}
    return said | form | {"answers": answers}

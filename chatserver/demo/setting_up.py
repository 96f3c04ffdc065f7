"""The demo's people, conversations and sessions are made where they are missing; what exists stays as it is."""

from msgspec.structs import replace

from chatserver.app import Parts
from chatserver.composition.opening import StartError
from chatserver.conversations.person import Locale
from chatserver.conversations.requests import ConversationDetails, PersonDetails, Written
from chatserver.demo.cast import COACHING, JO, KIM, LIV, MONA, TRIAL, VIDA, is_coaching, people_of
from chatserver.demo.coaching import settle_coaching
from chatserver.demo.library import furnish_the_library
from chatserver.demo.sessions import PRICES, SessionPair, book_the_calls, book_the_chat, open_the_mentor
from chatserver.demo.writing import write


async def settle(parts: Parts) -> None:
    """All that there is to be before anybody comes."""
    new = await _people_and_conversations(parts)
    await furnish_the_library(parts, JO.id if is_coaching(parts.rulebook) else MONA.id)
    if is_coaching(parts.rulebook):
        await settle_coaching(parts, new)
        return
    await open_the_mentor(parts, MONA.id, PRICES)
    there = people_of(parts.rulebook)
    if LIV in there:
        await book_the_chat(parts, SessionPair(LIV.conversations[0], LIV.id, MONA.id))
    if VIDA in there:
        await book_the_calls(parts, SessionPair(VIDA.conversations[0], VIDA.id, MONA.id))


async def _people_and_conversations(parts: Parts) -> set[str]:
    """The ids of conversations that were made."""
    provisioning = parts.provisioning
    new: set[str] = set()
    there = people_of(parts.rulebook)
    # The language of their notices and mails is what the demo's people write.
    locale: Locale = "en" if is_coaching(parts.rulebook) else "nb"
    for person in there:
        if await provisioning.get_person(person.id) is None:
            await provisioning.put_person(
                person.id,
                PersonDetails(
                    role=person.role, name=person.name, email=f"{person.id}@example.org", locale=locale, country="NO"
                ),
            )
    for person in there:
        for mentor, id in zip(person.mentors, person.conversations, strict=True):
            if person.plan is None or await provisioning.get_conversation(id) is not None:
                continue
            details = ConversationDetails(member=person.id, mentor=mentor, plan=person.plan)
            if person.plan == TRIAL:
                details = replace(details, trial=True, chosen_plan=COACHING)
            if not isinstance(await provisioning.put_conversation(id, details), Written):
                raise StartError(f"the demo cannot be set up with this policy: plan {person.plan} is refused")
            new.add(id)
    return new


async def start_a_wait(parts: Parts) -> None:
    """Let Kim write, so that the board has something to show; an answer missed at an earlier start is given first."""
    if KIM not in people_of(parts.rulebook):
        return
    [conversation] = KIM.conversations
    standing = await parts.ledger.standing(conversation)
    if standing is None or standing.settings.status != "open":
        return
    if standing.usage.waiting_since:
        await write(parts, conversation, MONA, "Sorry, this took me too long. I am here now.")
    await write(parts, conversation, KIM, "Are you there? I would like to hear from you soon.")

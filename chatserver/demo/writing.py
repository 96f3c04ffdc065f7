"""What people of the demo have written before anybody comes."""

from chatserver.app import Parts
from chatserver.demo.cast import DemoPerson
from chatserver.messages.lane import sealed_post
from quotas.ledger.base import posted


async def write(parts: Parts, conversation: str, person: DemoPerson, text: str) -> None:
    """A message of a member or a mentor, now."""
    standing = await parts.ledger.standing(conversation)
    if standing is None or (person.role != "member" and person.role != "mentor"):
        return
    key = await parts.keys.current(conversation, standing.settings.key)
    post = sealed_post(key, person.role, person.id, f"demo-{person.id}-{standing.now}", text, "demo")
    await posted(parts.ledger, post, standing.settings, standing.terms(parts.rulebook))

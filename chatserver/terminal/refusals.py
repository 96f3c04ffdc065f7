"""Why the rules say no to something about a session, and what would work instead, in words."""

import re

from chatserver.client.http import RefusalSaid
from chatserver.terminal.texts import Texts
from chatserver.terminal.words import day_and_time
from quotas import instant

_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z")


def in_sentences(texts: Texts, refusal: RefusalSaid, zone: str) -> str:
    """The reason, then what is left, the plans that have it, or the starts that are free, in local time.

    What has no words of ours is told as the server does.
    """
    key = f"no_{refusal.reason}"
    # The server names the times at which it would be open, in English.
    by_server = not texts.has(key) or (refusal.reason == "not_open" and texts.language == "en")
    said = [sentence(in_local_time(texts, refusal.detail, zone)) if by_server else texts(key)]
    if refusal.reason == "no_credits" and refusal.credits_left is not None:
        key = "works_left" if refusal.credits_left else "works_none_left"
        said.append(texts(key, units=units(texts, refusal.credits_left)))
    if refusal.reason == "not_in_plan" and not refusal.plans:
        said.append(texts("works_video"))
    if refusal.plans:
        said.append(texts("works_plans", plans=", ".join(refusal.plans)))
    if refusal.free_starts:
        starts = [day_and_time(texts, instant.parse(start), zone) for start in refusal.free_starts]
        said.append(texts("works_starts", starts="; ".join(starts)))
    return " ".join(said)


def in_local_time(texts: Texts, detail: str, zone: str) -> str:
    """The sentence with its instants as clocks in that zone show them."""

    def told(found: re.Match[str]) -> str:
        try:
            return day_and_time(texts, instant.parse(found[0]), zone)
        except ValueError:
            return found[0]

    return _INSTANT.sub(told, detail)


def units(texts: Texts, count: int) -> str:
    """1 session of 30 minutes."""
    return texts(f"units_{count if count in (0, 1) else 'n'}", n=count)


def sentence(text: str) -> str:
    """With a capital and a full stop."""
    return text[:1].upper() + text[1:].removesuffix(".") + "."

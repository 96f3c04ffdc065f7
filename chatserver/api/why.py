"""Why a conversation is locked or open, and why its deadline is where it is, over HTTP."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from chatserver.api.conversations import composer_shown, readable
from chatserver.api.negotiation import language
from chatserver.api.operation import HttpAnswer, HttpCall, Operation
from chatserver.api.writing_week import WritingWeek, writing_week
from chatserver.conversations.standing_view import reply_of
from chatserver.messages.why import why
from chatserver.protocol.events import Composer, Reply
from quotas import instant
from quotas.phrases import Language
from quotas.sentences import Told, told
from quotas.zones import zone_to_show


class WhyQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """How to say it."""

    language: (
        Annotated[Language, Meta(description="en, nb or da; left out: what `Accept-Language` likes best, else en.")]
        | UnsetType
    ) = UNSET


class Why(Struct, frozen=True):
    """The steps that led to `composer` and `reply` as they stand at `now`, in order.

    A member gets the steps about writing; `reply` is null then. `zone` is where the sentences' times are.
    `week` is null where the policy does not know the plan any more.
    """

    conversation: str
    now: str
    zone: str
    language: Language
    composer: Composer
    reply: Reply | None
    week: WritingWeek | None
    steps: list[Told]


async def get_why(call: HttpCall[WhyQuery, None]) -> HttpAnswer:
    record = await readable(call.context, call.identity, call.id)
    standing, explanation = await why(call.context.provisioning, call.context.messages, record)
    wish = call.query.language
    spoken = language(call.headers.get("accept-language", "")) if isinstance(wish, UnsetType) else wish
    is_member = call.identity.role == "member"
    zone = zone_to_show(standing.settings.zone).key
    steps = told(explanation, spoken, zone, "member" if is_member else "other")
    return HttpAnswer(
        200,
        Why(
            conversation=record.id,
            now=instant.text(standing.now),
            zone=zone,
            language=spoken,
            composer=await composer_shown(call.context, record, standing, explanation.state),
            reply=None if is_member else reply_of(standing.usage, standing.now),
            week=writing_week(call.context.provisioning.rulebook, standing, explanation.writing),
            steps=[step for step in steps if not is_member or step.about == "writing"],
        ),
    )


GET_WHY = Operation(
    method="GET",
    path="/v1/conversations/{id}/why",
    name="getWhy",
    summary="The steps that led to the lock, the window and the reply deadline. A member sees those about writing.",
    handler=get_why,
    query=WhyQuery,
    answers={200: (Why, "The steps, with a sentence for each.")},
    refusals=(404,),
)

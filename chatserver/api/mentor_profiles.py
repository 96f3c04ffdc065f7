"""What a mentor says of themselves, over HTTP."""

from msgspec import Struct

from chatserver.api.hours import no_mentor
from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.api.problem import invalid
from chatserver.api.roles import MENTOR, PAIR_OR_SUPPORT
from chatserver.api.slots import require_pair
from chatserver.conversations.requests import Invalid, Missing
from chatserver.mentoring.profiles import MentorProfile, ProfileDetails
from quotas import instant


class ProfileView(Struct, frozen=True):
    """What the mentor and their members may expect of each other, in the mentor's words, and what the mentor knows of.

    `updated_at` is RFC 3339 in UTC; null where it was never said.
    """

    mentor: str
    expectations: str
    expertise: list[str]
    updated_at: str | None


async def put_profile(call: HttpCall[NoQuery, ProfileDetails]) -> HttpAnswer:
    if call.id != call.identity.user:
        raise no_mentor(call.id)
    match await call.context.mentoring.profiles.put(call.id, call.body):
        case MentorProfile() as profile:
            return HttpAnswer(200, _resource(call.id, profile))
        case Invalid(errors):
            raise invalid(errors)
        case Missing():
            raise no_mentor(call.id)


async def get_profile(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    if call.identity.role != "support":
        await require_pair(call.context, call.identity, call.id)
    profile = await call.context.mentoring.profiles.find(call.id)
    if profile is None:
        raise no_mentor(call.id)
    return HttpAnswer(200, _resource(call.id, profile))


def _resource(mentor: str, profile: MentorProfile) -> ProfileView:
    updated_at = instant.text_or_none(profile.updated_at or None)
    return ProfileView(mentor, profile.expectations, profile.expertise, updated_at)


PUT_PROFILE = Operation(
    method="PUT",
    path="/v1/mentors/{id}/profile",
    name="putMentorProfile",
    summary="Say what you and your members may expect of each other, and what you know of, in place of what was said.",
    handler=put_profile,
    query=NoQuery,
    body=ProfileDetails,
    roles=MENTOR,
    answers={200: (ProfileView, "What is said now.")},
    refusals=(404,),
)

GET_PROFILE = Operation(
    method="GET",
    path="/v1/mentors/{id}/profile",
    name="getMentorProfile",
    summary="What a mentor says of themselves. Mentors see their own, members those of their mentors.",
    handler=get_profile,
    query=NoQuery,
    roles=PAIR_OR_SUPPORT,
    answers={200: (ProfileView, "What the mentor says.")},
    refusals=(404,),
)

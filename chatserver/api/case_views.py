"""Cases as the HTTP interface shows them: each as who asks may see it."""

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from chatserver.access.tokens import Identity
from chatserver.api.case_facts import CaseFactsSaid, facts_shown
from chatserver.cases.case_requests import CaseAsker, CaseSeen
from chatserver.cases.case_rights import is_guest
from chatserver.cases.rows.quiet_members import QuietMember
from quotas import instant
from quotas.cases.facts import CaseFactName
from quotas.cases.record import Case, CaseEntry, NoteAudience
from quotas.cases.rules import CaseAction, CaseKind, CaseRole, CaseState
from quotas.cases.words import CaseReader, case_words
from quotas.phrases import Language


class CaseDueView(Struct, frozen=True):
    """What is waited for: the state `what`, from whom (`by`), until `at` (null while the clock stands still).

    `then` follows by itself; null: support is told, and the state stays.
    """

    at: str | None
    by: CaseRole
    what: CaseState
    then: CaseState | None


class CaseLineView(Struct, frozen=True):
    """A line of a case's history: when it was done or fell due (`at`), when that was written down, by whom and what.

    `because` names what elsewhere brought it about. `for` is whom the note is for.
    """

    at: str
    noted_at: str
    who: str
    role: CaseRole
    did: str
    note: str
    audience: NoteAudience = field(name="for")
    because: str
    facts: CaseFactsSaid


class CaseSuspensionView(Struct, frozen=True):
    """Nobody is to write since `at`; it lapses at `lapses_at` unless support confirms it (null: it did)."""

    at: str
    lapses_at: str | None


class CaseSummary(Struct, frozen=True):
    """A case without its history, as lists have it: a reason in somebody's own words is left out too.

    `id` is the server's own. `title` names the kind, and `says` tells who asks what the state means for them, both in
    the language of `Accept-Language`. `possible` are the actions that who asks may take now; `by_hand`, for support,
    the states to which it may be moved with a note that says why. `names` are of the member and of people whom the
    facts name, by id; whoever was erased has none.
    """

    id: str
    kind: CaseKind
    title: str
    conversation: str
    member: str
    state: CaseState
    says: str
    since: str
    opened_by: str
    opened_at: str
    ended_at: str | None
    assignee: str
    due: CaseDueView | None
    facts: CaseFactsSaid
    names: dict[str, str]
    possible: list[CaseAction]
    by_hand: list[CaseState]


class SuggestedCase(Struct, frozen=True):
    """A case that a mentor is asked to open: nothing was heard of the member `since`; `at` is when they were asked."""

    kind: CaseKind
    conversation: str
    since: str
    at: str


class CaseAsk(Struct, frozen=True):
    """What moving the case to `state` asks for: one fact of each of `needs`, and those of `takes` may be given."""

    state: CaseState
    needs: list[list[CaseFactName]]
    takes: list[CaseFactName]


class CaseView(CaseSummary, frozen=True):
    """A case with its history, the first line first, as it stands at `now`.

    `own_id` is what who asks calls it; '' for nothing. `prompts` are, for mentors and support, questions to oneself and
    words to say, in the language of `Accept-Language`. `asks` are of those `possible` and `by_hand` that ask for
    anything. `reached`, for support, are the states that it has been in, in order.
    """

    now: str
    own_id: str
    prompts: list[str]
    suspension: CaseSuspensionView | None
    history: list[CaseLineView]
    asks: list[CaseAsk]
    reached: list[CaseState]


def asker_of(identity: Identity) -> CaseAsker:
    """Who asks. Services have no cases and do not come here."""
    match identity.role:
        case "member" | "mentor" | "support":
            return CaseAsker(identity.user, identity.role)
        case "service":
            raise AssertionError("services have no cases")


def named_in(cases: Iterable[CaseSeen]) -> set[str]:
    """Ids of the people whose names go with them."""
    return {id for each in cases for id in (each.case.member, each.case.facts.mentor, each.case.facts.person) if id}


def case_summary(seen: CaseSeen, asker: CaseAsker, spoken: Language, names: Mapping[str, str]) -> CaseSummary:
    """As lists have it; `names` of all that named_in says, by id."""
    case, due = seen.case, seen.due
    words = case_words(case.kind, case.state, _reader(case, asker), spoken)
    assert words is not None, "every kind and state has words"  # noqa: S101 - a test holds it
    return CaseSummary(
        id=case.id,
        kind=case.kind,
        title=words.title,
        conversation=case.conversation,
        member=case.member,
        state=case.state,
        says=words.line,
        since=instant.text(case.since),
        opened_by=case.opener.id,
        opened_at=instant.text(case.opened_at),
        ended_at=instant.text_or_none(case.ended_at or None),
        assignee=case.assignee,
        due=CaseDueView(instant.text_or_none(due.at), due.by, due.what, due.then) if due else None,
        facts=facts_shown(case.facts),
        names={id: names[id] for id in sorted(named_in([seen])) if id in names},
        possible=list(seen.possible),
        by_hand=list(seen.by_hand),
    )


def suggested_case(quiet: QuietMember) -> SuggestedCase:
    """Of a member of whom it was asked."""
    since, at = quiet.quiet_since or 0, quiet.suggested_at or 0
    return SuggestedCase("ghosting", quiet.conversation, instant.text(since), instant.text(at))


def _reader(case: Case, asker: CaseAsker) -> CaseReader:
    return "guest" if is_guest(case, asker) else asker.role


def case_view(
    seen: CaseSeen, asker: CaseAsker, spoken: Language, names: Mapping[str, str], prompts: list[str], now: int
) -> CaseView:
    """With its history."""
    summary, suspension = case_summary(seen, asker, spoken, names), seen.case.suspension
    return CaseView(
        **{name: getattr(summary, name) for name in CaseSummary.__struct_fields__},
        now=instant.text(now),
        own_id=seen.own_id,
        prompts=prompts,
        suspension=CaseSuspensionView(instant.text(suspension.at), instant.text_or_none(suspension.lapses_at or None))
        if suspension
        else None,
        history=[_line(entry) for entry in seen.case.history],
        asks=_asks(seen),
        reached=list(seen.case.reached) if asker.role == "support" else [],
    )


def _asks(seen: CaseSeen) -> list[CaseAsk]:
    actions, found = {*seen.possible, *seen.by_hand}, []
    for state in seen.case.rule.states:
        needs, takes = state.facts_for(seen.case.payer)
        if state.name in actions and (needs or takes):
            found.append(CaseAsk(state.name, [list(group) for group in needs], list(takes)))
    return found


def _line(entry: CaseEntry) -> CaseLineView:
    return CaseLineView(
        at=instant.text(entry.at),
        noted_at=instant.text(entry.noted_at),
        who=entry.who,
        role=entry.role,
        did=entry.did,
        note=entry.note,
        audience=entry.audience,
        because=entry.because,
        facts=facts_shown(entry.facts),
    )

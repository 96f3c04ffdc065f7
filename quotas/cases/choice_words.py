"""What the choice of a case is called for who may open it: a line of their menu."""

from quotas.cases.rules import CaseKind, CaseRole, CaseState
from quotas.cases.words import case_words
from quotas.phrases import LANGUAGES, Language

ChoiceWords = tuple[str, str, str]
"""One text in the order of LANGUAGES."""

_BOTH: dict[CaseKind, ChoiceWords] = {
    "question": ("Ask a question", "Still et spørsmål", "Stil et spørgsmål"),
    "scheduling": ("We find no time", "Vi finner ingen tid", "Vi finder ingen tid"),
    "credit_correction": ("Correct the sessions left", "Rett opp antall sesjoner", "Ret antallet af sessioner"),
    "misconduct": ("Report", "Rapporter", "Anmeld"),
    "extra_session": ("Another session", "En sesjon til", "En session til"),
    "one_off_session": (
        "A session with another mentor",
        "En sesjon med en annen mentor",
        "En session med en anden mentor",
    ),
}
_MEMBER: dict[CaseKind, ChoiceWords] = _BOTH | {
    "mentor_switch": ("Change my mentor", "Bytt mentor", "Skift mentor"),
    "membership_cancellation": ("Cancel my membership", "Si opp medlemskapet", "Opsig medlemskabet"),
    "cadence_change": ("Change how often we meet", "Endre hvor ofte vi møtes", "Ændr, hvor ofte vi mødes"),
}
_MENTOR: dict[CaseKind, ChoiceWords] = _BOTH | {
    "ghosting": ("The member has gone quiet", "Medlemmet er blitt stille", "Medlemmet er blevet stille"),
    "poor_fit": ("We are not a good fit", "Vi passer ikke sammen", "Vi passer ikke sammen"),
    "mentor_switch": ("The member wants another mentor", "Medlemmet vil bytte mentor", "Medlemmet vil skifte mentor"),
    "membership_cancellation": ("The member wants to cancel", "Medlemmet vil si opp", "Medlemmet vil opsige"),
    "cadence_change": (
        "The member wants to meet more or less often",
        "Medlemmet vil møtes oftere eller sjeldnere",
        "Medlemmet vil mødes oftere eller sjældnere",
    ),
}
_WORDS: dict[CaseRole, dict[CaseKind, ChoiceWords]] = {"member": _MEMBER, "mentor": _MENTOR}


def choice_in_words(kind: CaseKind, state: CaseState, role: CaseRole, language: Language) -> str:
    """What that choice of somebody in that role is called, which begins in `state`; for support, what the kind is."""
    if own := _WORDS.get(role, {}).get(kind):
        return own[LANGUAGES.index(language)]
    words = case_words(kind, state, "support", language)
    return words.title if words is not None else kind

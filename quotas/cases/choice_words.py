"""What the choice of a case is called for who may open it: a line of their menu."""

from quotas.cases.rules import CaseKind, CaseRole
from quotas.phrases import LANGUAGES, Language

ChoiceWords = tuple[str, str, str]
"""One text in the order of LANGUAGES."""

_BOTH: dict[CaseKind, ChoiceWords] = {
    "question": ("Ask a question", "Still et spørsmål", "Stil et spørgsmål"),
    "scheduling": ("We find no time", "Vi finner ingen tid", "Vi finder ingen tid"),
    "credit_correction": ("Correct the sessions left", "Rett opp antall sesjoner", "Ret antallet af sessioner"),
    "misconduct": ("Report", "Rapporter", "Anmeld"),
}
_MEMBER: dict[CaseKind, ChoiceWords] = _BOTH | {
    "mentor_switch": ("Change my mentor", "Bytt mentor", "Skift mentor"),
    "membership_cancellation": ("Cancel my membership", "Si opp medlemskapet", "Opsig medlemskabet"),
    "cadence_change": ("Change how often we meet", "Endre hvor ofte vi møtes", "Ændr, hvor ofte vi mødes"),
    "extra_session": ("Another session", "En sesjon til", "En session til"),
    "one_off_session": (
        "A session with another mentor",
        "En sesjon med en annen mentor",
        "En session med en anden mentor",
    ),
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
    "extra_session": ("Another session", "En sesjon til", "En session til"),
    "one_off_session": (
        "A session with another mentor",
        "En sesjon med en annen mentor",
        "En session med en anden mentor",
    ),
}
_SUPPORT: dict[CaseKind, ChoiceWords] = {
    "question": ("Question", "Spørsmål", "Spørgsmål"),
    "ghosting": ("Member gone quiet", "Medlem som er blitt stille", "Medlem, der er blevet stille"),
    "membership_cancellation": ("Cancellation", "Oppsigelse", "Opsigelse"),
    "mentor_switch": ("Change of mentor", "Bytte av mentor", "Skift af mentor"),
    "one_off_session": ("Session with another mentor", "Sesjon med en annen mentor", "Session med en anden mentor"),
    "extra_session": ("Another session", "Ekstra sesjon", "Ekstra session"),
    "cadence_change": ("Meeting more or less often", "Oftere eller sjeldnere møter", "Oftere eller sjældnere møder"),
    "poor_fit": ("Not a good fit", "Passer ikke sammen", "Passer ikke sammen"),
    "scheduling": ("No time found", "Finner ingen tid", "Finder ingen tid"),
    "credit_correction": ("Correction of sessions left", "Retting av antall sesjoner", "Rettelse af antal sessioner"),
    "late_cancellation": ("Late cancellations", "Sene avlysninger", "Sene aflysninger"),
    "no_show": ("Member did not come", "Medlem møtte ikke", "Medlem mødte ikke"),
    "mentor_absent": ("Mentor did not come", "Mentor møtte ikke", "Mentor mødte ikke"),
    "unattended": ("Nobody came", "Ingen møtte", "Ingen mødte"),
    "misconduct": ("Report", "Rapport", "Anmeldelse"),
    "urgent_note": ("Urgent note", "Hastemelding", "Hastebesked"),
    "reply_missed": ("Answer that did not come", "Svar som ikke kom", "Svar, der ikke kom"),
}
_WORDS: dict[CaseRole, dict[CaseKind, ChoiceWords]] = {"member": _MEMBER, "mentor": _MENTOR, "support": _SUPPORT}


def choice_in_words(kind: CaseKind, role: CaseRole, language: Language) -> str:
    """What that choice of somebody in that role is called."""
    return _WORDS[role][kind][LANGUAGES.index(language)]

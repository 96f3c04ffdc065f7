"""What stands beside a mentor's case: questions to oneself, and words to say. Defaults that a platform may replace.

Source: cases.md, its last sentence on what happens by itself; the second document's questions, in words of our own.
"""

from quotas.case_policy import CasePolicy, CasePrompts
from quotas.cases.facts import CaseFacts
from quotas.cases.rules import CaseKind
from quotas.phrases import LANGUAGES, Language

Prompt = tuple[str, str, str]
"""One text in the order of LANGUAGES."""

PROMPTS: dict[CaseKind, tuple[Prompt, ...]] = {
    "ghosting": (
        (
            "People who go quiet are mostly just busy. Write once more, briefly and kindly, and suggest a time.",
            "De som blir stille, har som regel bare mye å gjøre. Skriv kort og vennlig én gang til, og foreslå en tid.",
            "De, der bliver stille, har som regel bare travlt. Skriv kort og venligt en gang til, og foreslå en tid.",
        ),
        (
            "Support writes too when a month has passed. Go on trying until then.",
            "Support skriver også når det har gått en måned. Fortsett å prøve så lenge.",
            "Support skriver også, når der er gået en måned. Bliv ved med at prøve så længe.",
        ),
    ),
    "membership_cancellation": (
        (
            "Tell the member that only they can cancel: in the app, or through support. Until then nothing changes.",
            "Fortell medlemmet at bare de selv kan si opp: i appen eller hos support. Til da endres ingenting.",
            "Fortæl medlemmet, at kun de selv kan opsige: i appen eller hos support. Indtil da ændres intet.",
        ),
        (
            "What did they hope for when they began, and what of it have they got?",
            "Hva håpet de på da de begynte, og hva av det har de fått?",
            "Hvad håbede de på, da de begyndte, og hvad har de fået af det?",
        ),
    ),
    "mentor_switch": (
        (
            "A new view or a new career is a good reason: wish them well. Otherwise: what may lie behind it?",
            "Et nytt blikk eller en ny karriere er en god grunn: ønsk dem lykke til. Ellers: hva kan ligge bak?",
            "Et nyt blik eller en ny karriere er en god grund: ønsk dem held og lykke. Ellers: hvad kan ligge bag?",
        ),
        (
            "How do you come across in your conversations, and does the member trust you?",
            "Hvordan fremstår du i samtalene, og har medlemmet tillit til deg?",
            "Hvordan fremstår du i samtalerne, og har medlemmet tillid til dig?",
        ),
        (
            "What has the member got from you so far? What would they say?",
            "Hva har medlemmet fått ut av deg så langt? Hva ville de selv si?",
            "Hvad har medlemmet fået ud af dig indtil nu? Hvad ville de selv sige?",
        ),
        (
            "Do you mostly ask, or mostly advise? Which does this member need?",
            "Spør du mest, eller gir du mest råd? Hva trenger dette medlemmet?",
            "Spørger du mest, eller giver du mest råd? Hvad har dette medlem brug for?",
        ),
        (
            "What can you learn here, whatever comes of it?",
            "Hva kan du lære av dette, uansett hvordan det går?",
            "Hvad kan du lære af det her, uanset hvordan det går?",
        ),
    ),
    "cadence_change": (
        (
            "Fewer meetings for cost or time: ask what would make each one worth more to them.",
            "Færre møter på grunn av pris eller tid: spør hva som ville gjort hvert av dem mer verdt.",
            "Færre møder på grund af pris eller tid: spørg, hvad der ville gøre hvert af dem mere værd.",
        ),
    ),
    "poor_fit": (
        (
            "Is it your field that is missing? Then say which one would help.",
            "Er det fagfeltet ditt som ikke passer? Si i så fall hvilket som ville hjelpe.",
            "Er det dit fagområde, der ikke passer? Sig i så fald, hvilket der ville hjælpe.",
        ),
        (
            "Does the member not seem ready? Look at what that stirs in you, and meet them where they stand.",
            "Virker ikke medlemmet klar? Kjenn etter hva det vekker i deg, og møt dem der de er.",
            "Virker medlemmet ikke parat? Mærk efter, hvad det vækker i dig, og mød dem, hvor de er.",
        ),
    ),
    "scheduling": (
        (
            "A time that repeats helps most members to stay. Can you open other hours before you give up on one?",
            "En fast tid hjelper de fleste å holde fast. Kan du åpne andre tider før du gir opp?",
            "En fast tid hjælper de fleste med at blive ved. Kan du åbne andre tider, før du giver op?",
        ),
    ),
    "late_cancellation": (
        (
            "This happens often by now. A talk with the coach of coaches may help to bring the member back in.",
            "Dette har skjedd flere ganger. En prat med mentorenes egen mentor kan hjelpe å få medlemmet med igjen.",
            "Det er sket flere gange nu. En snak med mentorernes egen mentor kan hjælpe med at få medlemmet med igen.",
        ),
    ),
    "no_show": (
        (
            "Write that you are sorry to have missed them and name your next session; if there is none, suggest one.",
            "Skriv at det var synd dere ikke møttes, og nevn neste økt; er det ingen, så foreslå en.",
            "Skriv, at det var ærgerligt, I ikke mødtes, og nævn næste session; er der ingen, så foreslå en.",
        ),
    ),
    "misconduct": (
        (
            "You need do nothing more; support takes it from here. Writing on is up to you.",
            "Du trenger ikke gjøre mer; support tar det herfra. Om du vil skrive videre, bestemmer du selv.",
            "Du behøver ikke gøre mere; support tager den herfra. Om du vil skrive videre, bestemmer du selv.",
        ),
    ),
}
"""By kind; a kind that is not here has none."""


FIRST_SESSION_MISSED: Prompt = (
    "You have not met yet: ask them to book another first session, and make that easy.",
    "Dere har ikke møttes ennå: be dem bestille en ny første økt, og gjør det lett for dem.",
    "I har ikke mødtes endnu: bed dem booke en ny første session, og gør det nemt for dem.",
)
"""In the place of what stands beside other no-shows: there is no next session to name."""


def prompts_of(
    kind: CaseKind,
    language: Language,
    policy: CasePolicy = CasePolicy(),  # noqa: B008 - frozen
    facts: CaseFacts = CaseFacts(),  # noqa: B008 - frozen
) -> list[str]:
    """What stands beside a mentor's case of that kind: the policy's own texts, or the built-in ones."""
    own = policy.prompts.get(kind, True)
    if isinstance(own, CasePrompts):
        return list(getattr(own, language))
    missed_first = kind == "no_show" and facts.first_session
    prompts = (FIRST_SESSION_MISSED,) if missed_first else PROMPTS.get(kind, ())
    return [texts[LANGUAGES.index(language)] for texts in prompts] if own else []

"""What the terminal says of cases beside their own words: its part of the table in `texts.py`."""

CASE_TEXTS: dict[str, tuple[str, str, str]] = {
    # Lists.
    "cases_none": (
        "Nothing is open with support. /cases all shows what is over, /request what you can ask for.",
        "Ingenting er åpent hos support. /cases all viser det som er over, /request hva du kan be om.",
        "Intet er åbent hos support. /cases all viser det, der er ovre, /request hvad du kan bede om.",
    ),
    "case_which": (
        "Which one? /cases numbers them: /case 1.",
        "Hvilken? /cases gir dem nummer: /case 1.",
        "Hvilken? /cases giver dem nummer: /case 1.",
    ),
    "cases_older": ("There are older ones too.", "Det finnes eldre også.", "Der findes også ældre."),
    "case_opened": ("{title}: {line}", "{title}: {line}", "{title}: {line}"),
    "case_new_note": (
        "{title}: a new note · /cases",
        "{title}: et nytt notat · /cases",
        "{title}: et nyt notat · /cases",
    ),
    "case_stands_still": ("the clock stands still", "klokken står stille", "uret står stille"),
    "case_until": ("until {when}, {left} left", "til {when}, {left} igjen", "til {when}, {left} tilbage"),
    "case_by_itself": ("on {when}, in {left}", "{when}, om {left}", "{when}, om {left}"),
    "case_overdue": ("overdue since {when}", "over fristen siden {when}", "over fristen siden {when}"),
    "case_waits_member": ("waits for the member", "venter på medlemmet", "venter på medlemmet"),
    "case_waits_mentor": ("waits for the mentor", "venter på mentoren", "venter på mentoren"),
    "case_waits_support": ("waits for support", "venter på support", "venter på support"),
    "case_waits_you": ("waits for you", "venter på deg", "venter på dig"),
    "case_waits_system": ("goes on by itself", "går videre av seg selv", "går videre af sig selv"),
    "case_possible": ("/case {n} {actions}", "/case {n} {actions}", "/case {n} {actions}"),
    "case_internal": ("internal", "internt", "internt"),
    "case_itself": ("by itself", "av seg selv", "af sig selv"),
    "case_for": ("given to {name}", "gitt til {name}", "givet til {name}"),
    # A new mentor.
    "send_on_none": (
        "Nothing is left unanswered from before.",
        "Ingenting er ubesvart fra før.",
        "Intet er ubesvaret fra før.",
    ),
    "send_on_ask": (
        "Nobody answered that. /send-on yes sends it on to {name}.",
        "Ingen svarte på det. /send-on ja sender det videre til {name}.",
        "Ingen svarede på det. /send-on ja sender det videre til {name}.",
    ),
    "help_send_on": (
        "/send-on        what nobody answered before, for a new mentor",
        "/send-on        det ingen svarte på, til en ny mentor",
        "/send-on        det, ingen svarede på, til en ny mentor",
    ),
    # Absences.
    "away_until": ("{name} is away until {when}", "{name} er borte til {when}", "{name} er væk til {when}"),
    "away_you": ("you are away until {when}", "du er borte til {when}", "du er væk til {when}"),
    "away_for": (
        "you stand in for {name} until {when}",
        "du er vikar for {name} til {when}",
        "du er vikar for {name} til {when}",
    ),
    "away_stands_in": ("{name} stands in", "{name} er vikar", "{name} er vikar"),
    # Facts, by their names.
    "fact_reason": ("reason", "grunn", "grund"),
    "fact_number": ("sessions", "sesjoner", "sessioner"),
    "fact_to": ("how often", "hvor ofte", "hvor ofte"),
    "fact_mentor": ("mentor", "mentor", "mentor"),
    "fact_chemistry": ("a first talk", "en første samtale", "en første samtale"),
    "fact_replaces": ("in place of", "i stedet for", "i stedet for"),
    "fact_price": ("price", "pris", "pris"),
    "fact_starts_at": ("times", "tider", "tider"),
    "fact_minutes": ("minutes", "minutter", "minutter"),
    "fact_booking": ("session", "sesjon", "session"),
    "fact_ends_at": ("over at", "over", "slut"),
    "fact_outcome": ("outcome", "utfall", "udfald"),
    "fact_first_session": ("their first session", "første sesjon", "første session"),
    "fact_asked_on": ("asked on", "bedt om", "bedt om"),
    "fact_paid_until": ("paid until", "betalt til", "betalt til"),
    "fact_applies_on": ("from", "fra", "fra"),
    "fact_units": ("sessions of 30 minutes", "sesjoner på 30 minutter", "sessioner på 30 minutter"),
    "fact_person": ("about", "om", "om"),
    "fact_messages": ("messages", "meldinger", "beskeder"),
    "fact_waiting_since": ("waiting since", "har ventet siden", "har ventet siden"),
    "fact_suspend": ("nobody writes for now", "ingen skriver inntil videre", "ingen skriver indtil videre"),
    "fact_evidence_until": ("kept until", "beholdes til", "beholdes til"),
    # What can be asked for.
    "requests_for": (
        "/request 1 and your words: asks for the first, and says what is missing.",
        "/request 1 og dine ord: ber om det første, og sier hva som mangler.",
        "/request 1 og dine ord: beder om det første, og siger, hvad der mangler.",
    ),
    "request_none": (
        "That is not for you to ask for here; /request shows what is.",
        "Det kan du ikke be om her; /request viser hva du kan be om.",
        "Det kan du ikke bede om her; /request viser, hvad du kan bede om.",
    ),
    "request_substitute": (
        "As a substitute you answer; what {name} and the member ask of support is theirs.",
        "Som vikar svarer du; det {name} og medlemmet ber support om, er deres.",
        "Som vikar svarer du; det, {name} og medlemmet beder support om, er deres.",
    ),
    "request_needs": ("{title}: add {what}", "{title}: legg til {what}", "{title}: tilføj {what}"),
    "request_or": ("or", "eller", "eller"),
    "request_words": ("your words", "dine ord", "dine ord"),
    "request_already_open": (
        "{title} is open already; /cases shows it.",
        "{title} er allerede åpen; /cases viser den.",
        "{title} er allerede åben; /cases viser den.",
    ),
    "request_ended": (
        "The conversation has ended; of it one may still ask a question.",
        "Samtalen er avsluttet; du kan fortsatt stille spørsmål om den.",
        "Samtalen er afsluttet; du kan stadig stille spørgsmål om den.",
    ),
    "request_no_cadence": (
        "How often you meet is not agreed in this plan.",
        "Hvor ofte dere møtes, er ikke avtalt i dette abonnementet.",
        "Hvor ofte I mødes, er ikke aftalt i dette abonnement.",
    ),
    "request_cancel_sure": (
        "Your membership then ends when the paid time is over, and with it all your conversations; until then you can "
        "take it back. {command} yes cancels it.",
        "Medlemskapet slutter da når den betalte tiden er over, og med det alle samtalene dine; fram til da kan du "
        "trekke det tilbake. {command} ja sier det opp.",
        "Medlemskabet slutter så, når den betalte tid er forbi, og med det alle dine samtaler; indtil da kan du "
        "trække det tilbage. {command} ja opsiger det.",
    ),
    # Refusals.
    "no_not_now": (
        "That cannot be done now.",
        "Det kan ikke gjøres nå.",
        "Det kan ikke gøres nu.",
    ),
    "works_possible": ("Possible: {actions}.", "Mulig: {actions}.", "Muligt: {actions}."),
    # Commands.
    "help_cases": (
        "/cases          what is open with support, /cases all the rest too; /case 1 shows one and what you can do",
        "/cases          hva som er åpent hos support, /cases all resten også; /case 1 viser en og hva du kan gjøre",
        "/cases          hvad der er åbent hos support, /cases all også resten; /case 1 viser en, og hvad du kan gøre",
    ),
    "help_request": (
        "/request        what you can ask for here: /request 1",
        "/request        hva du kan be om her: /request 1",
        "/request        hvad du kan bede om her: /request 1",
    ),
    "help_question": (
        "/question TEXT  ask support",
        "/question TEKST spør support",
        "/question TEKST spørg support",
    ),
    "help_report": (
        "/report TEXT    report to support; /report #12 TEXT reports message 12, /report suspend=yes TEXT asks that "
        "nobody writes for now",
        "/report TEKST   rapporter til support; /report #12 TEKST rapporterer melding 12, /report suspend=ja TEKST ber "
        "om at ingen skriver inntil videre",
        "/report TEKST   anmeld til support; /report #12 TEKST anmelder besked 12, /report suspend=ja TEKST beder "
        "om, at ingen skriver indtil videre",
    ),
    "help_switch": (
        "/switch         another mentor, please; with your reasons if you like",
        "/switch         jeg vil bytte mentor; gjerne med grunnen",
        "/switch         jeg vil skifte mentor; gerne med grunden",
    ),
    "help_resign": (
        "/resign         cancel my membership",
        "/resign         si opp medlemskapet",
        "/resign         opsig medlemskabet",
    ),
    "help_cadence": (
        "/cadence weekly time  meet monthly, every_two_weeks or weekly, for reasons of cost, time, travel or support",
        "/cadence weekly time  møtes monthly, every_two_weeks eller weekly, pga. cost, time, travel eller support",
        "/cadence weekly time  mødes monthly, every_two_weeks eller weekly, pga. cost, time, travel eller support",
    ),
    "help_another": (
        "/another 1      another session, or two",
        "/another 1      en sesjon til, eller to",
        "/another 1      en session til, eller to",
    ),
    "help_quiet": (
        "/quiet          the member has gone quiet",
        "/quiet          medlemmet er blitt stille",
        "/quiet          medlemmet er blevet stille",
    ),
    "help_fit": (
        "/fit readiness  we are not a good fit: expertise or readiness",
        "/fit readiness  vi passer ikke sammen: expertise eller readiness",
        "/fit readiness  vi passer ikke sammen: expertise eller readiness",
    ),
    "help_leaving": (
        "/resign         the member wants to cancel: they alone can, this tells support",
        "/resign         medlemmet vil si opp: bare de kan det, dette sier fra til support",
        "/resign         medlemmet vil opsige: kun de kan det, dette siger det til support",
    ),
}
"""By key: English, bokmål, Danish, as in TABLE."""

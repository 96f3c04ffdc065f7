"""What the terminal says of sessions: its part of the table in `texts.py`."""

SESSION_TEXTS: dict[str, tuple[str, str, str]] = {
    "session_live_chat": ("live chat", "live-chat", "live-chat"),
    "session_video_call": ("video call", "videosamtale", "videosamtale"),
    # States.
    "session_booked": ("booked", "booket", "booket"),
    "session_running": ("running", "pågår", "i gang"),
    "session_held": ("held", "avholdt", "afholdt"),
    "session_no_show_candidate": ("member missing", "medlemmet mangler", "medlemmet mangler"),
    "session_no_show": ("no-show", "ikke møtt", "ikke mødt"),
    "session_mentor_absent": ("mentor absent", "mentor fraværende", "mentor fraværende"),
    "session_unattended": ("nobody came", "ingen kom", "ingen kom"),
    "session_cancelled": ("cancelled", "avlyst", "aflyst"),
    "session_late": ("late", "for sent", "for sent"),
    "session_not_counted": ("not counted", "teller ikke", "tæller ikke"),
    # The state line.
    "session_in": ("{what} {when}, in {left}", "{what} {when}, om {left}", "{what} {when}, om {left}"),
    "session_soon": ("{what} in {left}", "{what} om {left}", "{what} om {left}"),
    "session_runs": ("{what}, {left} left", "{what}, {left} igjen", "{what}, {left} tilbage"),
    "session_ends_in": ("{what} ends in {left}", "{what} slutter om {left}", "{what} slutter om {left}"),
    "session_over_by": (
        "{what}, {left} past its end",
        "{what}, {left} over tiden",
        "{what}, {left} over tiden",
    ),
    # What is said live.
    "said_starting": (
        "{what} at {when}, in {left}",
        "{what} kl. {when}, om {left}",
        "{what} kl. {when}, om {left}",
    ),
    "said_joined": ("{name} has joined the session", "{name} er med i sesjonen", "{name} er med i sessionen"),
    "said_joined_you": ("You have joined the session", "Du er med i sesjonen", "Du er med i sessionen"),
    "said_ending": (
        "The session ends in {left}",
        "Sesjonen slutter om {left}",
        "Sessionen slutter om {left}",
    ),
    # Credits.
    "units_0": ("no session", "ingen sesjon", "ingen session"),
    "units_1": ("1 session of 30 minutes", "1 sesjon på 30 minutter", "1 session på 30 minutter"),
    "units_n": ("{n} sessions of 30 minutes", "{n} sesjoner på 30 minutter", "{n} sessioner på 30 minutter"),
    "credits_left": (
        "{units} left this month, until {when}",
        "{units} igjen denne måneden, til {when}",
        "{units} tilbage denne måned, til {when}",
    ),
    "credits_unlimited": ("sessions without limit", "sesjoner uten grense", "sessioner uden grænse"),
    "credits_none": ("the plan has no sessions", "abonnementet har ingen sesjoner", "abonnementet har ingen sessioner"),
    # Commands.
    "help_sessions": (
        "/sessions       sessions of this conversation, numbered",
        "/sessions       sesjonene i denne samtalen, med nummer",
        "/sessions       sessionerne i denne samtale, med nummer",
    ),
    "help_book": (
        "/book           free times; /book 2 or /book thu 18:00 takes one; /book live 60 lists other sessions",
        "/book           ledige tider; /book 2 eller /book tor 18:00 tar en; /book live 60 viser andre sesjoner",
        "/book           ledige tider; /book 2 eller /book tor 18:00 tager en; /book live 60 viser andre sessioner",
    ),
    "help_join": (
        "/join           join the session that is about to start, or is running",
        "/join           bli med i sesjonen som snart begynner eller pågår",
        "/join           kom med i sessionen, der snart begynder eller er i gang",
    ),
    "help_move": (
        "/move N         free times for session N; /move N 2 or /move N thu 18:00 moves it",
        "/move N         ledige tider for sesjon N; /move N 2 eller /move N tor 18:00 flytter den",
        "/move N         ledige tider for session N; /move N 2 eller /move N tor 18:00 flytter den",
    ),
    "help_cancel": (
        "/cancel N       what cancelling session N costs; /cancel N yes cancels it",
        "/cancel N       hva det koster å avlyse sesjon N; /cancel N ja avlyser den",
        "/cancel N       hvad det koster at aflyse session N; /cancel N ja aflyser den",
    ),
    "help_finish": (
        "/finish         end the session that is running (mentor)",
        "/finish         avslutt sesjonen som pågår (mentor)",
        "/finish         afslut sessionen, der er i gang (mentor)",
    ),
    "help_noshow": (
        "/no-show        confirm that the member did not come (mentor)",
        "/no-show        bekreft at medlemmet ikke kom (mentor)",
        "/no-show        bekræft, at medlemmet ikke kom (mentor)",
    ),
    "no_sessions": (
        "No sessions are booked here; /book shows free times.",
        "Ingen sesjoner er booket her; /book viser ledige tider.",
        "Ingen sessioner er booket her; /book viser ledige tider.",
    ),
    "no_session_now": (
        "No session is running or about to start; /sessions shows what is booked.",
        "Ingen sesjon begynner snart eller pågår; /sessions viser hva som er booket.",
        "Ingen session begynder snart eller er i gang; /sessions viser, hvad der er booket.",
    ),
    "which_session": (
        "Which session? /sessions numbers them: {command} 1.",
        "Hvilken sesjon? /sessions gir dem nummer: {command} 1.",
        "Hvilken session? /sessions giver dem nummer: {command} 1.",
    ),
    "no_slots": (
        "The mentor has no free times for a {what} of {minutes} minutes; ask for one here.",
        "Mentoren har ingen ledige tider for en {what} på {minutes} minutter; spør om en her.",
        "Mentoren har ingen ledige tider til en {what} på {minutes} minutter; spørg om en her.",
    ),
    "name_time": (
        "Name a time: {command} thu 18:00.",
        "Oppgi en tid: {command} tor 18:00.",
        "Angiv en tid: {command} tor 18:00.",
    ),
    "slots_for": (
        "Free times for a {what} of {minutes} minutes:",
        "Ledige tider for en {what} på {minutes} minutter:",
        "Ledige tider til en {what} på {minutes} minutter:",
    ),
    "pick_slot": (
        "{command} 2 takes the second, {command} {example} another time.",
        "{command} 2 tar den andre, {command} {example} en annen tid.",
        "{command} 2 tager den anden, {command} {example} en anden tid.",
    ),
    "no_such_slot": (
        "There is no number {n} in the list; {command} shows it again.",
        "Det er ikke noe nummer {n} i listen; {command} viser den igjen.",
        "Der er ikke noget nummer {n} på listen; {command} viser den igen.",
    ),
    "no_such_time": (
        "{text} is no time; write 18:00, thu 18:00 or 2026-12-03 18:00.",
        "{text} er ikke et tidspunkt; skriv 18:00, tor 18:00 eller 2026-12-03 18:00.",
        "{text} er ikke et tidspunkt; skriv 18:00, tor 18:00 eller 2026-12-03 18:00.",
    ),
    "cancel_spends": (
        "{what} {when}: cancelling it now spends {units}. /move {n} moves it instead; "
        "/cancel {n} yes cancels it all the same.",
        "{what} {when}: hvis den avlyses nå, er {units} brukt. /move {n} flytter den i stedet; "
        "/cancel {n} ja avlyser den likevel.",
        "{what} {when}: hvis den aflyses nu, er {units} brugt. /move {n} flytter den i stedet; "
        "/cancel {n} ja aflyser den alligevel.",
    ),
    "cancel_spends_late": (
        "{what} {when}: it starts so soon that cancelling it now still spends {units}. You can no longer move it "
        "yourself; ask the mentor. /cancel {n} yes cancels it all the same.",
        "{what} {when}: det er kort tid til, og den regnes som avholdt hvis den avlyses nå: {units} er brukt. Du kan "
        "ikke lenger flytte den selv; spør mentoren. /cancel {n} ja avlyser den likevel.",
        "{what} {when}: der er kort tid til, og den regnes som afholdt, hvis den aflyses nu: {units} er brugt. Du kan "
        "ikke længere flytte den selv; spørg mentoren. /cancel {n} ja aflyser den alligevel.",
    ),
    "cancel_costs_late": (
        "{what} {when}: it starts so soon that it is paid for even if cancelled now. /cancel {n} yes still cancels it.",
        "{what} {when}: det er kort tid til, og den betales hvis den avlyses nå. /cancel {n} ja avlyser den likevel.",
        "{what} {when}: der er kort tid til, og den betales, hvis den aflyses. /cancel {n} ja aflyser den alligevel.",
    ),
    "cancel_costs_nothing": (
        "{what} {when}: cancelling it now costs nothing. /cancel {n} yes cancels it; /move {n} moves it.",
        "{what} {when}: å avlyse den nå koster ingenting. /cancel {n} ja avlyser den; /move {n} flytter den.",
        "{what} {when}: at aflyse den nu koster intet. /cancel {n} ja aflyser den; /move {n} flytter den.",
    ),
    # Why the rules say no, and what would work.
    "no_ended": ("The conversation has ended.", "Samtalen er avsluttet.", "Samtalen er afsluttet."),
    "no_suspended": (
        "The conversation is suspended; it works again once that is lifted.",
        "Samtalen er stengt inntil videre; det virker igjen når den åpnes.",
        "Samtalen er lukket indtil videre; det virker igen, når den åbnes.",
    ),
    "no_paused": (
        "The conversation is paused; it works again once it is open.",
        "Samtalen er satt på pause; det virker igjen når den er åpen.",
        "Samtalen er sat på pause; det virker igen, når den er åben.",
    ),
    "no_in_past": ("That time has passed.", "Den tiden er forbi.", "Den tid er forbi."),
    "no_too_far": ("That is too far ahead.", "Det er for langt fram.", "Det er for langt ude i fremtiden."),
    "no_not_in_plan": (
        "The plan has no sessions of that kind.",
        "Abonnementet har ingen slike sesjoner.",
        "Abonnementet har ingen sådanne sessioner.",
    ),
    "no_no_credits": (
        "Too few sessions are left in that month.",
        "Det er for få sesjoner igjen den måneden.",
        "Der er for få sessioner tilbage den måned.",
    ),
    "no_outside_slots": (
        "That is none of the mentor's free times.",
        "Det er ikke en av mentorens ledige tider.",
        "Det er ikke en af mentorens ledige tider.",
    ),
    "no_busy": (
        "One of the two is in another session then.",
        "En av de to er i en annen sesjon da.",
        "En af de to er i en anden session da.",
    ),
    "no_not_booked": (
        "It has been cancelled; book a new one.",
        "Den er avlyst; book en ny.",
        "Den er aflyst; book en ny.",
    ),
    "no_already_started": ("It has started already.", "Den har allerede begynt.", "Den er allerede begyndt."),
    "no_too_late": (
        "It starts too soon for you to move it; ask the mentor, who still can.",
        "Det er for kort tid til at du kan flytte den; spør mentoren, som fortsatt kan.",
        "Der er for kort tid til, at du kan flytte den; spørg mentoren, som stadig kan.",
    ),
    "no_not_open": (
        "It is too early or too late for that: a session can be joined from shortly before its start until its end.",
        "Det er for tidlig eller for sent: en blir med fra kort før starten til slutten.",
        "Det er for tidligt eller for sent: man kommer med fra kort før starten til slutningen.",
    ),
    "works_left": (
        "Left in it: {units}; a shorter session, one in another month or an extra video call would work.",
        "Igjen i den: {units}; en kortere sesjon, en i en annen måned eller en ekstra videosamtale går.",
        "Tilbage i den: {units}; en kortere session, en i en anden måned eller en ekstra videosamtale går.",
    ),
    "works_none_left": (
        "None is left in it; one in another month or an extra video call would work.",
        "Ingen er igjen i den; en i en annen måned eller en ekstra videosamtale går.",
        "Ingen er tilbage i den; en i en anden måned eller en ekstra videosamtale går.",
    ),
    "works_video": (
        "Outside the plan only video calls are booked.",
        "Utenom abonnementet kan bare videosamtaler bookes.",
        "Uden for abonnementet kan kun videosamtaler bookes.",
    ),
    "works_plans": (
        "Plans that have them: {plans}.",
        "Abonnementer som har dem: {plans}.",
        "Abonnementer, der har dem: {plans}.",
    ),
    "works_starts": ("Free times: {starts}.", "Ledige tider: {starts}.", "Ledige tider: {starts}."),
}
"""By key: English, bokmål, Danish, in the order of LANGUAGES."""

"""What notices say, in Danish. Shape and blanks: `texts.py`."""

WORDS: dict[str, tuple[str, ...]] = {
    "message": ("Ny besked fra {other}", "{Other} har skrevet til dig."),
    "message.refused": (
        "En besked blev ikke sendt",
        "En besked kunne ikke sendes nu; teksten er tilbage hos den, der skrev den.",
    ),
    "message.unread": ("{Other} har skrevet til dig", "Du har {unread} fra {other}."),
    "message.unread/answered": ("{Other} har svaret", "{Other} har svaret dig."),
    "reply.warning": (
        "{Other} venter på svar fra dig",
        "{Other} er lovet svar senest {due}.",
        "{Other} er snart lovet svar.",
    ),
    "reply.warning/support": (
        "En svarfrist nærmer sig",
        "{Other} skal svare et medlem senest {due}.",
        "{Other} skal snart svare et medlem.",
    ),
    "reply.warning/member": (
        "{Other} har ikke svaret endnu",
        "{Other} skal svare dig senest {due}.",
        "{Other} skal snart svare dig.",
    ),
    "reply.overtime": (
        "{Other} venter stadig på dit svar",
        "{Other} har ventet på dit svar siden {since}.",
        "{Other} har ventet længe på dit svar.",
    ),
    "reply.overtime/support": (
        "Et medlem venter længe",
        "{Other} har skyldt et medlem svar siden {since}.",
        "{Other} har længe skyldt et medlem svar.",
    ),
    "reply.overtime/member": (
        "{Other} har ikke svaret endnu",
        "Du har ventet på svar fra {other} siden {since}.",
        "Du har ventet længe på svar fra {other}.",
    ),
    "reply.missed": (
        "Fristen for at svare {other} er udløbet",
        "{Other} var lovet svar senest {due}. Et svar nu hjælper stadig.",
        "{Other} var lovet svar inden nu. Et svar nu hjælper stadig.",
    ),
    "reply.missed/support": (
        "Et svar er forsinket",
        "{Other} skulle svare et medlem senest {due} og har ikke gjort det endnu.",
        "{Other} skulle have svaret et medlem og har ikke gjort det endnu.",
    ),
    "reply.missed/member": (
        "Svaret til dig er forsinket",
        "{Other} skulle svare dig senest {due}. Vi har givet besked.",
        "{Other} skulle have svaret dig nu. Vi har givet besked.",
    ),
    "reply.answered": ("{Other} har svaret", "{Other} har svaret dig."),
    "reply.answered/mentor": ("Du har svaret {other}", "{Other} har fået dit svar."),
    "reply.answered/support": ("Et medlem har fået svar", "{Other} har svaret et medlem."),
    "absence.began": (
        "{Other} er væk, og medlemmer venter",
        "{Other} er væk til {until}; ingen er vikar, og {waiting} på svar.",
        "{Other} er væk; ingen er vikar, og medlemmer venter på svar.",
    ),
    "writing.opened": (
        "Du kan skrive igen",
        "Du kan skrive til {other} igen, indtil {until}.",
        "Du kan skrive til {other} igen.",
    ),
    "writing.days": (
        "Nogen vil gerne høre fra dig i denne uge",
        "Du har skrevet til {members} på færre dage i denne uge, end abonnementet lover. Der er tid indtil {until}.",
        "Du har skrevet til {members} på færre dage i denne uge, end abonnementet lover.",
        "Du har skrevet på færre dage i denne uge, end abonnementet lover.",
    ),
    "writing.days/support": (
        "En mentor skriver sjældnere end lovet",
        "{Other} har skrevet til {members} på færre dage i denne uge, end abonnementet lover.",
        "{Other} har skrevet på færre dage i denne uge, end abonnementet lover.",
    ),
    "booking.booked": (
        "{Service} med {other}: {when}",
        "Din {service} med {other} er booket til {when}, {minutes}.",
        "Din session med {other} er booket.",
    ),
    "booking.booked/support": (
        "Booket: {service} med {other}, {when}",
        "En {service} med {other} er booket til {when}, {minutes}.",
        "En session med {other} er booket.",
    ),
    "booking.moved": (
        "Flyttet: {service} med {other}, nu {when}",
        "Din {service} med {other} er flyttet fra {from} til {when}.",
        "Din {service} med {other} er flyttet til {when}.",
        "Din session med {other} er flyttet.",
    ),
    "booking.moved/support": (
        "Flyttet: {service} med {other}, nu {when}",
        "En {service} med {other} er flyttet fra {from} til {when}.",
        "En {service} med {other} er flyttet til {when}.",
        "En session med {other} er flyttet.",
    ),
    "booking.cancelled": (
        "Aflyst: {service} med {other}, {when}",
        "Din {service} med {other} {when} er aflyst.",
        "Din session med {other} er aflyst.",
    ),
    "booking.cancelled/support": (
        "Aflyst: {service} med {other}, {when}",
        "En {service} med {other} {when} er aflyst.",
        "En session med {other} er aflyst.",
    ),
    "session.reminder": (
        "{Service} med {other}: {when}",
        "Din {service} med {other} begynder {when} og varer {minutes}.",
        "Din session med {other} er snart.",
    ),
    "session.starting": (
        "{Service} med {other} kl. {time}",
        "Din {service} med {other} begynder kl. {time}. Du kan deltage nu.",
        "Din session med {other} begynder snart. Du kan deltage nu.",
    ),
    "session.started": (
        "{The_service} med {other} er begyndt",
        "Din {service} med {other} begyndte kl. {time}.",
        "Din session med {other} er begyndt.",
    ),
    "session.late": (
        "{Other} er ikke kommet endnu",
        "{Other} er ikke kommet til {the_service} kl. {time} endnu.",
        "{Other} er ikke kommet til sessionen endnu.",
    ),
    "session.late/own": (
        "{Other} venter på dig",
        "{Other} er kommet til {the_service} kl. {time}. Du kan stadig deltage.",
        "{Other} er kommet til sessionen. Du kan stadig deltage.",
    ),
    "session.late/support": (
        "Nogen er forsinket til en session",
        "En {service} med {other} begyndte kl. {time}, og en af de to er ikke kommet endnu.",
        "En session med {other} er begyndt, og en af de to er ikke kommet endnu.",
    ),
    "session.candidate": (
        "{Other} er ikke kommet til {the_service}",
        "{Other} er ikke kommet til {the_service} kl. {time}. Du kan notere, at I ikke mødtes.",
        "{Other} er ikke kommet til sessionen. Du kan notere, at I ikke mødtes.",
    ),
    "session.candidate/member": (
        "{Other} venter på dig",
        "{Other} er kommet til {the_service} kl. {time}. Du kan stadig deltage.",
        "{Other} er kommet til sessionen. Du kan stadig deltage.",
    ),
    "session.candidate/support": (
        "Et medlem er ikke kommet til en session",
        "{Other} er alene i {the_service} {when}.",
        "{Other} er alene i en session.",
    ),
    "session.close_reminder": (
        "Er {the_service} med {other} slut?",
        "{The_service} med {other} kl. {time} skulle være slut nu. Afslut den, når I er færdige.",
        "Sessionen med {other} skulle være slut nu. Afslut den, når I er færdige.",
    ),
    "session.ended": (
        "{The_service} med {other} er slut",
        "Din {service} med {other} {when} er slut.",
        "Din session med {other} er slut.",
    ),
    "session.no_show": (
        "{Other} kom ikke",
        "Det er noteret, at {other} ikke kom til {the_service} {when}.",
        "Det er noteret, at {other} ikke kom til sessionen.",
    ),
    "session.no_show/member": (
        "{The_service} med {other} {when}",
        "Ærgerligt, at vi ikke mødtes {when}. Næste session er {next}.",
        "Ærgerligt, at vi ikke mødtes {when}. Du er velkommen til at booke en ny tid.",
        "Ærgerligt, at vi ikke mødtes. Du er velkommen til at booke en ny tid.",
    ),
    "session.no_show/support": (
        "Et medlem kom ikke til en session",
        "Et medlem kom ikke til {the_service} med {other} {when}.",
        "Et medlem kom ikke til en session med {other}.",
    ),
    "session.mentor_absent": (
        "{Other} kom ikke, og det beklager vi",
        "{Other} kom ikke til din {service} {when}. Den koster dig ingenting; book gerne en ny tid.",
        "{Other} kom ikke til din session. Den koster dig ingenting; book gerne en ny tid.",
    ),
    "session.mentor_absent/mentor": (
        "{Other} ventede på dig",
        "Du kom ikke til {the_service} med {other} {when}. En besked og en ny tid ville hjælpe.",
        "Du kom ikke til sessionen med {other}. En besked og en ny tid ville hjælpe.",
    ),
    "session.mentor_absent/support": (
        "En mentor kom ikke til en session",
        "{Other} kom ikke til {the_service} {when}.",
        "{Other} kom ikke til en session.",
    ),
    "session.unattended": (
        "Ingen kom til {the_service} med {other}",
        "Ingen af jer kom til {the_service} med {other} {when}. Den regnes ikke som afholdt.",
        "Ingen af jer kom til sessionen med {other}. Den regnes ikke som afholdt.",
    ),
    "session.unattended/support": (
        "Ingen kom til en session",
        "Ingen kom til {the_service} med {other} {when}.",
        "Ingen kom til en session med {other}.",
    ),
    "session.late_cancellation": (
        "En session gik tabt igen",
        "Flere sessioner i træk eller på kort tid blev aflyst sent eller ikke mødt op til, senest med {other} {when}.",
        "Flere sessioner i træk eller på kort tid blev aflyst sent eller ikke mødt op til, senest med {other}.",
    ),
    "session.late_cancellation/member": (
        "Flere sessioner blev ikke til noget",
        "Flere af dine sessioner med {other} blev ikke til noget. Ville en anden tid på ugen passe bedre?",
    ),
    "session.three_sessions": (
        "Tre sessioner med {other} i {month}",
        "I {month} bliver der tre sessioner med {other}. Behold dem, eller flyt de følgende en uge.",
        "I en måned bliver der tre sessioner med {other}. Behold dem, eller flyt de følgende en uge.",
    ),
    "membership.changed": ("Dit medlemskab er ændret", "Det, der er aftalt om dit medlemskab, er ændret."),
    "membership.changed/support": ("Et medlemskab er ændret", "Det, der er aftalt om et medlemskab, er ændret."),
    "membership.reminder": (
        "Dit medlemskab fornys {paid_until}",
        "Dit medlemskab fornys {paid_until}, for {price}.",
        "Dit medlemskab fornys {paid_until}.",
        "Dit medlemskab fornys snart.",
    ),
    "membership.reminder/ends": (
        "Dit medlemskab slutter {paid_until}",
        "Dit medlemskab er betalt til {paid_until} og fornys ikke af sig selv.",
        "Dit medlemskab slutter snart og fornys ikke af sig selv.",
    ),
    "membership.reminder/support": (
        "Et medlemskab fornys snart",
        "Et medlemskab fornys {paid_until}.",
        "Et medlemskab fornys snart.",
    ),
    "membership.cancelled": (
        "Et medlemskab er opsagt",
        "Et medlemskab, som en virksomhed betaler for, er opsagt og slutter, når det, der er betalt, er brugt.",
    ),
    "membership.renewed": (
        "Dit medlemskab er fornyet",
        "Dit medlemskab er fornyet til {renewed_until}, for {price}.",
        "Dit medlemskab er fornyet til {renewed_until}.",
        "Dit medlemskab er fornyet.",
    ),
    "membership.renewed/support": (
        "Et medlemskab er fornyet",
        "Et medlemskab er fornyet til {renewed_until}.",
        "Et medlemskab er fornyet.",
    ),
    "trial.reminder": (
        "Hvilken mentor vil du fortsætte med?",
        "Du har lært flere mentorer at kende. Vælg den, du vil fortsætte med, inden {until}.",
        "Du har lært flere mentorer at kende. Vælg den, du vil fortsætte med.",
    ),
    "trial.undecided": (
        "Et medlem har ikke valgt mentor",
        "Et medlem har lært flere mentorer at kende og har ikke valgt i tide. Hjælp dem med at vælge.",
    ),
    "trial.not_chosen": (
        "{other} fortsætter med en anden mentor",
        "{other} har valgt en anden mentor denne gang. Tak for den tid, du gav: Den hjalp dem med at vælge.",
        "Medlemmet har valgt en anden mentor denne gang. Tak for den tid, du gav: Den hjalp dem med at vælge.",
    ),
    "ghosting.suggested": (
        "Har du mistet kontakten med {other}?",
        "{Other} har ikke givet lyd fra sig i et stykke tid, selv om du har skrevet. "
        "Kan du ikke få fat i dem, så sig til hos support, som også prøver.",
        "Et medlem har ikke givet lyd fra sig i et stykke tid, selv om du har skrevet. "
        "Kan du ikke få fat i dem, så sig til hos support, som også prøver.",
    ),
    "person.erased": ("En person er slettet", "Alt, hvad der var kendt om en person, er slettet, som personen bad om."),
    "case.waiting": (
        "En sag venter",
        "En sag venter på support: det, den venter på, er ikke kommet, eller fristen udløber snart.",
    ),
    "conduct.warned": (
        "Hvordan vi behandler hinanden her",
        "Noget, du har skrevet eller gjort her, strider mod den måde, vi behandler hinanden på. "
        "Sørg for, at det ikke sker igen, ellers kan du miste din plads her.",
    ),
    "webhook.disabled": (
        "En webhook er slået fra",
        "Webhooken {webhook} er slået fra efter dage med fejl. Ret adressen, og slå den til igen.",
        "En webhook er slået fra efter dage med fejl. Ret adressen, og slå den til igen.",
    ),
    "notice.test": ("En prøve", "Dette er en prøve på de beskeder, du får. Du behøver ikke at gøre noget."),
}

WHY: dict[str, str] = {
    "messages": "Du får dette, fordi nogen har skrevet til dig, og du ikke havde læst det endnu.",
    "deadlines": "Du får dette, fordi det er lovet, at du svarer inden da.",
    "deadlines/support": "Du får dette, fordi support får besked, når et lovet svar er forsinket.",
    "deadlines/member": "Du får dette, fordi du er lovet svar inden da.",
    "days": "Du får dette, fordi abonnementet lover beskeder fra dig i løbet af ugen.",
    "days/support": "Du får dette, fordi support får besked, når en mentor skriver sjældnere end lovet.",
    "sessions": "Du får dette, fordi sessionen er din.",
    "sessions/support": "Du får dette, fordi support holder øje med sessionerne.",
    "openings": "Du får dette, fordi du bad om at få besked, når du kan skrive igen.",
    "membership": "Du får dette, fordi medlemskabet er dit.",
    "membership/support": "Du får dette, fordi support holder øje med medlemskaberne.",
    "quiet": "Du får dette, fordi du har skrevet til et medlem, der ikke har givet lyd fra sig siden.",
    "trial": "Du får dette, fordi I to var ved at lære hinanden at kende.",
    "trial/support": "Du får dette, fordi support hjælper, hvor der skal vælges.",
    "conduct": "Du får dette, fordi du er med i tjenesten.",
    "operations": "Du får dette, fordi du har ansvar for tjenesten.",
    "test": "Du får dette, fordi de, der har ansvar for tjenesten, prøver, om beskeder når dig.",
    "optional": "Du kan slå den slags beskeder fra, eller vælge, hvordan de når dig, i appen under Notifikationer.",
    "essential": "Det kommer altid, fordi du har brug for det. Hvordan det ellers når dig, vælger du i appen under "
    "Notifikationer.",
}

PARTS: dict[str, str] = {
    "locale": "da",
    "day": "EEEE d. MMMM",
    "day_of_year": "EEEE d. MMMM y",
    "date": "d. MMMM y",
    "video_call": "videosamtale",
    "live_chat": "live-chat",
    "session": "session",
    "the_video_call": "videosamtalen",
    "the_live_chat": "live-chatten",
    "the_session": "sessionen",
    "other/member": "din mentor",
    "other/mentor": "et medlem",
    "other/support": "en mentor",
    "when": "{day} kl. {time}",
    "unread_1": "en ulæst besked",
    "unread_n": "{n} ulæste beskeder",
    "minutes_1": "{n} minut",
    "minutes_n": "{n} minutter",
    "waiting_1": "et medlem venter",
    "waiting_n": "{n} medlemmer venter",
    "members_1": "et medlem",
    "members_n": "{n} medlemmer",
}

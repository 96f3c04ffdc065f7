"""What notices say, in Norwegian bokmål. Shape and blanks: `texts.py`."""

WORDS: dict[str, tuple[str, ...]] = {
    "message": ("Ny melding fra {other}", "{Other} har skrevet til deg."),
    "message.refused": (
        "En melding ble ikke sendt",
        "En melding kunne ikke sendes nå; teksten er tilbake hos den som skrev.",
    ),
    "message.unread": ("{Other} har skrevet til deg", "Du har {unread} fra {other}."),
    "message.unread/answered": ("{Other} har svart", "{Other} har svart deg."),
    "reply.warning": (
        "{Other} venter på svar fra deg",
        "{Other} er lovet svar senest {due}.",
        "{Other} er snart lovet svar.",
    ),
    "reply.warning/support": (
        "En svarfrist nærmer seg",
        "{Other} skal svare et medlem senest {due}.",
        "{Other} skal snart svare et medlem.",
    ),
    "reply.warning/member": (
        "{Other} har ikke svart ennå",
        "{Other} skal svare deg senest {due}.",
        "{Other} skal snart svare deg.",
    ),
    "reply.overtime": (
        "{Other} venter fortsatt på svar fra deg",
        "{Other} har ventet på svar fra deg siden {since}.",
        "{Other} har ventet lenge på svar fra deg.",
    ),
    "reply.overtime/support": (
        "Et medlem venter lenge",
        "{Other} har skyldt et medlem svar siden {since}.",
        "{Other} har lenge skyldt et medlem svar.",
    ),
    "reply.overtime/member": (
        "{Other} har ikke svart ennå",
        "Du har ventet på svar fra {other} siden {since}.",
        "Du har ventet lenge på svar fra {other}.",
    ),
    "reply.missed": (
        "Fristen for å svare {other} er ute",
        "{Other} var lovet svar senest {due}. Et svar nå hjelper fortsatt.",
        "{Other} var lovet svar innen nå. Et svar nå hjelper fortsatt.",
    ),
    "reply.missed/support": (
        "Et svar er forsinket",
        "{Other} skulle svare et medlem senest {due}, og har ikke gjort det ennå.",
        "{Other} skulle ha svart et medlem, og har ikke gjort det ennå.",
    ),
    "reply.missed/member": (
        "Svaret til deg er forsinket",
        "{Other} skulle svare deg senest {due}. Vi har sagt fra.",
        "{Other} skulle ha svart deg nå. Vi har sagt fra.",
    ),
    "reply.answered": ("{Other} har svart", "{Other} har svart deg."),
    "reply.answered/mentor": ("Du har svart {other}", "{Other} har fått svaret ditt."),
    "reply.answered/support": ("Et medlem har fått svar", "{Other} har svart et medlem."),
    "absence.began": (
        "{Other} er borte, og medlemmer venter",
        "{Other} er borte til {until}; ingen er vikar, og {waiting} på svar.",
        "{Other} er borte; ingen er vikar, og medlemmer venter på svar.",
    ),
    "writing.opened": (
        "Du kan skrive igjen",
        "Du kan skrive til {other} igjen, frem til {until}.",
        "Du kan skrive til {other} igjen.",
    ),
    "writing.days": (
        "Noen vil gjerne høre fra deg denne uken",
        "Du har skrevet til {members} på færre dager denne uken enn abonnementet lover. Det er tid frem til {until}.",
        "Du har skrevet til {members} på færre dager denne uken enn abonnementet lover.",
        "Du har skrevet på færre dager denne uken enn abonnementet lover.",
    ),
    "writing.days/support": (
        "En mentor skriver sjeldnere enn lovet",
        "{Other} har skrevet til {members} på færre dager denne uken enn abonnementet lover.",
        "{Other} har skrevet på færre dager denne uken enn abonnementet lover.",
    ),
    "booking.booked": (
        "{Service} med {other}: {when}",
        "{The_service} din med {other} er booket {when}, {minutes}.",
        "Timen din med {other} er booket.",
    ),
    "booking.booked/support": (
        "Booket: {service} med {other}, {when}",
        "En {service} med {other} er booket {when}, {minutes}.",
        "En time med {other} er booket.",
    ),
    "booking.moved": (
        "Flyttet: {service} med {other}, nå {when}",
        "{The_service} din med {other} er flyttet fra {from} til {when}.",
        "{The_service} din med {other} er flyttet til {when}.",
        "Timen din med {other} er flyttet.",
    ),
    "booking.moved/support": (
        "Flyttet: {service} med {other}, nå {when}",
        "En {service} med {other} er flyttet fra {from} til {when}.",
        "En {service} med {other} er flyttet til {when}.",
        "En time med {other} er flyttet.",
    ),
    "booking.cancelled": (
        "Avlyst: {service} med {other}, {when}",
        "{The_service} din med {other} {when} er avlyst.",
        "Timen din med {other} er avlyst.",
    ),
    "booking.cancelled/support": (
        "Avlyst: {service} med {other}, {when}",
        "En {service} med {other} {when} er avlyst.",
        "En time med {other} er avlyst.",
    ),
    "session.reminder": (
        "{Service} med {other}: {when}",
        "{The_service} din med {other} begynner {when} og varer i {minutes}.",
        "Timen din med {other} er snart.",
    ),
    "session.starting": (
        "{Service} med {other} kl. {time}",
        "{The_service} din med {other} begynner kl. {time}. Du kan bli med nå.",
        "Timen din med {other} begynner snart. Du kan bli med nå.",
    ),
    "session.started": (
        "{The_service} med {other} har begynt",
        "{The_service} din med {other} begynte kl. {time}.",
        "Timen din med {other} har begynt.",
    ),
    "session.late": (
        "{Other} er ikke kommet ennå",
        "{Other} er ikke kommet til {the_service} kl. {time} ennå.",
        "{Other} er ikke kommet til timen ennå.",
    ),
    "session.late/own": (
        "{Other} venter på deg",
        "{Other} er kommet til {the_service} kl. {time}. Du kan fortsatt bli med.",
        "{Other} er kommet til timen. Du kan fortsatt bli med.",
    ),
    "session.late/support": (
        "Noen er forsinket til en time",
        "En {service} med {other} begynte kl. {time}, og en av de to er ikke kommet ennå.",
        "En time med {other} har begynt, og en av de to er ikke kommet ennå.",
    ),
    "session.candidate": (
        "{Other} er ikke kommet til {the_service}",
        "{Other} er ikke kommet til {the_service} kl. {time}. Du kan notere at det ikke ble noe møte.",
        "{Other} er ikke kommet til timen. Du kan notere at det ikke ble noe møte.",
    ),
    "session.candidate/member": (
        "{Other} venter på deg",
        "{Other} er kommet til {the_service} kl. {time}. Du kan fortsatt bli med.",
        "{Other} er kommet til timen. Du kan fortsatt bli med.",
    ),
    "session.candidate/support": (
        "Et medlem er ikke kommet til en time",
        "{Other} er alene i {the_service} {when}.",
        "{Other} er alene i en time.",
    ),
    "session.close_reminder": (
        "Er {the_service} med {other} over?",
        "{The_service} med {other} kl. {time} skulle være over nå. Avslutt den når dere er ferdige.",
        "Timen med {other} skulle være over nå. Avslutt den når dere er ferdige.",
    ),
    "session.ended": (
        "{The_service} med {other} er over",
        "{The_service} din med {other} {when} er over.",
        "Timen din med {other} er over.",
    ),
    "session.no_show": (
        "{Other} kom ikke",
        "Det er notert at {other} ikke kom til {the_service} {when}.",
        "Det er notert at {other} ikke kom til timen.",
    ),
    "session.no_show/member": (
        "{The_service} med {other} {when}",
        "Så synd at vi ikke møttes {when}. Neste time er {next}.",
        "Så synd at vi ikke møttes {when}. Du er velkommen til å booke en ny time.",
        "Så synd at vi ikke møttes. Du er velkommen til å booke en ny time.",
    ),
    "session.no_show/support": (
        "Et medlem kom ikke til en time",
        "Et medlem kom ikke til {the_service} med {other} {when}.",
        "Et medlem kom ikke til en time med {other}.",
    ),
    "session.mentor_absent": (
        "{Other} kom ikke, og det beklager vi",
        "{Other} kom ikke til {the_service} din {when}. Den koster deg ingenting; book gjerne en ny time.",
        "{Other} kom ikke til timen din. Den koster deg ingenting; book gjerne en ny time.",
    ),
    "session.mentor_absent/mentor": (
        "{Other} ventet på deg",
        "Du kom ikke til {the_service} med {other} {when}. En melding og en ny tid ville hjelpe.",
        "Du kom ikke til timen med {other}. En melding og en ny tid ville hjelpe.",
    ),
    "session.mentor_absent/support": (
        "En mentor kom ikke til en time",
        "{Other} kom ikke til {the_service} {when}.",
        "{Other} kom ikke til en time.",
    ),
    "session.unattended": (
        "Ingen kom til {the_service} med {other}",
        "Ingen av dere kom til {the_service} med {other} {when}. Den regnes ikke som avholdt.",
        "Ingen av dere kom til timen med {other}. Den regnes ikke som avholdt.",
    ),
    "session.unattended/support": (
        "Ingen kom til en time",
        "Ingen kom til {the_service} med {other} {when}.",
        "Ingen kom til en time med {other}.",
    ),
    "session.late_cancellation": (
        "En time gikk tapt igjen",
        "Flere timer på rad eller på kort tid ble avlyst sent eller ikke møtt til, sist med {other} {when}.",
        "Flere timer på rad eller på kort tid ble avlyst sent eller ikke møtt til, sist med {other}.",
    ),
    "session.late_cancellation/member": (
        "Flere timer ble ikke noe av",
        "Flere av timene dine med {other} ble ikke noe av. Ville en annen tid i uken passe bedre?",
    ),
    "session.three_sessions": (
        "Tre timer med {other} i {month}",
        "I {month} blir det tre timer med {other}. Behold dem, eller flytt de neste en uke.",
        "I en måned blir det tre timer med {other}. Behold dem, eller flytt de neste en uke.",
    ),
    "membership.changed": ("Medlemskapet ditt er endret", "Det som er avtalt om medlemskapet ditt, er endret."),
    "membership.changed/support": ("Et medlemskap er endret", "Det som er avtalt om et medlemskap, er endret."),
    "membership.reminder": (
        "Medlemskapet ditt fornyes {paid_until}",
        "Medlemskapet ditt fornyes {paid_until}, for {price}.",
        "Medlemskapet ditt fornyes {paid_until}.",
        "Medlemskapet ditt fornyes snart.",
    ),
    "membership.reminder/ends": (
        "Medlemskapet ditt slutter {paid_until}",
        "Medlemskapet ditt er betalt til {paid_until} og fornyes ikke av seg selv.",
        "Medlemskapet ditt slutter snart og fornyes ikke av seg selv.",
    ),
    "membership.reminder/support": (
        "Et medlemskap fornyes snart",
        "Et medlemskap fornyes {paid_until}.",
        "Et medlemskap fornyes snart.",
    ),
    "membership.cancelled": (
        "Et medlemskap er sagt opp",
        "Et medlemskap som en bedrift betaler for, er sagt opp og slutter når det som er betalt, er brukt.",
    ),
    "membership.renewed": (
        "Medlemskapet ditt er fornyet",
        "Medlemskapet ditt er fornyet til {renewed_until}, for {price}.",
        "Medlemskapet ditt er fornyet til {renewed_until}.",
        "Medlemskapet ditt er fornyet.",
    ),
    "membership.renewed/support": (
        "Et medlemskap er fornyet",
        "Et medlemskap er fornyet til {renewed_until}.",
        "Et medlemskap er fornyet.",
    ),
    "trial.reminder": (
        "Hvilken mentor vil du fortsette med?",
        "Du har blitt kjent med flere mentorer. Velg den du vil fortsette med, innen {until}.",
        "Du har blitt kjent med flere mentorer. Velg den du vil fortsette med.",
    ),
    "trial.undecided": (
        "Et medlem har ikke valgt mentor",
        "Et medlem har blitt kjent med flere mentorer og har ikke valgt i tide. Hjelp dem å velge.",
    ),
    "trial.not_chosen": (
        "{other} fortsetter med en annen mentor",
        "{other} har valgt en annen mentor denne gangen. Takk for tiden du ga: den hjalp dem å velge.",
        "Medlemmet har valgt en annen mentor denne gangen. Takk for tiden du ga: den hjalp dem å velge.",
    ),
    "ghosting.suggested": (
        "Har du mistet kontakten med {other}?",
        "{Other} har ikke gitt lyd fra seg på en stund, selv om du har skrevet. "
        "Får du ikke tak i dem, så si fra til support, som også prøver.",
        "Et medlem har ikke gitt lyd fra seg på en stund, selv om du har skrevet. "
        "Får du ikke tak i dem, så si fra til support, som også prøver.",
    ),
    "person.erased": ("En person er slettet", "Alt som var kjent om en person, er slettet, slik personen ba om."),
    "case.waiting": (
        "En sak venter",
        "En sak venter på support: det den venter på, er ikke kommet, eller fristen går snart ut.",
    ),
    "conduct.warned": (
        "Hvordan vi behandler hverandre her",
        "Noe du har skrevet eller gjort her, strider mot måten vi behandler hverandre på. "
        "Sørg for at det ikke skjer igjen, ellers kan du miste plassen din her.",
    ),
    "webhook.disabled": (
        "En webhook er slått av",
        "Webhooken {webhook} er slått av etter dager med feil. Rett adressen, og slå den på igjen.",
        "En webhook er slått av etter dager med feil. Rett adressen, og slå den på igjen.",
    ),
    "notice.test": ("En prøve", "Dette er en prøve på varslene du får. Du trenger ikke å gjøre noe."),
}

WHY: dict[str, str] = {
    "messages": "Du får dette fordi noen har skrevet til deg og du ikke hadde lest det ennå.",
    "deadlines": "Du får dette fordi det er lovet at du svarer innen da.",
    "deadlines/support": "Du får dette fordi support får vite når et lovet svar er forsinket.",
    "deadlines/member": "Du får dette fordi du er lovet svar innen da.",
    "days": "Du får dette fordi abonnementet lover meldinger fra deg i løpet av uken.",
    "days/support": "Du får dette fordi support får vite når en mentor skriver sjeldnere enn lovet.",
    "sessions": "Du får dette fordi timen er din.",
    "sessions/support": "Du får dette fordi support følger med på timene.",
    "openings": "Du får dette fordi du ba om å få vite når du kan skrive igjen.",
    "membership": "Du får dette fordi medlemskapet er ditt.",
    "membership/support": "Du får dette fordi support følger med på medlemskapene.",
    "quiet": "Du får dette fordi du har skrevet til et medlem som ikke har gitt lyd fra seg siden.",
    "trial": "Du får dette fordi dere to var i ferd med å bli kjent.",
    "trial/support": "Du får dette fordi support hjelper der et valg må tas.",
    "conduct": "Du får dette fordi du er med i tjenesten.",
    "operations": "Du får dette fordi du har ansvar for tjenesten.",
    "test": "Du får dette fordi de som har ansvar for tjenesten, prøver om varsler når deg.",
    "optional": "Du kan slå av slike varsler, eller velge hvordan de når deg, i appen under Varsler.",
    "essential": "Det kommer alltid, fordi du trenger det. Hvordan det ellers når deg, velger du i appen under "
    "Varsler.",
}

PARTS: dict[str, str] = {
    "locale": "nb",
    "day": "EEEE d. MMMM",
    "day_of_year": "EEEE d. MMMM y",
    "date": "d. MMMM y",
    "video_call": "videosamtale",
    "live_chat": "live-chat",
    "session": "time",
    "the_video_call": "videosamtalen",
    "the_live_chat": "live-chatten",
    "the_session": "timen",
    "other/member": "mentoren din",
    "other/mentor": "et medlem",
    "other/support": "en mentor",
    "when": "{day} kl. {time}",
    "unread_1": "en ulest melding",
    "unread_n": "{n} uleste meldinger",
    "minutes_1": "{n} minutt",
    "minutes_n": "{n} minutter",
    "waiting_1": "et medlem venter",
    "waiting_n": "{n} medlemmer venter",
    "members_1": "ett medlem",
    "members_n": "{n} medlemmer",
}

"""The sentences of an explanation, by the kind of step and its variant. Blanks are the step's fields.

`{message}` is the member's message: "your message" to the member, and with its number to everyone else.
"""

from typing import Literal, get_args

Language = Literal["en", "nb", "da"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
"""In the order of the columns of every table of texts."""

_SPOKEN: dict[str, Language] = {"en": "en", "nb": "nb", "no": "nb", "nn": "nb", "da": "da"}
"""The first letters of a locale, and the language that its people read best."""


def language_of(tag: str) -> Language | None:
    """The language for people of that locale or language tag; None where it is none of LANGUAGES."""
    return _SPOKEN.get(tag.strip().lower()[:2])


PHRASES: dict[str, tuple[str, str, str]] = {
    # Parts. Weekdays begin with Monday.
    "weekdays": (
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
        "mandag tirsdag onsdag torsdag fredag lørdag søndag",
        "mandag tirsdag onsdag torsdag fredag lørdag søndag",
    ),
    "months": (
        "January February March April May June July August September October November December",
        "januar februar mars april mai juni juli august september oktober november desember",
        "januar februar marts april maj juni juli august september oktober november december",
    ),
    "day": ("{weekday} {day} {month}", "{weekday} {day}. {month}", "{weekday} den {day}. {month}"),
    "and": ("and", "og", "og"),
    "hours_1": ("{n} hour", "{n} time", "{n} time"),
    "hours_n": ("{n} hours", "{n} timer", "{n} timer"),
    "minutes_1": ("{n} minute", "{n} minutt", "{n} minut"),
    "minutes_n": ("{n} minutes", "{n} minutter", "{n} minutter"),
    "seconds_1": ("{n} second", "{n} sekund", "{n} sekund"),
    "seconds_n": ("{n} seconds", "{n} sekunder", "{n} sekunder"),
    "message_member": ("your message", "meldingen din", "din besked"),
    "message_other": ("the member's message no. {seq}", "medlemmets melding nr. {seq}", "medlemmets besked nr. {seq}"),
    "left": (" Left this week: {left}.", " Igjen denne uken: {left}.", " Tilbage denne uge: {left}."),
    # Both.
    "beginning": (
        "What was written before {at} is no longer at hand; the explanation begins there.",
        "Det som ble skrevet før {at}, er ikke lenger tilgjengelig; forklaringen begynner der.",
        "Det, der blev skrevet før {at}, er ikke længere tilgængeligt; forklaringen begynder der.",
    ),
    "plan_changed": (
        "On {at} the plan changed from {was} to {plan}.",
        "{at} ble planen endret fra {was} til {plan}.",
        "{at} blev planen ændret fra {was} til {plan}.",
    ),
    "unexplained_window_ends_at": (
        "The end of the window does not follow from what is kept of the past; what the store says holds.",
        "Når vinduet slutter, følger ikke av det som er bevart; det som er lagret, gjelder.",
        "Hvornår vinduet slutter, følger ikke af det, der er bevaret; det lagrede gælder.",
    ),
    "unexplained_windows_left": (
        "How many windows are left does not follow from what is kept of the past; what the store says holds.",
        "Hvor mange vinduer som er igjen, følger ikke av det som er bevart; det som er lagret, gjelder.",
        "Hvor mange vinduer der er tilbage, følger ikke af det, der er bevaret; det lagrede gælder.",
    ),
    "unexplained_messages_left": (
        "How many messages are left does not follow from what is kept of the past; what the store says holds.",
        "Hvor mange meldinger som er igjen, følger ikke av det som er bevart; det som er lagret, gjelder.",
        "Hvor mange beskeder der er tilbage, følger ikke af det, der er bevaret; det lagrede gælder.",
    ),
    "used_elsewhere_windows": (
        "Windows of this week that were used with another mentor count here too: {windows}.",
        "Vinduer denne uken som ble brukt hos en annen mentor, teller også her: {windows}.",
        "Vinduer i denne uge, som blev brugt hos en anden mentor, tæller også her: {windows}.",
    ),
    "used_elsewhere_messages": (
        "Messages of this week that were used with another mentor count here too: {messages}.",
        "Meldinger denne uken som ble brukt hos en annen mentor, teller også her: {messages}.",
        "Beskeder i denne uge, som blev brugt hos en anden mentor, tæller også her: {messages}.",
    ),
    "unexplained_waiting_since": (
        "The start of the wait does not follow from what is kept of the past; what the store says holds.",
        "Når ventetiden begynte, følger ikke av det som er bevart; det som er lagret, gjelder.",
        "Hvornår ventetiden begyndte, følger ikke af det, der er bevaret; det lagrede gælder.",
    ),
    "unexplained_due_at": (
        "The deadline does not follow from what is kept of the past; what the store says holds.",
        "Fristen følger ikke av det som er bevart; det som er lagret, gjelder.",
        "Fristen følger ikke af det, der er bevaret; det lagrede gælder.",
    ),
    # When a member may write.
    "window_opened": (
        "On {at} {message} opened a writing window of {length_ms}, until {ends_at}: {number} of {per_week} that week.",
        "{at} åpnet {message} et skrivevindu på {length_ms}, til {ends_at}: {number} av {per_week} den uken.",
        "{at} åbnede {message} et skrivevindue på {length_ms}, til {ends_at}: {number} af {per_week} den uge.",
    ),
    "window_opened_cut": (
        "On {at} {message} opened a writing window. It ends early, on {ends_at}, when closed days begin: "
        "{number} of {per_week} that week.",
        "{at} åpnet {message} et skrivevindu. Det slutter tidlig, {ends_at}, når stengte dager begynner: "
        "{number} av {per_week} den uken.",
        "{at} åbnede {message} et skrivevindue. Det slutter tidligt, {ends_at}, når lukkede dage begynder: "
        "{number} af {per_week} den uge.",
    ),
    "window_kept": (
        "The window that was opened on the plan {plan} is kept until {ends_at}.",
        "Vinduet som ble åpnet på planen {plan}, varer til {ends_at}.",
        "Vinduet, der blev åbnet på planen {plan}, varer til {ends_at}.",
    ),
    "messages_spent": (
        "Messages spent this week: {used} of {per_week}, the last one on {at}.",
        "Meldinger brukt denne uken: {used} av {per_week}, den siste {at}.",
        "Beskeder brugt denne uge: {used} af {per_week}, den sidste {at}.",
    ),
    "live_chat": (
        "On {at} a live chat started; it lasts until {until}.",
        "{at} startet en live-chat; den varer til {until}.",
        "{at} startede en live-chat; den varer til {until}.",
    ),
    "live_chat_undated": (
        "A live chat is running until {until}.",
        "En live-chat pågår til {until}.",
        "En live-chat er i gang til {until}.",
    ),
    "status_set_paused": (
        "On {at} the conversation was paused.",
        "{at} ble samtalen satt på pause.",
        "{at} blev samtalen sat på pause.",
    ),
    "status_set_paused_undated": (
        "The conversation is paused.",
        "Samtalen er satt på pause.",
        "Samtalen er sat på pause.",
    ),
    "status_set_suspended": (
        "On {at} the conversation was suspended.",
        "{at} ble samtalen stengt inntil videre.",
        "{at} blev samtalen lukket indtil videre.",
    ),
    "status_set_suspended_undated": (
        "The conversation is suspended.",
        "Samtalen er stengt inntil videre.",
        "Samtalen er lukket indtil videre.",
    ),
    "status_set_ended": (
        "On {at} the conversation was ended.",
        "{at} ble samtalen avsluttet.",
        "{at} blev samtalen afsluttet.",
    ),
    "status_set_ended_undated": ("The conversation has ended.", "Samtalen er avsluttet.", "Samtalen er afsluttet."),
    "against_rules": (
        "On {at} {message} was let in although writing was closed by today's rules: a live chat or earlier settings.",
        "{at} slapp {message} inn selv om dagens regler sier stengt: en live-chat eller tidligere innstillinger.",
        "{at} kom {message} ind, selv om dagens regler siger lukket: en live-chat eller tidligere indstillinger.",
    ),
    "policy_value_windows_hours": (
        "On the plan {plan} a writing window lasts {value}.",
        "På planen {plan} varer et skrivevindu {value}.",
        "På planen {plan} varer et skrivevindue {value}.",
    ),
    "policy_value_windows_per_week": (
        "Writing windows a week on the plan {plan}: {value}.",
        "Skrivevinduer i uken på planen {plan}: {value}.",
        "Skrivevinduer om ugen på planen {plan}: {value}.",
    ),
    "policy_value_windows_weekend_carry": (
        "On the plan {plan} a window runs on into closed days.",
        "På planen {plan} fortsetter et vindu inn i stengte dager.",
        "På planen {plan} fortsætter et vindue ind i lukkede dage.",
    ),
    "policy_value_windows_weekend_cut": (
        "On the plan {plan} a window ends where closed days begin.",
        "På planen {plan} slutter et vindu der stengte dager begynner.",
        "På planen {plan} slutter et vindue, hvor lukkede dage begynder.",
    ),
    "policy_value_messages_per_week": (
        "Messages a week on the plan {plan}: {value}.",
        "Meldinger i uken på planen {plan}: {value}.",
        "Beskeder om ugen på planen {plan}: {value}.",
    ),
    "policy_value_weekdays_kind_weekdays": (
        "On the plan {plan} the member may write on every open day, without limit.",
        "På planen {plan} kan medlemmet skrive alle åpne dager, uten grense.",
        "På planen {plan} kan medlemmet skrive alle åbne dage, uden grænse.",
    ),
    "policy_value_always_kind_always": (
        "On the plan {plan} the member may write on every day, without limit.",
        "På planen {plan} kan medlemmet skrive alle dager, uten grense.",
        "På planen {plan} kan medlemmet skrive alle dage, uden grænse.",
    ),
    "closed_days": (
        "Closed: {days}. Writing opens on {opens_at}.",
        "Stengt: {days}. Skrivingen åpner {opens_at}.",
        "Lukket: {days}. Skrivningen åbner {opens_at}.",
    ),
    "writing_open_live": (
        "Writing is open: a live chat is running until {until}.",
        "Skrivingen er åpen: en live-chat pågår til {until}.",
        "Skrivningen er åben: en live-chat er i gang til {until}.",
    ),
    "writing_open_window": (
        "Writing is open: a window is running until {until}.{left}",
        "Skrivingen er åpen: et vindu er åpent til {until}.{left}",
        "Skrivningen er åben: et vindue er åbent til {until}.{left}",
    ),
    "writing_open_opened": (
        "Writing is open: the next message opens a window.{left}",
        "Skrivingen er åpen: neste melding åpner et vindu.{left}",
        "Skrivningen er åben: næste besked åbner et vindue.{left}",
    ),
    "writing_open_counted": (
        "Writing is open.{left}",
        "Skrivingen er åpen.{left}",
        "Skrivningen er åben.{left}",
    ),
    "writing_open_free": ("Writing is open.", "Skrivingen er åpen.", "Skrivningen er åben."),
    "writing_closed_closed": (
        "Writing is locked until {opens_at}: it is a closed day.",
        "Skrivingen er låst til {opens_at}: det er en stengt dag.",
        "Skrivningen er låst til {opens_at}: det er en lukket dag.",
    ),
    "writing_closed_quota_used": (
        "Writing is locked until {opens_at}: this week's windows are used.",
        "Skrivingen er låst til {opens_at}: ukens vinduer er brukt.",
        "Skrivningen er låst til {opens_at}: ugens vinduer er brugt.",
    ),
    "writing_closed_messages_used": (
        "Writing is locked until {opens_at}: this week's messages are used.",
        "Skrivingen er låst til {opens_at}: ukens meldinger er brukt.",
        "Skrivningen er låst til {opens_at}: ugens beskeder er brugt.",
    ),
    "writing_closed_paused": (
        "Writing is locked while the conversation is paused.",
        "Skrivingen er låst mens samtalen er satt på pause.",
        "Skrivningen er låst, mens samtalen er sat på pause.",
    ),
    "writing_closed_suspended": (
        "Writing is locked for both while the conversation is suspended.",
        "Skrivingen er låst for begge så lenge samtalen er stengt.",
        "Skrivningen er låst for begge, så længe samtalen er lukket.",
    ),
    "writing_closed_ended": (
        "Writing is locked for good: the conversation has ended.",
        "Skrivingen er låst for godt: samtalen er avsluttet.",
        "Skrivningen er låst for altid: samtalen er afsluttet.",
    ),
    # When the mentor must answer.
    "wait_began": (
        "The wait began on {at}, with {message}.",
        "Ventetiden begynte {at}, med {message}.",
        "Ventetiden begyndte {at} med {message}.",
    ),
    "wait_began_unseen": ("The wait began on {at}.", "Ventetiden begynte {at}.", "Ventetiden begyndte {at}."),
    "deadline_set": (
        "On {at} {message} set the deadline to {due_at}.",
        "{at} satte {message} fristen til {due_at}.",
        "{at} satte {message} fristen til {due_at}.",
    ),
    "deadline_set_live": (
        "On {at} {message} was written in a live chat. Its clock starts when that ends, {starts_at}; "
        "the deadline is {due_at}.",
        "{at} ble {message} skrevet i en live-chat. Klokken starter når den slutter, {starts_at}; fristen er {due_at}.",
        "{at} blev {message} skrevet i en live-chat. Uret starter, når den slutter, {starts_at}; fristen er {due_at}.",
    ),
    "deadline_moved": (
        "{date} is a closed day: it moved the deadline by {by_ms}.",
        "{date} er en stengt dag: den flyttet fristen {by_ms}.",
        "{date} er en lukket dag: den flyttede fristen {by_ms}.",
    ),
    "deadline_moved_holiday": (
        "{date} is a public holiday ({holiday}): it moved the deadline by {by_ms}.",
        "{date} er en helligdag ({holiday}): den flyttet fristen {by_ms}.",
        "{date} er en helligdag ({holiday}): den flyttede fristen {by_ms}.",
    ),
    "deadline_kept_passed_1": (
        "One more message, on {at}, did not move the deadline: it had passed, and a miss stays.",
        "Én melding til, {at}, flyttet ikke fristen: den var over, og et brudd blir stående.",
        "Én besked mere, {at}, flyttede ikke fristen: den var overskredet, og det bliver stående.",
    ),
    "deadline_kept_passed_n": (
        "{count} more messages, the last on {at}, did not move the deadline: it had passed, and a miss stays.",
        "{count} meldinger til, den siste {at}, flyttet ikke fristen: den var over, og et brudd blir stående.",
        "{count} beskeder mere, den sidste {at}, flyttede ikke fristen: den var overskredet, og det bliver stående.",
    ),
    "deadline_kept_first_1": (
        "One more message, on {at}, did not move the deadline: it counts from the first unanswered one.",
        "Én melding til, {at}, flyttet ikke fristen: den regnes fra den første ubesvarte.",
        "Én besked mere, {at}, flyttede ikke fristen: den regnes fra den første ubesvarede.",
    ),
    "deadline_kept_first_n": (
        "{count} more messages, the last on {at}, did not move the deadline: it counts from the first unanswered one.",
        "{count} meldinger til, den siste {at}, flyttet ikke fristen: den regnes fra den første ubesvarte.",
        "{count} beskeder mere, den sidste {at}, flyttede ikke fristen: den regnes fra den første ubesvarede.",
    ),
    "deadline_kept_unpromised_1": (
        "One more message, on {at}, came on a plan without a deadline; what the earlier plan promised stays.",
        "Én melding til, {at}, kom på en plan uten frist; det den tidligere planen lovet, gjelder.",
        "Én besked mere, {at}, kom på en plan uden frist; det, den tidligere plan lovede, gælder.",
    ),
    "deadline_kept_unpromised_n": (
        "{count} more messages, the last on {at}, came on a plan without a deadline; "
        "what the earlier plan promised stays.",
        "{count} meldinger til, den siste {at}, kom på en plan uten frist; det den tidligere planen lovet, gjelder.",
        "{count} beskeder mere, den sidste {at}, kom på en plan uden frist; det, den tidligere plan lovede, gælder.",
    ),
    "policy_value_reply_target_hours": (
        "On the plan {plan} an answer is due within {value}.",
        "På planen {plan} skal svaret komme innen {value}.",
        "På planen {plan} skal svaret komme inden for {value}.",
    ),
    "policy_value_reply_clock_weekdays": (
        "On the plan {plan} time on closed days does not count.",
        "På planen {plan} teller ikke tiden på stengte dager.",
        "På planen {plan} tæller tiden på lukkede dage ikke.",
    ),
    "policy_value_reply_clock_continuous": (
        "On the plan {plan} all time counts; a message on a closed day is due at the end of the next open day.",
        "På planen {plan} teller all tid; en melding på en stengt dag skal besvares innen neste åpne dag er slutt.",
        "På planen {plan} tæller al tid; en besked på en lukket dag skal besvares, inden næste åbne dag er slut.",
    ),
    "policy_value_reply_from_last": (
        "On the plan {plan} the deadline counts from the latest message.",
        "På planen {plan} regnes fristen fra den siste meldingen.",
        "På planen {plan} regnes fristen fra den seneste besked.",
    ),
    "policy_value_reply_from_first": (
        "On the plan {plan} the deadline counts from the first unanswered message.",
        "På planen {plan} regnes fristen fra den første ubesvarte meldingen.",
        "På planen {plan} regnes fristen fra den første ubesvarede besked.",
    ),
    "answered": (
        "On {at} the mentor answered in time, after {waited_ms}.",
        "{at} svarte mentoren i tide, etter {waited_ms}.",
        "{at} svarede mentoren i tide, efter {waited_ms}.",
    ),
    "answered_late": (
        "On {at} the mentor answered late, after {waited_ms}.",
        "{at} svarte mentoren for sent, etter {waited_ms}.",
        "{at} svarede mentoren for sent, efter {waited_ms}.",
    ),
    "wait_ended_acknowledged": (
        "On {at} the mentor said in time, after {waited_ms}, that no answer is needed.",
        "{at} sa mentoren i tide, etter {waited_ms}, at det ikke trengs noe svar.",
        "{at} sagde mentoren til tiden, efter {waited_ms}, at der ikke er brug for et svar.",
    ),
    "wait_ended_acknowledged_late": (
        "On {at} the mentor said late, after {waited_ms}, that no answer is needed.",
        "{at} sa mentoren for sent, etter {waited_ms}, at det ikke trengs noe svar.",
        "{at} sagde mentoren for sent, efter {waited_ms}, at der ikke er brug for et svar.",
    ),
    "wait_ended_withdrawn": (
        "On {at} the member deleted what had waited for {waited_ms}.",
        "{at} slettet medlemmet det som hadde ventet i {waited_ms}.",
        "{at} slettede medlemmet det, der havde ventet i {waited_ms}.",
    ),
    "wait_ended_withdrawn_late": (
        "On {at} the member deleted what had waited for {waited_ms}; the deadline had passed.",
        "{at} slettet medlemmet det som hadde ventet i {waited_ms}; fristen var over.",
        "{at} slettede medlemmet det, der havde ventet i {waited_ms}; fristen var overskredet.",
    ),
    "answer_due": (
        "The mentor must answer by {due_at}.",
        "Mentoren må svare innen {due_at}.",
        "Mentoren skal svare inden {due_at}.",
    ),
    "answer_due_overdue": (
        "The mentor should have answered by {due_at}; the deadline has passed.",
        "Mentoren skulle ha svart innen {due_at}; fristen er over.",
        "Mentoren skulle have svaret inden {due_at}; fristen er overskredet.",
    ),
    "no_deadline": (
        "An answer is owed, and the plan {plan} promises no deadline.",
        "Et svar ventes, og planen {plan} lover ingen frist.",
        "Et svar ventes, og planen {plan} lover ingen frist.",
    ),
    "nothing_owed": (
        "No message waits for an answer.",
        "Ingen melding venter på svar.",
        "Ingen besked venter på svar.",
    ),
}
"""By key: English, bokmål, Danish."""

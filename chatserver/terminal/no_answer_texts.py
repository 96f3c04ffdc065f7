"""What the terminal says of what needs no answer, in English, Norwegian bokmål and Danish."""

NO_ANSWER_TEXTS: dict[str, tuple[str, str, str]] = {
    "event_acknowledged": (
        "Read; it needs no answer",
        "Lest; det trenger ikke svar",
        "Læst; det kræver ikke svar",
    ),
    "not_acknowledged": (
        "Nothing waits, more was written meanwhile, or this plan has every message answered.",
        "Ingenting venter, noe er skrevet i mellomtiden, eller på dette abonnementet besvares hver melding.",
        "Intet venter, der er skrevet noget imens, eller på dette abonnement besvares hver besked.",
    ),
    "help_no_answer": (
        "/no-answer      what waits here needs no answer (mentor)",
        "/no-answer      det som venter her, trenger ikke svar (mentor)",
        "/no-answer      det, der venter her, kræver ikke svar (mentor)",
    ),
}

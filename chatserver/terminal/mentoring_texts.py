"""What the terminal says of saved texts and exercises, in English, Norwegian bokmål and Danish."""

MENTORING_TEXTS: dict[str, tuple[str, str, str]] = {
    "help_texts": (
        "/texts          the texts that are saved; /text N puts text N into the line (mentor)",
        "/texts          tekstene som er lagret; /text N setter tekst N inn i linjen (mentor)",
        "/texts          de tekster, der er gemt; /text N sætter tekst N ind i linjen (mentor)",
    ),
    "help_exercises": (
        "/exercises      the exercises here, and how far each is",
        "/exercises      øvelsene her, og hvor langt hver av dem er",
        "/exercises      øvelserne her, og hvor langt hver af dem er",
    ),
    "mentors_only": ("That is for mentors.", "Det er for mentorer.", "Det er for mentorer."),
    "texts_how": (
        "/text N puts one into the line, to be read and sent.",
        "/text N setter en inn i linjen, til å leses og sendes.",
        "/text N sætter en ind i linjen, til at læses og sendes.",
    ),
    "texts_none": (
        "No texts are saved; the app is where they are kept.",
        "Ingen tekster er lagret; de lages i appen.",
        "Ingen tekster er gemt; de laves i appen.",
    ),
    "texts_number": (
        "/text takes the number of a text; /texts lists them.",
        "/text tar nummeret til en tekst; /texts viser dem.",
        "/text tager nummeret på en tekst; /texts viser dem.",
    ),
    "exercises_none": (
        "There are no exercises here.",
        "Det er ingen øvelser her.",
        "Der er ingen øvelser her.",
    ),
    "exercise_given": ("not begun", "ikke begynt", "ikke begyndt"),
    "exercise_begun": (
        "{answered} of {fields} answered",
        "{answered} av {fields} besvart",
        "{answered} af {fields} besvaret",
    ),
    "exercise_handed_in": ("handed in", "levert", "afleveret"),
}

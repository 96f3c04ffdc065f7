"""What the terminal says of files, in English, Norwegian bokmål and Danish."""

FILE_TEXTS: dict[str, tuple[str, str, str]] = {
    "help_attach": (
        "/attach FILE [WORDS] send a file, with words or without",
        "/attach FIL [ORD] send en fil, med ord eller uten",
        "/attach FIL [ORD] send en fil, med ord eller uden",
    ),
    "help_files": (
        "/files the files of the last messages; /save NUMBER [FOLDER] keeps one",
        "/files filene i de siste meldingene; /save NUMMER [MAPPE] tar vare på en",
        "/files filerne i de seneste beskeder; /save NUMMER [MAPPE] gemmer en",
    ),
    "file_what": ("Which file? /attach FILE", "Hvilken fil? /attach FIL", "Hvilken fil? /attach FIL"),
    "file_uploading": ("Uploading {name} …", "Laster opp {name} …", "Uploader {name} …"),
    "file_checking": (
        "{name} is still being checked for viruses; send it again in a moment.",
        "{name} sjekkes fortsatt for virus; send den igjen om litt.",
        "{name} tjekkes stadig for virus; send den igen om lidt.",
    ),
    "file_unreadable": ("{name}: {why}", "{name}: {why}", "{name}: {why}"),
    "one_file": ("[1 file: /files]", "[1 fil: /files]", "[1 fil: /files]"),
    "some_files": ("[{n} files: /files]", "[{n} filer: /files]", "[{n} filer: /files]"),
    "no_files": (
        "There are none in the last messages.",
        "Det er ingen i de siste meldingene.",
        "Der er ingen i de seneste beskeder.",
    ),
    "file_kept": ("Kept as {path}.", "Lagret som {path}.", "Gemt som {path}."),
    "file_number": ("Which one? /save NUMBER", "Hvilken? /save NUMMER", "Hvilken? /save NUMMER"),
}

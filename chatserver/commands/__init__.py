"""One module per command of the program; each is imported when its command is used."""

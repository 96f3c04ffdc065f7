"""Files that are sent with messages: taken, looked at, kept sealed, given to the conversation's people, removed."""

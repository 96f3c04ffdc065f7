"""The terminal chat: a person's side of a conversation in a terminal, or in a pipe."""

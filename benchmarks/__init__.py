"""What a message costs: the chat server beside others that do the same work. See README.md for the method."""

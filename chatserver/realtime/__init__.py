"""Sockets and fan-out: from a frame to a handler, from the feed to everyone who follows."""

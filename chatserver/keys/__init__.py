"""Sealing, the keys of conversations, and the master keys that wrap them."""

"""A copy of everything that a server keeps, and the way back. docs/operations.md says what is in it."""

"""The rows of this room in the database."""

"""Waits: their deadlines, what becomes of them, the board, the report."""

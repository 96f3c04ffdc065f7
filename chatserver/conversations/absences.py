"""Absences of mentors, for the rooms above: whoever reads or writes them does so in a transaction of their own."""

from chatserver.conversations.rows.absences import (
    begin,
    coming,
    find,
    of_substitutes,
    overlapping,
    put,
    remove,
    unbegun,
)

__all__ = ["begin", "coming", "find", "of_substitutes", "overlapping", "put", "remove", "unbegun"]

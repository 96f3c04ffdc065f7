"""SQLAlchemy compiles each statement once for each engine; tests make thousands of engines on the same databases."""

from functools import cache
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

MOST = 3_000
"""Statements kept for each kind of database."""


def share() -> None:
    """Let the engines of this process have what is compiled in common; it must suit all databases of a kind."""
    statements: Any = property(lambda engine: _statements(engine.dialect.name), lambda engine, own: None)
    Engine._compiled_cache = statements
    # A dialect is part of what a statement is kept under.
    DefaultDialect.__eq__ = lambda one, other: type(one) is type(other)  # type: ignore[method-assign]
    DefaultDialect.__hash__ = lambda one: hash(type(one))  # type: ignore[method-assign,assignment]


@cache
def _statements(kind: str) -> LRUCache[Any, Any]:
    return LRUCache(MOST)

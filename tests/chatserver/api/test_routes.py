"""The table of operations: the order of its rows says nothing."""

import random

import pytest

from chatserver.api.routes import OPERATIONS, by_path


def test_operations_of_one_path_may_stand_anywhere() -> None:
    """All of a path are on its one route: a second route with the same path would never be asked."""
    shuffled = list(OPERATIONS)
    apart = next(operation for operation in shuffled if operation.method == "PATCH")
    shuffled.remove(apart)
    for rows in ([*shuffled, apart], [apart, *shuffled], random.Random(1).sample(OPERATIONS, len(OPERATIONS))):
        assert by_path(rows) == by_path(OPERATIONS)
    methods = by_path([*shuffled, apart])[apart.path]
    assert methods.keys() == {"PUT", "PATCH", "GET"}
    assert methods["PATCH"] is apart


def test_an_operation_that_is_there_twice() -> None:
    """Only one of the two could be asked."""
    with pytest.raises(ValueError, match=r"PATCH /v1/conversations/\{id\} is in the table twice"):
        by_path([*OPERATIONS, *(operation for operation in OPERATIONS if operation.method == "PATCH")])

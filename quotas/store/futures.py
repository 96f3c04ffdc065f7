"""Callbacks of the link, for those who wait."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

_Result = TypeVar("_Result")


def settling(future: asyncio.Future[_Result]) -> Callable[[_Result], None]:
    """A callback that gives the future its result, unless whoever waited for it has been cancelled."""

    def settle(result: _Result) -> None:
        if not future.done():
            future.set_result(result)

    return settle

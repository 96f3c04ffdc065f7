"""How often one person may ask."""

import time
from math import ceil

from chatserver.access.rate_limit import OTHER_COST
from chatserver.access.tokens import Identity
from chatserver.api.operation import ApiContext
from chatserver.api.problem import ProblemError


def admit(identity: Identity, context: ApiContext) -> None:
    """Count one request. Raises ProblemError 429, and counts nothing, where the person asked too often.

    Services are the platform's own software: bringing all its people here takes more requests than any person makes.
    """
    if identity.role == "service":
        return
    if delay := context.people.delay(identity.user, time.monotonic(), OTHER_COST):
        context.metrics.rate_limited["person"] += 1
        seconds = ceil(delay)
        raise ProblemError(
            429, f"too many requests; ask again after {seconds} s", headers={"Retry-After": f"{seconds}"}
        )

"""Who may call an operation, by the role of the token; of what is for the operation itself to say."""

from typing import get_args

from chatserver.protocol.events import Role

EVERYBODY: frozenset[Role] = frozenset(get_args(Role))
STAFF: frozenset[Role] = frozenset({"support", "service"})
SUPPORT: frozenset[Role] = frozenset({"support"})
MEMBER: frozenset[Role] = frozenset({"member"})
MENTOR: frozenset[Role] = frozenset({"mentor"})
PAIR: frozenset[Role] = frozenset({"member", "mentor"})
MENTOR_OR_SUPPORT: frozenset[Role] = MENTOR | SUPPORT
SERVICE: frozenset[Role] = frozenset({"service"})
PAIR_OR_SERVICE: frozenset[Role] = PAIR | SERVICE
PAIR_OR_SUPPORT: frozenset[Role] = PAIR | SUPPORT

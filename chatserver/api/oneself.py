"""What only the person that it is about may ask for; some of it services too, for everybody."""

from chatserver.access.tokens import Identity
from chatserver.api.problem import ProblemError


def require_oneself(id: str, identity: Identity) -> None:
    """Raises ProblemError 404: whoever asks for another person's learns nothing of them."""
    if id != identity.user:
        raise nobody(id)


def require_oneself_or_service(id: str, identity: Identity) -> None:
    """As `require_oneself`; services act for all."""
    if identity.role != "service":
        require_oneself(id, identity)


def nobody(id: str) -> ProblemError:
    """The same whether there is nobody, or somebody else."""
    return ProblemError(404, f"there is no person {id!r} for this token")

"""Which form of an answer a request wants: `Accept` of RFC 9110, section 12.5.1."""

import re
from collections.abc import Sequence

from starlette.requests import Request

from chatserver.api.problem import ProblemError
from quotas.phrases import Language, language_of

JSON = "application/json"
CSV = "text/csv"
CALENDAR = "text/calendar"
HTML = "text/html"

_QUALITY = re.compile(r"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.IGNORECASE)


def chosen(request: Request, offered: Sequence[str]) -> str:
    """The media type that the request likes best, the first one of equals. Raises ProblemError 406."""
    ranges = [_range(one) for header in request.headers.getlist("accept") for one in header.split(",") if one.strip()]
    if not ranges:
        return offered[0]
    best = max(offered, key=lambda media_type: _quality(media_type, ranges))
    if _quality(best, ranges) == 0:
        raise ProblemError(406, f"the answer is there as {' or '.join(offered)}; send one of them as `Accept`")
    return best


def _range(one: str) -> tuple[str, float]:
    media_range, *parameters = (part.strip().lower() for part in one.split(";"))
    found = [match[1] for parameter in parameters if (match := _QUALITY.fullmatch(parameter))]
    return media_range, float(found[0]) if found else 1.0


def _quality(media_type: str, ranges: Sequence[tuple[str, float]]) -> float:
    """The quality that the most specific range gives it; 0 where none names it."""
    for specific in (media_type, f"{media_type.partition('/')[0]}/*", "*/*"):
        given = [quality for media_range, quality in ranges if media_range == specific]
        if given:
            return max(given)
    return 0.0


def language(accepted: str) -> Language:
    """The language that an `Accept-Language` (RFC 9110, section 12.5.4) likes best; English where it names none."""
    ranges = [_range(one) for one in accepted.split(",") if one.strip()]
    spoken = [(quality, found) for tag, quality in ranges if quality and (found := language_of(tag))]
    return max(spoken, key=lambda one: one[0])[1] if spoken else "en"

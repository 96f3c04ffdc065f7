"""Who a token belongs to, for the Python peers."""

import os
from typing import Any

import jwt

_SECRET = os.environ["BENCH_JWT_SECRET"]


def claims_of(token: str) -> dict[str, Any]:
    """The claims, checked as the product checks them. Raises jwt.InvalidTokenError."""
    return jwt.decode(token, _SECRET, algorithms=["HS256"], audience="chatserver")

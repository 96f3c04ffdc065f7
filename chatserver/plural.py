"""Numbers of things, in English."""


def counted(number: int, thing: str) -> str:
    """1 key, 2 keys, 1,000 keys."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"

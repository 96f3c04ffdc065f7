"""Memory of processes, from Linux's /proc. Source: proc(5)."""

import re
from pathlib import Path


def proportional(pid: int) -> int:
    """Bytes of the process and its children; what processes share is divided among them."""
    own = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return (int(own[1]) * 1024 if own else 0) + sum(proportional(int(child)) for child in children)

"""The most memory that this process has held."""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path


def most_mb() -> float:
    """In MB, since the process's program began where the system tells that.

    What the system counts by itself begins before, with the memory of whoever started it.
    """
    status = Path("/proc/self/status")
    known = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    if known:
        return int(known[1]) * 1024 / 1e6
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1e6 if sys.platform == "darwin" else 1e3)

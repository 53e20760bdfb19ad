"""Progress and cancellation as one callable.

Work calls `report(done, total, message)` at least every 200 ms where the library allows.
The callable raises `Cancelled` when the person asked to stop.
"""

from __future__ import annotations

from collections.abc import Callable

Report = Callable[[int, int, str], None]


def silent(done: int, total: int, message: str) -> None:
    """Report to nobody and never cancel."""

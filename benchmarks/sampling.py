"""Which part of the engine a measured call spends its time in, told by looking now and then.

A thread looks at the caller's stack every few milliseconds, so that nothing of the engine is
replaced and little of its time is taken. The outermost known function counts.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Mapping
from types import FrameType, TracebackType

_EVERY_S = 0.005
OTHER = "the rest"

# (dotted module, function) or (dotted module, "") for all of its functions -> part.
Parts = Mapping[tuple[str, str], str]


class Shares:
    """A context within which the time of this thread is shared out to parts."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._spent: dict[str, float] = {}
        self._watched = threading.get_ident()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="shares", daemon=True)

    def __enter__(self) -> Shares:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def shares(self) -> dict[str, float]:
        """Share of the time of each part in 0..1, the largest first; empty if it was too short."""
        total = sum(self._spent.values())
        largest = sorted(self._spent.items(), key=lambda item: -item[1])
        return {part: spent / total for part, spent in largest} if total else {}

    def _watch(self) -> None:
        before = time.perf_counter()
        while not self._stop.wait(_EVERY_S):
            frame = sys._current_frames().get(self._watched)
            now = time.perf_counter()
            # By time, not by looks: a call that holds the interpreter delays the next look.
            part = part_of(frame, self._parts)
            self._spent[part] = self._spent.get(part, 0.0) + now - before
            before = now


def part_of(frame: FrameType | None, parts: Parts) -> str:
    """The part of the outermost frame that has one."""
    found = OTHER
    while frame is not None:
        module, function = frame.f_globals.get("__name__", ""), frame.f_code.co_name
        found = parts.get((module, function)) or parts.get((module, "")) or found
        frame = frame.f_back
    return found

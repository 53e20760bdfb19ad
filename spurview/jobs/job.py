"""One piece of background work: a plain function, its progress, its end.

The function runs on the runner's thread and touches no widget and no document; all signals of
the job are emitted on the thread that made it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Literal

from PySide6.QtCore import QObject, Qt, Signal, Slot

from spurview.core.errors import Cancelled
from spurview.core.progress import Report
from spurview.jobs.failure import Failure

Deliver = Callable[[Any], None]
Work = Callable[[Report, Deliver], Any]
State = Literal["queued", "running", "finished", "failed", "cancelled"]

# Progress moves at most five times a second, so that it can be read and costs nothing.
_PROGRESS_S = 0.2


class Job(QObject):
    """`work(report, deliver)` under a name; `brief` work may go between the steps of long work."""

    # The work has begun.
    started = Signal()
    # Steps done, steps in all (0: unknown), what is going on.
    progressed = Signal(int, int, str)
    # A part of the result, ahead of the end.
    delivered = Signal(object)
    # What the work returned.
    finished = Signal(object)
    # A Failure.
    failed = Signal(object)
    # The work stopped because the person asked.
    cancelled = Signal()
    # After any of the three ends.
    ended = Signal()

    _reported = Signal(int, int, str)
    _came = Signal(str, object)

    def __init__(
        self, name: str, work: Work, *, brief: bool = False, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.name = name
        self.brief = brief
        self.state: State = "queued"
        self._work = work
        self._stop = threading.Event()
        self._last_report = 0.0
        self._last_message = ""
        # Queued also where emitter and receiver share a thread: one order of events everywhere.
        self._reported.connect(self._pass_progress, Qt.ConnectionType.QueuedConnection)
        self._came.connect(self._take, Qt.ConnectionType.QueuedConnection)

    @property
    def has_ended(self) -> bool:
        return self.state in ("finished", "failed", "cancelled")

    @property
    def is_stopping(self) -> bool:
        """Whether the person asked to stop and the work has not yet obeyed."""
        return self._stop.is_set() and not self.has_ended

    def cancel(self) -> None:
        """Ask the work to stop at its next report."""
        self._stop.set()

    def run(self, between: Callable[[], None] = lambda: None) -> None:
        """Do the work; called by the runner on its thread. `between` is called at each report."""
        if self._stop.is_set():
            self._came.emit("cancelled", None)
            return
        self._came.emit("started", None)

        def report(done: int, total: int, message: str) -> None:
            between()
            if self._stop.is_set():
                raise Cancelled
            self._report(done, total, message)

        try:
            result = self._work(report, lambda part: self._came.emit("delivered", part))
        except Cancelled:
            self._came.emit("cancelled", None)
        except Exception as error:
            self._came.emit("failed", Failure.of(error))
        else:
            self._came.emit("finished", result)

    def _report(self, done: int, total: int, message: str) -> None:
        now = time.monotonic()
        turned = message.split(":")[0] != self._last_message.split(":")[0]
        if turned or done >= total > 0 or now - self._last_report >= _PROGRESS_S:
            self._last_report, self._last_message = now, message
            self._reported.emit(done, total, message)

    @Slot(int, int, str)
    def _pass_progress(self, done: int, total: int, message: str) -> None:
        if self.state == "running":
            self.progressed.emit(done, total, message)

    @Slot(str, object)
    def _take(self, what: str, value: object) -> None:
        if what == "started":
            self.state = "running"
            self.started.emit()
        elif what == "delivered":
            self.delivered.emit(value)
        else:
            self._end(what, value)

    def _end(self, state: str, value: object) -> None:
        if state == "finished":
            self.state = "finished"
            self.finished.emit(value)
        elif state == "failed":
            self.state = "failed"
            self.failed.emit(value)
        else:
            self.state = "cancelled"
            self.cancelled.emit()
        self.ended.emit()

"""Work that follows what a person types: begun a moment after the last change, the last alone."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from spurview.jobs import Failure, Job, JobRunner, Work

AFTER_MS = 300


class Latest(QObject):
    """Asks the runner for one thing at a time; what an older question gives is dropped."""

    # The answers shown are old from now on.
    outdated = Signal()
    # What the work returned.
    arrived = Signal(object)
    # A Failure.
    failed = Signal(object)

    def __init__(self, runner: JobRunner, name: str, parent: QObject) -> None:
        super().__init__(parent)
        self._runner, self._name = runner, name
        self._job: Job | None = None
        self._make: Callable[[], Work | None] = lambda: None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(AFTER_MS)
        self._timer.timeout.connect(self._begin)

    def ask(self, make: Callable[[], Work | None]) -> None:
        """Begin the work that `make` gives soon, unless asked again; None gives up the old."""
        self.stop()
        self._make = make
        self.outdated.emit()
        self._timer.start()

    def stop(self) -> None:
        """Want no answer any more."""
        self._timer.stop()
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _begin(self) -> None:
        work = self._make()
        if work is None:
            return
        # Brief: a run that is under way makes room between its steps.
        job = self._job = self._runner.submit(self._name, work, brief=True)
        job.finished.connect(lambda value: self._take(job, self.arrived, value))
        job.failed.connect(lambda failure: self._take(job, self.failed, failure))

    def _take(self, job: Job, signal: object, value: object | Failure) -> None:
        if job is self._job:
            self._job = None
            signal.emit(value)  # type: ignore[attr-defined]

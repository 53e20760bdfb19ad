"""The one background thread: jobs queue on it, brief ones may go between a long one's steps."""

from __future__ import annotations

import threading
from collections import deque

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from spurview.jobs.job import Job, Work


class JobRunner(QObject):
    """Owns the thread; `close` must be called before the application ends."""

    # A job was queued, started or ended; read `jobs`.
    jobs_changed = Signal()

    _wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: list[Job] = []
        self._thread = QThread()
        self._thread.setObjectName("spurview-jobs")
        self._worker = _Worker()
        self._worker.moveToThread(self._thread)
        self._wanted.connect(self._worker.work_off, Qt.ConnectionType.QueuedConnection)
        self._thread.start()

    @property
    def jobs(self) -> tuple[Job, ...]:
        """Jobs that have not ended, the running one first."""
        return tuple(self._jobs)

    @property
    def running(self) -> Job | None:
        """The job under way that is not brief, or else any that is."""
        under_way = [job for job in self._jobs if job.state == "running"]
        return next((job for job in under_way if not job.brief), next(iter(under_way), None))

    def submit(self, name: str, work: Work, *, brief: bool = False) -> Job:
        """Queue `work`; connect to the job's signals before returning to the event loop."""
        job = Job(name, work, brief=brief, parent=self)
        job.started.connect(self.jobs_changed)
        job.ended.connect(self._forget)
        self._jobs.append(job)
        self._worker.queue(job)
        self._wanted.emit()
        self.jobs_changed.emit()
        return job

    def cancel_all(self) -> None:
        """Ask every job to stop."""
        for job in self._jobs:
            job.cancel()

    def close(self) -> None:
        """Cancel what is left and wait for the thread."""
        self.cancel_all()
        self._thread.quit()
        self._thread.wait()

    @Slot()
    def _forget(self) -> None:
        ended = [job for job in self._jobs if job.has_ended]
        self._jobs = [job for job in self._jobs if not job.has_ended]
        for job in ended:
            job.deleteLater()
        self.jobs_changed.emit()


class _Worker(QObject):
    """Lives on the thread and takes jobs off the queue."""

    def __init__(self) -> None:
        super().__init__()
        self._queue: deque[Job] = deque()
        self._lock = threading.Lock()

    def queue(self, job: Job) -> None:
        with self._lock:
            self._queue.append(job)

    @Slot()
    def work_off(self) -> None:
        job = self._next(brief_only=False)
        if job is not None:
            job.run(between=self._work_off_brief)

    def _work_off_brief(self) -> None:
        while (job := self._next(brief_only=True)) is not None:
            job.run()

    def _next(self, *, brief_only: bool) -> Job | None:
        with self._lock:
            for job in self._queue:
                if job.brief or not brief_only:
                    self._queue.remove(job)
                    return job
        return None

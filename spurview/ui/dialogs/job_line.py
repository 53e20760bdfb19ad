"""One job of a dialog: what it is at, how far, and Cancel."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from spurview.jobs import Job
from spurview.ui.widgets.labels import Elided

_BAR_PX = 200


class JobLine(QWidget):
    """Hidden until it watches a job, and again once that has ended."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self.said = Elided()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(_BAR_PX, 6)
        self.cancel = QPushButton("Stop")
        self.cancel.setAutoDefault(False)
        self.cancel.clicked.connect(self._stop)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.bar)
        row.addWidget(self.said, 1)
        row.addWidget(self.cancel)
        self.hide()

    @property
    def is_busy(self) -> bool:
        return self._job is not None

    def watch(self, job: Job, said: str) -> None:
        """Show a job from now to its end."""
        self._job = job
        self.said.text = said
        self.bar.setRange(0, 0)
        self.bar.setAccessibleName(said)
        self.cancel.setEnabled(True)
        job.progressed.connect(self._on_progress)
        job.ended.connect(self._on_end)
        self.show()

    def stop(self) -> None:
        """Ask the job to stop, where there is one."""
        if self._job is not None:
            self._job.cancel()

    def _stop(self) -> None:
        self.cancel.setEnabled(False)
        self.said.text = "Stopping…"
        self.stop()

    def _on_progress(self, done: int, total: int, message: str) -> None:
        if self._job is None or self._job.is_stopping:
            return
        step = message.partition(":")[2].strip() or message
        self.said.text = step[:1].upper() + step[1:]
        self.bar.setRange(0, max(0, total))
        self.bar.setValue(min(done, total))

    def _on_end(self) -> None:
        self._job = None
        self.hide()

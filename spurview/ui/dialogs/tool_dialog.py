"""What the dialogs of Tools share: a headline, a part of their own, a job with Stop, buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from spurview.jobs import Failure, Job, JobRunner, Work
from spurview.ui.dialogs.job_line import JobLine
from spurview.ui.dialogs.page import Note
from spurview.ui.widgets.labels import label


class ToolDialog(QDialog):
    """`act` begins what the dialog is for; one job at a time, stopped when it closes."""

    def __init__(
        self, title: str, word: str, runner: JobRunner, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._runner = runner
        self.failure = Note()
        self.job = JobLine()
        self.act = QPushButton(word)
        self.act.setDefault(True)
        self.act.clicked.connect(self.start)
        self.close_button = QPushButton("Close")
        self.close_button.setAutoDefault(False)
        self.close_button.clicked.connect(self.reject)
        self.body = QVBoxLayout()
        self.body.setSpacing(16)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.job, 1)
        buttons.addStretch(0)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.act)
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 24, 32, 16)
        column.setSpacing(16)
        column.addWidget(label(title, "headline"))
        column.addLayout(self.body, 1)
        column.addWidget(self.failure)
        column.addLayout(buttons)
        # The buttons stay at the right where no job is shown.
        buttons.insertStretch(0, 1)

    def start(self) -> None:
        """The person pressed the button."""

    def run_job(self, name: str, work: Work, said: str) -> Job:
        """Do the work, with progress and Stop; failures are told in the dialog."""
        self.failure.say("")
        self.act.setEnabled(False)
        job = self._runner.submit(name, work)
        job.failed.connect(self._fail)
        job.ended.connect(self._on_ended)
        self.job.watch(job, said)
        return job

    def _fail(self, failure: Failure) -> None:
        self.failure.fail(failure.sentence)

    def _on_ended(self) -> None:
        self.act.setEnabled(True)

    def done(self, result: int) -> None:
        """Leave; a job that is under way stops."""
        self.job.stop()
        super().done(result)

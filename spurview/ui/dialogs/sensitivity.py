"""How sensitive is this? Trials with planted patterns on the project's own images."""

from __future__ import annotations

import os

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QVBoxLayout, QWidget

from spurview.jobs import JobRunner
from spurview.pipeline.sensitivity_wording import record_mark, sensitivity_sentence
from spurview.pipeline.wording import duration
from spurview.project.model import SensitivityRecord
from spurview.ui.dialogs import tool_jobs
from spurview.ui.dialogs.page import Note, add_field, fields
from spurview.ui.dialogs.tool_dialog import ToolDialog
from spurview.ui.document import Document
from spurview.ui.evidence.sensitivity_plot import SensitivityPlot
from spurview.ui.widgets.labels import label
from spurview.ui.widgets.number_box import WholeBox

# Strengths and shares, and without a pattern.
_KINDS = 6
_PLOT_PX = 248
_WHAT = (
    "A patch of noise is planted into this project's own images at several strengths and in "
    "several shares of them; each time everything is trained and searched anew, with the "
    "project's own settings. What is found of them tells how far a silence can be trusted."
)

_YET = (
    "Here the curve grows while trials end: how many of the patterns were found, by their "
    "strength, and how many gave an alarm. What has been done is kept when you stop."
)


class SensitivityDialog(ToolDialog):
    """The curve grows while trials end; what is known is kept when they are stopped."""

    def __init__(
        self, document: Document, runner: JobRunner, parent: QWidget | None = None
    ) -> None:
        super().__init__("How sensitive is this?", "Run the trials", runner, parent)
        self.resize(760, 640)
        self._document = document
        self.body.addWidget(label(_WHAT, wrap=True))
        self.trials = WholeBox()
        self.trials.setRange(1, 1000)
        self.trials.setValue(5)
        self.processes = WholeBox()
        self.processes.setRange(1, max(1, os.cpu_count() or 1))
        self.processes.setValue(1)
        grid = fields()
        self.trials.setToolTip("Five tell always from never")
        self.processes.setToolTip("Each takes a processor and memory")
        self.processes.setAccessibleName("At a time")
        said = label("at a time", "quiet")
        add_field(grid, "Trials of each", self.trials, self.processes, said)
        self.body.addLayout(grid)
        self.takes = label("", "quiet", wrap=True)
        self.body.addWidget(self.takes)
        self.unsaved = Note()
        self.body.addWidget(self.unsaved)
        self.said = label("", "value", wrap=True)
        self.body.addWidget(self.said)
        self.said.hide()
        self._plot = QVBoxLayout()
        self.body.addLayout(self._plot, 1)
        self.plot: SensitivityPlot | None = None
        self._yet = _NothingYet()
        self._plot.addWidget(self._yet)
        self.trials.valueChanged.connect(self._say_time)
        self.processes.valueChanged.connect(self._say_time)
        self._say_time()
        self.trials.setFocus()
        if document.info.sensitivity is not None:
            self._show(document.info.sensitivity)
        if document.info.network is not None:
            self.unsaved.say(
                "The trials train a network here, since yours never saw the planted patterns: "
                "they tell of the search, not of your network."
            )
        elif document.is_modified:
            self.unsaved.say("The trials use the project as it was last saved.")

    def start(self) -> None:
        """Run the trials that are missing."""
        document = self._document
        work = tool_jobs.trying_patterns(
            document.path,
            document.project.work_dir,
            self.trials.value(),
            self.processes.value(),
            record_mark(document.project.info),
        )
        job = self.run_job("trials", work, "Beginning the trials")
        job.delivered.connect(self._take)
        job.finished.connect(self._take)

    def _take(self, record: SensitivityRecord) -> None:
        if not record.points and not record.clean_runs:
            return
        self._document.put_sensitivity(record)
        self._show(record)

    def _show(self, record: SensitivityRecord) -> None:
        old = self.plot or self._yet
        self._plot.removeWidget(old)
        old.hide()
        old.deleteLater()
        self.plot = SensitivityPlot(record, height_px=_PLOT_PX)
        self._plot.addWidget(self.plot, 0, Qt.AlignmentFlag.AlignTop)
        self.said.show()
        self.said.setText(sensitivity_sentence(self._document.info))

    def _say_time(self) -> None:
        n = _KINDS * self.trials.value()
        one = sum(record.seconds for record in self._document.info.stages.values())
        told = f"Up to {n} runs; those that have been done are not done again."
        if one:
            whole = duration(n * one / self.processes.value())
            told += f" A run of this project took {duration(one)}, so all take about {whole}."
        self.takes.setText(told)


class _NothingYet(QWidget):
    """The place of the curve, and what will stand there."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumHeight(_PLOT_PX)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        said = label(_YET, "quiet", wrap=True)
        said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(64, 16, 64, 16)
        inside.addWidget(said)

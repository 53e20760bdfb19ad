"""The status bar: unsaved mark or the running job on the left, device and memory on the right."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QStatusBar, QWidget

from spurview.jobs import Job, JobRunner
from spurview.pipeline.wording import duration
from spurview.ui import icons, theme
from spurview.ui.document import Document
from spurview.ui.stages.ring import paint_ring
from spurview.ui.stages.run_control import RunControl
from spurview.ui.widgets.labels import label

_MESSAGE_MS = 6000
_MEMORY_EVERY_MS = 5000
# Work that ends sooner shows no progress: a flash of it would only startle.
_SHOW_AFTER_MS = 600
# Steps of the progress bar, a pixel each.
_SHARES = 160
_JOB_WORDS = {
    "open": "Opening…",
    "save": "Saving…",
    "export": "Exporting…",
    "layout": "Laying out a view…",
}


class StatusBar(QStatusBar):
    """One line of state. Short messages stand beside it for some seconds."""

    # The person pressed Cancel.
    cancel_requested = Signal()

    def __init__(self, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self._runner = runner
        self._document: Document | None = None
        self._run: RunControl | None = None
        self._is_open = False
        self._job: Job | None = None
        self._share: float | None = None
        self._mark = _Mark()
        self.state = label("")
        self.progress = _Bar()
        self.message = label("", "quiet")
        self.cancel_button = QPushButton("Cancel")
        self._device = label("", "quiet")
        self._memory = label("", "quiet")
        self._lay_out()
        self._later = _single_shot(self, _SHOW_AFTER_MS, self._refresh)
        self._fade = _single_shot(self, _MESSAGE_MS, self._refresh)
        self._clock = QTimer(self)
        self._clock.setInterval(_MEMORY_EVERY_MS)
        self._clock.timeout.connect(self._show_memory)
        self._clock.start()
        runner.jobs_changed.connect(self._on_jobs)
        theme.keeper().changed.connect(self._on_theme)
        self._show_memory()
        self._on_theme()

    def watch(self, document: Document, run: RunControl) -> None:
        """Follow a document and its run."""
        self._document, self._run = document, run
        document.modified_changed.connect(self._refresh)
        document.verdicts_changed.connect(self._refresh)
        document.stages_changed.connect(self._refresh)
        document.replaced.connect(self._refresh)
        run.changed.connect(self._refresh)
        self._refresh()

    def show_project(self, is_open: bool) -> None:
        """Tell of the project, or on the start page of nothing."""
        if is_open != self._is_open:
            self._is_open = is_open
            self.message.setText("")
            self._refresh()

    def say(self, text: str) -> None:
        """Show a short message for some seconds."""
        self.message.setText(text)
        self._fade.start()

    def _lay_out(self) -> None:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(16, 2, 16, 2)
        row.setSpacing(8)
        self.progress.setTextVisible(False)
        self.progress.setFixedSize(_SHARES, 6)
        self.progress.setAccessibleName("Progress")
        self.cancel_button.setAccessibleName("Cancel the running job")
        self.cancel_button.setIconSize(QSize(18, 14))
        self.cancel_button.setStyleSheet("padding: 0 8px; min-height: 16px;")
        self.cancel_button.clicked.connect(self.cancel_requested)
        for part in (self._mark, self.state, self.progress, self.message, self.cancel_button):
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self._device)
        row.addSpacing(16)
        row.addWidget(self._memory)
        self.addWidget(holder, 1)

    def _on_theme(self) -> None:
        self.cancel_button.setIcon(icons.icon("circle-stop", theme.current().text2, 14, gap=4))
        self._refresh()

    def _on_jobs(self) -> None:
        self._watch_job()
        self._later.start()
        self._refresh(hide_only=True)

    def _refresh(self, *_: object, hide_only: bool = False) -> None:
        job = self._runner.running
        is_running = self._run is not None and self._run.is_running
        if hide_only and job is not None and not is_running:
            return
        busy = is_running or job is not None
        self.progress.setVisible(busy)
        self.cancel_button.setVisible(is_running or (job is not None and job.name != "save"))
        if is_running:
            self._show_run()
        elif job is not None:
            self._show_job(job)
        else:
            self._show_saved_state()
        self._device.setText(_device(self._document if self._is_open else None))

    def _watch_job(self) -> None:
        job = self._runner.running
        if job is not self._job:
            self._job, self._share = job, None
            if job is not None:
                job.progressed.connect(self._on_progress)

    def _on_progress(self, done: int, total: int, _: str) -> None:
        self._share = min(done / total, 1.0) if total > 0 else None
        self._refresh(hide_only=self._later.isActive())

    def _show_job(self, job: Job) -> None:
        """A job that is no run: opening, saving, exporting, laying out."""
        self._mark.show_ring(self._share)
        self.progress.show_share(self._share)
        self.state.setText(_JOB_WORDS.get(job.name, f"{job.name.capitalize()}…"))
        self.cancel_button.setEnabled(not job.is_stopping)

    def _show_run(self) -> None:
        assert self._run is not None
        run = self._run
        self._mark.show_ring(run.fraction)
        name = (run.stage or "run").capitalize()
        self.state.setText(f"{name}, {run.step}" if run.step else name)
        self.progress.show_share(run.fraction)
        parts = []
        if run.is_stopping:
            parts.append("stopping…")
        elif run.remaining_s is not None:
            parts.append(f"about {duration(run.remaining_s)} left")
        if run.stages_after and not run.is_stopping:
            more = run.stages_after
            parts.append(f"then {more} stage{'' if more == 1 else 's'}")
        self.message.setText(", ".join(parts))
        self.cancel_button.setEnabled(not run.is_stopping)

    def _show_saved_state(self) -> None:
        document = self._document if self._is_open else None
        if not self._fade.isActive():
            self.message.setText(_hint(document))
        if document is None:
            self._mark.show_icon("")
            self.state.setText("")
        elif document.read_only:
            self._mark.show_icon("lock")
            self.state.setText(_read_only_words(document))
        elif document.is_modified:
            self._mark.show_icon("circle-dot")
            verdicts = document.unsaved_verdicts()
            words = f"{verdicts} unsaved verdict{'' if verdicts == 1 else 's'}"
            self.state.setText(words if verdicts else "Unsaved changes")
        else:
            self._mark.show_icon("check")
            self.state.setText("Saved")

    def _show_memory(self) -> None:
        used = _memory_bytes()
        self._memory.setText("" if used is None else f"{used / 1e9:.1f} GB")
        self._memory.setVisible(used is not None)


class _Bar(QProgressBar):
    """Left to itself a progress bar paints at every new value at once, and the window with it."""

    def show_share(self, share: float | None) -> None:
        """How much is done, 0..1, at the next paint; None where nobody knows."""
        self.setUpdatesEnabled(False)
        self.setRange(0, 0 if share is None else _SHARES)
        self.setValue(round((share or 0) * _SHARES))
        self.setUpdatesEnabled(True)


class _Mark(QWidget):
    """An icon or the ring of a job."""

    def __init__(self) -> None:
        super().__init__()
        self._icon = ""
        self._fraction: float | None = None
        self.setFixedSize(16, 16)

    def show_icon(self, name: str) -> None:
        self._icon = name
        self.setVisible(bool(name))
        self.update()

    def show_ring(self, fraction: float | None) -> None:
        self._icon, self._fraction = "", fraction
        self.setVisible(True)
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._icon:
            icons.paint(painter, self._icon, QRectF(self.rect()), theme.current().text2)
        else:
            paint_ring(painter, QRectF(self.rect()), self._fraction)
        painter.end()


def _single_shot(parent: QWidget, delay_ms: int, call: Callable[[], object]) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(delay_ms)
    timer.timeout.connect(call)
    return timer


def _hint(document: Document | None) -> str:
    """What the person can do next, while nothing else is to be said."""
    if document is None or document.findings is None or document.read_only:
        return ""
    undecided = any(finding.verdict is None for finding in document.findings.findings)
    return "Space: next undecided" if undecided else ""


def _read_only_words(document: Document) -> str:
    if document.project.locked_by:
        holder = document.project.locked_by
        return f"Read-only: open in another window ({holder}), changes are off here."
    return "Read-only: changes are off here."


def _device(document: Document | None) -> str:
    if document is None:
        return ""
    records = document.info.stages.values()
    device = next((r.device for r in reversed(list(records)) if r.device), "")
    if device.lower() != "cpu":
        return device.upper() if device in ("cuda", "mps") else device
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"CPU, {threads} thread{'' if threads == 1 else 's'}"


def _memory_bytes() -> int | None:
    """Resident memory; None where the system does not tell in a file."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")

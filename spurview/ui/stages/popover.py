"""The pop-over of one stage: progress, curves, reconstructions, facts, settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from spurview.ui import theme
from spurview.ui.document import Document
from spurview.ui.stages.facts import TITLES, duration, fact, facts_of, settings_of
from spurview.ui.stages.reconstructions import ReconstructionStrip
from spurview.ui.stages.run_control import RunControl
from spurview.ui.widgets.flat_button import FlatButton
from spurview.ui.widgets.labels import label

_WIDTH_PX = 400


class StagePopover(QFrame):
    """Shown below a stage button; Esc or a click elsewhere closes it."""

    def __init__(
        self,
        document: Document,
        run: RunControl,
        show_failure: Callable[[], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("stage_popover")
        self._document, self._run, self._show_failure = document, run, show_failure
        self.stage: str | None = None
        self._body: QWidget | None = None
        self.progress: QProgressBar | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        document.stages_changed.connect(self._refill)
        run.changed.connect(self._follow_run)

    def show_stage(self, stage: str, below: QWidget) -> None:
        """Open for a stage, its right edge at the button's."""
        self.stage = stage
        self._fill()
        corner = below.mapToGlobal(QPoint(below.width(), below.height() + 4))
        screen = below.screen() or QGuiApplication.primaryScreen()
        left = max(screen.availableGeometry().left() + 8, corner.x() - self.width())
        self.move(left, corner.y())
        self.show()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def _refill(self, *_: object) -> None:
        if self.isVisible():
            self._fill()

    def _fill(self) -> None:
        assert self.stage is not None
        shown = theme.current()
        self.setStyleSheet(
            f"#stage_popover {{ background: {shown.tip.name()};"
            f" border: 1px solid {shown.line.name()}; }}"
        )
        if self._body is not None:
            self._column.removeWidget(self._body)
            self._body.deleteLater()
        self.progress = None
        self._body = QWidget(self)
        self._body.setFixedWidth(_WIDTH_PX)
        column = QVBoxLayout(self._body)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(8)
        column.addLayout(self._header(self.stage))
        for part in self._parts(self.stage):
            column.addWidget(part)
        self._column.addWidget(self._body)
        self.setAccessibleName(f"{TITLES[self.stage]}: details")
        self.adjustSize()

    def _header(self, stage: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(label(TITLES[stage], "title"))
        said = "" if self._is_running(stage) else fact(stage, self._document.info)
        row.addWidget(label(said, "quiet"), 1)
        close = FlatButton(icon_name="x", name="Close")
        close.clicked.connect(self.close)
        row.addWidget(close)
        return row

    def _parts(self, stage: str) -> Iterable[QWidget]:
        if self._is_running(stage):
            yield self._progress_part()
        if self._run.failed_stage == stage and self._run.failure is not None:
            yield self._failure_part()
        if self._document.states[stage] == "stale":
            yield label(
                "Stale: something this stage depends on has changed since.", "plain", wrap=True
            )
        yield from self._curves(stage)
        if stage == "embedding" and self._document.reader.has("/embedding/sample_pixels"):
            yield self._reconstructions()
        for title, rows in (
            ("Last run", facts_of(stage, self._document.info)),
            ("Settings", settings_of(stage, self._document.info)),
        ):
            if rows:
                yield _section(title, rows)

    def _is_running(self, stage: str) -> bool:
        return self._run.is_running and self._run.stage == stage

    def _progress_part(self) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(8)
        self.progress.setAccessibleName("Progress of the stage")
        self._step = label("", "quiet")
        column.addWidget(self.progress)
        column.addWidget(self._step)
        self._show_progress()
        return part

    def _follow_run(self) -> None:
        if not self.isVisible() or self.stage is None:
            return
        if self._is_running(self.stage) and self.progress is not None:
            self._show_progress()
        elif self._is_running(self.stage) or self.progress is not None:
            self._fill()

    def _show_progress(self) -> None:
        assert self.progress is not None
        share = self._run.fraction
        self.progress.setRange(0, 0 if share is None else 1000)
        self.progress.setValue(round((share or 0) * 1000))
        left = self._run.remaining_s
        guess = f", about {duration(left)} left" if left else ""
        self._step.setText(f"{self._run.step or 'starting'}{guess}".capitalize())

    def _failure_part(self) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        assert self._run.failure is not None
        column.addWidget(label(self._run.failure.sentence, "plain", wrap=True))
        details = QPushButton("Details…")
        details.clicked.connect(self._show_failure)
        column.addWidget(details, 0, Qt.AlignmentFlag.AlignLeft)
        return part

    def _curves(self, stage: str) -> Iterable[QWidget]:
        name = f"/{stage}/curve"
        if not self._document.reader.has(name):
            return
        # pyqtgraph takes a while to load: only once somebody wants to see a curve.
        from spurview.ui.stages.curves import Curve, CurvePlot

        curve = self._document.reader.read(name)
        if len(curve) == 0:
            return
        if stage == "classifier":
            yield CurvePlot("Loss", [Curve("training", curve[:, 0])])
            yield CurvePlot(
                "Accuracy, %",
                [Curve("training", curve[:, 1], True), Curve("test", curve[:, 2], True)],
            )
        elif stage == "embedding":
            yield CurvePlot(
                "Loss", [Curve("training", curve[:, 0]), Curve("held out", curve[:, 1])]
            )

    def _reconstructions(self) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.addWidget(label("Reconstructions", "value"))
        head.addWidget(label("original above", "quiet"), 1)
        column.addLayout(head)
        reader = self._document.reader
        rows = reader.read("/embedding/sample_rows")[:8]
        originals = reader.read_rows("/images/pixels", rows.tolist())
        column.addWidget(
            ReconstructionStrip(originals, reader.read("/embedding/sample_pixels")[:8])
        )
        return part


def _section(title: str, rows: list[tuple[str, str]]) -> QWidget:
    """A title over names and values."""
    part = QWidget()
    grid = QGridLayout(part)
    grid.setContentsMargins(0, 8, 0, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(4)
    grid.addWidget(label(title, "value"), 0, 0, 1, 2)
    for line, (name, value) in enumerate(rows, start=1):
        grid.addWidget(label(name, "quiet"), line, 0)
        shown = label(value, "plain")
        shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(shown, line, 1)
    grid.setColumnStretch(1, 1)
    return part

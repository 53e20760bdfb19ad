"""The stage strip: six stages from images to verification, and Run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QIcon,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from spurview.pipeline.stages import State
from spurview.ui import icons, theme
from spurview.ui.document import Document
from spurview.ui.stages.facts import MISSING, SHOWN, TITLES, fact
from spurview.ui.stages.ring import paint_ring
from spurview.ui.stages.run_control import RunControl

_HEIGHT_PX = 40
# Facts are cut first, then left out; names never.
_HIDE_FACTS_BELOW_PX = 1120


@dataclass(frozen=True)
class StageStatus:
    """What one stage button shows."""

    state: State | Literal["running", "failed"]
    fact: str = ""
    fraction: float | None = None


class StageButton(QAbstractButton):
    """Icon or ring, the stage's name, one fact; a line along the bottom while it runs."""

    def __init__(self, stage: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stage = stage
        self.setText(TITLES[stage])
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.shows_fact = True
        self.is_last = False
        self._status = StageStatus("missing", MISSING)

    @property
    def status(self) -> StageStatus:
        return self._status

    @status.setter
    def status(self, status: StageStatus) -> None:
        if status == self._status:
            return
        self._status = status
        said = " ".join(part for part in (status.state, status.fact) if part)
        self.setAccessibleName(f"{self.text()}, {said}")
        self.setToolTip(f"{self.text()}: {status.fact or status.state}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(152, max(_HEIGHT_PX, 2 * self.fontMetrics().height() + 8))

    def minimumSizeHint(self) -> QSize:
        name = QFontMetrics(theme.font(500)).horizontalAdvance(self.text())
        return QSize(56 + name, self.sizeHint().height())

    def paintEvent(self, _: QPaintEvent) -> None:
        shown = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isDown() or self.underMouse() or self._status.state == "running":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(shown.hover if self.underMouse() else shown.raised)
            painter.drawRoundedRect(self._body(), 4, 4)
        self._paint_mark(painter, shown)
        self._paint_words(painter, shown)
        if self._status.state == "running":
            self._paint_progress(painter, shown)
        if not self.is_last:
            edge = QRectF(self.width() - 16, 0, 16, self.height())
            icons.paint(painter, "chevron-right", edge, shown.field, 12)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(shown.accent, 2))
            painter.drawRoundedRect(self._body().adjusted(1, 1, -1, -1), 4, 4)
        painter.end()

    def _body(self) -> QRectF:
        return QRectF(0, 0, self.width() - (0 if self.is_last else 18), self.height())

    def _paint_mark(self, painter: QPainter, shown: theme.Theme) -> None:
        box = QRectF(8, 0, 16, self.height())
        state = self._status.state
        if state == "running":
            paint_ring(painter, box, self._status.fraction)
            return
        name, colour = {
            "fresh": ("check", shown.text2),
            "stale": ("circle-dashed", shown.text2),
            "missing": ("circle", shown.off),
            "failed": ("octagon-x", shown.alarm),
        }[state]
        icons.paint(painter, name, box, colour)

    def _paint_words(self, painter: QPainter, shown: theme.Theme) -> None:
        left, width = 32.0, self._body().width() - 36
        line = self.fontMetrics().height()
        has_fact = bool(self.shows_fact and self._status.fact)
        top = (self.height() - (2 if has_fact else 1) * line) / 2
        painter.setFont(theme.font(500))
        painter.setPen(shown.text if self._status.state != "missing" else shown.text2)
        painter.drawText(QRectF(left, top, width, line), self.text())
        if has_fact:
            painter.setFont(theme.font())
            painter.setPen(self._fact_colour(shown))
            cut = self.fontMetrics().elidedText(
                self._status.fact, Qt.TextElideMode.ElideRight, int(width)
            )
            painter.drawText(QRectF(left, top + line, width, line), cut)

    def _fact_colour(self, shown: theme.Theme) -> QColor:
        return {"running": shown.accent, "failed": shown.alarm}.get(self._status.state, shown.text2)

    def _paint_progress(self, painter: QPainter, shown: theme.Theme) -> None:
        body = self._body()
        share = self._status.fraction or 0.0
        painter.fillRect(QRectF(0, self.height() - 2, body.width() * share, 2), shown.accent)


class StageStrip(QWidget):
    """The six buttons and Run; listens to the document and the run."""

    # The person clicked a stage; carries its name.
    stage_clicked = Signal(str)

    def __init__(self, document: Document, run: RunControl, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Stages")
        self._document, self._run = document, run
        self.buttons = {name: StageButton(name) for name in SHOWN}
        self.run_button = QPushButton("Run")
        self._run_shown: tuple[bool, bool, bool] | None = None
        self.run_button.setIconSize(QSize(icons.ICON_PX + 4, icons.ICON_PX))
        self.run_button.setAccessibleName("Run: bring every stage up to date")
        self._lay_out()
        for name, button in self.buttons.items():
            button.clicked.connect(lambda _=False, stage=name: self.stage_clicked.emit(stage))
        self.run_button.clicked.connect(run.start)
        document.stages_changed.connect(self.refresh)
        document.replaced.connect(self.refresh)
        run.changed.connect(self.refresh)
        theme.keeper().changed.connect(self._on_theme)
        self.refresh()

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 8, 16, 8)
        layout.setSpacing(0)
        for button in self.buttons.values():
            layout.addWidget(button, 1)
        self.buttons[SHOWN[-1]].is_last = True
        layout.addSpacing(16)
        layout.addWidget(self.run_button)

    def refresh(self, *_: object) -> None:
        """Show the present state of every stage."""
        for name, button in self.buttons.items():
            button.status = self._status(name)
        self._refresh_run_button()

    def _on_theme(self) -> None:
        self._run_shown = None
        self.refresh()

    def _status(self, name: str) -> StageStatus:
        run, state = self._run, self._document.states[name]
        if run.is_running and run.stage == name:
            step = "stopping…" if run.is_stopping else run.step or "starting"
            return StageStatus("running", step, run.fraction)
        if run.failed_stage == name and run.failure is not None:
            return StageStatus("failed", run.failure.sentence)
        said = fact(name, self._document.info)
        if state == "stale":
            said = f"{said}, stale" if said else "stale"
        return StageStatus(state, said if state != "missing" else MISSING)

    def _refresh_run_button(self) -> None:
        button = self.run_button
        running, needed = self._run.is_running, self._run.is_needed
        wanted = needed and not running and not self._document.read_only
        # Each step of a run comes by here, and a button set anew lays the whole window out anew.
        if (running, needed, wanted) == self._run_shown:
            return
        self._run_shown = running, needed, wanted
        button.setText("Running…" if running else "Run" if needed else "Up to date")
        button.setEnabled(wanted)
        button.setFlat(not wanted)
        button.setIcon(self._run_icon(running=running, wanted=wanted, needed=needed))
        button.setToolTip(
            "Compute every stage that is stale or missing (Ctrl+R)"
            if needed
            else "Every stage is fresh"
        )
        if button.property("accent") != wanted:
            button.setProperty("accent", wanted)
            button.style().unpolish(button)
            button.style().polish(button)

    @staticmethod
    def _run_icon(*, running: bool, wanted: bool, needed: bool) -> QIcon:
        shown = theme.current()
        if running:
            return QIcon()
        if needed:
            return icons.icon("play", shown.on_accent if wanted else shown.text2, gap=4)
        return icons.icon("check", shown.text2, gap=4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        shows = self.width() >= _HIDE_FACTS_BELOW_PX * min(1.15, theme.text_scale())
        for button in self.buttons.values():
            button.shows_fact = shows
        super().resizeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        buttons = list(self.buttons.values())
        focused = self.focusWidget()
        if step and focused in buttons:
            place = buttons.index(focused) + step
            buttons[max(0, min(place, len(buttons) - 1))].setFocus(Qt.FocusReason.TabFocusReason)
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
        super().changeEvent(event)

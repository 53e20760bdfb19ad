"""The pop-over of one stage: progress, failure, last run; or its settings; and Run until here."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from spurview.pipeline.wording import chance_sentence, duration
from spurview.ui import icons, theme
from spurview.ui.document import Document
from spurview.ui.stages.facts import TITLES, fact, why_stale
from spurview.ui.stages.run_control import RunControl
from spurview.ui.stages.setting_fields import fields_of
from spurview.ui.stages.settings_form import SettingsForm
from spurview.ui.stages.stage_details import details
from spurview.ui.widgets.flat_button import FlatButton
from spurview.ui.widgets.labels import label

_WIDTH_PX = 400
_EDGE_PX = 16
# Header and foot of the pop-over.
_FRAME_PX = 120
_NO_CHANCE = "How many candidates would come up without any pattern is not counted yet."


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
        self.progress: QProgressBar | None = None
        self.form: SettingsForm | None = None
        self.chance_button: QPushButton | None = None
        self._stale_line: QLabel | None = None
        self._whole: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        document.stages_changed.connect(self._follow_document)
        document.replaced.connect(self.close)
        run.changed.connect(self._follow_run)

    def show_stage(self, stage: str, below: QWidget, *, settings: bool = False) -> None:
        """Open for a stage, its right edge at the button's; on its settings where asked."""
        self.stage = stage
        corner = below.mapToGlobal(QPoint(below.width(), below.height() + 4))
        screen = below.screen() or QGuiApplication.primaryScreen()
        free = screen.availableGeometry()
        self._room = max(240, free.bottom() - corner.y() - _EDGE_PX)
        self._fill(settings=settings)
        self.move(max(free.left() + 8, corner.x() - self.width()), corner.y())
        self.show()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def _fill(self, *, settings: bool) -> None:
        assert self.stage is not None
        tip, line = theme.current().tip.name(), theme.current().line.name()
        self.setStyleSheet(
            f"#stage_popover {{ background: {tip}; border: 1px solid {line}; }}"
            f"#stage_popover QScrollArea, #stage_popover #body {{ background: {tip}; }}"
        )
        if self._whole is not None:
            self._column.removeWidget(self._whole)
            self._whole.hide()
            self._whole.deleteLater()
        self.progress, self.form, self.chance_button = None, None, None
        self._whole = QWidget(self)
        self._whole.setFixedWidth(self._width)
        column = QVBoxLayout(self._whole)
        column.setContentsMargins(_EDGE_PX, 12, 0, _EDGE_PX)
        column.setSpacing(8)
        column.addLayout(self._header(self.stage))
        foot = self._foot(self.stage, settings=settings)
        parts = self._settings(self.stage) if settings else self._parts(self.stage)
        self._area = self._scrolled(parts)
        column.addWidget(self._area)
        column.addLayout(foot)
        self._column.addWidget(self._whole)
        self._whole.show()
        self._refresh_foot()
        what = "settings" if settings else "details"
        self.setAccessibleName(f"{TITLES[self.stage]}: {what}")
        # Only now are the widgets dressed by the style sheet, and know how high they are.
        self._fit()

    def _fit(self) -> None:
        """As high as the parts, or as the screen has room for."""
        body, whole = self._area.widget(), self._whole
        assert body is not None
        assert whole is not None
        height = _height_of(body)
        body.setFixedHeight(height)
        self._area.setFixedHeight(min(height, self._room - _FRAME_PX))
        for layout in (whole.layout(), self._column):
            assert layout is not None
            layout.invalidate()
            layout.activate()
        self.resize(self.sizeHint())

    @property
    def _width(self) -> int:
        """400 pixels, more where the text is larger."""
        return max(_WIDTH_PX, 48 * self.fontMetrics().averageCharWidth())

    def _scrolled(self, parts: Iterable[QWidget]) -> QScrollArea:
        body = QWidget()
        body.setObjectName("body")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, _EDGE_PX, 0)
        column.setSpacing(8)
        for part in parts:
            column.addWidget(part)
        body.setFixedWidth(self._width - _EDGE_PX)
        area = QScrollArea()
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(body)
        return area

    def _header(self, stage: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, _EDGE_PX - 8, 0)
        row.setSpacing(8)
        row.addWidget(label(TITLES[stage], "title"))
        said = "" if self._is_running(stage) else fact(stage, self._document.info)
        row.addWidget(label(said, "quiet"), 1)
        close = FlatButton(icon_name="x", name="Close")
        close.setToolTip("Close (Esc)")
        close.clicked.connect(self.close)
        row.addWidget(close)
        return row

    def _parts(self, stage: str) -> Iterable[QWidget]:
        if self._is_running(stage):
            yield self._progress_part()
        if self._run.failed_stage == stage and self._run.failure is not None:
            yield self._failure_part()
        yield from self._stale_part(stage)
        yield from details(self._document, stage)
        if stage == "candidates":
            yield self._chance_part()

    def _settings(self, stage: str) -> Iterable[QWidget]:
        self.form = SettingsForm(self._document, stage)
        self.form.refused.connect(self._show_refusal)
        yield self.form
        self._stale_line = label("", "quiet", wrap=True)
        yield self._stale_line

    def _show_refusal(self, sentence: str) -> None:
        if self._stale_line is not None and sentence:
            self._stale_line.setText(sentence)
            self._stale_line.show()
            self._fit()

    def _chance_part(self) -> QWidget:
        """The optional stage, which has no place of its own in the strip."""
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        findings = self._document.findings
        column.addWidget(label("Chance", "value"))
        said = chance_sentence(findings.chance) if findings and findings.chance else _NO_CHANCE
        column.addWidget(label(said, "quiet", wrap=True))
        self.chance_button = QPushButton("Count what chance gives")
        self.chance_button.setToolTip("Search again and again with shuffled classes")
        self.chance_button.clicked.connect(lambda: self._start("chance"))
        column.addWidget(self.chance_button, 0, Qt.AlignmentFlag.AlignLeft)
        return part

    def _stale_part(self, stage: str) -> Iterable[QWidget]:
        said = why_stale(stage, self._document.states)
        if said:
            yield label(said, "plain", wrap=True)

    def _foot(self, stage: str, *, settings: bool) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, 8, _EDGE_PX, 0)
        row.setSpacing(8)
        self.settings_button = QPushButton("Back" if settings else "Settings…")
        self.settings_button.setIcon(
            icons.icon("arrow-left" if settings else "settings-2", theme.current().text2, gap=4)
        )
        self.settings_button.setToolTip(
            "Back to the last run" if settings else f"What {TITLES[stage]} runs with"
        )
        self.settings_button.clicked.connect(lambda: self._turn(settings=not settings))
        # Never shown here: without a parent yet, it would open as a window and end the pop-over.
        if not fields_of(stage):
            self.settings_button.hide()
        self.run_button = QPushButton("Run until here")
        self.run_button.setToolTip(f"Bring everything up to {TITLES[stage]} up to date")
        self.run_button.clicked.connect(lambda: self._start(stage))
        for button in (self.settings_button, self.run_button):
            button.setIconSize(QSize(icons.ICON_PX + 4, icons.ICON_PX))
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _refresh_foot(self) -> None:
        """Offer only what would do something."""
        assert self.stage is not None
        can_run = not self._run.is_running and not self._document.read_only
        states = self._document.states
        self.run_button.setVisible(self.stage != "images")
        self.run_button.setEnabled(can_run and self._run.is_needed_until(self.stage))
        if self.chance_button is not None:
            self.chance_button.setEnabled(can_run and states.get("chance") != "fresh")
        if self.form is not None and self._stale_line is not None:
            self._stale_line.setText(why_stale(self.stage, states))
            self._stale_line.setVisible(bool(self._stale_line.text()))

    def _turn(self, *, settings: bool) -> None:
        self._fill(settings=settings)
        if self.form is not None and not self.form.is_fixed:
            next(iter(self.form.editors.values())).setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.settings_button.setFocus(Qt.FocusReason.TabFocusReason)

    def _start(self, until: str) -> None:
        self._run.start(until=until)
        self._fill(settings=False)

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
        self._share = label("", "plain")
        row = QHBoxLayout()
        row.addWidget(self.progress, 1)
        row.addWidget(self._share)
        self._step = label("", "quiet")
        column.addLayout(row)
        column.addWidget(self._step)
        self._show_progress()
        return part

    def _follow_document(self, *_: object) -> None:
        if not self.isVisible():
            return
        if self.form is None:
            self._fill(settings=False)
        else:
            # The form follows by itself; to build it anew would take the keyboard away.
            self._refresh_foot()
            self._fit()

    def _follow_run(self) -> None:
        if not self.isVisible() or self.stage is None:
            return
        if self.form is not None:
            self._refresh_foot()
        elif self._is_running(self.stage) and self.progress is not None:
            self._show_progress()
        elif self._is_running(self.stage) or self.progress is not None:
            self._fill(settings=False)
        else:
            self._refresh_foot()

    def _show_progress(self) -> None:
        assert self.progress is not None
        share = self._run.fraction
        self.progress.setRange(0, 0 if share is None else 1000)
        self.progress.setValue(round((share or 0) * 1000))
        self._share.setText("" if share is None else f"{share * 100:.0f} %")
        left = self._run.remaining_s
        guess = f", about {duration(left)} left" if left else ""
        self._step.setText(f"{self._run.step or 'starting'}{guess}".capitalize())

    def _failure_part(self) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        assert self._run.failure is not None
        row = QHBoxLayout()
        row.setSpacing(8)
        mark = QLabel()
        mark.setPixmap(
            icons.pixmap("octagon-x", theme.current().alarm, 16, self.devicePixelRatioF())
        )
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(label(self._run.failure.sentence, "plain", wrap=True), 1)
        column.addLayout(row)
        more = QPushButton("Details…")
        more.clicked.connect(self._show_failure)
        column.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)
        return part


def _height_of(body: QWidget) -> int:
    layout = body.layout()
    assert layout is not None
    layout.invalidate()
    # The size hint of wrapped text is a golden rectangle, which tears holes.
    if layout.hasHeightForWidth():
        return layout.heightForWidth(body.width())
    return layout.sizeHint().height()

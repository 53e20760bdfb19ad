"""The preferences: every choice works at once and is kept, so there is nothing to confirm."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from spurview import log
from spurview.ui import theme
from spurview.ui.preferences import Preferences
from spurview.ui.widgets.check_box import CheckBox
from spurview.ui.widgets.choice_box import ChoiceBox
from spurview.ui.widgets.labels import label
from spurview.ui.widgets.number_box import WholeBox

Options = Sequence[tuple[object, str]]

_THEMES: Options = ((None, "As the system"), ("dark", "Dark"), ("light", "Light"))
_SIZES: Options = tuple((n, f"{n} %") for n in (80, 90, 100, 110, 125, 150, 175, 200))
_DEVICES: Options = (
    ("auto", "The fastest there is"),
    ("cpu", "CPU"),
    ("cuda", "NVIDIA GPU (cuda)"),
    ("mps", "Apple GPU (mps)"),
)
_UNDO: Options = ((0, "Every step"), (100, "The last 100 steps"), (20, "The last 20 steps"))


class PreferencesDialog(QDialog):
    """Looks, computing, judging, and where the log is."""

    def __init__(self, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Preferences")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._preferences = preferences
        known = preferences.remembered
        self.theme = _choice("Theme", _THEMES, known.theme)
        self.text_size = _choice("Text size", _SIZES, known.text_percent)
        self.device = _choice("Compute on", _DEVICES, known.device)
        self.threads = WholeBox()
        self.threads.setAccessibleName("Threads")
        self.threads.setRange(0, 1024)
        self.threads.setSpecialValueText("All")
        self.threads.setValue(known.threads)
        self.undo_steps = _choice("Undo keeps", _UNDO, known.undo_steps)
        self.goes_on = CheckBox("A verdict key goes on to the next undecided candidate")
        self.goes_on.setChecked(known.goes_on)
        self.asks_before_stop = CheckBox("Ask before leaving stops a run")
        self.asks_before_stop.setChecked(known.asks_before_stop)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        _title(grid, "Looks")
        _row(grid, "Theme", self.theme, "Changes at once; the system's is followed as it changes")
        _row(grid, "Text size", self.text_size, "Of the system's text size")
        _title(grid, "Computing")
        _row(grid, "Compute on", self.device, "From the next run on")
        _row(grid, "Threads", self.threads, "How many a run may use, from the next run on")
        _title(grid, "Judging")
        _row(grid, "Undo keeps", self.undo_steps, "From the next project on")
        for box in (self.goes_on, self.asks_before_stop):
            grid.addWidget(box, grid.rowCount(), 0, 1, 2)
        _title(grid, "Log")
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 24, 32, 16)
        column.setSpacing(16)
        column.addWidget(label("Preferences", "headline"))
        column.addLayout(grid)
        column.addLayout(self._log_part())
        column.addStretch(1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        close = QPushButton("Close")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        buttons.addWidget(close)
        column.addLayout(buttons)

    def _log_part(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(8)
        folder = str(log.folder())
        self.log_path = label(folder, "quiet", wrap=True)
        self.log_path.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.log_path.setAccessibleName(f"What went wrong is written in {folder}")
        column.addWidget(self.log_path)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.open_log = QPushButton("Open the folder")
        self.open_log.clicked.connect(self._open_log)
        self.copy_log = QPushButton("Copy the path")
        self.copy_log.clicked.connect(lambda: QGuiApplication.clipboard().setText(folder))
        for button in (self.open_log, self.copy_log):
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        return column

    def _connect(self) -> None:
        remember = self._preferences.remember
        self.theme.currentIndexChanged.connect(self._choose_theme)
        self.text_size.currentIndexChanged.connect(self._choose_text_size)
        self.device.currentIndexChanged.connect(
            lambda _: remember(device=self.device.currentData())
        )
        self.threads.valueChanged.connect(lambda n: remember(threads=n))
        self.undo_steps.currentIndexChanged.connect(
            lambda _: remember(undo_steps=self.undo_steps.currentData())
        )
        self.goes_on.toggled.connect(lambda on: remember(goes_on=on))
        self.asks_before_stop.toggled.connect(lambda on: remember(asks_before_stop=on))

    def _choose_theme(self, _: int) -> None:
        self._preferences.remember(theme=self.theme.currentData())
        theme.keeper().choose(self.theme.currentData())

    def _choose_text_size(self, _: int) -> None:
        percent = self.text_size.currentData()
        self._preferences.remember(text_percent=percent)
        theme.keeper().scale_text(percent)
        self.adjustSize()

    def _open_log(self) -> None:
        folder = log.folder()
        folder.mkdir(parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def _choice(name: str, options: Options, value: object) -> ChoiceBox:
    made = ChoiceBox()
    made.setAccessibleName(name)
    for key, text in options:
        made.addItem(text, key)
    if value not in [key for key, _ in options]:
        # Written by hand or by another version: shown as it is, not changed behind one's back.
        made.addItem(f"{value}", value)
    made.setCurrentIndex(made.findData(value))
    return made


def _title(grid: QGridLayout, text: str) -> None:
    title = label(text, "title")
    title.setContentsMargins(0, 8 if grid.count() else 0, 0, 0)
    grid.addWidget(title, grid.rowCount(), 0, 1, 2)


def _row(grid: QGridLayout, name: str, editor: QWidget, tip: str) -> None:
    row = grid.rowCount()
    said = label(name, "quiet")
    said.setBuddy(editor)
    for widget in (said, editor):
        widget.setToolTip(tip)
    editor.setAccessibleDescription(tip)
    editor.setMinimumWidth(200)
    grid.addWidget(said, row, 0)
    grid.addWidget(editor, row, 1, Qt.AlignmentFlag.AlignLeft)

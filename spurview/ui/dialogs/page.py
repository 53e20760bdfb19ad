"""What the pages of the new-project dialog share: a headline, rows of fields, notes."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from spurview.ui import icons, theme
from spurview.ui.widgets.labels import label

_NAME_PX, _EDITOR_PX = 120, 160


class Page(QWidget):
    """One page. `told` is the line below its name in the list of steps."""

    # What is chosen or known here has changed.
    changed = Signal()

    title = ""

    def __init__(self, headline: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(32, 24, 32, 16)
        outer.setSpacing(16)
        outer.addWidget(label(headline, "headline"))
        self.column = outer

    @property
    def told(self) -> str:
        return ""

    @property
    def is_done(self) -> bool:
        """Whether the next page may be shown."""
        return False


def fields() -> QGridLayout:
    """A grid of a name and an editor a row."""
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(8)
    grid.setVerticalSpacing(8)
    grid.setColumnMinimumWidth(0, _NAME_PX)
    grid.setColumnStretch(1, 1)
    return grid


def add_field(grid: QGridLayout, name: str, *editors: QWidget, tip: str = "") -> QLabel:
    """A row with the name before the editors, the first of which gets its mnemonic and tip."""
    said = label(name, "quiet")
    said.setBuddy(editors[0])
    row = grid.rowCount()
    line = QWidget()
    inside = QHBoxLayout(line)
    inside.setContentsMargins(0, 0, 0, 0)
    inside.setSpacing(8)
    is_wide = False
    for editor in editors:
        wide = editor.sizePolicy().horizontalPolicy() == QSizePolicy.Policy.Expanding
        is_wide = is_wide or wide
        inside.addWidget(editor, 1 if wide else 0)
        if not editor.accessibleName():
            editor.setAccessibleName(name)
        if tip and not editor.toolTip():
            editor.setToolTip(tip)
    if not is_wide:
        # Boxes below one another end in one line.
        if len(editors) == 1:
            editors[0].setMinimumWidth(_EDITOR_PX)
        inside.addStretch(1)
    grid.addWidget(said, row, 0)
    grid.addWidget(line, row, 1)
    said.setProperty("line", line)
    return said


def set_field_shown(said: QLabel, is_shown: bool) -> None:
    """Show or hide a row made by `add_field`."""
    said.setVisible(is_shown)
    said.property("line").setVisible(is_shown)


class Note(QWidget):
    """A sentence with a mark: a warning, a failure, or something to know."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = QLabel()
        self._said = label("", wrap=True)
        self._said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._said, 1)
        self.hide()

    @property
    def text(self) -> str:
        return self._said.text()

    def say(self, text: str, icon_name: str = "info", *, is_bad: bool = False) -> None:
        """Show the sentence; nothing hides it."""
        self._said.setText(text)
        self.setAccessibleName(text)
        colour = theme.current().alarm if is_bad else theme.current().text2
        self._mark.setPixmap(icons.pixmap(icon_name, colour, 16, self.devicePixelRatioF()))
        self.setVisible(bool(text))

    def fail(self, sentence: str) -> None:
        """Show what went wrong."""
        self.say(sentence, "octagon-x", is_bad=True)


def rule() -> QFrame:
    """A thin line between two parts of a page."""
    line = QFrame()
    line.setFixedHeight(1)
    line.setStyleSheet("background: palette(mid);")
    return line


def scrolled(inside: QWidget, name: str) -> QScrollArea:
    """The part in an area of its own that scrolls."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setAccessibleName(name)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidget(inside)
    return area

"""The row above the plots: tools, fit, what colours the points, another view, the count."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QMenu, QWidget

from spurview.ui import theme
from spurview.ui.latent.colouring import WAYS
from spurview.ui.latent.tools import Tool
from spurview.ui.latent.view_kinds import KINDS
from spurview.ui.widgets.choice_box import ChoiceBox
from spurview.ui.widgets.flat_button import FlatButton
from spurview.ui.widgets.labels import label

# Tool, icon, name and what the mouse does with it.
TOOLS: tuple[tuple[Tool, str, str, str], ...] = (
    ("hand", "hand", "Pan", "Pan; Shift-drag selects (H)"),
    ("lasso", "lasso", "Lasso", "Select with a lasso (L)"),
    ("rectangle", "square-dashed", "Rectangle", "Select with a rectangle (R)"),
)


class Count(QLabel):
    """How many points are meant; in short where there is no room for the words."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self._short = "", ""
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        # As labels do: text scales with the system.
        theme.keeper().text_scaled.connect(self._dress)
        self._dress()

    def show_words(self, words: str, short: str) -> None:
        """Show the words, or `short` where they do not fit."""
        self.words, self._short = words, short
        self.setToolTip(words)
        self.updateGeometry()
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(self._room_for(self.words), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._room_for(self._short), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _dress(self) -> None:
        self.setFont(theme.font(400))
        self._fit()

    def _fit(self) -> None:
        fits = self.width() >= self._room_for(self.words)
        self.setText(self.words if fits else self._short)

    def _room_for(self, words: str) -> int:
        return self.fontMetrics().horizontalAdvance(words)


class ToolRow(QWidget):
    """Says what the person wishes; the pane does it."""

    # Another tool; carries it.
    tool_chosen = Signal(str)
    # Show all points.
    fit_requested = Signal()
    # A view more; carries the key of its kind.
    view_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line = QHBoxLayout(self)
        self._add_tools()
        self._line.addStretch(1)
        self._colour_word = label("Colour", "quiet")
        self.colour_box = ChoiceBox()
        self.colour_box.setAccessibleName("Colour points by")
        self.colour_box.addItems(list(WAYS))
        self.view_button = FlatButton("View", "plus", name="Add a view", framed=True)
        self.view_button.setToolTip("Add a view of the same images")
        self._add_kinds()
        self.count = Count()
        self._choices = QHBoxLayout()
        for widget in (self._colour_word, self.colour_box, self.view_button, self.count):
            self._choices.addWidget(widget)
        self._choices.insertSpacing(3, 4)
        self._line.addLayout(self._choices)
        self.set_narrow(False)

    def check(self, tool: Tool) -> None:
        """Show a tool as chosen."""
        self._tools[tool].setChecked(True)

    def set_narrow(self, is_narrow: bool) -> None:
        """Drop words, and stand closer, where there is little room."""
        self._line.setContentsMargins(8, 6, 8 if is_narrow else 16, 6)
        self._line.setSpacing(0 if is_narrow else 4)
        self._choices.setSpacing(2 if is_narrow else 8)
        self._colour_word.setVisible(not is_narrow)
        self.view_button.setText("" if is_narrow else "View")
        self.view_button.updateGeometry()

    def _add_tools(self) -> None:
        group = QButtonGroup(self)
        self._tools: dict[Tool, FlatButton] = {}
        for tool, icon_name, _word, tip in TOOLS:
            button = FlatButton("", icon_name, name=tip, checkable=True)
            button.setToolTip(tip)
            button.clicked.connect(lambda _=False, tool=tool: self.tool_chosen.emit(tool))
            group.addButton(button)
            self._line.addWidget(button)
            self._tools[tool] = button
        fit = FlatButton("", "scan", name="Show all points (F)")
        fit.setToolTip("Show all points (F)")
        fit.clicked.connect(self.fit_requested)
        self._line.addWidget(fit)

    def _add_kinds(self) -> None:
        menu = QMenu(self)
        for kind in KINDS.values():
            action = menu.addAction(kind.title)
            action.triggered.connect(lambda _=False, key=kind.key: self.view_requested.emit(key))
        self.view_button.setMenu(menu)
        self.view_button.setPopupMode(FlatButton.ToolButtonPopupMode.InstantPopup)
